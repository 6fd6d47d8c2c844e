"""Rows that hold from one day to another, made ready to be found by a day: one for each span in which nothing changes.

Whoever has a day then has the number of its span, and finding the row in force is a join on equal keys. Pure; never
decides which of two rows is right that hold on one day.
"""

from __future__ import annotations

from typing import Final

import polars as pl

SPAN: Final = "_span"


def spread(rows: pl.DataFrame, first: str, last: str) -> tuple[pl.DataFrame, pl.Series]:
    """The rows, each once for every span of days in which it holds (`SPAN`, UInt32), and the days on which spans begin.

    first, last: Date columns with a row's first and last day, null where it has no such bound. Span 0 is before the
    first of the days, span n begins on the n-th.
    """
    begins = pl.concat([rows[first].rename("day"), rows[last].dt.offset_by("1d").rename("day")])
    begins = begins.drop_nulls().unique().sort()
    days = pl.concat([pl.Series("day", [None], dtype=pl.Date), begins])
    spans = pl.DataFrame({SPAN: pl.int_range(days.len(), dtype=pl.UInt32, eager=True), "_begins": days})
    begun = pl.col(first).is_null() | (pl.col(first) <= pl.col("_begins")).fill_null(value=False)
    # What has ended had a last day, and the day after it begins a span: span 0 is not after any last day.
    going_on = pl.col(last).is_null() | (pl.col("_begins") <= pl.col(last)).fill_null(value=True)
    held = rows.join(spans, how="cross", maintain_order="left").filter(begun & going_on)
    return held.drop("_begins"), begins


def span_of(day: pl.Expr, begins: pl.Series) -> pl.Expr:
    """The number of the span (UInt32) that each day lies in; null where there is none."""

    def look_up(days: pl.Series) -> pl.Series:
        number = pl.Series(begins.search_sorted(days.cast(pl.Date), side="right"), dtype=pl.UInt32)
        return number.to_frame("n").select(pl.when(pl.lit(days).is_not_null()).then("n")).to_series().alias(days.name)

    return day.map_batches(look_up, return_dtype=pl.UInt32, is_elementwise=True)
