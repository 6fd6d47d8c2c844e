"""One row a target of a year and whoever answers for it: the verdict on intervals, and why it is that."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Subquery, and_, case, func, select

from contracts.targets import State
from warehouse import tables
from warehouse.annual_figures import FILED
from warehouse.figure_pairs import TARGET, Relation
from warehouse.marts.annual_performance import ATTAINMENT, ATTAINMENT_EN
from warehouse.marts.mart import Mart
from warehouse.states import Known


def _select(known: Known) -> Select[Any]:
    targets = known.figures.alias("target")
    actuals = _actuals(known)
    t, a, d, o = targets.c, actuals.c, known.targets.c, known.organisations.c
    state = func.coalesce(a.state, State.MISSING.value)
    return (
        select(
            t.year,
            func.substr(t.indicator, len(TARGET) + 1).label("indicator"),
            t.name,
            d.node,
            d.nature,
            t.as_written.label("target"),
            t.comparator.label("target_comparator"),
            t.value.label("target_value"),
            t.unit,
            a.filer,
            o.name.label("filer_name"),
            state.label("state"),
            case({one.value: one.zh for one in State}, value=state, else_="").label("state_zh"),
            a.otherwise,
            a.reason_zh,
            a.reason_en,
            a.indicator.label("actual_indicator"),
            a.as_written.label("actual"),
            a.comparator.label("actual_comparator"),
            a.value.label("actual_value"),
            a.low.label("actual_low"),
            a.high.label("actual_high"),
            a.unit.label("actual_unit"),
            a.period.label("actual_period"),
            a.as_of.label("actual_as_of"),
            a.difference.label("margin"),
            a.pct.label("attained_pct"),
            a.check_unit,
            t.figure_id.label("target_figure_id"),
            a.figure_id.label("actual_figure_id"),
        )
        .select_from(targets)
        .outerjoin(actuals, a.other == t.key)
        .outerjoin(known.targets, and_(d.year == t.year, TARGET + d.indicator == t.indicator, d.recorded_to.is_(None)))
        .outerjoin(known.organisations, and_(o.year == t.year, o.code == a.filer, o.recorded_to.is_(None)))
        .where(t.indicator.startswith(TARGET))
        .order_by(t.year, t.indicator, a.filer)
    )


def _actuals(known: Known) -> Subquery:
    """Who answers for a target: the bureau's own figure, else each filer's; what forms yield before what was filed so.

    Of one filer the last figure; of those in another unit only where there is none in the target's.
    """
    f, p = known.figures.c, known.figure_pairs.c
    wanted = known.figures.alias("wanted")
    targets = wanted.c
    bureau = select(tables.home.c.bureau).scalar_subquery()
    of = p.other
    told = case((f.indicator.startswith(FILED), 1), else_=0)
    own = case((f.filer == bureau, 0), else_=1)
    unit = case((f.unit == targets.unit, 0), else_=1)
    last = [f.period_end.desc(), f.as_of.desc(), f.period_start, f.figure_id]
    chosen = (
        select(
            *f,
            *[p[name] for name in ("other", "state", "otherwise", "reason_zh", "reason_en", "check_unit")],
            p.difference,
            p.pct,
            unit.label("unit_place"),
            func.min(unit).over(partition_by=of).label("unit_best"),
            told.label("told_place"),
            func.min(told).over(partition_by=[of, unit]).label("told_best"),
            own.label("own_place"),
            func.min(own).over(partition_by=[of, unit, told]).label("own_best"),
            func.row_number().over(partition_by=[of, unit, told, f.filer], order_by=last).label("place"),
        )
        .join_from(known.figure_pairs, known.figures, f.key == p.figure)
        .join(wanted, targets.key == p.other)
        .where(p.relation == Relation.TARGET.value)
        .subquery("chosen")
    )
    c = chosen.c
    best = [c.unit_place == c.unit_best, c.told_place == c.told_best, c.own_place == c.own_best, c.place == 1]
    return select(chosen).where(*best).subquery("actual")


MART = Mart(
    name="target_attainment",
    title_zh="目标完成情况",
    title_en="Attainment of targets",
    row_zh="一行为一年的一项目标及回答它的单位：达到、未达到、未能判定、未报告或不可比较，及其理由。",
    row_en=("One row a target of a year and whoever answers for it: the verdict on intervals, and why it is that."),
    make=_select,
    columns={
        "year": ("考核年度", "Performance year"),
        "indicator": ("目标所指的指标代码", "Indicator that the target is for"),
        "name": ("目标名称", "Name of the target"),
        "node": ("指标体系中的编号", "Code in the indicator tree"),
        "nature": ("性质：约束性、预期性", "Nature: 约束性 binding, 预期性 expected"),
        "target": ("目标的原文", "Target as written"),
        "target_comparator": ("目标的比较符（降幅为负）", "Comparator of the target; a fall is negative"),
        "target_value": ("目标值（降幅为负）", "Value of the target; a fall is negative"),
        "unit": ("目标的计量单位", "Unit of the target"),
        "filer": (
            "由谁的数值认定：主管局有自己的数值时为主管局，否则为各填报单位；空为没有实际值",
            "Whose figure answers: the bureau's own, else each filer's; empty where there is none",
        ),
        "filer_name": ("该单位名称", "Name of that filer"),
        "state": (f"结论：{ATTAINMENT}", f"Verdict: {ATTAINMENT_EN}"),
        "state_zh": ("结论（中文）", "Verdict in Chinese"),
        "otherwise": (
            "不可直接比较时，按现有数值的结论",
            "Where it is not comparable: what it would be if that were no matter",
        ),
        "reason_zh": ("为何不能直接认定（中文）", "Why it cannot be said outright, in Chinese"),
        "reason_en": ("为何不能直接认定（英文）", "Why it cannot be said outright, in English"),
        "actual_indicator": ("实际值的指标代码", "Indicator of the actual figure"),
        "actual": ("实际值的原文", "Actual as written"),
        "actual_comparator": ("实际值的比较符", "Comparator of the actual"),
        "actual_value": ("实际值（降幅为负）", "Value of the actual; a fall is negative"),
        "actual_low": ("实际值下界；空为无下界", "Lower bound of the actual; empty where open"),
        "actual_high": ("实际值上界；空为无上界", "Upper bound of the actual; empty where open"),
        "actual_unit": ("实际值的计量单位", "Unit of the actual"),
        "actual_period": ("实际值的报告期", "Period of the actual"),
        "actual_as_of": ("实际值截至日期", "As of which day"),
        "margin": (
            "至少超出目标多少；负为至少差多少；空为不能判定",
            "By how much it is met at least; negative: missed by at least; empty where undecidable",
        ),
        "attained_pct": ("实际值为目标值的百分之几", "The actual in % of the target"),
        "check_unit": ("是否须核对单位：远超目标或恰为十的倍数", "Whether a slip of the unit is likely"),
        "target_figure_id": ("目标的指标值编号", "Figure of the target"),
        "actual_figure_id": ("实际值的指标值编号", "Figure of the actual"),
    },
    numbers=("target_value", "actual_value", "actual_low", "actual_high", "margin", "attained_pct"),
)
