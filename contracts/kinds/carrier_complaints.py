"""基础电信企业用户申诉分类统计表: published complaints by carrier and class, with shares and rates."""

from __future__ import annotations

from itertools import product

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context, Measure, Method
from contracts.readings import Reading
from contracts.relation_rules import gap_text, relation_rule
from contracts.relations import percent_change, share_of, within
from contracts.rule import Rule, Scope
from contracts.rule_forms import stands_once
from contracts.terms import added_up, stated

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
READINGS: tuple[Reading, ...] = ("rounded", "truncated")
# Where nobody complained, or nobody is a user, no number of users follows.
ASKED = ((pl.col("total") > 0) & (pl.col("user_share") != 0) & pl.col("rate").is_not_null()).fill_null(value=False)
_IDLE = 1e-9  # what dividing in binary may leave over, of one


CLASSES = ("service", "quality", "billing")
_TIMES = 2.0  # how much more, or less, of a class a carrier may have than the others together
_SPREAD = 4.0  # standard deviations of a count of complaints; what lies within is chance


def _like_the_others(field: Field) -> pl.Expr:
    """Whether a class makes up of a carrier's complaints about what it makes up of all other carriers' together."""
    own = pl.col(field.name).cast(pl.Float64)
    every = pl.sum_horizontal([pl.col(name) for name in CLASSES], ignore_nulls=False).cast(pl.Float64)
    usual = every * (own.sum() - own) / (every.sum() - every)
    near = own.is_between(usual / _TIMES, usual * _TIMES)
    return near | ((own - usual).abs() <= _SPREAD * pl.max_horizontal(own, usual).sqrt())


def _class_like_the_others(rule_id: str, field: Field) -> Rule:
    heading, title = field.heading, field.title_en
    complete = pl.all_horizontal(pl.col(name).is_not_null().all() for name in CLASSES)
    every = pl.sum_horizontal([pl.col(name) for name in CLASSES], ignore_nulls=False)
    return Rule(
        id=rule_id,
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh=f"“{heading}”占企业申诉的比重与其他企业相近",
        title_en=f"{title}: about as large a part of the complaints as with the other carriers",
        when=complete & (every.sum() > every),
        holds=_like_the_others(field),
        fields=(field.name, *(name for name in CLASSES if name != field.name)),
        expected=pl.lit("约 ") + _share(field, others=True) + "%",
        message_zh=f"{{carrier}}“{heading}”{{{field.name}}} 人次，占其申诉的 {{own}}%，而其他企业合计为 {{others}}%，"
        "相差一倍以上；请核对各类申诉量是否错列，数据无误的，请说明原因。",
        message_en=f"{{carrier}}: {title} {{{field.name}}} is {{own}} % of its complaints, but {{others}} % with the "
        "others together, more than twice apart; check whether columns were exchanged, and explain if it is right.",
        values={"carrier": pl.col("carrier"), "own": _share(field), "others": _share(field, others=True)},
        basis=FORM,
    )


def _share(field: Field, *, others: bool = False) -> pl.Expr:
    """A class in percent of a carrier's complaints, or of all other carriers', for a reader."""
    own = pl.col(field.name).cast(pl.Float64)
    every = pl.sum_horizontal([pl.col(name) for name in CLASSES]).cast(pl.Float64)
    part, whole = (own.sum() - own, every.sum() - every) if others else (own, every)
    return (part / whole * 100).round(1).cast(pl.String)


def _all_of_it(rule_id: str, field: Field) -> Rule:
    """The shares of all carriers are together 100 %, as precisely as each is stated."""
    whole = within(added_up(stated(field)), 100, 100)
    heading = field.heading
    return Rule(
        id=rule_id,
        severity=Severity.MUST,
        scope=Scope.FRAME,
        title_zh=f"各企业{heading}之和为100%",
        title_en=f"{field.title_en}: 100 % in all",
        holds=whole.holds,
        fields=(field.name,),
        expected="= 100%",
        message_zh=f"各企业{heading}之和为 {{sum}}%，应为 100%，至少相差 {{gap}} 个百分点，四舍五入或截位都不能解释；"
        "请核对各企业的占比，更正后重新报送。",
        message_en=f"{field.title_en}: {{sum}} % in all, {{gap}} points from 100 % at least, more than rounding "
        "explains; check the shares, correct and file again.",
        values={"sum": pl.col(field.name).sum(), "gap": whole.told(lambda answer: gap_text(answer.gap))},
        basis=FORM,
    )


