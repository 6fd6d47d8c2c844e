"""人工调整清单: which filed figure is published with which other value, by whose decision and why. A list of the pack."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.rule import Rule, Scope

BASIS = "人工调整清单编制约定"
SHORTEST = 4  # characters of a reason, without blanks and punctuation

FIELDS = (
    Field("figure_id", "figure_id", "figure", aliases=("指标值编号",), note_zh="figures.csv 第一列"),
    Field(
        "from", "from", "value as filed", aliases=("原报数值",), note_zh="报送的数值；与现报送的不同时，本条不再适用"
    ),
    Field("to", "to", "adjusted value", Type.DECIMAL, signed=True, aliases=("调整后数值",)),
    Field("unit", "unit", "unit", aliases=("计量单位",)),
    Field("approver", "approver", "approved by", aliases=("批准人",)),
    Field("reason", "reason", "reason", aliases=("理由",)),
    Field("evidence", "evidence", "evidence", aliases=("文号", "依据文件")),
    Field("decided_on", "decided_on", "decided on", Type.DAY, aliases=("决定日期",)),
)

SAID = pl.col("reason").str.replace_all(r"[\s\p{P}\p{S}]", "")

RULES = (
    Rule(
        id="AJ-01",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="调整给出理由",
        title_en="an adjustment gives a reason",
        when=pl.col("reason").is_not_null(),
        holds=SAID.str.len_chars() >= SHORTEST,
        fields=("reason",),
        expected="为何调整，如“漏计东市两个站点” / why, in a few words",
        message_zh="理由“{reason}”过于简略，看不出为何调整。",
        message_en="the reason “{reason}” is too short to tell why the figure was adjusted.",
        basis=BASIS,
    ),
    Rule(
        id="AJ-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="调整后的数值与原报数值不同",
        title_en="an adjustment changes the value",
        when=pl.col("from").is_not_null() & pl.col("to__text").is_not_null(),
        holds=pl.col("from").str.strip_chars() != pl.col("to__text").str.strip_chars(),
        fields=("to", "from"),
        expected="另一个数值 / another value",
        message_zh="调整前后都是“{from}”，没有调整。",
        message_en="the value is “{from}” before and after: nothing is adjusted.",
        basis=BASIS,
    ),
    Rule(
        id="AJ-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="指标值编号形如“指标@单位.期间”",
        title_en="a figure is named as indicator@filer.period",
        when=pl.col("figure_id").is_not_null(),
        holds=pl.col("figure_id").str.contains(r"^[^@]+@[A-Za-z0-9-]+\.[0-9].*$"),
        fields=("figure_id",),
        expected="如 g5_built@CM.2020-11 / such as g5_built@CM.2020-11",
        message_zh="“{figure_id}”不是指标值编号。",
        message_en="“{figure_id}” names no figure.",
        basis=BASIS,
    ),
)

KIND = define_kind(
    code="adjustment_list",
    prefix="AJ",
    title_zh="人工调整清单",
    title_en="list of adjustments",
    purpose_zh="经批准以另一数值公布的指标值；报送的数值本身不改。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    pack_file="adjustments.csv",
)
