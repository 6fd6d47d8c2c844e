"""行风建设工作方案报送表: a carrier's own plan for the year and whom the bureau turns to; owed once."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period, stands_once

PLAN = "湘通局信管〔2019〕8号四（三）一（报送方案和联系人）"
FORM = "本表填报说明"
PHONE = r"^(0\d{2,3}-?\d{7,8}|1\d{10})(-\d{1,6})?$"

FIELDS = (
    Field("title", "方案名称", "title", length=(6, 60)),
    Field("number", "文号", "document number", required=False, note_zh="如 示通〔2019〕12号"),
    Field("issued_on", "印发日期", "issued on", Type.DAY),
    Field("contact", "联系人", "contact", personal=True),
    Field("phone", "联系电话", "telephone", personal=True, note_zh="区号-号码，或手机号码"),
)
NAMES = {f.name: f for f in FIELDS}

YEAR = pl.col("_period_end").dt.year().cast(pl.String)
TITLE_YEAR = pl.col("title").str.extract(r"((?:19|20)\d{2})年?")
NUMBER_YEAR = pl.col("number").str.extract(r"[〔\[［(（](\d{4})[〕\]］)）]")

RULES = (
    stands_once("WP-01", NAMES["title"], basis=FORM + "第1条"),
    Rule(
        id="WP-02",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="方案名称所写年份为本年度",
        title_en="the plan is of this year",
        when=TITLE_YEAR.is_not_null() & YEAR.is_not_null(),
        holds=TITLE_YEAR == YEAR,
        fields=("title",),
        expected=YEAR,
        message_zh="方案名称写的是 {found} 年，而本表报送 {year} 年度的方案；请核实是否沿用了上年的名称。",
        message_en="the title names {found}, but the plan of {year} is asked for; check whether last year's was taken.",
        values={"found": TITLE_YEAR, "year": YEAR},
        basis=PLAN,
    ),
    lies_in_period("WP-03", NAMES["issued_on"], basis=PLAN, severity=Severity.EXPLAIN),
    Rule(
        id="WP-04",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="联系电话完整",
        title_en="the telephone number is complete",
        when=pl.col("phone").is_not_null(),
        holds=pl.col("phone").str.replace_all(r"\s", "").str.contains(PHONE),
        fields=("phone",),
        expected="区号-号码或11位手机号码 / area code and number, or a mobile number",
        message_zh="联系电话不是一个完整的电话号码（位数不对，或有其他字符）；请填写区号和号码，或手机号码。",
        message_en="the telephone is no complete number; give the area code and the number, or a mobile number.",
        basis=PLAN,
    ),
    Rule(
        id="WP-05",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="文号年份与印发日期一致",
        title_en="the number's year is that of the day of issue",
        when=NUMBER_YEAR.is_not_null() & pl.col("issued_on").is_not_null(),
        holds=pl.col("issued_on").dt.year().cast(pl.String) == NUMBER_YEAR,
        fields=("number", "issued_on"),
        expected=pl.lit("〔") + pl.col("issued_on").dt.year().cast(pl.String) + pl.lit("〕"),
        message_zh="文号“{number}”的年份与印发日期 {issued_on} 不一致；请核对两项，确系跨年印发的请说明。",
        message_en="the number {number} is not of the year in which it was issued ({issued_on}).",
        basis=FORM + "第2条",
    ),
)

KIND = define_kind(
    code="work_plan",
    prefix="WP",
    title_zh="行风建设工作方案报送表",
    title_en="conduct plan of a carrier",
    purpose_zh="企业本年度行风纠风工作方案和工作联系人，每年报送一次。",
    filers=("basic_carrier", "value_added"),
    cadence="yearly",
    retained="P3Y",  # our assumption: nobody turns to the contact of a plan that is three years over
    fields=FIELDS,
    rules=RULES,
    measures=(
        Measure(
            "conduct_plans",
            "报送的行风工作方案",
            "conduct plans filed",
            "份",
            Method.COUNT,
            pl.len(),
            cells=("title",),
            across=True,
        ),
    ),
)
