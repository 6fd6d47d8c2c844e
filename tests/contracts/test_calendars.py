"""The shipped calendars against the world: independent libraries, the law's days off, and what was known when.

The laws of reckoning stand in test_calendar.py, over made-up notices.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import chinese_calendar  # type: ignore[import-untyped]
import holidays
import pytest

from contracts.calendar import ARRANGED_NEXT, Calendar, shipped_calendar
from contracts.notices import Notice

CN: Final = shipped_calendar("cn")
OWN: Final = [notice for notice in CN.notices if notice.amends is None]
NAMED: Final = [(day, day in f.work) for n in CN.notices for f in n.festivals for day in (*f.rest, *f.work)]
FIRST_DAY: Final = min(day for day, _ in NAMED)
LAST_DAY: Final = date(2026, 12, 31)

# Where a library says otherwise, and the notice that says we are right. Today there is no such day: both libraries
# agree with the notices on every day they share. A difference that is listed and gone makes the test fail too.
KNOWN: Final[dict[str, dict[date, str]]] = {"chinese_calendar": {}, "holidays": {}}

# Days off that 全国年节及纪念日放假办法 gives all citizens, by the first year each text was in force. The first is the
# 法定假日 that the notice for 2007 names itself (1 + 3 + 3 + 3); 2008 is 国务院令第513号; 2025 adds two days.
STATUTORY: Final = {2007: 10, 2008: 11, 2025: 13}
# What a notice gave beyond them: 3 September 2015, and 31 January 2020 with the Saturday before no longer worked.
GIVEN: Final = {"2015-victory-day": 1, "2020-spring-festival": 2}


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def other_libraries() -> dict[str, Callable[[date], bool]]:
    """Each library's own word for “worked”. `holidays` knows an exchanged Saturday only with its year made."""
    china = holidays.country_holidays("CN", years=range(FIRST_DAY.year, LAST_DAY.year + 2))
    return {"chinese_calendar": chinese_calendar.is_workday, "holidays": china.is_working_day}


@pytest.mark.parametrize("library", KNOWN)
def test_every_shared_day_is_worked_as_an_independent_library_says(library: str) -> None:
    says = other_libraries()[library]
    assert date(2006, 12, 30) == FIRST_DAY
    shared = list(days(FIRST_DAY, LAST_DAY))
    different = {day for day in shared if says(day) != CN.is_workday(day)}
    assert different == set(KNOWN[library])
    for day, notice in KNOWN[library].items():
        arranged = CN.day(day).notice
        assert arranged is not None
        assert arranged.cited == notice


@pytest.mark.parametrize("library", KNOWN)
def test_a_day_that_is_wrong_would_be_noticed(library: str) -> None:
    """The libraries do know the exchanged days, and not only weekends."""
    says = other_libraries()[library]
    exchanged = {day for day, works in NAMED if works == (day.weekday() > 4)}
    assert len(exchanged) > 350
    # Of all of them one was taken back: that Saturday was to be worked, until the Spring Festival was extended.
    assert {day for day in exchanged if says(day) == (day.weekday() < 5)} == {date(2020, 2, 1)}


@pytest.mark.parametrize("amended", [False, True])
def test_each_year_gives_the_days_off_that_the_law_gives(amended: bool) -> None:
    """A weekday off is a statutory day, or paid for by a Saturday or Sunday worked: a year's sum has to come out."""
    calendar = CN if amended else Calendar("cn", tuple(OWN))
    given = Counter({y: max(n for first, n in STATUTORY.items() if first <= y) for y in range(2007, 2027)})
    for notice in calendar.notices:
        given[notice.year] += GIVEN.get(notice.name, 0)
    found: Counter[int] = Counter()
    for day in map(calendar.day, days(FIRST_DAY, LAST_DAY)):
        if day.notice is not None and (day.is_workday or day.date.weekday() < 5):
            found[day.notice.year] += -1 if day.is_workday else 1
    assert found == given


# --- the notices


def test_every_year_has_one_notice_of_its_own_and_none_is_left_out() -> None:
    assert [notice.year for notice in OWN] == list(range(2007, 2027))
    assert [notice.name for notice in OWN] == [str(notice.year) for notice in OWN]
    amending = {notice.name: notice.amends for notice in CN.notices if notice.amends}
    assert amending == {"2015-victory-day": "2015", "2019-labour-day": "2019", "2020-spring-festival": "2020"}


@pytest.mark.parametrize("notice", CN.notices, ids=lambda notice: notice.name)
def test_a_notice_says_where_it_comes_from(notice: Notice) -> None:
    assert notice.source
    assert ("number" in notice.unsourced) == (not notice.number)
    assert ("announced" in notice.unsourced) == (notice.announced is None)
    assert notice.amends or f"{notice.year}年部分节假日安排" in notice.title
    if notice.number and notice.announced:
        assert f"〔{notice.announced.year}〕" in notice.number
    for festival in notice.festivals:
        assert all(abs((day - date(notice.year, 7, 1)).days) < 190 for day in (*festival.rest, *festival.work))


