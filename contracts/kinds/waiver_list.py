"""豁免清单: which 准强制 rule is set aside for whom, by whom, why and until when. A list of the pack."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.rule import Rule, Scope
from contracts.waivers import LONGEST_MONTHS

BASIS = "豁免清单编制约定"

FIELDS = (
    Field("rule", "rule", "rule", aliases=("规则",)),
    Field("filer", "filer", "filer", aliases=("填报单位",)),
    Field("period", "period", "period", aliases=("报告期",)),
    Field("approver", "approver", "approved by", aliases=("批准人",)),
    Field("reason", "reason", "reason", aliases=("理由",)),
    Field(
        "granted_on", "granted_on", "granted on", Type.DAY, required=False, optional_column=True, aliases=("批准日期",)
    ),
    Field(
        "until",
        "until",
        "last day",
        Type.DAY,
        required=False,
        optional_column=True,
        aliases=("有效期至",),
        note_zh=f"到这一天为止收到的报送适用；未填为报告期末后{LONGEST_MONTHS}个月",
    ),
    Field("evidence", "evidence", "evidence", required=False, optional_column=True, aliases=("文号", "依据文件")),
)

LATEST = pl.col("granted_on").dt.offset_by(f"{LONGEST_MONTHS}mo")

RULES = (
    Rule(
        id="WV-01",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="有期限的豁免注明批准日期",
        title_en="a waiver with a last day says when it was granted",
        when=pl.col("until").is_not_null(),
        holds=pl.col("granted_on").is_not_null(),
        fields=("granted_on", "until"),
        expected="批准日期，如 2020-12-10 / the day it was granted",
        message_zh="豁免有效期至 {until}，但未注明批准日期，无法核对期限。",
        message_en="the waiver runs to {until}, but not since when: its term cannot be checked.",
        basis=BASIS,
    ),
    Rule(
        id="WV-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="豁免不早于批准之日到期",
        title_en="a waiver does not end before it is granted",
        when=pl.col("until").is_not_null() & pl.col("granted_on").is_not_null(),
        holds=pl.col("until") >= pl.col("granted_on"),
        fields=("until", "granted_on"),
        expected=pl.lit("≥ ") + pl.col("granted_on").cast(pl.String),
        message_zh="豁免 {granted_on} 批准，却在 {until} 就已到期。",
        message_en="the waiver was granted on {granted_on} and ended on {until}.",
        basis=BASIS,
    ),
    Rule(
        id="WV-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh=f"豁免不超过{LONGEST_MONTHS}个月",
        title_en=f"a waiver holds for at most {LONGEST_MONTHS} months",
        when=pl.col("until").is_not_null() & pl.col("granted_on").is_not_null(),
        holds=pl.col("until") <= LATEST,
        fields=("until", "granted_on"),
        expected=pl.lit("≤ ") + LATEST.cast(pl.String),
        message_zh=f"豁免 {{granted_on}} 批准，有效期至 {{until}}，超过{LONGEST_MONTHS}个月；到期可重新批准。",
        message_en=f"granted on {{granted_on}} until {{until}}: more than {LONGEST_MONTHS} months; grant it anew then.",
        basis=BASIS,
    ),
)

KIND = define_kind(
    code="waiver_list",
    prefix="WV",
    title_zh="豁免清单",
    title_en="list of waivers",
    purpose_zh="经批准暂不适用的准强制规则。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    pack_file="waivers.csv",
)
