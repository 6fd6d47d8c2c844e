"""Units in their one spelling, and the exact factor between two of them: 户/万户, Mbps/Gbps, 件/百万用户, 部/百人.

Only decimal multiples of one unit are converted. Between others (GB and TB, 小时 and 分钟, 人 and 人次, % and 百分点)
nothing is, for the factor is a convention, or there is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Final

from contracts.amounts import Quantity
from contracts.numerals import fold, scale_exponent
from contracts.units import PER_PATTERN, UNIT_PATTERN, canonical_unit, kind_of_unit
from contracts.written_numbers import SCALE_PATTERN, power

_UNIT: Final = re.compile(rf"(?P<scale>{SCALE_PATTERN})?(?P<unit>{UNIT_PATTERN})")
_PER: Final = re.compile(rf"(?P<scale>{SCALE_PATTERN})?(?P<unit>{PER_PATTERN})")
_STROKE: Final = re.compile("[/·.]")
_TIMES: Final = frozenset("年季月周日天")  # stand behind a stroke alone: 元/月
# Multiples by decimal convention alone; storage (GB) counts by 1000 or by 1024, so it is not here.
_PREFIXED: Final = {
    "kbps": (3, "bps"), "Mbps": (6, "bps"), "Gbps": (9, "bps"), "Tbps": (12, "bps"),
    "kW": (3, "W"), "MW": (6, "W"), "‰": (-3, "1"), "%": (-2, "1"), "用户": (0, "户"),
}  # fmt: skip


@dataclass(frozen=True)
class _Scaled:
    """A unit as ten to the power of `exponent` times `unit`, each part of a rate (部/百人) by itself."""

    exponent: int
    unit: tuple[str, ...]


def spelled_unit(text: str) -> str | None:
    """One unit or rate in its one spelling, with its scale word, or None: 千米 → 公里, 万元/户.月 → 万元/户·月."""
    names: list[str] = []
    for part in _STROKE.split(text.strip()):
        found = _UNIT.fullmatch(part) or (_PER.fullmatch(part) if names else None)
        if not found and not (names and part in _TIMES):
            return None
        names.append((found["scale"] or "") + canonical_unit(found["unit"]) if found else part)
    head, *pers = names
    return f"{head}/{'·'.join(pers)}" if pers else head


@lru_cache(maxsize=1024)
def conversion(stated: str, base: str) -> Decimal | None:
    """How many of `base` one of `stated` is, a power of ten; None where they are no decimal multiples of one unit."""
    one, other = _scaled(stated), _scaled(base)
    return power(one.exponent - other.exponent) if one and other and one.unit == other.unit else None


def in_unit(quantity: Quantity, unit: str) -> Quantity | None:
    """The same quantity counted in `unit`, exactly; None where its own unit does not convert to it.

    No unit at all ("") takes any. Nothing is nothing in every unit: 零投诉 is 0 人次.
    """
    if unit in ("", quantity.unit):
        return quantity
    times = Decimal(1) if quantity.kind == "zero" else conversion(quantity.unit, unit)
    if times is None:
        return None
    by = times.adjusted()
    value, low, high = (None if n is None else _shifted(n, by) for n in (quantity.value, quantity.low, quantity.high))
    kind = quantity.kind if quantity.kind == "zero" else kind_of_unit(unit)
    return replace(
        quantity, value=value, low=low, high=high, precision=_shifted(quantity.precision, by), unit=unit, kind=kind
    )


def _shifted(number: Decimal, by: int) -> Decimal:
    """`number` times ten to the power of `by`, to the last digit however many it has."""
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # a quantity is a number
    idle = max(0, exponent + by)  # a positive exponent is written out
    return Decimal((sign, (*digits, *(0,) * idle), exponent + by - idle))


def _scaled(unit: str) -> _Scaled | None:
    exponent, names = 0, []
    for number, part in enumerate(_STROKE.split(spelled_unit(fold(unit)) or "")):
        found = _UNIT.fullmatch(part) or (_PER.fullmatch(part) if number else None)
        if not found and part not in _TIMES:
            return None
        scale, name = (found["scale"] or "", found["unit"]) if found else ("", part)
        more, name = _PREFIXED.get(name, (0, name))
        exponent += (scale_exponent(scale) + more) * (-1 if number else 1)
        names.append(name)
    return _Scaled(exponent, tuple(names))
