"""Adjusted figures as kept: what was filed in their place, and what the line of the list says. Never writes.

An adjusted figure's only part is the figure as filed; its cells are those of its line in the list of adjustments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

import polars as pl
from sqlalchemy import select

from contracts.exact import canonical
from contracts.masking import masked_prose
from contracts.measure import Method
from warehouse import provenance, tables
from warehouse.areas import read_areas
from warehouse.database import reading
from warehouse.home import Home
from warehouse.stored import StoredFigure

LIST = "adjustment_list"
f = tables.figures.c


@dataclass(frozen=True)
class Decided:
    """One line of a list of adjustments that a published figure rests on. filed: the value that it stands for."""

    figure_id: str
    filed: str
    value: Decimal
    unit: str
    approver: str
    reason: str
    evidence: str
    decided_on: str
    place: str

    @property
    def told(self) -> str:
        """Who adjusted it, when, why and on what ground, as it is printed beside the figure."""
        return masked_prose(f"{self.approver}（{self.decided_on}）：{self.reason}（{self.evidence}）")


def adjusted_now(home: Home) -> list[StoredFigure]:
    """The figures that are adjusted, as they are known now, by figure_id."""
    with reading(home.engine) as connection:
        return provenance.list_figures(connection, f.method == Method.ADJUSTED.value, f.recorded_to.is_(None))


def as_filed(home: Home, figure_ids: Collection[str]) -> dict[str, StoredFigure]:
    """figure_id → the figure as the submission that stands has filed it; those that nobody filed are left out."""
    if not figure_ids:
        return {}
    with reading(home.engine) as connection:
        now = provenance.list_figures(
            connection, f.figure_id.in_(sorted(figure_ids)), f.recorded_to.is_(None), f.submission.is_not(None)
        )
        behind = [figure.key for figure in now if figure.method is Method.ADJUSTED]
        parts = tables.figure_parts.c
        filed = select(parts.part).where(parts.figure.in_(behind))
        under = provenance.list_figures(connection, f.key.in_(filed)) if behind else []
    return {figure.figure_id: figure for figure in (*now, *under)}


def filed_behind(home: Home, figure: StoredFigure) -> StoredFigure | None:
    """The figure as filed that a version of an adjusted one stands for."""
    parts = tables.figure_parts.c
    with reading(home.engine) as connection:
        part = select(parts.part).where(parts.figure == figure.key)
        return next(iter(provenance.list_figures(connection, f.key.in_(part))), None)


def decisions(home: Home, figures: Iterable[StoredFigure]) -> dict[str, tuple[Decided, ...]]:
    """figure_id → the lines that it rests on, its own or those of its parts; without figures that rest on none."""
    lists = {s.id: s for s in home.submissions() if s.kind == LIST and s.register is not None}
    frames: dict[str, pl.DataFrame] = {}
    found: dict[str, tuple[Decided, ...]] = {}
    for figure in figures:
        lines = []
        for source in figure.sources:
            submission = lists.get(source.submission)
            if submission is None or submission.register is None:
                continue
            frame = frames.setdefault(submission.id, home.registers.read(LIST, submission.register))
            line = read_areas(source.cell)[0].first_row
            lines += [
                _decided(row, f"{source.file} {source.cell}")
                for row in frame.iter_rows(named=True)
                if row["_row"] == line
            ]
        if lines:
            found[figure.figure_id] = tuple(lines)
    return found


def _decided(row: dict[str, object], place: str) -> Decided:
    texts = {name: str(row[name]) for name in ("figure_id", "unit", "approver", "reason", "evidence", "decided_on")}
    return Decided(**texts, filed=str(row["from"]), value=canonical(Decimal(str(row["to"]))), place=place)
