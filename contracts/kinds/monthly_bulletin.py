"""通信业主要指标月报: a published monthly bulletin, one indicator a row, units of its own a row.

Published by many bureaus in many layouts: columns in any order and under many headings ("N月" in one stands for any
month, 1-N月 for any span of them), the unit in a column or behind the name, parts under 其中, indented or numbered.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from contracts.bulletin_rows import BulletinRows
from contracts.bulletin_shares import BulletinShares
from contracts.field import Field, Meaning, Type
from contracts.finding import Severity
from contracts.history import rows_of_last_time
from contracts.kind import define_kind
from contracts.measure import Context, Measure, Method
from contracts.named_rows import NamedRows
from contracts.relation_rules import relation_rule
from contracts.relations import percent_change, stock_flow
from contracts.rule import Rule, Scope
from contracts.rule_forms import stands_once
from contracts.terms import stated
from contracts.whole_and_part import Parts
from contracts.written_alike import written_alike

FORM = "通信业主要指标月报的编制口径"
WORDS = tuple((word, Meaning.NOT_APPLICABLE) for word in ("——", "—", "-", "--", "/", "N/A", "不适用"))


def _figure(name: str, heading: str, title_en: str, aliases: str, unit: str = "", *, optional: bool = True) -> Field:
    return Field(
        name,
        heading,
        title_en,
        Type.DECIMAL,
        required=False,
        optional_column=optional,
        aliases=tuple(aliases.split()),
        signed=True,
        unit=unit,
        words=WORDS,
    )


FIELDS = (
    Field(
        "name",
        "指标名称",
        "indicator",
        aliases=("指标", "项目", "项目名称", "指标项目", "主要指标", "业务指标", "统计指标"),
        outline=True,
        note_zh="部分前写“其中：”，单位可写在名称后的括号里",
    ),
    Field(
        "unit",
        "单位",
        "unit",
        required=False,
        optional_column=True,
        aliases=("计量单位", "指标单位"),
        otherwise="name__unit",
    ),
    _figure(
        "reached",
        "本月底到达",
        "reached",
        "本年本月止累计到达 到达 累计 累计到达 本月末到达 本月底累计到达 本月末累计到达 月末到达 月底到达 期末到达 "
        "本期末到达 到达数 期末数 本年累计 累计完成 本年累计完成 累计值 累计数 累计绝对值 本年累计绝对值 本年本月止累计 "
        "本年累计/期末到达 本期累计 N月底到达 N月末到达 N月底累计到达 N月末累计到达 截至N月底到达 截至N月末到达 截至N月底 "
        "截至N月末 N月底 N月末 N月累计 N月累计到达 1-N月 1-N月累计 1-N月累计完成 1-N月累计到达",
        optional=False,
    ),
    _figure(
        "growth",
        "同比增长",
        "growth on the year",
        "比上年同期累计 同比 同比增减 同比增速 同比增幅 同比增长率 同比变化 比上年同期 "
        "比上年同期增长 比上年同期增减 比去年同期增长 比去年同期 较上年同期增长 较上年同期 同比% 同比增长% 同比±% "
        "比上年同期±% 比上年同期增长% 累计同比 累计同比增长 累计同比增速 本年累计同比 本年累计同比增长 累计比上年同期增长 "
        "1-N月同比 1-N月同比增长 1-N月累计同比 1-N月累计同比增长",
        "%",
        optional=False,
    ),
    _figure(
        "month",
        "本月",
        "this month",
        "当月 本月完成 当月完成 本月数 当月数 本月值 当月值 本月实际 本月发生 本月绝对值 当月绝对值 N月 N月份 N月当月 "
        "N月完成",
    ),
    _figure(
        "month_growth",
        "本月同比增长",
        "growth of the month on the year",
        "本月同比 当月同比 当月同比增长 本月同比增速 当月同比增速 本月比上年同期增长 当月比上年同期增长 N月同比 N月同比增长 "
        "N月当月同比 N月当月同比增长",
        "%",
    ),
    _figure(
        "net_month",
        "本月净增",
        "net change of the month",
        "当月净增 本月净增数 当月净增数 比上月净增 较上月净增 比上月末净增 较上月末净增 比上月底净增 N月净增 N月当月净增",
    ),
    _figure(
        "net_year",
        "比上年末净增",
        "net change since the year's end",
        "较上年末净增 比上年底净增 较上年底净增 比年初净增 较年初净增 累计净增 本年净增 本年累计净增 1-N月净增 1-N月累计净增",
    ),
)
NAMES = {f.name: f for f in FIELDS}
FIGURES = tuple(f for f in FIELDS if f.type is Type.DECIMAL)
AMOUNTS = tuple(f for f in FIGURES if not f.unit)
BESIDE = tuple(f for f in FIGURES if f.name != "reached")

NAMED = pl.col("name").is_not_null()
REACHED = NAMES["reached"]
BULLETIN = BulletinRows(NamedRows(NAMES["name"], NAMES["unit"], FORM), REACHED, NAMES["growth"])
JANUARY = pl.col("_period_start").dt.month() == 1

# What a month and a year have each their own of; of users there is one number, at the month's end.
FLOW = r"元|分钟|小时|次|万条|亿条|^条$|[KMGTPE]B"
MOST_GROWTH = 500  # percent; what grew more was nearly nothing a year before
MAY_BE_NEGATIVE = "净|增|减|差|利润|盈|亏|同比|环比"


def _parts(field: str, *, marked: bool) -> Parts:
    return Parts(NAMES["name"], NAMES["unit"], NAMES[field], marked, FORM)


# Whether last month's bulletin has the row, in the same unit; open where there is no such bulletin.
THEN = pl.col("before_given") & (
    (pl.col("before_reached").is_not_null() & (pl.col("unit") == pl.col("before_unit")))
    | pl.col("before_given").is_null()
)
# Whether last year's bulletin has the row; open where there is no such bulletin.
LAST = pl.col("last_given") & (pl.col("last_reached").is_not_null() | pl.col("last_given").is_null())

RULES = (
    # 其中： alone in a row is no name
    replace(stands_once("MB-01", NAMES["name"], basis=FORM), when=NAMED),
    Rule(
        id="MB-02",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="增长率不低于-100%",
        title_en="nothing falls by more than 100 %",
        when=pl.col("growth").is_not_null(),
        holds=pl.col("growth") >= -100,
        fields=("growth",),
        expected="≥ -100%",
        message_zh="同比增长填报 {growth}%，低于 -100%，即降幅超过全部；请核对数值和正负号。",
        message_en="growth {growth} % is below −100 %.",
        basis=FORM,
    ),
    Rule(
        id="MB-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="一月的累计等于当月",
        title_en="January's cumulative is the month's",
        when=JANUARY & pl.col("month").is_not_null(),
        holds=pl.col("reached") == pl.col("month"),
        fields=("reached", "month"),
        expected=pl.col("month").cast(pl.String),
        message_zh="一月的累计应等于当月，现累计 {reached}，当月 {month}；请核对两栏。",
        message_en="January: cumulative {reached}, month {month}.",
        basis=FORM,
    ),
    BULLETIN.identity("MB-04"),
    _parts("reached", marked=True).not_more("MB-05", Severity.MUST),
    _parts("reached", marked=True).sum_not_more("MB-06", Severity.MUST),
    _parts("month", marked=True).not_more("MB-07", Severity.MUST),
    _parts("month", marked=True).sum_not_more("MB-08", Severity.MUST),
    # Indentation and numbering order a table; that they also part a figure is likely, not said.
    _parts("reached", marked=False).not_more("MB-09", Severity.EXPLAIN),
    _parts("reached", marked=False).sum_not_more("MB-10", Severity.EXPLAIN),
    _parts("reached", marked=False).sum_is_whole("MB-11", Severity.MUST),
    BULLETIN.identity("MB-12"),
    BULLETIN.identity("MB-13"),
    Rule(
        id="MB-14",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="有数值的指标注明单位",
        title_en="an indicator with a figure states its unit",
        when=NAMED & pl.any_horizontal(pl.col(f.name).is_not_null() for f in AMOUNTS),
        holds=pl.col("unit").is_not_null(),
        fields=("name", "unit"),
        expected="单位列或名称后的括号中的单位 / a unit in its column or behind the name",
        message_zh="“{name}”没有注明单位，不形成指标值；请在单位列或名称后的括号中注明。",
        message_en="“{name}” states no unit, so no figure is made of it; state one in its column or behind the name.",
        basis=FORM,
    ),
    Rule(
        id="MB-15",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="名称中的单位与单位列一致",
        title_en="the unit behind the name is that of the unit column",
        when=pl.col("name__unit").is_not_null(),
        holds=pl.col("unit") == pl.col("name__unit"),
        fields=("unit", "name"),
        expected=pl.col("name__unit"),
        message_zh="“{name}”名称中的单位与单位列的“{unit}”不一致；请统一。",
        message_en="the unit in “{name}” is not the “{unit}” of the unit column.",
        basis=FORM,
    ),
    Rule(
        id="MB-16",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="有数值的行有指标名称",
        title_en="a row with figures names an indicator",
        when=pl.any_horizontal(pl.col(f.text_column).is_not_null() for f in FIGURES),
        holds=NAMED,
        fields=("name",),
        expected="指标名称 / the name of an indicator",
        message_zh="本行填有数值，但名称只有“{name}”；请补填指标名称，或删去数值。",
        message_en="the row holds figures, but its name is only “{name}”.",
        basis=FORM,
    ),
    *BULLETIN.rules(),
    Rule(
        id="MB-25",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="填有增长率、当月数或净增数的，填报到达数",
        title_en="where a growth, a month's figure or a net change is filed, so is the figure reached",
        # —— beside says that the row was thought of; a row without unit and figures is the heading of a section.
        when=pl.any_horizontal(pl.col(f.text_column).is_not_null() for f in BESIDE)
        & (pl.col("unit").is_not_null() | pl.any_horizontal(pl.col(f.name).is_not_null() for f in BESIDE)),
        of_absent=True,
        # Not applicable is an answer only where nothing beside it is a figure.
        holds=pl.col(REACHED.text_column).is_not_null()
        & ~(pl.col("reached__na") & pl.any_horizontal(pl.col(f.name).is_not_null() for f in BESIDE)),
        fields=("reached", *(f.name for f in BESIDE)),
        expected="本月底到达数或累计数 / the figure reached",
        message_zh="“{name}”填有增长率、当月数或净增数，而“本月底到达”没有数值；请补填，确无此数的请说明。",
        message_en="“{name}” states a growth, a month's figure or a net change, but not what was reached; fill it in, "
        "or explain.",
        values={"name": pl.col("name")},
        basis=FORM,
    ),
    Rule(
        id="MB-26",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="一月填有累计数的，填报当月数",
        title_en="in January, where the cumulative figure is filed, so is the month's",
        when=JANUARY
        & pl.col("month").is_not_null().any()
        & pl.col("reached").is_not_null()
        & pl.col("unit").str.contains(FLOW),
        holds=pl.col("month__text").is_not_null(),
        fields=("month", "reached"),
        expected=pl.col("reached__text"),
        message_zh="一月的累计即当月，“{name}”累计填报 {reached}，当月空白；请补填，确无此数的请说明。",
        message_en="January: “{name}” states a cumulative figure of {reached}, but none of the month; fill it in, or "
        "explain.",
        values={"name": pl.col("name")},
        basis=FORM,
    ),
    Rule(
        id="MB-29",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="其他指标填有同比增长的，本指标也填报，或注明不适用",
        title_en="where other indicators state their growth, so does this one, or says that there is none",
        when=NAMED & pl.col("reached").is_not_null() & pl.col("growth").is_not_null().any(),
        holds=pl.col("growth__text").is_not_null(),
        fields=("growth", "reached"),
        expected="同比增长，或“——” / a growth, or ——",
        message_zh="“{name}”填有到达数 {reached}，同比增长空白；请补填，没有可比数的请填“——”或说明。",
        message_en="“{name}” states {reached}, but no growth; fill it in, or write —— where there is none, or explain.",
        values={"name": pl.col("name")},
        basis=FORM,
    ),
    Rule(
        id="MB-30",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="到达数和累计数不为负",
        title_en="what was reached is not negative",
        when=pl.col("reached").is_not_null() & ~pl.col("name").str.contains(MAY_BE_NEGATIVE),
        holds=pl.col("reached") >= 0,
        fields=("reached",),
        expected="≥ 0",
        message_zh="“{name}”的“本月底到达”填报 {reached}，为负数；请核对正负号，确为负数的请说明。",
        message_en="“{name}”: {reached} is negative; check the sign, and explain if it is right.",
        values={"name": pl.col("name")},
        basis=FORM,
    ),
    relation_rule(
        "MB-28",
        percent_change(
            stated(NAMES["growth"]),
            stated(NAMES["reached"], "last_", "上年同期", "last year's "),
            stated(NAMES["reached"]),
        ),
        severity=Severity.EXPLAIN,
        title_zh="同比增长与上年同期月报相符",
        title_en="growth follows from the bulletin of the same month last year",
        when=LAST & (pl.col("unit") == pl.col("last_unit")) & pl.col("growth").is_not_null(),
        basis=FORM,
    ),
    *BulletinShares(BULLETIN).rules(),
    written_alike("MB-39", NAMES["growth"], named="name", basis=FORM),
    written_alike("MB-40", REACHED, named="name", unit="unit", basis=FORM),
    Rule(
        id="MB-41",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh=f"增长率不高于{MOST_GROWTH}%",
        title_en=f"nothing grows by more than {MOST_GROWTH} %",
        when=pl.col("growth").is_not_null(),
        holds=pl.col("growth") <= MOST_GROWTH,
        fields=("growth",),
        expected=f"≤ {MOST_GROWTH}",
        message_zh="“{name}”同比增长填报 {growth}%，请核对小数点和单位；数据无误的（如新业务基数很小），请说明原因。",
        message_en="“{name}”: growth {growth} %; check the point and the unit, and explain if it is right (say, a new "
        "service that was tiny a year ago).",
        values={"name": pl.col("name")},
        basis=FORM,
    ),
    relation_rule(
        "MB-43",
        stock_flow(
            stated(NAMES["reached"]),
            stated(NAMES["reached"], "before_", "上月", "last month's "),
            stated(NAMES["net_month"]),
        ),
        severity=Severity.EXPLAIN,
        title_zh="到达数等于上月到达数加本月净增",
        title_en="what was reached is last month's and the month's net change",
        when=THEN & pl.col("net_month").is_not_null() & ~pl.col("unit").str.contains(FLOW),
        basis=FORM,
    ),
    rows_of_last_time("MB-44", NAMES["name"], "before_", "missed", basis=FORM),
)


def _stated(indicator: str, zh: str, en: str, field: str, unit: str, unit_from: str | None) -> Measure:
    return Measure(
        indicator + "/{each}",
        "{each}" + zh,
        "{each}" + en,
        unit,
        Method.STATED,
        cells=(field,),
        each="name",
        unit_from=unit_from,
        where=pl.col(field).is_not_null() & (pl.col("unit").is_not_null() if unit_from else pl.lit(value=True)),
    )


KIND = define_kind(
    code="monthly_bulletin",
    prefix="MB",
    title_zh="通信业主要指标月报",
    title_en="monthly bulletin",
    purpose_zh="公开发布的通信业月度主要指标。",
    filers=("public_source", "bureau"),
    cadence="monthly",
    fields=FIELDS,
    rules=RULES,
    contexts=(
        Context(
            "period_before",
            ((pl.col("name"), "name"),),
            ("reached", "reached__text", "unit"),
            "before_",
            "上月月报",
            "bulletin of last month",
            missed="missed",
        ),
        Context(
            "year_before",
            ((pl.col("name"), "name"),),
            ("reached", "reached__text", "unit"),
            "last_",
            "上年同期月报",
            "bulletin of the same month last year",
        ),
    ),
    measures=(
        _stated("bulletin", "", "", "reached", "", "unit"),
        _stated("bulletin_growth", "同比增长", ", growth on the year", "growth", "%", None),
        _stated("bulletin_month", "（当月）", ", this month", "month", "", "unit"),
        _stated(
            "bulletin_month_growth", "（当月）同比增长", ", this month, growth on the year", "month_growth", "%", None
        ),
        _stated("bulletin_net_month", "（当月净增）", ", net change of the month", "net_month", "", "unit"),
        _stated("bulletin_net_year", "（比上年末净增）", ", net change since the year's end", "net_year", "", "unit"),
    ),
)
