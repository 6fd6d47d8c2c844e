"""通信业主要指标月报: a published monthly bulletin, one indicator a row, units of its own a row."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import stands_once

FORM = "通信业主要指标月报的编制口径"
NOT_APPLICABLE = ("——", "—", "-", "--", "/")

FIELDS = (
    Field("name", "指标名称", "indicator", aliases=("指标",)),
    Field("unit", "单位", "unit", aliases=("计量单位",)),
    Field(
        "reached",
        "本月底到达",
        "reached",
        Type.DECIMAL,
        required=False,
        aliases=("本年本月止累计到达", "到达", "累计", "累计到达"),
        signed=True,
        blank_texts=NOT_APPLICABLE,
    ),
    Field(
        "growth",
        "同比增长",
        "growth on the year",
        Type.DECIMAL,
        required=False,
        aliases=("比上年同期累计", "同比", "同比增长(%)", "比上年同期累计(±%)"),
        signed=True,
        unit="%",
        blank_texts=NOT_APPLICABLE,
    ),
    Field(
        "month",
        "本月",
        "this month",
        Type.DECIMAL,
        required=False,
        optional_column=True,
        signed=True,
        blank_texts=NOT_APPLICABLE,
    ),
)
NAMES = {f.name: f for f in FIELDS}

PLAIN = pl.col("name").str.replace(r"^其中[:：]", "")


def _of(name: str) -> pl.Expr:
    return pl.col("reached").filter(PLAIN.eq(name)).first()


def _step(column: str) -> pl.Expr:
    """One unit of the last written digit."""
    decimals = pl.col(f"{column}__text").str.extract(r"\.(\d+)", 1).str.len_chars().fill_null(0)
    return pl.lit(10.0).pow(-decimals.cast(pl.Float64)).max()


PHONES = ("全省电话用户", "固定电话用户", "移动电话用户")
ALL_PHONES = pl.all_horizontal(*[PLAIN.eq(name).any() for name in PHONES])
GAP = (_of(PHONES[0]) - _of(PHONES[1]) - _of(PHONES[2])).cast(pl.Float64).abs()

RULES = (
    stands_once("MB-01", NAMES["name"], basis=FORM),
    Rule(
        id="MB-02",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="增长率不低于-100%",
        title_en="nothing falls by more than 100 %",
        when=pl.col("growth").is_not_null(),
        holds=pl.col("growth") >= -100,
        fields=("growth",),
        expected="≥ -100",
        message_zh="同比增长 {growth}% 低于 -100%。",
        message_en="growth {growth} % is below −100 %.",
        basis=FORM,
    ),
    Rule(
        id="MB-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="一月的累计等于当月",
        title_en="January's cumulative is the month's",
        when=(pl.col("_period_start").dt.month() == 1) & pl.col("month").is_not_null(),
        holds=pl.col("reached") == pl.col("month"),
        fields=("reached", "month"),
        expected=pl.col("month").cast(pl.String),
        message_zh="一月累计 {reached} 不等于当月 {month}。",
        message_en="January: cumulative {reached}, month {month}.",
        basis=FORM,
    ),
    Rule(
        id="MB-04",
        severity=Severity.MUST,
        scope=Scope.FRAME,
        title_zh="电话用户等于固定加移动",
        title_en="telephone users are fixed and mobile",
        # Three rounded figures: each may be off by half a step.
        when=ALL_PHONES,
        holds=GAP.le(1.5 * _step("reached") + 1e-9),
        fields=("reached",),
        values={"gap": GAP.round(6)},
        expected="固定电话用户与移动电话用户之和 / fixed plus mobile",
        message_zh="全省电话用户与固定、移动电话用户之和相差 {gap}，超出四舍五入的范围。",
        message_en="telephone users differ from fixed and mobile together by {gap}, more than rounding explains.",
        basis=FORM,
    ),
)


def _stated(indicator: str, zh: str, en: str, field: str, unit: str, unit_from: str | None) -> Measure:
    return Measure(
        indicator + "/{each}",
        "{each}" + zh,
        "{each}" + en,
        unit,
        Method.STATED,
        cells=(field,),
        each="name",
        unit_from=unit_from,
        where=pl.col(field).is_not_null(),
    )


KIND = define_kind(
    code="monthly_bulletin",
    prefix="MB",
    title_zh="通信业主要指标月报",
    title_en="monthly bulletin",
    purpose_zh="公开发布的通信业月度主要指标。",
    filers=("public_source", "bureau"),
    cadence="monthly",
    fields=FIELDS,
    rules=RULES,
    measures=(
        _stated("bulletin", "", "", "reached", "", "unit"),
        _stated("bulletin_growth", "同比增长", ", growth on the year", "growth", "%", None),
        _stated("bulletin_month", "（当月）", ", this month", "month", "", "unit"),
    ),
)
