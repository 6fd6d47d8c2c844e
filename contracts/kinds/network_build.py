"""网络建设情况表: a carrier's cumulative counts by prefecture (5G stations, data centres, racks).

A shared station is counted once as built and by every operator that opened it, so that
opened = built + opened on a partner's sites.
"""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Meaning, Type
from contracts.finding import Severity
from contracts.history import moves_with_the_others
from contracts.kind import define_kind
from contracts.measure import Context, Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period, stands_once

SHARING = "本表填报说明第2条（共建共享：一个站点建成计一次，各开通方各计一次）"
FORM = "本表填报说明"
BAND = "本框架的历史比对约定（Hidiroglou–Berthelot 区间）"

FIELDS = (
    Field("area", "设区市", "prefecture", aliases=("地市", "市州")),
    Field(
        "g5_built",
        "累计建成5G基站",
        "5G stations built",
        Type.COUNT,
        unit="个",
        aliases=("5G基站累计建成", "5G基站/累计建成"),
    ),
    Field(
        "g5_opened",
        "累计开通5G基站",
        "5G stations opened",
        Type.COUNT,
        unit="个",
        aliases=("5G基站累计开通", "5G基站/累计开通"),
    ),
    Field(
        "g5_shared",
        "其中共享开通",
        "opened on a partner's sites",
        Type.COUNT,
        unit="个",
        aliases=("5G基站其中共享开通", "5G基站/其中共享开通"),
        note_zh="使用共享方承建的站点开通的数量，无共享填0",
    ),
    Field(
        "shared_with",
        "共享方",
        "sharing partner",
        required=False,
        aliases=("5G基站共享方", "5G基站/共享方"),
        words=tuple((word, Meaning.MISSING) for word in ("无", "——", "-")),
    ),
    Field(
        "dc_opening",
        "年初数据中心",
        "data centres at the start of the year",
        Type.COUNT,
        unit="座",
        aliases=("数据中心年初数", "数据中心/年初数"),
    ),
    Field(
        "dc_added",
        "本年新增数据中心",
        "data centres added this year",
        Type.COUNT,
        unit="座",
        aliases=("数据中心本年新增", "数据中心/本年新增"),
    ),
    Field(
        "dc_added_hyper",
        "其中超大型",
        "of them hyperscale",
        Type.COUNT,
        unit="座",
        aliases=("数据中心其中超大型", "数据中心/其中超大型"),
    ),
    Field(
        "dc_added_large",
        "其中大型",
        "of them large",
        Type.COUNT,
        unit="座",
        aliases=("数据中心其中大型", "数据中心/其中大型"),
    ),
    Field(
        "dc_removed",
        "本年减少数据中心",
        "data centres removed this year",
        Type.COUNT,
        unit="座",
        aliases=("数据中心本年减少", "数据中心/本年减少"),
    ),
    Field(
        "dc_closing",
        "期末数据中心",
        "data centres at the end",
        Type.COUNT,
        unit="座",
        aliases=("数据中心期末数", "数据中心/期末数"),
    ),
    Field("racks_added", "本年新增机架", "racks added this year", Type.COUNT, unit="个", note_zh="折算2.5kW标准机架"),
    Field("as_of", "统计截止日期", "counted up to", Type.DAY),
)
CUMULATIVE = ("g5_built", "g5_opened")
YEARLY = ("dc_added", "dc_removed", "racks_added")
HEADING = {f.name: f for f in FIELDS}


def _never_falls(name: str, *, same_year: bool) -> Rule:
    field = HEADING[name]
    year = pl.col("as_of").dt.year() == pl.col("prev_as_of").dt.year()
    return Rule(
        id=f"NB-{name}-falls",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh=f"“{field.heading}”为累计数，不低于上期",
        title_en=f"{field.title_en}: a cumulative count never falls",
        when=pl.col("prev_given") & year if same_year else pl.col("prev_given"),
        holds=pl.col(name) >= pl.col(f"prev_{name}"),
        fields=(name, f"prev_{name}"),
        expected=pl.lit("≥ ") + pl.col(f"prev_{name}").cast(pl.String),
        message_zh=f"{{area}}“{field.heading}”本期 {{{name}}}，低于上期 {{prev_{name}}}；累计数不应减少，如有核减请更正上期并说明。",
        message_en=f"{{area}}: {field.title_en} fell from {{prev_{name}}} to {{{name}}}.",
        values={"area": pl.col("area")},
        basis=FORM + "第3条（累计口径）",
    )


