"""工作节点完成情况表: a department's report on each work node of the performance plan.

A node that runs over the year's end is neither done nor late: 跨年推进 is a state of its own.
"""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context, Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import stands_once

PLAN = "年度绩效管理指标体系"
FORM = "本表填报说明"
DONE_STATES = ("已完成", "提前完成")
OPEN_STATES = ("跨年推进", "进行中", "未完成")

FIELDS = (
    Field("indicator_no", "三级指标序号", "level-3 indicator number", Type.COUNT, aliases=("序号",)),
    Field("node_no", "节点编号", "node number"),
    Field("node", "工作节点", "work node", length=(4, 60)),
    Field("state", "完成状态", "state", Type.CHOICE, choices=(*DONE_STATES, *OPEN_STATES)),
    Field("started", "开始日期", "started", Type.DATE, required=False),
    Field("finished", "完成日期", "finished", Type.DATE, required=False, note_zh="可填日、月或起止日期"),
    Field("due", "完成时限", "due", Type.DATE, required=False),
    Field("document", "文号", "document number", required=False),
    Field("narrative", "完成情况", "what was done", length=(1, 1000)),  # too short: WN-11
    Field(
        "object_name", "计数对象", "what the list counts", required=False, note_zh="名单所列对象的名称，如“参演企业数”"
    ),
    Field("objects", "名单", "names", Type.ITEMS, required=False, note_zh="逐一列出，以顿号分隔；数量由名单计得"),
    Field("object_unit", "计数单位", "unit of the list", required=False),
    Field("span", "工作期间", "years covered", Type.DATE, required=False, note_zh="跨年度工作的起止年份，如2020-2022"),
    Field("problem", "存在问题及原因", "problem and cause", length=(1, 500), note_zh="没有问题填“无”"),
)
NAMES = {f.name: f for f in FIELDS}

