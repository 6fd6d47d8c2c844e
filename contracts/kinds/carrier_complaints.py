"""基础电信企业用户申诉分类统计表: published complaints by carrier and class, with shares and rates."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import stands_once

FORM = "申诉分类统计表的编制口径"

FIELDS = (
    Field("carrier", "企业", "carrier"),
    Field("service", "用户服务", "user service", Type.COUNT, unit="人次", aliases=("申诉量/用户服务",)),
    Field("quality", "网络质量", "network quality", Type.COUNT, unit="人次", aliases=("申诉量/网络质量",)),
    Field("billing", "收费争议", "billing", Type.COUNT, unit="人次", aliases=("申诉量/收费争议",)),
    Field("total", "企业总量", "all", Type.COUNT, unit="人次", aliases=("申诉量/企业总量",)),
    Field("share", "申诉量占比", "share of complaints", Type.QUANTITY, unit="%"),
    Field("user_share", "用户占比", "share of users", Type.QUANTITY, unit="%"),
    Field(
        "rate",
        "本季度",
        "complaints per million users",
        Type.DECIMAL,
        aliases=("季度用户申诉率/本季度", "季度用户申诉率"),
    ),
    Field(
        "rate_growth",
        "较前季度增长",
        "change on the quarter",
        Type.QUANTITY,
        unit="%",
        aliases=("季度用户申诉率/较前季度增长",),
    ),
)
NAMES = {f.name: f for f in FIELDS}

SHARE = pl.col("total").cast(pl.Float64) / pl.col("total").sum() * 100

RULES = (
    Rule(
        id="CC-01",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="总量等于各类之和",
        title_en="the total is the sum of the classes",
        holds=pl.col("total") == pl.col("service") + pl.col("quality") + pl.col("billing"),
        fields=("total", "service", "quality", "billing"),
        expected=(pl.col("service") + pl.col("quality") + pl.col("billing")).cast(pl.String),
        message_zh="企业总量 {total} 不等于 {service}、{quality}、{billing} 之和。",
        message_en="{total} is not {service} + {quality} + {billing}.",
        basis=FORM,
    ),
    Rule(
        id="CC-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="占比可由总量重算",
        title_en="the share follows from the totals",
        holds=(pl.col("share__low").cast(pl.Float64) <= SHARE) & (pl.col("share__high").cast(pl.Float64) >= SHARE),
        fields=("share", "total"),
        expected=SHARE.round(2).cast(pl.String) + "%",
        message_zh="申诉量占比 {share}，由总量 {total} 计算为 {computed}%。",
        message_en="share {share}; the totals give {computed} %.",
        values={"computed": SHARE.round(2)},
        basis=FORM,
    ),
    stands_once("CC-03", NAMES["carrier"], basis=FORM),
)


def _each(indicator: str, field: str, zh: str, en: str) -> Measure:
    return Measure(
        indicator + "/{each}",
        "{each}" + zh,
        "{each}: " + en,
        "人次",
        Method.SUM,
        pl.col(field).sum(),
        cells=(field,),
        each="carrier",
    )


def _stated(indicator: str, field: str, zh: str, en: str, unit: str) -> Measure:
    title_zh, title_en = "{each}" + zh, "{each}: " + en
    return Measure(indicator + "/{each}", title_zh, title_en, unit, Method.STATED, cells=(field,), each="carrier")


KIND = define_kind(
    code="carrier_complaints",
    prefix="CC",
    title_zh="用户申诉分类统计表",
    title_en="complaints by carrier",
    purpose_zh="公开发布的分企业、分类别用户申诉统计。",
    filers=("public_source", "bureau"),
    cadence="quarterly",
    fields=FIELDS,
    rules=RULES,
    measures=(
        _each("complaints_by_carrier", "total", "申诉总量", "complaints"),
        _each("complaints_service", "service", "用户服务类申诉", "complaints about service"),
        _each("complaints_quality", "quality", "网络质量类申诉", "complaints about network quality"),
        _each("complaints_billing", "billing", "收费争议类申诉", "complaints about billing"),
        Measure(
            "complaints_all",
            "基础电信企业申诉总量",
            "all complaints",
            "人次",
            Method.SUM,
            pl.col("total").sum(),
            cells=("total",),
        ),
        _stated("complaint_share", "share", "申诉量占比", "share of complaints", "%"),
        _stated("complaints_per_million", "rate", "季度用户申诉率", "complaints per million users", "人次/百万用户"),
        _stated("complaints_growth", "rate_growth", "申诉率较前季度增长", "change of the rate", "%"),
    ),
)
