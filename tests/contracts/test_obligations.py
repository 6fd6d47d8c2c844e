"""Who owes what for which period, and until when: the list expanded to dated instances, to the second."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calendar import Calendar
from contracts.obligations import CADENCES, INSTANCE, ZONE, Duties, bounding, cadences_of, periods_of
from contracts.period import Period
from contracts.submission import Arrival, Submission
from tests.contracts.made_calendar import CALENDAR
from tests.contracts.right_rows import kinds as every_kind
from tests.contracts.right_rows import typed

YEAR, NOVEMBER = Period.parse("2020"), Period.parse("2020-11")
FILERS = {"XJ": "bureau", "JIA": "basic_carrier", "YI": "basic_carrier", "BING": "tower"}
KEY = ["filer", "kind", "period"]


def list_of(code: str, base: Mapping[str, str], rows: tuple[Mapping[str, str], ...]) -> pl.DataFrame:
    """A pack's list as it is read; columns that no row names are left out of the file."""
    return typed(every_kind()[code], [{**base, **row} for row in rows])


def duties(*rows: Mapping[str, str], events: tuple[Mapping[str, str], ...] = ()) -> Duties:
    owed = {"filer": "JIA", "kind": "stations", "cadence": "monthly", "due": "+10d", "roll": "none", "basis": "约定"}
    happened = {"filer": "JIA", "kind": "stations", "title": "中断", "document": ""}
    filers = pl.DataFrame({"code": list(FILERS), "class": list(FILERS.values())})
    return Duties(
        list_of("obligation_list", owed, rows),
        filers,
        CALENDAR,
        close=time(18),
        events=list_of("event_list", happened, events),
    )


def owing(*rows: Mapping[str, str], period: str) -> tuple[str, ...]:
    return duties(*rows).owing("stations", Period.parse(period))


def due(term: str, period: str, cadence: str = "monthly", **more: str) -> datetime | None:
    listed = duties({"due": term, "cadence": cadence, **more})
    deadline = listed.deadline("JIA", "stations", Period.parse(period))
    assert deadline is not None
    return deadline.at


def expanded(*rows: Mapping[str, str], year: str = "2020", events: tuple[Mapping[str, str], ...] = ()) -> pl.DataFrame:
    return duties(*rows, events=events).instances(Period.parse(year))


def periods(*rows: Mapping[str, str], year: str = "2020") -> list[str]:
    return expanded(*rows, year=year)["period"].to_list()


# --- periods and cadences


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2020", ("yearly", "once")),
        ("2020H2", ("half-yearly",)),
        ("2020Q4", ("quarterly",)),
        ("2020-02", ("monthly",)),
        ("2020-W24", ("weekly",)),
        ("2020-11-30", ("event",)),
        ("2020-06-09..2020-06-15", ()),
        ("2020-01..2020-02", ()),
        ("2020-11-01..2020-11-29", ()),
        ("2020-11..2021-01", ("quarterly",)),
    ],
)
def test_a_period_has_the_cadences_of_its_length(period: str, expected: tuple[str, ...]) -> None:
    assert cadences_of(Period.parse(period)) == expected


@pytest.mark.parametrize(
    ("cadence", "first", "last", "number"),
    [
        ("monthly", "2020-01", "2020-12", 12),
        ("quarterly", "2020Q1", "2020Q4", 4),
        ("half-yearly", "2020H1", "2020H2", 2),
        ("yearly", "2020", "2020", 1),
        ("once", "2020", "2020", 1),
        ("weekly", "2020-W01", "2020-W52", 52),
    ],
)
def test_a_year_has_the_periods_that_end_in_it(cadence: str, first: str, last: str, number: int) -> None:
    found = list(periods_of(cadence, YEAR))
    assert (found[0].label, found[-1].label, len(found)) == (first, last, number)
    assert all(YEAR.contains(period.end) for period in found)
    assert all(cadence in cadences_of(period) for period in found)


