"""A figure in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.figure import Figure, Source
from contracts.measure import Method
from contracts.numerals import chinese_integer
from contracts.period import Period
from contracts.quantity import parse_quantity
from warehouse.reports.rendering import chinese_number, comparator_text, figure_text, minute_zh, moment_text, place_text

FIGURE = Figure(
    indicator="x",
    name="某数",
    filer="JX",
    unit="个",
    comparator="=",
    value=Decimal(0),
    low=None,
    high=None,
    low_closed=True,
    high_closed=True,
    as_written="",
    period=Period.parse("2020"),
    as_of="",
    method=Method.STATED,
)


@pytest.mark.parametrize(
    ("comparator", "value", "low", "high", "unit", "written", "said"),
    [
        ("=", "30729", "30729", "30729", "个", "30729", "30729个"),
        (">=", "99", "99", "100", "%", "99%以上", "99%以上"),
        (">", "5000000000", "5000000000", None, "次", "超50亿次", "超过50亿次"),
        (">", "5000000000", "5000000000", None, "次", "", "超过50亿次"),
        ("=", "5123456789", "5123456789", "5123456789", "次", "5123456789", "5123456789次"),
        ("=", "27080000000", "27075000000", "27085000000", "元", "270.8", "270.8亿元"),
        ("=", "37", "36.95", "37.05", "%", "37.0%", "37.0%"),
        (">", "700", "700", "800", "本", "700余本", "700余本"),
        ("<=", "5", None, "5", "个", "不超过5个", "不超过5个"),
        ("<", "3", None, "3", "家", "不足3家", "不足3家"),
        ("~", "2", "1", "2", "小时", "近2个小时", "近2小时"),
        ("~", "2", "1", "3", "小时", "约2小时", "约2小时"),
        ("<=", "-15", None, "-15", "%", "降低15%以上", "下降15%以上"),
        ("=", "-15", "-15", "-15", "%", "降低15%", "下降15%"),
        (">=", "-15", "-15", None, "%", "降幅不超过15%", "下降不超过15%"),
        ("<", "-15", None, "-15", "%", "降低超过15%", "下降超过15%"),
        ("=", "23000", "22500", "23500", "个", "2.3万个", "2.3万个"),
        ("=", "2.50", "2.5", "2.5", "kW", "2.5KW", "2.5kW"),
        ("=", "3", "3", "3", "月", "3个月", "3个月"),
    ],
)
def test_a_figure_is_printed_in_the_style_of_the_source(
    comparator: str, value: str, low: str | None, high: str | None, unit: str, written: str, said: str
) -> None:
    figure = replace(
        FIGURE,
        comparator=comparator,
        value=Decimal(value),
        low=None if low is None else Decimal(low),
        high=None if high is None else Decimal(high),
        unit=unit,
        as_written=written,
    )
    assert figure_text(figure) == said


@pytest.mark.parametrize(
    ("comparator", "value", "words"), [("<=", "-15", "不小于"), (">=", "99", "不小于"), ("<", "3", "小于")]
)
def test_a_bound_is_worded_as_the_figure_is_printed(comparator: str, value: str, words: str) -> None:
    assert comparator_text(replace(FIGURE, comparator=comparator, value=Decimal(value))) == words


@given(st.decimals(0, 10**12, places=2), st.sampled_from(["=", ">=", "<=", "<"]))
def test_what_is_printed_reads_back_as_the_same_number(value: Decimal, comparator: str) -> None:
    low = value if comparator in ("=", ">=") else None
    high = value if comparator in ("=", "<=", "<") else None
    said = figure_text(replace(FIGURE, comparator=comparator, value=value, low=low, high=high, unit="件"))
    read = parse_quantity(said)
    assert read is not None
    assert (read.value, read.comparator, read.unit) == (value, comparator, "件")


@given(st.integers(1, 999))
def test_ordinals_read_back(number: int) -> None:
    assert chinese_integer(chinese_number(number)) == number


def test_ordinals_are_written_as_in_documents() -> None:
    assert [chinese_number(n) for n in (1, 10, 11, 20, 37, 105, 110)] == [
        "一", "十", "十一", "二十", "三十七", "一百零五", "一百一十",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("as_of", "period", "said"),
    [
        ("", "2020-11", "2020年11月"),
        ("2020-11-30", "2020-11", "截至2020年11月30日"),
        ("2020-12-20", "2020", "截至2020年12月20日"),
        ("2020-10", "2020", "2020年10月"),
        ("2020年汛期后", "2020", "2020年汛期后"),
    ],
)
def test_the_moment_a_figure_speaks_of(as_of: str, period: str, said: str) -> None:
    assert moment_text(replace(FIGURE, as_of=as_of, period=Period.parse(period))) == said


def test_the_last_second_of_a_day_is_its_end() -> None:
    assert minute_zh(datetime(2020, 12, 10, 23, 59, 59)) == "2020年12月10日24:00"
    assert minute_zh(datetime(2020, 12, 10, 9, 5, 7)) == "2020年12月10日09:05"


def test_a_place_names_the_sheet_where_there_is_one() -> None:
    source = Source("JX-1", "a.xlsx", "表一", "B5", "00")
    assert place_text(source) == "表一!B5"
    assert place_text(replace(source, sheet="")) == "B5"
