"""How long a case may take: column by column the same as day by day, and a million rows in seconds."""

from __future__ import annotations

from datetime import date, timedelta
from time import perf_counter

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calendar import shipped_calendar
from contracts.case_limits import CaseState, Limit, judge_cases

CALENDAR = shipped_calendar("cn")
ACCEPTED = Limit(5, workdays=True, basis="甲")
OLD = Limit(60, workdays=False, basis="乙", until=date(2020, 12, 31))
NEW = Limit(26, workdays=True, basis="丙", since=date(2021, 1, 1))


def one(begun: date | None, ended: date | None, as_of: date, *limits: Limit) -> tuple[object, ...]:
    days = pl.Series([begun], dtype=pl.Date), pl.Series([ended], dtype=pl.Date)
    return judge_cases(*days, limits or (ACCEPTED,), as_of).row(0)


@pytest.mark.parametrize(
    ("begun", "ended", "as_of", "expected"),
    [
        # 2020-01-20 is a Monday; the Spring Festival, as extended, lasts from 24 January until 2 February.
        ("2020-01-20", "2020-02-04", "2020-03-01", ("2020-02-04", CaseState.IN_TIME, 0, 0)),
        ("2020-01-20", "2020-02-10", "2020-03-01", ("2020-02-04", CaseState.LATE, 6, 4)),
        ("2020-01-20", None, "2020-02-04", ("2020-02-04", CaseState.OPEN, 0, 0)),
        ("2020-01-20", None, "2020-02-06", ("2020-02-04", CaseState.OVERDUE, 2, 2)),
        ("2020-01-20", "2020-02-10", "2020-02-06", ("2020-02-04", CaseState.OVERDUE, 2, 2)),
        (None, "2020-02-10", "2020-02-06", (None, CaseState.NOT_BEGUN, None, None)),
    ],
)
def test_a_case_is_judged_against_its_limit_as_of_a_day(
    begun: str | None, ended: str | None, as_of: str, expected: tuple[str | None, CaseState, int, int]
) -> None:
    due, *rest = expected
    assert one(_day(begun), _day(ended), date.fromisoformat(as_of)) == (_day(due), *rest)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def test_the_limit_in_force_on_the_day_it_began_decides() -> None:
    assert one(date(2020, 12, 31), None, date(2021, 3, 1), OLD, NEW)[0] == date(2021, 3, 1)
    # Sunday 7 February 2021 was worked in exchange for the Spring Festival.
    assert one(date(2021, 1, 4), None, date(2021, 3, 1), OLD, NEW)[:2] == (date(2021, 2, 8), CaseState.OVERDUE)


def test_the_first_day_counts_where_the_limit_says_so_and_it_is_worked() -> None:
    counts = Limit(5, workdays=True, basis="甲", first_day_counts=True)
    assert one(date(2019, 6, 10), None, date(2019, 6, 10), counts)[0] == date(2019, 6, 14)
    assert one(date(2019, 6, 9), None, date(2019, 6, 10), counts)[0] == date(2019, 6, 14)
    assert one(date(2019, 6, 10), None, date(2019, 6, 10), ACCEPTED)[0] == date(2019, 6, 17)
    days = Limit(10, workdays=False, basis="甲", first_day_counts=True, roll="next-workday")
    assert one(date(2019, 6, 6), None, date(2019, 6, 10), days)[0] == date(2019, 6, 17), "the 15th is a Saturday"


def test_without_a_limit_in_force_nobody_can_say_whether_a_case_is_late() -> None:
    gap = Limit(26, workdays=True, basis="丙", since=date(2021, 1, 2))
    assert one(date(2021, 1, 1), None, date(2021, 3, 1), OLD, gap) == (None, CaseState.NO_LIMIT, None, None)


@pytest.mark.parametrize("far", [date(1, 1, 1), date(1899, 12, 31), date(2100, 12, 30), date(9999, 12, 31)])
def test_days_that_no_calendar_reckons_are_answered_and_do_not_raise(far: date) -> None:
    as_of = date(2021, 3, 1)
    for limit in (ACCEPTED, Limit(1000, workdays=False, basis="甲", roll="next-after-holiday")):
        assert one(far, None, as_of, limit) == (None, CaseState.NO_LIMIT, None, None)
        state = CaseState.IN_TIME if far < as_of else CaseState.OPEN
        assert one(date(2021, 2, 26), far, as_of, limit)[1:] == (state, 0, 0)


@pytest.mark.parametrize("number", [0, -5, 1001])
def test_a_limit_is_a_positive_number_of_days(number: int) -> None:
    with pytest.raises(ValueError, match="时限应为正整数"):
        Limit(number, workdays=True, basis="甲")


DAYS = st.none() | st.dates(date(2018, 1, 1), date(2021, 12, 31))


@given(st.lists(st.tuples(DAYS, DAYS)), st.dates(date(2018, 1, 1), date(2022, 6, 30)))
def test_a_column_is_judged_like_its_cases(cases: list[tuple[date | None, date | None]], as_of: date) -> None:
    begun = pl.Series([b for b, _ in cases], dtype=pl.Date)
    ended = pl.Series([e for _, e in cases], dtype=pl.Date)
    for row, (first, last) in zip(judge_cases(begun, ended, (ACCEPTED,), as_of).iter_rows(), cases, strict=True):
        assert row == one(first, last, as_of)
        if first is None:
            continue
        due = CALENDAR.add_workdays(first, 5)
        until = min(last or as_of, as_of)
        worked = sum(d.is_workday for d in CALENDAR.days(due + timedelta(days=1), until)) if until > due else 0
        assert (row[0], row[2], row[3]) == (due, max((until - due).days, 0), worked)


@pytest.mark.alone
def test_a_million_cases_are_judged_in_seconds() -> None:
    rows = 1_000_000
    begun = pl.select(pl.date(2019, 1, 1) + pl.duration(days=pl.int_range(rows) % 700)).to_series()
    ended = pl.select(pl.lit(begun) + pl.duration(days=pl.int_range(rows) % 13)).to_series()
    started = perf_counter()
    found = judge_cases(begun, ended, (ACCEPTED,), date(2020, 12, 31))
    assert perf_counter() - started < 2
    assert found.height == rows
    assert set(found["state"]) == {"in_time", "late"}
