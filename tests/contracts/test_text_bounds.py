"""Bounds of texts: their length without blanks, and characters that nobody sees."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ContractError
from contracts.field import Field, Type
from contracts.text_bounds import text_rules

FIELD = Field("x", "完成情况", "what was done", length=(4, 6))


def answers(texts: list[str | None]) -> dict[str, list[bool | None]]:
    frame = pl.DataFrame({"x": texts}, schema={"x": pl.String})
    rules = text_rules("T", FIELD, "")
    when = pl.col("x").is_not_null()
    assert all(rule.when is not None and rule.when.meta.eq(when) for rule in rules)
    return {rule.id: frame.select(pl.when(when).then(rule.holds))[:, 0].to_list() for rule in rules}


@pytest.mark.parametrize(
    ("text", "fits"),
    [("四个字呢", True), ("三个字", False), ("一 二\n三　四\t五六", True), ("一二三四五六七", False), (None, None)],
)
def test_length_counts_what_is_read(text: str | None, fits: bool | None) -> None:
    assert answers([text])["T-x-length"] == [fits]


@pytest.mark.parametrize("sign", ["\u00a0", "\x00", "\x1b", "\x7f", "\x85", "\ue000", "\uf8ff", "\U000f0000", "\x0b"])
def test_a_character_that_nobody_sees_is_found_and_told(sign: str) -> None:
    rule = text_rules("T", FIELD, "")[1]
    frame = pl.DataFrame({"x": [f"第一行\n甲乙{sign}丙"]})
    assert frame.select(rule.holds)[0, 0] is False
    assert frame.select(rule.values["before"])[0, 0] == "第一行\n甲乙"


@given(
    st.text(
        st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u00a0") | st.sampled_from("\n\r\t")
    )
)
def test_whatever_can_be_read_passes(text: str) -> None:
    assert answers([text])["T-x-characters"] == [True]


@pytest.mark.parametrize("length", [(0, 5), (5, 4)])
def test_bounds_that_nothing_can_meet_are_refused(length: tuple[int, int]) -> None:
    with pytest.raises(ContractError):
        Field("x", "列", "x", length=length)
    with pytest.raises(ContractError):
        Field("x", "列", "x", Type.COUNT, length=(1, 5))


def test_a_field_without_bounds_has_no_such_rules() -> None:
    assert text_rules("T", Field("x", "列", "x"), "") == []
