"""Intervals of exact numbers: every number that the operands allow is in the result, and the ends are attained."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.interval import Interval, smallest_denominator, total

NUMBERS = st.fractions(min_value=-50, max_value=50, max_denominator=20)


@st.composite
def intervals(draw: st.DrawFn, *, above_zero: bool = False) -> Interval:
    low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
    if above_zero:
        low, high = abs(low) + Fraction(1, 7), abs(low) + abs(high) + Fraction(1, 7)
    if low == high:
        return Interval.point(low)
    unbounded = draw(st.sampled_from([(False, False)] * 4 + [(True, False), (False, True)]))
    closed = {"low_closed": draw(st.booleans()), "high_closed": draw(st.booleans())}
    if above_zero:
        unbounded = (False, unbounded[1])
    return Interval.of(None if unbounded[0] else low, None if unbounded[1] else high, **closed)


def inside(one: Interval) -> list[Fraction]:
    """Some numbers of the interval, close to its ends and far from them."""
    low = one.low if one.low is not None else (one.high or Fraction(0)) - 1000
    high = one.high if one.high is not None else low + 2000
    steps = (Fraction(0), Fraction(1, 10**6), Fraction(1, 3), Fraction(1) - Fraction(1, 10**6), Fraction(1))
    return [value for step in steps if (value := low + (high - low) * step) in one]


@given(intervals(), intervals(), intervals(above_zero=True))
def test_no_possible_result_is_left_out(one: Interval, other: Interval, above: Interval) -> None:
    quotient = one.over(above)
    assert quotient is not None
    for a, b in product(inside(one), inside(other)):
        assert a + b in one + other
        assert a - b in one - other
    for a, c in product(inside(one), inside(above)):
        assert a / c in quotient


@given(intervals(), intervals(above_zero=True))
def test_the_ends_of_a_quotient_are_reached(one: Interval, above: Interval) -> None:
    """No wider than need be: as near to a bound as one likes there is a possible result."""
    quotient = one.over(above)
    assert quotient is not None
    results = [a / c for a, c in product(inside(one), inside(above))]
    span = max(results) - min(results)
    if quotient.low is not None and above.high is not None:
        assert min(results) - quotient.low <= span / 1000
    if quotient.high is not None and one.low is not None and above.high is not None:
        assert quotient.high - max(results) <= span / 1000


@given(intervals(), intervals())
def test_comparisons_agree_with_the_numbers_inside(one: Interval, other: Interval) -> None:
    pairs = list(product(inside(one), inside(other)))
    if any(a <= b for a, b in pairs):
        assert one.may_be_at_most(other) is not False
    if any(a == b for a, b in pairs):
        assert one.may_equal(other) is not False
    if one.may_be_at_most(other) is False:
        assert all(a > b for a, b in pairs)
    if one.lies_in(other):
        assert all(a in other for a in inside(one))
    if one.gap(other):
        assert one.may_equal(other) is False


def test_open_ends_do_not_touch() -> None:
    below, above = Interval.of(1, 2, high_closed=False), Interval.of(2, 3)
    assert below.may_equal(above) is False
    assert Interval.of(1, 2).may_equal(above) is True
    assert above.may_be_at_most(below) is False
    assert above.may_be_at_most(Interval.of(1, 2)) is True


def test_where_no_bound_stands_against_it_nothing_is_told() -> None:
    over = Interval.of(100, None, low_closed=False)
    assert Interval.point(200).may_be_at_most(over) is None
    assert over.may_be_at_most(Interval.point(50)) is False
    assert over.may_equal(Interval.point(200)) is True
    assert over.may_equal(Interval.of(7, None)) is None


def test_no_rate_is_made_of_nothing() -> None:
    for divisor in (Interval.point(0), Interval.of(0, 5), Interval.of(-1, 5), Interval.of(None, 5)):
        assert Interval.point(1).over(divisor) is None
    assert Interval.point(1).over(Interval.of(0, 5, low_closed=False)) == Interval.of(Fraction(1, 5), None)


@given(intervals())
def test_whole_numbers_inside(one: Interval) -> None:
    low, high = one.integers()
    here = [n for n in range(-60, 61) if n in one]
    if one.low is not None and one.high is not None:
        assert here == ([] if (low, high) == (1, 0) else list(range(low or 0, (high or 0) + 1)))


@pytest.mark.parametrize(("rate", "step", "fewest"), [("99.5", "0.1", 182), ("95", "1", 19), ("93", "1", 14)])
def test_a_rounded_rate_needs_some_cases(rate: str, step: str, fewest: int) -> None:
    """Domain rule RT-7."""
    half = Fraction(step) / 2
    share = Interval.of(Fraction(rate) - half, Fraction(rate) + half, high_closed=False).times(Fraction(1, 100))
    assert smallest_denominator(share) == fewest
    assert not any(Fraction(n, d) in share for d in range(1, fewest) for n in range(d + 1))


def test_an_empty_interval_is_a_mistake() -> None:
    for ends in ((2, 1, True, True), (1, 1, True, False)):
        with pytest.raises(ValueError, match="no number"):
            Interval(Fraction(ends[0]), Fraction(ends[1]), bool(ends[2]), bool(ends[3]))
    with pytest.raises(ValueError, match="closed"):
        Interval(None, Fraction(1), low_closed=True)


def test_a_sum_of_nothing_is_zero() -> None:
    assert total([]) == Interval.point(0)
