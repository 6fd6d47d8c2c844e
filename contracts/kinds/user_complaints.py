"""用户申诉处理台账: the complaint centre's register, one row a complaint; rows stand alone."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.listed_limits import Cases, ends_in_time
from contracts.measure import Context, Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period, stands_once

ORDER = "本台账填报说明第4条（收到、受理、答复、办结依次进行）"
FORM = "本台账填报说明"

FIELDS = (
    Field("complaint_id", "申诉编号", "complaint number"),
    Field("carrier", "被申诉企业", "carrier complained of"),
    Field("category", "申诉类别", "class", Type.CHOICE, choices=("用户服务", "网络质量", "收费争议", "其他")),
    Field("received_on", "收到日期", "received", Type.DAY),
    Field("accepted_on", "受理日期", "accepted", Type.DAY, required=False),
    Field("answered_on", "答复日期", "answered", Type.DAY, required=False),
    Field("closed_on", "办结日期", "closed", Type.DAY, required=False),
    Field("outcome", "处理结果", "outcome", Type.CHOICE, choices=("办结", "不予受理", "处理中")),
)
NAMES = {f.name: f for f in FIELDS}


def _in_order(number: int, first: str, then: str) -> Rule:
    a, b = NAMES[first], NAMES[then]
    return Rule(
        id=f"UC-{number:02}",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh=f"{a.heading}不晚于{b.heading}",
        title_en=f"{a.title_en} not after {b.title_en}",
        when=pl.col(a.text_column).is_not_null() & pl.col(b.text_column).is_not_null(),
        holds=pl.col(first) <= pl.col(then),
        fields=(then, first),
        expected=pl.lit("≥ ") + pl.col(first).cast(pl.String),
        message_zh=f"{b.heading} {{{then}}} 早于{a.heading} {{{first}}}；请核对两个日期。",
        message_en=f"{b.title_en} {{{then}}} is before {a.title_en} {{{first}}}.",
        basis=ORDER,
    )


DAYS = ("accepted_on", "answered_on", "closed_on")
# Accepting a complaint is a matter of the pack's list of limits, where it has one. What was refused was decided on the
# day it was answered; without that day the form does not say when.
ACCEPTING = Cases(
    "user_complaints",
    pl.lit("用户申诉受理"),
    NAMES["received_on"],
    NAMES["accepted_on"],
    last=pl.coalesce("accepted_on", pl.when(pl.col("outcome") == "不予受理").then("answered_on")),
)
SAYS_WHEN = pl.col("accepted_on__text").is_not_null() | pl.when(pl.col("outcome") == "不予受理").then(
    pl.col("answered_on").is_not_null()
).otherwise(pl.col("outcome") == "处理中")
MOST_DAYS = 60  # from 受理 to 办结, beyond which the centre is asked

RULES = (
    stands_once("UC-01", NAMES["complaint_id"], basis=FORM + "第1条"),
    _in_order(2, "received_on", "accepted_on"),
    _in_order(3, "accepted_on", "answered_on"),
    _in_order(4, "answered_on", "closed_on"),
    lies_in_period("UC-05", NAMES["received_on"], basis=FORM + "第2条"),
    Rule(
        id="UC-06",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="办结须有受理和办结日期",
        title_en="a closed case has its dates",
        when=pl.col("outcome") == "办结",
        holds=pl.col("accepted_on__text").is_not_null() & pl.col("closed_on__text").is_not_null(),
        fields=("closed_on", "accepted_on", "outcome"),
        expected="受理日期和办结日期 / both dates",
        message_zh="处理结果为办结，受理日期和办结日期应当齐全，现受理日期 {accepted_on}、办结日期 {closed_on}；请补填。",
        message_en="closed, but accepted or closed date is blank.",
        basis=ORDER,
    ),
    Rule(
        id="UC-07",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="处理中的申诉没有办结日期",
        title_en="an open case has no closing date",
        when=pl.col("outcome") == "处理中",
        holds=pl.col("closed_on__text").is_null(),
        fields=("closed_on", "outcome"),
        expected="空 / blank",
        message_zh="处理结果为处理中，却填写了办结日期 {closed_on}；请删去日期，或更正处理结果。",
        message_en="still open, yet closed on {closed_on}.",
        basis=ORDER,
    ),
    Rule(
        id="UC-08",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="被申诉企业在填报单位名录中",
        title_en="the carrier is a known filer",
        when=pl.col("filer_given"),
        holds=pl.col("filer_name").is_not_null(),
        fields=("carrier",),
        expected="名录中的企业简称 / a listed carrier",
        message_zh="被申诉企业“{carrier}”不在填报单位名录中；请核对企业简称，确属名录外企业的请说明。",
        message_en="“{carrier}” is not in the list of filers.",
        basis=FORM + "第3条",
    ),
    Rule(
        id="UC-09",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="受理、答复、办结日期不晚于报告期末",
        title_en="accepted, answered and closed by the end of the period",
        when=pl.any_horizontal(pl.col(day).is_not_null() for day in DAYS) & pl.col("_period_end").is_not_null(),
        holds=pl.max_horizontal(DAYS) <= pl.col("_period_end"),
        fields=DAYS,
        expected=pl.lit("各日期 ≤ ") + pl.col("_period_end").cast(pl.String),
        message_zh="受理日期 {accepted_on}、答复日期 {answered_on}、办结日期 {closed_on} 中有晚于报告期末 {to} 的；"
        "请核对日期；确在期末以后办理的，请说明原因。",
        message_en="accepted {accepted_on}, answered {answered_on}, closed {closed_on}: not all by {to}, the end of the "
        "period.",
        values={"to": pl.col("_period_end")},
        basis=FORM + "第2条",
    ),
    Rule(
        id="UC-10",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh=f"自受理起{MOST_DAYS}日内办结",
        title_en=f"closed within {MOST_DAYS} days of being accepted",
        when=pl.col("accepted_on").is_not_null() & pl.col("closed_on").is_not_null(),
        holds=(pl.col("closed_on") - pl.col("accepted_on")).dt.total_days() <= MOST_DAYS,
        fields=("closed_on", "accepted_on"),
        expected=pl.lit("≤ ") + pl.col("accepted_on").dt.offset_by(f"{MOST_DAYS}d").cast(pl.String),
        message_zh=f"{{accepted_on}} 受理，{{closed_on}} 办结，历时 {{days}} 日，超过 {MOST_DAYS} 日；请核对两个日期，无误的，"
        "请说明原因。",
        message_en=f"accepted {{accepted_on}}, closed {{closed_on}}: {{days}} days, more than {MOST_DAYS}; check the "
        "dates, and explain if they are right.",
        values={"days": (pl.col("closed_on") - pl.col("accepted_on")).dt.total_days()},
        basis="本框架约定（办结时长的核实界限）",
    ),
    ends_in_time("UC-11", ACCEPTING, when=SAYS_WHEN, awaits_list=False),
)

DONE = pl.col("outcome").is_in(["办结", "不予受理"])

KIND = define_kind(
    code="user_complaints",
    prefix="UC",
    title_zh="用户申诉处理台账",
    title_en="register of user complaints",
    purpose_zh="申诉处理中心逐件登记用户申诉的收到、受理、答复和办结。",
    filers=("complaint_centre",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    rows_stand_alone=True,
    contexts=(
        Context("filer_list", ((pl.col("carrier"), "name"),), ("name",), "filer_", "填报单位名录", "list of filers"),
        ACCEPTING.context,
    ),
    measures=(
        Measure(
            "complaints",
            "办理用户申诉",
            "user complaints handled",
            "件",
            Method.COUNT,
            pl.len(),
            cells=("complaint_id",),
            across=True,
        ),
        Measure(
            "complaints_done",
            "处理完成的用户申诉",
            "complaints completed",
            "件",
            Method.COUNT,
            pl.len(),
            cells=("outcome",),
            where=DONE,
            across=True,
        ),
        Measure(
            "complaint_rate",
            "申诉处理完成率",
            "complaint completion rate",
            "%",
            Method.RATIO,
            of=("complaints_done", "complaints"),
            across=True,
        ),
    ),
)
