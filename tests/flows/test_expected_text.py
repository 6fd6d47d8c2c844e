"""“应为” says of which cell: in a broken sum it is one cell's value, and only if the other figures are right."""

from __future__ import annotations

import pytest

from contracts.finding import Cell, Finding, Severity, Suggestion
from contracts.kind import discover_kinds
from contracts.period import Period
from flows.commands.telling import expected_text
from flows.filing import judge_filed, read_filed
from tests.flows.conftest import EXAMPLES
from tests.flows.falsifying import falsify

KIND = discover_kinds()["network_build"]
FILE = "submissions/network_build/CM_2020-11_v2.xlsx"


def found(edits: str) -> dict[str, Finding]:
    data = falsify((EXAMPLES / "jiangxi-2020" / FILE).read_bytes(), edits)
    period = Period.parse("2020-11")
    verdict = judge_filed(read_filed(data, FILE, KIND.in_force(period), 2020), period=period, filer="CM").verdict
    return {f.rule: f for f in verdict.findings if f.blocks}


def test_a_wrong_total_is_named_with_its_cell() -> None:
    finding = found("C16=12395")["NB-g5_opened-total"]
    assert [s.cell.where for s in finding.suggestions] == ["填报表!C16"]
    assert expected_text(finding) == ("合计（填报表!C16）应为 12359 / expected in the total in 填报表!C16: 12359")


def test_where_the_likelier_slip_is_elsewhere_it_is_said_on_condition() -> None:
    """One row's figure ten times too large: the total is right, and what "should be" there is no advice."""
    right = int(next(c.text or "" for c in found("B5=1")["NB-01"].cells if c.address == "C5"))
    broken = found(f"C5={right * 10}")
    total, row = broken["NB-g5_opened-total"], broken["NB-01"]
    assert {s.cell.where for f in (total, row) for s in f.suggestions} == {"填报表!C5"}
    assert expected_text(total).startswith("若其余数正确，合计（填报表!C16）应为 ")
    assert " / expected in the total in 填报表!C16 if the other figures are right: " in expected_text(total)
    assert expected_text(row).startswith("若其余数正确，填报表!B5应为 ")


def finding_of(expected: str, *cells: Cell, suggestions: tuple[Suggestion, ...] = ()) -> Finding:
    return Finding("XX-1", Severity.MUST, "不对", "wrong", expected, "测试", cells=cells, suggestions=suggestions)


A, B = Cell("", "A5", "a"), Cell("", "B5", "b")


@pytest.mark.parametrize(
    ("expected", "cells", "said"),
    [
        ("≥ 3", (A, B), "A5应为 ≥ 3 / expected in A5: ≥ 3"),
        ("= 19.99～20.01", (A, B), "A5应为 = 19.99～20.01 / expected in A5: = 19.99～20.01"),
        ("约 30", (A, B), "A5应为 约 30 / expected in A5: 约 30"),
        ("≤ 2020-05-02", (A, B), "A5应为 ≤ 2020-05-02 / expected in A5: ≤ 2020-05-02"),
        # One cell is no riddle, words are about all of them, and a column is no cell.
        ("12", (A,), "应为 expected: 12"),
        ("不为空 / a value", (A, B), "应为 expected: 不为空 / a value"),
        ("第 8、9 行之和 ≤ 43", (A, B), "应为 expected: 第 8、9 行之和 ≤ 43"),
        ("12", (Cell("", "A5:A9", "a"), B), "应为 expected: 12"),
        ("12", (), "应为 expected: 12"),
    ],
)
def test_only_a_value_for_one_of_several_cells_is_placed(expected: str, cells: tuple[Cell, ...], said: str) -> None:
    finding = finding_of(expected, *cells)
    assert expected_text(finding) == said
    place = said.partition("应为")[0]
    assert finding.record("f.csv")["expected_in"] == (place or None)


def test_a_suggestion_for_the_very_cell_is_no_condition() -> None:
    here, there = (Suggestion(cell, "1", "2", "", "") for cell in (A, B))
    assert finding_of("2", A, B, suggestions=(here, there)).expected_if_rest_is_right is False
    assert finding_of("2", A, B, suggestions=(there,)).expected_if_rest_is_right is True
    assert finding_of("2", A, B).expected_if_rest_is_right is False
