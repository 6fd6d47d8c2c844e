"""目标与完成: targets beside what was reached, each on a scale of its own, because their units differ.

Whether a target is met is said only when the bounds decide it. Computes whole per mille, so that bytes never differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.targets import attain, stated_figure
from warehouse.reports.attachments import FILED, TARGET
from warehouse.reports.citations import Citations, Piece
from warehouse.reports.edition import Edition
from warehouse.reports.rendering import figure_text, moment_text
from warehouse.stored import StoredFigure


@dataclass(frozen=True)
class Bar:
    """Lengths in ‰ of the track. low, high: the ends of the interval; an open end reaches the end of the track."""

    name: str
    filer: str
    moment: str
    actual: Piece
    target: Piece
    verdict: str
    length: int
    mark: int
    low: int
    high: int
    exact: bool


def draw_targets(edition: Edition, figures: Sequence[StoredFigure], citations: Citations) -> list[Bar]:
    """One bar for every target that has something to compare with, in order of indicator."""
    bars = []
    for target in (f for f in figures if f.indicator.startswith(TARGET)):
        indicator = target.indicator.removeprefix(TARGET)
        said = [f for f in figures if _measures(f.indicator, indicator) and f.unit == target.unit]
        # What the forms yield counts before what somebody filed without a form.
        actuals = [f for f in said if not f.indicator.startswith(FILED)] or said
        bars += [_bar(edition, target, actual, citations) for actual in _speaking(edition, actuals)]
    return bars


def _measures(indicator: str, wanted: str) -> bool:
    """Whether an indicator is the one a target is for, in whatever form: tariff/sme_price is sme_price."""
    return not indicator.startswith(TARGET) and (indicator == wanted or indicator.partition("/")[2] == wanted)


def _speaking(edition: Edition, actuals: Iterable[StoredFigure]) -> list[StoredFigure]:
    """The bureau's own figure, else each filer's; of several days the last."""
    latest = {f.filer: f for f in sorted(actuals, key=lambda f: (f.period.end, f.as_of))}
    own = latest.get(edition.bureau_code)
    return [own] if own is not None else [latest[filer] for filer in sorted(latest)]


def _bar(edition: Edition, target: StoredFigure, actual: StoredFigure, citations: Citations) -> Bar:
    ends = [abs(v) for v in (target.value, actual.value, actual.low, actual.high) if v is not None]
    whole = max(ends) * Decimal("1.15") or Decimal(1)

    def length(value: Decimal) -> int:
        return int(abs(value) / whole * 1000)

    near, far = (actual.high, actual.low) if actual.value < 0 else (actual.low, actual.high)
    return Bar(
        name=actual.name,
        filer=edition.filer_name(actual.filer),
        moment=moment_text(actual),
        actual=citations.cite(actual, figure_text(actual)),
        target=citations.cite(target, figure_text(target)),
        verdict=attain(stated_figure(target), stated_figure(actual)).zh,
        length=length(actual.value),
        mark=length(target.value),
        low=0 if near is None else length(near),
        high=1000 if far is None else length(far),
        exact=actual.low == actual.high,
    )
