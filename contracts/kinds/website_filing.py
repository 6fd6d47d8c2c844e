"""网站备案与违法违规网站处置表: cumulative counts within the year and the filing rate as written."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context, Measure, Method
from contracts.relation_rules import relation_rule
from contracts.relations import within
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period
from contracts.terms import stated

FORM = "本表填报说明"

CADENCES = ("次/日", "次/周", "次/月", "次/季", "次/半年", "次/年")

FIELDS = (
    Field("filing_rate", "网站备案率", "website filing rate", Type.QUANTITY, unit="%"),
    Field("found", "应处置违法违规网站", "illegal websites to be handled", Type.COUNT, unit="个"),
    Field("handled", "累计处置违法违规网站", "illegal websites handled", Type.COUNT, unit="个"),
    Field("blacklisted", "其中加入黑名单", "of them blacklisted", Type.COUNT, unit="个"),
    Field(
        "list_cadence",
        "未备案网站数据下发频次",
        "how often lists are issued",
        Type.QUANTITY,
        required=False,
        units=CADENCES,
    ),
    Field("as_of", "统计截止", "as of", Type.DAY, aliases=("统计截止日期",)),
)
NAMES = {f.name: f for f in FIELDS}


def _never_falls(rule_id: str, field: str, zh: str, en: str) -> Rule:
    """A count of the year up to the day is at least what it was in the same year's earlier submission."""
    before = "prev_" + field
    return Rule(
        id=rule_id,
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh=f"{zh}不低于上期",
        title_en=f"a cumulative count never falls: {en}",
        when=pl.col("prev_given") & (pl.col("prev_as_of").dt.year() == pl.col("as_of").dt.year()),
        holds=pl.col(field) >= pl.col(before),
        fields=(field, before),
        expected=pl.lit("≥ ") + pl.col(before).cast(pl.String),
        message_zh=f"{zh}本期 {{{field}}} 个，低于上期 {{{before}}} 个；累计数不应减少，如有核减请更正上期并说明。",
        message_en=f"{{{field}}} {en}, {{{before}}} last time.",
        basis=FORM + "第1条",
    )


