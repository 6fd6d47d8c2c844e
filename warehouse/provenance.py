"""Figures as kept, each with the cells it comes from. Never writes.

A derived figure's sources are those of its parts, recursively, in the order of the parts, each named once.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, or_, select
from sqlalchemy.sql.elements import ColumnElement

from contracts.errors import PublicationHeld
from contracts.figure import Source
from contracts.measure import Method
from contracts.period import Period
from warehouse import tables
from warehouse.canonical import moment_text
from warehouse.stored import StoredFigure

f = tables.figures.c


def known_at(moment: datetime | None) -> ColumnElement[bool]:
    """Versions that were current at `moment`; None: those that are current now."""
    if moment is None:
        return f.recorded_to.is_(None)
    text = moment_text(moment)
    return (f.recorded_from <= text) & or_(f.recorded_to.is_(None), f.recorded_to > text)


def list_figures(connection: Connection, *conditions: ColumnElement[bool]) -> list[StoredFigure]:
    """Versions that meet every condition, ordered by figure_id and version."""
    query = select(tables.figures).where(*conditions).order_by(f.figure_id, f.version)
    rows = connection.execute(query).mappings().all()
    tree = _Tree(connection, *conditions)
    return [_figure(row, tree) for row in rows]


class _Tree:
    """What the chosen figures are made of, however deep: names, parts and cells by the key of a version."""

    def __init__(self, connection: Connection, *conditions: ColumnElement[bool]) -> None:
        parts, cells, s = tables.figure_parts.c, tables.figure_cells.c, tables.submissions.c
        reach = select(f.key).where(*conditions).cte("reach", recursive=True)
        reach = reach.union(select(parts.part).join(reach, parts.figure == reach.c.key))
        reached = select(reach.c.key)
        self.names: dict[int, str] = {}
        self.parts: dict[int, list[int]] = {}
        self.cells: dict[int, Source] = {}
        for key, name in connection.execute(select(f.key, f.figure_id).where(f.key.in_(reached))):
            self.names[key] = name
        edges = select(parts.figure, parts.part).where(parts.figure.in_(reached)).order_by(parts.figure, parts.ordinal)
        for figure, part in connection.execute(edges):
            self.parts.setdefault(figure, []).append(part)
        places = select(cells.figure, cells.submission, s.file, cells.sheet, cells.cell, s.sha256)
        places = places.join(tables.submissions, s.id == cells.submission).where(cells.figure.in_(reached))
        for figure, *place in connection.execute(places):
            self.cells[figure] = Source(*place)
        self._known: dict[int, tuple[Source, ...]] = {}

    def sources(self, key: int) -> tuple[Source, ...]:
        """The figure's own cells, then those of its parts, each once."""
        if key not in self._known:
            found = dict.fromkeys([self.cells[key]] if key in self.cells else [])
            for part in self.parts.get(key, []):
                found.update(dict.fromkeys(self.sources(part)))
            self._known[key] = tuple(found)
        return self._known[key]


def _figure(row: Any, tree: _Tree) -> StoredFigure:
    """The figure of a row. Raises PublicationHeld for a value that no run of ours has written."""
    try:
        return _read_figure(row, tree)
    except (ValueError, ArithmeticError) as error:
        name = row["figure_id"]
        raise PublicationHeld(
            f"数据仓库中的指标 {name} 已损坏，无法读取；暂不发布",
            f"the figure {name} of the warehouse is damaged; nothing is published",
        ) from error


def _read_figure(row: Any, tree: _Tree) -> StoredFigure:
    key = row["key"]
    same = ("indicator", "name", "filer", "unit", "comparator", "low_closed", "high_closed", "as_written", "as_of")
    recorded_to = row["recorded_to"]
    return StoredFigure(
        **{name: row[name] for name in (*same, "key", "version", "kind", "submission")},
        value=Decimal(row["value"]),
        low=_decimal(row["low"]),
        high=_decimal(row["high"]),
        period=Period(date.fromisoformat(row["period_start"]), date.fromisoformat(row["period_end"])),
        method=Method(row["method"]),
        cells=tree.cells[key].cell if key in tree.cells else "",
        parts=tuple(tree.names[part] for part in tree.parts.get(key, [])),
        recorded_from=datetime.fromisoformat(row["recorded_from"]),
        recorded_to=None if recorded_to is None else datetime.fromisoformat(recorded_to),
        sources=tree.sources(key),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
