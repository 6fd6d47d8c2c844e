"""Exact numbers: one written form, one value for it, and comparators turned round. Never a float, never rounded."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from contracts.amounts import Comparator

TURNED: Final[Mapping[str, Comparator]] = {"=": "=", "~": "~", ">": "<", ">=": "<=", "<": ">", "<=": ">="}
"""The comparator of a number with its sign changed."""


def decimal_text(value: Decimal) -> str:
    """12.50 → "12.5", 1E+3 → "1000", -0 → "0"; every digit kept, however many."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def canonical(value: Decimal) -> Decimal:
    """The same number without exponent, idle zeros or a negative zero.

    Through its text: `Decimal.normalize` rounds to the context's 28 digits, and a column holds 38.
    """
    return Decimal(decimal_text(value))
