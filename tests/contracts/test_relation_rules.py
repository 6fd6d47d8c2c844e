"""The words of a rule that is a relation: ends of a range have their unit, and what is expected says of what."""

from __future__ import annotations

import polars as pl
import pytest

from contracts.field import Type
from contracts.relation_rules import relation_rule
from contracts.relations import Relation, part_of, sums_to, within
from contracts.rule import Rule
from contracts.terms import Sum, added_up, stated
from tests.contracts.stated_rows import number, typed

RATE, COUNT, OTHER = number("备案率", "%"), number("网站", "个", Type.COUNT), number("其中", "个", Type.COUNT)


def rule_of(relation: Relation) -> Rule:
    return relation_rule("XX-1", relation, title_zh="测试", title_en="test", basis="测试")


def expected(rule: Rule, **row: str) -> str:
    assert isinstance(rule.expected, pl.Expr)
    frame = typed((RATE, COUNT, OTHER), [{"备案率": None, "网站": None, "其中": None, **row}])
    return str(frame.lazy().select(rule.expected.alias("e")).collect()["e"][0])


@pytest.mark.parametrize(
    ("relation", "row", "zh", "en", "wanted"),
    [
        (
            within(stated(RATE), 0, 100),
            {"备案率": "101.5%"},
            "应在 {implied}% 之内，至少超出 {gap} 个百分点；",
            "is outside {implied}%, by {gap} points at least;",
            "0～100%",
        ),
        (
            within(stated(COUNT), 0, 50),
            {"网站": "60"},
            "应在 {implied}个 之内，至少超出 {gap}个；",
            "is outside {implied}个, by {gap}个 at least;",
            "0～50个",
        ),
        (
            within(stated(number("数", type_=Type.COUNT)), 0, None),
            {},
            "应在 {implied} 之内，至少超出 {gap}；",
            "is outside {implied}, by {gap} at least;",
            None,
        ),
    ],
)
def test_the_ends_of_a_range_have_their_unit(
    relation: Relation, row: dict[str, str], zh: str, en: str, wanted: str | None
) -> None:
    rule = rule_of(relation)
    assert zh in rule.message_zh
    assert en in rule.message_en
    assert wanted is None or expected(rule, **row) == wanted


def test_what_is_expected_of_a_cell_is_the_bare_value() -> None:
    assert expected(rule_of(sums_to(stated(COUNT), [stated(OTHER)])), 网站="3", 其中="4") == "= 4"
    assert expected(rule_of(part_of(stated(OTHER), stated(COUNT))), 网站="3", 其中="4") == "≤ 3"


def test_what_is_expected_of_no_cell_says_of_what() -> None:
    """Calculated on the left: no cell holds it, and the first cell that is named least of all."""
    rule = rule_of(part_of(Sum((stated(OTHER), stated(OTHER))), stated(COUNT)))
    assert expected(rule, 网站="3", 其中="4") == "“其中” + “其中” ≤ 3"
    assert expected(rule_of(part_of(added_up(stated(OTHER)), stated(COUNT))), 网站="3", 其中="4") == "“其中”合计 ≤ 3"
