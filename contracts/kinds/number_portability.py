"""携号转网情况表: numbers ported in from and out to each other carrier within the month.

What one carrier ported in from another is what that one ported out to it, so every figure is filed twice.
"""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context, Measure, Method
from contracts.relation_rules import relation_rule
from contracts.relations import within
from contracts.rule import Rule, Scope
from contracts.rule_forms import FILER, lies_in_period, names_the_filer, stands_once
from contracts.terms import stated

FORM = "本表填报说明"
MIRROR = FORM + "第3条（携入、携出双方数据应一致）"
BAND = "本框架的历史比对约定（不超过上期的三倍、不低于三分之一）"
FEWEST = 100  # below this in both periods, a threefold change says nothing

FIELDS = (
    Field("carrier", "企业", "carrier", note_zh="本企业在填报单位名录中的简称"),
    Field("counterpart", "对方企业", "other carrier", note_zh="填报单位名录中的简称，每个对方企业一行"),
    Field("ported_in", "携入", "ported in", Type.COUNT, unit="户", aliases=("携入用户", "本月携入")),
    Field("ported_out", "携出", "ported out", Type.COUNT, unit="户", aliases=("携出用户", "本月携出")),
    Field(
        "success_rate",
        "1小时内携转成功率",
        "ported within an hour",
        Type.QUANTITY,
        required=False,
        unit="%",
        aliases=("携转成功率", "成功率"),
        note_zh="如99%以上",
    ),
    Field("as_of", "统计截止日期", "counted up to", Type.DAY),
)
NAMES = {f.name: f for f in FIELDS}


def _mirror(rule_id: str, own: str, theirs: str, zh: tuple[str, str], en: tuple[str, str]) -> Rule:
    """What this carrier says of one direction is what the other one says of it."""
    return Rule(
        id=rule_id,
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh=f"本企业{NAMES[own].heading}与对方{NAMES[theirs].heading}一致",
        title_en=f"{NAMES[own].title_en} here is {NAMES[theirs].title_en} there",
        holds=pl.col(own) == pl.col(f"peer_{theirs}"),
        fields=(own, f"peer_{theirs}"),
        expected=pl.col(f"peer_{theirs}").cast(pl.String),
        message_zh=f"本企业填报{zh[0]}{{other}}{NAMES[own].heading} {{{own}}} 户，{{other}}同期填报{zh[1]}本企业{NAMES[theirs].heading} {{peer_{theirs}}} 户，二者应相等；请与{{other}}核对，本企业数据无误的，请说明原因。",
        message_en=f"{{{own}}} {NAMES[own].title_en} {en[0]} {{other}}, which filed {{peer_{theirs}}} {NAMES[theirs].title_en} {en[1]} this carrier.",
        values={"other": pl.col("counterpart")},
        basis=MIRROR,
    )


def _near_last(rule_id: str, name: str) -> Rule:
    """Of a handful of carriers no quartile means anything: a plain band round the earlier figure."""
    now, before = pl.col(name), pl.col(f"prev_{name}")
    field = NAMES[name]
    return Rule(
        id=rule_id,
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh=f"“{field.heading}”与上期相比没有大起大落",
        title_en=f"{field.title_en}: no leap since the earlier submission",
        when=pl.col("prev_given") & (pl.max_horizontal(now, before) >= FEWEST),
        holds=(now <= before * 3) & (now * 3 >= before),
        fields=(name, f"prev_{name}"),
        expected=((before + 2) // 3).cast(pl.String) + " … " + (before * 3).cast(pl.String),
        message_zh=f"与{{other}}之间的{field.heading}本期 {{{name}}} 户，上期 {{prev_{name}}} 户，相差三倍以上；请核对，数据无误的，请说明原因。",
        message_en=f"{field.title_en}, {{other}}: {{{name}}}, {{prev_{name}}} in the earlier submission.",
        values={"other": pl.col("counterpart")},
        basis=BAND,
    )


RULES = (
    stands_once("NP-01", NAMES["counterpart"], basis=FORM + "第1条（每个对方企业一行）"),
    names_the_filer("NP-02", NAMES["carrier"], basis=FORM + "第1条"),
    Rule(
        id="NP-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="对方企业不是本企业",
        title_en="the other carrier is another one",
        holds=pl.col("counterpart") != pl.col("carrier"),
        fields=("counterpart", "carrier"),
        expected="其他基础电信企业的简称 / another carrier's short name",
        message_zh="“对方企业”填写为“{counterpart}”，与本企业相同；请填写携号转网的另一方企业。",
        message_en="the other carrier is “{counterpart}”, the carrier itself.",
        basis=FORM + "第1条",
    ),
    relation_rule(
        "NP-04",
        within(stated(NAMES["success_rate"]), 0, 100),
        title_zh="携转成功率在0%至100%之间",
        title_en="the rate of success lies in 0 % to 100 %",
        when=pl.col("success_rate__text").is_not_null(),
        basis=FORM + "第4条",
    ),
    lies_in_period("NP-05", NAMES["as_of"], basis=FORM + "第2条（统计时点）"),
    _mirror("NP-06", "ported_in", "ported_out", ("自", "向"), ("from", "to")),
    _mirror("NP-07", "ported_out", "ported_in", ("向", "自"), ("to", "from")),
    _near_last("NP-08", "ported_in"),
    _near_last("NP-09", "ported_out"),
)

AS_OF = pl.col("as_of").first()


def _sum(indicator: str, name: str, zh: str, en: str) -> Measure:
    return Measure(indicator, zh, en, "户", Method.SUM, pl.col(name).sum(), cells=(name,), across=True, as_of=AS_OF)


KIND = define_kind(
    code="number_portability",
    prefix="NP",
    title_zh="携号转网情况表",
    title_en="number portability",
    purpose_zh="基础电信企业按对方企业报送当月携入、携出用户数和携转成功率。",
    filers=("basic_carrier",),
    cadence="monthly",
    fields=FIELDS,
    rules=RULES,
    total_in="counterpart",
    contexts=(
        FILER,
        Context(
            "previous",
            ((pl.col("counterpart"), "counterpart"),),
            ("ported_in", "ported_out"),
            "prev_",
            "上期报送",
            "earlier submission",
        ),
        Context(
            "peer",
            ((pl.col("counterpart"), "carrier"), (pl.col("carrier"), "counterpart")),
            ("ported_in", "ported_out"),
            "peer_",
            "对方企业同期报送",
            "submission of the other carrier",
            whose=pl.col("counterpart"),
        ),
    ),
    measures=(
        _sum("ported_in", "ported_in", "携号转网携入用户", "numbers ported in"),
        _sum("ported_out", "ported_out", "携号转网携出用户", "numbers ported out"),
    ),
)
