"""报送义务表: which filer owes which form how often, and by when. A list of the pack.

What a row comes to for a period is `contracts.obligations`; which forms there are, and whether two rows make one filer
owe one form twice, is found when a pack is read.
"""

from __future__ import annotations

from datetime import time

import polars as pl

from contracts.deadlines import ROLLS, parse_hour
from contracts.due_terms import UNSTATED, parse_term
from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.kinds.filer_list import CLASSES
from contracts.measure import Context
from contracts.obligations import CADENCES, EVERY
from contracts.readable import can_be_read, period_bound, read_label
from contracts.rule import Rule, Scope
from contracts.together import Once

BASIS = "义务表编制约定"
PERIOD_NOTE = "期间，如 2020-10、2020Q4、2019-W24、2020-12-20"

FIELDS = (
    Field(
        "filer", "filer", "filer", aliases=("填报单位",), note_zh=f"名录中的代码；{EVERY} 指该类别（未填则全部）单位"
    ),
    Field("kind", "kind", "form", aliases=("报表",)),
    Field(
        "class",
        "class",
        "class",
        Type.CHOICE,
        required=False,
        optional_column=True,
        choices=CLASSES,
        aliases=("类别",),
        note_zh="只对此类别的单位",
    ),
    Field("cadence", "cadence", "cadence", Type.CHOICE, choices=CADENCES, aliases=("周期",)),
    Field(
        "due",
        "due",
        "due term",
        aliases=("期限",),
        note_zh="+10d 期末后10日，-3d 期末前3日，+5wd 期末后5个工作日，+5wd incl 首日计入，12-31 当年该日，"
        "next-year-01-31 次年该日，2019-04-15 该日，last-month-15 期末月15日（first 期初月、next 次月，end 最后一日），"
        "this-fri、next-fri 期末当周、次周的周五，unstated 文件未规定",
    ),
    Field(
        "roll",
        "roll",
        "roll rule",
        Type.CHOICE,
        choices=tuple(ROLLS),
        aliases=("顺延规则",),
        note_zh="；".join(f"{roll.name} {roll.zh}" for roll in ROLLS.values()),
    ),
    Field(
        "by",
        "by",
        "hour",
        required=False,
        optional_column=True,
        aliases=("时刻",),
        note_zh="24:00、close（下班）或如 12:00；未填为 24:00",
    ),
    Field(
        "cutoff",
        "cutoff",
        "cutoff",
        required=False,
        optional_column=True,
        aliases=("信息截止",),
        note_zh="所报信息截止到哪一天，写法同期限",
    ),
    Field(
        "from", "from", "first period", required=False, optional_column=True, aliases=("起始期",), note_zh=PERIOD_NOTE
    ),
    Field(
        "until", "until", "last period", required=False, optional_column=True, aliases=("终止期",), note_zh=PERIOD_NOTE
    ),
    Field(
        "issued",
        "issued",
        "issued on",
        Type.DAY,
        required=False,
        optional_column=True,
        aliases=("下达日期",),
        note_zh="此日之前到期的不适用",
    ),
    Field(
        "nil",
        "nil",
        "nil return allowed",
        Type.CHOICE,
        required=False,
        optional_column=True,
        choices=("yes", "no"),
        aliases=("可零报告",),
        note_zh="未填为 no",
    ),
    Field(
        "awaits",
        "awaits",
        "awaited form",
        required=False,
        optional_column=True,
        aliases=("待齐报表",),
        note_zh="此报表在本期内各期齐备之前，本报表为暂定",
    ),
    Field(
        "assumed",
        "assumed",
        "assumed",
        required=False,
        optional_column=True,
        aliases=("假定",),
        note_zh="文件未规定而自行假定的内容，及由谁决定",
    ),
    Field("basis", "basis", "basis", aliases=("依据",)),
)
NAMES = {f.name: f for f in FIELDS}
IDENTITY = ("filer", "class", "kind", "cadence", "from", "until")
ALIKE = ("filer", "class", "cadence")
ONE_TIME = ("once", "event")
# Of what one filer owes equally often, a form without a day, of which nobody says whether it is one with another.
UNCLEAR = ((pl.col("due") == UNSTATED) & pl.col("assumed").is_null()).fill_null(value=False)


def _read_hour(text: str) -> time:
    return parse_hour(text, time.max)  # when business hours end is the pack's to say, not the list's


FIRST = period_bound("from", lambda period: period.start)
LAST = period_bound("until", lambda period: period.end)

