"""电信服务自查表: what a carrier checked of its own service, what it found and what of that was put right."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period, stands_once

# Quarterly by 三（三）, half-yearly by 四（三）四, which names article 18 of 《电信服务质量监督管理暂行办法》.
DUTY = "湘通局信管〔2019〕8号三（三）、四（三）四"
FORM = "本表填报说明"
OWN, JOINT = "自营", "合作经营"

FIELDS = (
    Field("project", "自查项目", "what was checked", length=(4, 60)),
    Field("run_by", "经营方式", "run by", Type.CHOICE, choices=(OWN, JOINT)),
    Field("checked_on", "自查日期", "checked on", Type.DATE, note_zh="可填日、月或起止日期"),
    Field("result", "自查情况", "what was found", length=(4, 500)),
    Field("found", "发现问题数", "problems found", Type.COUNT, unit="个"),
    Field("fixed", "已整改数", "put right", Type.COUNT, unit="个"),
    Field("fixing", "整改中", "being put right", Type.COUNT, unit="个"),
    Field("cause", "未整改原因", "why not yet", required=False, note_zh="有整改中的写明原因和时限"),
)
NAMES = {f.name: f for f in FIELDS}
MADE = pl.col("fixed") + pl.col("fixing")

RULES = (
    stands_once("SC-01", NAMES["project"], basis=FORM + "第1条"),
    Rule(
        id="SC-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="发现的问题等于已整改与整改中之和",
        title_en="found = put right + being put right",
        holds=pl.col("found") == MADE,
        fields=("found", "fixed", "fixing"),
        expected=MADE.cast(pl.String),
        message_zh="发现问题 {found} 个，而已整改 {fixed} 个与整改中 {fixing} 个合计 {made} 个；请核对三项。",
        message_en="{found} found, but {fixed} put right and {fixing} being put right make {made}.",
        values={"made": MADE},
        basis=DUTY + "（针对排查中发现的问题，立即改正）",
    ),
    lies_in_period("SC-03", NAMES["checked_on"], basis=DUTY),
    Rule(
        id="SC-04",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="整改中的问题写明原因",
        title_en="what is not yet right has its cause",
        when=pl.col("fixing") > 0,
        holds=pl.col("cause").is_not_null() & ~pl.col("cause").is_in(["无", "没有"]),
        fields=("cause", "fixing"),
        expected="未整改的原因和时限 / the cause, and by when",
        message_zh="尚有 {fixing} 个问题在整改中，未写明原因；方案要求立即改正，请说明为何尚未改正、何时改正。",
        message_en="{fixing} being put right, and no cause is given; say why not at once, and by when.",
        basis=DUTY + "（立即改正）",
    ),
    Rule(
        id="SC-05",
        severity=Severity.EXPLAIN,
        scope=Scope.FRAME,
        title_zh="自查覆盖自营和合作经营",
        title_en="what is run alone and with others was checked",
        holds=pl.col("run_by").drop_nulls().n_unique() == 2,
        fields=("run_by",),
        expected=f"{OWN}、{JOINT}",
        message_zh="全表只有“{there}”业务的自查；方案要求覆盖自营及合作经营的所有业务，没有另一类业务的请说明。",
        message_en="only {there} was checked; the plan asks for both: explain if there is no other.",
        values={"there": pl.col("run_by").drop_nulls().first()},
        basis=DUTY + "（排查工作应覆盖自营及合作经营的所有业务）",
    ),
)


def _sum(indicator: str, field: str, zh: str, en: str) -> Measure:
    return Measure(indicator, zh, en, "个", Method.SUM, pl.col(field).sum(), cells=(field,), across=True)


KIND = define_kind(
    code="service_self_check",
    prefix="SC",
    title_zh="电信服务自查表",
    title_en="self-check of service",
    purpose_zh="企业对照电信服务标准自查的项目、发现的问题和整改情况；每季度、每半年报送。",
    filers=("basic_carrier", "value_added"),
    cadence="half-yearly",
    fields=FIELDS,
    rules=RULES,
    total_in="project",
    measures=(
        _sum("self_check_found", "found", "自查发现问题", "problems found by self-check"),
        _sum("self_check_fixed", "fixed", "自查已整改问题", "problems put right"),
        Measure(
            "self_check_fixed_rate",
            "自查问题整改率",
            "share of problems put right",
            "%",
            Method.RATIO,
            of=("self_check_fixed", "self_check_found"),
            across=True,
        ),
    ),
)
