"""Parquet files: the texts of every type, what is refused, and that a million rows are read column by column."""

from __future__ import annotations

import datetime as dt
import io
import math
import resource
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.book import Limits, Sheet
from transforms.readers.parquet import read_parquet
from transforms.readers.values import number_text

LIMITS = Limits()


def by_polars(frame: pl.DataFrame, **options: Any) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out, **options)
    return out.getvalue()


def by_pyarrow(columns: list[tuple[str, pa.Array]], **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table([values for _, values in columns], names=[name for name, _ in columns]), out, **options)
    return out.getvalue()


def sheet_of(data: bytes) -> Sheet:
    part = read_parquet(data, "报表.parquet", LIMITS, None)
    assert part.findings == ()
    (sheet,) = part.sheets
    assert (sheet.name, sheet.hidden, sheet.first_row) == ("", False, 1)
    return sheet


def column(values: pa.Array) -> tuple[list[str | None], str | None]:
    """The texts of one column below its heading, and their type."""
    sheet = sheet_of(by_pyarrow([("a", values)]))
    assert sheet.types is not None
    texts, types = sheet.grid["A"].to_list(), sheet.types["A"].to_list()
    assert (texts[0], types[0]) == ("a", "text")
    assert [text is None for text in texts] == [kind is None for kind in types]
    (kind,) = {kind for kind in types[1:] if kind} or {None}
    return texts[1:], kind


def refused(data: bytes, **limits: int) -> tuple[str, str]:
    part = read_parquet(data, "报表.parquet", replace(LIMITS, **limits), None)
    assert part.sheets == ()
    (finding,) = part.findings
    assert finding.blocks
    assert "报表.parquet" in finding.message_zh
    assert "报表.parquet" in finding.message_en
    return finding.rule, finding.message_zh


NOON = dt.datetime(2020, 11, 30, 12, 0)
MIDNIGHT = dt.datetime(2020, 11, 30)
HALF = dt.datetime(2020, 11, 30, 8, 30, 0, 500_000)


@pytest.mark.parametrize(
    ("values", "texts", "kind"),
    [
        (pa.array(["江西", "", None]), ["江西", None, None], "text"),
        (pa.array(["江西", "江西", None]).dictionary_encode(), ["江西", "江西", None], "text"),
        (pa.array([1, -2, 2**62]), ["1", "-2", str(2**62)], "number"),
        (pa.array([46.0, 0.1 + 0.2, -0.0, 1e20, 1.5e-7]), ["46", "0.3", "0", "1" + "0" * 20, "0.00000015"], "number"),
        (pa.array([0.1, 46.0], pa.float32()), ["0.1", "46"], "number"),
        (pa.array([Decimal("1.50"), Decimal("-0.00"), Decimal("46.00")]), ["1.5", "0", "46"], "number"),
        (pa.array([Decimal("12345678901234567890.25")], pa.decimal256(60, 2)), ["12345678901234567890.25"], "number"),
        (pa.array([True, False, None]), ["TRUE", "FALSE", None], "boolean"),
        (pa.array([dt.date(2020, 11, 30), None]), ["2020-11-30", None], "date"),
        (pa.array([NOON, HALF]), ["2020-11-30 12:00:00", "2020-11-30 08:30:00.5"], "datetime"),
        (pa.array([NOON, MIDNIGHT]), ["2020-11-30 12:00:00", "2020-11-30 00:00:00"], "datetime"),
        (pa.array([MIDNIGHT, None]), ["2020-11-30", None], "date"),
        (
            # From the moment itself: what a time with a zone becomes depends on what else was imported.
            pa.array([round(NOON.replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000)], pa.int64()).cast(
                pa.timestamp("ms", "Asia/Shanghai")
            ),
            ["2020-11-30 12:00:00+08:00"],
            "datetime",
        ),
        (pa.array([dt.time(8, 30), dt.time(8, 30, 0, 5)]), ["08:30:00", "08:30:00.000005"], "time"),
        (pa.array([[1, 2], None]), ["[1, 2]", None], "text"),
        (pa.array([{"a": "江", "b": dt.date(2020, 1, 1)}]), ['{"a": "江", "b": "2020-01-01"}'], "text"),
        (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), ['[["k", 1]]'], "text"),
        (pa.array([dt.timedelta(hours=30)]), ["1 day, 6:00:00"], "text"),
        (pa.nulls(2), [None, None], None),
        (pa.array([None], pa.binary()), [None], None),
    ],
)
def test_the_text_of_every_type(values: pa.Array, texts: list[str | None], kind: str | None) -> None:
    assert column(values) == (texts, kind)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_are_written_as_in_a_workbook(numbers: list[float]) -> None:
    assert column(pa.array(numbers))[0] == [number_text(number) for number in numbers]


def test_numbers_that_are_none_are_said_by_name() -> None:
    assert column(pa.array([math.inf, 1.0, math.nan]))[0] == ["inf", "1", "NaN"]


def test_what_polars_wrote() -> None:
    frame = pl.DataFrame(
        {"名称": ["江西", "北京"], "类别": pl.Series(["甲", "乙"], dtype=pl.Enum(["甲", "乙"])), "数量": [46, None]}
    )
    sheet = sheet_of(by_polars(frame, compression="zstd"))
    assert sheet.grid.rows() == [("名称", "类别", "数量"), ("江西", "甲", "46"), ("北京", "乙", None)]
    assert sheet.types is not None
    assert sheet.types.rows()[1:] == [("text", "text", "number"), ("text", "text", None)]