@given(st.integers(2000, 2098))
def test_every_week_belongs_to_exactly_one_year(year: int) -> None:
    both = [p for y in (year, year + 1) for p in periods_of("weekly", Period.parse(str(y)))]
    assert [b.start - a.end for a, b in pairwise(both)] == [timedelta(days=1)] * (len(both) - 1)


def test_what_is_owed_on_an_event_has_no_periods_of_its_own() -> None:
    assert list(periods_of("event", YEAR)) == []


# --- who owes


def test_an_obligation_is_owed_for_periods_of_its_cadence_only() -> None:
    rows = ({"filer": "JIA"}, {"filer": "YI", "cadence": "yearly"})
    assert owing(*rows, period="2020-11") == ("JIA",)
    assert owing(*rows, period="2020") == ("YI",)
    assert owing(*rows, period="2020Q4") == ()


def test_only_obligations_of_the_form_count_and_filers_keep_the_lists_order() -> None:
    rows = ({"filer": "YI"}, {"filer": "BING", "kind": "another"}, {"filer": "JIA"})
    assert owing(*rows, period="2020-11") == ("YI", "JIA")
    assert duties(*rows).owing("another", NOVEMBER) == ("BING",)


def test_a_class_owes_what_everyone_of_it_owes() -> None:
    assert owing({"filer": "*", "class": "basic_carrier"}, period="2020-11") == ("JIA", "YI")
    assert owing({"filer": "*", "class": "department"}, period="2020-11") == ()
    assert owing({"filer": "*"}, period="2020-11") == tuple(FILERS)


def test_a_filer_of_another_class_than_its_row_says_owes_nothing() -> None:
    assert owing({"filer": "JIA", "class": "basic_carrier"}, period="2020-11") == ("JIA",)
    assert owing({"filer": "BING", "class": "basic_carrier"}, period="2020-11") == ()


@pytest.mark.parametrize(
    ("period", "expected"), [("2020-09", False), ("2020-10", True), ("2020-12", True), ("2021-01", False)]
)
def test_first_and_last_period_are_within(period: str, expected: bool) -> None:
    assert bool(owing({"from": "2020-10", "until": "2020-12"}, period=period)) is expected


def test_an_open_side_bounds_nothing() -> None:
    assert owing({"from": "2020-10"}, period="2030-01")
    assert owing({"until": "2020-10"}, period="2000-01")
    assert not owing({"until": "2020-10"}, period="2020-11")


# --- when


@pytest.mark.parametrize(
    ("term", "period", "cadence", "expected"),
    [
        ("+10d", "2020-11", "monthly", "2020-12-10T23:59:59+08:00"),
        ("+0d", "2020-11", "monthly", "2020-11-30T23:59:59+08:00"),
        ("+31d", "2020-12", "monthly", "2021-01-31T23:59:59+08:00"),
        ("12-31", "2020", "yearly", "2020-12-31T23:59:59+08:00"),
        ("07-15", "2020H1", "half-yearly", "2020-07-15T23:59:59+08:00"),
        ("2020-04-15", "2020", "once", "2020-04-15T23:59:59+08:00"),
        ("next-fri", "2020-W24", "weekly", "2020-06-19T23:59:59+08:00"),
    ],
)
def test_a_term_runs_to_the_end_of_its_day(term: str, period: str, cadence: str, expected: str) -> None:
    assert due(term, period, cadence) == datetime.fromisoformat(expected)


def test_an_hour_ends_the_day_earlier() -> None:
    assert due("+10d", "2020-11", by="12:00") == datetime(2020, 12, 10, 12, tzinfo=ZONE)
    assert due("+10d", "2020-11", by="close") == datetime(2020, 12, 10, 18, tzinfo=ZONE)


def test_a_document_that_names_no_day_has_no_moment() -> None:
    assert due("unstated", "2020", "yearly") is None


def test_where_nothing_is_owed_nothing_is_due() -> None:
    rows = duties({})
    assert rows.deadline("JIA", "stations", YEAR) is None
    assert rows.deadline("YI", "stations", NOVEMBER) is None
    assert rows.deadline("JIA", "another", NOVEMBER) is None
    assert duties().deadline("JIA", "stations", NOVEMBER) is None


