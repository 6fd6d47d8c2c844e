"""What lies between two figures of one thing: by how much, and by how many per cent. On intervals, exactly.

Each of the two is taken to vary within its bounds on its own. Pure values; nothing here looks a figure up.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil, floor
from typing import Final

from contracts.interval import Interval
from contracts.targets import Stated

PLACES: Final = 10  # decimals of what is no finite decimal: as many as the analyst's numbers have


@dataclass(frozen=True)
class Change:
    """What one figure is beside another. value, pct: as stated; None where there is nothing to subtract or divide.

    difference: the bounds, in the unit of both. pct_bounds: those in %, None where what is divided by may be zero or
    negative.
    """

    value: Fraction | None
    difference: Interval
    pct: Fraction | None
    pct_bounds: Interval | None


def share(part: Stated, whole: Stated) -> Change:
    """How many per cent `part` is of `whole`, which is in the same unit, and how far it is from all of it."""
    value = None if part.value is None or whole.value is None else part.value - whole.value
    pct = part.value / whole.value * 100 if part.value is not None and whole.value and whole.value > 0 else None
    quotient = part.interval.over(whole.interval)
    return Change(value, part.interval - whole.interval, pct, None if quotient is None else quotient.times(100))


def change(now: Stated, then: Stated) -> Change:
    """From `then` to `now`, which are in one unit."""
    beside = share(now, then)
    pct, bounds = beside.pct, beside.pct_bounds
    return Change(
        beside.value,
        beside.difference,
        None if pct is None else pct - 100,
        None if bounds is None else bounds - Interval.point(100),
    )


def rounded(number: Fraction | None, direction: int = 0) -> Decimal | None:
    """At `PLACES` decimals: the lower end of an interval (-1) downwards, the upper (1) upwards, else to the nearest."""
    if number is None:
        return None
    scaled = number * 10**PLACES
    whole = floor(scaled) if direction < 0 else ceil(scaled) if direction > 0 else round(scaled)
    with localcontext() as context:
        context.prec = max(28, len(str(abs(whole))))
        return Decimal(whole).scaleb(-PLACES)
