"""Limits on cases as a pack lists them (`limit_list`): the one in force on the day a case began stands beside the case.

How long a matter may take differs between bureaus and years, so no number of days stands in code: a form says which of
its columns is the matter and which the day a case began, and the list says the rest, with the legal text. A case
without a limit in force on its day cannot be judged, and that is said, not passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from contracts.calendar import shipped_calendar
from contracts.case_limits import Limit, count_late
from contracts.field import Field
from contracts.finding import Severity
from contracts.measure import Context
from contracts.rule import Rule, Scope

DAYS, WORKDAYS = UNITS = ("日", "工作日")
NOT_COUNTED, COUNTED = FIRST_DAYS = ("不计入", "计入")
BASIS: Final = "办理时限清单（limits.csv）所列依据"
_LIMIT: Final = {
    "number": pl.Int64,
    "unit": pl.String,
    "first_day": pl.String,
    "roll": pl.String,
    "calendar": pl.String,
    "basis": pl.String,
}
_PREFIX: Final = "limit_"


@dataclass(frozen=True)
class Cases:
    """What of a form is a case.

    matter: what it is called in the list, over the own row. begun, ended: its first day and the day it came to its end,
    Date fields; last: the day it ended, over the own row, where that is not always in `ended`.
    """

    kind: str
    matter: pl.Expr
    begun: Field
    ended: Field
    last: pl.Expr | None = None

    @property
    def context(self) -> Context:
        """The limit in force on the day a case began, as `limit_…` beside it."""
        on = ((pl.lit(self.kind), "kind"), (self.matter, "matter"))
        during = (pl.col(self.begun.name), "since", "until")
        zh, en = "办理时限清单", "list of limits on cases"
        return Context("limit_list", on, tuple(_LIMIT), _PREFIX, zh, en, during=during)

    @property
    def has_limit(self) -> pl.Expr:
        """Whether a limit was in force; null where there is no list to tell."""
        return pl.when(pl.col("limit_given")).then(pl.col("limit_number").is_not_null())

    @property
    def until(self) -> pl.Expr:
        """The day up to which a case took time: what had not ended by the end of the period was open on that day."""
        ended = pl.col(self.ended.name) if self.last is None else self.last
        return pl.min_horizontal(ended, pl.col("_period_end"))

    @property
    def is_open(self) -> pl.Expr:
        """Whether a case had not ended by the end of the period; never null while there is a period."""
        ended = pl.col(self.ended.name) if self.last is None else self.last
        return ended.is_null() | (ended > pl.col("_period_end"))

    @property
    def due_on(self) -> pl.Expr:
        """The last day in time; null without a limit, or for a day beyond what a calendar reckons."""
        return self._by_limit(lambda limit, cases: limit.due_on(cases["begun"]), pl.Date)

    @property
    def in_time(self) -> pl.Expr:
        """Whether it had ended, or was still open, within its limit; null where that cannot be told (yet)."""
        return self._by_limit(lambda limit, cases: limit.in_time(cases["begun"], cases["until"]), pl.Boolean)

    @property
    def days_late(self) -> pl.Expr:
        return (self.until - self.due_on).dt.total_days().clip(lower_bound=0)

    @property
    def workdays_late(self) -> pl.Expr:
        def count(limit: Limit, cases: pl.DataFrame) -> pl.Series:
            calendar = shipped_calendar(limit.calendar)
            return count_late(limit.due_on(cases["begun"]), cases["until"], calendar)

        return self._by_limit(count, pl.Int64)

    def told(self, say: Callable[[Limit], str]) -> pl.Expr:
        """The limit in words."""
        return self._by_limit(lambda limit, cases: pl.Series([say(limit)]).new_from_index(0, cases.height), pl.String)

    def _by_limit(
        self, tell: Callable[[Limit, pl.DataFrame], pl.Series], dtype: type[pl.Date | pl.Int64 | pl.String | pl.Boolean]
    ) -> pl.Expr:
        """What `tell` makes of all cases of one limit (`begun`, `until`), for each limit there is."""

        def look_up(rows: pl.Series) -> pl.Series:
            cases = rows.struct.unnest().with_row_index("_at").drop_nulls(["begun", "number"])
            told = pl.Series(rows.name, [None], dtype=dtype).new_from_index(0, rows.len())
            for key, part in cases.partition_by(list(_LIMIT), as_dict=True).items():
                made = make_limit(dict(zip(_LIMIT, key, strict=True)))
                told = told.scatter(part["_at"], tell(made, part).cast(dtype))
            return told

        limit = [pl.col(_PREFIX + name).cast(kind).alias(name) for name, kind in _LIMIT.items()]
        case = pl.struct(pl.col(self.begun.name).alias("begun"), self.until.alias("until"), *limit)
        return case.map_batches(look_up, return_dtype=dtype, is_elementwise=True)


def make_limit(row: dict[str, Any]) -> Limit:
    """The limit of a row of the list. Raises ValueError where it is none, which a list that was accepted never is."""
    return Limit(
        row["number"],
        workdays=row["unit"] == WORKDAYS,
        basis=row["basis"],
        first_day_counts=row["first_day"] == COUNTED,
        roll=row["roll"] or "none",
        calendar=row["calendar"] or "cn",
    )


def has_a_limit(rule_id: str, cases: Cases, matter: Field) -> Rule:
    """A limit was in force for the matter on the day the case began: without one nobody can say whether it is late."""
    begun = cases.begun
    return Rule(
        id=rule_id,
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh=f"“{matter.heading}”在“{begun.heading}”当日有时限",
        title_en=f"{matter.title_en}: a limit is in force on the day {begun.title_en}",
        when=pl.when(pl.col("limit_given")).then(pl.col(begun.name).is_not_null() & cases.matter.is_not_null()),
        holds=pl.col("limit_number").is_not_null(),
        fields=(matter.name, begun.name),
        expected="时限清单中当日有效的事项 / a matter with a limit in force on that day",
        message_zh=f"“{{{matter.name}}}”在 {{{begun.name}}} 没有有效的时限，是否超期无法判定；请核对事项名称和日期，"
        "清单缺少的，请在 limits.csv 中补列时限及其依据。",
        message_en=f"no limit for “{{{matter.name}}}” is in force on {{{begun.name}}}, so nobody can say whether the "
        "case is late; check the matter and the day, or add the limit and its basis to limits.csv.",
        basis=BASIS,
    )


def ends_in_time(rule_id: str, cases: Cases, *, when: pl.Expr | None = None, awaits_list: bool = True) -> Rule:
    """A case ends within the limit in force on the day it began; one still open is asked about once that has passed.

    awaits_list: whether a pack without any list of limits leaves open how the rule answers; else it sets no limit, and
    the rule does not apply.
    """
    begun, ended = cases.begun, cases.ended
    has_limit = cases.has_limit if awaits_list else cases.has_limit.fill_null(value=False)
    applies = has_limit & pl.col("_period_end").is_not_null()
    open_zh = pl.lit("截至 ") + pl.col("_period_end").cast(pl.String) + pl.lit(f" 尚无“{ended.heading}”")
    open_en = pl.lit(f"not {ended.title_en} by ") + pl.col("_period_end").cast(pl.String)
    day = cases.until.cast(pl.String)
    read = [] if cases.last is None else cases.last.meta.root_names()
    others = [name for name in read if name not in (begun.name, ended.name)]
    return Rule(
        id=rule_id,
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh=f"自“{begun.heading}”起在时限内有“{ended.heading}”",
        title_en=f"{ended.title_en} within the limit from the day {begun.title_en}",
        when=applies if when is None else applies & when,
        holds=cases.in_time,
        fields=(ended.name, begun.name, "limit_number", *others),
        expected=pl.lit("≤ ") + cases.due_on.cast(pl.String),
        message_zh=f"{{matter}}：“{begun.heading}”为 {{{begun.name}}}，时限{{limit}}（{{limit_basis}}），"
        "期限到 {due} 为止；{ended}，超期 {days} 日（{workdays} 个工作日）；请核对日期，无误的，请说明原因。",
        message_en=f"{{matter}}: {begun.title_en} {{{begun.name}}}, limit {{limit_en}} ({{limit_basis}}), due {{due}}; "
        "{ended_en}, {days} day(s) late ({workdays} working); check the dates, and explain if they are right.",
        values={
            "matter": cases.matter,
            "limit": cases.told(lambda limit: limit.zh),
            "limit_en": cases.told(lambda limit: limit.en),
            "limit_basis": pl.col("limit_basis"),
            "due": cases.due_on,
            "ended": pl.when(cases.is_open).then(open_zh).otherwise(pl.lit("实际为 ") + day),
            "ended_en": pl.when(cases.is_open).then(open_en).otherwise(pl.lit("actually ") + day),
            "days": cases.days_late,
            "workdays": cases.workdays_late,
        },
        basis=BASIS,
    )
