"""Intervals of exact numbers with open or closed ends: what a rounded figure may stand for, and what follows from it.

Ends are fractions, so a quotient is exact and a verdict at a boundary is right. An end of None is unbounded. Nothing
here knows of units, rows or readings; no end is ever a float.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Protocol, Self

Exact = Fraction | Decimal | int
_Side = tuple[Fraction | None, bool]  # an end, and whether it belongs to the interval


class Ends(Protocol):
    """What states an interval: None is unbounded, and its flag does not matter."""

    @property
    def low(self) -> Decimal | None: ...
    @property
    def high(self) -> Decimal | None: ...
    @property
    def low_closed(self) -> bool: ...
    @property
    def high_closed(self) -> bool: ...


@dataclass(frozen=True)
class Interval:
    """The numbers from `low` to `high`; None is no bound. An unbounded end is never closed.

    Raises ValueError where no number lies in between: an empty set says nothing and has no arithmetic.
    """

    low: Fraction | None
    high: Fraction | None
    low_closed: bool = True
    high_closed: bool = True

    def __post_init__(self) -> None:
        if (self.low is None and self.low_closed) or (self.high is None and self.high_closed):
            raise ValueError("an unbounded end cannot be closed")
        if self.low is not None and self.high is not None:
            closed = self.low_closed and self.high_closed
            if self.low > self.high or (self.low == self.high and not closed):
                raise ValueError(f"no number lies between {self.low} and {self.high}")

    @classmethod
    def of(cls, low: Exact | None, high: Exact | None, *, low_closed: bool = True, high_closed: bool = True) -> Self:
        """From any exact ends; the flag of an end that is None does not matter."""
        return cls(
            None if low is None else Fraction(low),
            None if high is None else Fraction(high),
            low_closed and low is not None,
            high_closed and high is not None,
        )

    @classmethod
    def stated_by(cls, ends: Ends) -> Self:
        """That of a quantity or a figure."""
        return cls.of(ends.low, ends.high, low_closed=ends.low_closed, high_closed=ends.high_closed)

    @classmethod
    def point(cls, value: Exact) -> Self:
        return cls.of(value, value)

    @property
    def width(self) -> Fraction | None:
        """None where it is unbounded."""
        return None if self.low is None or self.high is None else self.high - self.low

    # --- arithmetic; every operand is taken to vary on its own

    def __neg__(self) -> Interval:
        return Interval(
            None if self.high is None else -self.high,
            None if self.low is None else -self.low,
            self.high_closed,
            self.low_closed,
        )

    def __add__(self, other: Interval) -> Interval:
        low, high = _sum(self._low, other._low), _sum(self._high, other._high)
        return Interval(low[0], high[0], low[1], high[1])

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def times(self, factor: Exact) -> Interval:
        """`factor` is not zero."""
        by = Fraction(factor)
        one = self if by > 0 else -self
        by = abs(by)
        return Interval(
            None if one.low is None else one.low * by,
            None if one.high is None else one.high * by,
            one.low_closed,
            one.high_closed,
        )

    def over(self, other: Interval) -> Interval | None:
        """The quotient; None where the divisor may be zero or negative, of which no rate is made."""
        if other.low is None or other.low < 0 or (other.low == 0 and other.low_closed):
            return None
        # Times the reciprocal, which lies between `least` and `most`, both positive but for an open `least` of zero.
        least = (Fraction(0), False) if other.high is None else (1 / other.high, other.high_closed)
        most = (None, False) if other.low == 0 else (1 / other.low, other.low_closed)
        low = _times(self._low, most if self.low is not None and self.low < 0 else least)
        high = _times(self._high, least if self.high is not None and self.high < 0 else most)
        return Interval(low[0], high[0], low[1], high[1])

    @property
    def _low(self) -> _Side:
        return self.low, self.low_closed

    @property
    def _high(self) -> _Side:
        return self.high, self.high_closed

    # --- what two intervals say of each other

    def may_equal(self, other: Interval) -> bool | None:
        """Whether some number lies in both; None where no bound of either could have refuted it."""
        return _both(self.may_be_at_most(other), other.may_be_at_most(self))

    def may_be_at_most(self, other: Interval) -> bool | None:
        """Whether some number here is at most some number there; None where no bound stands against it."""
        if self.low is None or other.high is None:
            return None
        return self.low < other.high or (self.low == other.high and self.low_closed and other.high_closed)

    def lies_in(self, other: Interval) -> bool:
        """Whether every number here is one there."""
        above = other.low is None or (
            self.low is not None
            and (self.low > other.low or (self.low == other.low and (other.low_closed or not self.low_closed)))
        )
        below = other.high is None or (
            self.high is not None
            and (self.high < other.high or (self.high == other.high and (other.high_closed or not self.high_closed)))
        )
        return above and below

    def gap(self, other: Interval) -> Fraction:
        """How far the two are apart at least; 0 where they meet or touch."""
        apart = [
            below.low - above.high
            for below, above in ((self, other), (other, self))
            if below.low is not None and above.high is not None
        ]
        return max([Fraction(0), *apart])

    def integers(self) -> tuple[int | None, int | None]:
        """The smallest and the largest whole number in it, None where unbounded; (1, 0) where there is none."""
        low = None if self.low is None else ceil(self.low) + (self.low.denominator == 1 and not self.low_closed)
        high = None if self.high is None else floor(self.high) - (self.high.denominator == 1 and not self.high_closed)
        return (1, 0) if low is not None and high is not None and low > high else (low, high)

    def __contains__(self, value: Exact) -> bool:
        return Interval.point(value).may_equal(self) is not False


def total(intervals: Iterable[Interval]) -> Interval:
    """The sum; a point of zero where there is nothing to add."""
    answer = Interval.point(0)
    for one in intervals:
        answer = answer + one
    return answer


def smallest_denominator(share: Interval) -> int | None:
    """The fewest cases of which a share (0 to 1) inside the interval can be: 99.5 % rounded needs 182.

    The denominator of the simplest fraction in the interval, found by walking the Stern-Brocot tree. None where the
    interval is unbounded below.
    """
    if share.low is None:
        return None
    return _simplest(share).denominator


def _simplest(one: Interval) -> Fraction:
    assert one.low is not None
    low, high = one.integers()
    if (low, high) != (1, 0) and low is not None:
        return Fraction(low)
    whole = floor(one.low)
    rest = one - Interval.point(whole)
    turned = Interval.point(1).over(rest)
    assert turned is not None  # a closed end at a whole number was found above
    return whole + 1 / _simplest(turned)


def _sum(one: _Side, other: _Side) -> _Side:
    return (None, False) if one[0] is None or other[0] is None else (one[0] + other[0], one[1] and other[1])


def _times(end: _Side, factor: _Side) -> _Side:
    """An end times a positive factor; a closed zero stays zero whatever the factor is."""
    if end[0] == 0:
        return end
    return (None, False) if end[0] is None or factor[0] is None else (end[0] * factor[0], end[1] and factor[1])


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None and other is None else True
