"""What is to be said of each instance today, to whom, and what was said already: decided from what a timetable says.

The stage of an instance follows from the day alone and never from what was said before, so that after an outage only
the stage of today is said, once. On a day that nobody works nothing is said; the next working day has its own stage.
Nothing here knows a clock, sends anything, or repeats an address outside a `Contact`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import polars as pl

from contracts.calendar import Calendar
from contracts.obligations import ZONE
from contracts.timeliness import State

WEEKS: Final = 13  # so long a quarter of a year is what is missing said again every week
_AHEAD: Final = (State.NOT_YET_DUE, State.DUE_SOON, State.EXTENDED, State.PROVISIONAL)


class Stage(StrEnum):
    """What is said of an instance that is still open."""

    DUE_SOON = "due_soon"
    LAST_DAY = "last_day"  # no working day is left after today before it is due
    MISSING = "missing"
    RETURNED = "returned"  # and not filed again
    RETURNED_LATE = "returned_late"  # and the limit has passed meanwhile

    @property
    def zh(self) -> str:
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        return _WORDS[self][1]


_WORDS: Final = {
    Stage.DUE_SOON: ("即将到期", "due soon"),
    Stage.LAST_DAY: ("最后一个工作日", "the last working day"),
    Stage.MISSING: ("逾期未报", "missing"),
    Stage.RETURNED: ("退回待重报", "returned, to be filed again"),
    Stage.RETURNED_LATE: ("退回未重报且已逾期", "returned, not filed again, and late"),
}


@dataclass(frozen=True)
class Reminder:
    """One instance and what is said of it. week: how many weeks it has been so; each week is said once.

    about: the submission that was returned. filer_name, why_zh, why_en: as the timetable has them.
    """

    year: int
    filer: str
    filer_name: str
    kind: str
    period: str
    stage: Stage
    week: int
    limit_at: datetime | None
    about: str
    why_zh: str
    why_en: str

    @property
    def key(self) -> str:
        """What makes it the same reminder: another limit (an extension), stage, week or return is another one."""
        limit = "" if self.limit_at is None else self.limit_at.astimezone(ZONE).isoformat()
        return "/".join(
            (str(self.year), self.filer, self.kind, self.period, self.stage, str(self.week), limit, self.about)
        )


@dataclass(frozen=True)
class Contact:
    """Whom to remind of what a filer owes. address: of a mailbox, or the name of a block; never shown."""

    filer: str
    channel: str
    address: str = field(repr=False)
    name: str

    @property
    def key(self) -> tuple[str, str]:
        return self.filer, self.name


@dataclass(frozen=True)
class Digest:
    """All that is said to one contact on a day. stands_in: it is the bureau's, and some of the filers have none."""

    bureau: str
    contact: Contact
    day: date
    reminders: tuple[Reminder, ...]
    stands_in: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(sorted(r.key for r in self.reminders))

    @property
    def message_id(self) -> str:
        """The same for the same intent, whoever computes it again: 32 hexadecimal digits."""
        told = [self.bureau, *self.contact.key, self.day.isoformat(), *self.keys]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Plan:
    """What is to be said on a day. unreached: filers with something to say and nobody to say it to."""

    digests: tuple[Digest, ...]
    unreached: tuple[str, ...]


def decide(
    frame: pl.DataFrame, calendar: Calendar, on: datetime, year: int, soon_workdays: int = 3
) -> tuple[Reminder, ...]:
    """What is to be said as of `on` of each instance of a timetable's frame; nothing on a day that is not worked."""
    today = on.astimezone(ZONE).date()
    known = calendar.as_known_on(today)
    if not known.is_workday(today):
        return ()
    watched = pl.col("state").is_in([*_AHEAD, State.RETURNED, State.MISSING]) & pl.col("accepted_at").is_null()
    rows = frame.filter(watched).with_columns(_limit=pl.col("limit_at").dt.date())
    limits = rows["_limit"]
    rows = rows.with_columns(
        _soon=known.shifted(limits, -soon_workdays),
        _last=known.rolled(limits, forward=False),
        _after=known.shifted(limits, 1),
    )
    found = ((row, _stage_of(row, today)) for row in rows.iter_rows(named=True))
    return tuple(_reminder(row, year, *staged) for row, staged in found if staged is not None)


def count_past(frame: pl.DataFrame, calendar: Calendar, on: datetime) -> int:
    """How many instances are missing for so long that `decide` says them no more."""
    today = on.astimezone(ZONE).date()
    limits = frame.filter(pl.col("state") == State.MISSING)["limit_at"].dt.date()
    return sum(_week(first, today) > WEEKS for first in calendar.as_known_on(today).shifted(limits, 1))


def _stage_of(row: Mapping[str, Any], today: date) -> tuple[Stage, int] | None:
    """The stage of an open instance and its week; None where nothing is to be said of it."""
    state, late = State(row["state"]), row["overdue"]
    if state is State.MISSING:
        return _since(row["_after"], today, Stage.MISSING)
    if state is State.RETURNED and late:
        return _since(max(row["_after"], row["received_at"].date()), today, Stage.RETURNED_LATE)
    if row["_last"] is not None and row["_last"] <= today:
        return Stage.LAST_DAY, 0
    if state is State.RETURNED:
        return _since(row["received_at"].date(), today, Stage.RETURNED)
    return (Stage.DUE_SOON, 0) if row["_soon"] is not None and row["_soon"] <= today else None


def _since(first: date, today: date, stage: Stage) -> tuple[Stage, int] | None:
    """A stage that is said again every week from a day on, and no longer than WEEKS."""
    week = _week(first, today)
    return (stage, week) if 0 <= week <= WEEKS else None


def _week(first: date, today: date) -> int:
    """0 in the first seven days from `first` on, 1 in the next; negative before."""
    return (today - first) // timedelta(days=7)


def _reminder(row: Mapping[str, Any], year: int, stage: Stage, week: int) -> Reminder:
    about = row["submission"] if stage in (Stage.RETURNED, Stage.RETURNED_LATE) else None
    same = {name: row[name] for name in ("filer", "filer_name", "kind", "period", "limit_at", "why_zh", "why_en")}
    return Reminder(year=year, stage=stage, week=week, about=about or "", **same)


def gather(
    reminders: Sequence[Reminder],
    contacts: Sequence[Contact],
    bureau: str,
    day: date,
    said: Mapping[tuple[str, str], Iterable[str]],
) -> Plan:
    """One digest for each contact, of what was not said to it before.

    contacts: of all filers; those of the bureau stand in for every filer that has none.
    said: (filer, name of the contact) → keys of reminders.
    """
    known = {contact.filer for contact in contacts}
    orphaned = tuple(dict.fromkeys(r.filer for r in reminders if r.filer not in known))
    digests = []
    for contact in contacts:
        whose = {contact.filer, *orphaned} if contact.filer == bureau else {contact.filer}
        before = set(said.get(contact.key, ()))
        kept = tuple(r for r in reminders if r.filer in whose and r.key not in before)
        stands_in = any(r.filer in orphaned for r in kept)
        digests.append(Digest(bureau, contact, day, kept, stands_in))
    return Plan(tuple(d for d in digests if d.reminders), () if bureau in known else orphaned)
