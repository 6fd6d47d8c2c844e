"""Which days are worked: reckoned from the notices that were known on a day, with the notice that says so.

A weekday is worked and a Saturday or Sunday is not, unless a notice says otherwise. Days that no notice known by then
has arranged are answered by the weekday alone and called provisional: never an exception, and never a guess shown as a
fact. The notices are data (`calendars/`); nothing here knows a date of any year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from importlib.resources import files
from typing import Final

import numpy as np
import polars as pl

from contracts.errors import CalendarError
from contracts.notices import Festival, Notice, in_force, read_notice

FIRST: Final = date(2000, 1, 1)
LAST: Final = date(2100, 12, 31)
# A year's first notice may arrange days of the December before: none has touched an earlier one than this.
ARRANGED_NEXT: Final = (12, 28)
WEEKDAYS: Final = "一二三四五六日"
WEEKDAYS_EN: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Day:
    """One day as known: notice is None where the weekday decides; provisional where no notice arranges its year yet."""

    date: date
    is_workday: bool
    festival: Festival | None
    notice: Notice | None
    provisional: bool

    @property
    def is_holiday(self) -> bool:
        """A day off that a notice names; an ordinary Saturday or Sunday is none."""
        return self.festival is not None and not self.is_workday

    @property
    def reason_zh(self) -> str:
        weekday = f"周{WEEKDAYS[self.date.weekday()]}"
        if self.festival is None:
            return weekday
        return f"{weekday}，{self.festival.name}{'调休上班' if self.is_workday else '放假'}"

    @property
    def reason_en(self) -> str:
        weekday = WEEKDAYS_EN[self.date.weekday()]
        if self.festival is None:
            return weekday
        exchanged = "worked in exchange for" if self.is_workday else "off for"
        return f"{weekday}, {exchanged} {self.festival.name_en}"


@dataclass(frozen=True)
class Unarranged:
    """Why days are provisional: the notice of `year` is not known. begins: the first year that has one, or None."""

    year: int
    begins: int | None

    @property
    def zh(self) -> str:
        if self.begins is not None and self.year < self.begins:
            return f"日历自{self.begins}年起"
        return f"{self.year}年放假安排尚未公布"

    @property
    def en(self) -> str:
        if self.begins is not None and self.year < self.begins:
            return f"the calendar begins in {self.begins}"
        return f"the days off of {self.year} are not announced yet"


@dataclass(frozen=True)
class Calendar:
    """The notices of one jurisdiction. Raises CalendarError where two of them claim a day, or have one name.

    code: "cn"; known_on: only notices announced by then are used; None for all there are.
    """

    code: str
    notices: tuple[Notice, ...]
    known_on: date | None = None

    def __post_init__(self) -> None:
        _ = self._arranged  # contradictions are found when a calendar is made, not when a day is asked about

    def as_known_on(self, day: date) -> Calendar:
        """The calendar as it was known at the end of `day`: later notices, and later amendments, are not used."""
        if self.known_on is not None and self.known_on <= day:
            return self
        return _known(self, day)

    def day(self, day: date) -> Day:
        festival, notice = self._arranged.get(day, (None, None))
        works = day.weekday() < 5 if festival is None else day in festival.work
        return Day(day, works, festival, notice, self._missing(day) is not None)

    def days(self, first: date, last: date) -> Iterator[Day]:
        """Every day from `first` to `last`, both included."""
        for number in range((last - first).days + 1):
            yield self.day(first + timedelta(days=number))

    def is_workday(self, day: date) -> bool:
        return self.day(day).is_workday

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether a notice still to come may change which days of the span are worked."""
        return self.unarranged(first, last) is not None

    def unarranged(self, first: date, last: date) -> Unarranged | None:
        """Which notice is missing for the first provisional day of a span, whichever end is named first."""
        first, last = min(first, last), max(first, last)
        for year in range(first.year, last.year + 1):
            day = max(first, self._open_from(year) or last + timedelta(days=1))
            while day <= last and day.year == year:
                missing = self._missing(day)
                if missing is not None:
                    return self.without_notice(missing)
                day += timedelta(days=1)
        return None

    def without_notice(self, year: int) -> Unarranged:
        """How it is said that no notice arranges `year`."""
        return Unarranged(year, min(self.years, default=None))

    def next_workday(self, day: date) -> date:
        """`day` if it is worked, else the first one after it that is."""
        return day if self.is_workday(day) else self.add_workdays(day, 1)

    def previous_workday(self, day: date) -> date:
        """`day` if it is worked, else the last one before it that is."""
        return day if self.is_workday(day) else self.add_workdays(day, -1)

    def add_workdays(self, day: date, number: int) -> date:
        """The `number`-th working day after `day`, or before it where negative; 0 is `day` itself."""
        shifted = self.shifted(pl.Series([day], dtype=pl.Date), number)[0]
        assert isinstance(shifted, date)
        return shifted

    def workdays_between(self, first: date, last: date) -> int:
        """How many working days lie after `first` up to and with `last`; negative where `last` is the earlier."""
        counted = self.counted(pl.Series([first], dtype=pl.Date), pl.Series([last], dtype=pl.Date))[0]
        assert isinstance(counted, int)
        return counted

    def shifted(self, days: pl.Series, number: int, *, open_worked: bool = False) -> pl.Series:
        """`add_workdays` for a column of dates; null stays null. Raises CalendarError beyond 2000 to 2100.

        open_worked: provisional days all count as worked, for the earliest day that a count may come to.
        """
        if number == 0:
            return days.cast(pl.Date)
        at = self._offsets(days)
        worked = self._worked | self._open if open_worked else self._worked
        before = np.concatenate(([0], np.cumsum(worked)))  # working days before the n-th day
        nth = before[at + 1] + number - 1 if number > 0 else before[at] + number
        places = np.flatnonzero(worked)
        if len(nth) and (nth.min() < 0 or nth.max() >= len(places)):
            raise CalendarError(*_beyond(FIRST if nth.min() < 0 else LAST))
        return _series(days, places[nth])

    def counted(self, first: pl.Series, last: pl.Series) -> pl.Series:
        """`workdays_between` for two columns of dates; null where either is."""
        both = pl.DataFrame({"first": first, "last": last}).with_columns(
            known=pl.col("first").is_not_null() & pl.col("last").is_not_null()
        )
        upto = np.cumsum(self._worked)
        kept = both.filter("known")
        number: np.ndarray[tuple[int], np.dtype[np.int64]] = (
            upto[self._offsets(kept["last"])] - upto[self._offsets(kept["first"])]
        )
        answer = np.zeros(both.height, dtype=np.int64)
        answer[both["known"].to_numpy()] = number
        return pl.Series("workdays", answer).set(~both["known"], None)

    def provisional_within(self, first: pl.Series, last: pl.Series) -> pl.Series:
        """`is_provisional` for two columns of dates; null where either is."""
        both = pl.DataFrame({"first": first, "last": last})
        known = (both["first"].is_not_null() & both["last"].is_not_null()).to_numpy()
        kept = both.drop_nulls()
        one, other = self._offsets(kept["first"]), self._offsets(kept["last"])
        before = np.concatenate(([0], np.cumsum(self._open)))
        answer = np.zeros(both.height, dtype=np.bool_)
        answer[known] = before[np.maximum(one, other) + 1] > before[np.minimum(one, other)]
        return pl.Series("provisional", answer).set(pl.Series(~known), None)

    def rolled(self, days: pl.Series, forward: bool) -> pl.Series:
        """`next_workday`, or `previous_workday`, for a column of dates."""
        free = pl.Series(~self._worked[self._offsets(days)])
        moved = self.shifted(days.drop_nulls(), 1 if forward else -1)
        kept = days.drop_nulls().cast(pl.Date)
        return _put_back(days, kept.zip_with(~free, moved))

    def past_holidays(self, days: pl.Series) -> pl.Series:
        """For a column of dates, the first day from each on that is no day off named by a notice."""
        distinct = days.drop_nulls().unique()
        moved = [self._past_holidays(day) for day in distinct.to_list()]
        return days.replace_strict(distinct, pl.Series(moved, dtype=pl.Date), default=None, return_dtype=pl.Date)

    def _past_holidays(self, day: date) -> date:
        while self.day(day).is_holiday:
            day += timedelta(days=1)
        return day

    @cached_property
    def _arranged(self) -> dict[date, tuple[Festival, Notice]]:
        """Every day that a notice in force names, with the festival and the notice that name it."""
        arranged: dict[date, tuple[Festival, Notice]] = {}
        for festival, notice in in_force(self.notices):
            for day in (*festival.rest, *festival.work):
                if day in arranged:
                    first = arranged[day][1]
                    place, other = notice.place(day), first.place(day)
                    raise CalendarError(
                        f"{place} {day} 已由 {other} 安排（{arranged[day][0].name}）；"
                        f"一天只应由一件通知安排，修改原通知须写 amends",
                        f"{place} {day} is arranged by {other} already; a notice that changes another says `amends`",
                    )
                arranged[day] = (festival, notice)
        return arranged

    @cached_property
    def years(self) -> frozenset[int]:
        """The years that a notice of their own arranges, whole."""
        return frozenset(notice.year for notice in self.notices if notice.amends is None and notice.arranges_year)

    def _missing(self, day: date) -> int | None:
        """The year whose notice a provisional day waits for; None for a day that is arranged."""
        since = self._open_from(day.year)
        if since is None or day < since or day in self._arranged:
            return None
        return day.year + (day.year in self.years)

    def _open_from(self, year: int) -> date | None:
        """The day from which on no notice arranges a year; None where all of it is arranged."""
        if year not in self.years:
            return date(year, 1, 1)
        return date(year, *ARRANGED_NEXT) if year + 1 not in self.years else None

    @cached_property
    def _open(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """For every day from FIRST to LAST, whether it is provisional."""
        provisional = np.zeros((LAST - FIRST).days + 1, dtype=np.bool_)
        for year in range(FIRST.year, LAST.year + 1):
            since = self._open_from(year)
            if since is not None:
                provisional[(since - FIRST).days : (date(year, 12, 31) - FIRST).days + 1] = True
        for day in self._arranged:
            if FIRST <= day <= LAST:
                provisional[(day - FIRST).days] = False
        return provisional

    @cached_property
    def _worked(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """For every day from FIRST to LAST, whether it is worked."""
        number = (LAST - FIRST).days + 1
        worked = (np.arange(number) + FIRST.weekday()) % 7 < 5
        for day, (festival, _) in self._arranged.items():
            if FIRST <= day <= LAST:
                worked[(day - FIRST).days] = day in festival.work
        return worked

    def _offsets(self, days: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Days since FIRST of the dates that are there."""
        kept = days.drop_nulls().cast(pl.Date)
        if kept.len():
            for extreme in (kept.min(), kept.max()):
                if isinstance(extreme, date) and not FIRST <= extreme <= LAST:
                    raise CalendarError(*_beyond(extreme))
        return kept.cast(pl.Int32).to_numpy().astype(np.int64) - (FIRST - date(1970, 1, 1)).days


def read_calendar(code: str, texts: Iterable[tuple[str, str]]) -> Calendar:
    """A calendar from its notices' files: (name without suffix, text). Raises CalendarError with file and line."""
    return Calendar(code, tuple(read_notice(text, name) for name, text in texts))


@cache
def shipped_calendar(code: str) -> Calendar:
    """A calendar that travels with the code ("cn"). Raises CalendarError where there is none of that name."""
    there = sorted(folder.name for folder in files("contracts").joinpath("calendars").iterdir() if folder.is_dir())
    if code not in there:
        raise CalendarError(
            f"没有日历“{code}”；有：{'、'.join(there)}", f"there is no calendar “{code}”; there are: {', '.join(there)}"
        )
    folder = files("contracts").joinpath("calendars", code)
    notices = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return read_calendar(code, ((f.name.removesuffix(".toml"), f.read_text(encoding="utf-8")) for f in notices))


@cache
def _known(calendar: Calendar, day: date) -> Calendar:
    kept = [notice for notice in calendar.notices if notice.announced is None or notice.announced <= day]
    # A notice that was not known cannot be amended: its amendment is as good as unknown too, and so is that one's.
    amending = {notice.name: notice.amends for notice in kept}

    def is_known(name: str | None) -> bool:
        return name is None or (name in amending and is_known(amending[name]))

    return Calendar(calendar.code, tuple(notice for notice in kept if is_known(notice.name)), day)


def _beyond(day: date) -> tuple[str, str]:
    return (
        f"日历只计算 {FIRST.year} 至 {LAST.year} 年，{day} 不在其中",
        f"calendars reckon from {FIRST.year} to {LAST.year}; {day} is beyond",
    )


def _series(days: pl.Series, offsets: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.Series:
    since = (FIRST - date(1970, 1, 1)).days
    return _put_back(days, pl.Series((offsets + since).astype(np.int32)).cast(pl.Date))


def _put_back(days: pl.Series, kept: pl.Series) -> pl.Series:
    """The dates where `days` has one, null where it has none."""
    if days.null_count() == 0:
        return kept.alias(days.name)
    at = days.is_not_null().arg_true()
    blank = pl.Series(days.name, [None], dtype=pl.Date).new_from_index(0, days.len())
    return blank.scatter(at, kept)
