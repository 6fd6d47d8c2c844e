"""The rule book: every rule with an example kept and one broken, and what the judge really says of the broken one."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from contracts.examples import discover_examples
from contracts.kind import discover_kinds
from contracts.structure import RULES as STRUCTURE_RULES
from flows.cli import main
from flows.commands.formats.rule_pages import entry_text, rules_markdown
from flows.commands.rule_book import Entry, RuleBook, shape_entry

KINDS = discover_kinds()
BOOK = RuleBook(KINDS, discover_examples(KINDS.values()))
ENTRIES = [entry for kind in KINDS.values() for entry in BOOK.entries(kind)]
HAN = re.compile("[\u4e00-\u9fff]")


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    monkeypatch.setattr(sys, "argv", ["jixiao", "rules", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_rule_is_shown_kept_and_broken(entry: Entry) -> None:
    example = entry.example
    assert example is not None
    for text in (
        example.right_zh,
        example.right_en,
        example.wrong_zh,
        example.wrong_en,
        example.expected,
        example.cell,
    ):
        assert text.strip()
        assert "None" not in text
        assert not re.search(r"\.0{3,}|<|Decimal", text)
    # The message of the example is the template filled in, not the template.
    fixed = [re.escape(part) for part in re.split(r"\{\w+\}", entry.message_zh)]
    assert re.fullmatch(".+?".join(fixed), example.message_zh)
    assert HAN.search(example.wrong_zh)
    assert example.message_en.strip()


def test_every_rule_of_files_is_described() -> None:
    for rule in STRUCTURE_RULES.values():
        example = shape_entry(rule).example
        assert example is not None
        assert (example.wrong_zh, example.wrong_en) == (rule.wrong_zh, rule.wrong_en)
        assert int(shape_entry(rule).level) == 0


def test_an_entry_alone_is_the_one_of_the_book() -> None:
    for wanted in (ENTRIES[0], ENTRIES[-1], next(e for e in ENTRIES if e.id == "NB-g5_built-total")):
        assert BOOK.entry(wanted.id) == wanted
    assert BOOK.entry("NB-99") is None
    assert BOOK.entry("FILE-01") == shape_entry(STRUCTURE_RULES["FILE-01"])


def test_a_page_and_a_terminal_show_all_of_it() -> None:
    entry = next(e for e in ENTRIES if e.id == "NB-01")
    assert entry.example is not None
    page, text = rules_markdown([entry]), entry_text(entry)
    for words in (entry.id, entry.severity.value, entry.title_zh, entry.basis, entry.example.message_zh):
        assert words in page
        assert words in text
    assert "| `NB-01` | 强制 | 1 | `row` |" in page
    assert entry.level.zh in text
    assert entry.message_zh in text
    assert entry.message_zh in page


def test_the_json_of_the_book(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    rules = {r["id"]: r for r in json.loads(said(monkeypatch, capsys, "--format", "json"))}
    assert set(rules) == {e.id for e in ENTRIES} | set(STRUCTURE_RULES)
    assert all(r["example"]["wrong_zh"] for r in rules.values())
    assert (rules["NB-09"]["level"], rules["NB-08"]["level"], rules["OB-03"]["level"]) == (3, 2, 4)
    assert rules["FILE-01"]["kind"] is None
    alone = json.loads(said(monkeypatch, capsys, "NB-09", "--format", "json"))
    assert alone == rules["NB-09"]
    assert alone == json.loads(said(monkeypatch, capsys, "--format", "json", "show", "NB-09"))


@pytest.mark.parametrize("words", [("tariffs",), ("--kind", "tariffs"), ("show", "tariffs")])
def test_one_form_is_asked_for_in_three_ways(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = [r["id"] for r in json.loads(said(monkeypatch, capsys, *words, *("--format", "json"))) if r["kind"]]
    assert rules == [rule.id for rule in KINDS["tariffs"].rules]


MODULE = """
import polars as pl
from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.rule import Rule, Scope

KIND = define_kind(code="poles", prefix="PO", title_zh="杆路表", title_en="poles", purpose_zh="测试",
    filers=("department",), cadence="yearly", fields=(Field("poles", "杆路", "poles", Type.COUNT),),
    rules=(Rule(id="PO-01", severity=Severity.MUST, scope=Scope.ROW, title_zh="不少于一根", title_en="at least one",
        holds=pl.col("poles") >= 1, fields=("poles",), expected="≥ 1", message_zh="只有 {poles} 根。",
        message_en="only {poles}.", basis="约定"),))
"""
EXAMPLES = """
period = "2025"
filer = "GLC"
rows = [{ poles = "3" }]

[[wrong]]
breaks = ["PO-01"]
change = { poles = "0" }
"""


def test_a_bureaus_own_form_brings_its_examples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "poles.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.setenv("JIXIAO_KINDS", str(tmp_path))
    assert "未提供示例" in said(monkeypatch, capsys, "PO-01")
    (tmp_path / "poles.toml").write_text(EXAMPLES, encoding="utf-8")
    shown = said(monkeypatch, capsys, "PO-01")
    assert "只有 0 根。" in shown
    assert "杆路：3" in shown
    assert "未提供示例" not in shown
