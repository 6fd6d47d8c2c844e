"""One row an organisation of a year's list: its names, its class, and the code that what became of it goes by now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, Select, Subquery, func, literal, select

from warehouse import dimension_tables as d
from warehouse.marts.mart import Mart
from warehouse.states import Known

MOST_STEPS = 20  # successions followed: a circle of them ends here as well
_LEFT_OUT = ("key", "recorded_to")
_COLUMNS = [column for column in d.organisations.columns if column.name not in _LEFT_OUT]


def _select(known: Known) -> Select[Any]:
    successors = _present(known)
    o, present = known.organisations.c, successors.c
    return (
        select(
            *[o[column.name] for column in _COLUMNS],
            func.coalesce(present.present, o.code).label("present_code"),
        )
        .select_from(known.organisations)
        .outerjoin(successors, present.code == o.code)
        .where(o.recorded_to.is_(None))
        .order_by(o.year, o.sheet_row)
    )


def _present(known: Known) -> Subquery:
    """Of every code that somebody succeeded to, the last code of the line; of two lines the first by its code."""
    o = known.organisations.c
    steps: CTE = (
        select(o.succeeds.label("code"), o.code.label("present"), literal(1).label("step"))
        .where(o.succeeds.is_not(None), o.recorded_to.is_(None))
        .cte("steps", recursive=True)
    )
    later = known.organisations.alias("later")
    further = (
        select(steps.c.code, later.c.code, steps.c.step + 1)
        .join(later, later.c.succeeds == steps.c.present)
        .where(later.c.recorded_to.is_(None), steps.c.step < MOST_STEPS)
    )
    steps = steps.union(further)
    place = func.row_number().over(partition_by=steps.c.code, order_by=[steps.c.step.desc(), steps.c.present])
    ranked = select(steps.c.code, steps.c.present, place.label("place")).subquery("ranked")
    return select(ranked.c.code, ranked.c.present).where(ranked.c.place == 1).subquery("present")


MART = Mart(
    name="organisations",
    title_zh="单位",
    title_en="Organisations",
    row_zh="一行为一年名录中的一个单位：名称、类别，以及其承继者现用的代码。",
    row_en=("One row an organisation of a year's list: its names, its class, and the code its successor now goes by."),
    make=_select,
    columns={column.name: (column.info["zh"], column.info["en"]) for column in _COLUMNS}
    | {
        "present_code": (
            "现用代码：按承继关系追到最后；跨年比较时以此归并",
            "Code it goes by now, after all successions; what to group by across years",
        ),
    },
)
