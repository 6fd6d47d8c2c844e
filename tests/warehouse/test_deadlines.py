"""A year's timetable as kept: whole, replaced as one, left alone where nothing changed; and what counts as late."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select

from contracts.finding import Outcome
from contracts.obligations import ZONE
from contracts.timeliness import FILED, State
from tests.warehouse import made_timetable as made
from tests.warehouse import toy
from tests.warehouse.toy import Filed, moment, submit
from warehouse import tables
from warehouse.database import reading
from warehouse.deadlines import StoredDeadline
from warehouse.expectations import check_warehouse
from warehouse.home import Home

CT = Filed("CT", ["3", "4"], moment(2))


def bytes_of(home: Home) -> bytes:
    """The database file with its journal, as it lies on disk."""
    return b"".join(p.read_bytes() for p in sorted(home.folder.glob("warehouse.db*")) if not p.name.endswith("-shm"))


def find(home: Home, filer: str, kind: str, period: str) -> StoredDeadline:
    (found,) = [d for d in home.deadlines(made.YEAR) if d.key == (filer, kind, period)]
    return found


def test_what_is_kept_is_what_was_judged(home: Home) -> None:
    frame = made.make()
    assert home.keep_deadlines(made.YEAR, frame, made.ON, "cn")
    kept = home.deadlines(made.YEAR)
    assert [d.ordinal for d in kept] == list(range(1, frame.height + 1))
    assert {d.state for d in kept} == set(State)
    same = (
        "filer", "kind", "kind_en", "cadence", "state", "days_late", "workdays_late", "awaited", "overdue", "nil_on",
        "named_on", "due_on", "due_at", "limit_at", "extended_until", "extended_by", "extended_because", "cutoff_on",
        "issued", "received_at", "first_received_at", "accepted_at", "why_zh", "why_en", "basis",
    )  # fmt: skip
    for deadline, row in zip(kept, frame.iter_rows(named=True), strict=True):
        assert {n: getattr(deadline, n) for n in same} == {n: row[n] for n in same}
        assert (deadline.period.label, deadline.term, deadline.roll) == (row["period"], row["due"], row["roll"])
        assert (deadline.provisional, deadline.assumed) == (row["tentative"], row["assumed"])
        assert (deadline.judged_on, deadline.calendar, deadline.filer_name) == (
            made.ON, "cn", made.FILERS[row["filer"]]
        )  # fmt: skip
    assert check_warehouse(home).failures == ()


def test_the_same_again_writes_nothing(home: Home) -> None:
    home.keep_deadlines(made.YEAR, made.make(), made.ON, "cn")
    before = bytes_of(home)
    assert home.keep_deadlines(made.YEAR, made.make(), made.ON, "cn")
    assert bytes_of(home) == before
    home.keep_deadlines(made.YEAR, made.make(), made.ON, "cn+hunan")
    assert bytes_of(home) != before


def test_what_was_said_before_is_kept_also_where_the_day_goes_back(home: Home) -> None:
    """A summary's day that is moved forward lets the timetable be judged as of an earlier moment than before."""
    days = [datetime(2019, 7, day, 9, tzinfo=ZONE) for day in (12, 14, 12, 16)]
    owed = [made.OWED[:2], made.OWED[:1], made.OWED[:3], made.OWED[:2]]
    for day, some in zip(days, owed, strict=True):
        home.keep_deadlines(made.YEAR, made.make(some, on=day), day, "cn")
    with reading(home.engine) as connection:
        p = tables.past_deadlines.c
        query = select(p.ordinal, p.recorded_from, p.recorded_to).order_by(p.ordinal, p.recorded_from)
        past = [tuple(row) for row in connection.execute(query)]
    assert past
    assert all(since < until for _, since, until in past)
    assert len({(ordinal, since) for ordinal, since, _ in past}) == len(past)


def test_a_later_judgment_takes_the_place_of_the_one_before_and_of_its_year_only(home: Home) -> None:
    home.keep_deadlines(made.YEAR, made.make(), made.ON, "cn")
    home.keep_deadlines(2018, made.make(made.OWED[:1]), made.ON, "cn")
    assert find(home, "CT", "network_build", "2019-06").state is State.DUE_SOON
    later = datetime(2019, 7, 12, 9, tzinfo=ZONE)
    home.keep_deadlines(made.YEAR, made.make(made.OWED[:1], on=later), later, "cn")
    june = find(home, "CT", "network_build", "2019-06")
    assert (june.state, june.days_late, june.judged_on) == (State.MISSING, 2, later)
    assert {d.year: d.judged_on for d in home.deadlines()} == {2018: made.ON, 2019: later}
    assert {d.kind for d in home.deadlines(2019)} == {"network_build"}


