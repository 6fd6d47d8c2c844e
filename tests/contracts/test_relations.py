"""Relations between stated numbers: the honest filer is never refused, columns answer as single rows do, and the
answer says by how much."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ContractError
from contracts.field import Field, Type
from contracts.readings import Reading
from contracts.relations import (
    Relation,
    never_falls,
    not_after,
    ordered,
    part_of,
    percent_change,
    rate_of,
    same_as,
    share_of,
    shared_between,
    stock_flow,
    sums_to,
    within,
)
from contracts.terms import Operand, added_up, stated
from tests.contracts.stated_rows import ask, columnwise, number, operands, rows_of, typed

WRITTEN = (
    "0 1 2 3 7 12 99 100 1000 1万 1.0万 2.3万 0.31 0.24 10.08 5.75 22.1 42.9 43.0 超50 50余 99以上 不超过3 近12 数百 "
    "-3.5 0.0 -12 说不清"
)
TEXTS = st.sampled_from([None, *WRITTEN.split()])
A, B, C = (number(name) for name in "abc")
MADE: dict[str, Callable[[Operand, Operand, Operand], Relation]] = {
    "sums_to": lambda a, b, c: sums_to(a, [b, c]),
    "sums_to, incomplete": lambda a, b, c: sums_to(a, [b, c], complete=False),
    "part_of": lambda a, b, _: part_of(a, b),
    "shared_between": lambda a, b, c: shared_between(a, [b, b], c),
    "rate_of both": lambda a, b, c: rate_of(a, b, c),
    "rate_of numerator": lambda a, b, _: rate_of(a, b),
    "rate_of denominator": lambda a, b, _: rate_of(a, None, b),
    "share_of": lambda a, b, c: share_of(a, b, c),
    "percent_change": lambda a, b, c: percent_change(a, b, c),
    "percent fall": lambda a, b, c: percent_change(a, b, c, fall=True),
    "stock_flow": lambda a, b, c: stock_flow(a, b, c),
    "never_falls": lambda a, b, _: never_falls(a, b),
    "within": lambda a, _, __: within(a, 0, 100, open_low=True),
    "same_as": lambda a, b, _: same_as(a, b),
}


@pytest.mark.parametrize("name", MADE)
@given(rows=st.lists(st.fixed_dictionaries({"a": TEXTS, "b": TEXTS, "c": TEXTS}), min_size=1, max_size=25))
def test_columns_answer_as_single_rows_do(name: str, rows: list[dict[str, str | None]]) -> None:
    relation = MADE[name](*operands([A, B, C]))
    frame = typed([A, B, C], rows)
    assert columnwise(relation, frame) == [relation.answer(row).holds for row in rows_of(relation, frame)]


@given(
    st.decimals("0.001", 10**6, places=6),
    st.decimals("0.001", 10**6, places=6),
    st.sampled_from([ROUND_HALF_UP, ROUND_DOWN]),
    st.sampled_from([ROUND_HALF_UP, ROUND_DOWN]),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_who_rounds_or_cuts_off_honestly_is_never_refused(
    before: Decimal, after: Decimal, of_inputs: str, of_result: str, places: int, result_places: int
) -> None:
    """True prices, a true change of them, and every number published with as many digits as pleases."""
    change = Fraction(after) / Fraction(before) * 100 - 100
    texts = {
        "a": f"{_cut(change, result_places, of_result)}",
        "b": f"{_cut(Fraction(before), places, of_inputs)}",
        "c": f"{_cut(Fraction(after), places, of_inputs)}",
    }
    fields = [number(name, type_=Type.DECIMAL) for name in "abc"]
    if Decimal(texts["b"]) * 1 > 0:
        answer = ask(percent_change(*operands(fields)), fields, **texts)
        # A base of which only the leading zeros were published tells nothing.
        assert answer.holds is not False


def _cut(value: Fraction, places: int, how: str) -> Decimal:
    scaled = Decimal(value.numerator * 10**12 // value.denominator).scaleb(-12)
    if how == ROUND_HALF_UP and scaled < 0:  # halves go up, as [v − p/2, v + p/2) says
        return -(-scaled - Decimal(1).scaleb(-13)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return scaled.quantize(Decimal(1).scaleb(-places), how)


def test_how_far_apart_and_which_precision_would_mend_it() -> None:
    fields = [number("a", "%"), number("b"), number("c")]
    answer = ask(percent_change(*operands(fields), fall=True), fields, a="43.3%", b="10.08", c="5.75")
    assert answer.holds is False
    assert float(answer.gap) == pytest.approx(0.2158, abs=1e-4)
    assert answer.turns_at == 1, "stated as 43 % it would be right"
    answer = ask(percent_change(*operands(fields), fall=True), fields, a="43.1%", b="10.08", c="5.75")
    assert (answer.holds, answer.turns_at) == (False, Fraction(1))
    answer = ask(percent_change(*operands(fields), fall=True), fields, a="43.04%", b="10.08", c="5.75")
    assert (answer.holds, answer.turns_at) == (False, Fraction(1, 10)), "to one decimal it would be right"


def test_a_field_may_declare_how_its_digits_are_read() -> None:
    readings: list[tuple[Reading, bool]] = [("either", True), ("rounded", False), ("truncated", True)]
    for reading, holds in readings:
        fields = [number("a", type_=Type.DECIMAL, reading=reading), number("b", type_=Type.COUNT)]
        both = operands(fields)
        assert ask(within(both[0], Fraction("1.29"), Fraction("1.299")), fields, a="1.2", b="1").holds is holds


def test_a_bound_is_never_taken_for_its_number() -> None:
    fields = [A, B]
    a, b = operands(fields)
    assert ask(part_of(a, b), fields, a="60", b="超50").holds is None, "nothing bounds it"
    assert ask(part_of(a, b), fields, a="超50", b="40").holds is False
    assert ask(same_as(a, b), fields, a="50余", b="55").holds is True
    assert ask(same_as(a, b), fields, a="超50", b="50").holds is False


def test_a_total_over_all_rows_or_over_a_group() -> None:
    group, part, whole = Field("g", "g", "g"), number("p", type_=Type.DECIMAL), number("w", type_=Type.DECIMAL)
    rows: Sequence[dict[str, str | None]] = [
        {"g": "甲", "p": "1.2", "w": "2.5"},
        {"g": "甲", "p": "1.2", "w": "2.5"},
        {"g": "乙", "p": "1.2", "w": "2.7"},
        {"g": "乙", "p": "1.2", "w": "2.7"},
        {"g": "丙", "p": None, "w": "1"},
    ]
    frame = typed([group, part, whole], rows)
    relation = sums_to(stated(whole), [added_up(stated(part), over="g")])
    assert columnwise(relation, frame) == [True, True, False, False, None]
    everything = sums_to(stated(whole), [added_up(stated(part))])
    assert columnwise(everything, frame) == [None] * 5
    assert columnwise(everything, frame.head(2)) == [True, True]


def test_days_months_and_spans_keep_their_order() -> None:
    fields = [number("a", type_=Type.DATE), number("b", type_=Type.DATE)]
    a, b = operands(fields)
    assert ask(not_after(a, b), fields, a="2020年10月", b="2020-12-23").holds is True
    assert ask(not_after(a, b), fields, a="2020年10月", b="2020-10-05").holds is True, (
        "it may have been the fifth or before"
    )
    assert ask(not_after(a, b), fields, a="2020年10月", b="2020-09-30").holds is False


def test_a_chain_is_compared_link_by_link() -> None:
    fields = [A, B, C]
    links = ordered(*operands(fields))
    assert [ask(link, fields, a="25", b="308", c="52万").holds for link in links] == [True, True]
    assert [ask(link, fields, a="25", b="308", c="100").holds for link in links] == [True, False]


def test_a_rate_of_nothing_is_a_mistake_of_ours() -> None:
    with pytest.raises(ContractError):
        rate_of(stated(A))
    with pytest.raises(ContractError):
        stated(Field("t", "t", "t"))


def test_no_row_is_decided_in_python_but_those_near_a_boundary() -> None:
    fields = [number("a", type_=Type.DECIMAL), number("b", type_=Type.DECIMAL), number("c", type_=Type.DECIMAL)]
    one = typed(fields, [{"a": "42.9", "b": "10.08", "c": "5.75"}, {"a": "-10", "b": "2", "c": "7"}])
    frame = pl.concat([one] * 50_000)
    relation = percent_change(*operands(fields), fall=True)
    calls = []

    class Counting(Relation):
        def answer(self, row):  # type: ignore[no-untyped-def]
            calls.append(row)
            return super().answer(row)

    counting = Counting(relation.left, relation.comparison, relation.right)
    assert columnwise(counting, frame) == [True, False] * 50_000
    assert not calls
