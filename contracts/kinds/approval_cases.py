"""行政审批办理台账: the approvals a bureau handles, one row a case; rows stand alone.

A case stands in the register of every period in which it was open: one accepted last year and decided this year is in
both. What counts is how it stood at the end of the period. How long a matter may take is the pack's to say
(`limit_list`), never this form's.
"""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.listed_limits import Cases, ends_in_time, has_a_limit
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period, stands_once

FORM = "本台账填报说明"
DECIDED = ("准予", "不予")
PENDING, WITHDRAWN = "办理中", "撤回"

FIELDS = (
    Field("case_id", "受理编号", "case number"),
    Field("matter", "事项", "matter", aliases=("审批事项", "事项名称")),
    Field("accepted_on", "受理日期", "accepted", Type.DAY),
    Field("closed_on", "办结日期", "closed", Type.DAY, required=False, note_zh="办理中的不填"),
    Field("result", "办理结果", "result", Type.CHOICE, choices=(*DECIDED, PENDING, WITHDRAWN)),
)
NAMES = {f.name: f for f in FIELDS}
CASES = Cases("approval_cases", pl.col("matter"), NAMES["accepted_on"], NAMES["closed_on"])
END = pl.col("_period_end")

RULES = (
    stands_once("AP-01", NAMES["case_id"], basis=FORM + "第1条"),
    Rule(
        id="AP-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="受理日期不晚于办结日期",
        title_en="accepted not after closed",
        when=pl.col("accepted_on__text").is_not_null() & pl.col("closed_on__text").is_not_null(),
        holds=pl.col("accepted_on") <= pl.col("closed_on"),
        fields=("closed_on", "accepted_on"),
        expected=pl.lit("≥ ") + pl.col("accepted_on").cast(pl.String),
        message_zh="办结日期 {closed_on} 早于受理日期 {accepted_on}；请核对两个日期。",
        message_en="closed {closed_on} is before accepted {accepted_on}.",
        basis=FORM + "第2条",
    ),
    Rule(
        id="AP-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="受理日期不晚于报告期末",
        title_en="accepted by the end of the period",
        when=pl.col("accepted_on__text").is_not_null() & END.is_not_null(),
        holds=pl.col("accepted_on") <= END,
        fields=("accepted_on",),
        expected=pl.lit("≤ ") + END.cast(pl.String),
        message_zh="受理日期 {accepted_on} 晚于报告期末 {to}；报告期以后受理的请列入下一期台账。",
        message_en="accepted on {accepted_on}, after the end of the period, {to}: it belongs to the next register.",
        values={"to": END},
        basis=FORM + "第3条",
    ),
    # One that was decided earlier or later than the period is kept and asked about: as of its end it may be open.
    lies_in_period("AP-04", NAMES["closed_on"], basis=FORM + "第3条", severity=Severity.EXPLAIN),
    Rule(
        id="AP-05",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="已有结果的须有办结日期",
        title_en="a case with a result has its date",
        when=pl.col("result").is_in([*DECIDED, WITHDRAWN]),
        holds=pl.col("closed_on__text").is_not_null(),
        fields=("closed_on", "result"),
        expected="办结日期 / the day it was closed",
        message_zh="办理结果为{result}，应有办结日期，现为{closed_on}；请补填，或更正办理结果。",
        message_en="the result is {result}, but the day it was closed is blank.",
        basis=FORM + "第4条",
    ),
    Rule(
        id="AP-06",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="办理中的没有办结日期",
        title_en="a pending case has no closing date",
        when=pl.col("result") == PENDING,
        holds=pl.col("closed_on__text").is_null(),
        fields=("closed_on", "result"),
        expected="空 / blank",
        message_zh="办理结果为{result}，却填写了办结日期 {closed_on}；请删去日期，或更正办理结果。",
        message_en="still pending ({result}), yet closed on {closed_on}.",
        basis=FORM + "第4条",
    ),
    has_a_limit("AP-07", CASES, NAMES["matter"]),
    # Of a case that was decided nobody knows when, AP-05 speaks.
    ends_in_time("AP-08", CASES, when=pl.col("closed_on__text").is_not_null() | (pl.col("result") == PENDING)),
)

IS_OPEN = CASES.is_open
HANDLED = ~IS_OPEN & pl.col("result").is_in(DECIDED) & (pl.col("closed_on") >= pl.col("_period_start"))
# Where one case cannot be judged, it is kept among those that count, so that the count sees it and is withheld.
UNKNOWN = CASES.in_time.is_null().any()
COUNTED = pl.when(~UNKNOWN).then(pl.len())

KIND = define_kind(
    code="approval_cases",
    prefix="AP",
    title_zh="行政审批办理台账",
    title_en="register of approvals",
    purpose_zh="逐件登记报告期内办理过的行政审批事项：何时受理、何时办结、结果如何；期末未办结的填办理中，下一期继续登记。",
    filers=("department",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    rows_stand_alone=True,
    contexts=(CASES.context,),
    measures=(
        Measure(
            "approvals_handled",
            "办结行政审批",
            "approvals decided",
            "件",
            Method.COUNT,
            pl.len(),
            cells=("result",),
            where=HANDLED,
            across=True,
        ),
        Measure(
            "approvals_in_time",
            "按时办结行政审批",
            "approvals decided in time",
            "件",
            Method.COUNT,
            COUNTED,
            cells=("closed_on",),
            where=HANDLED & CASES.in_time.fill_null(value=True),
            across=True,
        ),
        Measure(
            "approvals_in_time_rate",
            "行政审批按时办结率",
            "share of approvals decided in time",
            "%",
            Method.RATIO,
            of=("approvals_in_time", "approvals_handled"),
            across=True,
        ),
        Measure(
            "approvals_pending",
            "期末在办行政审批",
            "approvals pending at the end of the period",
            "件",
            Method.COUNT,
            pl.len(),
            cells=("case_id",),
            where=IS_OPEN,
            across=True,
            as_of=END.first(),
        ),
        Measure(
            "approvals_overdue",
            "期末超期未办结行政审批",
            "approvals pending and overdue at the end of the period",
            "件",
            Method.COUNT,
            COUNTED,
            cells=("accepted_on",),
            where=IS_OPEN & ~CASES.in_time.fill_null(value=False),
            across=True,
            as_of=END.first(),
        ),
    ),
)
