"""Words for nothing: what a field declares a cell without a value to mean, and what the rules make of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from contracts.errors import ContractError
from contracts.field import Field, Meaning, Type
from contracts.finding import Outcome, RuleCount
from contracts.judge import Judgment
from contracts.kind import Kind
from contracts.rule import Scope
from contracts.schema import passes
from tests.contracts.small_kind import FIELDS, Setting, judge_small, make_rule, small_kind

NA, ZERO, MISSING = Meaning.NOT_APPLICABLE, Meaning.ZERO, Meaning.MISSING
WORDS = (("——", NA), ("无", ZERO), ("/", MISSING))
ABOVE_ONE = make_rule(pl.col("a") > 1)


def kind_with(*rules: Any, total_in: str | None = None, **changes: Any) -> Kind:
    """The small form with words in its field `a`."""
    name, a, b = FIELDS
    return small_kind(*rules, fields=(name, replace(a, words=WORDS, **changes), b), total_in=total_in)


def count(judgment: Judgment, rule: str) -> tuple[int, int, int, int]:
    """passed, failed, not evaluable, not applicable."""
    (found,) = [c for c in judgment.verdict.counts if c.rule == rule]
    assert isinstance(found, RuleCount)
    return found.passed, found.failed, found.not_evaluable, found.not_applicable


@pytest.mark.parametrize(
    ("text", "required", "type_", "above_one"),
    [
        ("5", (1, 0, 0, 0), (1, 0, 0, 0), (1, 0, 0, 0)),
        ("0", (1, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0)),
        ("无", (1, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0)),
        ("——", (1, 0, 0, 0), (0, 0, 0, 1), (0, 0, 0, 1)),
        ("/", (0, 1, 0, 0), (1, 0, 0, 0), (0, 0, 1, 0)),
        ("", (0, 1, 0, 0), (1, 0, 0, 0), (0, 0, 1, 0)),
        ("-", (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)),
    ],
)
def test_each_meaning_answers_the_rules_in_its_own_way(
    text: str, required: tuple[int, ...], type_: tuple[int, ...], above_one: tuple[int, ...]
) -> None:
    judgment = judge_small(kind_with(ABOVE_ONE, required=True), [("甲", text, "")])
    assert count(judgment, "SM-a-required") == required
    assert count(judgment, "SM-a-type") == type_
    assert count(judgment, "SM-01") == above_one


def test_what_does_not_apply_never_passes_not_even_a_rule_that_lets_a_blank_pass() -> None:
    lenient = make_rule(pl.col("a").is_null() | (pl.col("a") > 1))
    assert count(judge_small(kind_with(lenient), [("甲", "——", "")]), "SM-01") == (0, 0, 0, 1)
    assert count(judge_small(kind_with(lenient), [("甲", "/", "")]), "SM-01") == (1, 0, 0, 0)


def test_a_rule_with_a_condition_of_its_own_keeps_it() -> None:
    rule = make_rule(pl.col("a") > 1, when=pl.col("b") > 0)
    rows = [("甲", "——", "1"), ("乙", "5", "1"), ("丙", "5", "0"), ("丁", "5", ""), ("戊", "——", "")]
    assert count(judge_small(kind_with(rule), rows), "SM-01") == (1, 0, 1, 3)


def test_a_rule_about_other_fields_does_not_ask() -> None:
    rule = make_rule(pl.col("b") > 1, fields=("b",), message_zh="{b} 不对", message_en="{b} is wrong")
    assert count(judge_small(kind_with(rule), [("甲", "——", "5")]), "SM-01") == (1, 0, 0, 0)


def test_a_rule_over_all_rows_decides_itself_what_such_a_row_means() -> None:
    rule = make_rule(pl.col("a").sum() > 6, scope=Scope.FRAME)
    assert count(judge_small(kind_with(rule), [("甲", "——", ""), ("乙", "7", "")]), "SM-01") == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("second", "total", "answer"),
    [("——", "5", (2, 0, 0, 0)), ("——", "6", (0, 2, 0, 0)), ("无", "5", (2, 0, 0, 0)), ("/", "5", (0, 0, 2, 0)),
     ("——", "——", (0, 0, 0, 2)), ("2", "7", (2, 0, 0, 0))],
)  # fmt: skip
def test_what_does_not_apply_adds_nothing_to_a_total(second: str, total: str, answer: tuple[int, ...]) -> None:
    setting = Setting(total={"name": "合计", "a": total})
    judgment = judge_small(kind_with(total_in="name"), [("甲", "5", ""), ("乙", second, "")], setting)
    assert count(judgment, "SM-a-total") == answer


def test_what_was_judged_passes_the_gate_and_the_word_is_kept() -> None:
    kind = kind_with(ABOVE_ONE, required=True)
    judgment = judge_small(kind, [("甲", "——", ""), ("乙", "3", "")])
    assert judgment.verdict.outcome is Outcome.ACCEPTED
    kept = passes(kind.schema, judgment.frame)
    assert kept.select("a", "a__text", "a__na").rows() == [(None, "——", True), (3, "3", False)]


def test_a_choice_that_does_not_apply_is_no_unknown_word() -> None:
    name, _, b = FIELDS
    choice = Field("a", "甲数", "a choice", Type.CHOICE, choices=("是", "否"), words=(("/", NA),))
    kind = small_kind(fields=(name, choice, b))
    answers = {text: count(judge_small(kind, [("甲", text, "")]), "SM-a-choice") for text in ("是", "/", "也许")}
    assert answers == {"是": (1, 0, 0, 0), "/": (0, 0, 0, 1), "也许": (0, 1, 0, 0)}
    assert count(judge_small(kind, [("甲", "/", "")]), "SM-a-required") == (1, 0, 0, 0)


@pytest.mark.parametrize("blank", [ZERO, NA])
def test_what_a_blank_means_is_no_missing_value(blank: Meaning) -> None:
    judgment = judge_small(kind_with(ABOVE_ONE, blank=blank), [("甲", "", "")])
    assert count(judgment, "SM-01") == ((0, 1, 0, 0) if blank is ZERO else (0, 0, 0, 1))
    assert count(judgment, "SM-a-type") == ((1, 0, 0, 0) if blank is ZERO else (0, 0, 0, 1))


@pytest.mark.parametrize(
    "declared",
    [
        {"words": (("——", NA), ("— —", ZERO))},
        {"words": (("N/A", NA), ("ｎ／ａ", NA))},
        {"words": (("　", NA),)},
        {"type": Type.TEXT, "words": (("无", ZERO),)},
        {"type": Type.DAY, "required": False, "blank": ZERO},
        {"required": True, "blank": NA},
        {"outline": True},
        {"type": Type.TEXT, "outline": True, "words": (("无", NA),)},
    ],
)
def test_a_declaration_that_contradicts_itself_is_our_fault(declared: dict[str, Any]) -> None:
    with pytest.raises(ContractError, match="x"):
        Field(**{"name": "x", "heading": "甲", "title_en": "x", "type": Type.COUNT, **declared})


def test_words_are_part_of_the_contracts_version() -> None:
    versions = {kind_with().version, small_kind().version, kind_with(blank=ZERO).version}
    assert len(versions) == 3
