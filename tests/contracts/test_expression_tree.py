"""What goes row by row: decided from the expression's tree, and held against evaluating it in pieces."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.expression_rewrites import quicker
from contracts.expression_tree import is_row_by_row, rebuild, tree
from tests.contracts.right_rows import kinds

a, b, text, day = pl.col("a"), pl.col("b"), pl.col("text"), pl.col("day")

BY_ROW = (
    a > 1,
    a + b == 3,
    pl.when(a > 1).then(b > 1),
    text.str.contains("^x"),
    text.is_in(["x", "y"]),
    a.is_in(pl.Series([1, 2])),
    a.is_between(1, 2),
    pl.any_horizontal(a.is_null(), b.is_null()),
    pl.coalesce("a", "b") > 1,
    text.str.normalize("NFKC").str.to_lowercase() == "x",
    text.replace_strict({"x": 1}, default=None) == 1,
    day.dt.year() == 2020,
    day.dt.offset_by("1mo") > day,
    a.cast(pl.Float64).round(1) == 1.0,
    pl.concat_str("text", pl.lit("!")) == "x!",
    a.map_batches(lambda s: s > 1, return_dtype=pl.Boolean, is_elementwise=True),
    a.fill_null(0).eq_missing(b),
)
NOT_BY_ROW = (
    a.sum() > 1,
    a == a.max(),
    a.sum().over("text") > 1,
    pl.len() > 2,
    a.null_count() == 0,
    (a > 1).any(),
    a.shift(1) > 1,
    a.cum_sum() > 2,
    a.rank() > 1,
    a.is_duplicated(),
    text.is_first_distinct(),
    a.forward_fill() > 1,
    a.reverse() > 1,
    a.replace_strict(b, a, default=None) > 1,
    a.is_in(b.implode()),
    pl.lit(pl.Series([1, 2, 3, 4])) > a,
    pl.int_range(pl.len()) > 1,
    text.str.to_date(strict=False) == day,
    a.map_batches(lambda s: s > s.max(), return_dtype=pl.Boolean),
)


@pytest.mark.parametrize("expression", BY_ROW, ids=str)
def test_what_goes_row_by_row_is_known_and_gives_the_same_in_pieces(expression: pl.Expr) -> None:
    assert is_row_by_row(expression)
    whole = FRAME.select(expression.alias("told"))["told"]
    pieces = pl.concat(FRAME[n : n + 1].select(expression.alias("told")) for n in range(FRAME.height))["told"]
    assert whole.to_list() == pieces.to_list()


@pytest.mark.parametrize("expression", NOT_BY_ROW, ids=str)
def test_what_looks_at_other_rows_is_never_taken_for_row_by_row(expression: pl.Expr) -> None:
    assert not is_row_by_row(expression)


FRAME = pl.DataFrame(
    {"a": [1, 2, None, 2], "b": [2, 2, 3, None], "text": ["x", "xy", None, "Ｘ"], "day": ["2020-01-31", None] * 2}
).with_columns(pl.col("day").str.to_date("%Y-%m-%d"))


def test_pinned_polars_looks_at_the_topmost_node_only() -> None:
    # Were it to look deeper, our own walk could go.
    assert (pl.len().over("a") == 1).meta.is_row_separable()


def test_a_tree_is_the_expression_again() -> None:
    told = 0
    rules = [rule for kind in kinds().values() for rule in kind.rules]
    for rule in rules:
        try:
            again = rebuild(tree(rule.answer))
        except pl.exceptions.ComputeError:
            # Polars itself cannot read back every expression that it writes; such a one stays as it is.
            continue
        told += tree(again) == tree(rule.answer)
    assert told > 0.95 * len(rules)


words = st.sampled_from(["甲", "乙", "丙", "", "很长的一个企业名称有限责任公司", None])


@given(st.lists(words, max_size=8), st.lists(words.filter(lambda w: w is not None), max_size=9))
def test_membership_is_answered_the_same_the_quicker_way(filed: list[str | None], known: list[str]) -> None:
    frame = pl.DataFrame({"text": filed}, schema={"text": pl.String})
    for asked in (text.is_in(known), ~text.is_in(known) | text.is_null(), text.str.strip_chars().is_in(known)):
        told = frame.select(x=asked, y=quicker(asked))
        assert told["x"].to_list() == told["y"].to_list()


def test_a_short_list_of_texts_is_compared_and_a_long_one_looked_up() -> None:
    assert "IsIn" not in str(tree(quicker(text.is_in(["甲", "乙"]))))
    assert "IsIn" in str(tree(quicker(text.is_in([f"企业{n}" for n in range(30)]))))
    assert "IsIn" in str(tree(quicker(text.is_in(["甲", None]))))
    assert "IsIn" in str(tree(quicker(a.is_in([1, 2]))))
