"""办理时限清单: how long a matter may take from the day it was accepted, from when to when, and by what text. A list of
the pack.

Limits differ between bureaus and years, so they are rows of this list and stand nowhere in code.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from contracts.calendar import shipped_calendar
from contracts.case_limits import MOST
from contracts.deadlines import ROLLS
from contracts.due_terms import Unreadable
from contracts.errors import CalendarError
from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.listed_limits import FIRST_DAYS, NOT_COUNTED, UNITS, WORKDAYS
from contracts.readable import can_be_read
from contracts.rule import Rule, Scope

BASIS = "时限清单编制约定"

FIELDS = (
    Field("kind", "kind", "form", aliases=("报表",), note_zh="登记此类事项的报表代码"),
    Field("matter", "matter", "matter", aliases=("事项",)),
    Field("number", "number", "limit", Type.COUNT, aliases=("时限",)),
    Field("unit", "unit", "unit", Type.CHOICE, choices=UNITS, aliases=("单位",), note_zh="日为日历日，不折算为工作日"),
    Field(
        "first_day",
        "first_day",
        "first day",
        Type.CHOICE,
        required=False,
        optional_column=True,
        choices=FIRST_DAYS,
        aliases=("首日",),
        note_zh=f"开始当日；未填为{NOT_COUNTED}",
    ),
    Field(
        "roll",
        "roll",
        "roll rule",
        Type.CHOICE,
        required=False,
        optional_column=True,
        choices=tuple(ROLLS),
        aliases=("顺延规则",),
        note_zh="未填为 none；" + "；".join(f"{roll.name} {roll.zh}" for roll in ROLLS.values()),
    ),
    Field(
        "calendar",
        "calendar",
        "calendar",
        required=False,
        optional_column=True,
        aliases=("日历",),
        note_zh="计算工作日所用的日历，如 cn",
    ),
    Field(
        "since",
        "since",
        "first day in force",
        Type.DAY,
        required=False,
        optional_column=True,
        aliases=("起始日期",),
        note_zh="自这一天起受理的适用",
    ),
    Field(
        "until",
        "until",
        "last day in force",
        Type.DAY,
        required=False,
        optional_column=True,
        aliases=("终止日期",),
        note_zh="到这一天为止受理的适用",
    ),
    Field("basis", "basis", "basis", aliases=("依据",), note_zh="文号和条款，或所据的公开承诺"),
)
NAMES = {f.name: f for f in FIELDS}
MATTER = ("kind", "matter")

SINCE = pl.col("since").fill_null(date(1, 1, 1))
UNTIL = pl.col("until").fill_null(date(9999, 12, 31))
# Of the rows of one matter in the order of their first days, whether each begins after all before it have ended.
APART = (UNTIL.sort_by(SINCE).cum_max().shift(1) < SINCE.sort_by(SINCE)).fill_null(value=True)


def _before(name: str) -> pl.Expr:
    """What the same matter had in `name` until this row came into force."""
    return pl.col(name).shift(1).over(MATTER, order_by=SINCE)


def _read_calendar(code: str) -> None:
    try:
        shipped_calendar(code)
    except CalendarError:
        raise Unreadable(("日历", "calendar"), code, "不存在", "does not exist", "cn") from None


def _limit(number: pl.Expr, unit: pl.Expr) -> pl.Expr:
    return number.cast(pl.String) + pl.when(unit == WORKDAYS).then(pl.lit("个工作日")).otherwise(pl.lit("日"))


def _limit_en(number: pl.Expr, unit: pl.Expr) -> pl.Expr:
    return number.cast(pl.String) + pl.when(unit == WORKDAYS).then(pl.lit(" working days")).otherwise(pl.lit(" days"))


SAID = {
    "before": _limit(_before("number"), _before("unit")),
    "now": _limit(pl.col("number"), pl.col("unit")),
    "before_en": _limit_en(_before("number"), _before("unit")),
    "now_en": _limit_en(pl.col("number"), pl.col("unit")),
}

RULES = (
    Rule(
        id="LM-01",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="时限为正整数",
        title_en="a limit is a positive whole number",
        when=pl.col("number").is_not_null(),
        holds=pl.col("number").is_between(1, MOST),
        fields=("number",),
        expected=f"1 … {MOST}",
        message_zh=f"时限为 {{number}}，应为 1 至 {MOST} 的整数；请更正。",
        message_en=f"a limit of {{number}}; expected a whole number from 1 to {MOST}.",
        basis=BASIS,
    ),
    Rule(
        id="LM-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="起始日期不晚于终止日期",
        title_en="a limit begins before it ends",
        when=pl.col("since").is_not_null() & pl.col("until").is_not_null(),
        holds=pl.col("since") <= pl.col("until"),
        fields=("until", "since"),
        expected=pl.lit("≥ ") + pl.col("since").cast(pl.String),
        message_zh="时限自 {since} 起，却到 {until} 就已终止；请更正日期。",
        message_en="in force from {since} to {until}, which is earlier.",
        basis=BASIS,
    ),
    Rule(
        id="LM-03",
        severity=Severity.MUST,
        scope=Scope.GROUP,
        group=MATTER,
        title_zh="同一事项同一天只有一个时限",
        title_en="one limit for a matter on any day",
        when=pl.col("matter").is_not_null(),
        holds=APART.all().over(MATTER),
        fields=("since", "kind", "matter", "until"),
        expected="起止日期互不重叠 / days that do not overlap",
        message_zh="{kind} 的“{matter}”有第 {rows} 行，起止日期重叠，同一天适用哪一个时限无从判断；"
        "请为原时限填写终止日期，为新时限填写起始日期。",
        message_en="rows {rows} are about “{matter}” of {kind} and hold on the same days: which limit applies is unclear; "
        "give the old one its last day and the new one its first.",
        basis=BASIS,
    ),
    Rule(
        id="LM-04",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh="新时限短于原时限",
        title_en="a new limit is shorter than the one before",
        when=(_before("unit") == pl.col("unit")).fill_null(value=False) & _before("number").is_not_null(),
        holds=pl.col("number") < _before("number"),
        fields=("number", "matter"),
        expected=pl.lit("短于 ") + SAID["before"],
        message_zh="“{matter}”的时限由{before}改为{now}，没有压缩；请核对，确经延长的，请说明依据。",
        message_en="the limit for “{matter}” went from {before_en} to {now_en}, which is no reduction; check, and explain "
        "if it was extended.",
        values=SAID,
        basis="本框架约定（承诺时限只压缩不延长）",
    ),
    Rule(
        id="LM-05",
        severity=Severity.NOTE,
        scope=Scope.ROW,
        title_zh="前后时限单位相同，压缩幅度才可计算",
        title_en="a reduction is only reckoned between limits of one unit",
        when=_before("unit").is_not_null(),
        holds=_before("unit") == pl.col("unit"),
        fields=("unit", "number", "matter"),
        expected=_before("unit"),
        message_zh="“{matter}”的时限由{before}改为{now}，单位不同，不可比较：不相减，也不计算压缩百分比；"
        "请勿在总结中写出压缩幅度，或以同一单位公布两个时限。",
        message_en="the limit for “{matter}” went from {before_en} to {now_en}: the units differ, so they are not "
        "comparable; nothing is subtracted and there is no reduction in percent.",
        values=SAID,
        basis="本框架约定（日与工作日不换算）",
    ),
    Rule(
        id="LM-06",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="工作日时限注明日历",
        title_en="a limit in working days names its calendar",
        when=pl.col("unit") == WORKDAYS,
        holds=pl.col("calendar").is_not_null(),
        fields=("calendar", "unit"),
        expected="日历代码，如 cn / a calendar, such as cn",
        message_zh="时限以{unit}计，但未注明日历：哪些日子上班、是否计入调休，无从确定；请填写日历，如 cn。",
        message_en="a limit in {unit} without a calendar: which days are worked is not said; give one, such as cn.",
        basis=BASIS,
    ),
    can_be_read("LM-07", NAMES["calendar"], _read_calendar, basis=BASIS),
    Rule(
        id="LM-08",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="工作日时限不再顺延",
        title_en="a limit in working days does not roll",
        when=pl.col("roll").is_not_null() & (pl.col("unit") == WORKDAYS),
        holds=pl.col("roll") == "none",
        fields=("roll", "unit"),
        expected="none",
        message_zh="以{unit}计的时限届满之日必为工作日，顺延规则 {roll} 不起作用；请填 none 或留空。",
        message_en="a limit in {unit} ends on a day that is worked: the roll rule {roll} would do nothing.",
        basis=BASIS,
    ),
)

KIND = define_kind(
    code="limit_list",
    prefix="LM",
    title_zh="办理时限清单",
    title_en="list of limits on cases",
    purpose_zh="各类事项自受理起多少日或工作日内办结；一项时限改变时旧的写终止日期、新的写起始日期，按受理之日适用。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    pack_file="limits.csv",
)
