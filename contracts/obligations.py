"""Who owes which form for which period, and by when: a pack's list of obligations, expanded to dated instances.

Pure: lists are handed in as typed rows, and the moment to judge at is given. What became of each instance is
`contracts.timeliness`; how a due day is reckoned `contracts.deadlines`.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cached_property
from itertools import combinations
from typing import Any, Final

import polars as pl

from contracts.calendar import Calendar
from contracts.deadlines import ZONE, Deadline, reckon
from contracts.period import Period

__all__ = ["CADENCES", "ZONE", "Duties", "cadences_of", "periods_of"]

_MONTHS: Final = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}
CADENCES: Final = ("weekly", *_MONTHS, "once", "event")
EVERY: Final = "*"
DEFAULT_CLOSE: Final = time(17, 30)
# What makes two obligations due alike, so that a deadline is reckoned once for all who share it.
_SHARED: Final = ("cadence", "due", "roll", "by", "cutoff", "from", "until", "issued")
INSTANCE: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "filer": pl.String,
    "kind": pl.String,
    "cadence": pl.String,
    "period": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "due": pl.String,
    "roll": pl.String,
    "by": pl.String,
    "named_on": pl.Date,
    "due_on": pl.Date,
    "due_at": pl.Datetime("us", "Asia/Shanghai"),
    "tentative": pl.Boolean,
    "cutoff_on": pl.Date,
    "issued": pl.Date,
    "nil": pl.String,
    "awaits": pl.String,
    "assumed": pl.String,
    "basis": pl.String,
}
_NO_EVENTS: Final = pl.DataFrame(schema={"filer": pl.String, "kind": pl.String, "occurred_on": pl.Date})


def cadences_of(period: Period) -> tuple[str, ...]:
    """The cadences that have a period of this length; what is owed once has the period of its year."""
    days = (period.end - period.start).days
    if days == 0:
        return ("event",)
    if days == 6 and period.start.weekday() == 0:
        return ("weekly",)
    if period.start.day != 1 or period.end.day != months.monthrange(period.end.year, period.end.month)[1]:
        return ()
    length = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
    found = tuple(name for name, number in _MONTHS.items() if number == length)
    return (*found, "once") if length == 12 else found


def periods_of(cadence: str, year: Period) -> Iterator[Period]:
    """The periods of a cadence that end within a year's span, in order; none for what is owed on an event."""
    if cadence == "once":
        yield year
    if cadence == "weekly":
        sunday = year.start + timedelta(days=6 - year.start.weekday())
        while sunday <= year.end:
            yield Period(sunday - timedelta(days=6), sunday)
            sunday += timedelta(days=7)
    if length := _MONTHS.get(cadence):
        for first in range(1, 13, length):
            last = first + length - 1
            whole = Period(
                date(year.end.year, first, 1),
                date(year.end.year, last, months.monthrange(year.end.year, last)[1]),
            )
            if year.start <= whole.end <= year.end:
                yield whole


def bounding(cadence: str, day: date) -> Period | None:
    """The period of a cadence counted in months (once: a year) that has a day; None for those that are not."""
    length = 12 if cadence == "once" else _MONTHS.get(cadence)
    if length is None:
        return None
    first = (day.month - 1) // length * length + 1
    last = first + length - 1
    return Period(date(day.year, first, 1), date(day.year, last, months.monthrange(day.year, last)[1]))


