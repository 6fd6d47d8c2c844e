"""The examples file of a form: what it says is understood, and what it does not say right is our fault and named."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from contracts.errors import ContractError
from contracts.examples import Change, Where, discover_examples, read_examples
from contracts.kind import Kind
from tests.contracts.right_rows import EXAMPLES, kinds
from tests.contracts.small_kind import make_rule, small_kind

KIND = small_kind(make_rule(pl.col("a") > 1), total_in="name")
PLAIN = """
period = "2020-11"
filer = "GLC"
rows = [{ name = "甲", a = "2" }, { name = "乙", a = "3" }]
total = { name = "合计", a = "5" }
previous = [{ name = "甲", a = "1" }]
"""


def read(text: str, kind: Kind = KIND) -> tuple[tuple[dict[str, str], ...], tuple[Change, ...]]:
    (wrong,) = read_examples(kind, (PLAIN + text).encode()).wrong
    return tuple(dict(row) for row in wrong.right.rows), wrong.changes


def test_one_text_of_a_row_changed() -> None:
    rows, changes = read('[[wrong]]\nbreaks = ["SM-01"]\nrow = 2\nchange = { a = "1" }')
    assert rows == ({"name": "甲", "a": "2"}, {"name": "乙", "a": "1"})
    assert changes == (Change(Where.ROW, 2, "a", "3", "1"),)


def test_a_row_filed_twice() -> None:
    rows, changes = read('[[wrong]]\nbreaks = ["SM-01"]\nrepeat = true\nchange = { a = "" }')
    assert rows[2] == {"name": "甲", "a": ""}
    assert changes == (Change(Where.AGAIN, 1), Change(Where.ROW, 3, "a", "2", ""))


def test_the_setting_changed() -> None:
    text = '[[wrong]]\nbreaks = ["SM-01"]\ntotal = { a = "6" }\nprevious = { a = "9" }\nfiler = "BGS"'
    (wrong,) = read_examples(KIND, (PLAIN + text).encode()).wrong
    assert wrong.right.total == {"name": "合计", "a": "6"}
    assert wrong.right.previous == ({"name": "甲", "a": "9"},)
    assert wrong.right.filer == "BGS"
    assert [change.where for change in wrong.changes] == [Where.TOTAL, Where.PREVIOUS, Where.FILER]
    without = '[[wrong]]\nbreaks = ["SM-01"]\nwithout = ["previous"]'
    assert read_examples(KIND, (PLAIN + without).encode()).wrong[0].right.previous == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('[[wrong]]\nbreaks = ["SM-01"]\nrow = 3\nchange = { a = "1" }', "row = 3"),
        ('[[wrong]]\nbreaks = ["SM-01"]\nchange = { a = 1 }', 'a = "…"'),
        ('[[wrong]]\nbreaks = ["SM-01"]\nchange = { c = "1" }', "c"),
        ('[[wrong]]\nbreaks = ["SM-01"]\nchanges = { a = "1" }', "changes"),
        ('[[wrong]]\nbreaks = []\nchange = { a = "1" }', "wrong"),
        ('[[wrong]]\nbreaks = ["SM-01"]', "wrong"),
        ('[[wrong]]\nchange = { a = "1" }', "breaks"),
        ("note = 1", "note"),
        ("rows =", "Invalid"),
    ],
)
def test_what_is_not_understood_is_our_fault_and_named(text: str, word: str) -> None:
    with pytest.raises(ContractError, match=r"small\.toml") as fault:
        read_examples(KIND, (PLAIN + text).encode())
    assert word in fault.value.zh
    assert word in fault.value.en


def test_examples_are_found_beside_the_kinds_and_in_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(PLAIN, encoding="utf-8")
    (tmp_path / "notes.toml").write_text("a = 1", encoding="utf-8")
    found = discover_examples([*kinds().values(), KIND], [tmp_path])
    assert set(found) == {*kinds(), "small"}
    assert found["small"].right.filer == "GLC"
    assert set(discover_examples([KIND])) == set()


def test_the_change_that_is_about_a_rule_comes_before_one_that_breaks_it_too() -> None:
    kind = kinds()["network_build"]
    rules = {rule.id: rule for rule in kind.rules}
    for rule_id in ("NB-07", "NB-04"):
        wrong = EXAMPLES["network_build"].breaking(kind, rules[rule_id])
        assert wrong is not None
        assert wrong.breaks[0] == rule_id
