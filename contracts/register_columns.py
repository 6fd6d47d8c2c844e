"""Typed columns of a register that was filed typed: what each of them is made of, as a value that can be written down.

Nothing is parsed from text here, and nothing is guessed: a form whose cells need that, or whose words say "nothing", is
no such register, and goes the ordinary way. What comes out is what parsing the cells one by one would have given
(`transforms.parsing`). Pure: frames in, lazy frames out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from contracts.field import Field, Meaning, Type

ROW = "_row"
FIRST_ROW = 2  # the columns' names are row 1, as a reader of cells counts
EXACT = pl.Decimal(38, 6)
WHOLE = frozenset({pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32})


class How(StrEnum):
    """What is done with a column of the file."""

    AS_IT_IS = "as it is"
    STRIPPED = "without blanks around"  # and a blank text is none
    WHOLE = "whole"
    COUNT = "count"  # a negative one is none; its text stays
    DECIMAL = "decimal"
    WRITTEN = "written"  # the text as which a whole number or a day shows
    DECIMAL_WRITTEN = "decimal written"  # without idle zeros


@dataclass(frozen=True)
class Source:
    """Where a typed column comes from. column: its name in the file; None where the file has no such column."""

    name: str
    column: str | None
    how: How
    dtype: str  # a key of `_TYPES`


_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "text": pl.String,
    "whole": pl.Int64,
    "decimal": EXACT,
    "day": pl.Date,
}
_SHOWN = (How.WRITTEN, How.DECIMAL_WRITTEN)
_MAKE: dict[How, Callable[[pl.Expr], pl.Expr]] = {
    How.AS_IT_IS: lambda column: column,
    How.STRIPPED: lambda column: pl.when(column.str.strip_chars() != "").then(column.str.strip_chars()),
    How.WHOLE: lambda column: column.cast(pl.Int64),
    How.COUNT: lambda column: pl.when(column >= 0).then(column.cast(pl.Int64)),
    How.DECIMAL: lambda column: column.cast(EXACT),
    How.WRITTEN: lambda column: column.cast(pl.String),
    How.DECIMAL_WRITTEN: lambda column: _without_idle_zeros(column.cast(pl.String)),
}


def plan_columns(
    fields: Iterable[Field], found: Mapping[str, str], schema: Mapping[str, pl.DataType], plain: Collection[str]
) -> tuple[Source, ...] | None:
    """How the typed columns of a form come from a file's; None where some of it would have to be parsed from text.

    found: field → column of the file. schema: of the file. plain: columns of text in which no text is blank or has
    blanks around it, and columns of whole numbers without a negative one.
    """
    plan: list[Source] = []
    for field in fields:
        made = _of_field(field, found.get(field.name), schema, plain)
        if made is None:
            return None
        plan += made
    return tuple(plan)


def typed(rows: pl.LazyFrame, plan: Sequence[Source]) -> pl.LazyFrame:
    """The typed frame of a file's rows. rows: its columns, and `_row`, the number of the row as a reader counts."""
    return rows.select(pl.col(ROW).cast(pl.Int64), *(_expression(source) for source in plan))


def made_of_others(plan: Sequence[Source]) -> dict[str, tuple[str, pl.Expr]]:
    """The columns that can be made of a typed one, by name: that one, and how. They are null where it is."""
    made, typed_as = {}, {source.column: source for source in plan if source.how not in _SHOWN}
    for source in plan:
        base = typed_as.get(source.column)
        if source.column is not None and base is not None and source.how in _SHOWN and base.how is not How.COUNT:
            how = How.DECIMAL_WRITTEN if base.how is How.DECIMAL else source.how
            made[source.name] = (base.name, _MAKE[how](pl.col(base.name)))
    return made


def _expression(source: Source) -> pl.Expr:
    if source.column is None:
        return pl.lit(None, dtype=_TYPES[source.dtype]).alias(source.name)
    return _MAKE[source.how](pl.col(source.column)).alias(source.name)


def _of_field(
    field: Field, column: str | None, schema: Mapping[str, pl.DataType], plain: Collection[str]
) -> list[Source] | None:
    if field.words or field.blank is not Meaning.MISSING or field.outline or field.otherwise:
        return None
    dtype = None if column is None else schema[column]
    made = _made(field, dtype, column in plain)
    if made is None:
        return None
    how, kind, written = made
    sources = [Source(field.name, column, how, kind)]
    return [*sources, Source(field.text_column, column, written, "text")] if field.has_text_twin else sources


def _made(field: Field, dtype: pl.DataType | None, plain: bool) -> tuple[How, str, How] | None:
    """How a field's column is made, of which type it is, and how its text; None for types that do not fit."""
    whole = dtype is None or type(dtype) in WHOLE
    match field.type:
        case Type.TEXT | Type.CHOICE if dtype is None or dtype == pl.String:
            return (How.AS_IT_IS if plain else How.STRIPPED), "text", How.AS_IT_IS
        case Type.COUNT if whole:
            return (How.WHOLE if field.signed or plain else How.COUNT), "whole", How.WRITTEN
        case Type.DECIMAL if whole:
            return How.DECIMAL, "decimal", How.WRITTEN
        case Type.DECIMAL if isinstance(dtype, pl.Decimal) and fits(dtype):
            return How.DECIMAL, "decimal", How.DECIMAL_WRITTEN
        case Type.DAY if dtype is None or dtype == pl.Date:
            return How.AS_IT_IS, "day", How.WRITTEN
    return None


def fits(dtype: pl.Decimal) -> bool:
    """Whether every number of the type is one of ours: six decimals, and 32 digits before them."""
    return dtype.scale <= 6 and (dtype.precision or 38) - dtype.scale <= 32


def _without_idle_zeros(texts: pl.Expr) -> pl.Expr:
    bare = texts.str.strip_chars_end("0").str.strip_chars_end(".")
    return pl.when(texts.str.contains(".", literal=True)).then(bare).otherwise(texts)
