"""How long a case may take, asked as registers ask: column by column the same as day by day, a million in seconds."""

from __future__ import annotations

from datetime import date, timedelta
from time import perf_counter

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calendar import read_calendar, shipped_calendar
from contracts.case_limits import Limit
from contracts.kinds.approval_cases import CASES
from contracts.listed_limits import COUNTED, DAYS, NOT_COUNTED, WORKDAYS
from tests.contracts.made_calendar import MADE

CALENDAR = shipped_calendar("cn")
ACCEPTED = Limit(5, workdays=True, basis="甲")
NEW = Limit(26, workdays=True, basis="丙")


def judge_cases(begun: pl.Series, ended: pl.Series, limit: Limit, as_of: date) -> pl.DataFrame:
    """Cases of a register, each with the limit that the list gave it: what the rules and the figures read of them."""
    given = {
        "_period_end": as_of,
        "limit_number": limit.number,
        "limit_unit": WORKDAYS if limit.workdays else DAYS,
        "limit_first_day": COUNTED if limit.first_day_counts else NOT_COUNTED,
        "limit_roll": limit.roll,
        "limit_calendar": limit.calendar,
        "limit_basis": limit.basis,
    }
    rows = pl.DataFrame({"accepted_on": begun, "closed_on": ended})
    return rows.with_columns(**{name: pl.lit(value) for name, value in given.items()}).select(
        due_on=CASES.due_on,
        in_time=CASES.in_time,
        is_open=CASES.is_open,
        days_late=CASES.days_late,
        workdays_late=CASES.workdays_late,
    )


def one(begun: date | None, ended: date | None, as_of: date, limit: Limit = ACCEPTED) -> tuple[object, ...]:
    days = pl.Series([begun], dtype=pl.Date), pl.Series([ended], dtype=pl.Date)
    return judge_cases(*days, limit, as_of).row(0)


IN_TIME, LATE, OPEN, OVERDUE = (True, False), (False, False), (True, True), (False, True)


@pytest.mark.parametrize(
    ("begun", "ended", "as_of", "expected"),
    [
        # 2020-01-20 is a Monday; the Spring Festival, as extended, lasts from 24 January until 2 February.
        ("2020-01-20", "2020-02-04", "2020-03-01", ("2020-02-04", *IN_TIME, 0, 0)),
        ("2020-01-20", "2020-02-10", "2020-03-01", ("2020-02-04", *LATE, 6, 4)),
        ("2020-01-20", None, "2020-02-04", ("2020-02-04", *OPEN, 0, 0)),
        ("2020-01-20", None, "2020-02-06", ("2020-02-04", *OVERDUE, 2, 2)),
        ("2020-01-20", "2020-02-10", "2020-02-06", ("2020-02-04", *OVERDUE, 2, 2)),
        (None, "2020-02-10", "2020-02-06", (None, None, True, None, None)),
    ],
)
def test_a_case_is_judged_against_its_limit_as_of_a_day(
    begun: str | None, ended: str | None, as_of: str, expected: tuple[object, ...]
) -> None:
    due, *rest = expected
    assert one(_day(begun), _day(ended), date.fromisoformat(as_of)) == (_day(due), *rest)


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None


def test_a_saturday_or_sunday_that_is_worked_is_a_working_day() -> None:
    # Sunday 7 February 2021 was worked in exchange for the Spring Festival.
    assert one(date(2021, 1, 4), None, date(2021, 3, 1), NEW)[:3] == (date(2021, 2, 8), *OVERDUE)


def test_the_first_day_counts_where_the_limit_says_so_and_it_is_worked() -> None:
    counts = Limit(5, workdays=True, basis="甲", first_day_counts=True)
    assert one(date(2019, 6, 10), None, date(2019, 6, 10), counts)[0] == date(2019, 6, 14)
    assert one(date(2019, 6, 9), None, date(2019, 6, 10), counts)[0] == date(2019, 6, 14)
    assert one(date(2019, 6, 10), None, date(2019, 6, 10), ACCEPTED)[0] == date(2019, 6, 17)
    days = Limit(10, workdays=False, basis="甲", first_day_counts=True, roll="next-workday")
    assert one(date(2019, 6, 6), None, date(2019, 6, 10), days)[0] == date(2019, 6, 17), "the 15th is a Saturday"


# --- while a notice is still to come: Friday 20 December 2019 and what follows, when nothing of 2020 is announced


MADE_CALENDAR = read_calendar("made", [("2019", MADE)])


