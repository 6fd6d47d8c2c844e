"""Figures counted once more from the registers they came from, on a way of its own: the rows as they were kept, and the
contract's own aggregates. Reads only; knows nothing of how the figures were made the first time.

What is taken as it was written, or was adjusted by hand, has nothing to be counted again. A submission whose contract
is another one by now is left out, for it would be judged by what it was not made with; so is a measure that looks at
more than its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final

import polars as pl

from contracts.exact import canonical, decimal_text
from contracts.kind import Kind
from contracts.measure import Measure, Method
from warehouse.home import Home
from warehouse.stored import StoredFigure, StoredSubmission

STEP: Final = Decimal("0.000001")
COUNTED: Final = (Method.SUM, Method.COUNT, Method.SPAN)
ABSENT: Final = "—"
Name = tuple[str, str]
"""An indicator, and the day its figure speaks of."""


@dataclass(frozen=True)
class Tally:
    """One thing counted twice: what is kept, and what counting again gave. Both as text; they have to be equal."""

    subject: str
    kept: str
    counted: str


def recount(home: Home, kinds: Mapping[str, Kind]) -> Iterator[Tally]:
    """Of every submission that stands: each figure that its register gives, beside the one that is kept."""
    figures: dict[str, list[StoredFigure]] = {}
    for figure in home.figures(own_only=True):
        figures.setdefault(figure.submission or "", []).append(figure)
    for submission in home.submissions():
        kind = contract_of(submission, kinds)
        if kind is None or submission.register is None or not submission.stands:
            continue
        rows = home.registers.scan(submission.kind, submission.register)
        again = [m for m in kind.measures if _countable(m, rows)]
        kept = {(f.indicator, f.as_of): f for f in figures.get(submission.id, ())}
        made = {name: value for measure in again for name, value in _values(measure, rows)}
        ratios = {name: value for m in kind.measures if m.method is Method.RATIO for name, value in _ratios(m, kept)}
        left = {name for name, figure in kept.items() if figure.method in COUNTED and _is_of(figure, again)}
        by_hand = {name for name, figure in kept.items() if figure.method is Method.ADJUSTED}
        for name in sorted({*made, *ratios, *left} - by_hand):
            stored, value = kept.get(name), made.get(name, ratios.get(name))
            if stored is not None and stored.method is Method.ADJUSTED:
                continue  # it says itself that it is not what the rows give
            yield Tally(
                stored.figure_id if stored else f"{name[0]}@{submission.filer}.{submission.period.label}",
                decimal_text(stored.value) if stored else ABSENT,
                decimal_text(value) if value is not None else ABSENT,
            )


def contract_of(submission: StoredSubmission, kinds: Mapping[str, Kind]) -> Kind | None:
    """The contract by which it was judged; None where there is no such kind any more, or it has changed since."""
    kind = kinds.get(submission.kind)
    kind = kind.in_force(submission.period) if kind else None
    return kind if kind and kind.version == submission.contract_version else None


def _countable(measure: Measure, rows: pl.LazyFrame) -> bool:
    """Whether all that it looks at was kept with the rows: what a row was compared with is another submission's."""
    return measure.method in COUNTED and _looked_at(measure) <= set(rows.collect_schema())


def _looked_at(measure: Measure) -> set[str]:
    looked_at = [measure.value, measure.where, measure.as_of]
    names = {name for one in looked_at if one is not None for name in one.meta.root_names()}
    return names | {name for name in (measure.each, measure.code, measure.name) if name}


def _values(measure: Measure, every: pl.LazyFrame) -> Iterator[tuple[Name, Decimal]]:
    assert measure.value is not None
    # Without any column there would be no row to count.
    rows = every.select("_row", *sorted(_looked_at(measure) - {"_row"})).collect()
    used = rows if measure.where is None else rows.filter(measure.where)
    groups = used.partition_by(measure.each, maintain_order=True) if measure.each else [used]
    for group in groups:
        value = group.select(v=measure.value)["v"][0]
        if value is not None:
            yield (_indicator(measure, group), _as_of(measure, group, rows)), canonical(Decimal(str(value)))


def _indicator(measure: Measure, group: pl.DataFrame) -> str:
    words = {"each": measure.each, "code": measure.code, "name": measure.name}
    first = {k: str(group[c][0]) if c and group.height and group[c][0] is not None else "" for k, c in words.items()}
    return measure.indicator.format(**first)


def _as_of(measure: Measure, group: pl.DataFrame, rows: pl.DataFrame) -> str:
    spoken = group if group.height else rows
    if measure.as_of is None or not spoken.height:
        return ""
    day = spoken.select(a=measure.as_of)["a"][0]
    return str(day) if day is not None else ""


def _ratios(measure: Measure, kept: Mapping[Name, StoredFigure]) -> Iterator[tuple[Name, Decimal]]:
    """The ratio of what is kept: its operands are counted again themselves."""
    assert measure.of is not None
    over, under = measure.of
    for (indicator, day), figure in kept.items():
        below = kept.get((under, day))
        if indicator == over and below is not None and below.value:
            with localcontext(prec=60):
                yield (measure.indicator, day), (figure.value * 100 / below.value).quantize(STEP, ROUND_HALF_EVEN)


def _is_of(figure: StoredFigure, measures: list[Measure]) -> bool:
    """Whether one of the measures yields figures of that name; their templates end in what they are filled with."""
    heads = [m.indicator.partition("{")[0] if "{" in m.indicator else None for m in measures]
    return any(
        figure.indicator == m.indicator if head is None else figure.indicator.startswith(head)
        for m, head in zip(measures, heads, strict=True)
    )