RULES = (
    Rule(
        id="NB-01",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="建成等于开通减共享",
        title_en="built = opened − shared",
        holds=pl.col("g5_built") == pl.col("g5_opened") - pl.col("g5_shared"),
        fields=("g5_built", "g5_opened", "g5_shared"),
        expected=(pl.col("g5_opened") - pl.col("g5_shared")).cast(pl.String),
        message_zh="累计建成填报 {g5_built}，而累计开通 {g5_opened} 减其中共享开通 {g5_shared} 为 {own}，二者应相等；请核对三项。",
        message_en="built {g5_built} is not opened {g5_opened} less shared {g5_shared}, which is {own}.",
        values={"own": pl.col("g5_opened") - pl.col("g5_shared")},
        basis=SHARING,
    ),
    Rule(
        id="NB-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="共享开通须注明共享方",
        title_en="sharing names its partner",
        when=pl.col("g5_shared") > 0,
        holds=pl.col("shared_with").is_not_null(),
        fields=("shared_with", "g5_shared"),
        expected="共享方企业简称，如江西联通 / the partner's short name",
        message_zh="共享开通 {g5_shared} 个，但未填写共享方；请填写共享方企业简称。",
        message_en="{g5_shared} opened by sharing, but no partner is named.",
        basis=SHARING,
    ),
    stands_once("NB-03", HEADING["area"], basis=FORM + "第1条（每个设区市一行）"),
    Rule(
        id="NB-04",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="期末等于年初加新增、减去减少",
        title_en="closing = opening + added − removed",
        holds=pl.col("dc_closing") == pl.col("dc_opening") + pl.col("dc_added") - pl.col("dc_removed"),
        fields=("dc_closing", "dc_opening", "dc_added", "dc_removed"),
        expected=(pl.col("dc_opening") + pl.col("dc_added") - pl.col("dc_removed")).cast(pl.String),
        message_zh="期末数据中心填报 {dc_closing} 座，而年初 {dc_opening} 加新增 {dc_added} 减去减少 {dc_removed} 为 {computed} 座，二者应相等；请核对四项。",
        message_en="closing {dc_closing} is not {dc_opening} + {dc_added} − {dc_removed} = {computed}.",
        values={"computed": pl.col("dc_opening") + pl.col("dc_added") - pl.col("dc_removed")},
        basis=FORM + "第4条（存量与流量）",
    ),
    Rule(
        id="NB-05",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="其中项不超过新增",
        title_en="parts do not exceed the additions",
        holds=pl.col("dc_added_hyper") + pl.col("dc_added_large") <= pl.col("dc_added"),
        fields=("dc_added", "dc_added_hyper", "dc_added_large"),
        expected=pl.lit("≥ ") + (pl.col("dc_added_hyper") + pl.col("dc_added_large")).cast(pl.String),
        message_zh="本年新增数据中心 {dc_added} 座，少于其中超大型 {dc_added_hyper} 座与大型 {dc_added_large} 座之和；请核对新增数和其中项。",
        message_en="{dc_added} added is less than {dc_added_hyper} hyperscale and {dc_added_large} large together.",
        basis=FORM + "第4条",
    ),
    lies_in_period("NB-06", HEADING["as_of"], basis=FORM + "第5条（统计时点）"),
    Rule(
        id="NB-07",
        severity=Severity.MUST,
        scope=Scope.FRAME,
        title_zh="全表统计截止日期一致",
        title_en="one cut-off in the whole form",
        holds=pl.col("as_of").drop_nulls().n_unique() == 1,
        fields=("as_of",),
        expected="同一日期 / one day",
        message_zh="表中有 {days} 个不同的统计截止日期，全表应为同一日；请统一。",
        message_en="{days} different cut-off days; expected one.",
        values={"days": pl.col("as_of").drop_nulls().n_unique()},
        basis=FORM + "第5条（统计时点）",
    ),
    Rule(
        id="NB-08",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="年内年初数不变",
        title_en="the opening stock stays within a year",
        when=pl.col("prev_given") & (pl.col("as_of").dt.year() == pl.col("prev_as_of").dt.year()),
        holds=pl.col("dc_opening") == pl.col("prev_dc_opening"),
        fields=("dc_opening", "prev_dc_opening"),
        expected=pl.col("prev_dc_opening").cast(pl.String),
        message_zh="年初数据中心本期填报 {dc_opening} 座，上期填报 {prev_dc_opening} 座，同一年内应不变；请核对，确需调整的请先更正上期。",
        message_en="the opening stock is {dc_opening}, last time it was {prev_dc_opening}.",
        basis=FORM + "第4条",
    ),
    Rule(
        id="NB-09",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="共享开通不超过共享方建成",
        title_en="no more is shared than the partner built",
        when=pl.col("g5_shared") > 0,
        holds=pl.col("g5_shared") <= pl.col("peer_g5_built"),
        fields=("g5_shared", "peer_g5_built"),
        expected=pl.lit("≤ ") + pl.col("peer_g5_built").cast(pl.String),
        message_zh="共享开通 {g5_shared} 个，超过共享方同期在该市建成的 {peer_g5_built} 个；请与共享方核对，无误的请说明原因。",
        message_en="{g5_shared} opened by sharing, but the partner built {peer_g5_built} there.",
        basis=SHARING,
    ),
    Rule(
        id="NB-10",
        severity=Severity.NOTE,
        scope=Scope.ROW,
        title_zh="共享双方开通数一致",
        title_en="both sharers opened the same number",
        when=pl.col("g5_shared") > 0,
        holds=pl.col("g5_opened") == pl.col("peer_g5_opened"),
        fields=("g5_opened", "peer_g5_opened"),
        expected=pl.col("peer_g5_opened").cast(pl.String),
        message_zh="与共享方共用一张网，本企业开通 {g5_opened} 个，共享方开通 {peer_g5_opened} 个，二者应相同；请与共享方核对。",
        message_en="one shared network, but {g5_opened} here and {peer_g5_opened} at the partner.",
        basis=SHARING,
    ),
    Rule(
        id="NB-11",
        severity=Severity.NOTE,
        scope=Scope.FRAME,
        title_zh="数据中心净增有明细",
        title_en="the net change is itemised",
        holds=pl.col("dc_added").sum() - pl.col("dc_removed").sum()
        <= pl.col("dc_added_hyper").sum() + pl.col("dc_added_large").sum(),
        fields=("dc_added", "dc_removed", "dc_added_hyper", "dc_added_large"),
        expected="净增与其中项之和相当 / the net change itemised",
        message_zh="净增数据中心 {net} 座，其中注明超大型、大型共 {named} 座，其余 {rest} 座未说明类型；如有明细请补充。",
        message_en="net {net} data centres, {named} of them named by class; {rest} unexplained.",
        values={
            "net": pl.col("dc_added").sum() - pl.col("dc_removed").sum(),
            "named": pl.col("dc_added_hyper").sum() + pl.col("dc_added_large").sum(),
            "rest": pl.col("dc_added").sum()
            - pl.col("dc_removed").sum()
            - pl.col("dc_added_hyper").sum()
            - pl.col("dc_added_large").sum(),
        },
        basis=FORM + "第4条",
    ),
    Rule(
        id="NB-12",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="设区市上期已报送",
        title_en="the prefecture was filed last time",
        when=pl.col("prev_given") & pl.col("area").is_not_null(),
        holds=pl.col("prev_as_of").is_not_null(),
        fields=("area", "prev_as_of"),
        expected="上期报送中的设区市名称 / a prefecture of the earlier submission",
        message_zh="上期报送中没有设区市“{area}”，本行未能与上期核对；请核对名称，确属新增的，请说明原因。",
        message_en="“{area}” is not in the earlier submission, so this row is compared with nothing; check the name, or "
        "explain that it is new.",
        basis=FORM + "第1条（每个设区市一行）",
    ),
    *(_never_falls(name, same_year=False) for name in CUMULATIVE),
    *(_never_falls(name, same_year=True) for name in YEARLY),
    *(
        moves_with_the_others(
            f"NB-{name}-moves", HEADING[name], f"prev_{name}", named="area", basis=BAND, when=pl.col("prev_given")
        )
        for name in CUMULATIVE
    ),
)