@pytest.mark.parametrize(
    ("limit", "until", "expected"),
    [
        (Limit(5, workdays=True, basis="甲"), "2019-12-27", True),
        (Limit(5, workdays=True, basis="甲"), "2019-12-28", False),  # Friday the 27th: no notice to come can move it
        # By weekdays alone the sixth is Monday the 30th; were Saturday the 28th worked, it would be that one.
        (Limit(6, workdays=True, basis="甲"), "2019-12-28", True),
        (Limit(6, workdays=True, basis="甲"), "2019-12-29", None),
        (Limit(6, workdays=True, basis="甲"), "2019-12-30", None),
        (Limit(6, workdays=True, basis="甲"), "2020-01-31", None),  # nobody knows yet how long the holidays are
        (Limit(7, workdays=True, basis="甲", first_day_counts=True), "2019-12-28", True),
        (Limit(7, workdays=True, basis="甲", first_day_counts=True), "2019-12-30", None),
        (Limit(15, workdays=False, basis="甲"), "2020-01-04", True),
        (Limit(15, workdays=False, basis="甲"), "2020-01-05", False),
        (Limit(15, workdays=False, basis="甲", roll="next-workday"), "2020-01-04", True),  # a Saturday
        (Limit(15, workdays=False, basis="甲", roll="next-workday"), "2020-01-06", None),
        (Limit(15, workdays=False, basis="甲", roll="previous-workday"), "2020-01-03", None),
    ],
)
def test_what_a_notice_to_come_may_decide_cannot_be_told_yet(limit: Limit, until: str, expected: bool | None) -> None:
    begun, day = (pl.Series([date.fromisoformat(text)]) for text in ("2019-12-20", until))
    assert limit.in_time(begun, day, MADE_CALENDAR).to_list() == [expected]


def test_registers_ask_the_same() -> None:
    begun, first = date(2099, 3, 2), date(2006, 3, 1)
    limit = Limit(5, workdays=True, basis="甲")
    assert one(begun, date(2099, 3, 4), date(2099, 12, 31), limit)[1] is True
    assert one(begun, date(2099, 4, 30), date(2099, 12, 31), limit)[1] is None
    assert one(first, date(2006, 4, 30), date(2006, 12, 31), limit)[1] is None, "before the first notice there is"
    assert one(date(2019, 3, 1), date(2019, 4, 30), date(2019, 12, 31), limit)[1] is False


@pytest.mark.parametrize("far", [date(1, 1, 1), date(1899, 12, 31), date(2100, 12, 30), date(9999, 12, 31)])
def test_days_that_no_calendar_reckons_are_answered_and_do_not_raise(far: date) -> None:
    as_of = date(2021, 3, 1)
    for limit in (ACCEPTED, Limit(1000, workdays=False, basis="甲", roll="next-after-holiday")):
        assert one(far, None, as_of, limit) == (None, None, True, None, None)
        assert one(date(2021, 2, 26), far, as_of, ACCEPTED)[1:] == (*(IN_TIME if far < as_of else OPEN), 0, 0)


@pytest.mark.parametrize("number", [0, -5, 1001])
def test_a_limit_is_a_positive_number_of_days(number: int) -> None:
    with pytest.raises(ValueError, match="时限应为正整数"):
        Limit(number, workdays=True, basis="甲")


SOME_DAYS = st.none() | st.dates(date(2018, 1, 1), date(2021, 12, 31))


@given(st.lists(st.tuples(SOME_DAYS, SOME_DAYS)), st.dates(date(2018, 1, 1), date(2022, 6, 30)))
def test_a_column_is_judged_like_its_cases(cases: list[tuple[date | None, date | None]], as_of: date) -> None:
    begun = pl.Series([b for b, _ in cases], dtype=pl.Date)
    ended = pl.Series([e for _, e in cases], dtype=pl.Date)
    for row, (first, last) in zip(judge_cases(begun, ended, ACCEPTED, as_of).iter_rows(), cases, strict=True):
        assert row == one(first, last, as_of)
        if first is None:
            continue
        due = CALENDAR.add_workdays(first, 5)
        until = min(last or as_of, as_of)
        worked = sum(d.is_workday for d in CALENDAR.days(due + timedelta(days=1), until)) if until > due else 0
        assert (row[0], row[3], row[4]) == (due, max((until - due).days, 0), worked)


@pytest.mark.alone
def test_a_million_cases_are_judged_in_seconds() -> None:
    rows = 1_000_000
    begun = pl.select(pl.date(2019, 1, 1) + pl.duration(days=pl.int_range(rows) % 700)).to_series()
    ended = pl.select(pl.lit(begun) + pl.duration(days=pl.int_range(rows) % 13)).to_series()
    started = perf_counter()
    found = judge_cases(begun, ended, ACCEPTED, date(2020, 12, 31))
    assert perf_counter() - started < 2
    assert found.height == rows
    assert set(found["in_time"]) == {True, False}
    assert not found["is_open"].any()
