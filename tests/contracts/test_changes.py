"""Changes and shares on intervals, by hand and by chance."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.changes import PLACES, change, rounded, share
from contracts.interval import Interval
from contracts.targets import Stated


def stated(value: str | None, low: str | None = None, high: str | None = None) -> Stated:
    """Of a number, or of bounds around it."""
    ends = (low, high) if low or high else (value, value)
    interval = Interval.of(*(None if end is None else Decimal(end) for end in ends))
    return Stated(interval, "=", None if value is None else Fraction(value))


def test_a_change_of_exact_numbers() -> None:
    found = change(stated("110"), stated("212"))
    assert (found.value, found.difference) == (Fraction(-102), Interval.point(-102))
    assert found.pct == Fraction(-10200, 212)
    assert found.pct_bounds == Interval.point(Fraction(-10200, 212))


def test_a_change_of_rounded_numbers_has_all_that_it_may_be() -> None:
    found = change(stated("100", "95", "105"), stated("50", "45", "55"))
    assert found.difference == Interval.of(Decimal(40), Decimal(60))
    assert found.pct == 100
    assert found.pct_bounds == Interval.of(Fraction(95 * 100, 55) - 100, Fraction(105 * 100, 45) - 100)


def test_an_open_end_stays_open() -> None:
    found = change(stated("99", low="99"), stated("90"))
    assert (found.difference.low, found.difference.high) == (Fraction(9), None)
    assert found.pct_bounds is not None
    assert (found.pct_bounds.low, found.pct_bounds.high) == (Fraction(10), None)


@pytest.mark.parametrize("before", ["0", "-5"])
def test_of_what_is_not_above_zero_there_is_no_percentage(before: str) -> None:
    found = change(stated("7"), stated(before))
    assert (found.value, found.pct, found.pct_bounds) == (Fraction(7 - int(before)), None, None)


def test_without_a_number_there_is_no_change_but_its_bounds() -> None:
    found = change(stated(None, "100", "200"), stated("50"))
    assert (found.value, found.pct, found.difference) == (None, None, Interval.of(Decimal(50), Decimal(150)))


def test_a_share_is_of_the_sum() -> None:
    shares = [share(stated(part), stated("7")) for part in ("1", "2", "4")]
    assert sum(s.pct for s in shares if s.pct is not None) == 100
    assert rounded(shares[0].pct) == Decimal("14.2857142857")


NUMBERS = st.fractions(min_value=-(10**30), max_value=10**30, max_denominator=10**9)


@given(NUMBERS)
def test_bounds_are_rounded_outwards(number: Fraction) -> None:
    low, nearest, high = (rounded(number, way) for way in (-1, 0, 1))
    assert low is not None
    assert nearest is not None
    assert high is not None
    assert Fraction(low) <= number <= Fraction(high)
    assert Fraction(high) - Fraction(low) in (0, Fraction(1, 10**PLACES))
    assert abs(Fraction(nearest) - number) <= Fraction(1, 2 * 10**PLACES)


@given(st.tuples(*[st.integers(1, 10**6)] * 4), st.fractions(0, 1), st.fractions(0, 1))
def test_whatever_lies_within_changes_within(ends: tuple[int, int, int, int], one: Fraction, two: Fraction) -> None:
    now, then = sorted(ends[:2]), sorted(ends[2:])
    a, b = now[0] + (now[1] - now[0]) * one, then[0] + (then[1] - then[0]) * two
    found = change(stated(None, *map(str, now)), stated(None, *map(str, then)))
    assert a - b in found.difference
    assert found.pct_bounds is not None
    assert (a / b - 1) * 100 in found.pct_bounds
