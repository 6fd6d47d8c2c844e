"""What two versions of figures say of each other: a target met, a change, a share. Computed once, when both are known.

A database cannot decide on intervals of exact numbers alike everywhere (SQLite divides as floats), so this is decided
here, on fractions, and kept. A pair is of versions, which never change, so it is never changed either; which of them
are current, now or on a past day, is a question to `figures`. Never decides which pair an analyst is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, insert, or_, select
from sqlalchemy.sql.elements import ColumnElement

from contracts.changes import Change, change, rounded, share
from contracts.figure import Figure
from contracts.interval import Interval
from contracts.measure import Method
from contracts.period import Period
from contracts.targets import Stated, attain, stated_figure
from warehouse import tables
from warehouse.canonical import optional_decimal_text
from warehouse.dimension_tables import figure_pairs

TARGET = "target/"  # begins the indicator of a target
CHUNK = 100  # figures asked about in one query
ADDED_UP = (Method.SUM, Method.COUNT)

f = tables.figures.c


class Relation(StrEnum):
    """What the other figure of a pair is to the first."""

    TARGET = "target"
    YEAR_BEFORE = "year before"
    PERIOD_BEFORE = "period before"
    WHOLE = "whole"


@dataclass(frozen=True)
class Version:
    """A version of a figure, as a pair needs it."""

    key: int
    recorded_from: str
    recorded_to: str | None
    figure: Figure

    @cached_property
    def stated(self) -> Stated:
        return stated_figure(self.figure)

    @property
    def day(self) -> str:
        """The day it speaks of; that of the period's end where nobody said another."""
        return self.figure.as_of or self.figure.period.end.isoformat()

    def known_with(self, other: Version) -> bool:
        """Whether there is a moment as of which both are current."""
        return _before(self.recorded_from, other.recorded_to) and _before(other.recorded_from, self.recorded_to)


def _before(moment: str, end: str | None) -> bool:
    return end is None or moment < end


def relate_figures(connection: Connection, after: int) -> None:
    """Keep what the versions recorded since say of others, and others of them. after: the last key before (0: all)."""
    new = {v.key: v for v in _versions(connection, f.key > after)}
    rows = list(_rows(connection, new))
    for start in range(0, len(rows), 500):
        connection.execute(insert(figure_pairs), rows[start : start + 500])


def _rows(connection: Connection, new: dict[int, Version]) -> Iterator[dict[str, Any]]:
    for relation, one, other in [*_in_time(connection, new), *_targets(connection, new), *_wholes(connection, new)]:
        if one.known_with(other):
            about = {"relation": relation.value, "figure": one.key, "other": other.key}
            yield about | {"known_from": max(one.recorded_from, other.recorded_from)} | said(relation, one, other)


def said(relation: Relation, one: Version, other: Version) -> dict[str, Any]:
    """What the first says of the other, in the columns of `figure_pairs`."""
    if relation is Relation.TARGET:
        return _attained(one, other)
    beside = share if relation is Relation.WHOLE else change
    return dict.fromkeys(("state", "otherwise", "reason_zh", "reason_en", "check_unit")) | _told(
        beside(one.stated, other.stated)
    )


def _attained(one: Version, target: Version) -> dict[str, Any]:
    """The verdict; the difference is the margin, the percentage how much of the target was reached."""
    found = attain(target.stated, one.stated)
    ends = ("difference_low", "difference_high", "pct_low", "pct_high")
    return {
        "state": found.state.value,
        "otherwise": found.otherwise and found.otherwise.value,
        "reason_zh": "；".join(reason.zh for reason in found.reasons) or None,
        "reason_en": "; ".join(reason.en for reason in found.reasons) or None,
        "check_unit": found.check_unit,
        "difference": optional_decimal_text(rounded(found.margin)),
        "pct": optional_decimal_text(rounded(None if found.ratio is None else found.ratio * 100)),
        **dict.fromkeys(ends),
    }


def _told(found: Change) -> dict[str, str | None]:
    return {
        "difference": optional_decimal_text(rounded(found.value)),
        **_ends("difference", found.difference),
        "pct": optional_decimal_text(rounded(found.pct)),
        **_ends("pct", found.pct_bounds),
    }


def _ends(name: str, bounds: Interval | None) -> dict[str, str | None]:
    low, high = (None, None) if bounds is None else (bounds.low, bounds.high)
    return {
        f"{name}_low": optional_decimal_text(rounded(low, -1)),
        f"{name}_high": optional_decimal_text(rounded(high, 1)),
    }


# --- which pairs there are

Pair = tuple[Relation, Version, Version]