def test_a_deadline_is_reckoned_on_the_calendar_as_it_was_known() -> None:
    listed = duties({"cadence": "quarterly", "due": "06-14", "roll": "next-workday"})
    quarter = Period.parse("2019Q2")
    before = listed.deadline("JIA", "stations", quarter, date(2018, 12, 5))
    after = listed.deadline("JIA", "stations", quarter, date(2018, 12, 6))
    assert before is not None
    assert after is not None
    assert (before.at, before.provisional) == (datetime(2019, 6, 14, 23, 59, 59, tzinfo=ZONE), True)
    assert (after.at, after.provisional) == (datetime(2019, 6, 17, 23, 59, 59, tzinfo=ZONE), False)


# --- instances


def test_instances_have_their_schema_also_where_there_are_none() -> None:
    assert dict(expanded({}).schema) == INSTANCE
    assert dict(expanded().schema) == INSTANCE
    assert dict(expanded({"cadence": "event"}, events=({"occurred_on": "2020-03-02"},)).schema) == INSTANCE
    assert expanded().is_empty()


@pytest.mark.parametrize("cadence", [c for c in CADENCES if c != "event"])
def test_every_period_of_a_cadence_is_an_instance(cadence: str) -> None:
    due = "2020-07-01" if cadence == "once" else "+10d"
    found = expanded({"cadence": cadence, "due": due})
    assert found["period"].to_list() == [p.label for p in periods_of(cadence, YEAR)]
    assert set(found["cadence"]) == {cadence}
    spans = zip(found["period_start"].to_list(), found["period_end"].to_list(), strict=True)
    assert [Period(*span).label for span in spans] == found["period"].to_list()


