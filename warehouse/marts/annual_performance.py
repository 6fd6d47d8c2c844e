"""One row an indicator and filer of a year: the figure that speaks for it, its target, its share and its source."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, select

from contracts.targets import State
from warehouse.annual_figures import latest_of_year, pairs_of
from warehouse.figure_pairs import Relation
from warehouse.marts.mart import Mart
from warehouse.states import Known

ATTAINMENT = "；".join(f"{state.value} {state.zh}" for state in State)
ATTAINMENT_EN = ", ".join(state.value for state in State)


def _select(known: Known) -> Select[Any]:
    latest = latest_of_year(known)
    f, o, t = latest.c, known.organisations.c, known.targets.c
    s, cell, part = known.submissions.c, known.figure_cells.c, known.figure_parts.c
    parts = select(part.figure, func.count().label("part_count")).group_by(part.figure).subquery("parts")
    target, whole = pairs_of(known, Relation.TARGET), pairs_of(known, Relation.WHOLE)
    whole_year = (func.substr(f.period_start, 6) == "01-01") & (func.substr(f.period_end, 6) == "12-31")
    return (
        select(
            f.year,
            f.indicator,
            f.name,
            f.filer,
            o.name.label("filer_name"),
            f.unit,
            f.comparator,
            f.value,
            f.low,
            f.high,
            f.low_closed,
            f.high_closed,
            f.as_written,
            f.period,
            case((whole_year, 1), else_=0).label("covers_year"),
            f.as_of,
            f.method,
            target.c.other_as_written.label("target"),
            target.c.other_value.label("target_value"),
            t.nature,
            target.c.state.label("attainment"),
            target.c.otherwise.label("attainment_otherwise"),
            target.c.reason_zh,
            target.c.reason_en,
            target.c.pct.label("attained_pct"),
            whole.c.pct.label("share_pct"),
            f.figure_count,
            func.coalesce(parts.c.part_count, 0).label("part_count"),
            f.submission,
            s.file,
            cell.sheet,
            cell.cell,
            f.figure_id,
            f.version,
            f.recorded_from,
        )
        .select_from(latest)
        .outerjoin(known.submissions, s.id == f.submission)
        .outerjoin(known.figure_cells, cell.figure == f.key)
        .outerjoin(parts, parts.c.figure == f.key)
        .outerjoin(whole, whole.c.figure == f.key)
        # What is to be reached by all together is not met by one of them.
        .outerjoin(target, and_(target.c.figure == f.key, whole.c.figure.is_(None)))
        .outerjoin(known.organisations, and_(o.year == f.year, o.code == f.filer, o.recorded_to.is_(None)))
        .outerjoin(
            known.targets,
            and_(t.year == f.year, "target/" + t.indicator == target.c.other_indicator, t.recorded_to.is_(None)),
        )
        .where(f.place == 1)
        .order_by(f.year, f.indicator, f.filer)
    )


MART = Mart(
    name="annual_performance",
    title_zh="年度绩效指标",
    title_en="Annual performance",
    row_zh="一行为一年中一个单位的一项指标：代表该年的数值、目标、占比和来源。",
    row_en=(
        "One row an indicator and filer of a year: the figure that speaks for it, its target, its share and its source."
    ),
    make=_select,
    columns={
        "year": ("考核年度", "Performance year"),
        "indicator": ("指标代码", "Indicator code"),
        "name": ("指标名称", "Indicator"),
        "filer": (
            "填报单位代码；主管局的为全省合计或共同支持的界限",
            "Filer code; the bureau's own is the total, or the bound that all support",
        ),
        "filer_name": ("填报单位；名录中没有的为空", "Filer; empty where the list of the year has none of that code"),
        "unit": ("计量单位", "Unit"),
        "comparator": ("比较符", "Comparator"),
        "value": ("数值（基本单位；降幅为负）", "Value in the base unit; a fall is negative"),
        "low": ("下界；空为无下界", "Lower bound; empty where open"),
        "high": ("上界；空为无上界", "Upper bound; empty where open"),
        "low_closed": ("是否含下界", "Whether the lower bound is included"),
        "high_closed": ("是否含上界", "Whether the upper bound is included"),
        "as_written": ("原文写法", "As written"),
        "period": (
            "所取数值的报告期：一年中截至最晚的一期，同日截至的取较长一期",
            "Period of the figure: the one that reaches furthest in the year, of two the longer",
        ),
        "covers_year": ("该报告期是否全年（1 为是）", "Whether that period is the whole year (1) or not (0)"),
        "as_of": ("截至日期；空为报告期末", "As of; empty for the end of the period"),
        "method": (
            "形成方法；比率由合计重算，从不平均",
            "How it comes about; ratios are made from sums, never averaged",
        ),
        "target": (
            "目标的原文；空为没有目标，或目标由全省合计回答",
            "Target as written; empty where there is none, or where the bureau's total answers for it",
        ),
        "target_value": ("目标值", "Value of the target"),
        "nature": ("目标性质：约束性、预期性", "Nature of the target: 约束性 binding, 预期性 expected"),
        "attainment": (f"完成情况：{ATTAINMENT}；空为没有目标", f"Attainment: {ATTAINMENT_EN}; empty without a target"),
        "attainment_otherwise": (
            "不可直接比较时，按现有数值的结论",
            "Where it is not comparable: what it would be if that were no matter",
        ),
        "reason_zh": ("为何不能直接认定（中文）", "Why it cannot be said outright, in Chinese"),
        "reason_en": ("为何不能直接认定（英文）", "Why it cannot be said outright, in English"),
        "attained_pct": ("实际值为目标值的百分之几", "The figure in % of its target"),
        "share_pct": (
            "占全省合计的百分之几；空为不可相加",
            "Share of the bureau's total in %; empty where nothing adds up",
        ),
        "figure_count": ("该指标本年报告的期次数", "How many figures the filer has of it in the year"),
        "part_count": ("由几个指标值形成；0 为直接取自报送", "Of how many figures it is made; 0: filed itself"),
        "submission": ("报送编号；空为由其他指标值计算", "Submission; empty where derived from other figures"),
        "file": ("文件", "File"),
        "sheet": ("工作表", "Sheet"),
        "cell": ("单元格", "Cells"),
        "figure_id": ("指标值编号（合计的全部来源见 figures）", "Figure; all sources of a total are in figures"),
        "version": ("版本", "Version"),
        "recorded_from": ("自何时起为现行值", "Known from"),
    },
    numbers=("value", "low", "high", "target_value", "attained_pct", "share_pct"),
)
