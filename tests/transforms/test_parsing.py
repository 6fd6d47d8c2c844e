"""Parsing: exact dtypes, exact values, and null beside the filed text for whatever does not fit."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import from_excel as excel_day

from contracts.field import Field, Meaning, Type
from contracts.table import Table
from transforms.numbers import number_text, stated_text
from transforms.parsing import parse_column, parse_table

DIGITS = frozenset("0123456789")


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
        ("1 234 567", 1234567), ("1\u00a0234", 1234), ("1\u202f234", 1234), ("1\u3000234", 1234), ("1，234", 1234),
        ("12 34", None), ("1,234 567", None), ("1 2345", None), ("1\n234", None), ("'123", 123), ("＇123", 123),
        ("''123", None), ("+3", 3), ("＋3", 3), ("(123)", None), ("（123）", None), ("\u200e42", 42),
        ("12①", None), ("5²", None), ("①", None), ("½", None), ("٣", None), ("三", None), ("1'234", None),
    ],
)  # fmt: skip
def test_counts(text: str, value: int | None) -> None:
    assert parsed(text, Type.COUNT, unit="个") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-3", -3), ("−3", -3), ("+3", 3), ("-1,000", -1000), ("－3", -3), ("–3", -3), ("—3", -3), ("‐3", -3),
        ("﹣3", -3), ("负3", -3), ("- 3", -3), ("(3)", -3), ("（1,234）", -1234), ("( 3 )", -3), ("(3个)", -3),
        ("（3）个", -3),
        ("(-3)", None), ("(+3)", None), ("-(3)", None), ("((3))", None), ("(3", None), ("()", None), ("——3", None),
        ("--3", None), ("3-", None), ("-", None), ("(①)", None),
    ],
)  # fmt: skip
def test_signed_counts(text: str, value: int | None) -> None:
    assert parsed(text, Type.COUNT, signed=True, unit="个") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("270.8", "270.8"), ("-36.3", "-36.3"), ("25829223.8", "25829223.8"), ("99.5%", "99.5"), ("99.5％", "99.5"),
        ("0.123456", "0.123456"), ("0.1234567", None), ("0.1234560000", "0.123456"), ("1,234.5", "1234.5"),
        ("——", None),
        ("9" * 32 + ".999999", "9" * 32 + ".999999"), ("9" * 33, None), ("1.", None), (".5", None), ("15%以上", None),
        ("0.30000000000000004", None), ("1" * 30 + "." + "1" * 7, None),
        ("15%", "15"), ("15", "15"), ("0.15", "0.15"), ("15 ％", "15"), ("15%%", None), ("15‰", None), ("15个", None),
        ("4 859．7", "4859.7"), ("'15.50%", "15.5"), ("(15%)", None),
    ],
)  # fmt: skip
def test_decimals_are_exact_or_null(text: str, value: str | None) -> None:
    found = parsed(text, Type.DECIMAL, unit="%")
    assert found == (None if value is None else Decimal(value))


@pytest.mark.parametrize("unit", ["", "万户", "‰"])
def test_a_percentage_is_no_number_where_percent_is_not_the_unit(unit: str) -> None:
    assert parsed("15%", Type.DECIMAL, unit=unit) is None
    assert parsed("0.15", Type.DECIMAL, unit=unit) == Decimal("0.15")


GROUPS = st.lists(st.text(st.sampled_from("0123456789"), min_size=1, max_size=4), min_size=1, max_size=5)


@given(GROUPS, st.sampled_from([",", "，", " ", "\u00a0", "\u202f", "\u2009", "\u3000"]))
def test_digits_are_grouped_by_threes_or_the_text_is_no_number(groups: list[str], mark: str) -> None:
    grouped = len(groups) == 1 or (len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    assert parsed(mark.join(groups), Type.COUNT) == (int("".join(groups)) if grouped else None)


SIGNED = Field("x", "列", "x", Type.DECIMAL, signed=True, unit="%")


@given(st.text(st.sampled_from("0123456789０１.,，-－—()（）%+ '负①")))
def test_what_is_read_as_a_number_has_the_digits_that_were_written(text: str) -> None:
    plain = number_text(text, SIGNED)
    if plain is not None:
        assert [c for c in plain if c.isdigit()] == [
            c for c in text.translate(str.maketrans("０１", "01")) if c in DIGITS
        ]
        assert number_text(plain, SIGNED) == plain
        assert "①" not in text


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
        *((text, date(2020, 11, 30)) for text in ("2020-11-30 08:05:01", "2020-11-30 08:30", "2020/11/30T8:30",
                                                  "2020 年 11 月 30 日", "2020年11月30号", "2020年11月30日 08:30",
                                                  "'2020-11-30",
                                                  "44165", "４４１６５", "'44165", "2020—11—30")),
        ("2020-1-5", date(2020, 1, 5)), ("2020-11-30 25:00", None), ("2020-02-30", None), ("2020-11", None),
        ("2020-11/30", None), ("11月30日", None), ("2020年11月", None), ("20年11月30日", None), ("30/11/2020", None),
        ("11/30/2020", None), ("Nov-20", None), ("11.30", None), ("30.11.2020", None), ("2020.11", None),
        ("20000", date(1954, 10, 3)), ("60000", date(2064, 4, 8)), ("19999", None), ("60001", None), ("44,165", None),
        ("44165.5", None), ("44165天", None), ("044165", None), ("4416", None), ("-44165", None),
    ],
)  # fmt: skip
def test_days(text: str, value: date | None) -> None:
    assert parsed(text, Type.DAY) == value


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("44165", "2020-11-30"), ("11.30", "2020-11-30"), ("11．30", "2020-11-30"), ("11.03", "2020-11-03"),
        ("2020/11", "2020-11"), ("2020.11", "2020-11"), ("2020年11月", "2020-11"), ("2020-11-30 08:30", "2020-11-30"),
        ("'2020-11-30", "2020-11-30"), ("9.15-9.18", "2020-09-15..2020-09-18"), ("2020", "2020"),
        ("11.3", None), ("11.4", None), ("2020.1", None), ("20年11月30日", None), ("Nov-20", None), ("11/30", None),
        ("30.11", None), ("30/11/2020", None), ("441650", None), ("12.31.2020", None),
    ],
)  # fmt: skip
def test_dates_as_text(text: str, iso: str | None) -> None:
    assert parsed(text, Type.DATE) == iso


@given(st.integers(20_000, 60_000))
def test_a_serial_is_the_day_that_a_spreadsheet_shows(serial: int) -> None:
    day = excel_day(serial).date()
    assert parsed(str(serial), Type.DAY) == day
    assert parsed(str(serial), Type.DATE) == day.isoformat()
    assert parsed(str(serial), Type.COUNT) == serial


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
        "x__precision": number,
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


NA, ZERO, MISSING = Meaning.NOT_APPLICABLE, Meaning.ZERO, Meaning.MISSING


def test_blanks_and_words_for_a_missing_value_are_null_in_both_columns() -> None:
    fields = [
        Field("a", "甲", "a", Type.DECIMAL, words=(("——", MISSING), ("/", MISSING))),
        Field("b", "乙", "b", words=(("无", MISSING),)),
        Field("c", "丙", "c", Type.CHOICE),
    ]
    frame = parse_table(
        table_of(a=["——", " ／ ", "1"], b=["\u3000", "无", " 无 题 "], c=[None, " 已完成\n", ""]), fields, year=None
    )
    assert frame.columns == ["_row", "a", "a__text", "b", "c"]
    assert frame.rows() == [
        (5, None, None, None, None),
        (6, None, None, None, "已完成"),
        (7, Decimal(1), "1", "无 题", None),
    ]


def test_each_word_has_the_meaning_that_the_field_declares() -> None:
    words = (("——", NA), ("N/A", NA), ("无", ZERO), ("-", ZERO), ("未报", MISSING))
    texts = ["——", " ｎ ／ａ ", "无", "－", "未报", "", None, "3", "没有", "---"]
    fields = [Field("a", "甲", "a", Type.COUNT, required=False, words=words)]
    frame = parse_table(table_of(a=texts), fields, year=None)
    assert frame.columns == ["_row", "a", "a__text", "a__na"]
    assert frame["a"].to_list() == [None, None, 0, 0, None, None, None, 3, None, None]
    assert frame["a__text"].to_list() == ["——", " ｎ ／ａ ", "无", "－", None, None, None, "3", "没有", "---"]
    assert frame["a__na"].to_list() == [True, True, *[False] * 8]


@pytest.mark.parametrize(("blank", "value", "absent"), [(MISSING, None, False), (ZERO, 0, False), (NA, None, True)])
def test_what_a_blank_cell_means_is_declared(blank: Meaning, value: int | None, absent: bool) -> None:
    field = Field("a", "甲", "a", Type.COUNT, required=False, words=(("/", NA),), blank=blank)
    frame = parse_table(table_of(a=[None, "\u3000", "/", "5"]), [field], year=None)
    assert frame["a"].to_list() == [value, value, None, 5]
    assert frame["a__text"].to_list() == [None, None, "/", "5"]
    assert frame["a__na"].to_list() == [absent, absent, True, False]


def test_a_word_for_zero_is_a_quantity_of_nothing() -> None:
    field = Field("x", "值", "x", Type.QUANTITY, unit="起", words=(("——", ZERO),))
    (row,) = parse_table(table_of(x=["——"]), [field], year=None).rows(named=True)
    assert (row["x"], row["x__low"], row["x__high"], row["x__comparator"], row["x__unit"]) == (0, 0, 0, "=", "起")
    assert row["x__text"] == "——"


def test_texts_that_may_not_apply_keep_what_was_filed() -> None:
    fields = [
        Field("a", "甲", "a", words=(("不适用", NA),)),
        Field("b", "乙", "b", Type.CHOICE, choices=("是", "否"), words=(("/", NA),)),
        Field("c", "丙", "c", Type.DAY, words=(("—", NA),)),
    ]
    frame = parse_table(table_of(a=["不 适用", " 甲 "], b=["/", "是"], c=["—", "2020-01-01"]), fields, year=None)
    assert frame.drop("_row").rows() == [
        (None, "不 适用", True, None, "/", True, None, "—", True),
        ("甲", " 甲 ", False, "是", "是", False, date(2020, 1, 1), "2020-01-01", False),
    ]


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("4 859.70", Type.DECIMAL, "4859.70"), ("（36.3）", Type.DECIMAL, "-36.3"), ("15%", Type.DECIMAL, "15"),
        ("无", Type.DECIMAL, "0"), (None, Type.DECIMAL, "0"), (" ", Type.COUNT, "0"), ("很多", Type.DECIMAL, "很多"),
        ("99%以上", Type.QUANTITY, "99%以上"), ("1，234", Type.QUANTITY, "1234"), ("2.3万个", Type.QUANTITY, "2.3万个"),
    ],
)  # fmt: skip
def test_what_a_cell_says_can_be_read_as_a_quantity(text: str | None, kind: Type, said: str) -> None:
    field = Field("x", "值", "x", kind, False, signed=True, unit="%", words=(("无", ZERO),), blank=ZERO)
    assert stated_text(text, field) == said


@pytest.mark.parametrize("type_", [Type.COUNT, Type.DECIMAL, Type.DAY, Type.DATE, Type.QUANTITY])
@pytest.mark.parametrize("word", ["——", "-", "/", "N/A", "说明见附件"])
def test_a_word_that_is_not_declared_is_a_text_that_cannot_be_read(type_: Type, word: str) -> None:
    assert parsed(word, type_) is None


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


@pytest.mark.alone
@pytest.mark.parametrize("kind", list(Type))
@pytest.mark.parametrize(
    "text", ["(x" + " " * 300_000, "1 " * 150_000, "年 " * 150_000, "((" * 150_000, "1." * 150_000]
)
def test_a_cell_of_any_length_is_quick(kind: Type, text: str) -> None:
    start = time.perf_counter()
    parse_table(table_of(x=[text]), [Field("x", "列", "x", kind, signed=True, unit="%")], year=2020)
    parse_table(table_of(x=[text]), [Field("x", "列", "x", outline=True)], year=2020)
    assert time.perf_counter() - start < 2


@pytest.mark.alone
def test_a_hundred_thousand_rows_are_quick() -> None:
    table = table_of(x=["2020年11月30日", "9,185"] * 50_000)
    start = time.perf_counter()
    parse_table(table, [Field("x", "列", "x", Type.DATE)], year=2020)
    assert time.perf_counter() - start < 1
