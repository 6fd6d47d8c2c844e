"""工作信息报送表: what a carrier did each quarter for the year's conduct plan, and how far the report reaches.

It is due inside the last month of its quarter, so `as_of` is a day of its own and not the quarter's end.
"""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period, stands_once

PLAN = "湘通局信管〔2019〕8号四（三）二（季度工作信息）"
FORM = "本表填报说明"
# The nine tasks of part 二 of the plan, shortened.
TASKS = (
    "网络建设和运维",
    "营销宣传和服务",
    "社会责任和用户权益",
    "信用管理和市场秩序",
    "网络安全责任",
    "骚扰电话整治",
    "资费营销和计收费",
    "个人信息和数据安全",
    "通讯信息诈骗和实名登记",
)
DONE, OPEN, IDLE = "已完成", "进行中", "未开展"

FIELDS = (
    Field("item", "事项", "item", length=(4, 60)),
    Field("task", "重点任务", "task of the plan", Type.CHOICE, choices=TASKS),
    Field("done", "开展情况", "what was done", length=(8, 1000)),
    Field("started", "开展日期", "started", Type.DATE, required=False, note_zh="可填日、月或起止日期"),
    Field("limit", "截止日期", "limit", Type.DATE, required=False, note_zh="该事项应完成的日期"),
    Field("state", "完成情况", "state", Type.CHOICE, choices=(DONE, OPEN, IDLE)),
    Field("as_of", "信息截止日期", "as of", Type.DAY, note_zh="所报情况截至哪一天"),
)
NAMES = {f.name: f for f in FIELDS}
STARTED = pl.col("started__text").is_not_null()

RULES = (
    stands_once("WR-01", NAMES["item"], basis=FORM + "第1条"),
    lies_in_period("WR-02", NAMES["as_of"], basis=PLAN),
    Rule(
        id="WR-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="开展日期不晚于信息截止日期",
        title_en="nothing started after the day it reaches to",
        when=STARTED & pl.col("as_of").is_not_null(),
        holds=pl.col("started__first") <= pl.col("as_of"),
        fields=("started", "as_of"),
        expected=pl.lit("≤ ") + pl.col("as_of").cast(pl.String),
        message_zh="开展日期 {started} 晚于信息截止日期 {as_of}：截止之日尚未开展；请核对两个日期。",
        message_en="started {started}, after the day {as_of} that the report reaches to.",
        basis=PLAN,
    ),
    Rule(
        id="WR-04",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="完成情况与开展日期相符",
        title_en="the state and the day of starting agree",
        when=pl.col("state").is_not_null(),
        holds=(pl.col("state") != IDLE) == STARTED,
        fields=("started", "state"),
        expected=pl.when(pl.col("state") == IDLE).then(pl.lit("空 / blank")).otherwise(pl.lit("开展日期 / a date")),
        message_zh="完成情况为“{state}”，开展日期为“{filled}”，两项不符：未开展的不填日期，其余应填；请更正。",
        message_en="the state is {state}, the day of starting “{filled}”: only what was not started has none.",
        values={"filled": pl.col("started__text").fill_null("空")},
        basis=FORM + "第2条",
    ),
    Rule(
        id="WR-05",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="过了截止日期的事项已完成",
        title_en="what is past its limit is completed",
        when=pl.col("limit__text").is_not_null() & pl.col("as_of").is_not_null(),
        holds=(pl.col("state") == DONE) | (pl.col("limit__last") >= pl.col("as_of")),
        fields=("state", "limit", "as_of"),
        expected=pl.lit(DONE),
        message_zh="截止日期 {limit} 已过（信息截止 {as_of}），完成情况仍为“{state}”；请核对，确未完成的请说明原因。",
        message_en="its limit {limit} is past on {as_of}, yet it is {state}; check it, and explain if it is so.",
        basis=PLAN,
    ),
)


def _count(indicator: str, zh: str, en: str, where: pl.Expr | None = None) -> Measure:
    as_of = pl.col("as_of").max()
    return Measure(
        indicator, zh, en, "项", Method.COUNT, pl.len(), cells=("state",), where=where, across=True, as_of=as_of
    )


KIND = define_kind(
    code="work_report",
    prefix="WR",
    title_zh="工作信息报送表",
    title_en="conduct work of a quarter",
    purpose_zh="企业每季度按行风方案的重点任务报送所做工作、进度和信息截止日期。",
    filers=("basic_carrier", "value_added"),
    cadence="quarterly",
    fields=FIELDS,
    rules=RULES,
    measures=(
        _count("conduct_items", "行风工作事项", "conduct items"),
        _count("conduct_items_done", "已完成的行风工作事项", "conduct items completed", pl.col("state") == DONE),
    ),
)
