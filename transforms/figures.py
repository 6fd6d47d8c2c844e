"""Accepted rows of one submission unfold into figures.

Pure: frame and declarations in, `Figure` values out. Never estimates: what is incomplete yields no figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

import polars as pl

from contracts.conversion import in_unit
from contracts.exact import TURNED, canonical
from contracts.field import Field, Type
from contracts.figure import Figure
from contracts.kind import Kind
from contracts.measure import Measure, Method
from contracts.period import Period
from contracts.quantity import Quantity, parse_quantity
from contracts.readings import principal_reading
from contracts.table import Table, runs
from transforms.numbers import stated_quantity, stated_text

STEP = Decimal("0.000001")
MOST_SPANS = 10_000  # of rows that one figure names; nobody follows more, and ten million would be a book


def unfold(kind: Kind, rows: pl.DataFrame, table: Table, *, filer: str, period: Period) -> list[Figure]:
    """The figures that accepted `rows` of one submission yield, in the order of the kind's measures.

    rows: typed, as filed in `table`, whose columns name the cells.
    """
    figures: list[Figure] = []
    for measure in kind.measures:
        if measure.method is Method.RATIO:
            figures += ratios(measure, figures, filer)
        elif measure.method is Method.STATED:
            figures += _stated(kind, measure, rows, table, filer, period)
        else:
            figures += _aggregated(measure, rows, table, filer, period)
    return figures


def _aggregated(measure: Measure, rows: pl.DataFrame, table: Table, filer: str, period: Period) -> Iterator[Figure]:
    assert measure.value is not None
    used = rows if measure.where is None else rows.filter(measure.where)
    groups = used.partition_by(measure.each, maintain_order=True) if measure.each else [used]
    for group in groups:
        value = group.select(measure.value.alias("v"))["v"][0]
        if value is None:
            continue
        # A count of none was still counted: its cells are those that were looked at.
        looked_at = group if group.height else rows
        labels = _labels(measure, looked_at, looked_at, filer, period)
        yield counted_figure(measure, labels, value, cells_of(table, measure.cells, runs(looked_at["_row"].to_list())))


def counted_figure(measure: Measure, labels: dict[str, Any], value: object, cells: str) -> Figure:
    """The figure of a measure that adds up or counts. labels: what `Figure` is called by, see `labels_of`."""
    exact = canonical(Decimal(str(value)))
    return Figure(
        **labels,
        comparator="=",
        value=exact,
        low=exact,
        high=exact,
        low_closed=True,
        high_closed=True,
        as_written=f"{exact:f}",
        method=measure.method,
        cells=cells,
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
        quantity, labels["unit"] = _quantity(text, labels["unit"], field)
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
            cells=cells_of(table, (field.name,), runs(row["_row"].to_list())),
        )
        yield _mirror(figure) if quantity.direction < 0 else figure


def _quantity(text: str, unit: str, field: Field) -> tuple[Quantity | None, str]:
    """What a cell states, and in which unit; `unit` is what stands in a column of its own, or the measure's."""
    quantity = stated_quantity(text, field)
    if quantity is not None and (quantity.unit or not unit) and field.type is not Type.DECIMAL:
        return in_unit(quantity, unit) or quantity, unit
    # 4859.7 here and 万户 in the next column: together they are the quantity.
    whole = parse_quantity(f"{text}{unit}", role=field.role)
    quantity = principal_reading(whole, field.reading) if whole else quantity
    return quantity, quantity.unit if quantity and quantity.unit else unit


def _labels(
    measure: Measure, looked_at: pl.DataFrame, group: pl.DataFrame, filer: str, period: Period
) -> dict[str, Any]:
    first = {name: looked_at[name][0] if looked_at.height else None for name in named_by(measure)}
    return labels_of(measure, first, _as_of(measure, group), filer, period)


def named_by(measure: Measure) -> list[str]:
    """The columns whose values in the first row a measure's figure is named by."""
    return [name for name in (measure.each, measure.code, measure.name, measure.unit_from) if name is not None]


def labels_of(
    measure: Measure, first: Mapping[str, object], as_of: object, filer: str, period: Period
) -> dict[str, Any]:
    """What a figure is called by. first: of the columns `named_by` says. as_of: a day, a text, or None."""
    words = {
        "each": _said(first, measure.each),
        "code": _said(first, measure.code),
        "name": _said(first, measure.name),
    }
    return {
        "indicator": measure.indicator.format(**words),
        "name": measure.title_zh.format(**words),
        "filer": filer,
        "unit": _said(first, measure.unit_from) or measure.unit,
        "period": period,
        "as_of": as_of.isoformat() if isinstance(as_of, date) else (as_of or ""),
    }


def _as_of(measure: Measure, group: pl.DataFrame) -> object:
    if measure.as_of is None or not group.height:
        return None
    return group.select(measure.as_of.alias("a"))["a"][0]


def _said(first: Mapping[str, object], column: str | None) -> str:
    value = None if column is None else first[column]
    return "" if value is None else str(value)


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


def ratios(measure: Measure, figures: Iterable[Figure], filer: str, *, derived: bool = False) -> Iterator[Figure]:
    """The RATIO `measure` over `figures`, one wherever both operands speak of the same day; none where it is x/0.

    derived: its operands are computed themselves, so that they are its parts and not their cells.
    """
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


def cells_of(table: Table, fields: Iterable[str], spans: Sequence[tuple[int, int]]) -> str:
    """The cells of fields in spans of rows; of rows too scattered to be followed, from the first to the last."""
    spans = spans if len(spans) <= MOST_SPANS else [(spans[0][0], spans[-1][1])]
    letters = [table.columns[f] for f in fields if f in table.columns]
    return ";".join(f"{c}{a}" if a == b else f"{c}{a}:{c}{b}" for c in letters for a, b in spans)


def _canonical(number: Decimal | None) -> Decimal | None:
    return None if number is None else canonical(number)
