"""One row a version of a figure: what was known, from when until when."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from warehouse.marts.mart import Mart
from warehouse.states import Known


def _select(known: Known) -> Select[Any]:
    f = known.versions.c
    return select(
        f.figure_id,
        f.version,
        f.recorded_from,
        f.recorded_to,
        f.indicator,
        f.name,
        f.filer,
        f.kind,
        f.unit,
        f.comparator,
        f.value,
        f.low,
        f.high,
        f.low_closed,
        f.high_closed,
        f.as_written,
        f.period,
        f.year,
        f.as_of,
        f.method,
        f.submission,
    ).order_by(f.figure_id, f.version)


MART = Mart(
    name="figure_history",
    title_zh="指标值历次版本",
    title_en="Figures, all versions",
    row_zh="一行为指标值的一个版本：何时起至何时止所知为何。",
    row_en="One row a version of a figure: what was known, from when until when.",
    make=_select,
    columns={
        "figure_id": ("指标值编号", "Figure"),
        "version": ("版本", "Version"),
        "recorded_from": ("自何时起为现行值", "Known from"),
        "recorded_to": ("至何时止；空为现行值", "Known until; empty for the current version"),
        "indicator": ("指标代码", "Indicator code"),
        "name": ("指标名称", "Indicator"),
        "filer": ("填报单位代码", "Filer code"),
        "kind": ("报表代码", "Form code"),
        "unit": ("计量单位", "Unit"),
        "comparator": ("比较符", "Comparator"),
        "value": ("数值（基本单位）", "Value in the base unit"),
        "low": ("下界；空为无下界", "Lower bound; empty where open"),
        "high": ("上界；空为无上界", "Upper bound; empty where open"),
        "low_closed": ("是否含下界", "Whether the lower bound is included"),
        "high_closed": ("是否含上界", "Whether the upper bound is included"),
        "as_written": ("原文写法", "As written"),
        "period": ("报告期", "Period"),
        "year": ("考核年度", "Performance year"),
        "as_of": ("截至日期", "As of"),
        "method": ("形成方法", "How it comes about"),
        "submission": ("报送编号；空为由其他指标值计算", "Submission; empty where derived from other figures"),
    },
    numbers=("value", "low", "high"),
)
