"""Accepted rows unfold into figures; filers' figures combine into the bureau's.

Pure: frame and declarations in, `Figure` values out. Never estimates: what is incomplete yields no figure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, Protocol

import polars as pl

from contracts.exact import TURNED, canonical
from contracts.field import Type
from contracts.figure import Figure
from contracts.judge import runs
from contracts.kind import Kind
from contracts.measure import Measure, Method
from contracts.period import Period
from contracts.quantity import parse_quantity
from contracts.table import Table
from transforms.numbers import stated_text

STEP = Decimal("0.000001")
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


def unfold(kind: Kind, rows: pl.DataFrame, table: Table, *, filer: str, period: Period) -> list[Figure]:
    """The figures that accepted `rows` of one submission yield, in the order of the kind's measures.

    rows: typed, as filed in `table`, whose columns name the cells.
    """
    figures: list[Figure] = []
    for measure in kind.measures:
        if measure.method is Method.RATIO:
            figures += _ratios(measure, figures, filer)
        elif measure.method is Method.STATED:
            figures += _stated(kind, measure, rows, table, filer, period)
        else:
            figures += _aggregated(measure, rows, table, filer, period)
    return figures


def combine(kind: Kind, filed: Sequence[Filed], *, bureau: str, owing: Collection[str]) -> list[Figure]:
    """The bureau's own figures over all filers' current figures of one kind and one period.

    owing: the filers who owe the kind for the period. While one of them has no such figure, none is made.
    """
    figures: list[Figure] = []
    for measure in (m for m in kind.measures if m.across):
        if measure.method is Method.RATIO:
            figures += _ratios(measure, figures, bureau, derived=True)
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


def _aggregated(measure: Measure, rows: pl.DataFrame, table: Table, filer: str, period: Period) -> Iterator[Figure]:
    assert measure.value is not None
    used = rows if measure.where is None else rows.filter(measure.where)
    groups = used.partition_by(measure.each, maintain_order=True) if measure.each else [used]
    for group in groups:
        value = group.select(measure.value.alias("v"))["v"][0]
        if value is None:
            continue
        exact = canonical(Decimal(str(value)))
        # A count of none was still counted: its cells are those that were looked at.
        looked_at = group if group.height else rows
        yield Figure(
            **_labels(measure, looked_at, group, filer, period),
            comparator="=",
            value=exact,
            low=exact,
            high=exact,
            low_closed=True,
            high_closed=True,
            as_written=f"{exact:f}",
            method=measure.method,
            cells=_cells(table, measure.cells, looked_at["_row"]),
        )


def _stated(
    kind: Kind, measure: Measure, rows: pl.DataFrame, table: Table, filer: str, period: Period
) -> Iterator[Figure]:
    field = kind.field(measure.cells[0])
    used = rows if measure.where is None else rows.filter(measure.where)
    for at in range(used.height):
        row = used[at]
        filed = row[field.text_column][0]
        text = stated_text(filed, field)
        if text is None:
            continue
        labels = _labels(measure, row, row, filer, period)
        quantity = parse_quantity(text, unit=field.unit or None, role=field.role)
        if quantity is None or (not quantity.unit and labels["unit"]) or field.type is Type.DECIMAL:
            # 4859.7 in a column of its own, 万户 in the next: together they are the quantity.
            quantity = parse_quantity(f"{text}{labels['unit']}", role=field.role) or quantity
            labels["unit"] = quantity.unit if quantity and quantity.unit else labels["unit"]
        if quantity is None or quantity.value is None:
            continue
        figure = Figure(
            **labels,
            comparator=quantity.comparator,
            value=canonical(quantity.value),
            low=_canonical(quantity.low),
            high=_canonical(quantity.high),
            low_closed=quantity.low_closed,
            high_closed=quantity.high_closed,
            as_written=filed or text,
            method=Method.STATED,
            cells=_cells(table, (field.name,), row["_row"]),
        )
        yield _mirror(figure) if quantity.direction < 0 else figure


def _labels(
    measure: Measure, looked_at: pl.DataFrame, group: pl.DataFrame, filer: str, period: Period
) -> dict[str, Any]:
    words = {
        "each": _first(looked_at, measure.each),
        "code": _first(looked_at, measure.code),
        "name": _first(looked_at, measure.name),
    }
    return {
        "indicator": measure.indicator.format(**words),
        "name": measure.title_zh.format(**words),
        "filer": filer,
        "unit": _first(looked_at, measure.unit_from) or measure.unit,
        "period": period,
        "as_of": _as_of(measure, group if group.height else looked_at),
    }


def _as_of(measure: Measure, group: pl.DataFrame) -> str:
    if measure.as_of is None or not group.height:
        return ""
    value = group.select(measure.as_of.alias("a"))["a"][0]
    return value.isoformat() if isinstance(value, date) else (value or "")


def _first(rows: pl.DataFrame, column: str | None) -> str:
    if column is None or not rows.height or rows[column][0] is None:
        return ""
    return str(rows[column][0])


def _mirror(figure: Figure) -> Figure:
    """A fall as a signed change: −15 and at most −15 where 降低15%以上 was written."""
    return replace(
        figure,
        comparator=TURNED[figure.comparator],
        value=-figure.value,
        low=None if figure.high is None else -figure.high,
        high=None if figure.low is None else -figure.low,
        low_closed=figure.high_closed,
        high_closed=figure.low_closed,
    )


def _ratios(measure: Measure, figures: Iterable[Figure], filer: str, *, derived: bool = False) -> Iterator[Figure]:
    assert measure.of is not None
    made = list(figures)
    for over in [f for f in made if f.indicator == measure.of[0]]:
        under = next((f for f in made if f.indicator == measure.of[1] and f.as_of == over.as_of), None)
        if under is None or under.value == 0:
            continue
        exact = over.value * 100 / under.value
        value = exact.quantize(STEP, ROUND_HALF_EVEN)
        low, high = exact.quantize(STEP, ROUND_FLOOR), exact.quantize(STEP, ROUND_CEILING)
        yield Figure(
            indicator=measure.indicator,
            name=measure.title_zh,
            filer=filer,
            unit=measure.unit,
            comparator="=",
            value=canonical(value),
            low=canonical(low),
            high=canonical(high),
            low_closed=True,
            high_closed=True,
            as_written=f"{over.as_written}/{under.as_written}" if not derived else f"{over.value:f}/{under.value:f}",
            period=over.period,
            as_of=over.as_of,
            method=Method.RATIO,
            cells="" if derived else ";".join(dict.fromkeys((over.cells, under.cells))),
            parts=(over.figure_id, under.figure_id) if derived else (),
        )


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


def _cells(table: Table, fields: Iterable[str], rows: pl.Series) -> str:
    spans = runs(rows.to_list())
    letters = [table.columns[f] for f in fields if f in table.columns]
    return ";".join(f"{c}{a}" if a == b else f"{c}{a}:{c}{b}" for c in letters for a, b in spans)


def _canonical(number: Decimal | None) -> Decimal | None:
    return None if number is None else canonical(number)
