"""One row a figure of an indicator and filer, period after period, with its change on the year before and more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from warehouse.annual_figures import pairs_of
from warehouse.figure_pairs import TARGET, Relation
from warehouse.marts.mart import Mart
from warehouse.states import Known

_SAID = ("difference", "difference_low", "difference_high", "pct", "pct_low", "pct_high")
_BEFORE = {
    Relation.YEAR_BEFORE: ("year", "上年同期", "the same period a year before"),
    Relation.PERIOD_BEFORE: ("period", "上期", "the period before"),
}
_CHANGE = {
    "difference": ("较{zh}增减（计量单位；百分数为百分点）", "Change on {en}, in the unit; of % in percentage points"),
    "difference_low": ("增减的下界；空为无下界", "Lower bound of that change; empty where open"),
    "difference_high": ("增减的上界；空为无上界", "Upper bound of that change; empty where open"),
    "pct": ("较{zh}增减 %；空为基数不是正数", "Change on {en} in %; empty where that is not above zero"),
    "pct_low": ("增减 % 的下界；空为无下界", "Lower bound of that; empty where open"),
    "pct_high": ("增减 % 的上界；空为无上界", "Upper bound of that; empty where open"),
}


def _select(known: Known) -> Select[Any]:
    f = known.figures.c
    within = [f.indicator, f.filer]
    order = [f.period_end, f.period_start.desc(), f.as_of, f.figure_id]
    beside = {relation: pairs_of(known, relation) for relation in _BEFORE}
    query = select(
        f.indicator,
        f.name,
        f.filer,
        func.row_number().over(partition_by=within, order_by=order).label("place"),
        f.year,
        f.period,
        f.period_start,
        f.period_end,
        f.as_of,
        f.unit,
        f.comparator,
        f.value,
        f.low,
        f.high,
        f.as_written,
        *[
            column
            for relation, (name, _, _) in _BEFORE.items()
            for column in (
                beside[relation].c.other_value.label(f"{name}_before"),
                *[beside[relation].c[said].label(f"{name}_{said}") for said in _SAID],
            )
        ],
        f.method,
        f.figure_id,
        f.version,
    )
    for one in beside.values():
        query = query.outerjoin(one, one.c.figure == f.key)
    return query.where(~f.indicator.startswith(TARGET)).order_by(*within, *order)


def _changes() -> dict[str, tuple[str, str]]:
    found = {}
    for name, zh, en in _BEFORE.values():
        found[f"{name}_before"] = (
            f"{zh}的数值；空为没有可比的",
            f"Value of {en}; empty where there is none to compare",
        )
        found |= {f"{name}_{said}": (a.format(zh=zh), b.format(en=en)) for said, (a, b) in _CHANGE.items()}
    return found


MART = Mart(
    name="indicator_series",
    title_zh="指标时间序列",
    title_en="Indicators over time",
    row_zh="一行为一个单位一项指标的一期数值，按期排列，附与上年同期和上期相比的增减。",
    row_en=(
        "One row a figure of an indicator and filer, period after period, with its change on "
        "the year before and more."
    ),
    make=_select,
    columns={
        "indicator": ("指标代码", "Indicator code"),
        "name": ("指标名称", "Indicator"),
        "filer": ("填报单位代码", "Filer code"),
        "place": ("在序列中的次序", "Number in the series"),
        "year": ("考核年度", "Performance year"),
        "period": ("报告期", "Period"),
        "period_start": ("报告期首日", "First day of the period"),
        "period_end": ("报告期末日", "Last day of the period"),
        "as_of": ("截至日期；空为报告期末", "As of; empty for the end of the period"),
        "unit": ("计量单位", "Unit"),
        "comparator": ("比较符", "Comparator"),
        "value": ("数值（基本单位；降幅为负）", "Value in the base unit; a fall is negative"),
        "low": ("下界；空为无下界", "Lower bound; empty where open"),
        "high": ("上界；空为无上界", "Upper bound; empty where open"),
        "as_written": ("原文写法", "As written"),
        **_changes(),
        "method": ("形成方法", "How it comes about"),
        "figure_id": ("指标值编号", "Figure"),
        "version": ("版本", "Version"),
    },
    numbers=(
        "value", "low", "high", *(f"{name}_{said}" for name, _, _ in _BEFORE.values() for said in ("before", *_SAID)),
    ),
)  # fmt: skip
