"""One row a finding of a current judgment: which rule was broken where, what would have been right, and its state."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, select

from contracts.finding import Severity
from warehouse.marts.mart import Mart
from warehouse.states import Known


def _select(known: Known) -> Select[Any]:
    s, f = known.submissions.c, known.findings.c
    return (
        select(
            f.submission,
            f.pass_number,
            f.ordinal,
            s.filer,
            s.kind,
            s.period,
            s.file,
            f.rule,
            f.severity,
            f.sheet,
            f.cell,
            f.places,
            f.field,
            f.filed,
            f.expected,
            f.message_zh,
            f.message_en,
            f.basis,
            f.about,
            case(
                (f.waived_by.is_not(None), "waived"),
                (f.explained_by.is_not(None), "explained"),
                (f.severity == Severity.NOTE.value, "noted"),
                else_="open",
            ).label("state"),
            f.waived_by,
            f.explained_by,
        )
        .join(known.submissions, (s.id == f.submission) & (s.pass_number == f.pass_number))
        .order_by(s.sequence, f.ordinal)
    )


MART = Mart(
    name="finding_log",
    title_zh="问题清单",
    title_en="Findings",
    row_zh="一行为现行判定的一个问题：违反何规则、在何处、应为何值、处于何状态。",
    row_en=(
        "One row a finding of a current judgment: which rule was broken where, what would "
        "have been right, and its state."
    ),
    make=_select,
    columns={
        "submission": ("报送编号", "Submission"),
        "pass_number": ("第几次判定（现行）", "Pass, the current one"),
        "ordinal": ("该次报送中的序号", "Number within the submission"),
        "filer": ("填报单位代码", "Filer code"),
        "kind": ("报表代码", "Form code"),
        "period": ("报告期", "Period"),
        "file": ("文件", "File"),
        "rule": ("规则编号", "Rule"),
        "severity": ("规则等级：强制、准强制、核实、提示", "Severity"),
        "sheet": ("工作表", "Sheet"),
        "cell": ("首要单元格", "The cell to look at first"),
        "places": ("涉及的全部单元格", "Every cell concerned"),
        "field": ("字段", "Field"),
        "filed": ("填报内容", "As filed"),
        "expected": ("应为", "What would have been right"),
        "message_zh": ("说明（中文）", "Message in Chinese"),
        "message_en": ("说明（英文）", "Message in English"),
        "basis": ("依据", "Basis"),
        "about": ("行或组的名称", "What the row or group is called"),
        "state": (
            "状态：open 待处理或待说明，explained 已说明，waived 已豁免，noted 仅供参考",
            "State: open, explained, waived, or noted (asks for nothing)",
        ),
        "waived_by": ("豁免人及理由；空为未豁免", "Who waived it and why; empty where nobody did"),
        "explained_by": ("何人何时如何说明；空为未说明", "Who explained it, when and how; empty where nobody did"),
    },
)