def test_headings_may_be_doubled_or_empty_and_rows_may_be_none() -> None:
    sheet = sheet_of(by_pyarrow([("a", pa.array([1])), ("a", pa.array([2])), ("", pa.array([3]))]))
    assert sheet.grid.rows() == [("a", "a", None), ("1", "2", "3")]
    assert sheet_of(by_pyarrow([("a", pa.array([], pa.int64()))])).grid.rows() == [("a",)]


@pytest.mark.alone
def test_a_million_rows_are_read_by_column() -> None:
    rows = 1_000_000
    frame = pl.DataFrame({"n": pl.int_range(rows, eager=True), "x": pl.int_range(rows, eager=True) / 4}).with_columns(
        t=pl.lit("江西"), d=pl.lit(dt.date(2020, 11, 30))
    )
    data = by_polars(frame)
    started = time.perf_counter()
    grid = sheet_of(data).grid
    assert time.perf_counter() - started < 5
    assert grid.row(-1) == ("999999", "249999.75", "江西", "2020-11-30")


# --- what is refused


def test_bytes_are_no_text() -> None:
    rule, message = refused(by_pyarrow([("名称", pa.array(["a"])), ("照片", pa.array([b"\xff\xd8"]))]))
    assert rule == "FILE-02"
    assert "“照片”（B）" in message


def test_limits_are_checked_before_reading() -> None:
    data = by_pyarrow([("a", pa.array(range(1000))), ("b", pa.array(["长" * 50] * 1000))])
    assert refused(data, laid_cells=2001)[0] == "FILE-08"
    assert refused(data, columns=1)[0] == "FILE-08"
    assert refused(data, characters=49)[0] == "FILE-08"
    assert (
        refused(by_pyarrow([("a", pa.array(range(1000)))], use_dictionary=False), expanded_bytes=4000)[0] == "FILE-08"
    )


def test_one_long_text_repeated_does_not_fill_the_memory() -> None:
    """A file of a few kilobytes that says 4 GB when every cell is written out."""
    repeated = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["长" * 70_000]))
    data = by_pyarrow([("a", repeated)], compression="zstd")
    assert len(data) < 100_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(data)[0] == "FILE-08"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_a_text_that_is_no_utf8_is_damage() -> None:
    offsets = pa.array([0, 2], pa.int32()).buffers()[1]
    broken = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(b"\xff\xfe")])
    assert refused(by_pyarrow([("a", broken)]))[0] == "FILE-04"
    assert refused(by_pyarrow([("a", broken)], use_dictionary=False))[0] == "FILE-04"


@pytest.mark.parametrize("cut", [4, 8, 30, 200])
def test_a_damaged_file_is_said_to_be_damaged(cut: int) -> None:
    whole = by_pyarrow([("a", pa.array(range(1000)))])
    assert refused(whole[:-cut])[0] == "FILE-04"
    assert refused(whole[:cut])[0] == "FILE-04"


@pytest.mark.parametrize(
    ("ticks", "kind"),
    [
        ([2**31 - 1], pa.date32()),
        ([-(2**31)], pa.date32()),
        ([2**62], pa.date64()),
        ([2**50], pa.timestamp("s")),
        ([-(2**62)], pa.timestamp("ms", tz="Asia/Shanghai")),
        ([2**62], pa.timestamp("us")),
        ([86_400_000], pa.time32("ms")),
        ([-1], pa.time64("us")),
        ([2**62], pa.time64("ns")),
    ],
)
def test_a_day_or_a_time_that_there_is_not_is_damage(ticks: list[int], kind: pa.DataType) -> None:
    """Polars panics at some, makes 1970-01-01 of others, and of others nothing."""
    stored = pa.array([0, *ticks, None], pa.int32() if kind.bit_width == 32 else pa.int64())
    assert refused(by_pyarrow([("名称", pa.array(["a"] * 3)), ("时间", stored.view(kind))]))[0] == "FILE-04"


def test_the_first_and_the_last_day_and_moment_are_read() -> None:
    assert column(pa.array([dt.date.min, dt.date.max])) == (["0001-01-01", "9999-12-31"], "date")
    assert column(pa.array([dt.time.min, dt.time.max]))[0] == ["00:00:00", "23:59:59.999999"]
    last = dt.datetime(9999, 12, 31, 23, 59, 59, 999_999)
    assert column(pa.array([dt.datetime(1, 1, 1), last]))[0] == ["0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"]


def test_a_name_that_is_not_the_same_throughout_the_file_is_damage() -> None:
    whole = by_pyarrow([("名称", pa.array(["江西", "江西"]))], store_schema=False)
    first = whole.index("名称".encode())
    last = whole.rindex("名称".encode())
    assert first != last
    assert refused(whole[:last] + "各称".encode() + whole[last + 6 :])[0] == "FILE-04"
    assert refused(whole[:first] + "各称".encode() + whole[first + 6 :])[0] == "FILE-04"


def test_an_encrypted_file_is_said_to_be_encrypted() -> None:
    whole = by_pyarrow([("a", pa.array([1]))])
    assert refused(b"PARE" + whole[4:-4] + b"PARE")[0] == "FILE-03"


WHOLE = by_pyarrow([("名称", pa.array(["江西", "北京"] * 50)), ("数量", pa.array([1.5, None] * 50))])


@settings(max_examples=500, deadline=None)
@given(st.integers(0, len(WHOLE)), st.binary(max_size=20), st.integers(0, 20))
def test_no_damage_ever_raises(start: int, junk: bytes, cut: int) -> None:
    part = read_parquet(WHOLE[:start] + junk + WHOLE[start + cut :], "a.parquet", LIMITS, None)
    assert bool(part.sheets) != bool(part.findings)
