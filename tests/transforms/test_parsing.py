"""Parsing: exact dtypes, exact values, and null beside the filed text for whatever does not fit."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.field import Field, Type
from contracts.table import Table
from transforms.parsing import parse_column, parse_table


def parsed(text: str, kind: Type, **more: object) -> object:
    field = Field("x", "列", "x", kind, **more)  # type: ignore[arg-type]
    name, filed, *_ = parse_column(pl.Series("x", [text]), field, year=2020)
    assert filed.to_list() == [text]
    return name.to_list()[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9185", 9185), ("9,185", 9185), ("９１８５", 9185), ("9185.0", 9185), (" 1,234,567 ", 1234567),
        ("21544 个", 21544), ("21544个", 21544), ("0", 0),
        ("9223372036854775807", 2**63 - 1), ("9223372036854775808", None),
        ("9185.5", None),
        ("-3", None), ("91,85", None), ("1e3", None), ("2.3万", None), ("约3", None), ("3户", None), ("TRUE", None),
        ("99999999999999999999999999999999999999.5", None), ("３，０００", 3000), ("#DIV/0!", None), ("=1+1", None),
    ],
)  # fmt: skip
def test_counts(text: str, value: int | None) -> None:
    assert parsed(text, Type.COUNT, unit="个") == value


@pytest.mark.parametrize(("text", "value"), [("-3", -3), ("−3", -3), ("+3", 3), ("-1,000", -1000)])
def test_signed_counts(text: str, value: int) -> None:
    assert parsed(text, Type.COUNT, signed=True) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("270.8", "270.8"), ("-36.3", "-36.3"), ("25829223.8", "25829223.8"), ("99.5%", "99.5"), ("99.5％", "99.5"),
        ("0.123456", "0.123456"), ("0.1234567", None), ("0.1234560000", "0.123456"), ("1,234.5", "1234.5"),
        ("——", None),
        ("9" * 32 + ".999999", "9" * 32 + ".999999"), ("9" * 33, None), ("1.", None), (".5", None), ("15%以上", None),
        ("0.30000000000000004", None), ("1" * 30 + "." + "1" * 7, None),
    ],
)  # fmt: skip
def test_decimals_are_exact_or_null(text: str, value: str | None) -> None:
    found = parsed(text, Type.DECIMAL, unit="%")
    assert found == (None if value is None else Decimal(value))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**25), max_value=10**25))
def test_any_decimal_of_six_places_comes_back(number: Decimal) -> None:
    assert parsed(format(number, "f"), Type.DECIMAL) == number


@given(st.integers(-(2**63), 2**63 - 1))
def test_any_count_comes_back_with_and_without_commas(number: int) -> None:
    assert parsed(str(number), Type.COUNT, signed=True) == number
    assert parsed(f"{number:,}", Type.COUNT, signed=True) == number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, date(2020, 11, 30)) for text in ("2020-11-30", "2020/11/30", "2020.11.30", "2020年11月30日",
                                                  "20201130", "2020-11-30 00:00:00", "２０２０年１１月３０日")),
        ("2020-1-5", date(2020, 1, 5)), ("2020-11-30 08:05:01", None), ("2020-02-30", None), ("2020-11", None),
        ("2020-11/30", None), ("11月30日", None), ("44165", None), ("2020年11月", None),
    ],
)  # fmt: skip
def test_days(text: str, value: date | None) -> None:
    assert parsed(text, Type.DAY) == value


def table_of(**columns: list[str | None]) -> Table:
    rows = len(next(iter(columns.values())))
    frame = pl.DataFrame(
        {"_row": list(range(5, 5 + rows)), **columns}, schema_overrides=dict.fromkeys(columns, pl.String)
    )
    return Table("", frame, {}, {}, frame.clear())


def test_dates_keep_their_granularity() -> None:
    table = table_of(x=["2020年11月", "11月30日", "2020-12-20", "下个月"])
    frame = parse_table(table, [Field("x", "日期", "x", Type.DATE)], year=2020)
    assert frame.schema == {
        "_row": pl.Int64, "x": pl.String, "x__text": pl.String, "x__first": pl.Date, "x__last": pl.Date,
        "x__granularity": pl.String,
    }  # fmt: skip
    assert frame.rows() == [
        (5, "2020-11", "2020年11月", date(2020, 11, 1), date(2020, 11, 30), "month"),
        (6, "2020-11-30", "11月30日", date(2020, 11, 30), date(2020, 11, 30), "day"),
        (7, "2020-12-20", "2020-12-20", date(2020, 12, 20), date(2020, 12, 20), "day"),
        (8, None, "下个月", None, None, None),
    ]
    assert parse_table(table, [Field("x", "日期", "x", Type.DATE)], year=None)["x"].to_list()[1] is None


def test_quantities() -> None:
    field = Field("x", "值", "x", Type.QUANTITY)
    frame = parse_table(table_of(x=["99%以上", "2.3万个", None, "很多"]), [field], year=2020)
    number = pl.Decimal(38, 6)
    assert frame.schema == {
        "_row": pl.Int64, "x": number, "x__text": pl.String, "x__low": number, "x__high": number,
        "x__low_closed": pl.Boolean,
        "x__high_closed": pl.Boolean, "x__comparator": pl.String, "x__unit": pl.String, "x__direction": pl.Int8,
    }  # fmt: skip
    assert frame["x"].to_list() == [Decimal(99), Decimal(23000), None, None]
    assert frame["x__low"].to_list()[:2] == [Decimal(99), Decimal(22500)]  # 2.3万 may be rounded from that
    assert frame["x__high"].to_list()[0] is None
    assert frame["x__unit"].to_list() == ["%", "个", None, None]
    assert frame["x__comparator"].to_list()[0] == ">="
    assert frame["x__text"].to_list() == ["99%以上", "2.3万个", None, "很多"]


def test_items_are_counted_distinct() -> None:
    field = Field("x", "单位", "x", Type.ITEMS)
    frame = parse_table(table_of(x=["电信、移动，联通;铁塔；移动", "电信和移动", "、 、", None]), [field], year=2020)
    assert frame["x"].to_list() == ["电信、移动、联通、铁塔", "电信和移动", None, None]
    assert frame["x__count"].to_list() == [4, 1, None, None]
    assert frame["x__text"].to_list()[2] == "、 、"


def test_blanks_and_blank_texts_are_null_in_both_columns() -> None:
    fields = [
        Field("a", "甲", "a", Type.DECIMAL, blank_texts=("——", "/")),
        Field("b", "乙", "b", blank_texts=("无",)),
        Field("c", "丙", "c", Type.CHOICE),
    ]
    frame = parse_table(
        table_of(a=["——", " / ", "1"], b=["\u3000", "无", " 无 题 "], c=[None, " 已完成\n", ""]), fields, year=None
    )
    assert frame.columns == ["_row", "a", "a__text", "b", "c"]
    assert frame.rows() == [
        (5, None, None, None, None),
        (6, None, None, None, "已完成"),
        (7, Decimal(1), "1", "无 题", None),
    ]


@pytest.mark.parametrize("kind", list(Type))
def test_an_empty_and_an_all_null_column_have_the_same_types(kind: Type) -> None:
    field = Field("x", "列", "x", kind)
    some = parse_table(table_of(x=["1"]), [field], year=2020)
    assert parse_table(table_of(x=[None, None]), [field], year=2020).schema == some.schema
    assert parse_table(table_of(x=[]), [field], year=2020).schema == some.schema


@given(st.sampled_from(list(Type)), st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"])))))
def test_nothing_filed_is_lost_and_nothing_raises(kind: Type, texts: list[str | None]) -> None:
    frame = parse_table(table_of(x=texts), [Field("x", "列", "x", kind, unit="个")], year=2020)
    column = Field("x", "列", "x", kind).text_column
    kept = [text for text in texts if text is not None and text.strip()]
    assert frame.height == len(texts)
    if column == "x__text":
        assert [text for text in frame[column].to_list() if text is not None and text.strip()] == kept


def test_a_hundred_thousand_rows_are_quick() -> None:
    table = table_of(x=["2020年11月30日", "9,185"] * 50_000)
    start = time.perf_counter()
    parse_table(table, [Field("x", "列", "x", Type.DATE)], year=2020)
    assert time.perf_counter() - start < 1
