"""Who owes what for which period, and until when: to the second, in the bureau's zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import UsageError
from contracts.obligations import ZONE, cadence_of, due_at, filers_owing, owed
from contracts.period import Period
from contracts.submission import Arrival, Submission
from tests.contracts.right_rows import kinds as every_kind
from tests.contracts.right_rows import typed

NOVEMBER = Period.parse("2020-11")


def listed(*rows: Mapping[str, str]) -> pl.DataFrame:
    """An obligation list as a pack's is read."""
    base = {"filer": "JIA", "kind": "stations", "cadence": "monthly", "due": "+10d", "roll": "none", "basis": "约定"}
    return typed(every_kind()["obligation_list"], [{**base, **row} for row in rows])


def owing(*rows: Mapping[str, str], period: str) -> tuple[str, ...]:
    return filers_owing(listed(*rows), "stations", Period.parse(period))


def due(term: str, period: str, cadence: str = "monthly") -> datetime | None:
    return due_at(listed({"due": term, "cadence": cadence}), "JIA", "stations", Period.parse(period))


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2020", "yearly"),
        ("2020H2", "half-yearly"),
        ("2020Q4", "quarterly"),
        ("2020-02", "monthly"),
        ("2020-11-30", None),
        ("2020-01..2020-02", None),
        ("2020-11-01..2020-11-29", None),
        ("2020-11..2021-01", "quarterly"),
    ],
)
def test_a_period_has_the_cadence_of_its_length(period: str, expected: str | None) -> None:
    assert cadence_of(Period.parse(period)) == expected


def test_an_obligation_is_owed_for_periods_of_its_cadence_only() -> None:
    rows = ({"filer": "JIA"}, {"filer": "YI", "cadence": "yearly"})
    assert owing(*rows, period="2020-11") == ("JIA",)
    assert owing(*rows, period="2020") == ("YI",)
    assert owing(*rows, period="2020Q4") == ()


def test_only_obligations_of_the_form_count_and_filers_keep_the_lists_order() -> None:
    rows = ({"filer": "YI"}, {"filer": "DING", "kind": "another"}, {"filer": "JIA"})
    assert owing(*rows, period="2020-11") == ("YI", "JIA")
    assert owed(listed(*rows), "another", NOVEMBER)["filer"].to_list() == ["DING"]


@pytest.mark.parametrize(
    ("period", "expected"), [("2020-09", False), ("2020-10", True), ("2020-12", True), ("2021-01", False)]
)
def test_first_and_last_period_are_within(period: str, expected: bool) -> None:
    assert bool(owing({"from": "2020-10", "until": "2020-12"}, period=period)) is expected


def test_an_open_side_bounds_nothing() -> None:
    assert owing({"from": "2020-10"}, period="2030-01")
    assert owing({"until": "2020-10"}, period="2000-01")
    assert not owing({"until": "2020-10"}, period="2020-11")


@pytest.mark.parametrize(
    ("term", "period", "cadence", "expected"),
    [
        ("+10d", "2020-11", "monthly", "2020-12-10T23:59:59+08:00"),
        ("+0d", "2020-11", "monthly", "2020-11-30T23:59:59+08:00"),
        ("+31d", "2020-12", "monthly", "2021-01-31T23:59:59+08:00"),
        ("12-31", "2020", "yearly", "2020-12-31T23:59:59+08:00"),
        ("02-29", "2020", "yearly", "2020-02-29T23:59:59+08:00"),
        ("07-15", "2020H1", "half-yearly", "2020-07-15T23:59:59+08:00"),
    ],
)
def test_a_term_runs_to_the_end_of_its_day(term: str, period: str, cadence: str, expected: str) -> None:
    assert due(term, period, cadence) == datetime.fromisoformat(expected)


def test_a_day_that_the_year_does_not_have_is_said_to_be_missing() -> None:
    with pytest.raises(UsageError, match="2021年没有期限所指的2月29日"):
        due("02-29", "2021", "yearly")


def test_where_nothing_is_owed_nothing_is_due() -> None:
    rows = listed({})
    assert due_at(rows, "JIA", "stations", Period.parse("2020")) is None
    assert due_at(rows, "YI", "stations", NOVEMBER) is None
    assert due_at(rows, "JIA", "another", NOVEMBER) is None
    assert due_at(listed(), "JIA", "stations", NOVEMBER) is None


def submission(received: datetime, due_moment: datetime | None) -> Submission:
    arrival = Arrival("a.csv", "JIA", "stations", NOVEMBER, received, "邮件")
    return Submission("B-2020-0001", 1, arrival, "0" * 64, 1, 1, due_moment)


@pytest.mark.parametrize(
    ("received", "late", "days"),
    [
        ("2020-12-10T23:59:59+08:00", False, 0),
        ("2020-12-11T00:00:00+08:00", True, 1),
        ("2020-12-11T23:00:00+08:00", True, 1),
        ("2020-12-12T00:00:00+08:00", True, 2),
    ],
)
def test_late_is_from_the_next_midnight(received: str, late: bool, days: int) -> None:
    filed = submission(datetime.fromisoformat(received), due("+10d", "2020-11"))
    assert (filed.late, filed.days_late) == (late, days)


def test_what_is_not_due_is_never_late() -> None:
    assert not submission(datetime(2030, 1, 1, tzinfo=ZONE), None).late


@given(st.datetimes(datetime(2020, 12, 1), datetime(2021, 2, 1)), st.integers(-12, 14))
def test_lateness_does_not_depend_on_the_zone_a_time_is_written_in(moment: datetime, hours: int) -> None:
    received = moment.replace(tzinfo=UTC)
    there = received.astimezone(_zone(hours))
    limit = due("+10d", "2020-11")
    assert submission(there, limit).late == submission(received, limit).late
    assert submission(there, limit).days_late == submission(received, limit).days_late


def _zone(hours: int) -> timezone:
    return timezone(timedelta(hours=hours))


@given(st.integers(0, 400), st.integers(2000, 2100), st.integers(1, 12))
def test_a_term_in_days_is_that_many_days_after_the_period(days: int, year: int, month: int) -> None:
    period = Period.parse(f"{year}-{month:02}")
    moment = due(f"+{days}d", period.label)
    assert moment is not None
    assert moment.date() - period.end == timedelta(days=days)
    assert moment + timedelta(seconds=1) == datetime.combine(
        moment.date() + timedelta(days=1), datetime.min.time(), ZONE
    )