RULES = (
    Rule(
        id="WF-01",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="处置不超过应处置",
        title_en="no more handled than found",
        holds=pl.col("handled") <= pl.col("found"),
        fields=("handled", "found"),
        expected=pl.lit("≤ ") + pl.col("found").cast(pl.String),
        message_zh="累计处置 {handled} 个，超过应处置 {found} 个；请核对两项。",
        message_en="{handled} handled of {found} found.",
        basis=FORM + "第1条",
    ),
    Rule(
        id="WF-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="黑名单不超过处置",
        title_en="no more blacklisted than handled",
        holds=pl.col("blacklisted") <= pl.col("handled"),
        fields=("blacklisted", "handled"),
        expected=pl.lit("≤ ") + pl.col("handled").cast(pl.String),
        message_zh="加入黑名单 {blacklisted} 个，超过累计处置 {handled} 个；请核对两项。",
        message_en="{blacklisted} blacklisted of {handled} handled.",
        basis=FORM + "第1条",
    ),
    relation_rule(
        "WF-03",
        within(stated(NAMES["filing_rate"]), 0, 100),
        title_zh="备案率在0%至100%之间",
        title_en="the rate lies in 0 % to 100 %",
        basis=FORM + "第2条",
    ),
    _never_falls("WF-04", "handled", "累计处置", "handled"),
    lies_in_period("WF-05", NAMES["as_of"], basis=FORM + "第3条"),
    Rule(
        id="WF-06",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="应处置的全部处置",
        title_en="all that were found were handled",
        holds=pl.col("handled") >= pl.col("found"),  # more is another rule's business
        fields=("handled", "found"),
        expected=pl.col("found").cast(pl.String),
        message_zh="应处置 {found} 个，累计处置 {handled} 个，尚有 {left} 个未处置；请核对两项，未全部处置的，请说明。",
        message_en="{handled} of {found} handled, {left} are not; check the two, and explain if it is so.",
        values={"left": pl.col("found") - pl.col("handled")},
        basis=FORM + "第1条",
    ),
    _never_falls("WF-07", "found", "应处置", "found"),
    _never_falls("WF-08", "blacklisted", "加入黑名单", "blacklisted"),
    Rule(
        id="WF-09",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="备案率不低于上期",
        title_en="the filing rate does not fall",
        when=pl.col("prev_given"),
        holds=pl.col("filing_rate__low") >= pl.col("prev_filing_rate__low"),
        fields=("filing_rate", "prev_filing_rate"),
        expected=pl.lit("≥ ") + pl.col("prev_filing_rate__text"),
        message_zh="网站备案率本期“{filing_rate}”，低于上期“{prev_filing_rate}”；请核对，备案率确有下降的，请说明原因。",
        message_en="filing rate {filing_rate}, {prev_filing_rate} last time; check it, and explain if it fell.",
        basis=FORM + "第2条",
    ),
    Rule(
        id="WF-10",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="数据下发频次与上期一致",
        title_en="lists are issued as often as before",
        when=pl.col("prev_given") & pl.col("list_cadence").is_not_null(),
        holds=pl.col("prev_list_cadence").is_null()
        | (
            (pl.col("list_cadence") == pl.col("prev_list_cadence"))
            & (pl.col("list_cadence__unit") == pl.col("prev_list_cadence__unit"))
        ),
        fields=("list_cadence", "prev_list_cadence"),
        expected=pl.col("prev_list_cadence__text"),
        message_zh="未备案网站数据下发频次本期“{list_cadence}”，上期“{prev_list_cadence}”；请核对，频次确有调整的，请说明。",
        message_en="lists are issued {list_cadence}, {prev_list_cadence} last time; check it, and explain if it changed.",
        basis=FORM + "第4条（下发频次）",
    ),
)

AS_OF = pl.col("as_of").first()
_RATE = ("filing_rate", "filing_rate__low", "filing_rate__text")
_CADENCE = ("list_cadence", "list_cadence__unit", "list_cadence__text")
BEFORE = ("found", "handled", "blacklisted", "as_of", *_RATE, *_CADENCE)  # of the earlier submission


def _sum(indicator: str, field: str, zh: str, en: str) -> Measure:
    return Measure(indicator, zh, en, "个", Method.SUM, pl.col(field).sum(), cells=(field,), across=True, as_of=AS_OF)


KIND = define_kind(
    code="website_filing",
    prefix="WF",
    title_zh="网站备案与处置情况表",
    title_en="website filing",
    purpose_zh="网站备案率和违法违规网站累计处置情况。",
    filers=("department",),
    cadence="monthly",
    fields=FIELDS,
    rules=RULES,
    contexts=(Context("previous", (), BEFORE, "prev_", "上期报送", "earlier submission"),),
    measures=(
        Measure(
            "website_filing_rate",
            "网站备案率",
            "website filing rate",
            "%",
            Method.STATED,
            cells=("filing_rate",),
            as_of=AS_OF,
        ),
        _sum("sites_found", "found", "应处置违法违规网站", "illegal websites to be handled"),
        _sum("sites_handled", "handled", "累计处置违法违规网站", "illegal websites handled"),
        _sum("sites_blacklisted", "blacklisted", "加入黑名单网站", "websites blacklisted"),
        Measure(
            "sites_handled_rate",
            "违法违规网站处置率",
            "illegal website handling rate",
            "%",
            Method.RATIO,
            of=("sites_handled", "sites_found"),
            across=True,
            as_of=AS_OF,
        ),
        Measure(
            "site_list_cadence",
            "未备案网站数据下发频次",
            "how often lists of unfiled sites are issued",
            "次/周",
            Method.STATED,
            cells=("list_cadence",),
            where=pl.col("list_cadence").is_not_null(),
        ),
    ),
)
