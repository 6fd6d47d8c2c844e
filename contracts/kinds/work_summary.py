"""年度工作总结报送表: the year by task, filed a month before it ends; how far it reaches is stated with it."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.kinds.work_report import TASKS
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period, stands_once

PLAN = "湘通局信管〔2019〕8号四（三）二（年度总结）"
FORM = "本表填报说明"
NOTHING = ("无", "没有")

FIELDS = (
    Field("task", "重点任务", "task of the plan", Type.CHOICE, choices=TASKS),
    Field("items", "工作事项数", "items", Type.COUNT, unit="项"),
    Field("items_done", "其中已完成", "of them completed", Type.COUNT, unit="项"),
    Field("result", "工作成效", "result", length=(8, 2000)),
    Field("problem", "存在问题", "problem", length=(1, 500), note_zh="没有问题填“无”"),
    Field("as_of", "信息截止日期", "as of", Type.DAY, note_zh="所报情况截至哪一天"),
)
NAMES = {f.name: f for f in FIELDS}
SHORT = (pl.col("_period_end") - pl.col("as_of")).dt.total_days()  # days of the year that it does not reach

RULES = (
    stands_once("WS-01", NAMES["task"], basis=FORM + "第1条"),
    Rule(
        id="WS-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="已完成不超过事项数",
        title_en="no more completed than there are",
        holds=pl.col("items_done") <= pl.col("items"),
        fields=("items_done", "items"),
        expected=pl.lit("≤ ") + pl.col("items").cast(pl.String),
        message_zh="“{name}”已完成 {items_done} 项，超过工作事项数 {items} 项；请核对两项。",
        message_en="{items_done} completed of {items} items.",
        values={"name": pl.col("task").fill_null("—")},
        basis=FORM + "第2条",
    ),
    lies_in_period("WS-03", NAMES["as_of"], basis=PLAN),
    Rule(
        id="WS-04",
        severity=Severity.NOTE,
        scope=Scope.ROW,
        title_zh="总结报到年末",
        title_en="the summary reaches the end of the year",
        when=pl.col("as_of").is_not_null() & pl.col("_period_end").is_not_null(),
        holds=SHORT <= 0,
        fields=("as_of",),
        expected=pl.col("_period_end").cast(pl.String),
        message_zh="所报情况截至 {as_of}，年末 {short} 日不在其中，全年数须待第四季度报送后补报；在此之前本表的数不作全年数使用。",
        message_en="it reaches to {as_of}, {short} days short of the year; the year's figures follow the fourth quarter's.",
        values={"short": SHORT},
        basis=PLAN,
    ),
    Rule(
        id="WS-05",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="未完成的事项写明问题",
        title_en="what is not completed has its problem",
        when=pl.col("items_done") < pl.col("items"),
        holds=~pl.col("problem").is_in(NOTHING),
        fields=("problem", "items_done", "items"),
        expected="未完成的原因 / why it is not completed",
        message_zh="{items} 项中完成 {items_done} 项，“存在问题”却填“{problem}”；请说明其余 {left} 项为何未完成。",
        message_en="{items_done} of {items} completed, yet the problem is “{problem}”; say why {left} are not.",
        values={"left": pl.col("items") - pl.col("items_done")},
        basis=FORM + "第3条",
    ),
)


def _sum(indicator: str, field: str, zh: str, en: str) -> Measure:
    as_of = pl.col("as_of").max()
    return Measure(indicator, zh, en, "项", Method.SUM, pl.col(field).sum(), cells=(field,), across=True, as_of=as_of)


KIND = define_kind(
    code="work_summary",
    prefix="WS",
    title_zh="年度工作总结报送表",
    title_en="conduct work of the year",
    purpose_zh="企业按重点任务总结全年行风纠风工作；12月1日前报送，第四季度报送前为暂定。",
    filers=("basic_carrier", "value_added"),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    measures=(
        _sum("conduct_year_items", "items", "全年行风工作事项", "conduct items of the year"),
        _sum("conduct_year_done", "items_done", "全年已完成的行风工作事项", "conduct items completed in the year"),
        Measure(
            "conduct_year_rate",
            "全年行风工作事项完成率",
            "conduct items completed, share",
            "%",
            Method.RATIO,
            of=("conduct_year_done", "conduct_year_items"),
            across=True,
            as_of=pl.col("as_of").max(),
        ),
    ),
)