def _in_time(connection: Connection, new: dict[int, Version]) -> Iterator[Pair]:
    """A figure beside that of the same indicator and filer a year, or a period, before; of the same day of it."""
    series: dict[tuple[str, str], dict[int, Version]] = {}
    for version in _of_series(connection, {(v.figure.indicator, v.figure.filer) for v in new.values()}):
        series.setdefault((version.figure.indicator, version.figure.filer), {})[version.key] = version
    for versions in series.values():
        by_period: dict[Period, list[Version]] = {}
        for version in versions.values():
            by_period.setdefault(version.figure.period, []).append(version)
        for one in versions.values():
            for relation, period in _earlier(one.figure.period):
                for other in by_period.get(period, ()):
                    if (one.key in new or other.key in new) and _alike(one, other):
                        yield relation, one, other


def _earlier(period: Period) -> list[tuple[Relation, Period]]:
    """A year's period before is that of the year before: said once."""
    year, before = period.year_before, period.before
    found = [(Relation.YEAR_BEFORE, year)]
    return found if before == year else [*found, (Relation.PERIOD_BEFORE, before)]


def _alike(one: Version, other: Version) -> bool:
    """Whether both are in one unit and up to the end of their periods, or the same day of the year."""
    if one.figure.unit != other.figure.unit:
        return False
    ends = [v.day == v.figure.period.end.isoformat() for v in (one, other)]
    return all(ends) or (not any(ends) and one.day[4:] == other.day[4:])


def _targets(connection: Connection, new: dict[int, Version]) -> Iterator[Pair]:
    """What was reached beside what was to be reached in the year, whatever form reports it (tariff/sme_price)."""
    added = [v for v in new.values() if v.figure.indicator.startswith(TARGET)]
    years = {v.figure.period.year for v in added}
    targets = {v.key: v for v in added}
    actuals = {v.key: v for v in new.values() if not v.figure.indicator.startswith(TARGET)}
    if targets:  # a new target may be one of anything that was filed before
        actuals |= {v.key: v for v in _versions(connection, f.year.in_(years), ~f.indicator.startswith(TARGET))}
    wanted = {TARGET + name for v in new.values() for name in _names(v.figure.indicator)}
    for some in _chunks(sorted(wanted)):
        within = f.year.in_({v.figure.period.year for v in new.values()})
        targets |= {v.key: v for v in _versions(connection, f.kind == "indicator_tree", within, f.indicator.in_(some))}
    by_name: dict[tuple[str, int], list[Version]] = {}
    for target in targets.values():
        by_name.setdefault((target.figure.indicator, target.figure.period.year), []).append(target)
    for actual in actuals.values():
        for name in _names(actual.figure.indicator):
            for target in by_name.get((TARGET + name, actual.figure.period.year), ()):
                if actual.key in new or target.key in new:
                    yield Relation.TARGET, actual, target


def _names(indicator: str) -> tuple[str, ...]:
    """The names under which a target may mean an indicator."""
    first, _, rest = indicator.partition("/")
    return (indicator, rest) if rest else (first,)


def _wholes(connection: Connection, new: dict[int, Version]) -> Iterator[Pair]:
    """A part beside the total of the same indicator that it was added up to."""
    p = tables.figure_parts.c
    for some in _chunks(sorted(new)):
        query = select(p.figure, p.part).where(p.figure.in_(some))
        edges = connection.execute(query).tuples().all()
        missing = {part for _, part in edges} - new.keys()
        parts = new | {v.key: v for chunk in _chunks(sorted(missing)) for v in _versions(connection, f.key.in_(chunk))}
        for whole, part in edges:
            if _adds_up(new[whole].figure, parts[part].figure):
                yield Relation.WHOLE, parts[part], new[whole]


def _adds_up(whole: Figure, part: Figure) -> bool:
    same = (whole.indicator, whole.unit, whole.period) == (part.indicator, part.unit, part.period)
    return same and whole.method in ADDED_UP and whole.filer != part.filer


def _of_series(connection: Connection, series: Iterable[tuple[str, str]]) -> Iterator[Version]:
    """Every version of these indicators of these filers, found by the beginning of their names."""
    for some in _chunks(sorted(series)):
        begins = [f"{indicator}@{filer}" for indicator, filer in some]
        # "." ends the filer's code, and "/" follows it in the order of bytes, in which both databases compare texts.
        ranges = [and_(f.figure_id >= name + ".", f.figure_id < name + "/") for name in begins]
        yield from _versions(connection, or_(*ranges))


def _versions(connection: Connection, *conditions: ColumnElement[bool]) -> Iterator[Version]:
    for row in connection.execute(select(tables.figures).where(*conditions).order_by(f.key)).mappings():
        yield Version(row["key"], row["recorded_from"], row["recorded_to"], _figure(row))


def _figure(row: RowMapping) -> Figure:
    low, high = (None if row[n] is None else Decimal(row[n]) for n in ("low", "high"))
    same = ("indicator", "name", "filer", "unit", "comparator", "low_closed", "high_closed", "as_written", "as_of")
    period = Period(date.fromisoformat(row["period_start"]), date.fromisoformat(row["period_end"]))
    return Figure(
        **{n: row[n] for n in same},
        value=Decimal(row["value"]),
        low=low,
        high=high,
        period=period,
        method=Method(row["method"]),
    )


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
