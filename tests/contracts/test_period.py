"""Periods and written dates: what they are read as, and that nothing is made more exact than it was written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.period import PartialDate, Period, parse_date

DAYS = st.dates(date(1950, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("text", "start", "end", "label_zh"),
    [
        ("2020", date(2020, 1, 1), date(2020, 12, 31), "2020年"),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29), "2020年2月"),
        ("2020-11", date(2020, 11, 1), date(2020, 11, 30), "2020年11月"),
        ("2020Q4", date(2020, 10, 1), date(2020, 12, 31), "2020年第四季度"),
        ("2020H1", date(2020, 1, 1), date(2020, 6, 30), "2020年上半年"),
        ("2020H2", date(2020, 7, 1), date(2020, 12, 31), "2020年下半年"),
        ("2020-12-20", date(2020, 12, 20), date(2020, 12, 20), "2020年12月20日"),
        ("2020-W01", date(2019, 12, 30), date(2020, 1, 5), "2020年第1周"),
        ("2020-W24", date(2020, 6, 8), date(2020, 6, 14), "2020年第24周"),
        ("2020-09-15..2020-09-18", date(2020, 9, 15), date(2020, 9, 18), "2020年9月15日至2020年9月18日"),
    ],
)
def test_a_period_is_read_and_named(text: str, start: date, end: date, label_zh: str) -> None:
    period = Period.parse(text)
    assert (period.start, period.end) == (start, end)
    assert period.label == text
    assert period.label_zh == label_zh
    assert period.year == 2020


@pytest.mark.parametrize(
    "text",
    [
        "", "20", "2020Q5", "2020H3", "2020-13", "2020-00", "2020-11-00", "2021-02-29", "2020..", "0000", "去年",
        "2020-W00", "2020-W54", "2021-W53", "2020W24", "2020-W1", "9999-W52",
    ],
)  # fmt: skip
def test_an_unreadable_period_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(ValueError, match=r"无法识别的期间.*expected 2020, 2020-11"):
        Period.parse(text)


def test_a_period_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match=r"早于.*before it starts"):
        Period.parse("2020-12..2020-11")


def test_both_ends_of_a_period_belong_to_it() -> None:
    period = Period.parse("2020-11")
    assert period.contains(date(2020, 11, 1))
    assert period.contains(date(2020, 11, 30))
    assert not period.contains(date(2020, 10, 31))
    assert not period.contains(date(2020, 12, 1))


def test_periods_sort_by_their_first_day() -> None:
    texts = ["2021", "2020-11", "2020", "2020Q4"]
    assert [p.label for p in sorted(map(Period.parse, texts))] == ["2020", "2020Q4", "2020-11", "2021"]


@given(DAYS, st.integers(0, 900))
def test_a_label_reads_back_to_its_period(start: date, length: int) -> None:
    period = Period(start, start + timedelta(days=length))
    assert Period.parse(period.label) == period


@given(DAYS)
def test_a_week_is_monday_to_sunday_of_the_year_of_its_thursday(day: date) -> None:
    monday = day - timedelta(days=day.weekday())
    week = Period(monday, monday + timedelta(days=6))
    thursday = monday + timedelta(days=3)
    assert week.label[:6] == f"{thursday.year}-W"
    assert Period.parse(week.label) == week
    assert week.year == week.end.year
    assert week.year_before.end - week.year_before.start == timedelta(days=6)
    assert week.year_before.label[:4] == str(thursday.year - 1)


def test_seven_days_that_begin_on_another_day_are_no_week() -> None:
    assert Period(date(2020, 6, 9), date(2020, 6, 15)).label == "2020-06-09..2020-06-15"


@given(st.integers(1900, 2100), st.sampled_from(["", "Q1", "Q2", "Q3", "Q4", "H1", "H2", "-01", "-02", "-07", "-12"]))
def test_a_short_label_is_the_one_that_was_read(year: int, part: str) -> None:
    assert Period.parse(f"{year}{part}").label == f"{year}{part}"


@pytest.mark.parametrize(
    ("text", "iso", "granularity"),
    [
        ("2020-11-30", "2020-11-30", "day"),
        ("2020/11/30", "2020-11-30", "day"),
        ("2020.11.30", "2020-11-30", "day"),
        ("20201130", "2020-11-30", "day"),
        ("2020年11月30日", "2020-11-30", "day"),
        ("２０２０ 年 １１ 月 ３０ 日", "2020-11-30", "day"),
        ("2020-11-30 00:00:00", "2020-11-30", "day"),
        ("2020-11-30T00:00:00", "2020-11-30", "day"),
        ("11 月 30 日", "2020-11-30", "day"),
        ("截至11月30日", "2020-11-30", "day"),
        ("11.30", "2020-11-30", "day"),
        ("今年3月4日", "2020-03-04", "day"),
        ("去年12月25日", "2019-12-25", "day"),
        ("11月底", "2020-11-30", "day"),
        ("2月末", "2020-02-29", "day"),
        ("2019年底", "2019-12-31", "day"),
        ("2020-11", "2020-11", "month"),
        ("2020年11月", "2020-11", "month"),
        ("10月", "2020-10", "month"),
        ("10 月份", "2020-10", "month"),
        ("7月上旬", "2020-07-01..2020-07-10", "dekad"),
        ("7月中旬", "2020-07-11..2020-07-20", "dekad"),
        ("7月下旬", "2020-07-21..2020-07-31", "dekad"),
        ("2021年2月下旬", "2021-02-21..2021-02-28", "dekad"),
        ("2020Q4", "2020Q4", "quarter"),
        ("第四季度", "2020Q4", "quarter"),
        ("上半年", "2020-01-01..2020-06-30", "range"),
        ("2020", "2020", "year"),
        ("2020年度", "2020", "year"),
        ("2020-2022", "2020-01-01..2022-12-31", "range"),
        ("2021-2023年", "2021-01-01..2023-12-31", "range"),
        ("9 月-12 月", "2020-09-01..2020-12-31", "range"),
        ("9-12月", "2020-09-01..2020-12-31", "range"),
        ("2020年1-3月", "2020-01-01..2020-03-31", "range"),
        ("6月8日-13日", "2020-06-08..2020-06-13", "range"),
        ("6月8日–13日", "2020-06-08..2020-06-13", "range"),
        ("6月8日—13日", "2020-06-08..2020-06-13", "range"),
        ("6月8日～13日", "2020-06-08..2020-06-13", "range"),
        ("6月8日至13日", "2020-06-08..2020-06-13", "range"),
        ("6月8日到13日", "2020-06-08..2020-06-13", "range"),
        ("8月31日-9月5日", "2020-08-31..2020-09-05", "range"),
        ("2019 年 12 月 25 日-27 日", "2019-12-25..2019-12-27", "range"),
        ("2020-09-15至2020-09-18", "2020-09-15..2020-09-18", "range"),
        ("2020-09-15-2020-09-18", "2020-09-15..2020-09-18", "range"),
        ("2019年12月25日-2020年1月5日", "2019-12-25..2020-01-05", "range"),
    ],
)
def test_a_date_keeps_the_exactness_it_was_written_with(text: str, iso: str, granularity: str) -> None:
    read = parse_date(text, 2020)
    assert read is not None
    assert (read.iso, read.granularity, read.text) == (iso, granularity, text.strip())


@pytest.mark.parametrize(
    "text",
    [
        "", "已完成", "44165", "2020-02-30", "2021年2月29日", "13月", "0月", "2020-13", "4月31日",
        "2020-11-30 25:00:00",
        "11月8日-2日",  # runs backwards
        "12月25日-1月5日",  # crosses a year nobody named
        "9月-10月5日",  # a month is not the day it begins with
        "2020.1",  # January, or October that lost its zero
        "1 1月", "2020年12月1日前", "1800", "9999年",
    ],
)  # fmt: skip
def test_what_is_no_date_or_no_certain_one_is_not_read(text: str) -> None:
    assert parse_date(text, 2020 if "2021" not in text else 2021) is None


@pytest.mark.parametrize("text", ["11月30日", "10月", "11.30", "7月下旬", "第四季度", "上半年", "去年", "6月8日-13日"])
def test_a_missing_year_is_not_guessed(text: str) -> None:
    assert parse_date(text, None) is None


@given(DAYS)
def test_every_spelling_of_a_day_is_the_same_day(day: date) -> None:
    spellings = [
        day.isoformat(),
        f"{day:%Y/%m/%d}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.month}月{day.day}日",
        f"{day.isoformat()} 00:00:00",
    ]
    assert {parse_date(text, day.year) for text in spellings} == {PartialDate(day, day, s, "day") for s in spellings}


@given(DAYS, st.integers(1, 400))
def test_the_iso_form_of_a_range_reads_back(first: date, length: int) -> None:
    written = PartialDate(first, first + timedelta(days=length), "", "range")
    read = parse_date(written.iso, None)
    assert read is not None
    assert (read.first, read.last, read.granularity) == (written.first, written.last, "range")


@given(st.text(alphabet="0123456789年月日号-./~至到底旬上中下季度Q H", max_size=14), st.integers(1990, 2050))
def test_whatever_is_read_runs_forwards_and_is_as_wide_as_it_says(text: str, year: int) -> None:
    read = parse_date(text, year)
    if read is None:
        return
    assert read.first <= read.last
    assert (read.granularity == "day") <= (read.first == read.last)
    if read.granularity == "month":
        assert read.first.day == 1
        assert (read.last + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ("2020", "2019"),
        ("2020-02", "2019-02"),
        ("2021-02", "2020-02"),
        ("2020Q4", "2019Q4"),
        ("2020-02-29", "2019-02-28"),
        ("2020-W01", "2019-W01"),
        ("2020-W53", "2019-W52"),
    ],
)
def test_the_same_months_of_the_year_before(period: str, before: str) -> None:
    assert Period.parse(period).year_before == Period.parse(before)


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ("2020", "2019"),
        ("2020-01", "2019-12"),
        ("2020-03", "2020-02"),
        ("2020Q1", "2019Q4"),
        ("2020Q4", "2020Q3"),
        ("2020H1", "2019H2"),
        ("2020-W01", "2019-W52"),
        ("2020-03-01", "2020-02-29"),
        ("2020-01-11..2020-01-20", "2020-01-01..2020-01-10"),
    ],
)
def test_the_period_just_before(period: str, before: str) -> None:
    assert Period.parse(period).before == Period.parse(before)
