"""The validation level of every rule: derived from what it looks at, and never out of step with it."""

from __future__ import annotations

import polars as pl
import pytest

from contracts.field import Field
from contracts.kind import Kind
from contracts.level import Level, contexts_of, level_of
from contracts.measure import Context
from contracts.rule import Rule
from tests.contracts.right_rows import kinds
from tests.contracts.small_kind import FIELDS, make_rule, small_kind

EVERY_RULE = [(kind, rule) for kind in kinds().values() for rule in kind.rules]
NAME = ((pl.col("name"), "name"),)
CONTEXTS = tuple(
    Context(source, NAME, ("a",), f"{source}_", source, source)
    for source in ("previous", "peer", "figures", "some_list")
)


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, Level.FILE),
        ({"holds": pl.col("a") > pl.col("previous_a")}, Level.SERIES),
        ({"when": pl.col("previous_given")}, Level.SERIES),
        ({"expected": pl.col("peer_a").cast(pl.String)}, Level.PEERS),
        ({"values": {"b": pl.col("figures_a")}}, Level.DOMAINS),
        ({"fields": ("a", "some_list_a")}, Level.DOMAINS),
        ({"holds": pl.col("previous_a") > pl.col("peer_a")}, Level.PEERS),
        ({"holds": pl.col("peer_a") > pl.col("a"), "level": 5}, Level.INSTITUTIONS),
        ({"holds": pl.col("_period_start").is_not_null()}, Level.FILE),
    ],
)
def test_a_rule_is_of_the_furthest_level_it_looks_at(changes: dict[str, object], level: Level) -> None:
    rule = make_rule(pl.col("a") > 1)
    changed = make_rule(**({"holds": rule.holds} | changes))  # type: ignore[arg-type]
    kind = small_kind(changed, contexts=CONTEXTS)
    assert level_of(kind, changed) is level


def test_a_field_of_the_form_is_no_context_though_its_name_begins_like_one() -> None:
    words = {"message_zh": "{peer_review}", "message_en": "{peer_review}"}
    rule = make_rule(pl.col("peer_review") == "是", fields=("peer_review",), **words)
    kind = small_kind(rule, contexts=CONTEXTS, fields=(*FIELDS, Field("peer_review", "互评", "peer review")))
    assert contexts_of(kind, rule) == []
    assert level_of(kind, rule) is Level.FILE


def test_a_level_that_does_not_exist_is_our_fault() -> None:
    rule = make_rule(pl.col("a") > 1, level=6)
    with pytest.raises(ValueError, match="6"):
        level_of(small_kind(rule), rule)


@pytest.mark.parametrize(("kind", "rule"), EVERY_RULE, ids=[rule.id for _, rule in EVERY_RULE])
def test_a_rule_that_compares_says_with_what(kind: Kind, rule: Rule) -> None:
    """Nothing but a context brings columns of another submission, so no rule can look further than its level says."""
    level = level_of(kind, rule)
    sources = {context.source for context in contexts_of(kind, rule)}
    if rule.level is None:
        assert bool(sources) == (level > Level.FILE)
        assert (level is Level.SERIES) == (bool(sources) and sources <= {"previous", "period_before", "year_before"})
    if rule.id.endswith("-type"):
        assert level is Level.FORMAT


def test_every_level_but_the_last_has_a_rule() -> None:
    assert {level_of(kind, rule) for kind, rule in EVERY_RULE} >= set(Level) - {Level.INSTITUTIONS}
    assert len({level.zh for level in Level}) == len({level.en for level in Level}) == 6
