"""A typed column → the texts a filer saw, and what they were: many at a time.

The same value has the same text as in a workbook: whole numbers without a fraction, never an exponent, dates as ISO.
"""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pyarrow as pa

from transforms.readers.values import float_texts

_MIDNIGHT = " 00:00:00"


def column_texts(values: pa.Array) -> tuple[pl.Series, str]:
    """Texts (null for an empty cell) and the type of all that are filled: "text", "number", "date", …"""
    kind = values.type
    if pa.types.is_dictionary(kind):
        texts, name = column_texts(values.dictionary)
        return texts.gather(pl.Series(values.indices.to_pylist(), dtype=pl.Int64)), name
    if pa.types.is_null(kind):
        return pl.Series(values=[None] * len(values), dtype=pl.String), "text"
    if _is_plain(kind):
        series = pl.from_arrow(values)
        assert isinstance(series, pl.Series)
        return _plain_texts(series.alias("v"))
    if pa.types.is_decimal(kind):
        texts = pl.Series([None if v is None else format(v, "f") for v in values.to_pylist()], dtype=pl.String)
        return _without_zeros(texts), "number"
    # Lists, records and maps have no shape of a cell: they are written out in full.
    return pl.Series([None if v is None else _json(v) for v in values.to_pylist()], dtype=pl.String), "text"


def dates_alone(texts: pl.Series) -> pl.Series | None:
    """The dates of a column of dates and times that are all at midnight; None if one is not."""
    at_midnight = texts.str.ends_with(_MIDNIGHT).drop_nulls()
    return texts.str.strip_suffix(_MIDNIGHT) if at_midnight.len() and at_midnight.all() else None


def _is_plain(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
        or types.is_boolean(kind)
        or types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_decimal128(kind)
        or types.is_date(kind)
        or types.is_time(kind)
        or types.is_timestamp(kind)
    )


def _plain_texts(values: pl.Series) -> tuple[pl.Series, str]:
    kind = values.dtype
    if kind == pl.String:
        return _select(values, pl.when(pl.col("v") != "").then(pl.col("v"))), "text"
    if kind == pl.Boolean:
        said = pl.when(pl.col("v")).then(pl.lit("TRUE")).when(~pl.col("v")).then(pl.lit("FALSE"))
        return _select(values, said), "boolean"
    if kind.is_integer():
        return values.cast(pl.String), "number"
    if kind.is_float():
        return _number_texts(values), "number"
    if kind.is_decimal():
        return _without_zeros(values.cast(pl.String)), "number"
    if kind == pl.Date:
        return values.dt.to_string("%Y-%m-%d"), "date"
    if kind == pl.Time:
        return _without_zeros(values.dt.to_string("%H:%M:%S%.f")), "time"
    assert isinstance(kind, pl.Datetime)
    texts = _without_zeros(values.dt.to_string("%Y-%m-%d %H:%M:%S%.f"))
    return (texts + values.dt.to_string("%:z") if kind.time_zone else texts), "datetime"


def _number_texts(values: pl.Series) -> pl.Series:
    """To 15 significant digits, without an exponent; a number that is none (NaN, inf) by its name."""
    # the shortest text of a short float is not that of the same number as a long one: 0.1, not 0.100000001
    return float_texts(values if values.dtype == pl.Float64 else values.cast(pl.String).cast(pl.Float64))


def _without_zeros(texts: pl.Series) -> pl.Series:
    """1.500000 → 1.5, 46.00 → 46, -0.00 → 0."""
    stripped = pl.col("v").str.strip_chars_end("0").str.strip_chars_end(".")
    texts = _select(
        texts.alias("v"), pl.when(pl.col("v").str.contains(".", literal=True)).then(stripped).otherwise(pl.col("v"))
    )
    return _select(texts.alias("v"), pl.when(pl.col("v") == "-0").then(pl.lit("0")).otherwise(pl.col("v")))


def _select(values: pl.Series, expression: pl.Expr) -> pl.Series:
    return pl.DataFrame({"v": values}).select(expression.alias("v")).to_series()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict | tuple) else str(value)