def test_an_instance_says_all_that_the_list_and_the_calendar_say() -> None:
    (row,) = expanded(
        {
            "cadence": "quarterly", "due": "last-month-15", "roll": "next-workday", "by": "close", "cutoff": "+0d",
            "from": "2019Q2", "until": "2019Q2", "issued": "2019-04-02", "nil": "yes", "awaits": "bulletin",
            "assumed": "顺延由局办公室决定", "basis": "通知第三条",
        },
        year="2019",
    ).rows(named=True)  # fmt: skip
    expected: dict[str, Any] = {
        "filer": "JIA", "kind": "stations", "cadence": "quarterly",
        "period": "2019Q2", "period_start": date(2019, 4, 1), "period_end": date(2019, 6, 30),
        "due": "last-month-15", "roll": "next-workday", "by": "close",
        "named_on": date(2019, 6, 15), "due_on": date(2019, 6, 17), "due_at": datetime(2019, 6, 17, 18, tzinfo=ZONE),
        "tentative": False, "cutoff_on": date(2019, 6, 30), "issued": date(2019, 4, 2), "nil": "yes",
        "awaits": "bulletin", "assumed": "顺延由局办公室决定", "basis": "通知第三条",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_a_year_without_a_notice_makes_moved_days_tentative_and_fixed_ones_not() -> None:
    rows = ({"roll": "next-workday", "until": "2020-01"}, {"filer": "YI", "until": "2020-01"})
    assert expanded(*rows)["tentative"].to_list() == [True, False]


def test_what_names_no_day_is_an_instance_without_one() -> None:
    (row,) = expanded({"cadence": "yearly", "due": "unstated"}).rows(named=True)
    assert (row["named_on"], row["due_on"], row["due_at"], row["tentative"]) == (None, None, None, False)


def test_first_and_last_period_bound_the_instances() -> None:
    assert periods({"from": "2020-10", "until": "2020-11"}) == ["2020-10", "2020-11"]
    assert periods({"from": "2020Q4"}) == ["2020-10", "2020-11", "2020-12"]
    assert periods({"cadence": "weekly", "until": "2020-W02"}) == ["2020-W01", "2020-W02"]
    assert periods({"cadence": "weekly", "from": "2020-12-14"}) == ["2020-W51", "2020-W52"]
    assert periods({"cadence": "quarterly", "from": "2020-02", "until": "2020-09-29"}) == ["2020Q2"]
    assert periods({"until": "2019-12"}) == []


def test_instances_come_in_the_order_of_the_list_then_of_the_periods() -> None:
    rows = ({"filer": "YI", "from": "2020-11"}, {"filer": "*", "class": "tower", "kind": "masts", "from": "2020-12"})
    found = expanded(*rows, {"filer": "JIA", "cadence": "half-yearly"})
    assert found.select(KEY).rows() == [
        ("YI", "stations", "2020-11"),
        ("YI", "stations", "2020-12"),
        ("BING", "masts", "2020-12"),
        ("JIA", "stations", "2020H1"),
        ("JIA", "stations", "2020H2"),
    ]


def test_a_class_is_expanded_to_an_instance_for_each_of_it() -> None:
    found = expanded({"filer": "*", "class": "basic_carrier", "cadence": "half-yearly"})
    assert found["filer"].to_list() == ["JIA", "JIA", "YI", "YI"]
    assert found["due_at"].to_list()[:2] == found["due_at"].to_list()[2:]


def test_an_event_makes_an_obligation_on_it_an_instance_of_its_day() -> None:
    rows = ({"cadence": "event", "due": "+5wd"}, {"filer": "YI", "cadence": "event", "due": "+1d"}, {"kind": "other"})
    found = expanded(*rows, year="2019", events=({"occurred_on": "2019-06-12"},)).filter(pl.col("cadence") == "event")
    (row,) = found.rows(named=True)
    assert (row["filer"], row["period"]) == ("JIA", "2019-06-12")
    assert row["due_on"] == date(2019, 6, 20)  # 13, 17, 18, 19, 20: the 14th is off


def test_what_is_owed_on_an_event_is_not_due_on_a_day_without_one() -> None:
    rows = ({"cadence": "event", "due": "+5wd"}, {"filer": "YI", "cadence": "event", "due": "+1d"})
    of_one = duties(*rows, events=({"occurred_on": "2020-03-02"},))
    day, other = Period.parse("2020-03-02"), Period.parse("2020-03-03")
    assert (of_one.owing("stations", day), of_one.owing("stations", other)) == (("JIA",), ())
    assert of_one.deadline("JIA", "stations", day) is not None
    assert of_one.deadline("JIA", "stations", other) is None
    assert of_one.deadline("YI", "stations", day) is None
    of_all = duties(*rows, events=({"filer": "*", "occurred_on": "2020-03-02"},))
    assert of_all.owing("stations", day) == ("JIA", "YI")
    assert duties(*rows).deadline("JIA", "stations", day) is None


@pytest.mark.parametrize(
    ("cadence", "day", "expected"),
    [
        ("monthly", "2020-02-29", "2020-02"),
        ("quarterly", "2020-05-31", "2020Q2"),
        ("half-yearly", "2020-07-01", "2020H2"),
        ("yearly", "2020-12-31", "2020"),
        ("once", "2020-04-15", "2020"),
        ("weekly", "2020-04-15", None),
        ("event", "2020-04-15", None),
    ],
)
def test_a_day_is_in_one_period_of_a_cadence_counted_in_months(cadence: str, day: str, expected: str | None) -> None:
    found = bounding(cadence, date.fromisoformat(day))
    assert (None if found is None else found.label) == expected


def test_an_event_of_everyone_is_one_of_all_who_owe_the_form_on_events() -> None:
    rows = ({"filer": "*", "class": "basic_carrier", "cadence": "event"}, {"filer": "BING"})
    found = expanded(*rows, events=({"filer": "*", "occurred_on": "2020-03-02"},)).filter(pl.col("cadence") == "event")
    assert found["filer"].to_list() == ["JIA", "YI"]


@pytest.mark.parametrize(
    ("event", "row"),
    [
        ({"occurred_on": "2019-12-31"}, {}),
        ({"occurred_on": "2020-03-02", "kind": "another"}, {}),
        ({"occurred_on": "2020-03-02", "filer": "YI"}, {}),
        ({"occurred_on": "2020-03-02"}, {"until": "2020-02"}),
        ({"occurred_on": "2020-03-02"}, {"cadence": "monthly", "until": "2019-12"}),
    ],
)
def test_an_event_of_another_year_form_filer_or_term_makes_nothing_owed(
    event: dict[str, str], row: dict[str, str]
) -> None:
    assert expanded({"cadence": "event", **row}, events=(event,)).is_empty()


CHOSEN = st.fixed_dictionaries(
    {
        "filer": st.sampled_from([*FILERS, "*"]),
        "class": st.sampled_from(["", "basic_carrier", "tower"]),
        "kind": st.sampled_from(["stations", "masts"]),
        "cadence": st.sampled_from(CADENCES),
        "from": st.sampled_from(["", "2020Q2", "2020-W10", "2020-05-01"]),
        "until": st.sampled_from(["", "2020H1", "2020-W40", "2020-09-30"]),
    }
)


@given(st.lists(CHOSEN, max_size=5))
def test_instances_are_what_is_owed_period_by_period(rows: list[dict[str, str]]) -> None:
    listed = duties(*rows)
    expected = sorted(
        (filer, kind, period.label, cadence)
        for kind in ("stations", "masts")
        for cadence in CADENCES
        for period in periods_of(cadence, YEAR)
        for filer in listed.owed(kind, period).filter(pl.col("cadence") == cadence)["filer"].to_list()
    )
    assert sorted(listed.instances(YEAR).select(*KEY, "cadence").rows()) == expected


@given(st.lists(CHOSEN, max_size=4))
def test_a_form_is_owed_twice_where_two_rows_have_one_instance(rows: list[dict[str, str]]) -> None:
    listed = duties(*(row for row in rows if row["cadence"] != "event"))
    found = listed.doubled(YEAR)
    keys = listed.instances(YEAR).select(KEY)
    assert (found is not None) is (keys.n_unique() < keys.height)
    if found is not None:
        first, second, period = found
        assert first["_row"] < second["_row"]
        key = (first["filer"], first["kind"], period.label)
        assert key == (second["filer"], second["kind"], period.label)
        assert keys.rows().count(key) > 1


def test_two_obligations_on_events_meet_on_any_day_they_share() -> None:
    until, since = {"cadence": "event", "until": "2020-06-30"}, {"cadence": "event", "from": "2020-06-30"}
    found = duties(until, since).doubled(YEAR)
    assert found is not None
    assert found[2].label == "2020-06-30"
    assert duties(until, {**since, "from": "2020-07"}).doubled(YEAR) is None
    assert duties({"cadence": "once"}, {"cadence": "yearly"}).doubled(YEAR) is not None


def test_the_same_list_on_another_calendar_is_due_on_other_days() -> None:
    rows = {"due": "06-14", "roll": "previous-workday", "cadence": "half-yearly", "until": "2019H1"}
    listed = duties(rows)
    bare = Duties(listed.rows, listed.filers, Calendar("bare", ()))
    year = Period.parse("2019")
    assert listed.instances(year)["due_on"].to_list() == [date(2019, 6, 13)]
    assert bare.instances(year)["due_on"].to_list() == [date(2019, 6, 14)]


# --- lateness of what came


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
    there = received.astimezone(timezone(timedelta(hours=hours)))
    limit = due("+10d", "2020-11")
    assert submission(there, limit).late == submission(received, limit).late
    assert submission(there, limit).days_late == submission(received, limit).days_late


@given(st.integers(0, 400), st.integers(2000, 2098), st.integers(1, 12))
def test_a_term_in_days_is_that_many_days_after_the_period(days: int, year: int, month: int) -> None:
    period = Period.parse(f"{year}-{month:02}")
    moment = due(f"+{days}d", period.label)
    assert moment is not None
    assert moment.date() - period.end == timedelta(days=days)
    assert moment + timedelta(seconds=1) == datetime.combine(
        moment.date() + timedelta(days=1), datetime.min.time(), ZONE
    )
