"""How two intervals are compared: may they be equal, may the one be at most the other, can a whole number be in it?

Exactly for one pair, and for columns of bounds as far as floats can tell. What is compared is not known here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from contracts.bounds import Bounds, End
from contracts.interval import Interval

NO, YES, UNSURE = 0, 1, -1
Verdicts: TypeAlias = npt.NDArray[np.int64]


class Comparison(ABC):
    """How two intervals are compared: exactly, and for columns as YES, NO or UNSURE."""

    @abstractmethod
    def exact(self, left: Interval, right: Interval) -> bool | None: ...

    @abstractmethod
    def quick(self, left: Bounds, right: Bounds) -> Verdicts: ...

    def __repr__(self) -> str:
        return type(self).__name__


class Equal(Comparison):
    """Some number lies in both."""

    def exact(self, left: Interval, right: Interval) -> bool | None:
        return left.may_equal(right)

    def quick(self, left: Bounds, right: Bounds) -> Verdicts:
        one, other = _above(left.low, right.high), _above(right.low, left.high)
        either = np.where((one == NO) | (other == NO), NO, UNSURE)
        return np.where((one == YES) & (other == YES), YES, either)


class Within(Equal):
    """Some number on the left lies in the range on the right; surely so where all of them do (20户以上 is above 0)."""

    def exact(self, left: Interval, right: Interval) -> bool | None:
        return True if left.lies_in(right) else super().exact(left, right)


class AtMost(Comparison):
    """Some number on the left is at most some number on the right; surely so where all are (2 is part of 490余)."""

    def exact(self, left: Interval, right: Interval) -> bool | None:
        surely = left.high is not None and right.low is not None and left.high <= right.low
        return True if surely else left.may_be_at_most(right)

    def quick(self, left: Bounds, right: Bounds) -> Verdicts:
        return _above(left.low, right.high)


class Whole(Comparison):
    """A whole number that is at least some number on the right lies in the left: such a count can exist."""

    def exact(self, left: Interval, right: Interval) -> bool | None:
        low, high = left.integers()
        if (low, high) == (1, 0):
            return False
        return right.may_be_at_most(Interval.of(low, high))

    def quick(self, left: Bounds, right: Bounds) -> Verdicts:
        # Whole numbers lie at every boundary: an interval that is not wider than one is left to the exact answer.
        wide = left.high.down - left.low.up > 1
        return np.where(wide & (right.low.up < left.high.down - 1), YES, UNSURE)


EQUAL, WITHIN, AT_MOST, WHOLE = Equal(), Within(), AtMost(), Whole()


def _above(low: End, high: End) -> Verdicts:
    """NO where `low` is above `high` beyond doubt, YES where it is below; NaN compares as neither."""
    return np.where(low.down > high.up, NO, np.where(low.up < high.down, YES, UNSURE))
