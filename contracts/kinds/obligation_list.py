"""报送义务表: which filer owes which form how often, and by when. A list of the pack."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context
from contracts.rule import Rule, Scope

FIELDS = (
    Field("filer", "filer", "filer", aliases=("填报单位",)),
    Field("kind", "kind", "form", aliases=("报表",)),
    Field(
        "cadence",
        "cadence",
        "cadence",
        Type.CHOICE,
        choices=("monthly", "quarterly", "half-yearly", "yearly"),
        aliases=("周期",),
    ),
    Field("due", "due", "due", aliases=("期限",), note_zh="期末后天数（+10d）或固定月日（12-31）"),
    Field("roll", "roll", "roll rule", Type.CHOICE, choices=("none",), aliases=("顺延规则",)),
    Field("from", "from", "first period", required=False, optional_column=True, aliases=("起始期",)),
    Field("until", "until", "last period", required=False, optional_column=True, aliases=("终止期",)),
    Field("basis", "basis", "basis", aliases=("依据",)),
)

RULES = (
    Rule(
        id="OB-01",
        severity=Severity.MUST,
        scope=Scope.GROUP,
        group=("filer", "kind", "cadence"),
        title_zh="同一义务不重复",
        title_en="no obligation twice",
        holds=pl.len().over("filer", "kind", "cadence") == 1,
        fields=("filer", "kind", "cadence"),
        expected="每项义务一行 / one row",
        message_zh="{filer} 报送 {kind}（{cadence}）的义务在第 {rows} 行重复；请只保留一行。",
        message_en="{filer} owes {kind} ({cadence}) in rows {rows}.",
        basis="义务表编制约定",
    ),
    Rule(
        id="OB-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="期限写法可识别",
        title_en="the due term can be read",
        when=pl.col("due").is_not_null(),
        holds=pl.col("due").str.contains(r"^(\+\d{1,3}d|(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))$"),
        fields=("due",),
        expected="+10d 或 12-31 / +10d or 12-31",
        message_zh="期限“{due}”无法识别；请写成期末后天数（+10d）或固定月日（12-31）。",
        message_en="the due term “{due}” cannot be read.",
        basis="义务表编制约定",
    ),
    Rule(
        id="OB-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="填报单位在名录中",
        title_en="the filer is listed",
        when=pl.col("filer_given"),
        holds=pl.col("filer_code").is_not_null(),
        fields=("filer",),
        expected="名录中的代码 / a listed code",
        message_zh="填报单位“{filer}”不在填报单位名录中；请核对代码，或先将其列入名录。",
        message_en="the filer “{filer}” is not listed.",
        basis="义务表编制约定",
    ),
    *(
        Rule(
            id=f"OB-{number}",
            severity=Severity.MUST,
            scope=Scope.ROW,
            title_zh=f"{zh}写法可识别",
            title_en=f"the {en} can be read",
            when=pl.col(name).is_not_null(),
            holds=pl.col(name).str.contains(r"^\d{4}(Q[1-4]|H[12]|-(0[1-9]|1[0-2]))?$"),
            fields=(name,),
            expected="2020、2020-10、2020Q4 或 2020H1 / a period",
            message_zh=f"{zh}“{{{name}}}”无法识别；请写成 2020、2020-10、2020Q4 或 2020H1。",
            message_en=f"the {en} “{{{name}}}” cannot be read.",
            basis="义务表编制约定",
        )
        for number, name, zh, en in (("04", "from", "起始期", "first period"), ("05", "until", "终止期", "last period"))
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
        Context("filer_list", ((pl.col("filer"), "code"),), ("code",), "filer_", "填报单位名录", "list of filers"),
    ),
)
