"""How a due term is written, said and reckoned, and what a roll rule then does: over a calendar made up for it."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.deadlines import ROLLS, parse_hour, parse_roll, reckon
from contracts.due_terms import EXPECTED, Unreadable, parse_term
from contracts.period import Period
from tests.contracts.made_calendar import CALENDAR

CLOSE = time(17, 30)


@pytest.mark.parametrize(
    ("term", "period", "expected"),
    [
        # calendar days: the period's last day is not counted, and with incl it is the first of them
        ("+10d", "2019-05", "2019-06-10"),
        ("+0d", "2019-05", "2019-05-31"),
        ("+31d", "2019-12", "2020-01-31"),
        ("-3d", "2019-06", "2019-06-27"),
        ("+5d incl", "2019-05", "2019-06-04"),
        ("+1d incl", "2019-05", "2019-05-31"),
        # working days: 14 June off, Saturday 22 June worked
        ("+3wd", "2019-06-12", "2019-06-18"),
        ("+5wd", "2019-06-17", "2019-06-22"),
        ("-1wd", "2019-06-17", "2019-06-13"),
        ("-1wd", "2019-06-24", "2019-06-22"),
        ("+3wd", "2019-09", "2019-10-08"),
        # ends on a Friday that is worked, which is the first of the five; or on a Saturday, which is none
        ("+5wd incl", "2019-05", "2019-06-06"),
        ("+5wd incl", "2019-08", "2019-09-06"),
        ("+1wd incl", "2019-05", "2019-05-31"),
        ("+1wd incl", "2019-08", "2019-09-02"),
        ("+1wd incl", "2019-06-22", "2019-06-22"),
        # days of the year in which the period ends, and of the one after
        ("12-31", "2019", "2019-12-31"),
        ("07-15", "2019H1", "2019-07-15"),
        ("12-01", "2019", "2019-12-01"),
        ("next-year-01-31", "2019", "2020-01-31"),
        ("03-15", "2018-12-31..2019-01-06", "2019-03-15"),
        # once
        ("2019-04-15", "2019", "2019-04-15"),
        ("2020-02-29", "2019", "2020-02-29"),
        # days of a month at the period's ends
        ("last-month-15", "2019Q1", "2019-03-15"),
        ("last-month-15", "2019Q4", "2019-12-15"),
        ("first-month-15", "2019Q2", "2019-04-15"),
        ("next-month-5", "2019-11", "2019-12-05"),
        ("next-month-5", "2019Q4", "2020-01-05"),
        ("last-month-end", "2019H1", "2019-06-30"),
        ("first-month-end", "2020Q1", "2020-01-31"),
        ("next-month-end", "2020-01", "2020-02-29"),
        ("next-month-end", "2019-01", "2019-02-28"),
        ("next-month-28", "2019-01", "2019-02-28"),
        # days of the week in which the period ends, and of the one after
        ("this-fri", "2019-W24", "2019-06-14"),
        ("this-mon", "2019-05", "2019-05-27"),
        ("next-mon", "2019-W24", "2019-06-17"),
        ("next-sun", "2019-W52", "2020-01-05"),
    ],
)  # fmt: skip
def test_a_term_means_a_day_of_each_period(term: str, period: str, expected: str) -> None:
    assert parse_term(term).day(Period.parse(period), CALENDAR) == date.fromisoformat(expected)


def test_a_term_that_names_no_day_means_none() -> None:
    assert parse_term("unstated").day(Period.parse("2019"), CALENDAR) is None
    deadline = reckon("unstated", "next-workday", "close", Period.parse("2019"), CALENDAR, CLOSE)
    assert (deadline.at, deadline.provisional) == (None, False)
    assert deadline.why_zh == "文件未规定日期，不计迟报"
    assert deadline.why_en == "the document names no day; nobody is late"


@pytest.mark.parametrize(
    ("term", "zh", "en"),
    [
        ("+10d", "期末后10日", "10 days after the period's last day"),
        ("+1d", "期末后1日", "1 day after the period's last day"),
        ("-3wd", "期末前3个工作日", "3 working days before the period's last day"),
        ("+5wd incl", "期末后5个工作日（首日计入）",
         "5 working days after the period's last day, the first day counted"),
        ("12-01", "当年12月1日", "December 1"),
        ("next-year-01-31", "次年1月31日", "January 31 of the year after"),
        ("2019-04-15", "2019年4月15日", "2019-04-15"),
        ("last-month-15", "期末月15日", "day 15 of the last month"),
        ("first-month-end", "期初月最后一日", "the last day of the first month"),
        ("next-month-5", "次月5日", "day 5 of the month after"),
        ("this-fri", "期末当周的周五", "Friday of the week it ends in"),
        ("next-sun", "期末次周的周日", "Sunday of the week after the one it ends in"),
        ("unstated", "文件未规定日期", "the document names no day"),
    ],
)  # fmt: skip
def test_a_term_is_said_in_both_languages(term: str, zh: str, en: str) -> None:
    read = parse_term(term)
    assert (read.zh, read.en) == (zh, en)
    assert read.in_workdays is ("wd" in term)


@pytest.mark.parametrize(
    ("term", "zh", "en", "expected"),
    [
        ("", "无法识别", "cannot be read", EXPECTED),
        ("十日", "无法识别", "cannot be read", EXPECTED),
        ("10d", "无法识别", "cannot be read", EXPECTED),
        ("+10D", "无法识别", "cannot be read", EXPECTED),
        ("+10d ", "无法识别", "cannot be read", EXPECTED),
        ("+1000d", "无法识别", "cannot be read", EXPECTED),
        ("+5wd  incl", "无法识别", "cannot be read", EXPECTED),
        ("+１０d", "无法识别", "cannot be read", EXPECTED),
        ("12-3", "无法识别", "cannot be read", EXPECTED),
        ("last-month-", "无法识别", "cannot be read", EXPECTED),
        ("this-friday", "无法识别", "cannot be read", EXPECTED),
        ("next-year-2020-01-31", "无法识别", "cannot be read", EXPECTED),
        ("02-30", "不是存在的日期", "does not exist", "01-01 … 12-31"),
        ("13-01", "不是存在的日期", "does not exist", "01-01 … 12-31"),
        ("00-10", "不是存在的日期", "does not exist", "01-01 … 12-31"),
        ("02-29", "不是每年都有的日期", "not every year has", "02-28, 03-01"),
        ("next-year-02-29", "不是每年都有的日期", "not every year has", "02-28, 03-01"),
        ("2019-02-29", "不是存在的日期", "does not exist", "2019-04-15"),
        ("last-month-0", "不是每月都有的日子", "not every month has", "last-month-1 … last-month-28, last-month-end"),
        ("next-month-29", "不是每月都有的日子", "not every month has", "next-month-1 … next-month-28, next-month-end"),
        ("+0wd", "没有指明某一日", "means no day", "+0d, +1d, +1wd"),
        ("-0d", "没有指明某一日", "means no day", "+0d, +1d, +1wd"),
        ("-5wd incl", "只用于期末后的天数", "that do not follow the period", "+5d incl, +5wd incl"),
        ("+0d incl", "只用于期末后的天数", "that do not follow the period", "+5d incl, +5wd incl"),
    ],
)  # fmt: skip
def test_a_term_nobody_can_read_is_refused_in_both_languages(term: str, zh: str, en: str, expected: str) -> None:
    with pytest.raises(Unreadable) as raised:
        parse_term(term)
    chinese, english = str(raised.value).split("。 / ")
    assert chinese.startswith(f"期限“{term}”")
    assert zh in chinese
    assert english.startswith(f"The due term “{term}”")
    assert en in english
    assert chinese.endswith(f"应为 {expected}")
    assert english.endswith(f"expected {expected}.")


@pytest.mark.parametrize("name", ["", "next", "Next-workday", "顺延"])
def test_a_roll_rule_nobody_knows_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(Unreadable, match=r"顺延规则“.*”不存在.*none, next-workday, previous-workday.*does not exist"):
        parse_roll(name)


@pytest.mark.parametrize("by", ["24:01", "25:00", "12:60", "9:00", "12", "下班", "1２:00", "12:00:00"])
def test_an_hour_nobody_can_read_is_refused(by: str) -> None:
    with pytest.raises(Unreadable, match=f"时刻“{by}”无法识别；应为 24:00, close, 12:00"):
        parse_hour(by, CLOSE)


def test_hours_are_of_the_day_or_of_the_office() -> None:
    assert parse_hour("24:00", CLOSE) == time(23, 59, 59)
    assert parse_hour("close", time(18)) == time(18)
    assert parse_hour("12:00", CLOSE) == time(12)


# --- what a roll rule does


@pytest.mark.parametrize(
    ("named", "roll", "final"),
    [
        ("2019-06-15", "none", "2019-06-15"),  # a Saturday
        ("2019-06-15", "next-workday", "2019-06-17"),
        ("2019-06-15", "previous-workday", "2019-06-13"),  # past the Friday that is off
        ("2019-06-15", "next-after-holiday", "2019-06-15"),  # an ordinary weekend is no holiday
        ("2019-06-14", "next-after-holiday", "2019-06-15"),
        ("2019-06-14", "next-workday", "2019-06-17"),
        ("2019-06-22", "next-workday", "2019-06-22"),  # a Saturday that is worked stays
        ("2019-10-01", "next-after-holiday", "2019-10-04"),
        ("2019-10-02", "previous-workday", "2019-09-30"),
    ],
)
def test_a_roll_rule_moves_what_nobody_works(named: str, roll: str, final: str) -> None:
    deadline = reckon(named, roll, "24:00", Period.parse("2019"), CALENDAR, CLOSE)
    assert deadline.named is not None
    assert deadline.final is not None
    assert deadline.named.date == date.fromisoformat(named)
    assert deadline.final.date == date.fromisoformat(final)


def test_a_deadline_says_how_it_came_about() -> None:
    period = Period.parse("2019Q2")
    stays = reckon("last-month-15", "none", "24:00", period, CALENDAR, CLOSE)
    assert stays.why_zh == "期限为期末月15日，即2019年6月15日（周六）；不顺延（文件未规定顺延）"
    moved = reckon("06-14", "next-workday", "24:00", period, CALENDAR, CLOSE)
    assert moved.why_zh == (
        "期限为当年6月14日，即2019年6月14日（周五，端午节放假，《2019年安排》）；"
        "按“顺延至下一工作日”（《民法典》第二百零三条第一款）为2019年6月17日（周一）"
    )
    assert moved.why_en.endswith("moved to the next working day (《民法典》第二百零三条第一款), 2019-06-17 (Monday)")
    open_year = reckon("+10d", "next-workday", "24:00", Period.parse("2020-05"), CALENDAR, CLOSE)
    assert open_year.provisional
    assert open_year.why_zh.endswith("2020年放假安排尚未公布，此期限为暂定")
    assert not reckon("+10d", "none", "24:00", Period.parse("2020-05"), CALENDAR, CLOSE).provisional


@pytest.mark.parametrize(
    ("term", "zh", "en"),
    [
        (
            "2019-12-28",
            "；2020年放假安排尚未公布，此期限为暂定",
            "; the days off of 2020 are not announced yet, so it is ",
        ),
        (
            "2020-01-06",
            "；2020年放假安排尚未公布，此期限为暂定",
            "; the days off of 2020 are not announced yet, so it is ",
        ),
        ("2018-06-30", "；日历自2019年起，此期限为暂定", "; the calendar begins in 2019, so it is "),
    ],
)
def test_a_provisional_deadline_names_the_notice_that_is_missing(term: str, zh: str, en: str) -> None:
    deadline = reckon(term, "next-workday", "24:00", Period.parse("2019"), CALENDAR, CLOSE)
    assert deadline.why_zh.endswith(zh)
    assert deadline.why_en.endswith(en + "provisional")


def test_no_deadline_waits_for_a_notice_of_a_year_it_does_not_touch() -> None:
    assert not reckon("2019-12-27", "next-workday", "24:00", Period.parse("2019"), CALENDAR, CLOSE).provisional


# --- laws, over months of 2000 to 2098, of which one year has a notice

COUNTED = st.builds(
    lambda sign, number, unit: f"{sign}{number}{unit}",
    st.sampled_from("+-"), st.integers(1, 90), st.sampled_from(["d", "wd"]),
)  # fmt: skip
INCLUDING = st.builds(lambda number, unit: f"+{number}{unit} incl", st.integers(1, 90), st.sampled_from(["d", "wd"]))
OF_YEAR = st.dates(date(2019, 1, 1), date(2019, 12, 31)).flatmap(
    lambda day: st.sampled_from(["", "next-year-"]).map(lambda which: f"{which}{day:%m-%d}")
)
OF_MONTH = st.builds(
    lambda which, day: f"{which}-month-{day}",
    st.sampled_from(["first", "last", "next"]), st.integers(1, 28) | st.just("end"),
)  # fmt: skip
OF_WEEK = st.builds(
    lambda which, day: f"{which}-{day}",
    st.sampled_from(["this", "next"]), st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
)  # fmt: skip
ONCE = st.dates(date(2000, 2, 1), date(2090, 12, 31)).map(date.isoformat)
TERMS = st.just("+0d") | COUNTED | INCLUDING | OF_YEAR | OF_MONTH | OF_WEEK | ONCE
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def period_at(shape: str, at: int) -> Period:
    """The `at`-th period of a shape from mid-2000 on."""
    if shape in ("day", "week"):
        first = date(2000, 7, 3) + timedelta(days=at * (7 if shape == "week" else 1))
        return Period(first, first + timedelta(days=6 if shape == "week" else 0))
    months = 12 + at * MONTHS[shape]
    following = months + MONTHS[shape]
    end = date(2000 + following // 12, following % 12 + 1, 1) - timedelta(days=1)
    return Period(date(2000 + months // 12, months % 12 + 1, 1), end)


SHAPES = st.sampled_from([*MONTHS, "week", "day"])
# Every other example lies about the year that has a notice; all of them end by 2098.
PLACES = st.one_of(st.floats(0, 1), st.floats(0.17, 0.21))
LENGTHS = {"month": 1170, "quarter": 390, "half": 195, "year": 97, "week": 5080, "day": 35600}


@given(TERMS, st.sampled_from(list(ROLLS)), SHAPES, PLACES, st.integers(1, 14))
def test_a_later_period_is_never_due_earlier(term: str, roll: str, shape: str, place: float, later: int) -> None:
    at = int(place * (LENGTHS[shape] - 15))
    first, second = period_at(shape, at), period_at(shape, at + later)
    assert first < second
    days = [reckon(term, roll, "24:00", period, CALENDAR, CLOSE).at for period in (first, second)]
    assert days[0] is not None
    assert days[1] is not None
    assert days[0] <= days[1]


@given(TERMS, st.sampled_from(list(ROLLS)), SHAPES, PLACES)
def test_a_rolled_day_is_where_its_rule_says(term: str, roll: str, shape: str, place: float) -> None:
    period = period_at(shape, int(place * (LENGTHS[shape] - 15)))
    deadline = reckon(term, roll, "24:00", period, CALENDAR, CLOSE)
    assert deadline.named is not None
    assert deadline.final is not None
    named, final = deadline.named.date, deadline.final.date
    between = [CALENDAR.day(min(named, final) + timedelta(days=n)) for n in range(abs((final - named).days) + 1)]
    if roll == "none":
        assert final == named
    elif roll == "next-after-holiday":
        assert named <= final
        assert not between[-1].is_holiday
        assert all(day.is_holiday for day in between[:-1])
    else:
        assert CALENDAR.is_workday(final)
        assert (named <= final) if roll == "next-workday" else (final <= named)
        assert sum(day.is_workday for day in between) == 1, "the nearest one that is worked"
    if deadline.term.in_workdays:
        assert CALENDAR.is_workday(named)
        assert final == named, "what is reckoned in working days ends on one"


@given(st.integers(1, 90), st.sampled_from(["d", "wd"]), SHAPES, PLACES)
def test_counting_the_first_day_is_a_day_earlier_where_it_counts(
    number: int, unit: str, shape: str, place: float
) -> None:
    period = period_at(shape, int(place * (LENGTHS[shape] - 15)))
    without = parse_term(f"+{number}{unit}").day(period, CALENDAR)
    counted = parse_term(f"+{number}{unit} incl").day(period, CALENDAR)
    assert without is not None
    assert counted is not None
    if unit == "d":
        assert without - counted == timedelta(days=1)
        assert (counted - period.end).days + 1 == number
    elif CALENDAR.is_workday(period.end):
        assert CALENDAR.workdays_between(counted, without) == 1
    else:
        assert counted == without
    worked = sum(day.is_workday for day in CALENDAR.days(period.end, counted))
    assert unit == "d" or worked == number


@given(st.integers(1, 90), SHAPES, PLACES)
def test_working_days_before_and_after_lie_as_far_from_the_periods_end(number: int, shape: str, place: float) -> None:
    period = period_at(shape, int(place * (LENGTHS[shape] - 15)))
    assume(CALENDAR.is_workday(period.end))
    for sign in (1, -1):
        day = parse_term(f"{'+' if sign > 0 else '-'}{number}wd").day(period, CALENDAR)
        assert day is not None
        assert CALENDAR.workdays_between(period.end, day) == sign * number
        assert CALENDAR.add_workdays(day, -sign * number) == period.end


@given(TERMS | st.text(alphabet="+-0123456789dw incl:nextlasthmoryuf年月日", max_size=16))
def test_whatever_can_be_read_is_said_and_means_a_day_of_its_own(text: str) -> None:
    try:
        term = parse_term(text)
    except Unreadable:
        return
    assert term.zh
    assert term.en
    assert (term.day(Period.parse("2019Q2"), CALENDAR) is None) is (text == "unstated")