def test_nothing_is_kept_where_the_ledger_has_moved_since(home: Home) -> None:
    head = home.last_entry()
    assert home.keep_deadlines(made.YEAR, made.make(), made.ON, "cn", head)
    submit(home, CT)
    assert not home.keep_deadlines(made.YEAR, made.make(made.OWED[:1]), made.ON, "cn", head)
    assert len(home.deadlines(made.YEAR)) == made.make().height


def test_all_or_nothing(home: Home) -> None:
    home.keep_deadlines(made.YEAR, made.make(), made.ON, "cn")
    before = home.deadlines()
    broken = made.make().with_columns(basis=pl.when(pl.col("kind") == "plan").then(None).otherwise("basis"))
    with pytest.raises(Exception, match="NOT NULL"):
        home.keep_deadlines(made.YEAR, broken, made.ON, "cn")
    assert home.deadlines() == before


def test_the_mart_says_it_to_an_analyst(home: Home) -> None:
    home.keep_deadlines(made.YEAR, made.make(), made.ON, "cn")
    query = (
        "SELECT filer, period, days_late, why_zh FROM mart_deadline_record WHERE state = 'accepted_late' ORDER BY 1, 2"
    )
    with closing(sqlite3.connect(home.folder / "warehouse.db")) as connection:
        rows = connection.execute(query).fetchall()
    assert [row[:3] for row in rows] == [("CM", "2019", 0), ("CM", "2019-01", 3), ("CM", "2019Q2", 2)]
    assert "首次2019年2月10日10:00收到，未被接受" in rows[1][3]
    assert rows[0][3].endswith("迟报接受，当日逾时。依据：通知四（三）。")


# --- what counts as late


def late(home: Home) -> dict[str, int | None]:
    lateness = home.lateness()
    return {s.id[-1]: lateness.days(s) for s in home.submissions()}


def view_says(home: Home) -> dict[str, int]:
    with closing(sqlite3.connect(home.folder / "warehouse.db")) as connection:
        found = connection.execute("SELECT submission, late FROM mart_submission_log").fetchall()
    return {submission[-1]: number for submission, number in found}


def timetable(home: Home, nil: Sequence[tuple[Any, ...]] = made.NIL) -> pl.DataFrame:
    """What everybody owes of the toy form for November 2020, judged over what this home holds."""
    filed = [
        (
            s.filer,
            s.kind,
            s.period.label,
            s.id,
            s.sequence,
            s.received_at.astimezone(ZONE),
            s.outcome and s.outcome.value,
        )
        for s in home.submissions()
    ]
    owed = {
        "filer": "*",
        "kind": toy.KIND.code,
        "cadence": "monthly",
        "due": "+4d",
        "from": "2020-11",
        "until": "2020-11",
    }
    return made.make([owed], on=moment(31), year=2020, nil=nil, filed=pl.DataFrame(filed, schema=FILED, orient="row"))


def test_a_correction_of_what_was_accepted_in_time_is_not_late(home: Home) -> None:
    submit(home, CT)
    submit(home, replace(CT, built=["3", "5"], at=moment(8)))
    submit(home, replace(CT, built=["many"], at=moment(9)))
    assert late(home) == {"1": None, "2": None, "3": None}
    assert view_says(home) == {"1": 0, "2": 0, "3": 0}
    assert [s.late for s in home.submissions()] == [False, True, True]  # what the receipts said
    home.keep_deadlines(2020, timetable(home), moment(31), "cn")
    missing = {"CM": State.MISSING, "CU": State.MISSING, "TT": State.MISSING}
    assert {d.filer: d.state for d in home.deadlines(2020)} == {"CT": State.ACCEPTED} | missing
    (ours,) = [d for d in home.deadlines(2020) if d.filer == "CT"]
    assert (ours.state, ours.accepted_at, ours.submission) == (State.ACCEPTED, moment(2), home.submissions()[2].id)