@dataclass(frozen=True)
class Duties:
    """What a pack says of who owes what: its lists as typed rows, its calendar, and when its business hours end.

    rows: the list of obligations; filers: the list of filers (code, class), for what every filer of a class owes;
    events: (filer or "*", kind, occurred_on), what makes an obligation on an event one that is owed.
    """

    rows: pl.DataFrame
    filers: pl.DataFrame
    calendar: Calendar
    close: time = DEFAULT_CLOSE
    events: pl.DataFrame = field(default_factory=lambda: _NO_EVENTS)

    def owed(self, kind: str, period: Period) -> pl.DataFrame:
        """The obligations of `kind` that have an instance in `period`, a row for each filer that owes it.

        What is owed on an event is owed only for a day on which there was one.
        """
        rows = self._by_filer.filter(pl.col("kind") == kind, pl.col("cadence").is_in(cadences_of(period)))
        happened = self.events.filter(kind=kind, occurred_on=period.start)["filer"].to_list()
        if EVERY not in happened:
            rows = rows.filter((pl.col("cadence") != "event") | pl.col("filer").is_in(happened))
        return rows.filter(pl.Series([_in_range(r, period) for r in rows.iter_rows(named=True)], dtype=pl.Boolean))

    def owing(self, kind: str, period: Period) -> tuple[str, ...]:
        """Codes of the filers who owe `kind` for `period`, in the order of the list."""
        return tuple(self.owed(kind, period)["filer"].to_list())

    def deadline(self, filer: str, kind: str, period: Period, known_on: date | None = None) -> Deadline | None:
        """When one filer's form is due, on the calendar as known on a day; None where nothing is owed."""
        rows = self.owed(kind, period).filter(pl.col("filer") == filer)
        return None if rows.is_empty() else self._reckon(rows.row(0, named=True), period, known_on)

    def reckoned(self, row: Mapping[str, Any], known_on: date | None = None) -> Deadline:
        """The deadline of one row of `instances`, for the sentence that explains it."""
        shared = (row["due"], row["roll"], row["by"], row["period"], known_on)
        if shared not in self._reckoned:
            self._reckoned[shared] = self._reckon(row, Period.parse(row["period"]), known_on)
        return self._reckoned[shared]

    def instances(self, year: Period, known_on: date | None = None) -> pl.DataFrame:
        """Every dated instance (INSTANCE) of the periods that end in `year`, on the calendar as known on a day.

        In the order of the list, then of the periods; `nil` to `basis` as the list has them.
        """
        rows = self._by_filer.with_row_index("_order")
        shared = rows.select(_SHARED).unique(maintain_order=True)
        dated = [found for row in shared.iter_rows(named=True) for found in self._dated(row, year, known_on)]
        regular = rows.join(_frame(dated), on=_SHARED, nulls_equal=True)
        every = pl.concat([regular, self._on_events(rows, year, known_on)], how="diagonal_relaxed")
        return every.sort("_order", "period_start", maintain_order=True).select(
            pl.col(name).cast(kind) for name, kind in INSTANCE.items()
        )

    def doubled(self, year: Period) -> tuple[dict[str, Any], dict[str, Any], Period] | None:
        """The first two rows that make one filer owe one form for one period of the year, and that period."""
        several = self._by_filer.filter(pl.len().over("filer", "kind") > 1)
        met: dict[tuple[Any, ...], Period | None] = {}  # few rows differ in when they are owed
        for _, rows in several.group_by("filer", "kind", maintain_order=True):
            for one, other in combinations(rows.iter_rows(named=True), 2):
                spans = tuple(row[name] for row in (one, other) for name in ("cadence", "from", "until"))
                period = met[spans] if spans in met else met.setdefault(spans, _meeting(one, other, year))
                if period is not None:
                    return one, other, period
        return None

    @cached_property
    def _reckoned(self) -> dict[tuple[object, ...], Deadline]:
        """Deadlines that many filers share, so that each is reckoned, and its reason worded, once."""
        return {}

    @cached_property
    def _by_filer(self) -> pl.DataFrame:
        """The list with a row for each filer, where it names a class or everyone; those of another class left out."""
        classes = self.filers.select(_code="code", _class="class")
        rows = self.rows.with_row_index("_row_of_list")
        named = rows.filter(pl.col("filer") != EVERY).join(classes, left_on="filer", right_on="_code", how="left")
        every = rows.filter(pl.col("filer") == EVERY).join(classes, how="cross").with_columns(filer="_code")
        together = pl.concat([named, every.drop("_code")], how="diagonal_relaxed")
        fits = pl.col("class").is_null() | (pl.col("class") == pl.col("_class"))
        return together.filter(fits).sort("_row_of_list", maintain_order=True).drop("_class", "_row_of_list")

    def _dated(self, row: Mapping[str, Any], year: Period, known_on: date | None) -> Iterator[dict[str, Any]]:
        for period in periods_of(row["cadence"], year):
            if _in_range(row, period):
                yield {name: row[name] for name in _SHARED} | self._instance(row, period, known_on)

    def _on_events(self, rows: pl.DataFrame, year: Period, known_on: date | None) -> pl.DataFrame:
        """An instance for each event of a filer, or of all of them, within the year."""
        found = []
        owed = rows.filter(pl.col("cadence") == "event")
        for event in self.events.filter(pl.col("occurred_on").is_between(year.start, year.end)).iter_rows(named=True):
            period = Period(event["occurred_on"], event["occurred_on"])
            for row in owed.filter(pl.col("kind") == event["kind"]).iter_rows(named=True):
                if event["filer"] in (EVERY, row["filer"]) and _in_range(row, period):
                    found.append(row | self._instance(row, period, known_on))
        return _frame(found, rows.schema)

    def _instance(self, row: Mapping[str, Any], period: Period, known_on: date | None) -> dict[str, Any]:
        deadline = self._reckon(row, period, known_on)
        cutoff = None
        if row["cutoff"] is not None:
            cutoff = reckon(row["cutoff"], "none", "24:00", period, self._known(known_on), self.close).named
        return {
            "period": period.label,
            "period_start": period.start,
            "period_end": period.end,
            "named_on": None if deadline.named is None else deadline.named.date,
            "due_on": None if deadline.final is None else deadline.final.date,
            "due_at": deadline.at,
            "tentative": deadline.provisional,
            "cutoff_on": None if cutoff is None else cutoff.date,
        }

    def _reckon(self, row: Mapping[str, Any], period: Period, known_on: date | None) -> Deadline:
        return reckon(row["due"], row["roll"], row["by"] or "24:00", period, self._known(known_on), self.close)

    def _known(self, on: date | None) -> Calendar:
        return self.calendar if on is None else self.calendar.as_known_on(on)


def _meeting(one: Mapping[str, Any], other: Mapping[str, Any], year: Period) -> Period | None:
    """The first period of the year for which both rows have an instance."""
    for period in _possible(one["cadence"], year):
        if other["cadence"] in cadences_of(period) and _in_range(one, period) and _in_range(other, period):
            return period
    return None


def _possible(cadence: str, year: Period) -> Iterator[Period]:
    """`periods_of`, and for what is owed on an event every day of the year: it may happen on any."""
    if cadence != "event":
        yield from periods_of(cadence, year)
        return
    for number in range((year.end - year.start).days + 1):
        day = year.start + timedelta(days=number)
        yield Period(day, day)


_DATED: Final = ("period", "period_start", "period_end", "named_on", "due_on", "due_at", "tentative", "cutoff_on")


def _frame(rows: list[dict[str, Any]], more: Mapping[str, Any] | None = None) -> pl.DataFrame:
    """Dated rows as a frame, also where there is none."""
    shared = dict.fromkeys(_SHARED, pl.String) | {"issued": pl.Date}
    schema = dict(more or shared) | {name: INSTANCE[name] for name in _DATED}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _in_range(row: Mapping[str, Any], period: Period) -> bool:
    first, last = row["from"], row["until"]
    return (first is None or Period.parse(first).start <= period.start) and (
        last is None or period.end <= Period.parse(last).end
    )
