"""One row a rule of a form: how often it was passed, broken, or could not be told, over all submissions of a year."""

from __future__ import annotations

from sqlalchemy import func, select

from warehouse.marts.mart import Mart
from warehouse.tables import rule_counts, submissions

s, c = submissions.c, rule_counts.c

MART = Mart(
    name="rule_record",
    title_zh="规则执行情况",
    title_en="Record of the rules",
    select=select(
        s.year,
        s.kind,
        c.rule,
        func.count().label("submission_count"),
        func.sum(c.passed).label("passed_count"),
        func.sum(c.failed).label("failed_count"),
        func.sum(c.not_evaluable).label("not_evaluable_count"),
        func.sum(c.not_applicable).label("not_applicable_count"),
    )
    .join(submissions, (s.id == c.submission) & (s.pass_number == c.pass_number))
    .group_by(s.year, s.kind, c.rule)
    .order_by(s.year, s.kind, c.rule),
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
