"""Rows from elsewhere joined on to a frame, so that a rule over two submissions is an expression like any other.

Pure: what to compare with is handed in. A source that was not handed in leaves its columns null, and the rules that
need it answer "cannot tell".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from contracts.finding import Cell
from contracts.kind import Kind
from contracts.measure import Context
from contracts.period import Period
from contracts.table import Table

AT = "__at"
# Characters that XML forbids, so that no sheet can be named with them.
PART, PLACES = "\x1f", "\x1e"
References = Mapping[str, "Reference | list[Reference]"]


@dataclass(frozen=True)
class Reference:
    """Typed rows of an accepted submission, with where each field stands.

    columns: field name → column letter in that file.
    """

    frame: pl.DataFrame
    columns: Mapping[str, str]
    sheet: str
    file: str

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
    frame: pl.DataFrame,
    totals: pl.DataFrame | None,
    references: References,
    *,
    period: Period | None,
    filer: str | None,
) -> pl.DataFrame:
    """`frame` with what its rules compare with: `_period_start`, `_period_end` (Date) and `_filer`, the control totals
    (`total_<field>`) and the kind's contexts.

    frame, totals: typed rows of `table`. Row count and order are those of `frame`. For each context there is also
    `<prefix>given`: true where its source was handed in, else null ("cannot tell").
    """
    wide = _attach_totals(kind, table, frame, totals).with_columns(
        pl.lit(period.start if period else None, dtype=pl.Date).alias("_period_start"),
        pl.lit(period.end if period else None, dtype=pl.Date).alias("_period_end"),
        pl.lit(filer, dtype=pl.String).alias("_filer"),
    )
    for context in kind.contexts:
        given = references.get(context.source, [])
        rows = [r.located() for r in (given if isinstance(given, list) else [given])]
        wide = _join(kind, context, wide, pl.concat(rows, how="diagonal") if rows else None)
    return wide


def _join(kind: Kind, context: Context, wide: pl.DataFrame, there: pl.DataFrame | None) -> pl.DataFrame:
    names = {n: context.prefix + n for n in context.take}
    names |= {n + AT: context.prefix + n + AT for n in context.take}
    if there is not None:
        # No key: a form of one row, compared with the one row there.
        keys = [pl.col(key) for _, key in context.on] or [pl.lit(1)]
        own = [mine for mine, _ in context.on] or [pl.lit(1)]
        ids = [f"_key{i}" for i in range(len(keys))]
        there = there.select(
            *[key.alias(i) for key, i in zip(keys, ids, strict=True)],
            *[pl.col(n).alias(new) for n, new in names.items() if n in there.columns],
        )
        # A key that stands twice over there would double rows here; the first is as good as any to name.
        there = there.unique(subset=ids, keep="first", maintain_order=True)
        wide = wide.with_columns(mine.alias(i) for mine, i in zip(own, ids, strict=True))
        wide = wide.join(there, on=ids, how="left", maintain_order="left").drop(ids)
    missing = [new for new in names.values() if new not in wide.columns]
    return wide.with_columns(
        pl.lit(True if there is not None else None, dtype=pl.Boolean).alias(f"{context.prefix}given"),
        *[pl.lit(None, dtype=_dtype(kind, new, context.prefix)).alias(new) for new in missing],
    )


def _attach_totals(kind: Kind, table: Table, frame: pl.DataFrame, totals: pl.DataFrame | None) -> pl.DataFrame:
    if kind.total_in is None:
        return frame
    names = [f.name for f in kind.fields]
    if totals is None or totals.is_empty():
        return frame.with_columns(
            *[pl.lit(None, dtype=frame.schema[n]).alias(f"total_{n}") for n in names],
            *[pl.lit(None, dtype=pl.String).alias(f"total_{n}{AT}") for n in names],
        )
    # 小计 may stand above 合计: the last total row is the one that speaks of the whole table.
    last = totals.row(-1, named=True)
    return frame.with_columns(
        *[pl.lit(last[n], dtype=frame.schema[n]).alias(f"total_{n}") for n in names],
        *[pl.lit(_place(table, n, last["_row"]), dtype=pl.String).alias(f"total_{n}{AT}") for n in names],
    )


def _place(table: Table, name: str, row: int) -> str | None:
    address = table.address(name, row)
    return None if address is None else place("", table.sheet, address)


def _dtype(kind: Kind, column: str, prefix: str) -> pl.DataType | type[pl.DataType]:
    """The type of a context column nobody filled: that of this kind's own field of the name, else text."""
    name = column.removeprefix(prefix)
    own = kind.schema.columns.get(name)
    if column.endswith(AT) or own is None or own.dtype is None:
        return pl.String
    dtype: pl.DataType = own.dtype.type
    return dtype
