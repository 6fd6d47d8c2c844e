"""填报单位名录: who files, under which code and class. A list of the pack."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import stands_once

CLASSES = (
    "bureau",
    "department",
    "complaint_centre",
    "basic_carrier",
    "tower",
    "value_added",
    "public_source",
    "other",
)

FIELDS = (
    Field("code", "code", "code", aliases=("代码",)),
    Field("name", "name", "short name", aliases=("简称",)),
    Field("full_name", "full_name", "full name", aliases=("全称",)),
    Field("class", "class", "class", Type.CHOICE, choices=CLASSES, aliases=("类别",)),
)
NAMES = {f.name: f for f in FIELDS}

RULES = (
    stands_once("FL-01", NAMES["code"], basis="名录编制约定"),
    stands_once("FL-02", NAMES["name"], basis="名录编制约定"),
    Rule(
        id="FL-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="代码由字母和数字组成",
        title_en="a code is letters and digits",
        when=pl.col("code").is_not_null(),
        holds=pl.col("code").str.contains(r"^[A-Za-z0-9-]{1,24}$"),
        fields=("code",),
        expected="1–24 个字母、数字或连字符 / letters, digits, hyphens",
        message_zh="代码“{code}”应为 1–24 个字母、数字或连字符；请更正。",
        message_en="code “{code}” has other characters.",
        basis="名录编制约定",
    ),
    Rule(
        id="FL-04",
        severity=Severity.MUST,
        scope=Scope.FRAME,
        title_zh="恰有一个主管局",
        title_en="exactly one bureau",
        holds=(pl.col("class") == "bureau").sum() == 1,
        fields=("class",),
        expected="一个 bureau / one bureau",
        message_zh="名录中类别为 bureau 的有 {n} 个，主管局应恰有一个；请更正类别。",
        message_en="{n} bureaus; expected one.",
        values={"n": (pl.col("class") == "bureau").sum()},
        basis="名录编制约定",
    ),
)

KIND = define_kind(
    code="filer_list",
    prefix="FL",
    title_zh="填报单位名录",
    title_en="list of filers",
    purpose_zh="本年度各填报单位的代码、名称和类别。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    pack_file="filers.csv",
    measures=(
        Measure(
            "basic_carriers",
            "基础电信企业数",
            "basic telecom carriers",
            "家",
            Method.COUNT,
            # A bureau without carriers among its filers says nothing about how many there are.
            pl.when(pl.len() > 0).then(pl.len()),
            cells=("class",),
            where=pl.col("class") == "basic_carrier",
        ),
    ),
)
