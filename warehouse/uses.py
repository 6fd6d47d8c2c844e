"""What a cell is used for: every figure made of it, and every figure made of those, in whatever version. Never writes.

The way up is the record's own (`figure_cells`, then `figure_parts`): nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from warehouse import provenance, tables
from warehouse.areas import read_areas
from warehouse.database import reading
from warehouse.home import Home
from warehouse.stored import StoredFigure

CHUNK = 500  # keys named in one query


@dataclass(frozen=True)
class Use:
    """A version of a figure that a cell feeds. level: 0 made of the cell itself, 1 of such a figure, and so on."""

    figure: StoredFigure
    level: int

    @property
    def current(self) -> bool:
        return self.figure.recorded_to is None


def uses_of(home: Home, submission: str, cell: str, sheet: str | None = None) -> list[Use]:
    """Every version that a cell (or an area) of a submission feeds, the nearest first, then by figure_id and version.

    sheet: None for any sheet. Raises UsageError where `cell` names no cell.
    """
    with reading(home.engine) as connection:
        levels = _levels(connection, _made_of(connection, submission, cell, sheet))
        figures = [f for some in _chunks(sorted(levels)) for f in _figures(connection, some)]
    uses = [Use(figure, levels[figure.key]) for figure in figures]
    return sorted(uses, key=lambda u: (u.level, u.figure.figure_id, u.figure.version))


def _made_of(connection: Connection, submission: str, cell: str, sheet: str | None) -> set[int]:
    """Keys of the versions whose own cells are, or include, the one asked for."""
    asked, c = read_areas(cell), tables.figure_cells.c
    query = select(c.figure, c.cell).where(c.submission == submission)
    query = query if sheet is None else query.where(c.sheet == sheet)
    rows = connection.execute(query).tuples().all()
    return {key for key, text in rows if any(a.overlaps(b) for a in read_areas(text) for b in asked)}


def _levels(connection: Connection, first: Collection[int]) -> dict[int, int]:
    """key → how many steps above the cell, the shortest way."""
    levels, parts, reached, level = dict.fromkeys(first, 0), tables.figure_parts.c, set(first), 0
    while reached:
        level += 1
        above: set[int] = set()
        for some in _chunks(sorted(reached)):
            above.update(connection.scalars(select(parts.figure).where(parts.part.in_(some))))
        reached = above - levels.keys()
        levels |= dict.fromkeys(reached, level)
    return levels


def _figures(connection: Connection, keys: Sequence[int]) -> list[StoredFigure]:
    return provenance.list_figures(connection, tables.figures.c.key.in_(keys))


def _chunks(keys: Sequence[int]) -> list[Sequence[int]]:
    return [keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK)]
