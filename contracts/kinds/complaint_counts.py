"""企业用户申诉情况表: complaints that a carrier received through the complaint centre, held against its register."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context, Measure, Method
from contracts.relation_rules import relation_rule
from contracts.relations import part_of, rate_of
from contracts.rule import Rule, Scope
from contracts.rule_forms import FILER, is_recent, lies_in_period, names_the_filer, stands_once
from contracts.terms import stated

FORM = "本表填报说明"

FIELDS = (
    Field("carrier", "企业", "carrier", note_zh="本企业在填报单位名录中的简称"),
    Field(
        "received",
        "收到申诉",
        "complaints received",
        Type.COUNT,
        unit="件",
        aliases=("收到转办申诉",),
        note_zh="由申诉处理中心登记的全部申诉，含不予受理的",
    ),
    Field(
        "handled",
        "已办理",
        "complaints handled",
        Type.COUNT,
        unit="件",
        aliases=("其中已办理", "收到申诉/其中：已办理"),
    ),
    Field("handling_rate", "办理率", "handling rate", Type.QUANTITY, required=False, unit="%"),
    Field("as_of", "统计截止日期", "counted up to", Type.DAY),
)
NAMES = {f.name: f for f in FIELDS}
RECEIVED, HANDLED = stated(NAMES["received"]), stated(NAMES["handled"])

RULES = (
    stands_once("EC-01", NAMES["carrier"], basis=FORM + "第1条"),
    names_the_filer("EC-02", NAMES["carrier"], basis=FORM + "第1条"),
    relation_rule(
        "EC-03",
        part_of(HANDLED, RECEIVED),
        title_zh="已办理不超过收到",
        title_en="no more handled than received",
        basis=FORM + "第2条",
    ),
    relation_rule(
        "EC-04",
        rate_of(stated(NAMES["handling_rate"]), HANDLED, RECEIVED),
        title_zh="办理率与件数相符",
        title_en="the rate follows from the counts",
        when=pl.col("handling_rate__text").is_not_null() & (pl.col("received") > 0),
        basis=FORM + "第2条",
    ),
    lies_in_period("EC-05", NAMES["as_of"], basis=FORM + "第3条（统计时点）"),
    Rule(
        id="EC-06",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="收到申诉与申诉处理中心台账一致",
        title_en="as many complaints as the register has",
        holds=pl.col("received") == pl.col("reg_rows"),
        fields=("received", "reg_rows"),
        expected=pl.col("reg_rows").cast(pl.String),
        message_zh="“收到申诉”填报 {received} 件，申诉处理中心同期台账中{carrier}的申诉登记 {reg_rows} 件，二者应相等；请与申诉处理中心逐件核对，本企业数据无误的，请说明原因。",
        message_en="{carrier} filed {received} complaints; the register of the complaint centre has {reg_rows} rows of it.",
        values={"carrier": pl.col("carrier")},
        basis=FORM + "第4条（与申诉处理台账一致）",
    ),
    is_recent("EC-07", NAMES["as_of"], basis=FORM + "第3条（统计时点）"),
)


def _sum(indicator: str, name: str, zh: str, en: str) -> Measure:
    day = pl.col("as_of").first()
    return Measure(indicator, zh, en, "件", Method.SUM, pl.col(name).sum(), cells=(name,), across=True, as_of=day)


KIND = define_kind(
    code="complaint_counts",
    prefix="EC",
    title_zh="企业用户申诉情况表",
    title_en="complaints as the carriers count them",
    purpose_zh="基础电信企业报送经申诉处理中心收到和办理的用户申诉件数，与申诉处理台账核对。",
    filers=("basic_carrier",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    contexts=(
        FILER,
        Context(
            "user_complaints",
            ((pl.col("carrier"), "carrier"),),
            (),
            "reg_",
            "申诉处理中心同期台账",
            "register of the complaint centre",
            count="rows",
        ),
    ),
    measures=(
        _sum("carrier_complaints_received", "received", "企业收到用户申诉", "complaints that carriers received"),
        _sum("carrier_complaints_handled", "handled", "企业已办理用户申诉", "complaints that carriers handled"),
        Measure(
            "carrier_complaints_handled_rate",
            "企业用户申诉办理率",
            "complaints that carriers handled",
            "%",
            Method.RATIO,
            of=("carrier_complaints_handled", "carrier_complaints_received"),
            across=True,
            as_of=pl.col("as_of").first(),
        ),
    ),
)