def _sum(indicator: str, name: str, zh: str, en: str, unit: str, as_of: pl.Expr | None = None) -> Measure:
    day = pl.col("as_of").first() if as_of is None else as_of
    return Measure(indicator, zh, en, unit, Method.SUM, pl.col(name).sum(), cells=(name,), across=True, as_of=day)


YEAR_START = pl.date(pl.col("as_of").first().dt.year() - 1, 12, 31)

KIND = define_kind(
    code="network_build",
    prefix="NB",
    title_zh="网络建设情况表",
    title_en="network construction",
    purpose_zh="基础电信企业按设区市累计报送5G基站、数据中心和机架。",
    filers=("basic_carrier",),
    cadence="monthly",
    fields=FIELDS,
    rules=RULES,
    total_in="area",
    contexts=(
        Context(
            "previous",
            ((pl.col("area"), "area"),),
            ("as_of", "dc_opening", *CUMULATIVE, *YEARLY),
            "prev_",
            "上期报送",
            "earlier submission",
        ),
        Context(
            "peer",
            ((pl.col("area"), "area"), (pl.col("shared_with"), "_filer_name")),
            ("g5_built", "g5_opened"),
            "peer_",
            "共享方同期报送",
            "submission of the sharing partner",
        ),
    ),
    measures=(
        _sum("g5_built", "g5_built", "累计建成5G基站", "5G base stations built, cumulative", "个"),
        _sum("g5_opened", "g5_opened", "累计开通5G基站", "5G base stations opened, cumulative", "个"),
        _sum("g5_shared", "g5_shared", "共享开通5G基站", "5G base stations opened on a partner's sites", "个"),
        _sum("dc_count", "dc_closing", "数据中心数量", "data centres", "座"),
        _sum("dc_opening", "dc_opening", "年初数据中心数量", "data centres at the start of the year", "座", YEAR_START),
        _sum("dc_added", "dc_added", "新增数据中心", "data centres added", "座"),
        _sum("dc_added_hyper", "dc_added_hyper", "新增超大型数据中心", "hyperscale data centres added", "座"),
        _sum("dc_added_large", "dc_added_large", "新增大型数据中心", "large data centres added", "座"),
        _sum("racks_added", "racks_added", "新增机架", "racks added (2.5 kW standard)", "个"),
    ),
)
