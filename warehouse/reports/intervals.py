"""Bounds beside bounds: whether two intervals can hold one value, and whether one lies in the other."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol


class Interval(Protocol):
    """low, high: None is unbounded; *_closed: whether the bound itself belongs to it."""

    @property
    def low(self) -> Decimal | None: ...
    @property
    def high(self) -> Decimal | None: ...
    @property
    def low_closed(self) -> bool: ...
    @property
    def high_closed(self) -> bool: ...


def within(inner: Interval, outer: Interval) -> bool:
    """Whether every value of `inner` is one of `outer`."""
    above = outer.low is None or (
        inner.low is not None
        and (inner.low > outer.low or (inner.low == outer.low and (outer.low_closed or not inner.low_closed)))
    )
    below = outer.high is None or (
        inner.high is not None
        and (inner.high < outer.high or (inner.high == outer.high and (outer.high_closed or not inner.high_closed)))
    )
    return above and below


def apart(one: Interval, other: Interval) -> bool:
    """Whether no value belongs to both."""
    return _ends_before(one, other) or _ends_before(other, one)


def _ends_before(one: Interval, other: Interval) -> bool:
    if one.high is None or other.low is None:
        return False
    return one.high < other.low or (one.high == other.low and not (one.high_closed and other.low_closed))
