"""延期清单: until when a filer may file one form for one period after all, who granted it and why. A list of the pack."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.kinds.explanation_list import EMPTY_WORDS, SHORTEST
from contracts.measure import Context
from contracts.readable import can_be_read, read_label
from contracts.rule import Rule, Scope
from contracts.together import Once

BASIS = "延期清单编制约定"

FIELDS = (
    Field("filer", "filer", "filer", aliases=("填报单位",)),
    Field("kind", "kind", "form", aliases=("报表",)),
    Field("period", "period", "period", aliases=("报告期",)),
    Field("until", "until", "last day", Type.DAY, aliases=("延期至",), note_zh="到这一天的规定时刻为止仍为按时"),
    Field("approver", "approver", "approved by", aliases=("批准人",)),
    Field("reason", "reason", "reason", aliases=("理由",)),
    Field(
        "granted_on",
        "granted_on",
        "granted on",
        Type.DAY,
        aliases=("批准日期",),
        note_zh="不晚于期限，或此前的延期所至之日",
    ),
)
NAMES = {f.name: f for f in FIELDS}
IDENTITY = ("filer", "kind", "period", "granted_on")

# What is left of a reason once the words that say nothing are taken out, as of an explanation.
REASON = pl.col("reason").str.replace_all(r"[\s\p{P}\p{S}]", "").str.replace_all(EMPTY_WORDS, "")

RULES = (
    can_be_read("XT-01", NAMES["period"], read_label, basis=BASIS),
    Rule(
        id="XT-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="填报单位在名录中",
        title_en="the filer is listed",
        when=pl.col("filer_given"),
        holds=pl.col("filer_code").is_not_null(),
        fields=("filer",),
        expected="名录中的代码 / a listed code",
        message_zh="填报单位“{filer}”不在名录中；延期逐家批准。",
        message_en="the filer “{filer}” is not listed; an extension is granted to each by itself.",
        basis=BASIS,
    ),
    Rule(
        id="XT-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="延期不早于批准之日到期",
        title_en="an extension does not end before it is granted",
        when=pl.col("until").is_not_null() & pl.col("granted_on").is_not_null(),
        holds=pl.col("until") >= pl.col("granted_on"),
        fields=("until", "granted_on"),
        expected=pl.lit("≥ ") + pl.col("granted_on").cast(pl.String),
        message_zh="延期 {granted_on} 批准，却只到 {until}：已经迟报的不能事后改为按时；请更正日期。",
        message_en="granted on {granted_on} to {until}: what was late by then is not made timely afterwards.",
        basis=BASIS,
    ),
    Rule(
        id="XT-04",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="延期写明理由",
        title_en="an extension gives a reason",
        when=pl.col("reason").is_not_null(),
        holds=REASON.str.len_chars() >= SHORTEST,
        fields=("reason",),
        expected="为何不能按时报送，如“计费系统割接，次日恢复” / why it could not be filed in time",
        message_zh="延期理由“{reason}”没有说出原因，不予采纳；请写明为何不能按时报送。",
        message_en="the reason “{reason}” says nothing; say why it could not be filed in time.",
        basis=BASIS,
    ),
    Rule(
        id="XT-05",
        severity=Severity.MUST,
        scope=Scope.GROUP,
        group=IDENTITY,
        title_zh="一日只批准一个期限",
        title_en="one day grants one limit",
        when=pl.col("granted_on").is_not_null(),
        holds=pl.len().over(IDENTITY) == 1,
        together=Once(IDENTITY),
        fields=("until", "filer", "kind", "period", "granted_on"),
        expected="一行 / one row",
        message_zh="{filer} {kind} {period} 于 {granted_on} 批准的延期有第 {rows} 行，哪一个有效无从判断；请只保留一行。",
        message_en="rows {rows} extend {filer} {kind} {period}, all granted on {granted_on}: which one holds is unclear.",
        basis=BASIS,
    ),
)

KIND = define_kind(
    code="extension_list",
    prefix="XT",
    title_zh="延期清单",
    title_en="list of extensions",
    purpose_zh="经批准的延期：谁的哪张报表、哪一期、延到哪一天。同一期后批准的取代先批准的；期限过后不得再批准。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    pack_file="extensions.csv",
    contexts=(
        Context("filer_list", ((pl.col("filer"), "code"),), ("code",), "filer_", "填报单位名录", "list of filers"),
    ),
)
