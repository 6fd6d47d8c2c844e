"""随机抽查记录表: whom the bureau itself drew and looked at in a quarter, what it found and what followed."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context, Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period
from contracts.together import Once

DUTY = "湘通局信管〔2019〕8号三（四）"
FORM = "本表填报说明"
DRAWN = "双随机抽查"
ONCE = ("target", "inspected_on", "place")

FIELDS = (
    Field("target", "抽查对象", "who was inspected"),
    Field("place", "抽查场所", "where", note_zh="营业厅、客服热线、机房等"),
    Field("inspected_on", "抽查日期", "inspected on", Type.DAY),
    Field("way", "方式", "way", Type.CHOICE, choices=(DRAWN, "专项检查", "暗查暗访", "检查拨测")),
    Field("found", "发现问题数", "problems found", Type.COUNT, unit="个"),
    Field("handling", "处理情况", "what followed", required=False, note_zh="发现问题的写明如何处理"),
)
NAMES = {f.name: f for f in FIELDS}

RULES = (
    Rule(
        id="SI-01",
        severity=Severity.MUST,
        scope=Scope.GROUP,
        group=ONCE,
        title_zh="一次抽查一行",
        title_en="one row an inspection",
        when=pl.col("inspected_on").is_not_null(),
        holds=pl.len().over(ONCE) == 1,
        together=Once(ONCE),
        fields=("target", "inspected_on", "place"),
        expected="一行 / one row",
        message_zh="{inspected_on} 对 {target} {place} 的抽查在第 {rows} 行重复；请合并或更正。",
        message_en="the inspection of {target} on {inspected_on} stands in rows {rows}.",
        basis=FORM + "第1条",
    ),
    lies_in_period("SI-02", NAMES["inspected_on"], basis=DUTY + "（每季度开展一次）"),
    Rule(
        id="SI-03",
        severity=Severity.EXPLAIN,
        scope=Scope.FRAME,
        title_zh="本期有双随机抽查",
        title_en="some were drawn at random",
        holds=(pl.col("way") == DRAWN).any(),
        fields=("way",),
        expected=DRAWN,
        message_zh="本期没有以“双随机”方式开展的抽查，专项检查等不能代替；请核对，确未开展的请说明。",
        message_en="nobody was drawn at random in this period; other inspections are no substitute.",
        basis=DUTY + "（按照“双随机”要求，每季度开展一次随机抽查）",
    ),
    Rule(
        id="SI-04",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="发现问题的写明处理情况",
        title_en="what was found had a consequence",
        when=pl.col("found") > 0,
        holds=pl.col("handling").is_not_null() & ~pl.col("handling").is_in(["无", "没有"]),
        fields=("handling", "found"),
        expected="处理情况，如“责令整改，已复查” / what followed",
        message_zh="发现 {found} 个问题，处理情况未填；请写明如何处理。",
        message_en="{found} problems found, and nothing said of what followed.",
        basis="湘通局信管〔2019〕8号三（五）（依规查处问责）",
    ),
    Rule(
        id="SI-05",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="抽查对象在填报单位名录中",
        title_en="who was inspected is listed",
        when=pl.col("filer_given"),
        holds=pl.col("filer_name").is_not_null(),
        fields=("target",),
        expected="名录中的企业简称 / a listed short name",
        message_zh="抽查对象“{target}”不在填报单位名录中；请核对简称，确属名录外企业的请说明。",
        message_en="“{target}” is not in the list of filers.",
        basis=FORM + "第2条",
    ),
)

KIND = define_kind(
    code="service_inspection",
    prefix="SI",
    title_zh="随机抽查记录表",
    title_en="inspections by the bureau",
    purpose_zh="管局每季度随机抽查的对象、方式、发现的问题和处理情况；由管局自己填写。",
    filers=("bureau",),
    cadence="quarterly",
    fields=FIELDS,
    rules=RULES,
    contexts=(
        Context("filer_list", ((pl.col("target"), "name"),), ("name",), "filer_", "填报单位名录", "list of filers"),
    ),
    measures=(
        Measure("inspections", "开展抽查次数", "inspections", "次", Method.COUNT, pl.len(), cells=("inspected_on",)),
        Measure(
            "inspections_found",
            "抽查发现问题",
            "problems found by inspection",
            "个",
            Method.SUM,
            pl.col("found").sum(),
            cells=("found",),
        ),
    ),
)
