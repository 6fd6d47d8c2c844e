"""Reckoning working days from notices: laws over made-up notices; the shipped ones are tested in test_calendars.py."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calendar import FIRST, LAST, Calendar, read_calendar, shipped_calendar
from contracts.errors import CalendarError

MADE = """number = ""
title = "2019年安排"
announced = 2018-12-06
year = 2019
unsourced = ["number"]

[[festival]]
name = "元旦"
name_en = "New Year"
rest = [2018-12-30, 2018-12-31, 2019-01-01]
work = [2018-12-29]

[[festival]]
name = "劳动节"
name_en = "Labour Day"
rest = [2019-05-01]
work = []
"""
AMENDED = """number = "甲〔2019〕3号"
title = "调整2019年劳动节安排"
announced = 2019-03-22
year = 2019
amends = "2019"

[[festival]]
name = "劳动节"
name_en = "Labour Day"
rest = [2019-05-01, 2019-05-02, 2019-05-03, 2019-05-04]
work = [2019-04-28, 2019-05-05]
"""
CALENDAR = read_calendar("made", [("2019", MADE), ("2019-amended", AMENDED)])
DAYS = st.dates(date(2018, 6, 1), date(2020, 6, 30))


def test_a_weekday_is_worked_unless_a_notice_says_otherwise() -> None:
    assert CALENDAR.is_workday(date(2019, 6, 14))
    assert not CALENDAR.is_workday(date(2019, 6, 15))
    made_up, off = CALENDAR.day(date(2018, 12, 29)), CALENDAR.day(date(2018, 12, 31))
    assert (made_up.is_workday, made_up.reason_zh) == (True, "周六，元旦调休上班")
    assert (off.is_workday, off.is_holiday, off.reason_en) == (False, True, "Monday, off for New Year")
    assert off.notice is not None
    assert off.notice.cited == "《2019年安排》"


def test_an_amendment_restates_its_festival_from_the_day_it_was_announced() -> None:
    before, after = CALENDAR.as_known_on(date(2019, 3, 21)), CALENDAR.as_known_on(date(2019, 3, 22))
    assert [before.is_workday(date(2019, 5, day)) for day in (1, 2, 3, 5)] == [False, True, True, False]
    assert [after.is_workday(date(2019, 5, day)) for day in (1, 2, 3, 5)] == [False, False, False, True]
    assert after.day(date(2019, 5, 2)).notice == CALENDAR.notices[1]


def test_a_year_nobody_arranged_yet_is_provisional_and_no_error() -> None:
    november = CALENDAR.as_known_on(date(2018, 11, 1))
    assert november.day(date(2019, 6, 14)).provisional
    assert november.day(date(2018, 12, 30)).provisional, "the next year's notice arranges the days before New Year"
    known = CALENDAR.as_known_on(date(2018, 12, 6))
    assert not known.day(date(2019, 6, 14)).provisional
    assert known.day(date(2019, 12, 30)).provisional
    assert known.is_provisional(date(2019, 12, 1), date(2020, 3, 1))
    assert not known.is_provisional(date(2019, 3, 1), date(2019, 12, 1))


@given(DAYS, st.integers(1, 60))
def test_going_forth_and_back_returns(day: date, number: int) -> None:
    worked = CALENDAR.next_workday(day)
    there = CALENDAR.add_workdays(worked, number)
    assert CALENDAR.is_workday(there)
    assert CALENDAR.add_workdays(there, -number) == worked
    assert CALENDAR.workdays_between(worked, there) == number
    assert CALENDAR.workdays_between(there, worked) == -number


@given(DAYS, st.integers(-30, 30))
def test_counting_agrees_with_looking_at_every_day(day: date, number: int) -> None:
    other = day + timedelta(days=number)
    first, last = min(day, other), max(day, other)
    worked = sum(d.is_workday for d in CALENDAR.days(first + timedelta(days=1), last))
    assert CALENDAR.workdays_between(first, last) == worked


@given(st.lists(st.none() | DAYS), st.integers(-20, 20))
def test_a_column_is_answered_like_its_days(days: list[date | None], number: int) -> None:
    column = pl.Series("day", days, dtype=pl.Date)
    later = [None if d is None else CALENDAR.add_workdays(d, number) for d in days]
    assert CALENDAR.shifted(column, number).to_list() == later
    ahead = [None if d is None else CALENDAR.next_workday(d) for d in days]
    back = [None if d is None else CALENDAR.previous_workday(d) for d in days]
    assert CALENDAR.rolled(column, forward=True).to_list() == ahead
    assert CALENDAR.rolled(column, forward=False).to_list() == back
    counted = [
        None if d is None or e is None else CALENDAR.workdays_between(d, e) for d, e in zip(days, ahead, strict=True)
    ]
    assert CALENDAR.counted(column, pl.Series(ahead, dtype=pl.Date)).to_list() == counted


@given(DAYS, DAYS)
def test_as_known_on_uses_no_later_notice(known: date, day: date) -> None:
    notice = CALENDAR.as_known_on(known).day(day).notice
    assert notice is None or notice.announced is None or notice.announced <= known


def test_days_beyond_what_is_reckoned_are_refused() -> None:
    for day in (FIRST - timedelta(days=1), LAST + timedelta(days=1)):
        with pytest.raises(CalendarError, match="2000 至 2100"):
            CALENDAR.add_workdays(day, 1)
    with pytest.raises(CalendarError, match="2100"):
        CALENDAR.add_workdays(LAST, 5)


BOTH = MADE.replace("work = [2018-12-29]", "work = [2018-12-30]")
TWICE = AMENDED.replace('amends = "2019"\n', "")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("2019", BOTH)], r"2019\.toml:11 2018-12-30 既列为放假又列为上班"),
        ([("2019", MADE), ("again", TWICE)], r"again\.toml:9 2019-05-01 已由 2019\.toml:16 安排（劳动节）"),
        ([("again", AMENDED)], r"again\.toml:5 所修改的通知“2019”不存在"),
        ([("2019", MADE.replace("2018-12-29", "2018-12-28"))], r"2019\.toml:11 2018-12-28 本是工作日（周五）"),
        ([("2019", MADE.replace("2019-05-01", "2019-02-30"))], r"2019\.toml 无法解析：.*line 16"),
        ([("2019", MADE.replace('["number"]', "[]"))], r"2019\.toml:1 number 留空时须列入 unsourced"),
        ([("2019", MADE + "days = 3\n")], r"2019\.toml:18 节日中没有“days”这一项"),
        ([("2019", MADE.replace("year = 2019", 'year = "2019"'))], r"2019\.toml:4 year 应为年份"),
    ],
)
def test_a_wrong_notice_is_refused_with_file_and_line(files: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(CalendarError, match=said):
        read_calendar("made", files)


def test_a_calendar_nobody_ships_is_named_with_those_there_are() -> None:
    with pytest.raises(CalendarError, match="没有日历“atlantis”；有：cn"):
        shipped_calendar("atlantis")


def test_the_same_calendar_is_made_once() -> None:
    first = CALENDAR.as_known_on(date(2019, 3, 21))
    assert first is CALENDAR.as_known_on(date(2019, 3, 21))
    assert isinstance(first, Calendar)
