"""Who owed what by when, as kept: a year's timetable is replaced as a whole, and only when something in it changed.

Never judges: rows come from `contracts.timeliness`, the moment with them. What is kept can be made again from the
ledger and the pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, delete, insert, select

from contracts.finding import Outcome
from contracts.obligations import ZONE
from contracts.period import Period
from contracts.timeliness import State
from warehouse import tables
from warehouse.canonical import moment_text
from warehouse.ledger import append
from warehouse.sealing import seal
from warehouse.stored import StoredSubmission

d = tables.deadlines.c
Key = tuple[str, str, str]
"""Filer, form, label of the period."""
Arrived = tuple[datetime, int]
"""When something came, and its place in the ledger among what came at one moment."""
# Column of the table → column of the timetable, where they differ.
_NAMED: Final = {"term": "due", "provisional": "tentative"}
_OF_THE_RUN: Final = ("year", "ordinal", "calendar", "judged_on", "recorded_from")


@dataclass(frozen=True, kw_only=True)
class StoredDeadline:
    """One instance of an obligation, and what had become of it at `judged_on`; columns as in `tables.deadlines`."""

    year: int
    ordinal: int
    filer: str
    filer_name: str
    kind: str
    kind_zh: str
    kind_en: str
    cadence: str
    period: Period
    term: str
    roll: str
    named_on: date | None
    due_on: date | None
    due_at: datetime | None
    limit_at: datetime | None
    extended_until: date | None
    extended_by: str | None
    extended_because: str | None
    provisional: bool
    cutoff_on: date | None
    issued: date | None
    first_received_at: datetime | None
    received_at: datetime | None
    accepted_at: datetime | None
    submission: str | None
    nil_on: date | None
    awaited: int
    overdue: bool
    days_late: int
    workdays_late: int
    state: State
    why_zh: str
    why_en: str
    basis: str
    assumed: str | None
    calendar: str
    judged_on: datetime

    @property
    def key(self) -> Key:
        return (self.filer, self.kind, self.period.label)


def keep_deadlines(
    connection: Connection, year: int, timetable: pl.DataFrame, judged_on: datetime, calendar: str
) -> bool:
    """Put the rows of `timetable` in the place of the year's; whether anything had changed.

    timetable: the frame of `flows.duties.timetable`, in the order of the list. What was said of an instance until now
    and is said no longer is kept as its past. Runs in the caller's transaction.
    """
    moment = moment_text(judged_on)
    shared = {"year": year, "calendar": calendar, "judged_on": moment}
    rows = [shared | {"ordinal": n} | row for n, row in enumerate(map(_row, timetable.iter_rows(named=True)), 1)]
    query = select(tables.deadlines).where(d.year == year).order_by(d.ordinal)
    kept = {row["ordinal"]: dict(row) for row in connection.execute(query).mappings()}
    since = {n: row.pop("recorded_from") for n, row in kept.items()}
    if list(kept.values()) == rows:
        return False
    # The summary's day may be moved forward: what is said next is never from before what was said last.
    known = max([moment, *since.values()])
    wanted = {row["ordinal"]: row for row in rows}
    said = {n: row for n, row in kept.items() if not _same(row, wanted.get(n))}
    past = [row | {"recorded_from": since[n], "recorded_to": known} for n, row in said.items() if since[n] < known]
    connection.execute(delete(tables.deadlines).where(d.year == year))
    if rows:
        new = [row | {"recorded_from": known if n in said else since.get(n, known)} for n, row in wanted.items()]
        connection.execute(insert(tables.deadlines), new)
    if past:
        connection.execute(insert(tables.past_deadlines), past)
    seals = [seal(connection, table, (year,)).record() for table in (tables.deadlines, tables.past_deadlines)]
    append(connection, moment, "deadlines", str(year), {"rows": len(rows), "sealed": seals})
    return True


def _same(row: Mapping[str, Any], other: Mapping[str, Any] | None) -> bool:
    """Whether they say the same, but for the moment as of which they say it."""
    return other is not None and {**row, "judged_on": ""} == {**other, "judged_on": ""}


def _row(told: Mapping[str, Any]) -> dict[str, Any]:
    names = [c.name for c in tables.deadlines.columns if c.name not in _OF_THE_RUN]
    return {name: _text(told[_NAMED.get(name, name)]) for name in names}


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value


def list_deadlines(connection: Connection, year: int | None = None) -> list[StoredDeadline]:
    """Those of a year, or of all, in the order of the list of obligations."""
    query = select(tables.deadlines).order_by(d.year, d.ordinal)
    query = query if year is None else query.where(d.year == year)
    return [_stored(dict(row)) for row in connection.execute(query).mappings()]


def _stored(row: Mapping[str, Any]) -> StoredDeadline:
    named = {field.name: row[field.name] for field in fields(StoredDeadline)}
    for name, text in named.items():
        if text is not None and (name.endswith("_at") or name == "judged_on"):
            named[name] = datetime.fromisoformat(text)
        elif text is not None and (name.endswith("_on") or name in ("issued", "extended_until")):
            named[name] = date.fromisoformat(text)
    period = Period(date.fromisoformat(row["period_start"]), date.fromisoformat(row["period_end"]))
    return StoredDeadline(**named | {"period": period, "state": State(row["state"])})


@dataclass(frozen=True)
class Lateness:
    """Which submissions came late: after their limit, unless they correct what had been accepted before.

    deadlines: what is kept, by key. accepted: by key the place in the order of arrival of the first submission that
    was accepted. What was filed after a nil return that was in time corrects that (`contracts.timeliness`).
    """

    deadlines: Mapping[Key, StoredDeadline]
    accepted: Mapping[Key, Arrived]

    def deadline(self, submission: StoredSubmission) -> StoredDeadline | None:
        return self.deadlines.get(_key(submission))

    def days(self, submission: StoredSubmission) -> int | None:
        """Calendar days after the limit (0: later on that very day); None for one that was not late.

        The limit is that of the timetable, an extension included, and the one of the receipt where none is kept.
        """
        deadline = self.deadline(submission)
        limit = submission.due_at if deadline is None else deadline.limit_at
        if limit is None or (deadline is not None and deadline.state is State.NOT_APPLICABLE):
            return None
        arrived = _arrived(submission)
        corrects = self.accepted.get(_key(submission), arrived) < arrived or _corrects_nil(submission, deadline)
        if corrects or submission.received_at <= limit:
            return None
        return (submission.received_at.astimezone(ZONE).date() - limit.astimezone(ZONE).date()).days


def lateness_of(deadlines: Iterable[StoredDeadline], submissions: Iterable[StoredSubmission]) -> Lateness:
    """Of `submissions`, which have to be all of the home."""
    accepted: dict[Key, Arrived] = {}
    for submission in sorted(submissions, key=_arrived):
        if submission.outcome in (Outcome.ACCEPTED, Outcome.PARTIAL):
            accepted.setdefault(_key(submission), _arrived(submission))
    return Lateness({deadline.key: deadline for deadline in deadlines}, accepted)


def _arrived(submission: StoredSubmission) -> Arrived:
    return (submission.received_at, submission.sequence)


def _corrects_nil(submission: StoredSubmission, deadline: StoredDeadline | None) -> bool:
    """Whether it was filed after a nil return that was in time, and not returned."""
    if deadline is None or deadline.nil_on is None or deadline.limit_at is None:
        return False
    in_time = deadline.nil_on <= deadline.limit_at.astimezone(ZONE).date()
    since = submission.received_at.astimezone(ZONE).date() >= deadline.nil_on
    return in_time and since and submission.outcome is not Outcome.RETURNED


def _key(submission: StoredSubmission) -> Key:
    return (submission.filer, submission.kind, submission.period.label)
