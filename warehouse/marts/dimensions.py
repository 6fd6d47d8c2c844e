"""The lists of a bureau as they now are: one mart a table of `warehouse.dimension_tables`, current rows only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Select, Table, select

from warehouse import dimension_tables as d
from warehouse.marts.mart import Mart
from warehouse.states import Known

_NUMBERS = {"targets": ("value", "low", "high"), "explanations": ("band_pct",)}
_LEFT_OUT = ("key", "recorded_to")


def _mart(table: Table, title_zh: str, title_en: str, row_zh: str, row_en: str, order: tuple[str, ...]) -> Mart:
    columns: list[Column[Any]] = [c for c in table.columns if c.name not in _LEFT_OUT]

    def make(known: Known) -> Select[Any]:
        c = getattr(known, table.name).c
        query = select(*[c[column.name] for column in columns])
        return query.where(c.recorded_to.is_(None)).order_by(*[c[name] for name in order])

    return Mart(
        name=table.name,
        title_zh=title_zh,
        title_en=title_en,
        row_zh=row_zh,
        row_en=row_en,
        make=make,
        columns={column.name: (column.info["zh"], column.info["en"]) for column in columns},
        numbers=_NUMBERS.get(table.name, ()),
    )


MARTS = (
    _mart(
        d.indicators, "指标体系", "Indicators", "一行为一年指标体系的一项一、二、三级指标。",
        "One row an indicator of level 1 to 3 of a year's tree.", ("year", "sheet_row"),
    ),
    _mart(
        d.work_nodes, "工作节点", "Work nodes", "一行为一年指标体系的一个工作节点。",
        "One row a work node of a year's tree.", ("year", "sheet_row"),
    ),
    _mart(
        d.targets, "目标", "Targets", "一行为一年的一项目标值。", "One row a target of a year.", ("year", "indicator"),
    ),
    _mart(
        d.obligations, "报送义务", "Obligations", "一行为报送义务表的一行：谁须多久报一次何表，期限如何。",
        "One row a line of the list of obligations: who owes which form how often, and by when.", ("year", "sheet_row"),
    ),
    _mart(
        d.waivers, "豁免", "Waivers", "一行为一项豁免：何规则对何单位何期不适用，谁批准，为何。",
        "One row a waiver: which rule is set aside for whom, by whom, why and until when.", ("year", "sheet_row"),
    ),
    _mart(
        d.explanations, "说明", "Explanations", "一行为填报单位对一个问题的说明。",
        "One row what a filer said about a finding.", ("year", "sheet_row"),
    ),
)  # fmt: skip
