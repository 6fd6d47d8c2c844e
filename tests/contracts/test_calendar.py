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
BARE = 'number = "甲〔2018〕1号"\ntitle = "安排"\nannounced = 2018-12-06\nyear = 2019\n'
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


LATER = AMENDED.replace("2019-03-22", "2019-04-10").replace("3号", "4号")
LATER = LATER.replace("2019-05-04]", "2019-05-04, 2019-05-06]")


@pytest.mark.parametrize("amended", ["2019", "2019-amended"])
def test_of_two_amendments_the_one_announced_last_holds_whichever_notice_it_names(amended: str) -> None:
    later = LATER.replace('amends = "2019"', f'amends = "{amended}"')
    calendar = read_calendar("made", [("2019", MADE), ("2019-amended", AMENDED), ("a-later", later)])
    assert not calendar.is_workday(date(2019, 5, 6))
    assert calendar.as_known_on(date(2019, 4, 9)).is_workday(date(2019, 5, 6))
    assert not calendar.as_known_on(date(2019, 4, 9)).is_workday(date(2019, 5, 2))


def test_an_earlier_amendment_of_an_amendment_does_not_undo_it() -> None:
    early = LATER.replace("2019-04-10", "2019-03-10").replace('amends = "2019"', 'amends = "2019-amended"')
    on = early.replace('amends = "2019-amended"', 'amends = "early"')
    files = [("2019", MADE), ("2019-amended", AMENDED), ("early", early), ("on", on)]
    calendar = read_calendar("made", files)
    assert calendar.is_workday(date(2019, 5, 6)), "what was announced last says so"
    before = calendar.as_known_on(date(2019, 3, 15))
    assert [notice.name for notice in before.notices] == ["2019"], (
        "what amends the unknown is unknown, and what amends it"
    )


def test_which_notice_is_missing_is_said() -> None:
    def missing(first: str, last: str) -> tuple[int, str, str] | None:
        found = CALENDAR.unarranged(date.fromisoformat(first), date.fromisoformat(last))
        return None if found is None else (found.year, found.zh, found.en)

    of_2020 = (2020, "2020年放假安排尚未公布", "the days off of 2020 are not announced yet")
    assert missing("2019-01-01", "2019-12-27") is None
    assert missing("2019-12-01", "2019-12-28") == missing("2020-03-01", "2020-03-01") == of_2020
    assert missing("2018-12-29", "2019-01-01") is None, "days that a notice names"
    assert missing("2018-12-28", "2018-12-29") == (2018, "日历自2019年起", "the calendar begins in 2019")
    nothing = read_calendar("bare", []).unarranged(date(2019, 1, 1), date(2019, 1, 1))
    assert nothing is not None
    assert nothing.zh == "2019年放假安排尚未公布"


def test_a_notice_that_arranges_no_year_adds_its_days_alone() -> None:
    own = BARE.replace("2019", "2020") + "arranges_year = false\n"
    own += '[[festival]]\nname = "三月三"\nname_en = "Sanyuesan"\nrest = [2020-03-26]\n'
    calendar = read_calendar("made", [("2019", MADE), ("2020-own", own)])
    assert calendar.years == {2019}
    assert [calendar.day(date(2020, 3, day)).provisional for day in (25, 26, 27)] == [True, False, True]
    assert not calendar.is_workday(date(2020, 3, 26))
    assert calendar.day(date(2019, 12, 30)).provisional
    assert 2020 in read_calendar("made", [("2020-own", own.replace("false", "true"))]).years


@given(st.lists(st.tuples(st.none() | DAYS, st.none() | DAYS)))
def test_a_column_of_spans_is_provisional_like_each_of_them(spans: list[tuple[date | None, date | None]]) -> None:
    first, last = (pl.Series([span[n] for span in spans], dtype=pl.Date) for n in (0, 1))
    for (one, other), found in zip(spans, CALENDAR.provisional_within(first, last), strict=True):
        if one is None or other is None:
            assert found is None
            continue
        days = list(CALENDAR.days(min(one, other), max(one, other)))
        assert found == any(day.provisional for day in days) == CALENDAR.is_provisional(one, other)


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
        ([("2019", MADE), ("2019", BARE)], r"2019\.toml:2 与 2019\.toml:2 同名（2019）"),
        ([("2019", MADE.replace("劳动节", "元旦"))], r"2019\.toml:14 节日“元旦”列了两次"),
        ([("2019", MADE), ("a", AMENDED.replace('"2019"', '"a"'))], r"a\.toml:5 所修改的通知又修改到它自己（a）"),
        ([("2019", BARE + "festival = [1]\n")], r"2019\.toml:5 节日应逐个写作 \[\[festival\]\]"),
        ([("2019", BARE + "[festival]\nrest = []\n")], r"2019\.toml:5 节日应逐个写作 \[\[festival\]\]"),
        ([("2019", BARE + 'amends = ["2019"]\n')], r"2019\.toml:5 amends 应为加引号的文本"),
        ([("2019", BARE + 'amends = ""\n')], r"2019\.toml:5 缺少 amends"),
        ([("2019", BARE + 'unsourced = [["a"]]\n')], r"2019\.toml:5 unsourced 只能列"),
        ([("2019", BARE + "unsourced = {}\n")], r"2019\.toml:5 unsourced 只能列"),
        ([("2019", BARE + "source = 5\n")], r"2019\.toml:5 source 应为加引号的文本"),
        ([("2019", BARE + 'arranges_year = "yes"\n')], r"2019\.toml:5 arranges_year 应为 true 或 false"),
        ([("2019", MADE), ("a", BARE + 'amends = "2019"\narranges_year = true\n')], r"a\.toml:6 修改其他通知的"),
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
