"""铁塔站址租用情况表: sites rented from the tower company, filed by it for every carrier and by each carrier for itself."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.level import Level
from contracts.measure import Context, Measure, Method
from contracts.relation_rules import relation_rule
from contracts.relations import part_of, rate_of
from contracts.rule import Rule, Scope
from contracts.rule_forms import FILER, lies_in_period, names_the_filer
from contracts.terms import stated
from contracts.together import Once

FORM = "本表填报说明"
MIRROR = FORM + "第4条（出租、承租双方数据应一致）"

FIELDS = (
    Field("lessee", "承租企业", "lessee", note_zh="填报单位名录中的简称；基础电信企业只填本企业"),
    Field("area", "设区市", "prefecture", aliases=("地市", "市州")),
    Field("sites", "站址数", "sites", Type.COUNT, unit="个", aliases=("租用站址数",)),
    Field(
        "shared", "共享站址数", "of them shared", Type.COUNT, unit="个", aliases=("其中共享站址", "站址数/其中：共享")
    ),
    Field(
        "sharing_rate",
        "共享率",
        "share of shared sites",
        Type.QUANTITY,
        required=False,
        unit="%",
        note_zh="共享站址数占站址数的比例",
    ),
    Field("as_of", "统计截止日期", "as of", Type.DAY),
)
NAMES = {f.name: f for f in FIELDS}
SITES, SHARED = stated(NAMES["sites"]), stated(NAMES["shared"])
# Who has the other half of a row: of the tower company's the lessee, of a lessee's the tower company.
OTHER = pl.when(pl.col("own_class") == "tower").then(pl.col("lessee")).otherwise(pl.lit("铁塔公司"))


def _mirror(rule_id: str, name: str) -> Rule:
    field = NAMES[name]
    return Rule(
        id=rule_id,
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh=f"双方填报的“{field.heading}”一致",
        title_en=f"{field.title_en}: lessor and lessee agree",
        holds=pl.col(name) == pl.col(f"peer_{name}"),
        fields=(name, f"peer_{name}"),
        expected=pl.col(f"peer_{name}").cast(pl.String),
        message_zh=f"{{lessee}}在{{area}}的{field.heading}，本单位填报 {{{name}}} 个，{{other}}同期填报 {{peer_{name}}} 个，二者应相等；请与{{other}}核对，本单位数据无误的，请说明原因。",
        message_en=f"{{lessee}}, {{area}}, {field.title_en}: {{{name}}} here, {{peer_{name}}} on the other side.",
        values={"lessee": pl.col("lessee"), "area": pl.col("area"), "other": OTHER},
        basis=MIRROR,
        level=Level.PEERS,  # that a list names the other side decides nothing
    )


RULES = (
    Rule(
        id="TT-01",
        severity=Severity.MUST,
        scope=Scope.GROUP,
        group=("lessee", "area"),
        title_zh="每个承租企业在每个设区市一行",
        title_en="one row a lessee and prefecture",
        when=pl.col("lessee").is_not_null() & pl.col("area").is_not_null(),
        holds=pl.len().over("lessee", "area") == 1,
        together=Once(("lessee", "area")),
        fields=("area", "lessee"),
        expected="一行 / one row",
        message_zh="承租企业“{lessee}”在“{area}”的有第 {rows} 行，应只有一行；请合并或更正。",
        message_en="“{lessee}” in “{area}” stands in rows {rows}; expected one row.",
        basis=FORM + "第1条",
    ),
    names_the_filer(
        "TT-02",
        NAMES["lessee"],
        when=pl.col("own_class") == "basic_carrier",
        basis=FORM + "第1条（承租企业只填本企业）",
    ),
    relation_rule(
        "TT-03",
        part_of(SHARED, SITES),
        title_zh="共享站址数不超过站址数",
        title_en="no more shared than there are",
        basis=FORM + "第2条",
    ),
    relation_rule(
        "TT-04",
        rate_of(stated(NAMES["sharing_rate"]), SHARED, SITES),
        title_zh="共享率与站址数相符",
        title_en="the rate follows from the counts",
        when=pl.col("sharing_rate__text").is_not_null() & (pl.col("sites") > 0),
        basis=FORM + "第2条",
    ),
    lies_in_period("TT-05", NAMES["as_of"], basis=FORM + "第3条（统计时点）"),
    _mirror("TT-06", "sites"),
    _mirror("TT-07", "shared"),
)


def _sum(indicator: str, name: str, zh: str, en: str) -> Measure:
    # Both sides file the same sites: a sum over filers would count each of them twice.
    return Measure(
        indicator, zh, en, "个", Method.SUM, pl.col(name).sum(), cells=(name,), as_of=pl.col("as_of").first()
    )


KIND = define_kind(
    code="tower_tenancy",
    prefix="TT",
    title_zh="铁塔站址租用情况表",
    title_en="sites rented from the tower company",
    purpose_zh="铁塔公司按承租企业和设区市、基础电信企业按设区市报送期末租用的铁塔站址。",
    filers=("tower", "basic_carrier"),
    cadence="quarterly",
    fields=FIELDS,
    rules=RULES,
    total_in="area",
    contexts=(
        FILER,
        Context(
            "peer",
            ((pl.col("lessee"), "lessee"), (pl.col("area"), "area")),
            ("sites", "shared"),
            "peer_",
            "对方单位同期报送",
            "submission of the other side",
            whose=OTHER,
        ),
    ),
    measures=(
        _sum("tower_sites", "sites", "租用铁塔站址", "sites rented from the tower company"),
        _sum("tower_sites_shared", "shared", "租用的共享铁塔站址", "of them shared"),
        Measure(
            "tower_sharing_rate",
            "铁塔站址共享率",
            "share of shared sites",
            "%",
            Method.RATIO,
            of=("tower_sites_shared", "tower_sites"),
        ),
    ),
)
