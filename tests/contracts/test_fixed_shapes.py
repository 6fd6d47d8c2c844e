"""Texts of a fixed shape: the answers of the regular expression, and no shape where it demands anything else."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.expression_rewrites import quicker
from contracts.fixed_shapes import Shape, shape_of
from tests.contracts.small_kind import make_rule

SHAPES = (
    r"^UC[0-9]{4}-[0-9]{8}$",
    r"^1[3-9][0-9]{9}$",
    r"^[0-9A-Z]{3}$",
    r"^[A-Za-z0-9]{2}/a:b\.[xz]$",
    r"^a{0}b{2}$",
    r"^[3-3]$",
)
NO_SHAPES = (
    r"[0-9]{4}",
    r"^[0-9]{4}",
    r"[0-9]{4}$",
    r"^\d{4}$",
    r"^[0-9]{2,4}$",
    r"^[0-9]+$",
    r"^[0-9]?$",
    r"^a|b$",
    r"^(a)$",
    r"^.$",
    r"^[^a]$",
    r"^[a-z&&b]$",
    r"^[[:alpha:]]$",
    r"^(?i)a$",
    r"^a{2}?$",
    r"^a{2}{2}$",
    r"^a{９}$",
    r"^省$",
    r"^\w$",
    r"^a\$",
    r"^$",
    r"^[0-9]{65}$",
    r"^[9-0]$",
)


def shape(pattern: str) -> Shape:
    found = shape_of(pattern)
    assert found is not None
    return found


def assert_same(pattern: str, texts: pl.Series) -> None:
    answers = texts.to_frame("text").lazy().select(shape(pattern).on(pl.col("text"))).collect().to_series()
    assert answers.to_list() == texts.str.contains(pattern).to_list()


@given(st.sampled_from(SHAPES), st.data())
def test_a_shape_answers_what_its_pattern_answers(pattern: str, data: st.DataObject) -> None:
    right = st.from_regex(pattern.replace("$", r"\Z"))
    near = st.builds(
        lambda text, at, other: text[: at % (len(text) or 1)] + other + text[at % (len(text) or 1) + 1 :],
        right,
        st.integers(0, 20),
        st.sampled_from(
            ["", "0", "９", "９0", "\n", "+", "-", "_", " ", "/", ":", "@", "[", "`", "{", "\x00", "\x7f", "é"]
        ),
    )
    texts = data.draw(st.lists(st.one_of(right, near, st.text(max_size=16), st.none()), max_size=30))
    assert_same(pattern, pl.Series(texts, dtype=pl.String))


@pytest.mark.parametrize("pattern", SHAPES)
@pytest.mark.parametrize("every", [1, 2, 3, 500, 100_000])
def test_in_tall_columns_too(pattern: str, every: int) -> None:
    """More rows than are checked at a time, with a wrong, a short, a blank one at every so many."""
    right = {"U": "UC2020-00000017", "1": "13912345678", "[0": "7Z0", "[A": "a9/a:b.z", "a": "bb", "[3": "3"}
    word = next(text for begin, text in right.items() if pattern.startswith(f"^{begin}"))
    others = ["\x7f" * len(word), word + "\n", "", None, "省" * len(word), word[:-1] + "*"]
    texts = [others[row // every % len(others)] if row % every == every - 1 else word for row in range(20_000)]
    whole = pl.Series(texts, dtype=pl.String)
    assert_same(pattern, whole)
    assert_same(pattern, whole[5:19_990])
    assert_same(pattern, pl.concat([whole[:10], whole[10:9000], whole[9000:]], rechunk=False))


@pytest.mark.parametrize("pattern", NO_SHAPES)
def test_other_demands_are_no_shape(pattern: str) -> None:
    assert shape_of(pattern) is None


def test_what_is_no_text_is_refused_as_the_pattern_refuses_it() -> None:
    numbers = pl.DataFrame({"text": [1, 2]})
    for asked in (pl.col("text").str.contains(SHAPES[1]), shape(SHAPES[1]).on(pl.col("text"))):
        with pytest.raises(pl.exceptions.PolarsError):
            numbers.select(asked)


def test_a_rules_pattern_is_checked_as_a_shape_and_a_literal_text_is_not() -> None:
    rule = make_rule(holds=pl.col("name").str.contains(SHAPES[1]) & pl.col("a").is_not_null())
    frame = pl.DataFrame({"name": ["13912345678", "139", None], "a": [1, 2, 3]})
    made = quicker(rule.holds)
    assert "python" in str(made)
    assert "python" not in str(quicker(pl.col("name").str.contains("^a$", literal=True)))
    assert frame.select(made).to_series().to_list() == frame.select(rule.holds).to_series().to_list()