def _ends(name: str, reading: Reading) -> tuple[pl.Expr, pl.Expr]:
    """The least and the most, not below zero, that a number may stand for, as floats; an unstated end is open."""
    one = stated(NAMES[name])
    low, high = one.low, one.high
    if reading == "truncated":
        low = pl.when(one.step.is_null()).then(one.low).otherwise(one.value)
        high = pl.when(one.step.is_null()).then(one.high).otherwise(one.value + one.step)
    ends = low.cast(pl.Float64).fill_null(0.0), high.cast(pl.Float64).fill_null(float("inf"))
    return ends[0].clip(0.0), ends[1].clip(0.0)


def _users(rate: Reading, share: Reading) -> tuple[pl.Expr, pl.Expr]:
    """The users of all carriers that one carrier's row implies, in hundreds of millions: 人次 ÷ 人次/百万户 ÷ %."""
    (rate_low, rate_high), (share_low, share_high) = _ends("rate", rate), _ends("user_share", share)
    total = pl.col("total").cast(pl.Float64)
    return total / (rate_high * share_high) * (1 - _IDLE), total / (rate_low * share_low) * (1 + _IDLE)


def _share_a_point(readings: tuple[Reading, Reading]) -> pl.Expr:
    """Whether some number of users is allowed by the rows of all carriers, if their digits are read in one way."""
    low, high = _users(*readings)
    return low.filter(ASKED).max() <= high.filter(ASKED).min()


def _users_by_carrier() -> pl.Expr:
    """甲电信 12.86～13.01、… of rounded digits, for a reader."""
    low, high = (end.round(3).cast(pl.String) for end in _users("rounded", "rounded"))
    return (pl.col("carrier") + " " + low + "～" + high).filter(ASKED).str.join("、")


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
        message_zh="企业总量填报 {total}，而用户服务 {service}、网络质量 {quality}、收费争议 {billing} 之和为 {sum}，二者应相等；请核对总量和各类申诉量。",
        message_en="{total} is not {service} + {quality} + {billing} = {sum}.",
        values={"sum": pl.col("service") + pl.col("quality") + pl.col("billing")},
        basis=FORM,
    ),
    relation_rule(
        "CC-02",
        share_of(stated(NAMES["share"]), stated(NAMES["total"]), added_up(stated(NAMES["total"]))),
        title_zh="占比与总量相符",
        title_en="the share follows from the totals",
        basis=FORM,
    ),
    stands_once("CC-03", NAMES["carrier"], basis=FORM),
    _all_of_it("CC-04", NAMES["share"]),
    _all_of_it("CC-05", NAMES["user_share"]),
    Rule(
        id="CC-06",
        severity=Severity.MUST,
        scope=Scope.FRAME,
        title_zh="各企业的申诉率和用户占比出自同一用户总数",
        title_en="rates and shares of users imply one number of users",
        when=(ASKED.sum() > 1),
        holds=pl.any_horizontal(_share_a_point(readings) for readings in product(READINGS, READINGS)),
        fields=("total", "rate", "user_share"),
        expected="各企业相同 / the same for all",
        message_zh="企业总量 ÷（本季度申诉率 × 用户占比）应得出同一用户总数，现推算为{users}（亿户），四舍五入或截位都不能解释；"
        "请核对各企业的申诉总量、申诉率和用户占比，更正后重新报送。",
        message_en="total ÷ (rate × share of users) should be one number of users, but is {users} (hundreds of "
        "millions), more apart than rounding explains; check the three columns, correct and file again.",
        values={"users": _users_by_carrier()},
        basis=FORM,
    ),
    relation_rule(
        "CC-07",
        percent_change(
            stated(NAMES["rate_growth"]),
            stated(NAMES["rate"], "before_", "上季度统计表的", "last quarter's "),
            stated(NAMES["rate"]),
        ),
        severity=Severity.EXPLAIN,
        title_zh="较前季度增长与上季度统计表相符",
        title_en="the change on the quarter follows from last quarter's table",
        # A carrier that was not there has no change to follow from; without any table it cannot be told.
        when=pl.col("before_given") & (pl.col("before_rate").is_not_null() | pl.col("before_given").is_null()),
        basis=FORM,
    ),
    *(_class_like_the_others(f"CC-{number:02}", NAMES[name]) for number, name in enumerate(CLASSES, 8)),
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
    contexts=(
        Context(
            "period_before",
            ((pl.col("carrier"), "carrier"),),
            ("rate", "rate__text"),
            "before_",
            "上季度统计表",
            "table of last quarter",
        ),
    ),
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
