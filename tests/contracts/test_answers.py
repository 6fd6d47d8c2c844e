"""Two plans, one answer: whether a frame is low or tall makes no difference to what its rules answer."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given

from contracts.answers import TALL, ask, crashed
from contracts.errors import ContractError
from contracts.finding import RuleCount
from contracts.rule import Rule
from tests.contracts.right_rows import RIGHT, judge_right, kinds
from tests.contracts.small_kind import judge_small, make_rule, small_kind
from tests.contracts.test_register import rules, small_rows

LOW = 1 << 40


@given(rules(), small_rows)
def test_a_tall_frame_is_answered_as_a_low_one(made: tuple[Rule, ...], rows: Sequence[tuple[str, str, str]]) -> None:
    frame = judge_small(small_kind(*made), rows).frame
    assert ask(made, frame, tall=0) == ask(made, frame, tall=LOW)


@pytest.mark.parametrize("code", sorted(kinds()))
def test_real_rules_answer_the_same_of_a_tall_frame(code: str) -> None:
    judgment = judge_right(code, RIGHT[code])
    blanked = judgment.frame.with_columns(
        pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.col(f.name)).alias(f.name) for f in kinds()[code].fields
    )
    for frame in (judgment.frame, blanked):
        assert ask(kinds()[code].rules, frame, tall=0) == ask(kinds()[code].rules, frame, tall=LOW)


def test_a_frame_that_is_tall_by_itself_gets_every_answer() -> None:
    rule = make_rule(pl.col("a") < 10, when=pl.col("b") > 0)
    frame = pl.DataFrame({"a": [1, 10, None, 99] * TALL, "b": [1, 1, 1, 0] * TALL})
    answers = ask([rule], frame)["SM-01"]
    assert answers.count == RuleCount("SM-01", TALL, TALL, TALL, TALL)
    assert answers.failed == list(range(1, 4 * TALL, 4))
    assert answers.untold == 2


@pytest.mark.parametrize("tall", [0, LOW])
def test_the_rule_that_crashes_is_named_either_way(tall: int) -> None:
    wrong = make_rule(pl.col("name") + pl.col("a") > 1, id="SM-02")
    with pytest.raises(ContractError, match="规则 SM-02 无法执行"):
        ask([make_rule(pl.col("a") > 1), wrong], pl.DataFrame({"a": [1], "name": [["甲"]]}), tall=tall)


def test_rules_that_crash_only_together_are_said_to() -> None:
    assert crashed([make_rule(pl.col("a") > 1)], pl.DataFrame({"a": [1]}))[0] == "规则无法一并执行"
