"""figures.csv."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from contracts.figure import Source
from tests.warehouse.reports.test_narrative import OPENED
from warehouse.reports.figures_csv import HEADER, figures_csv
from warehouse.stored import StoredFigure

ONE = Source("JX-2020-0001", "a.xlsx", "表一", "B5;B7:B9", "aa")
TWO = Source("JX-2020-0002", "b;c.csv", "", "C2", "bb")


def table(*figures: StoredFigure) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(figures_csv(figures).decode(), newline="")))


def test_the_header_is_the_one_agreed() -> None:
    assert figures_csv([]).decode() == (
        "figure_id,indicator,name,filer,unit,comparator,value,low,high,as_written,"
        "period_start,period_end,as_of,submission,file,sheet,cell,sha256\n"
    )
    assert HEADER.count(",") == 17


def test_a_row_is_exact_and_ordered_by_figure_id() -> None:
    fall = replace(
        OPENED, indicator="a", comparator="<=", value=Decimal("-15.50"), low=None, high=Decimal("-15.5"), unit="%"
    )
    first, second = table(OPENED, fall)
    assert [first["figure_id"], second["figure_id"]] == ["a@JX.2020-11", "opened@JX.2020-11"]
    assert (first["comparator"], first["value"], first["low"], first["high"]) == ("<=", "-15.5", "", "-15.5")
    assert (second["comparator"], second["value"], second["as_of"]) == ("=", "30729", "2020-11-30")
    assert (second["period_start"], second["period_end"]) == ("2020-11-01", "2020-11-30")


def test_cells_of_one_table_are_listed_in_one_place() -> None:
    (row,) = table(replace(OPENED, sources=(ONE,)))
    assert [row[n] for n in ("submission", "file", "sheet", "cell", "sha256")] == [
        "JX-2020-0001", "a.xlsx", "表一", "B5;B7:B9", "aa",
    ]  # fmt: skip


def test_cells_of_several_tables_are_listed_in_parallel() -> None:
    (row,) = table(replace(OPENED, sources=(ONE, TWO)))
    lists = [row[n].split(";") for n in ("submission", "file", "sheet", "cell", "sha256")]
    assert list(zip(*lists, strict=True)) == [
        ("JX-2020-0001", "a.xlsx", "表一", "B5", "aa"),
        ("JX-2020-0001", "a.xlsx", "表一", "B7:B9", "aa"),
        ("JX-2020-0002", "b%3Bc.csv", "", "C2", "bb"),
    ]


@pytest.mark.parametrize("trigger", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize("column", ["name", "as_written", "unit", "as_of", "comparator"])
def test_no_text_becomes_a_formula(column: str, trigger: str) -> None:
    (row,) = table(replace(OPENED, **{column: f"{trigger}cmd|' /C calc'!A0"}))  # type: ignore[arg-type]
    assert row[column] == f"'{trigger}cmd|' /C calc'!A0"
