"""Filers' figures of one kind and period combine into the bureau's own.

Pure, and never an estimate: while a filer who owes a figure has none, the bureau has none either.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Protocol

from contracts.exact import canonical
from contracts.figure import Figure
from contracts.kind import Kind
from contracts.measure import Measure, Method
from contracts.period import Period
from transforms.figures import ratios

# More digits than any sum of 38-digit numbers has, so that adding up never rounds.
DIGITS = 60


class Filed(Protocol):
    """What combining needs of a filer's figure; both `Figure` and the warehouse's stored figures are one."""

    @property
    def figure_id(self) -> str: ...
    @property
    def indicator(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def filer(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def comparator(self) -> str: ...
    @property
    def value(self) -> Decimal: ...
    @property
    def low(self) -> Decimal | None: ...
    @property
    def high(self) -> Decimal | None: ...
    @property
    def low_closed(self) -> bool: ...
    @property
    def high_closed(self) -> bool: ...
    @property
    def as_written(self) -> str: ...
    @property
    def period(self) -> Period: ...
    @property
    def as_of(self) -> str: ...


def combine(kind: Kind, filed: Sequence[Filed], *, bureau: str, owing: Collection[str]) -> list[Figure]:
    """The bureau's own figures over all filers' current figures of one kind and one period.

    owing: the filers who owe the kind for the period. While one of them has no such figure, none is made.
    """
    figures: list[Figure] = []
    for measure in (m for m in kind.measures if m.across):
        if measure.method is Method.RATIO:
            figures += ratios(measure, figures, bureau, derived=True)
            continue
        groups: dict[tuple[str, str, str], list[Filed]] = {}
        for figure in filed:
            if _yields(measure, figure.indicator):
                groups.setdefault((figure.indicator, figure.as_of, figure.unit), []).append(figure)
        for parts in groups.values():
            # Whoever files without owing it is kept and judged, but not added up.
            parts = [part for part in parts if part.filer in owing]
            if owing and set(owing) <= {part.filer for part in parts}:
                parts = sorted(parts, key=lambda p: p.figure_id)
                stated = measure.method is Method.STATED
                figures += _weakest(parts, bureau, measure) if stated else [_summed(parts, bureau, measure)]
    return figures


def _yields(measure: Measure, indicator: str) -> bool:
    pattern = re.escape(measure.indicator).replace(r"\{each\}", ".+").replace(r"\{code\}", ".+")
    return re.fullmatch(pattern, indicator) is not None


def _summed(parts: Sequence[Filed], bureau: str, measure: Measure) -> Figure:
    with localcontext(prec=DIGITS):
        total = canonical(sum((p.value for p in parts), Decimal(0)))
    return _over(parts, bureau, measure, "=", total, total, total, " + ".join(f"{p.value:f}" for p in parts))


def _weakest(parts: Sequence[Filed], bureau: str, measure: Measure) -> Iterator[Figure]:
    """What every filer's statement supports: the hull of their intervals; nothing where it is open on both sides."""
    lows, highs = [p.low for p in parts], [p.high for p in parts]
    low = None if None in lows else min(x for x in lows if x is not None)
    high = None if None in highs else max(x for x in highs if x is not None)
    # An end belongs to the hull if it belongs to one of the statements that reach it.
    low_closed = low is not None and any(p.low_closed for p in parts if p.low == low)
    high_closed = high is not None and any(p.high_closed for p in parts if p.high == high)
    if low is not None and high is not None:
        alike = len({p.value for p in parts}) == 1 and {p.comparator for p in parts} == {"="}
        comparator, value = ("=" if alike else "~"), parts[0].value
    elif high is not None:
        comparator, value = ("<=" if high_closed else "<"), high
    elif low is not None:
        comparator, value = (">=" if low_closed else ">"), low
    else:
        return
    figure = _over(parts, bureau, measure, comparator, value, low, high, "；".join(p.as_written for p in parts))
    yield replace(figure, low_closed=low_closed, high_closed=high_closed)


def _over(
    parts: Sequence[Filed],
    bureau: str,
    measure: Measure,
    comparator: str,
    value: Decimal,
    low: Decimal | None,
    high: Decimal | None,
    as_written: str,
) -> Figure:
    first = parts[0]
    return Figure(
        indicator=first.indicator,
        name=first.name,
        filer=bureau,
        unit=first.unit,
        comparator=comparator,
        value=value,
        low=low,
        high=high,
        low_closed=True,
        high_closed=True,
        as_written=as_written,
        period=first.period,
        as_of=first.as_of,
        method=Method.WEAKEST if measure.method is Method.STATED else measure.method,
        parts=tuple(p.figure_id for p in parts),
    )
