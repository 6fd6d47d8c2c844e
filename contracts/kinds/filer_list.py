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
    Field("area", "area", "area", required=False, optional_column=True, aliases=("所在地区",)),
    Field(
        "succeeds",
        "succeeds",
        "code of the filer that it succeeds",
        required=False,
        optional_column=True,
        aliases=("承继单位",),
        note_zh="改制、合并后承继的单位在以前名录中的代码；代码不变、只改名称的填曾用名",
    ),
    Field("former_name", "former_name", "former name", required=False, optional_column=True, aliases=("曾用名",)),
    Field(
        "valid_from",
        "valid_from",
        "valid from",
        Type.DAY,
        required=False,
        optional_column=True,
        aliases=("自何日起",),
        note_zh="名称或代码自这一天起使用",
    ),
    Field(
        "valid_to",
        "valid_to",
        "valid to",
        Type.DAY,
        required=False,
        optional_column=True,
        aliases=("至何日止",),
        note_zh="至这一天为止使用",
    ),
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
    Rule(
        id="FL-05",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="单位不承继自身",
        title_en="nobody succeeds itself",
        when=pl.col("succeeds").is_not_null(),
        holds=pl.col("succeeds") != pl.col("code"),
        fields=("succeeds", "code"),
        expected="另一单位的代码 / the code of another",
        message_zh="{code} 填写的承继单位是它自身；请填所承继单位以前的代码，只改名称的填曾用名。",
        message_en="{code} is said to succeed itself; name the code of the one before, or its former name.",
        basis="名录编制约定",
    ),
    Rule(
        id="FL-06",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="起始日期不晚于终止日期",
        title_en="valid from not after valid to",
        when=pl.col("valid_from").is_not_null() & pl.col("valid_to").is_not_null(),
        holds=pl.col("valid_from") <= pl.col("valid_to"),
        fields=("valid_to", "valid_from"),
        expected=pl.lit("≥ ") + pl.col("valid_from").cast(pl.String),
        message_zh="自 {valid_from} 起使用，却至 {valid_to} 为止；请核对两个日期。",
        message_en="valid from {valid_from}, yet only to {valid_to}.",
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
