"""资费水平自查表: a carrier's average prices before and now, and the fall or rise it states in words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.relation_rules import power_note, relation_rule
from contracts.relations import part_of, percent_change
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period, stands_once
from contracts.terms import ENDS, Operand, Times, stated

FORM = "本表填报说明"

FIELDS = (
    Field("code", "业务代码", "service code"),
    Field("service", "业务", "service"),
    Field("before", "上年平均资费", "average price last year", Type.DECIMAL),
    Field("now", "本年平均资费", "average price now", Type.DECIMAL),
    Field("unit", "资费单位", "unit of price"),
    Field("fall", "降幅", "stated fall", Type.QUANTITY, unit="%", note_zh="如降低15%以上；上涨的写增长3%"),
    Field("as_of", "统计截止", "as of", Type.DATE),
)
NAMES = {f.name: f for f in FIELDS}


# Which way the price went is what the words say: 降低15%以上 or 增长3%.
RISES = pl.col("fall__direction").fill_null(0) == 1
RISE_ZH = "（负数为上涨）"


def _signed(fall: Operand) -> Operand:
    """The stated change as a fall: a rise is a negative one."""

    def either(rise: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
        return pl.when(RISES).then(rise).otherwise(otherwise)

    return replace(
        fall,
        low=either(-fall.high, fall.low),
        high=either(-fall.low, fall.high),
        low_closed=either(fall.high_closed, fall.low_closed),
        high_closed=either(fall.low_closed, fall.high_closed),
        value=either(-fall.value, fall.value),
    )


def _sign_told(rule: Rule) -> Rule:
    """The rule, saying what the sign means where the prices give a rise."""

    def told(text: pl.Expr) -> pl.Expr:
        return text + pl.when(text.str.contains("-")).then(pl.lit(RISE_ZH)).otherwise(pl.lit(""))

    assert isinstance(rule.expected, pl.Expr)
    return replace(rule, expected=told(rule.expected), values={**rule.values, "implied": told(rule.values["implied"])})


FALL = percent_change(_signed(stated(NAMES["fall"])), stated(NAMES["before"]), stated(NAMES["now"]), fall=True)
# The number in 降低15%以上 itself, where the quantity is whatever it allows.
BOUND = replace(
    stated(NAMES["fall"]), key="bound of fall", high=pl.col("fall__low").cast(ENDS), high_closed=pl.lit(value=True)
)
WIDEST = Decimal("1.5")  # how far beyond its stated bound a fall may lie

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
        expected="两期均 > 0 / both > 0",
        message_zh="平均资费应大于零，现上年 {before}、本年 {now}；请核对。",
        message_en="prices {before} and {now} must be positive.",
        basis=FORM + "第1条",
    ),
    Rule(
        id="TF-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="降幅写明方向",
        title_en="the change says which way it went",
        when=pl.col("fall").is_not_null(),
        holds=(pl.col("fall__direction") != 0) | (pl.col("fall") == 0),
        fields=("fall",),
        expected="如降低15%以上、增长3% / such as 降低15%以上 (a fall), 增长3% (a rise)",
        message_zh="降幅“{fall}”没有写明是降低还是增长；请写成“降低15%以上”的样式，资费上涨的写成“增长3%”的样式。",
        message_en="“{fall}” does not say which way the price went; write 降低… for a fall, 增长… for a rise.",
        basis=FORM + "第2条",
    ),
    _sign_told(
        relation_rule(
            "TF-04",
            FALL,
            title_zh="降幅与两期资费相符",
            title_en="the change follows from the prices",
            when=pl.col("fall").is_not_null(),
            basis=FORM + "第2条",
        )
    ),
    Rule(
        id="TF-10",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="平均资费不上涨",
        title_en="the price did not rise",
        when=pl.col("fall").is_not_null(),
        holds=~RISES | (pl.col("fall") == 0),
        fields=("fall", "before", "now"),
        expected="降低或持平 / a fall, or no change",
        message_zh="资费填报“{fall}”，上年 {before}、本年 {now}，不降反升；请核对，数据无误的，请说明上涨原因。",
        message_en="the price rose, “{fall}”, from {before} to {now}; check it, and explain why if it is right.",
        basis=FORM + "第2条",
    ),
    Rule(
        id="TF-05",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="降幅不超过100%",
        title_en="no fall beyond 100 %",
        when=pl.col("fall").is_not_null(),
        holds=(pl.col("fall") >= 0) & (RISES | (pl.col("fall") <= 100)),
        fields=("fall",),
        expected="0%–100%",
        message_zh="降幅“{fall}”应在 0% 至 100% 之间，升降写在文字中（降低、增长），不写负号；请核对。",
        message_en="the fall “{fall}” is outside 0 % to 100 %; which way it went is said in words, not by a sign.",
        basis=FORM + "第2条",
    ),
    replace(
        relation_rule(
            "TF-08",
            part_of(FALL.right, Times(BOUND, WIDEST)),
            severity=Severity.EXPLAIN,
            title_zh="降幅的界限不过宽",
            title_en="the bound that is stated for a fall is near it",
            when=pl.col("fall__comparator").is_in([">", ">="]) & (pl.col("fall") > 0) & ~RISES,
            basis=FORM + "第2条",
        ),
        fields=("fall", "before", "now"),
        message_zh="降幅填报“{fall}”，而按上年“{before}”、本年“{now}”重算，比所填界限的 1.5 倍至少还多 {gap} 个百分点，"
        "界限过宽，请据实填报；确有依据的，请说明。",
        message_en="the fall is stated as “{fall}”, but from {before} to {now} it is more than 1.5 times that bound, by "
        "{gap} points at least: state what it was, or explain.",
    ),
    Rule(
        id="TF-09",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="降幅一般不超过50%",
        title_en="a fall is rarely beyond 50 %",
        when=pl.col("fall").is_not_null() & (pl.col("fall") <= 100) & ~RISES,
        holds=pl.col("fall") <= 50,
        fields=("fall",),
        expected="≤ 50%",
        message_zh="降幅“{fall}”超过 50%，较为少见；请核对两期资费和降幅，数据无误的，请说明原因。",
        message_en="a fall of “{fall}”, beyond 50 %, is rare; check the prices, and explain if it is right.",
        basis=FORM + "第2条",
    ),
    power_note("TF-07", FALL, basis=FORM + "第2条"),
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
