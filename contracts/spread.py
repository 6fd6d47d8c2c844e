"""A quantity stated as two ends: 20~30个, 60%-80%, 1万至2万户, 降低15%-20%.

Both ends belong to it and it has no point value. The unit must be written: 2020-11 is no quantity, and 从20个到30个 is
a change, not a spread.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from contracts.amounts import DIRECTION_PATTERN, Quantity, direction_of
from contracts.numerals import scale_exponent
from contracts.units import UNIT_PATTERN, canonical_unit, kind_of_unit
from contracts.written_numbers import NUMBER_PATTERN, SCALE_PATTERN, power

SPREAD_PATTERN: Final = (
    rf"{DIRECTION_PATTERN}(?:大约|约|达到|达|为)?(?<![从由自A-Za-z])(?P<low>{NUMBER_PATTERN})(?P<low_scale>{SCALE_PATTERN})?(?P<low_unit>{UNIT_PATTERN})?"
    rf"[-~至到]+(?P<high>{NUMBER_PATTERN})(?P<high_scale>{SCALE_PATTERN})?(?P<high_unit>{UNIT_PATTERN})"
)


def spread(found: re.Match[str], text: str) -> Quantity | None:
    """The quantity of one match of SPREAD_PATTERN, None when its units differ or it runs backwards.

    A scale written once belongs to both ends (1至2万户), as a unit does. Precision is the finer end's. A fall between
    two ends has their magnitudes and direction -1, as an amount has.
    """
    unit = canonical_unit(found["high_unit"])
    if found["low_unit"] and canonical_unit(found["low_unit"]) != unit:
        return None
    if unit == "年" and len(found["high"]) == 4:
        return None  # 2020-2022年 is a span of calendar years
    own_scale = found["low_scale"] or ("" if found["low_unit"] and unit != "%" else found["high_scale"])
    low, low_exponent = _end(found["low"], own_scale)
    high, high_exponent = _end(found["high"], found["high_scale"])
    if low > high:
        return None
    precision = power(min(low_exponent, high_exponent))
    direction = direction_of(found.groupdict())
    return Quantity(text, None, low, high, True, True, unit, "~", precision, direction, kind_of_unit(unit))


def _end(digits: str, scale: str | None) -> tuple[Decimal, int]:
    whole, _, decimals = digits.replace(",", "").partition(".")
    exponent = scale_exponent(scale or "") - len(decimals)
    return Decimal(int(whole + decimals)) * power(exponent), exponent