def test_titles_and_numbers_are_those_of_one_notice_each() -> None:
    for said in ([n.title for n in CN.notices], [n.number for n in CN.notices if n.number]):
        assert len(set(said)) == len(said)


def test_a_year_is_arranged_before_it_begins_and_amended_within_it() -> None:
    for notice in CN.notices:
        assert notice.announced is not None
        assert (notice.announced.year < notice.year) == (notice.amends is None)


def test_no_notice_touches_an_earlier_day_of_the_year_before() -> None:
    """What ARRANGED_NEXT rests on: until the next notice, only the days from there on are provisional."""
    before = [d for n in OWN for f in n.festivals for d in (*f.rest, *f.work) if d.year != n.year]
    assert {day.year for day in before} == {2006, 2007, 2011, 2018, 2022}
    assert min((day.month, day.day) for day in before) >= ARRANGED_NEXT
    assert {day.month for day in before} == {12}


# --- what was known when


def worked(calendar: Calendar, *asked: date) -> list[bool]:
    return [calendar.is_workday(day) for day in asked]


def test_labour_day_2019_as_planned_and_as_amended() -> None:
    may = [date(2019, 4, 28), *(date(2019, 5, day) for day in (1, 2, 3, 4, 5))]
    planned, amended = CN.as_known_on(date(2019, 3, 1)), CN.as_known_on(date(2019, 3, 22))
    assert worked(planned, *may) == [False, False, True, True, False, False]
    assert worked(amended, *may) == [True, False, False, False, False, True]
    cited = [known.notice.cited for c in (planned, amended) if (known := c.day(date(2019, 5, 1))).notice]
    assert cited == ["国办发明电〔2018〕15号", "国办发明电〔2019〕3号"]
    assert CN.as_known_on(date(2019, 3, 21)).day(date(2019, 5, 2)).notice is None


def test_spring_festival_2020_as_planned_and_as_extended() -> None:
    around = [date(2020, 1, 19), date(2020, 1, 30), date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 3)]
    planned, extended = CN.as_known_on(date(2020, 1, 20)), CN.as_known_on(date(2020, 2, 3))
    assert worked(planned, *around) == [True, False, True, True, True]
    assert worked(extended, *around) == [True, False, False, False, True]
    # Five working days after 23 January: the extension moves them by the two it took away.
    assert planned.add_workdays(date(2020, 1, 23), 5) == date(2020, 2, 5)
    assert extended.add_workdays(date(2020, 1, 23), 5) == date(2020, 2, 7)


def test_victory_day_2015_counts_from_the_day_it_was_announced() -> None:
    september = [date(2015, 9, day) for day in (2, 3, 4, 6)]
    assert worked(CN.as_known_on(date(2015, 5, 12)), *september) == [True, True, True, False]
    assert worked(CN.as_known_on(date(2015, 5, 13)), *september) == [True, False, False, True]


@pytest.mark.parametrize("notice", OWN, ids=lambda notice: notice.name)
def test_a_year_is_provisional_until_its_notice(notice: Notice) -> None:
    assert notice.announced is not None
    before, since = CN.as_known_on(notice.announced - timedelta(days=1)), CN.as_known_on(notice.announced)
    for day in (date(notice.year, 1, 1), date(notice.year, 6, 30), date(notice.year, 10, 1)):
        assert before.day(day).provisional
        assert before.is_workday(day) == (day.weekday() < 5)
        assert not since.day(day).provisional
    assert not since.is_workday(date(notice.year, 10, 1))


def test_what_nobody_announced_is_provisional_and_what_a_notice_names_is_not() -> None:
    assert not CN.day(date(2026, 12, 27)).provisional
    assert CN.day(date(2026, 12, 28)).provisional
    assert CN.day(date(2027, 6, 30)).provisional
    assert CN.is_provisional(date(2026, 12, 1), date(2027, 1, 15))
    assert not CN.is_provisional(date(2007, 1, 1), date(2026, 12, 27))
    assert CN.as_known_on(date(2007, 12, 17)).day(date(2007, 12, 31)).provisional
    assert not CN.as_known_on(date(2007, 12, 18)).is_workday(date(2007, 12, 31))


# --- the page about them


def test_the_page_lists_every_notice() -> None:
    page = (Path(__file__).parents[2] / "docs" / "calendars.md").read_text(encoding="utf-8")
    rows = [
        f"| `{n.name}.toml` | {n.number or '(not sourced)'} | {n.announced or '(not sourced)'} |"
        f" {f'`{n.amends}.toml`' if n.amends else ''} |"
        for n in CN.notices
    ]
    assert re.findall(r"^\| `.*$", page, re.M) == rows
    assert ("Nothing is blank today" in " ".join(page.split())) == (not any(n.unsourced for n in CN.notices))
