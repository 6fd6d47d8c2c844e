"""Who owes which form for which period, and by when, from a pack's obligation list.

Pure: the list is handed in as typed rows (kind `obligation_list`). A term is "+10d" (days after the period ends) or
"12-31" (that day of the period's year); either runs to the end of the day in the bureau's zone.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from contracts.errors import UsageError
from contracts.period import Period

ZONE = ZoneInfo("Asia/Shanghai")
CADENCES = {1: "monthly", 3: "quarterly", 6: "half-yearly", 12: "yearly"}


def cadence_of(period: Period) -> str | None:
    """ "monthly", "quarterly", "half-yearly" or "yearly"; None for a span that is none of them."""
    whole = period.start.day == 1 and period.end.day == calendar.monthrange(period.end.year, period.end.month)[1]
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
    return CADENCES.get(months) if whole else None


def owed(obligations: pl.DataFrame, kind: str, period: Period) -> pl.DataFrame:
    """The obligations of `kind` that have an instance in `period`: those of its cadence, within from and until."""
    rows = obligations.filter((pl.col("kind") == kind) & (pl.col("cadence") == cadence_of(period)))
    keep = [_in_range(row["from"], row["until"], period) for row in rows.iter_rows(named=True)]
    return rows.filter(pl.Series(keep, dtype=pl.Boolean))


def filers_owing(obligations: pl.DataFrame, kind: str, period: Period) -> tuple[str, ...]:
    """Codes of the filers who owe `kind` for `period`, in the order of the list."""
    return tuple(owed(obligations, kind, period)["filer"].to_list())


def due_at(obligations: pl.DataFrame, filer: str, kind: str, period: Period) -> datetime | None:
    """The last moment that is still on time: the end of the due day. None where nothing is owed or no day is named."""
    rows = owed(obligations, kind, period).filter(pl.col("filer") == filer)
    if rows.is_empty():
        return None
    return datetime.combine(_due_day(rows["due"][0], period) + timedelta(days=1), time.min, ZONE) - timedelta(seconds=1)


def _due_day(term: str, period: Period) -> date:
    if term.startswith("+"):
        return period.end + timedelta(days=int(term[1:-1]))
    month, day = (int(part) for part in term.split("-"))
    try:
        return date(period.end.year, month, day)
    except ValueError:
        raise UsageError(
            f"{period.end.year}年没有期限所指的{month}月{day}日", f"{period.end.year} has no {term}"
        ) from None


def _in_range(first: str | None, last: str | None, period: Period) -> bool:
    return (first is None or Period.parse(first).start <= period.start) and (
        last is None or period.end <= Period.parse(last).end
    )
