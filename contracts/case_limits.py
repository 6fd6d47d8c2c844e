"""How long a case may take, and whether it did: columns of dates against a limit, also while a case is still open.

The day a case begins is not counted unless the limit says so. A limit in working days is reckoned on a calendar; one in
calendar days may be moved by a roll rule. Where a notice still to come may decide whether a case is in time, that
cannot be told yet. A case that is open is judged as of a day that is given: nothing here knows a clock. Limits of
different units are not subtracted from each other: 60 days and 26 working days are two limits, each in force for its
own time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import polars as pl

from contracts.calendar import FIRST, LAST, Calendar, shipped_calendar
from contracts.deadlines import parse_roll, roll_days

MOST: Final = 1_000  # days or working days; nothing that is to be done in longer than that has a limit in days


@dataclass(frozen=True)
class Limit:
    """So many days or working days from the beginning of a case. Raises ValueError for no whole number from 1 to MOST.

    calendar: the code of the one that working days are reckoned on, named so that nobody has to guess (WD-5).
    """

    number: int
    workdays: bool
    basis: str
    first_day_counts: bool = False
    roll: str = "none"
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
        """The last day in time for a column of dates, as far as notices are known; null where a case has not begun, or
        a day is so far off (1899, 2999) that no calendar reckons it: that is a mistake of whoever filed it.
        """
        calendar = on or shipped_calendar(self.calendar)
        begun = self._reckoned(begun)
        if self.workdays:
            return self._after_workdays(begun, calendar)
        return roll_days(self._after_days(begun), parse_roll(self.roll), calendar)

    def in_time(self, begun: pl.Series, until: pl.Series, on: Calendar | None = None) -> pl.Series:
        """Whether `until` lies within the limit; null where there is no due_on, or a notice to come may decide it."""
        calendar = on or shipped_calendar(self.calendar)
        begun, until = self._reckoned(begun), until.cast(pl.Date)
        due = self.due_on(begun, calendar)
        provisional = self._provisional(begun, due, calendar)
        if not provisional.any():
            return until <= due
        case = {"until": until, "due": due, "earliest": self._earliest(begun, calendar), "provisional": provisional}
        in_any_case = pl.when(pl.col("until") <= pl.col("earliest")).then(statement=True)
        as_known = pl.when(~pl.col("provisional")).then(pl.col("until") <= pl.col("due"))
        return pl.DataFrame(case).select(pl.coalesce(as_known, in_any_case)).to_series()

    def _provisional(self, begun: pl.Series, due: pl.Series, calendar: Calendar) -> pl.Series:
        """Whether `due` was reckoned over days that no notice arranges yet."""
        if self.workdays:
            counted_from = begun if self.first_day_counts else begun.dt.offset_by("1d")
            return calendar.provisional_within(counted_from, due)
        if self.roll == "none":
            return pl.Series([False]).new_from_index(0, begun.len())
        return calendar.provisional_within(self._after_days(begun), due)

    def _earliest(self, begun: pl.Series, calendar: Calendar) -> pl.Series:
        """The first day that `due_on` may come to, whatever is still announced; null where nobody can say."""
        if self.workdays:
            return self._after_workdays(begun, calendar, open_worked=True)
        return _none(begun) if self.roll == "previous-workday" else self._after_days(begun)

    def _after_days(self, begun: pl.Series) -> pl.Series:
        return begun.dt.offset_by(f"{self.number - self.first_day_counts}d")

    def _after_workdays(self, begun: pl.Series, calendar: Calendar, *, open_worked: bool = False) -> pl.Series:
        later = calendar.shifted(begun, self.number, open_worked=open_worked)
        if not self.first_day_counts:
            return later
        # A first day that is worked is one of them: the limit then ends one working day sooner.
        day_before = begun.dt.offset_by("-1d")
        is_worked = (calendar.shifted(day_before, 1, open_worked=open_worked) == begun).fill_null(value=False)
        return calendar.shifted(begun, self.number - 1, open_worked=open_worked).zip_with(is_worked, later)

    def _reckoned(self, begun: pl.Series) -> pl.Series:
        # Twice as many days as working days, and two months of holidays beside, are more than a limit ever takes.
        last = LAST - timedelta(days=2 * self.number + 60)
        day = pl.col("day")
        kept = pl.when(day.is_between(FIRST + timedelta(days=1), last)).then(day)
        return pl.DataFrame({"day": begun.cast(pl.Date)}).select(kept.alias(begun.name)).to_series()


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
