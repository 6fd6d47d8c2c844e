"""Many submissions judged together: each gets the judgment that it gets by itself, whatever the others are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ContractError
from contracts.examples import Right
from contracts.expression_rewrites import within
from contracts.judge import Judgment, judge
from contracts.judge_many import Item, judge_many
from contracts.kind import Kind
from contracts.period import Period
from contracts.rule import Rule, Scope
from contracts.structure import structure_finding
from tests.contracts.right_rows import RIGHT, kinds, make_table, references
from tests.contracts.small_kind import PERIOD, make_rule, previous_context, small_kind
from tests.contracts.test_register import rules, small_numbers
from transforms.parsing import parse_table

Rows = Sequence[tuple[str, str, str]]
MISSING_COLUMN = structure_finding("HEAD-02", "缺少列", "a column is missing", field="a")


def item(kind: Kind, rows: Rows, **given_: Any) -> Item:
    table = make_table(kind, [{"name": n, "a": a, "b": b} for n, a, b in rows])
    return Item(table, parse_table(table, kind.fields, year=2020), period=PERIOD, filer="GLC", **given_)


def alone(kind: Kind, one: Item) -> Judgment:
    setting = {name: value for name, value in vars(one).items() if name not in ("table", "frame")}
    return judge(kind, one.table, one.frame, **setting)


def assert_as_alone(kind: Kind, items: Sequence[Item]) -> None:
    together = judge_many(kind, items)
    assert len(together) == len(items)
    for one, many in zip((alone(kind, i) for i in items), together, strict=True):
        assert many.verdict == one.verdict
        assert many.quarantined == one.quarantined
        assert many.frame.equals(one.frame)


files = st.lists(
    st.lists(st.tuples(st.sampled_from(["甲", "乙", ""]), small_numbers, small_numbers), max_size=5), max_size=4
)


@given(rules(), files, st.booleans(), st.integers(0, 3))
def test_each_file_is_judged_as_if_it_were_alone(
    made: tuple[Rule, ...], filed: Sequence[Rows], stand_alone: bool, broken: int
) -> None:
    kind = small_kind(*made, rows_stand_alone=stand_alone)
    found = [(MISSING_COLUMN,) if number == broken else () for number in range(len(filed))]
    assert_as_alone(kind, [item(kind, rows, found=f) for rows, f in zip(filed, found, strict=True)])


@pytest.mark.parametrize("code", sorted(kinds()))
def test_real_kinds_are_judged_as_if_alone(code: str) -> None:
    kind, right = kinds()[code], RIGHT[code]
    spoilt = [dict.fromkeys(row, "说不清") for row in right.rows]
    doubled = [*right.rows, *right.rows]
    items = [_item(kind, right, rows, given_) for rows in (right.rows, spoilt, doubled, ()) for given_ in (False, True)]
    assert_as_alone(kind, items)


def _item(kind: Kind, right: Right, rows: Sequence[Any], compared: bool) -> Item:
    period = Period.parse(right.period)
    table = make_table(kind, rows, right.total)
    frame = parse_table(table, kind.fields, year=period.year)
    totals = parse_table(replace(table, frame=table.totals), kind.fields, year=period.year)
    given_ = references(kind.code, right) if compared else None
    return Item(table, frame, period, right.filer, totals, given_)


def test_a_duplicate_in_another_file_is_none_here() -> None:
    once = make_rule(
        pl.len().over("name") == 1,
        scope=Scope.GROUP,
        group=("name",),
        fields=("name",),
        message_zh="{name}",
        message_en="{name}",
    )
    kind = small_kind(once)
    items = [item(kind, [("甲", "1", "")]), item(kind, [("甲", "1", ""), ("乙", "1", ""), ("乙", "2", "")])]
    assert [[f.rows for f in j.verdict.findings] for j in judge_many(kind, items)] == [[], [(1, 2)]]


def test_frames_of_other_types_stand_beside_each_other() -> None:
    kind = small_kind(make_rule(pl.col("a") < 10), contexts=(previous_context(),))
    first = item(kind, [("甲", "11", "")])
    second = replace(first, frame=first.frame.with_columns(pl.col("a").cast(pl.Int32)))
    assert [len(j.verdict.findings) for j in judge_many(kind, [first, second, first])] == [1, 1, 1]


def test_a_rule_that_crashes_in_one_file_is_named() -> None:
    kind = small_kind(make_rule(pl.col("name") + pl.col("_period_start") == "x"))
    with pytest.raises(ContractError, match="规则 SM-01 无法执行"):
        judge_many(kind, [item(kind, [("甲", "1", "")])])


def test_nothing_filed_gives_nothing() -> None:
    assert judge_many(small_kind(make_rule(pl.col("a") < 10)), []) == []


# --- windows


a = pl.col("a")


@pytest.mark.parametrize(
    "known",
    [a.sum() < 3, a == a.max(), pl.len() > 2, a.null_count() == 0, a.sum().over("name") > a.min(), ~(a > 1).any()],
)
def test_aggregates_and_windows_stay_within_their_file(known: pl.Expr) -> None:
    frame = pl.DataFrame({"name": list("xxyxyy"), "a": [1, 2, None, 4, 5, 6], "_file": [0, 0, 0, 1, 1, 1]})
    apart = pl.concat(
        part.lazy().select(pl.int_range(pl.len()), known.alias("told")).collect()
        for part in frame.partition_by("_file", maintain_order=True)
    )
    windowed = within(known, "_file")
    assert windowed is not None
    assert frame.select(windowed.alias("told"))["told"].to_list() == apart["told"].to_list()


@pytest.mark.parametrize(
    "unknown",
    [a.shift(1) > a, a.cum_sum() > 1, a.rank() > 1, a.replace_strict(pl.col("b"), a) > 1, a.map_batches(lambda s: s)],
)
def test_what_has_no_known_form_within_a_file_is_not_guessed_at(unknown: pl.Expr) -> None:
    assert within(unknown, "_file") is None
