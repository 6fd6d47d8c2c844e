"""One row a carrier and class of complaint of a register, and a total over all classes: how many, and how fast."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, Select, case, func, literal, select, union_all

from warehouse.exact_ratios import percent, ratio
from warehouse.marts.mart import Mart
from warehouse.states import Known

_ALL = "*"
_SUMS = (
    "case_count", "closed_count", "refused_count", "open_count", "accept_case_count", "accept_days",
    "answer_case_count", "answer_days", "close_case_count", "close_days", "late_count",
)  # fmt: skip


def _select(known: Known) -> Select[Any]:
    table = known.complaint_tallies
    both = union_all(_added(table, table.c.category), _added(table, None)).subquery("added")
    b = both.c
    return select(
        b.year,
        b.period,
        b.filer,
        b.carrier,
        b.category,
        *[b[name] for name in _SUMS if not name.endswith("_days")],
        percent(b.closed_count + b.refused_count, b.case_count).label("settled_pct"),
        *[
            column
            for step in ("accept", "answer", "close")
            for column in (
                b[f"{step}_days"],
                ratio(b[f"{step}_days"], b[f"{step}_case_count"]).label(f"{step}_days_mean"),
            )
        ],
        b.close_days_most,
        b.submission,
    ).order_by(b.year, b.period, b.filer, b.carrier, case((b.category == _ALL, 0), else_=1), b.category)


def _added(table: FromClause, category: Any) -> Select[Any]:
    """The sums of every carrier and class; without a class, of every carrier."""
    c = table.c
    same = [c.year, c.period, c.filer, c.carrier, c.submission]
    named = literal(_ALL) if category is None else category
    return (
        select(
            *same,
            named.label("category"),
            *[func.sum(c[name]).label(name) for name in _SUMS],
            func.max(c.close_days_most).label("close_days_most"),
        )
        .where(c.recorded_to.is_(None))
        .group_by(*same, *([] if category is None else [category]))
    )


MART = Mart(
    name="complaint_timeliness",
    title_zh="申诉办理时效",
    title_en="How fast complaints were handled",
    row_zh="一行为一家企业的一类申诉（及其合计）：件数和办理快慢。",
    row_en=(
        "One row a carrier and class of complaint of a register, and a total over all classes: how many, and how fast."
    ),
    make=_select,
    columns={
        "year": ("考核年度", "Performance year"),
        "period": ("报告期", "Period"),
        "filer": ("填报单位代码", "Filer code"),
        "carrier": ("被申诉企业", "Carrier complained of"),
        "category": (
            "申诉类别；* 为该企业各类合计，勿与各类相加",
            "Class of complaint; * for all of the carrier's, not to be added to the classes",
        ),
        "case_count": ("申诉件数", "Complaints"),
        "closed_count": ("办结件数", "Closed"),
        "refused_count": ("不予受理件数", "Not taken up"),
        "open_count": ("处理中件数", "Still open"),
        "accept_case_count": ("有受理日期的件数", "With a day of acceptance"),
        "answer_case_count": ("有答复日期的件数", "With a day of answer"),
        "close_case_count": ("有办结日期的件数", "With a day of closing"),
        "late_count": ("受理后超过60日办结的件数", "Closed over 60 days from acceptance"),
        "settled_pct": (
            "办结和不予受理的占申诉件数 %（由件数计算）",
            "Closed or not taken up, in % of complaints, from the counts",
        ),
        "accept_days": ("收到至受理的日数合计", "Days from receipt to acceptance, in all"),
        "accept_days_mean": ("收到至受理平均日数（由合计计算）", "Mean days from receipt to acceptance, from the sums"),
        "answer_days": ("收到至答复的日数合计", "Days from receipt to answer, in all"),
        "answer_days_mean": ("收到至答复平均日数（由合计计算）", "Mean days from receipt to answer, from the sums"),
        "close_days": ("收到至办结的日数合计", "Days from receipt to closing, in all"),
        "close_days_mean": ("收到至办结平均日数（由合计计算）", "Mean days from receipt to closing, from the sums"),
        "close_days_most": ("收到至办结最长日数", "Most days from receipt to closing"),
        "submission": ("报送编号", "Submission"),
    },
    numbers=("settled_pct", "accept_days_mean", "answer_days_mean", "close_days_mean"),
)