DONE = pl.col("state").is_in(DONE_STATES)
SPAN = pl.col("span__last").dt.year() - pl.col("span__first").dt.year() + 1
# 三年行动, 三年时间完成: how many years a plan runs, said in words; 第三年, 近三年 say something else.
SAID_YEARS = (
    pl.col("narrative")
    .str.extract(r"(?:^|[^第近前去上十])([二两三四五六七八九])年(?:行动|工作方案|方案|整治|时间|规划|计划|内?完成)")
    .replace_strict(
        {"二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}, return_dtype=pl.Int32
    )
)
# Without a tree it is open whether the node is in it.
IN_TREE = pl.when(pl.col("tree_given")).then(pl.col("tree_code").is_not_null())

RULES = (
    stands_once("WN-01", NAMES["node_no"], basis=FORM + "第1条"),
    Rule(
        id="WN-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="节点在指标体系中",
        title_en="the node is in the indicator tree",
        when=pl.col("tree_given"),
        holds=pl.col("tree_code").is_not_null(),
        fields=("node_no",),
        expected="指标体系中的节点编号 / a node of the tree",
        message_zh="节点编号 {node_no} 不在本年度指标体系中；请按指标体系填写。",
        message_en="node {node_no} is not in this year's indicator tree.",
        basis=PLAN,
    ),
    Rule(
        id="WN-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="节点属于所填三级指标",
        title_en="the node belongs to the indicator",
        when=IN_TREE,
        holds=pl.col("indicator_no").cast(pl.String) == pl.col("tree_parent"),
        fields=("indicator_no", "tree_parent", "node_no"),
        expected=pl.col("tree_parent"),
        message_zh="节点 {node_no} 在指标体系中属于第 {tree_parent} 项，表中填为第 {indicator_no} 项；请更正序号或节点编号。",
        message_en="node {node_no} belongs to indicator {tree_parent}, filed under {indicator_no}.",
        basis=PLAN,
    ),
    Rule(
        id="WN-04",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="由责任处室填报",
        title_en="filed by the department responsible",
        when=IN_TREE & pl.col("_filer").is_not_null(),
        holds=pl.col("_filer") == pl.col("tree_department"),
        fields=("node_no", "tree_department"),
        expected=pl.col("tree_department"),
        message_zh="节点 {node_no} 的责任处室是 {tree_department}，不是本填报单位；请核实由谁报送，代为填报的请说明。",
        message_en="node {node_no} is the duty of {tree_department}.",
        basis=PLAN,
    ),
    Rule(
        id="WN-05",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="开始不晚于完成",
        title_en="started not after finished",
        when=pl.col("started__text").is_not_null() & pl.col("finished__text").is_not_null(),
        holds=pl.col("started__first") <= pl.col("finished__last"),
        fields=("finished", "started"),
        expected=pl.lit("≥ ") + pl.col("started__first").cast(pl.String),
        message_zh="完成日期 {finished} 早于开始日期 {started}；请核对两个日期。",
        message_en="finished {finished} before it started {started}.",
        basis=FORM + "第2条",
    ),
    Rule(
        id="WN-06",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="完成日期在考核年度内",
        title_en="finished within the assessed year",
        when=pl.col("finished__text").is_not_null() & pl.col("_period_start").is_not_null(),
        holds=pl.col("finished__first").is_between(pl.col("_period_start"), pl.col("_period_end")),
        fields=("finished",),
        expected=pl.col("_period_start").cast(pl.String) + " … " + pl.col("_period_end").cast(pl.String),
        message_zh="完成日期 {finished} 不在考核年度内，请说明为何计入本年度。",
        message_en="finished {finished}, outside the assessed year; explain why it counts.",
        basis=FORM + "第2条",
    ),
    Rule(
        id="WN-07",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="未办结的节点说明原因",
        title_en="an open node gives its cause",
        when=pl.col("state").is_in(OPEN_STATES),
        holds=~pl.col("problem").is_in(["无", "没有"]),
        fields=("problem", "state"),
        expected="问题和原因 / the problem and its cause",
        message_zh="状态为“{state}”，“存在问题及原因”却填“{problem}”；请写明未办结的原因。",
        message_en="the state is “{state}”, yet the problem is “{problem}”.",
        basis=FORM + "第3条",
    ),
    Rule(
        id="WN-08",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="跨年推进的时限在年后",
        title_en="a cross-year node is due after the year",
        when=(pl.col("state") == "跨年推进") & pl.col("due__text").is_not_null() & pl.col("_period_end").is_not_null(),
        holds=pl.col("due__last") > pl.col("_period_end"),
        fields=("due", "state"),
        expected=pl.lit("> ") + pl.col("_period_end").cast(pl.String),
        message_zh="状态为跨年推进，完成时限 {due} 却在本年度内；请核对状态和时限。",
        message_en="cross-year, yet due {due} within the year.",
        basis=PLAN,
    ),
    Rule(
        id="WN-09",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="按期完成",
        title_en="finished by its limit",
        when=DONE & pl.col("due__text").is_not_null() & pl.col("finished__text").is_not_null(),
        holds=pl.col("finished__last") <= pl.col("due__last"),
        fields=("finished", "due"),
        expected=pl.lit("≤ ") + pl.col("due__last").cast(pl.String),
        message_zh="完成日期 {finished} 晚于完成时限 {due}；请核对两个日期，确属逾期的，请说明原因。",
        message_en="finished {finished}, after its limit {due}; check both days, or explain why it is late.",
        basis=PLAN,
    ),
    Rule(
        id="WN-10",
        severity=Severity.NOTE,
        scope=Scope.ROW,
        title_zh="提前完成可以核实",
        title_en="finished early can be verified",
        when=pl.col("state") == "提前完成",
        holds=pl.col("due__text").is_not_null() & pl.col("finished__text").is_not_null(),
        fields=("due", "state", "finished"),
        expected="完成时限和完成日期 / a limit and a date",
        message_zh="状态为提前完成，但完成时限或完成日期未填，无从核实提前多少；请补填。",
        message_en="finished early, but limit and date do not both stand there to verify it by.",
        basis=FORM + "第2条",
    ),
    Rule(
        id="WN-11",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="完成情况有内容",
        title_en="the narrative says something",
        when=pl.col("narrative").is_not_null(),
        holds=pl.col("narrative").str.len_chars() >= 10,
        fields=("narrative",),
        expected="不少于10字 / at least 10 characters",
        message_zh="完成情况只有“{narrative}”，请说明做了什么、何时完成。",
        message_en="the narrative is only “{narrative}”.",
        basis=FORM + "第4条",
    ),
    Rule(
        id="WN-12",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="名单与计数对象、单位同时填写",
        title_en="a list has a name and a unit",
        when=pl.col("objects__text").is_not_null(),
        holds=pl.col("object_name").is_not_null() & pl.col("object_unit").is_not_null(),
        fields=("objects", "object_name", "object_unit"),
        expected="计数对象和计数单位 / what is counted and its unit",
        message_zh="填写了名单，计数对象和计数单位应当齐全，现计数对象 {object_name}、计数单位 {object_unit}；请补填。",
        message_en="a list without its name or unit.",
        basis=FORM + "第5条",
    ),
    Rule(
        id="WN-13",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="工作期间与所说的年数一致",
        title_en="the years covered are as many as are said",
        when=pl.col("span__text").is_not_null() & SAID_YEARS.is_not_null(),
        holds=SPAN == SAID_YEARS,
        fields=("span", "narrative"),
        expected=SAID_YEARS.cast(pl.String) + pl.lit("年"),
        message_zh="工作期间 {span} 首尾计入共 {years} 年，完成情况中说的是 {said} 年；请核对两处。",
        message_en="{span} is {years} years, first and last counted; the narrative says {said}.",
        values={"years": SPAN, "said": SAID_YEARS},
        basis=FORM + "第2条",
    ),
    Rule(
        id="WN-14",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="时限在年后的节点有年内完成日期才算完成",
        title_en="what is due after the year counts as done only with a day in it",
        when=DONE & pl.col("due__text").is_not_null() & pl.col("_period_end").is_not_null(),
        holds=(pl.col("due__first") <= pl.col("_period_end"))
        | (pl.col("finished__last") <= pl.col("_period_end")).fill_null(value=False),
        fields=("state", "due", "finished"),
        expected="跨年推进，或本年度内的完成日期 / 跨年推进, or a day within the year",
        message_zh="完成时限 {due} 在本年度以后，没有本年度内的完成日期，状态却为“{state}”；尚在办理的请改为“跨年推进”，"
        "已完成的请补填完成日期。",
        message_en="due {due}, after the year, and no day of finishing within it, yet the state is “{state}”.",
        basis=PLAN,
    ),
)


def _count(indicator: str, zh: str, en: str, where: pl.Expr | None) -> Measure:
    return Measure(indicator, zh, en, "个", Method.COUNT, pl.len(), cells=("state",), where=where, across=True)


# Only a day is a moment the count speaks of; a month or a span stays with the period.
ON_DAY = pl.when(pl.col("finished__granularity").first() == "day").then(
    pl.col("finished__last").first().cast(pl.String)
)

KIND = define_kind(
    code="work_nodes",
    prefix="WN",
    title_zh="工作节点完成情况表",
    title_en="work nodes",
    purpose_zh="机关处室逐个节点报送绩效工作的完成状态、日期、文号和问题。",
    filers=("department",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    contexts=(
        Context(
            "indicator_tree",
            ((pl.col("node_no"), "code"),),
            ("code", "parent", "department"),
            "tree_",
            "指标体系",
            "indicator tree",
        ),
    ),
    measures=(
        _count("nodes_reported", "自查的工作节点数", "work nodes reported", None),
        _count("nodes_done", "工作节点完成数", "work nodes completed", DONE),
        _count("nodes_early", "提前完成的工作节点数", "work nodes completed early", pl.col("state") == "提前完成"),
        _count(
            "nodes_cross_year", "跨年推进的工作节点数", "work nodes running across years", pl.col("state") == "跨年推进"
        ),
        _count(
            "nodes_open", "未完成的工作节点数", "work nodes not completed", pl.col("state").is_in(["进行中", "未完成"])
        ),
        Measure(
            "indicators_done",
            "三级指标完成项数",
            "level-3 indicators completed",
            "项",
            Method.COUNT,
            pl.col("indicator_no").n_unique() - pl.col("indicator_no").filter(~DONE).n_unique(),
            cells=("state",),
            across=True,
        ),
        Measure(
            "node_objects/{each}",
            "{name}",
            "{name}",
            "个",
            Method.COUNT,
            pl.col("objects__count").sum(),
            cells=("objects",),
            where=pl.col("objects__count") > 0,
            each="node_no",
            name="object_name",
            unit_from="object_unit",
            as_of=ON_DAY,
        ),
        Measure(
            "node_years/{each}",
            "第{each}号节点的工作年数",
            "years covered by node {each}",
            "年",
            Method.SPAN,
            SPAN.sum(),
            cells=("span",),
            where=pl.col("span__first").is_not_null(),
            each="node_no",
        ),
    ),
)
