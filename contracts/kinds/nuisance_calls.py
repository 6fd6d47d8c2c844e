"""骚扰电话处置情况表: verified nuisance calls and how many were dealt with, by carrier."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import stands_once

FORM = "本表填报说明"

FIELDS = (
    Field("carrier", "企业", "carrier"),
    Field("verified", "举报查实数", "verified", Type.COUNT, unit="件"),
    Field("handled", "已处置数", "handled", Type.COUNT, unit="件"),
)
NAMES = {f.name: f for f in FIELDS}

RULES = (
    stands_once("NC-01", NAMES["carrier"], basis=FORM + "第1条"),
    Rule(
        id="NC-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="处置不超过查实",
        title_en="no more handled than verified",
        holds=pl.col("handled") <= pl.col("verified"),
        fields=("handled", "verified"),
        expected=pl.lit("≤ ") + pl.col("verified").cast(pl.String),
        message_zh="已处置 {handled} 件，超过举报查实 {verified} 件；请核对两项。",
        message_en="{handled} handled of {verified} verified.",
        basis=FORM + "第2条",
    ),
)

KIND = define_kind(
    code="nuisance_calls",
    prefix="NC",
    title_zh="骚扰电话处置情况表",
    title_en="nuisance calls",
    purpose_zh="举报查实的骚扰电话及处置件数。",
    filers=("department",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    total_in="carrier",
    measures=(
        Measure(
            "nuisance_verified",
            "查实骚扰电话",
            "verified nuisance calls",
            "件",
            Method.SUM,
            pl.col("verified").sum(),
            cells=("verified",),
            across=True,
        ),
        Measure(
            "nuisance_handled",
            "已处置骚扰电话",
            "nuisance calls handled",
            "件",
            Method.SUM,
            pl.col("handled").sum(),
            cells=("handled",),
            across=True,
        ),
        Measure(
            "nuisance_rate",
            "查实骚扰电话处置率",
            "verified nuisance calls handled",
            "%",
            Method.RATIO,
            of=("nuisance_handled", "nuisance_verified"),
            across=True,
        ),
    ),
)
