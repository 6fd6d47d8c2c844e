"""What everyone owes a bureau for a year, as of a moment: the pack's lists and what its home keeps, put together.

The moment is always given: a run uses the pack's own, a command what it was told, the daily flow the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import polars as pl

from contracts.obligations import ZONE
from contracts.timeliness import DECLARED_NIL, EXTENDED, FILED, Kept, State, judge_timeliness
from contracts.timeliness_words import Telling
from flows.pack import Pack
from warehouse.home import Home


@dataclass(frozen=True)
class Timetable:
    """Every instance of the pack's year as of `on`.

    frame: what `judge_timeliness` says of each, with filer_name, kind_zh, kind_en, state_zh, state_en, why_zh, why_en
    (the whole sentence). from_ledger: whether there was a home to ask; without one no verdict is known.
    """

    on: datetime
    frame: pl.DataFrame
    from_ledger: bool


def timetable(pack: Pack, home: Home | None, on: datetime) -> Timetable:
    """The timetable of the pack's year. home: None where nothing was run yet; then only what arrived is known."""
    known_on = on.astimezone(ZONE).date()
    duties = pack.duties
    kept = Kept(
        _filed(pack, home), _listed(pack, "extensions.csv", EXTENDED), _listed(pack, "nil_returns.csv", DECLARED_NIL)
    )
    judged = judge_timeliness(
        duties.instances(pack.period, known_on), kept, on, duties.calendar, pack.settings.due_soon_workdays
    )
    kinds = {code: (kind.title_zh, kind.title_en) for code, kind in pack.kinds.items()}
    telling = Telling(pack.filer_names(), kinds, duties.calendar.as_known_on(known_on), on)
    told = [telling.tell(row, duties.reckoned(row, known_on)) for row in judged.iter_rows(named=True)]
    named = judged.with_columns(
        filer_name=pl.col("filer").replace(telling.filers),
        kind_zh=pl.col("kind").replace({code: zh for code, (zh, _) in kinds.items()}),
        kind_en=pl.col("kind").replace({code: en for code, (_, en) in kinds.items()}),
        state_zh=pl.col("state").replace({state.value: state.zh for state in State}),
        state_en=pl.col("state").replace({state.value: state.en for state in State}),
        why_zh=pl.Series([zh for zh, _ in told], dtype=pl.String),
        why_en=pl.Series([en for _, en in told], dtype=pl.String),
    )
    return Timetable(on, named, home is not None)


def last_limit(pack: Pack) -> datetime | None:
    """The first moment at which everything owed for the pack's year is past its limit, extensions included."""
    due = pack.duties.instances(pack.period)["due_at"].max()
    extended = pack.rows("extensions.csv")["until"].max()
    limits = [due] if isinstance(due, datetime) else []
    if isinstance(extended, date):
        limits.append(datetime.combine(extended, time.max, ZONE))
    return max(limits).replace(microsecond=0) + timedelta(seconds=1) if limits else None


def _filed(pack: Pack, home: Home | None) -> pl.DataFrame:
    """Everything that came for the pack's year, in the order of the ledger, with its current verdict."""
    if home is not None:
        rows = [
            (
                s.arrival.filer,
                s.arrival.kind,
                s.arrival.period.label,
                s.id,
                s.sequence,
                s.arrival.received_at,
                s.outcome,
            )
            for s in home.submissions(pack.settings.year)
        ]
    else:
        arrivals = (a for a in pack.arrivals if not pack.is_list(a.kind))
        rows = [(a.filer, a.kind, a.period.label, "", n, a.received_at, None) for n, a in enumerate(arrivals)]
    return pl.DataFrame(
        [(*row[:5], row[5].astimezone(ZONE), row[6] and row[6].value) for row in rows], schema=FILED, orient="row"
    )


def _listed(pack: Pack, file: str, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pack.rows(file).select(pl.col(name).cast(kind) for name, kind in schema.items())
