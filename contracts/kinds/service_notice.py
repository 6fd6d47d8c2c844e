"""服务内容报告表: what a carrier made public of its service, and when it told the bureau; owed on that event.

Prompt (及时) is no limit that could be judged: how many days passed is said, and nobody is late by it.
"""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period, stands_once

DUTY = "湘通局信管〔2019〕8号四（三）三（报告电信服务内容）"
FORM = "本表填报说明"
NOTICED = 7  # days between making public and reporting, beyond which a note says so

FIELDS = (
    Field("content", "服务内容", "service", length=(4, 200)),
    Field("way", "公布渠道", "where it was made public", note_zh="门户网站、营业厅、客户端等"),
    Field("published_on", "公布日期", "made public on", Type.DAY),
    Field("reported_on", "报告日期", "reported on", Type.DAY),
)
NAMES = {f.name: f for f in FIELDS}
DAYS = (pl.col("reported_on") - pl.col("published_on")).dt.total_days()
BOTH = pl.col("published_on").is_not_null() & pl.col("reported_on").is_not_null()

RULES = (
    stands_once("SN-01", NAMES["content"], basis=FORM + "第1条"),
    lies_in_period("SN-02", NAMES["published_on"], basis=FORM + "第2条（一次公布一份报告）"),
    Rule(
        id="SN-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="公布不晚于报告",
        title_en="made public before it is reported",
        when=BOTH,
        holds=pl.col("published_on") <= pl.col("reported_on"),
        fields=("reported_on", "published_on"),
        expected=pl.lit("≥ ") + pl.col("published_on").cast(pl.String),
        message_zh="报告日期 {reported_on} 早于公布日期 {published_on}：报告时尚未公布；请核对两个日期。",
        message_en="reported on {reported_on}, before it was made public on {published_on}.",
        basis=DUTY,
    ),
    Rule(
        id="SN-04",
        severity=Severity.NOTE,
        scope=Scope.ROW,
        title_zh="公布后及时报告",
        title_en="reported soon after it was made public",
        when=BOTH & (DAYS >= 0),
        holds=DAYS <= NOTICED,
        fields=("reported_on", "published_on"),
        expected=pl.lit("≤ ") + pl.col("published_on").dt.offset_by(f"{NOTICED}d").cast(pl.String),
        message_zh="{published_on} 公布，{reported_on} 报告，相隔 {days} 日；“及时”没有写明期限，不计迟报，仅提示。",
        message_en="made public {published_on}, reported {reported_on}, {days} days later; no limit is stated to judge by.",
        values={"days": DAYS},
        basis=DUTY + "；天数为本框架约定",
    ),
)

KIND = define_kind(
    code="service_notice",
    prefix="SN",
    title_zh="服务内容报告表",
    title_en="service made public",
    purpose_zh="企业向社会公布电信服务内容后向管局报告；按事件报送。",
    filers=("basic_carrier", "value_added"),
    cadence="event",
    fields=FIELDS,
    rules=RULES,
)
