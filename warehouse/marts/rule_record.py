"""One row a rule of a form: how often it was passed, broken, or could not be told, over all submissions of a year."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from warehouse.marts.mart import Mart
from warehouse.states import Known


def _select(known: Known) -> Select[Any]:
    s, c = known.submissions.c, known.rule_counts.c
    return (
        select(
            s.year,
            s.kind,
            c.rule,
            func.count().label("submission_count"),
            func.sum(c.passed).label("passed_count"),
            func.sum(c.failed).label("failed_count"),
            func.sum(c.not_evaluable).label("not_evaluable_count"),
            func.sum(c.not_applicable).label("not_applicable_count"),
        )
        .join(known.submissions, (s.id == c.submission) & (s.pass_number == c.pass_number))
        .group_by(s.year, s.kind, c.rule)
        .order_by(s.year, s.kind, c.rule)
    )


MART = Mart(
    name="rule_record",
    title_zh="规则执行情况",
    title_en="Record of the rules",
    row_zh="一行为一张报表的一条规则：一年中通过、未通过、未能判定各多少次。",
    row_en=(
        "One row a rule of a form: how often it was passed, broken, or could not be told, "
        "over all submissions of a year."
    ),
    make=_select,
    columns={
        "year": ("考核年度", "Performance year"),
        "kind": ("报表代码", "Form code"),
        "rule": ("规则编号", "Rule"),
        "submission_count": ("判定过的报送数", "Submissions judged by it"),
        "passed_count": ("通过行数", "Rows that passed"),
        "failed_count": ("未通过行数", "Rows that failed"),
        "not_evaluable_count": ("未能判定行数", "Rows where it could not be told"),
        "not_applicable_count": ("不适用行数", "Rows it does not speak of"),
    },
)
