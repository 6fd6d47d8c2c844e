"""资费水平自查表: a carrier's average prices before and now, and the fall it states."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period, stands_once

FORM = "本表填报说明"

FIELDS = (
    Field("code", "业务代码", "service code"),
    Field("service", "业务", "service"),
    Field("before", "上年平均资费", "average price last year", Type.DECIMAL),
    Field("now", "本年平均资费", "average price now", Type.DECIMAL),
    Field("unit", "资费单位", "unit of price"),
    Field("fall", "降幅", "stated fall", Type.QUANTITY, unit="%", note_zh="如降低15%以上"),
    Field("as_of", "统计截止", "as of", Type.DATE),
)
NAMES = {f.name: f for f in FIELDS}


def _half_step(name: str) -> pl.Expr:
    """Half a unit of the last written digit: how far the price behind a rounded one can lie."""
    decimals = pl.col(f"{name}__text").str.extract(r"\.(\d+)", 1).str.len_chars().fill_null(0)
    return pl.lit(0.5) * pl.lit(10.0).pow(-decimals.cast(pl.Float64))


BEFORE, NOW = pl.col("before").cast(pl.Float64), pl.col("now").cast(pl.Float64)
LEAST = (1 - (NOW + _half_step("now")) / (BEFORE - _half_step("before"))) * 100
MOST = (1 - (NOW - _half_step("now")) / (BEFORE + _half_step("before"))) * 100

RULES = (
    stands_once("TF-01", NAMES["code"], basis=FORM + "第1条"),
    Rule(
        id="TF-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="资费大于零",
        title_en="prices are positive",
        holds=(pl.col("before") > 0) & (pl.col("now") > 0),
        fields=("before", "now"),
        expected="> 0",
        message_zh="平均资费 {before}、{now} 应大于零。",
        message_en="prices {before} and {now} must be positive.",
        basis=FORM + "第1条",
    ),
    Rule(
        id="TF-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="降幅写明方向",
        title_en="the fall says it is one",
        when=pl.col("fall").is_not_null(),
        holds=pl.col("fall__direction") == -1,
        fields=("fall",),
        expected="如降低15%以上 / such as 降低15%以上",
        message_zh="降幅“{fall}”没有写明是降低。",
        message_en="“{fall}” does not say that it is a fall.",
        basis=FORM + "第2条",
    ),
    Rule(
        id="TF-04",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="降幅可由两期资费重算",
        title_en="the fall follows from the prices",
        when=pl.col("fall").is_not_null(),
        holds=(pl.col("fall__low").is_null() | (pl.col("fall__low").cast(pl.Float64) <= MOST))
        & (pl.col("fall__high").is_null() | (pl.col("fall__high").cast(pl.Float64) >= LEAST)),
        fields=("fall", "before", "now"),
        expected=pl.lit("降低 ") + LEAST.round(2).cast(pl.String) + "%–" + MOST.round(2).cast(pl.String) + "%",
        message_zh="降幅填报“{fall}”，而由上年 {before}、本年 {now} 计算，考虑四舍五入为 {least}% 至 {most}%。",
        message_en="stated {fall}; prices {before} and {now} give {least}% to {most}% allowing for rounding.",
        values={"least": LEAST.round(2), "most": MOST.round(2)},
        basis=FORM + "第2条",
    ),
    Rule(
        id="TF-05",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="降幅不超过100%",
        title_en="no fall beyond 100 %",
        when=pl.col("fall").is_not_null(),
        holds=(pl.col("fall") > 0) & (pl.col("fall") <= 100),
        fields=("fall",),
        expected="0–100%",
        message_zh="降幅“{fall}”超出0至100%。",
        message_en="the fall “{fall}” is outside 0 to 100 %.",
        basis=FORM + "第2条",
    ),
    lies_in_period("TF-06", NAMES["as_of"], basis=FORM + "第3条（统计时点）"),
)

KIND = define_kind(
    code="tariffs",
    prefix="TF",
    title_zh="资费水平自查表",
    title_en="tariff self-check",
    purpose_zh="基础电信企业自查平均资费及降幅。",
    filers=("basic_carrier",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    measures=(
        Measure(
            "tariff/{code}",
            "{name}平均资费变化",
            "{name}: change of average price",
            "%",
            Method.STATED,
            cells=("fall",),
            code="code",
            name="service",
            across=True,
            as_of=pl.col("as_of").first(),
        ),
    ),
)
