"""Adjustments by hand: a figure as filed, put right by a decision of the bureau. Values, and what they do.

The figure as filed is never edited: it stays in the record, and what is published instead says by whom and why. An
adjustment is bound to the value it was decided on; where something else is filed by now it does nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from contracts.exact import canonical, decimal_text
from contracts.figure import Figure
from contracts.masking import masked_prose
from contracts.measure import Method


@dataclass(frozen=True)
class Adjustment:
    """One line of the list: the figure, the filed value it was decided on (`filed`, as text), and the one instead.

    cells: where the line stands in adjustments.csv ("A3:H3").
    """

    figure_id: str
    filed: str
    value: Decimal
    unit: str
    approver: str
    reason: str
    evidence: str
    decided_on: date
    cells: str = ""

    @property
    def told(self) -> str:
        """Who adjusted it, when, why and on what ground, as it is printed beside the figure."""
        return masked_prose(f"{self.approver}（{self.decided_on.isoformat()}）：{self.reason}（{self.evidence}）")

    def fits(self, figure: Figure) -> bool:
        """Whether the figure as filed is still what the adjustment was decided on."""
        return figure.figure_id == self.figure_id and figure.unit == self.unit and self.filed == filed_text(figure)


@dataclass(frozen=True, kw_only=True)
class AdjustedFigure(Figure):
    """A figure by an adjustment. filed: the one it stands for, as filed. entry: the submission of the list.

    `cells` are those of its line in that list; its only part is the figure as filed.
    """

    filed: Figure
    entry: str


def filed_text(figure: Figure) -> str:
    """How an adjustment names the value it was decided on: the number, or the words where it is no plain number."""
    return decimal_text(figure.value) if figure.comparator == "=" else " ".join(figure.as_written.split())


def in_force(adjustments: Iterable[Adjustment], figures: Iterable[Figure]) -> dict[str, Adjustment]:
    """figure_id → the adjustment that holds for a figure as filed; of several that fit the last of the list counts."""
    known = {f.figure_id: f for f in figures}
    return {a.figure_id: a for a in adjustments if a.figure_id in known and a.fits(known[a.figure_id])}


def adjust(figures: Sequence[Figure], adjustments: Sequence[Adjustment], entry: str) -> list[Figure]:
    """Figures as filed, with an `AdjustedFigure` in the place of each that an adjustment fits, in their order.

    entry: the submission of the list of adjustments. What is a ratio of them is not computed anew here.
    """
    held = in_force(adjustments, figures)
    return [_adjusted(f, held[f.figure_id], entry) if f.figure_id in held else f for f in figures]


def _adjusted(figure: Figure, adjustment: Adjustment, entry: str) -> AdjustedFigure:
    value = canonical(adjustment.value)
    told = {name: getattr(figure, name) for name in ("indicator", "name", "filer", "unit", "period", "as_of")}
    return AdjustedFigure(
        **told,
        comparator="=",
        value=value,
        low=value,
        high=value,
        low_closed=True,
        high_closed=True,
        as_written=decimal_text(value),
        method=Method.ADJUSTED,
        cells=adjustment.cells,
        parts=(figure.figure_id,),
        filed=replace(figure),
        entry=entry,
    )