def test_what_was_returned_in_time_and_right_afterwards_is_late(home: Home) -> None:
    submit(home, replace(CT, built=["many"]))
    submit(home, replace(CT, at=moment(8)))
    submit(home, replace(CT, built=["3", "5"], at=moment(9)))
    assert [s.outcome for s in home.submissions()] == [Outcome.RETURNED, Outcome.ACCEPTED, Outcome.ACCEPTED]
    assert late(home) == {"1": None, "2": 4, "3": None}
    assert view_says(home) == {"1": 0, "2": 1, "3": 0}
    home.keep_deadlines(2020, timetable(home), moment(31), "cn")
    (ours,) = [d for d in home.deadlines(2020) if d.filer == "CT"]
    assert (ours.state, ours.days_late) == (State.ACCEPTED_LATE, 4)
    assert late(home) == {"1": None, "2": 4, "3": None}
    assert check_warehouse(home).failures == ()


def test_the_limit_is_that_of_the_timetable_where_one_is_kept(home: Home) -> None:
    submit(home, replace(CT, at=moment(8)))
    assert (late(home), view_says(home)) == ({"1": 4}, {"1": 1})
    extended = timetable(home).with_columns(limit_at=pl.col("limit_at").dt.offset_by("5d"), overdue=pl.lit(value=False))
    extended = extended.with_columns(state=pl.lit("accepted"), days_late=pl.lit(0), workdays_late=pl.lit(0))
    home.keep_deadlines(2020, extended, moment(31), "cn")
    assert (late(home), view_says(home)) == ({"1": None}, {"1": 0})


def test_what_comes_first_is_told_by_when_it_arrived_and_not_by_the_ledger(home: Home) -> None:
    submit(home, replace(CT, at=moment(9)))
    submit(home, replace(CT, built=["3", "5"], at=moment(8)))
    assert [s.outcome for s in home.submissions()] == [Outcome.ACCEPTED, Outcome.ACCEPTED]
    assert (late(home), view_says(home)) == ({"1": None, "2": 4}, {"1": 0, "2": 1})
    home.keep_deadlines(2020, timetable(home), moment(31), "cn")
    (ours,) = [d for d in home.deadlines(2020) if d.filer == "CT"]
    assert (ours.accepted_at, ours.days_late, ours.submission) == (moment(8), 4, home.submissions()[0].id)
    assert (late(home), view_says(home)) == ({"1": None, "2": 4}, {"1": 0, "2": 1})


@pytest.mark.parametrize(
    ("nil", "outcome", "days"),
    [
        (date(2020, 12, 4), Outcome.ACCEPTED, None),
        (date(2020, 12, 4), Outcome.RETURNED, 4),
        (date(2020, 12, 5), Outcome.ACCEPTED, 4),
        (date(2020, 12, 9), Outcome.ACCEPTED, 4),
    ],
)
def test_what_follows_a_nil_return_in_time_corrects_it(
    home: Home, nil: date, outcome: Outcome, days: int | None
) -> None:
    submit(home, replace(CT, built=CT.built if outcome is Outcome.ACCEPTED else ["many"], at=moment(8)))
    assert [s.outcome for s in home.submissions()] == [outcome]
    declared = ("CT", toy.KIND.code, "2020-11", nil, "CT", "本期无新建")
    with_nil = timetable(home, nil=[declared])
    home.keep_deadlines(2020, with_nil, moment(31), "cn")
    (ours,) = [d for d in home.deadlines(2020) if d.filer == "CT"]
    if outcome is Outcome.ACCEPTED:
        assert (ours.state is State.ACCEPTED, ours.overdue) == (days is None, days is not None)
    assert (late(home), view_says(home)) == ({"1": days}, {"1": int(days is not None)})


def test_where_the_duty_came_after_its_day_nothing_is_late(home: Home) -> None:
    submit(home, replace(CT, at=moment(8)))
    issued = timetable(home).with_columns(state=pl.lit("not_applicable"), overdue=pl.lit(value=False))
    home.keep_deadlines(2020, issued, moment(31), "cn")
    assert (late(home), view_says(home)) == ({"1": None}, {"1": 0})


def test_a_home_can_be_carried_away_with_it(home: Home, tmp_path: Path) -> None:
    home.keep_deadlines(made.YEAR, made.make(), made.ON, "cn")
    expected = home.deadlines()
    home.close()
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "warehouse.db").write_bytes((home.folder / "warehouse.db").read_bytes())
    with Home.look(copy) as carried:
        assert carried.deadlines() == expected
        assert carried.deadlines(2001) == []
