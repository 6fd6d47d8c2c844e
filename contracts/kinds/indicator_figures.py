"""指标数据报送表: figures as a department writes them ("99%以上", "100余次"), where no form of their own exists."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context, Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period

FORM = "本表填报说明"

FIELDS = (
    Field("item_no", "三级指标序号", "level-3 indicator number", Type.COUNT, required=False, aliases=("序号",)),
    Field("indicator", "指标代码", "indicator code"),
    Field("name", "指标名称", "name"),
    Field("value", "数值", "figure as written", Type.QUANTITY, note_zh="按原文填写，如490、99%以上、100余次"),
    Field("unit", "计量单位", "unit"),
    Field("as_of", "截止日期", "as of", Type.DATE, required=False),
    Field("source", "数据来源", "source", required=False),
)
NAMES = {f.name: f for f in FIELDS}

# The filed interval and the computed one have a point in common; an open side reaches everywhere.
OVERLAP = (
    pl.col("value__low").is_null() | pl.col("fig_high").is_null() | (pl.col("value__low") <= pl.col("fig_high"))
) & (pl.col("value__high").is_null() | pl.col("fig_low").is_null() | (pl.col("value__high") >= pl.col("fig_low")))

RULES = (
    Rule(
        id="IF-01",
        severity=Severity.MUST,
        scope=Scope.GROUP,
        group=("indicator",),
        title_zh="同一指标同一时点只填一次",
        title_en="one figure an indicator and day",
        when=pl.col("indicator").is_not_null(),
        # A figure of the period's last day and one without a day are the same figure.
        holds=pl.len().over("indicator", pl.coalesce("as_of", pl.col("_period_end").cast(pl.String))) == 1,
        fields=("indicator", "as_of"),
        expected="一行 / one row",
        message_zh="指标 {indicator} 在第 {rows} 行就同一时点重复填报；请只保留一行，或更正截止日期。",
        message_en="indicator {indicator} stands in rows {rows}.",
        basis=FORM + "第1条",
    ),
    Rule(
        id="IF-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="指标代码写法正确",
        title_en="the indicator code is well formed",
        when=pl.col("indicator").is_not_null(),
        holds=pl.col("indicator").str.contains(r"^[a-z][a-z0-9_./]{1,63}$"),
        fields=("indicator",),
        expected="小写字母、数字和下划线 / lower-case letters, digits, underscores",
        message_zh="指标代码“{indicator}”写法不正确：应以小写字母开头，只含小写字母、数字和 _ . /；请更正。",
        message_en="the indicator code “{indicator}” is not well formed.",
        basis=FORM + "第1条",
    ),
    Rule(
        id="IF-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="数值所带单位与计量单位一致",
        title_en="the unit written is the unit declared",
        when=pl.col("value").is_not_null() & (pl.col("value__unit") != ""),
        holds=(pl.col("value__unit") == pl.col("unit")) | pl.col("unit").str.starts_with(pl.col("value__unit") + "/"),
        fields=("value", "unit"),
        expected=pl.col("unit"),
        message_zh="数值“{value}”所带的单位与计量单位“{unit}”不一致；请统一后重新填报。",
        message_en="the unit of “{value}” is not “{unit}”.",
        basis=FORM + "第2条",
    ),
    Rule(
        id="IF-04",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="率在0%至100%之间",
        title_en="a rate lies in 0 % to 100 %",
        when=(pl.col("unit") == "%") & pl.col("indicator").str.ends_with("_rate"),
        holds=pl.col("value").is_between(0, 100),
        fields=("value", "unit"),
        expected="0%–100%",
        message_zh="“{name}”填报 {value}，百分率应在 0% 至 100% 之间；请核对数值和单位。",
        message_en="{name} is {value}, outside 0 % to 100 %.",
        values={"name": pl.col("name")},
        basis=FORM + "第3条",
    ),
    Rule(
        id="IF-05",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="与计算所得一致",
        title_en="agrees with what the forms yield",
        when=pl.when(pl.col("fig_given")).then(pl.col("fig_indicator").is_not_null()),
        # While a form it is computed from is missing, nobody can tell.
        holds=pl.when(pl.col("fig_value").is_not_null()).then(OVERLAP),
        fields=("value", "fig_value"),
        expected=pl.col("fig_value").cast(pl.String),
        message_zh="“{name}”填报为 {value}，据各报表计算应为 {fig_value}{unit}；请核实，如有差异请说明原因。",
        message_en="{name} is filed as {value}; the forms yield {fig_value} {unit}.",
        values={"name": pl.col("name"), "unit": pl.col("unit")},
        basis=FORM + "第4条（与报表数一致）",
    ),
    # A figure may speak of the year before, as a baseline does; that has to be said.
    lies_in_period("IF-06", NAMES["as_of"], basis=FORM + "第5条（统计时点）", severity=Severity.EXPLAIN),
)

KIND = define_kind(
    code="indicator_figures",
    prefix="IF",
    title_zh="指标数据报送表",
    title_en="indicator figures",
    purpose_zh="没有专门报表的指标，按原文填报数值、单位和截止日期。",
    filers=("department", "basic_carrier", "complaint_centre"),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    contexts=(
        Context(
            "figures",
            ((pl.col("indicator"), "indicator"),),
            ("indicator", "value", "low", "high"),
            "fig_",
            "计算所得指标",
            "computed figure",
        ),
    ),
    measures=(
        Measure(
            "filed/{code}",
            "{name}",
            "{name}",
            "",
            Method.STATED,
            cells=("value",),
            code="indicator",
            name="name",
            unit_from="unit",
            as_of=pl.col("as_of").first(),
        ),
    ),
)
