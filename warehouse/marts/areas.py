"""One row an area that organisations of a year's list belong to; without one are those of whom it does not say."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from warehouse.marts.mart import Mart
from warehouse.states import Known


def _select(known: Known) -> Select[Any]:
    o = known.organisations.c
    return (
        select(o.year, o.area, func.count().label("organisation_count"))
        .where(o.recorded_to.is_(None))
        .group_by(o.year, o.area)
        .order_by(o.year, func.coalesce(o.area, ""))
    )


MART = Mart(
    name="areas",
    title_zh="地区",
    title_en="Areas",
    row_zh="一行为一年名录中单位所在的一个地区；空为名录未填。",
    row_en=(
        "One row an area that organisations of a year's list belong to; without one are those of whom it does not say."
    ),
    make=_select,
    columns={
        "year": ("考核年度", "Performance year"),
        "area": ("所在地区；空为名录未填", "Area; empty where the list does not say"),
        "organisation_count": ("单位数", "Organisations"),
    },
)
