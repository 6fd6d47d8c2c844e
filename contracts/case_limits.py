"""How long a case may take, and whether it did: columns of dates against a limit, also while a case is still open.

The day a case begins is not counted unless the limit says so. A limit in working days is reckoned on a calendar; one in
calendar days may be moved by a roll rule. A case that is open is judged as of a day that is given: nothing here knows a
clock. Limits of different units are not subtracted from each other: 60 days and 26 working days are two limits, each in
force for its own time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import polars as pl

from contracts.calendar import FIRST, LAST, Calendar, shipped_calendar
from contracts.deadlines import parse_roll

MOST: Final = 1_000  # days or working days; nothing that is to be done in longer than that has a limit in days


class CaseState(StrEnum):
    """What a case is against its limit. Not begun: the day from which it counts is not known. No limit: none was in
    force on that day, or the day is beyond what a calendar reckons; it cannot be told whether the case is in time.
    """

    IN_TIME = "in_time"
    LATE = "late"
    OPEN = "open"
    OVERDUE = "overdue"
    NOT_BEGUN = "not_begun"
    NO_LIMIT = "no_limit"


@dataclass(frozen=True)
class Limit:
    """So many days or working days from the beginning of a case. Raises ValueError for no whole number from 1 to MOST.

    since, until: the days on which a case must begin for this limit to apply, both included; None: no bound.
    calendar: the code of the one that working days are reckoned on, named so that nobody has to guess (WD-5).
    """

    number: int
    workdays: bool
    basis: str
    first_day_counts: bool = False
    roll: str = "none"
    since: date | None = None
    until: date | None = None
    calendar: str = "cn"

    def __post_init__(self) -> None:
        if not 1 <= self.number <= MOST:
            zh, en = f"时限应为正整数，至多 {MOST}，现为 {self.number}", f"a limit is a number from 1 to {MOST}, not "
            raise ValueError(f"{zh}。 / {en}{self.number}.")
        parse_roll(self.roll)

    @property
    def zh(self) -> str:
        counted = "（首日计入）" if self.first_day_counts else ""
        return f"{self.number}{'个工作日' if self.workdays else '日'}{counted}"

    @property
    def en(self) -> str:
        counted = ", the first day counted" if self.first_day_counts else ""
        return f"{self.number} {'working ' if self.workdays else ''}day{'s' if self.number > 1 else ''}{counted}"

    def due_on(self, begun: pl.Series, on: Calendar | None = None) -> pl.Series:
        """The last day in time for a column of dates; null where a case has not begun, the limit does not apply, or a
        day is so far off (1899, 2999) that no calendar reckons it: that is a mistake of whoever filed it.
        """
        calendar = on or shipped_calendar(self.calendar)
        begun = self._where_it_applies(begun.cast(pl.Date))
        if not self.workdays:
            return _rolled(begun.dt.offset_by(f"{self.number - self.first_day_counts}d"), self.roll, calendar)
        later = calendar.shifted(begun, self.number)
        if not self.first_day_counts:
            return later
        # A first day that is worked is one of them: the limit then ends one working day sooner.
        is_worked = (calendar.rolled(begun, forward=True) == begun).fill_null(value=False)
        return calendar.shifted(begun, self.number - 1).zip_with(is_worked, later)

    def _where_it_applies(self, begun: pl.Series) -> pl.Series:
        # Twice as many days as working days, and two months of holidays beside, are more than a limit ever takes.
        last = LAST - timedelta(days=2 * self.number + 60)
        day = pl.col("day")
        applies = day.is_between(max(self.since or FIRST, FIRST), min(self.until or last, last))
        return pl.DataFrame({"day": begun}).select(pl.when(applies).then(day).alias(begun.name)).to_series()


def judge_cases(
    begun: pl.Series, ended: pl.Series, limits: tuple[Limit, ...], as_of: date | pl.Series, on: Calendar | None = None
) -> pl.DataFrame:
    """Each case against the limit in force on the day it began: due_on, state (CaseState), days_late, workdays_late.

    begun, ended: dates, `ended` null while a case is open; as_of: the day on which open cases are judged. Late by days
    after due_on; 0 in time, null where no limit applies. At most one of `limits` may apply to a day.
    """
    calendar = on or shipped_calendar(limits[0].calendar)
    due = pl.DataFrame([limit.due_on(begun, calendar).alias(str(n)) for n, limit in enumerate(limits)])
    given = pl.DataFrame({"begun": begun.cast(pl.Date), "ended": ended.cast(pl.Date)}).with_columns(
        as_of=as_of if isinstance(as_of, pl.Series) else pl.lit(as_of),
        due_on=due.select(pl.coalesce(pl.all())).to_series(),
    )
    # What ended after the day of judging was still open on it.
    given = given.with_columns(closed=pl.col("ended") <= pl.col("as_of"), until=pl.min_horizontal("ended", "as_of"))
    late = pl.col("until") > pl.col("due_on")
    is_closed = pl.col("closed").fill_null(value=False)
    return given.select(
        "due_on",
        state=pl.when(pl.col("begun").is_null())
        .then(pl.lit(CaseState.NOT_BEGUN))
        .when(pl.col("due_on").is_null())
        .then(pl.lit(CaseState.NO_LIMIT))
        .when(is_closed)
        .then(pl.when(late).then(pl.lit(CaseState.LATE)).otherwise(pl.lit(CaseState.IN_TIME)))
        .otherwise(pl.when(late).then(pl.lit(CaseState.OVERDUE)).otherwise(pl.lit(CaseState.OPEN))),
        days_late=pl.when(late).then((pl.col("until") - pl.col("due_on")).dt.total_days()).when(~late).then(0),
        workdays_late=count_late(given["due_on"], given["until"], calendar),
    )


def count_late(due_on: pl.Series, until: pl.Series, calendar: Calendar) -> pl.Series:
    """Working days after `due_on` up to and with `until`; 0 where it is no later, null where either is not there."""
    late = (until > due_on).fill_null(value=False)
    # Only what is late is counted: a day that is too early for any calendar is not.
    counted = calendar.counted(due_on.zip_with(late, _none(due_on)), until.zip_with(late, _none(until)))
    known = due_on.is_not_null() & until.is_not_null()
    none_late = pl.select(pl.when(pl.lit(known)).then(pl.lit(0, dtype=pl.Int64))).to_series()
    return counted.zip_with(late, none_late)


def _none(days: pl.Series) -> pl.Series:
    return pl.Series(days.name, [None], dtype=pl.Date).new_from_index(0, days.len())


def _rolled(days: pl.Series, name: str, calendar: Calendar) -> pl.Series:
    if name == "next-workday":
        return calendar.rolled(days, forward=True)
    if name == "previous-workday":
        return calendar.rolled(days, forward=False)
    if name == "next-after-holiday":
        return calendar.past_holidays(days)
    return days
