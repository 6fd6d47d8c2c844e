"""零报告清单: what a filer declared to have nothing to report of. A list of the pack.

Only where the list of obligations allows it; that is found when a pack is read, for an obligation may be everyone's.
"""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context
from contracts.readable import can_be_read, read_label
from contracts.rule import Rule, Scope
from contracts.together import Once

BASIS = "零报告清单编制约定"

FIELDS = (
    Field("filer", "filer", "filer", aliases=("填报单位",)),
    Field("kind", "kind", "form", aliases=("报表",)),
    Field("period", "period", "period", aliases=("报告期",)),
    Field("declared_on", "declared_on", "declared on", Type.DAY, aliases=("声明日期",)),
    Field("by", "by", "declared by", aliases=("声明人",)),
    Field("reason", "reason", "reason", aliases=("理由",)),
)
NAMES = {f.name: f for f in FIELDS}
IDENTITY = ("filer", "kind", "period")

RULES = (
    can_be_read("NR-01", NAMES["period"], read_label, basis=BASIS),
    Rule(
        id="NR-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="填报单位在名录中",
        title_en="the filer is listed",
        when=pl.col("filer_given"),
        holds=pl.col("filer_code").is_not_null(),
        fields=("filer",),
        expected="名录中的代码 / a listed code",
        message_zh="填报单位“{filer}”不在名录中；零报告由各单位自行声明。",
        message_en="the filer “{filer}” is not listed; each declares for itself.",
        basis=BASIS,
    ),
    Rule(
        id="NR-03",
        severity=Severity.MUST,
        scope=Scope.GROUP,
        group=IDENTITY,
        title_zh="一期只声明一次",
        title_en="declared once for a period",
        when=pl.col("period").is_not_null(),
        holds=pl.len().over(IDENTITY) == 1,
        together=Once(IDENTITY),
        fields=("declared_on", "filer", "kind", "period"),
        expected="一行 / one row",
        message_zh="{filer} {kind} {period} 的零报告有第 {rows} 行，何时声明无从判断；请只保留最早的一行。",
        message_en="rows {rows} declare {filer} {kind} {period} nil: keep the first of them.",
        basis=BASIS,
    ),
)

KIND = define_kind(
    code="nil_list",
    prefix="NR",
    title_zh="零报告清单",
    title_en="list of nil returns",
    purpose_zh="填报单位声明本期无可报告内容；只限义务表中可零报告的报表。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    pack_file="nil_returns.csv",
    contexts=(
        Context("filer_list", ((pl.col("filer"), "code"),), ("code",), "filer_", "填报单位名录", "list of filers"),
    ),
)
