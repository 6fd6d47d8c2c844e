"""One row a period that something was filed or found for: its first and last day, and its year."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select, union

from warehouse.marts.mart import Mart
from warehouse.states import Known


def _select(known: Known) -> Select[Any]:
    s, f = known.submissions.c, known.figures.c
    both = union(
        select(s.period, s.period_start, s.period_end, s.year), select(f.period, f.period_start, f.period_end, f.year)
    ).subquery("spoken_of")
    b = both.c
    filed = select(func.count()).where(s.period == b.period).scalar_subquery()
    found = select(func.count()).where(f.period == b.period).scalar_subquery()
    return select(
        b.period,
        b.year,
        b.period_start,
        b.period_end,
        filed.label("submission_count"),
        found.label("figure_count"),
    ).order_by(b.period_start, b.period_end.desc())


MART = Mart(
    name="periods",
    title_zh="报告期",
    title_en="Periods",
    row_zh="一行为有报送或指标值的一个报告期：首日、末日和所属年度。",
    row_en="One row a period that something was filed or found for: its first and last day, and its year.",
    make=_select,
    columns={
        "period": ("报告期", "Period"),
        "year": ("考核年度", "Performance year"),
        "period_start": ("首日", "First day"),
        "period_end": ("末日", "Last day"),
        "submission_count": ("报送数", "Submissions"),
        "figure_count": ("现行指标值数", "Current figures"),
    },
)
