"""Rows that hold from one day to another, found by a day: the same as looking for them one by one."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from contracts.context import Reference, attach_context
from contracts.in_force import SPAN, span_of, spread
from contracts.measure import Context
from tests.contracts.right_rows import make_table
from tests.contracts.small_kind import small_kind

DAY = st.dates(date(2020, 1, 1), date(2020, 1, 12))
ROW = st.tuples(st.sampled_from("ab"), st.none() | DAY, st.none() | DAY)
KEPT = {"key": pl.String, "first": pl.Date, "last": pl.Date}


def there(rows: list[tuple[str, date | None, date | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=KEPT, orient="row").with_row_index("row")


@given(st.lists(ROW, max_size=6), st.lists(st.none() | DAY))
def test_spans_find_what_holds_on_a_day(
    rows: list[tuple[str, date | None, date | None]], days: list[date | None]
) -> None:
    spread_rows, begins = spread(there(rows), "first", "last")
    asked = pl.DataFrame({"day": days}, schema={"day": pl.Date}).with_columns(
        span_of(pl.col("day"), begins).alias(SPAN)
    )
    assert asked.schema[SPAN] == spread_rows.schema[SPAN] == pl.UInt32
    for day, span in asked.rows():
        found = set(spread_rows.filter(pl.col(SPAN) == span)["row"]) if span is not None else set()
        holding = {
            n for n, (_, first, last) in enumerate(rows)
            if day is not None and (first is None or first <= day) and (last is None or day <= last)
        }  # fmt: skip
        assert found == holding


def test_a_context_brings_the_row_in_force_whether_read_at_once_or_in_pieces() -> None:
    day = pl.col("b").cast(pl.Int32).cast(pl.Date)
    context = Context(
        "list", ((pl.col("name"), "key"),), ("row",), "now_", "清单", "list", during=(day, "first", "last")
    )
    kind = small_kind(contexts=(context,))
    one = date(2020, 1, 6)
    listed = there([("a", None, one), ("a", one + timedelta(days=1), None), ("b", one, None), ("b", None, None)])
    reference = Reference(listed.with_columns(_row=pl.col("row") + 2), {"row": "C"}, "表", "list.csv")
    before = (one - date(1970, 1, 1)).days
    names, numbers = ["a", "a", "b", "b", "c", "a"], [before, before + 1, before - 1, before, before, None]
    frame = pl.DataFrame(
        {"_row": range(2, 8), "name": names, "a": [0] * 6, "b": numbers},
        schema={"_row": pl.Int64, "name": pl.String, "a": pl.Int64, "b": pl.Int64},
    )  # fmt: skip
    table = make_table(kind, [])
    at_once = attach_context(kind, table, frame, None, {"list": reference}, period=None, filer=None)
    # Two rows for b hold on that day: the first one counts.
    assert at_once["now_row"].to_list() == [0, 1, 3, 2, None, None]
    assert [place and place[-2:] for place in at_once["now_row__at"]] == ["C2", "C3", "C5", "C4", None, None]
    lazily = attach_context(kind, table, frame.lazy(), None, {"list": reference}, period=None, filer=None)
    assert lazily.collect().equals(at_once)
    assert context.sought_by[-1] is day
