"""What became of every instance of an obligation, as of a moment that is given: on time, late, missing, and why.

What was filed, what was extended and what was declared nil is handed in as frames; nothing here knows a clock. The
moment of acceptance decides: what was filed in time, returned, and right only after the day, is accepted late. A
correction of what had been accepted in time is none: the first acceptance stands. What is not judged yet is measured by
its arrival. A nil return stands until something is filed after it; what is accepted then corrects a nil return that was
in time, and is in time with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import polars as pl

from contracts.calendar import Calendar
from contracts.finding import Outcome
from contracts.obligations import ZONE

_MOMENT: Final = pl.Datetime("us", "Asia/Shanghai")
KEY: Final = ("filer", "kind", "period")
FILED: Final[dict[str, Any]] = {
    "filer": pl.String,
    "kind": pl.String,
    "period": pl.String,
    "submission": pl.String,
    "sequence": pl.Int64,
    "received_at": _MOMENT,
    "outcome": pl.String,
}
EXTENDED: Final[dict[str, Any]] = {
    "filer": pl.String,
    "kind": pl.String,
    "period": pl.String,
    "until": pl.Date,
    "approver": pl.String,
    "reason": pl.String,
    "granted_on": pl.Date,
}
DECLARED_NIL: Final[dict[str, Any]] = {
    "filer": pl.String,
    "kind": pl.String,
    "period": pl.String,
    "declared_on": pl.Date,
    "by": pl.String,
    "reason": pl.String,
}


class State(StrEnum):
    """What an instance is at a moment; the words are those of the grid, the summary and every message."""

    NOT_APPLICABLE = "not_applicable"
    NOT_YET_DUE = "not_yet_due"
    UNDATED = "undated"
    DUE_SOON = "due_soon"
    EXTENDED = "extended"
    PROVISIONAL = "provisional"
    RECEIVED = "received"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    ACCEPTED_LATE = "accepted_late"
    ACCEPTED_UNDATED = "accepted_undated"
    NIL = "nil"
    MISSING = "missing"

    @property
    def zh(self) -> str:
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        return _WORDS[self][1]


_WORDS: Final = {
    State.NOT_APPLICABLE: ("不适用", "not applicable"),
    State.NOT_YET_DUE: ("未到期", "not yet due"),
    State.UNDATED: ("未定期限", "no day stated"),
    State.DUE_SOON: ("即将到期", "due soon"),
    State.EXTENDED: ("已延期", "extended"),
    State.PROVISIONAL: ("暂定", "provisional"),
    State.RECEIVED: ("已收待判", "received"),
    State.RETURNED: ("已退回", "returned"),
    State.ACCEPTED: ("按时接受", "accepted"),
    State.ACCEPTED_LATE: ("迟报接受", "accepted late"),
    State.ACCEPTED_UNDATED: ("已接受", "accepted, no day stated"),
    State.NIL: ("零报告", "nil return"),
    State.MISSING: ("缺报", "missing"),
}


@dataclass(frozen=True)
class Kept:
    """What is known of what came: frames of FILED, EXTENDED and DECLARED_NIL."""

    filed: pl.DataFrame
    extended: pl.DataFrame
    nil: pl.DataFrame


def nothing_kept() -> Kept:
    return Kept(pl.DataFrame(schema=FILED), pl.DataFrame(schema=EXTENDED), pl.DataFrame(schema=DECLARED_NIL))


def judge_timeliness(
    instances: pl.DataFrame, kept: Kept, on: datetime, calendar: Calendar, soon_workdays: int = 3
) -> pl.DataFrame:
    """`instances` with what became of each as of `on`.

    Added: limit_at (the due moment, or that of an extension), received_at and submission of the last that came,
    accepted_at, nil_on, extended_until with approver and reason, awaited (instances still open that it waits for),
    overdue, days_late, workdays_late (0 when on time; of what is open, until `on`), workdays_left, state.
    nil_on is what was declared, also where a later filing withdrew it: only the state says whether it stands.
    """
    on = on.astimezone(ZONE)
    today = on.date()
    known = calendar.as_known_on(today)
    frame = (
        instances.join(_last_filed(kept.filed, on), on=KEY, how="left")
        .join(_last_of(kept.extended, "granted_on", today), on=KEY, how="left")
        .join(_last_of(kept.nil, "declared_on", today), on=KEY, how="left", suffix="_of_nil")
        .with_columns(limit_on=pl.max_horizontal("due_on", "until"))
        .with_columns(
            limit_at=pl.col("due_at") + (pl.col("limit_on") - pl.col("due_on")),
            nil_at=_begin_of("declared_on"),
        )
        .with_columns(nil_stands=_nil_stands(), corrects_nil=_corrects_nil())
        .with_columns(settled_at=_settled_at(on))
    )
    frame = frame.with_columns(
        settled_on=pl.col("settled_at").dt.date(),
        overdue=(pl.col("settled_at") > pl.col("limit_at")) & ~pl.col("corrects_nil"),
        # What has no day of its own was over when its period was.
        not_applicable=(pl.coalesce("limit_on", "period_end") < pl.col("issued")).fill_null(value=False),
    )
    frame = frame.with_columns(
        overdue=pl.col("overdue").fill_null(value=False) & ~pl.col("not_applicable")
    ).with_columns(
        days_late=pl.when("overdue").then((pl.col("settled_on") - pl.col("limit_on")).dt.total_days()).otherwise(0),
        workdays_late=pl.when("overdue").then(known.counted(frame["limit_on"], frame["settled_on"])).otherwise(0),
        workdays_left=known.counted(pl.Series([today]).new_from_index(0, frame.height), frame["limit_on"]),
        soon=_soon(frame["limit_on"], known, soon_workdays) <= pl.lit(today),
        awaited=_awaited(frame),
    )
    return (
        frame.with_columns(state=_state(on))
        .rename(
            {
                "declared_on": "nil_on",
                "until": "extended_until",
                "approver": "extended_by",
                "reason": "extended_because",
            }
        )
        .drop("settled_at", "settled_on", "soon", "not_applicable", "granted_on", "by_of_nil", "reason_of_nil")
        .drop("limit_on", "nil_at", "nil_stands", "corrects_nil")
    )


def _nil_stands() -> pl.Expr:
    """Nothing was filed since: a later filing withdraws a nil return, whatever its verdict."""
    after = (pl.col("received_at") >= pl.col("nil_at")).fill_null(value=False)
    return pl.col("nil_at").is_not_null() & ~after


def _corrects_nil() -> pl.Expr:
    """Filed after a nil return that was in time, and accepted, or not judged yet."""
    filed = (pl.col("received_at") >= pl.col("nil_at")) & (pl.col("nil_at") <= pl.col("limit_at"))
    return filed.fill_null(value=False) & (pl.col("accepted_at").is_not_null() | pl.col("outcome").is_null())


def _settled_at(on: datetime) -> pl.Expr:
    """The moment that counts against the limit: of acceptance, of a nil return, of arrival while nobody judged it, and
    `on` while it is open."""
    nil = pl.when("nil_stands").then(pl.col("nil_at"))
    unjudged = pl.when(pl.col("outcome").is_null()).then(pl.col("received_at"))
    return pl.coalesce("accepted_at", nil, unjudged, pl.lit(on))


def _state(on: datetime) -> pl.Expr:
    accepted, waits = pl.col("accepted_at").is_not_null(), pl.col("awaited") > 0
    return (
        pl.when("not_applicable").then(pl.lit(State.NOT_APPLICABLE))
        .when(accepted & waits).then(pl.lit(State.PROVISIONAL))
        .when(accepted & pl.col("overdue")).then(pl.lit(State.ACCEPTED_LATE))
        .when(accepted & pl.col("limit_at").is_null()).then(pl.lit(State.ACCEPTED_UNDATED))
        .when(accepted).then(pl.lit(State.ACCEPTED))
        .when("nil_stands").then(pl.lit(State.NIL))
        .when(pl.col("outcome") == Outcome.RETURNED.value).then(pl.lit(State.RETURNED))
        .when(pl.col("received_at").is_not_null()).then(pl.lit(State.RECEIVED))
        .when(pl.col("limit_at").is_null()).then(pl.lit(State.UNDATED))
        .when(pl.lit(on) > pl.col("limit_at")).then(pl.lit(State.MISSING))
        .when(pl.col("until").is_not_null()).then(pl.lit(State.EXTENDED))
        .when("tentative").then(pl.lit(State.PROVISIONAL))
        .when("soon").then(pl.lit(State.DUE_SOON))
        .otherwise(pl.lit(State.NOT_YET_DUE))
    )  # fmt: skip


def _last_filed(filed: pl.DataFrame, on: datetime) -> pl.DataFrame:
    """Of everything received by then, in the order of arrival: the last one for each instance, and when the first
    one was accepted."""
    taken = pl.col("outcome").is_in([Outcome.ACCEPTED.value, Outcome.PARTIAL.value])
    came = filed.filter(pl.col("received_at") <= on).sort("received_at", "sequence")
    return came.group_by(KEY, maintain_order=True).agg(
        pl.col("submission").last(),
        pl.col("received_at").last(),
        pl.col("received_at").first().alias("first_received_at"),
        pl.col("outcome").last(),
        pl.col("received_at").filter(taken).first().alias("accepted_at"),
    )


def _last_of(rows: pl.DataFrame, decided: str, today: date) -> pl.DataFrame:
    return rows.filter(pl.col(decided) <= today).sort(decided, maintain_order=True).unique(KEY, keep="last")


def _begin_of(day: str) -> pl.Expr:
    """The first moment of a day: a declaration bears a day and no hour, and counts as made when that day began."""
    return pl.col(day).cast(pl.Datetime("us")).dt.replace_time_zone("Asia/Shanghai")


def _soon(limits: pl.Series, calendar: Calendar, workdays: int) -> pl.Series:
    """For each limit the first day on which it counts as soon."""
    return calendar.shifted(limits, -workdays).alias("soon")


def _awaited(frame: pl.DataFrame) -> pl.Series:
    """How many instances that each one waits for are still open: same filer, the awaited form, within its period."""
    waiting = frame.with_row_index("_at").filter(pl.col("awaits").is_not_null())
    if waiting.is_empty():
        return pl.Series("awaited", [0]).new_from_index(0, frame.height)
    is_open = frame.filter(pl.col("accepted_at").is_null() & ~pl.col("nil_stands") & ~pl.col("not_applicable")).select(
        "filer", awaits="kind", _first="period_start", _last="period_end"
    )
    inside = (pl.col("_first") >= pl.col("period_start")) & (pl.col("_last") <= pl.col("period_end"))
    counts = waiting.join(is_open, on=["filer", "awaits"]).filter(inside).group_by("_at").len()
    number = frame.select(_at=pl.int_range(pl.len(), dtype=pl.UInt32)).join(counts, on="_at", how="left")
    return number["len"].fill_null(0).cast(pl.Int64).alias("awaited")
