"""Rows from elsewhere joined on to a frame, so that a rule over two submissions is an expression like any other.

Pure: what to compare with is handed in. A source that was not handed in leaves its columns null, and the rules that
need it answer "cannot tell".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import polars as pl

from contracts.finding import Cell
from contracts.in_force import SPAN, span_of, spread
from contracts.kind import Kind
from contracts.measure import Context
from contracts.period import Period
from contracts.table import Table, runs

AT = "__at"
# Characters that XML forbids, so that no sheet can be named with them.
PART, PLACES = "\x1f", "\x1e"
MOST_SPANS = 12  # that a count names one by one
_LOW = 5_000  # rows of a frame beside which one row of totals is quicker set than one constant after the other
References = Mapping[str, "Reference | list[Reference]"]
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


@dataclass(frozen=True)
class Reference:
    """Typed rows of an accepted submission, with where each field stands.

    columns: field name → column letter in that file. personal: fields of which no value may be told.
    """

    frame: pl.DataFrame
    columns: Mapping[str, str]
    sheet: str
    file: str
    personal: frozenset[str] = frozenset()

    def located(self) -> pl.DataFrame:
        """The frame with `<field>__at` (`place` of its cell) beside every field that the file has."""
        places = [
            (pl.lit(place(self.file, self.sheet, letter)) + pl.col("_row").cast(pl.String)).alias(name + AT)
            for name, letter in self.columns.items()
        ]
        return self.frame.with_columns(places)


def place(file: str, sheet: str, address: str) -> str:
    """One place as text for an `__at` column; several are joined by PLACES."""
    return PART.join((file, sheet, address))


def cells_at(places: str, name: str, text: str | None) -> list[Cell]:
    """The cells an `__at` text names, for operand `name` that reads `text`."""
    parts = [one.split(PART) for one in places.split(PLACES)]
    # What is made of several cells stands in none of them.
    alone = text if len(parts) == 1 else None
    return [Cell(sheet, address, name, alone, file or None) for file, sheet, address in parts]


def attach_context(
    kind: Kind,
    table: Table,
    frame: Frame,
    totals: pl.DataFrame | None,
    references: References,
    *,
    period: Period | None,
    filer: str | None,
) -> Frame:
    """`frame` with what its rules compare with: `_period_start`, `_period_end` (Date) and `_filer`, the control totals
    (`total_<field>`) and the kind's contexts.

    frame, totals: typed rows of `table`; a lazy frame stays lazy. Row count and order are those of `frame`. For each
    context there is also `<prefix>given`: true where its source was handed in, else null ("cannot tell").
    """
    wide = _attach_totals(kind, table, frame, totals).with_columns(
        pl.lit(period.start if period else None, dtype=pl.Date).alias("_period_start"),
        pl.lit(period.end if period else None, dtype=pl.Date).alias("_period_end"),
        pl.lit(filer, dtype=pl.String).alias("_filer"),
    )
    for context in kind.contexts:
        given = references.get(context.source, [])
        there = _there(context, given if isinstance(given, list) else [given])
        wide = _missed(context, _join(kind, context, wide, there), there)
        wide = _none_is_zero(context, wide, given if isinstance(given, list) else [given])
    return wide


def _there(context: Context, references: Sequence[Reference]) -> pl.DataFrame | None:
    """The rows to compare with, each value with its place; None where there are none at all."""
    if not references:
        return None
    rows = [_counted(context, r) if context.count else r.located() for r in references]
    there = pl.concat(rows, how="diagonal")
    if not context.count:
        return there
    return there.group_by([key for _, key in context.on], maintain_order=True).agg(
        pl.col(context.count).sum(), pl.col(context.count + AT).str.join(PLACES)
    )


def _counted(context: Context, reference: Reference) -> pl.DataFrame:
    """For each key that stands in a reference one row: how many rows have it, and its cells in these."""
    keys = [key for _, key in context.on]
    rows = reference.frame.group_by(keys, maintain_order=True).agg(pl.len().cast(pl.Int64).alias(context.count), "_row")
    places = [_span(context, reference, numbers) for numbers in rows["_row"].to_list()]
    return rows.drop("_row").with_columns(pl.Series(context.count + AT, places, dtype=pl.String))


def _span(context: Context, reference: Reference, rows: Iterable[int]) -> str:
    """The cells of a counted key in these rows; where they are too scattered to be followed, from first to last."""
    letter = reference.columns[context.on[0][1]]
    found = runs(rows)
    spans = found if len(found) <= MOST_SPANS else [(found[0][0], found[-1][1])]
    cells = (f"{letter}{a}" if a == b else f"{letter}{a}:{letter}{b}" for a, b in spans)
    return place(reference.file, reference.sheet, ";".join(cells))


def _none_is_zero(context: Context, wide: Frame, references: Sequence[Reference]) -> Frame:
    """Where rows were counted and none has the key, none is the count: of a key that is there to be looked for."""
    if not context.count or not references:
        return wide
    count = context.prefix + context.count
    all_rows = PLACES.join(_span(context, r, r.frame["_row"].to_list()) for r in references if r.frame.height)
    keyed = pl.all_horizontal(own.is_not_null() for own, _ in context.on)
    return wide.with_columns(
        pl.when(keyed).then(pl.col(count).fill_null(0)).alias(count),
        pl.when(keyed).then(pl.col(count + AT).fill_null(pl.lit(all_rows or None, pl.String))).alias(count + AT),
    )


def _join(kind: Kind, context: Context, wide: Frame, there: pl.DataFrame | None) -> Frame:
    names = {n: context.prefix + n for n in context.brings}
    names |= {n + AT: context.prefix + n + AT for n in context.brings}
    if there is not None:
        # No key: a form of one row, compared with the one row there.
        keys = [pl.col(key) for _, key in context.on] or [pl.lit(1)]
        own = [mine for mine, _ in context.on] or [pl.lit(1)]
        if context.during:
            day, first, last = context.during
            there, begins = spread(there, first, last)
            keys.append(pl.col(SPAN))
            own.append(span_of(day, begins))
        ids = [f"_key{i}" for i in range(len(keys))]
        there = there.select(
            *[key.alias(i) for key, i in zip(keys, ids, strict=True)],
            *[pl.col(n).alias(new) for n, new in names.items() if n in there.columns],
        )
        # A key that stands twice over there would double rows here; the first is as good as any to name.
        there = there.unique(subset=ids, keep="first", maintain_order=True)
        wide = wide.with_columns(mine.alias(i) for mine, i in zip(own, ids, strict=True))
        joined = wide.lazy().join(there.lazy(), on=ids, how="left", maintain_order="left").drop(ids)
        wide = joined if isinstance(wide, pl.LazyFrame) else joined.collect()
    present = set(wide.collect_schema().names())
    missing = [new for new in names.values() if new not in present]
    return wide.with_columns(
        pl.lit(True if there is not None else None, dtype=pl.Boolean).alias(f"{context.prefix}given"),
        *[_nothing(_dtype(kind, context, new)).alias(new) for new in missing],
    )


def _missed(context: Context, wide: Frame, there: pl.DataFrame | None) -> Frame:
    """The keys that stand there and in no row here; null where nothing was handed in."""
    if not context.missed or there is None:
        return wide
    ids = [f"_key{i}" for i in range(len(context.on))]
    here = wide.lazy().select(own.alias(i) for i, (own, _) in zip(ids, context.on, strict=True))
    keys = there.lazy().select(pl.col(key).alias(i) for i, (_, key) in zip(ids, context.on, strict=True))
    absent = keys.drop_nulls().unique(maintain_order=True).join(here, on=ids, how="anti", maintain_order="left")
    said = absent.select(pl.concat_str(ids, separator=" ").str.join("、").alias(context.prefix + context.missed))
    joined = wide.lazy().drop(context.prefix + context.missed).join(said, how="cross", maintain_order="left")
    return joined if isinstance(wide, pl.LazyFrame) else joined.collect()


@cache
def _nothing(dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    return pl.lit(None, dtype=dtype)


def _attach_totals(kind: Kind, table: Table, frame: Frame, totals: pl.DataFrame | None) -> Frame:
    if kind.total_in is None:
        return frame
    names = [f.name for f in kind.fields]
    dtypes = frame.collect_schema()
    # With what was written: a total that nobody can read is no total, but it is not blank either.
    columns = [c for n in names for c in (n, f"{n}__text", f"{n}__na") if c in dtypes]
    # 小计 may stand above 合计: the last total row is the one that speaks of the whole table.
    last = None if totals is None or totals.is_empty() else totals.row(-1, named=True)
    places = {n: None if last is None else _place(table, n, last["_row"]) for n in names}
    made = {f"total_{c}": (last and last[c], dtypes[c]) for c in columns}
    made |= {f"total_{n}{AT}": (places[n], pl.String()) for n in names}
    if isinstance(frame, pl.LazyFrame) or frame.height > _LOW or made.keys() & set(frame.columns):
        return frame.with_columns(pl.lit(value, dtype=dtype).alias(name) for name, (value, dtype) in made.items())
    row = [value for value, _ in made.values()]
    schema = {name: dtype for name, (_, dtype) in made.items()}
    return frame.join(pl.DataFrame([row], schema=schema, orient="row"), how="cross", maintain_order="left")


def _place(table: Table, name: str, row: int) -> str | None:
    address = table.address(name, row)
    return None if address is None else place("", table.sheet, address)


def _dtype(kind: Kind, context: Context, column: str) -> pl.DataType | type[pl.DataType]:
    """The type of a context column nobody filled: a count's, that of this kind's own field of the name, else text."""
    name = column.removeprefix(context.prefix)
    if name == context.count:
        return pl.Int64
    own = kind.schema.columns.get(name)
    if column.endswith(AT) or own is None or own.dtype is None:
        return pl.String
    dtype: pl.DataType = own.dtype.type
    return dtype