RULES = (
    Rule(
        id="OB-01",
        severity=Severity.MUST,
        scope=Scope.GROUP,
        group=IDENTITY,
        title_zh="同一义务不重复",
        title_en="no obligation twice",
        holds=pl.len().over(IDENTITY) == 1,
        together=Once(IDENTITY),
        fields=("filer", "kind", "cadence"),
        expected="每项义务一行 / one row",
        message_zh="{filer} 报送 {kind}（{cadence}）的义务在第 {rows} 行重复；请只保留一行。",
        message_en="{filer} owes {kind} ({cadence}) in rows {rows}.",
        basis=BASIS,
    ),
    can_be_read("OB-02", NAMES["due"], parse_term, basis=BASIS),
    Rule(
        id="OB-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="填报单位在名录中",
        title_en="the filer is listed",
        when=pl.col("filer_given") & (pl.col("filer") != EVERY),
        holds=pl.col("filer_code").is_not_null(),
        fields=("filer",),
        expected=f"名录中的代码或 {EVERY} / a listed code, or {EVERY}",
        message_zh=f"填报单位“{{filer}}”不在填报单位名录中；请核对代码，或先将其列入名录；{EVERY} 指一个类别的全部单位。",
        message_en=f"the filer “{{filer}}” is not listed; {EVERY} is everyone of a class.",
        basis=BASIS,
    ),
    can_be_read("OB-04", NAMES["from"], read_label, basis=BASIS),
    can_be_read("OB-05", NAMES["until"], read_label, basis=BASIS),
    Rule(
        id="OB-06",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="起始期不晚于终止期",
        title_en="the first period is not after the last",
        when=FIRST.is_not_null() & LAST.is_not_null(),
        holds=FIRST <= LAST,
        fields=("from", "until"),
        expected=pl.lit("≤ ") + pl.col("until"),
        message_zh="起始期 {from} 晚于终止期 {until}，这一行不产生任何义务；请更正。",
        message_en="the first period {from} comes after the last one {until}: nothing is owed.",
        basis=BASIS,
    ),
    can_be_read("OB-07", NAMES["by"], _read_hour, basis=BASIS),
    can_be_read("OB-08", NAMES["cutoff"], parse_term, basis=BASIS),
    Rule(
        id="OB-09",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="填报单位属于所写类别",
        title_en="the filer is of the class",
        when=pl.col("class").is_not_null() & (pl.col("filer") != EVERY) & pl.col("filer_given"),
        holds=pl.col("filer_class") == pl.col("class"),
        fields=("class", "filer", "filer_class"),
        expected=pl.col("filer_class"),
        message_zh="{filer} 的类别是 {filer_class}，不是 {class}，这一行不产生任何义务；请更正。",
        message_en="{filer} is of the class {filer_class}, not {class}: nothing is owed.",
        basis=BASIS,
    ),
    Rule(
        id="OB-10",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="所写类别有单位",
        title_en="somebody is of the class",
        when=(pl.col("filer") == EVERY) & pl.col("class").is_not_null() & pl.col("class_given"),
        holds=pl.col("class_filers") > 0,
        fields=("class", "filer"),
        expected="名录中有的类别 / a class that somebody listed is of",
        message_zh="名录中没有类别为 {class} 的单位，这一行不产生任何义务；请更正类别，或先将单位列入名录。",
        message_en="nobody listed is of the class {class}: nothing is owed.",
        basis=BASIS,
    ),
    Rule(
        id="OB-11",
        severity=Severity.EXPLAIN,
        scope=Scope.GROUP,
        group=ALIKE,
        title_zh="没有期限的报表说明是否与同周期的另一报表为一份",
        title_en="a form without a day is told apart from another that is owed as often",
        when=pl.col("cadence") != "event",
        holds=(pl.col("kind").n_unique().over(ALIKE) == 1) | ~UNCLEAR.any().over(ALIKE),
        fields=("due", "kind", "cadence", "filer"),
        expected="在“假定”栏说明 / say so under assumed",
        message_zh="第 {rows} 行使 {filer} 按同一周期（{cadence}）报送几种报表，其中有的文件未规定日期；请核实是否为同一份报告，"
        "并在该行的“假定”栏说明由谁如何约定。",
        message_en="rows {rows} make {filer} owe several forms {cadence}, some without a day: one report or two? Say under "
        "assumed what was decided, and by whom.",
        basis=BASIS,
    ),
    Rule(
        id="OB-12",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="某年某月某日的期限只用于一次性或按事件的报送",
        title_en="a day of one year is a term of what is owed once or on an event",
        when=pl.col("due").str.contains(r"^\d{4}-\d{2}-\d{2}$"),
        holds=pl.col("cadence").is_in(ONE_TIME),
        fields=("due", "cadence"),
        expected="每期都有的日子，如 12-31、last-month-15，或周期 once / a day of every period, or once",
        message_zh="期限 {due} 只是某一年的一天，而周期为 {cadence}：各期都会在这一天到期；"
        "请写每期都有的日子（如 12-31、last-month-15），或将周期改为 once。",
        message_en="{due} is a day of one year, and the cadence is {cadence}: every period would be due on that day; write "
        "a day that every period has (12-31, last-month-15), or once as the cadence.",
        basis=BASIS,
    ),
)

KIND = define_kind(
    code="obligation_list",
    prefix="OB",
    title_zh="报送义务表",
    title_en="list of obligations",
    purpose_zh="各填报单位应报报表、周期和期限。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    pack_file="obligations.csv",
    contexts=(
        Context(
            "filer_list", ((pl.col("filer"), "code"),), ("code", "class"), "filer_", "填报单位名录", "list of filers"
        ),
        Context(
            "filer_list",
            ((pl.col("class"), "class"),),
            (),
            "class_",
            "填报单位名录（按类别）",
            "list of filers, by class",
            count="filers",
        ),
    ),
)
