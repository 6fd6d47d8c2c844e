"""What a written number may stand for: 22.1 % was rounded to its last digit, or the digits behind it were cut off.

Nobody says which, so a field may declare it (`Field.reading`) and the default accepts either: a statement is refuted
only where it fails under both. An exact count, a bound (99%以上) and an approximation (近3成) have one reading; this
must never make an interval of a count.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Literal

from contracts.amounts import Quantity

Reading = Literal["either", "rounded", "truncated"]


def readings(quantity: Quantity, reading: Reading = "either") -> tuple[Quantity, ...]:
    """`quantity` with the interval of each reading that is allowed: rounded before truncated, or the one there is.

    22.1%, either → ([22.05, 22.15), [22.1, 22.2)); 490个, either → (490个,).
    """
    if not is_inexact(quantity):
        return (quantity,)
    allowed: dict[Reading, tuple[Reading, ...]] = {"either": ("rounded", "truncated")}
    return tuple(_read_as(quantity, one) for one in allowed.get(reading, (reading,)))


def principal_reading(quantity: Quantity, reading: Reading) -> Quantity:
    """The reading that `name__low` and `name__high` hold: truncated where a field declares it, else rounded."""
    return readings(quantity, "truncated")[0] if reading == "truncated" else quantity  # parsing reads it as rounded


def is_inexact(quantity: Quantity) -> bool:
    """Whether the number is its written digits and no more: neither a count, nor a bound or an approximation."""
    return quantity.comparator == "=" and quantity.value is not None and quantity.low != quantity.high


def _read_as(quantity: Quantity, reading: Reading) -> Quantity:
    assert quantity.value is not None
    if reading == "rounded":
        half = quantity.precision / 2
        return replace(
            quantity, low=quantity.value - half, high=quantity.value + half, low_closed=True, high_closed=False
        )
    low, high = truncated_ends(quantity.value, quantity.precision)
    return replace(quantity, low=low, high=high, low_closed=low == quantity.value, high_closed=high == quantity.value)


def truncated_ends(value: Decimal, step: Decimal) -> tuple[Decimal, Decimal]:
    """Between which numbers `value` was cut off: [v, v+p), (v−p, v] below zero. Cutting goes towards zero.

    0.0 may be what is left of either sign, so both its ends are open: (−0.1, 0.1). An end that is `value` is closed.
    """
    return (value if value > 0 else value - step, value if value < 0 else value + step)
