"""网站备案与违法违规网站处置表: cumulative counts within the year and the filing rate as written."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context, Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period

FORM = "本表填报说明"

FIELDS = (
    Field("filing_rate", "网站备案率", "website filing rate", Type.QUANTITY, unit="%"),
    Field("found", "应处置违法违规网站", "illegal websites to be handled", Type.COUNT, unit="个"),
    Field("handled", "累计处置违法违规网站", "illegal websites handled", Type.COUNT, unit="个"),
    Field("blacklisted", "其中加入黑名单", "of them blacklisted", Type.COUNT, unit="个"),
    Field("list_cadence", "未备案网站数据下发频次", "how often lists are issued", Type.QUANTITY, required=False),
    Field("as_of", "统计截止", "as of", Type.DAY, aliases=("统计截止日期",)),
)
NAMES = {f.name: f for f in FIELDS}

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
        message_zh="累计处置 {handled} 个，超过应处置 {found} 个。",
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
        message_zh="加入黑名单 {blacklisted} 个，超过累计处置 {handled} 个。",
        message_en="{blacklisted} blacklisted of {handled} handled.",
        basis=FORM + "第1条",
    ),
    Rule(
        id="WF-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="备案率在0至100之间",
        title_en="the rate lies in 0 to 100",
        holds=pl.col("filing_rate").is_between(0, 100),
        fields=("filing_rate",),
        expected="0–100%",
        message_zh="网站备案率“{filing_rate}”超出0至100%。",
        message_en="the filing rate “{filing_rate}” is outside 0 to 100 %.",
        basis=FORM + "第2条",
    ),
    Rule(
        id="WF-04",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="累计处置不低于上期",
        title_en="a cumulative count never falls",
        when=pl.col("prev_given") & (pl.col("prev_as_of").dt.year() == pl.col("as_of").dt.year()),
        holds=pl.col("handled") >= pl.col("prev_handled"),
        fields=("handled", "prev_handled"),
        expected=pl.lit("≥ ") + pl.col("prev_handled").cast(pl.String),
        message_zh="累计处置 {handled} 个，低于上期 {prev_handled} 个。",
        message_en="{handled} handled, {prev_handled} last time.",
        basis=FORM + "第1条",
    ),
    lies_in_period("WF-05", NAMES["as_of"], basis=FORM + "第3条"),
)

AS_OF = pl.col("as_of").first()


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
    contexts=(Context("previous", (), ("handled", "as_of"), "prev_", "上期报送", "earlier submission"),),
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
