"""Columns of intervals as floats that never claim more than is so: each end is known to lie between two floats.

Every step rounds outward, one float further than the processor's own rounding, so what is sure here is sure. NaN
stands for an end that is unbounded, and for what floats cannot tell (a divisor that may be zero): such rows are decided
exactly elsewhere. The rows' own intervals are `contracts.interval`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class End:
    """The ends of a column of intervals: each lies from `down` to `up`, both included."""

    down: Floats
    up: Floats


@dataclass(frozen=True, eq=False)
class Bounds:
    """A column of intervals by its lower and its upper ends; whether an end belongs to them is not said."""

    low: End
    high: End


def as_floats(numbers: pl.Series) -> Floats:
    """The nearest floats; NaN for null."""
    return numbers.cast(pl.Float64).to_numpy()


def bounded(low: Floats, high: Floats) -> Bounds:
    """From ends that are the nearest floats to the exact ones, or one step of calculation beside them."""
    return Bounds(_around(low), _around(high))


def negated(one: Bounds) -> Bounds:
    return Bounds(End(-one.high.up, -one.high.down), End(-one.low.up, -one.low.down))


def added(one: Bounds, other: Bounds) -> Bounds:
    return Bounds(_plus(one.low, other.low), _plus(one.high, other.high))


def multiplied(one: Bounds, factor: float) -> Bounds:
    """`factor` is the nearest float of one that is not zero."""
    if factor < 0:
        one, factor = negated(one), -factor
    by = _around(np.array([factor]))
    return Bounds(_product(one.low, by), _product(one.high, by))


def divided(one: Bounds, by: Bounds) -> Bounds:
    """Where the divisor is above zero and the sign of the numerator's end is beyond doubt; NaN elsewhere."""
    positive = by.low.down > 0
    return Bounds(
        _quotient(one.low, _chosen(one.low, by.high, by.low, positive)),
        _quotient(one.high, _chosen(one.high, by.low, by.high, positive)),
    )


def _around(numbers: Floats) -> End:
    # Some units in the last place: a number turned into a float, and one sum or difference of two such.
    error = np.abs(numbers) * 2.0**-50
    return End(numbers - error, numbers + error)


def _plus(one: End, other: End) -> End:
    return End(np.nextafter(one.down + other.down, -np.inf), np.nextafter(one.up + other.up, np.inf))


def _product(one: End, by: End) -> End:
    """Times a positive number."""
    down = np.minimum(one.down * by.down, one.down * by.up)
    up = np.maximum(one.up * by.down, one.up * by.up)
    return End(np.nextafter(down, -np.inf), np.nextafter(up, np.inf))


def _chosen(end: End, if_positive: End, if_negative: End, sound: npt.NDArray[np.bool_]) -> End:
    """The divisor's end that makes the quotient's, by the sign of the numerator's."""
    positive, negative = sound & (end.down >= 0), sound & (end.up < 0)
    down = np.where(positive, if_positive.down, np.where(negative, if_negative.down, np.nan))
    up = np.where(positive, if_positive.up, np.where(negative, if_negative.up, np.nan))
    return End(down, up)


def _quotient(one: End, by: End) -> End:
    """By a positive number."""
    with np.errstate(over="ignore"):
        down = np.minimum(one.down / by.down, one.down / by.up)
        up = np.maximum(one.up / by.down, one.up / by.up)
    return End(np.nextafter(down, -np.inf), np.nextafter(up, np.inf))
