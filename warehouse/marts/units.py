"""One row a unit that figures are counted in, with how many there are in it. Units are never mixed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from warehouse.marts.mart import Mart
from warehouse.states import Known


def _select(known: Known) -> Select[Any]:
    f = known.figures.c
    return (
        select(
            f.unit,
            func.count(f.indicator.distinct()).label("indicator_count"),
            func.count().label("figure_count"),
        )
        .group_by(f.unit)
        .order_by(f.unit)
    )


MART = Mart(
    name="units",
    title_zh="计量单位",
    title_en="Units",
    row_zh="一行为现行指标值所用的一个计量单位。",
    row_en="One row a unit that figures are counted in, with how many there are in it. Units are never mixed.",
    make=_select,
    columns={
        "unit": ("计量单位", "Unit"),
        "indicator_count": ("指标数", "Indicators"),
        "figure_count": ("现行指标值数", "Current figures"),
    },
)
