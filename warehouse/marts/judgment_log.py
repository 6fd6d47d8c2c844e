"""One row a judgment: every pass of every submission, and why it was made."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, func, select

from warehouse.marts.mart import Mart
from warehouse.states import Known


def _select(known: Known) -> Select[Any]:
    s, j, f = known.submissions.c, known.judgments.c, known.findings.c
    found = select(func.count()).where(f.submission == j.submission, f.pass_number == j.pass_number).scalar_subquery()
    return (
        select(
            j.submission,
            j.pass_number,
            s.filer,
            s.kind,
            s.period,
            s.file,
            j.at,
            j.outcome,
            case((j.pass_number == s.pass_number, 1), else_=0).label("current"),
            j.accepted.label("accepted_count"),
            j.quarantined.label("quarantined_count"),
            found.label("finding_count"),
            j.contract_version,
            j.causes,
            j.compared,
            j.entry,
        )
        .join(known.submissions, s.id == j.submission)
        .order_by(j.entry)
    )


MART = Mart(
    name="judgment_log",
    title_zh="判定登记",
    title_en="Judgments",
    row_zh="一行为一次判定：每份报送的每一次判定及其原因。",
    row_en="One row a judgment: every pass of every submission, and why it was made.",
    make=_select,
    columns={
        "submission": ("报送编号", "Submission"),
        "pass_number": ("第几次判定", "Pass"),
        "filer": ("填报单位代码", "Filer code"),
        "kind": ("报表代码", "Form code"),
        "period": ("报告期", "Period"),
        "file": ("文件", "File"),
        "at": ("判定所依的时间", "When this was known"),
        "outcome": ("判定结果", "Verdict"),
        "current": ("是否现行判定（1 为是）", "Whether it is the current one (1) or not (0)"),
        "accepted_count": ("接受行数", "Rows accepted"),
        "quarantined_count": ("隔离行数", "Rows quarantined"),
        "finding_count": ("问题数", "Findings"),
        "contract_version": ("判定所依合同版本", "Version of the contract judged by"),
        "causes": (
            "重新判定的原因（JSON）；首次为空列表",
            "Why again (JSON); an empty list for the first",
        ),
        "compared": ("与何对照（JSON）", "What it was compared with (JSON)"),
        "entry": ("台账序号", "Entry of the ledger"),
    },
)
