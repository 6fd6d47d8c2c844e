"""How numbers are written: 3,286 and 12.5, 十二, 2.3万, 16亿9466万; their value and how finely they are stated.

Patterns for grammars that put words around a number, and what a match of them says. A number is never rounded; how
many digits are read is bounded, so that every value is exact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from contracts.numerals import chinese_integer, scale_exponent

_CHINESE: Final = "[零〇一二两三四五六七八九十百千]"
_NUMERAL: Final = "(?:[零〇一二两三四五六七八九十千]|百(?!分点))"  # 三百分点 are three points
CHINESE_PATTERN: Final = f"(?:(?<!{_CHINESE}){_NUMERAL}{{1,12}}(?!{_NUMERAL}))"
# At most 18 + 8 digits, so that every sum below stays exact within Decimal's 28.
NUMBER_PATTERN: Final = (
    r"(?<![0-9.])(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18})(?:\.[0-9]{1,8})?(?![0-9]|\.[0-9]|,[0-9]{3}(?![0-9]))"
)
_PART: Final = f"(?:[0-9]{{1,4}}|[1-9][百千]|{_CHINESE}{{1,7}})"
# 16亿9466万, 3亿4千万, 1万亿6800亿, 1亿2345万6789: what stands between the parts leaves no doubt about the places.
MIXED_PATTERN: Final = (
    rf"(?<![0-9.])(?<!{_CHINESE})(?:{_PART}万亿{_PART}亿(?:零?{_PART}万)?|(?:[0-9]{{1,8}}|{_CHINESE}{{1,7}})亿零?{_PART}万)"
    rf"(?:[0-9]{{4}})?(?![0-9十千万亿]|百(?!分点)|\.[0-9])"
)
_PARTS: Final = re.compile(rf"(?:([0-9]+)|({_CHINESE}+?))([百千]?万亿|[百千]?[万亿]|$)")
SCALE_PATTERN: Final = r"[十百千]?万亿|[十百千]?[万亿]|千(?![兆米克瓦伏万亿])|百(?![分兆万亿])"


@dataclass(frozen=True)
class Number:
    """`exponent` of the last written digit, `place` of the last non-zero one; `counted`: no 万 and no decimals."""

    value: Decimal
    exponent: int
    place: int
    counted: bool


@lru_cache(maxsize=64)
def power(exponent: int) -> Decimal:
    """10^exponent, exact and written out."""
    return Decimal(10**exponent) if exponent >= 0 else Decimal(1).scaleb(exponent)


def number_of(part: Mapping[str, str | None]) -> Number | None:
    """The number of a match with the groups mixed, digits, chinese, scale and sign; None where there is none.

    万 and 亿 without a number count as 1 behind a comparator (过亿) and before 余 (the groups before and more).
    """
    digits, chinese, scale = part["digits"], part["chinese"], part["scale"] or ""
    shift = scale_exponent(scale)
    if part["mixed"]:
        coefficient, exponent = _mixed(part["mixed"])
    elif digits is not None:
        whole, _, decimals = digits.replace(",", "").partition(".")
        coefficient, exponent = int(whole + decimals), shift - len(decimals)
    else:
        integer = chinese_integer(chinese) if chinese else (1 if scale and (part["before"] or part["more"]) else None)
        if integer is None:
            return None
        coefficient, exponent = integer, shift
    signed = -coefficient if part["sign"] == "-" else coefficient
    value = Decimal(signed * 10**exponent) if exponent >= 0 else Decimal(signed).scaleb(exponent)
    zeros = len(str(coefficient)) - len(str(coefficient).rstrip("0")) if coefficient else 0
    counted = exponent == 0 if part["mixed"] else not scale and exponent >= 0
    return Number(value, exponent, exponent + zeros, counted)


def shifted(number: Number, by: int) -> Number:
    """`number` times 10^by, which is no count."""
    return Number(number.value * power(by), number.exponent + by, number.place + by, counted=False)


def _mixed(written: str) -> tuple[int, int]:
    """Coefficient and exponent of 16亿9466万; the last part that is written gives the exponent."""
    parts = [
        (int(digits), scale_exponent(scale)) if digits else (chinese_integer(numeral) or 0, scale_exponent(scale))
        for digits, numeral, scale in _PARTS.findall(written)
    ]
    exponent = parts[-1][1]
    return sum(number * 10 ** (places - exponent) for number, places in parts), exponent
