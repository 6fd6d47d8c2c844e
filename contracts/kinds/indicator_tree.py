"""指标体系: the bureau's indicator tree of one year, level 1 to 3 and work nodes, with targets. A list of the pack."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import stands_once

PLAN = "年度绩效管理指标体系"

FIELDS = (
    Field("code", "code", "code", aliases=("编号",)),
    Field("level", "level", "level", Type.CHOICE, choices=("1", "2", "3", "node"), aliases=("层级",)),
    Field("parent", "parent", "parent code", required=False, aliases=("上级编号",)),
    Field("title", "title", "title", length=(2, 60), aliases=("名称",)),
    Field("department", "department", "department responsible", required=False, aliases=("责任处室",)),
    Field(
        "target_indicator",
        "target_indicator",
        "indicator the target is for",
        required=False,
        optional_column=True,
        aliases=("目标指标",),
    ),
    Field(
        "target_name", "target_name", "name of the target", required=False, optional_column=True, aliases=("目标名称",)
    ),
    Field(
        "target",
        "target",
        "target as written",
        Type.QUANTITY,
        required=False,
        optional_column=True,
        aliases=("目标值",),
        role="target",
    ),
    Field("unit", "unit", "unit of the target", required=False, optional_column=True, aliases=("单位",)),
    Field(
        "nature",
        "nature",
        "binding or expected",
        Type.CHOICE,
        required=False,
        optional_column=True,
        choices=("约束性", "预期性"),
        aliases=("性质",),
    ),
    Field(
        "published_on",
        "published_on",
        "published on",
        Type.DAY,
        required=False,
        optional_column=True,
        aliases=("公布日期",),
        note_zh="目标向社会公布的日期",
    ),
    Field(
        "illustrative",
        "illustrative",
        "name is illustrative",
        Type.CHOICE,
        required=False,
        optional_column=True,
        choices=("是", "否"),
        aliases=("示例名称",),
    ),
)
NAMES = {f.name: f for f in FIELDS}

WHOLE = pl.col("_period_end") - pl.col("_period_start")
HIDDEN = pl.col("published_on") - pl.col("_period_start")
PUBLIC = pl.col("_period_end") - pl.col("published_on")
LEVEL_ABOVE = {"2": "1", "3": "2", "node": "3"}


def _parent_among(above: str) -> pl.Expr:
    """Whether the parent is a code of level `above`, among the rows themselves."""
    codes = pl.col("code").filter((pl.col("level") == above) & pl.col("code").is_not_null())
    return pl.col("parent").is_not_null() & pl.col("parent").is_in(codes.implode())


RULES = (
    stands_once("IT-01", NAMES["code"], basis=PLAN),
    Rule(
        id="IT-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="上级编号是上一层级的编号",
        title_en="the parent is one level up",
        when=pl.col("level") != "1",
        holds=pl.coalesce(
            pl.when(pl.col("level") == level).then(_parent_among(above)) for level, above in LEVEL_ABOVE.items()
        ),
        fields=("parent", "code", "level"),
        expected="上一层级的编号 / a code one level up",
        message_zh="{code} 的层级为 {level}，上级编号“{parent}”不是表中上一层级的编号；请更正上级编号或层级。",
        message_en="{code} is of level {level}; its parent “{parent}” is no code one level up.",
        basis=PLAN,
    ),
    Rule(
        id="IT-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="节点有责任处室",
        title_en="a node has a department",
        when=pl.col("level") == "node",
        holds=pl.col("department").is_not_null(),
        fields=("department", "code"),
        expected="责任处室代码 / a department",
        message_zh="工作节点 {code} 未填责任处室；请补填责任处室代码。",
        message_en="node {code} has no department.",
        basis=PLAN,
    ),
    Rule(
        id="IT-04",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="每个指标有下级",
        title_en="every indicator has something below it",
        when=pl.col("level") != "node",
        holds=pl.col("code").is_in(pl.col("parent").drop_nulls().implode()),
        fields=("code",),
        expected="至少一个下级 / at least one child",
        message_zh="{code} 没有下级指标或工作节点；请补充，或核对各行的上级编号。",
        message_en="{code} has nothing below it.",
        basis=PLAN,
    ),
    Rule(
        id="IT-05",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="目标有指标、名称和单位",
        title_en="a target says of what, and its unit",
        when=pl.col("target__text").is_not_null(),
        holds=pl.col("target_indicator").is_not_null()
        & pl.col("target_name").is_not_null()
        & pl.col("unit").is_not_null(),
        fields=("target", "target_indicator", "target_name", "unit"),
        expected="目标指标、目标名称和单位 / indicator, name and unit",
        message_zh="{code} 的目标“{target}”未写全目标指标、目标名称和单位；请补填。",
        message_en="the target “{target}” of {code} lacks indicator, name or unit.",
        values={"code": pl.col("code")},
        basis=PLAN,
    ),
    Rule(
        id="IT-07",
        severity=Severity.EXPLAIN,
        scope=Scope.GROUP,
        group=("parent",),
        title_zh="一项三级指标由一个处室负责",
        title_en="one department answers for a level-3 indicator",
        when=(pl.col("level") == "node") & pl.col("parent").is_not_null(),
        # Completed indicators are added up over departments: one shared by two would count twice.
        holds=pl.col("department").drop_nulls().n_unique().over("level", "parent") <= 1,
        fields=("department", "parent"),
        expected="同一处室 / one department",
        message_zh="第 {parent} 项三级指标的节点分属不同处室（第 {rows} 行），三级指标完成项数会重复计数；请核实责任处室，确由多个处室负责的请说明。",
        message_en="the nodes of indicator {parent} belong to several departments (rows {rows}); it would count twice.",
        basis=PLAN,
    ),
    stands_once("IT-06", NAMES["target_indicator"], basis=PLAN),
    Rule(
        id="IT-08",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="目标在考核期前半公布",
        title_en="a target is public before half of the period is over",
        when=pl.col("published_on").is_not_null() & pl.col("_period_start").is_not_null(),
        holds=PUBLIC >= HIDDEN,
        fields=("published_on", "code"),
        expected=pl.lit("≤ ") + (pl.col("_period_start") + WHOLE / 2).cast(pl.String),
        message_zh="{code} 的目标 {published_on} 才公布，考核期 {from} 至 {to} 中已过 {hidden} 日，只余 {public} 日；请核实公布"
        "日期，确在期中公布的，请说明此前按什么考核。",
        message_en="the target of {code} was published on {published_on}, {hidden} days into {from} to {to}, {public} before "
        "its end: say by what was measured until then.",
        values={
            "from": pl.col("_period_start"),
            "to": pl.col("_period_end"),
            "hidden": HIDDEN.dt.total_days(),
            "public": PUBLIC.dt.total_days(),
        },
        basis=PLAN,
    ),
)


def _level(level: str, zh: str, en: str, unit: str) -> Measure:
    return Measure(
        f"tree_level{level}" if level != "node" else "tree_nodes",
        zh,
        en,
        unit,
        Method.COUNT,
        pl.len(),
        cells=("level",),
        where=pl.col("level") == level,
    )


KIND = define_kind(
    code="indicator_tree",
    prefix="IT",
    title_zh="绩效指标体系",
    title_en="indicator tree",
    purpose_zh="年度绩效指标的层级、工作节点、责任处室和目标值。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    pack_file="indicators.csv",
    measures=(
        _level("1", "一级指标项数", "level-1 indicators", "项"),
        _level("2", "二级指标项数", "level-2 indicators", "项"),
        _level("3", "三级指标项数", "level-3 indicators", "项"),
        _level("node", "工作节点数", "work nodes", "个"),
        Measure(
            "tree_departments",
            "纳入考核机关处室数",
            "departments under assessment",
            "个",
            Method.COUNT,
            pl.col("department").n_unique(),
            cells=("department",),
            where=pl.col("level") == "node",
        ),
        Measure(
            "tree_nodes_of/{each}",
            "第{each}项三级指标的工作节点数",
            "work nodes of indicator {each}",
            "项",
            Method.COUNT,
            pl.len(),
            cells=("code",),
            where=pl.col("level") == "node",
            each="parent",
        ),
        Measure(
            "target/{code}",
            "{name}",
            "{name}",
            "",
            Method.STATED,
            cells=("target",),
            code="target_indicator",
            name="target_name",
            unit_from="unit",
            where=pl.col("target").is_not_null(),
        ),
    ),
)
