"""One cell's text → one Quantity: "2.3万个", "超50亿次", "99%以上", "零伤亡", "每周".

The whole cell must be a quantity, or the answer is None; nothing is read past except the noun counted (8个科目).
Running prose is the business of `contracts.prose.scan`, handed on here.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from contracts.amounts import AMOUNT_PATTERN, Quantity, Role, amount, attained, is_turn_of_phrase
from contracts.numerals import fold
from contracts.phrases import phrase
from contracts.prose import Span, scan
from contracts.spread import SPREAD_PATTERN, spread
from contracts.units import USERS_PATTERN
from contracts.written_numbers import power

__all__ = ["Quantity", "Role", "Span", "parse_quantity", "render", "scan"]

# A noun that negates, doubts or continues (10个未完成, 5个或) would change the meaning: such a cell is not read.
_NOUN: Final = r"(?:(?!以[上下内外]|左右|上下)[A-Za-z\u4e00-\u9fff](?<![未不无非待暂预拟约或和与及至到另]))"
_CELL: Final = re.compile(rf"(?:{AMOUNT_PATTERN})(?:(?P<users>{USERS_PATTERN})|(?P<noun>{_NOUN}{{0,20}}))[。；;]?")
_SPREAD: Final = re.compile(rf"{SPREAD_PATTERN}{_NOUN}{{0,20}}[。；;]?")
_ATTAINED: Final = re.compile(r"(?:均|已|均已)?(?:完成|达到|实现)了?(?P<goal>[^目标]+)的目标[。；;]?")
LONGEST_CELL: Final = 200  # characters; a longer cell is prose
_PHRASES: Final = frozenset("零无未不没清每翻隐风盲问从")
_ZEROS: Final = {"人": "零伤亡", "件": "零投诉", "起": "零事故"}


def parse_quantity(text: str, *, unit: str | None = None, role: Role = "actual") -> Quantity | None:
    """The quantity that a whole cell states, or None.

    unit: the field's unit, taken where none is written; it converts nothing. role: in a target, 达 is read as >=.
    """
    if len(text) > LONGEST_CELL:
        return None
    folded = fold(text)
    if folded[:1] in _PHRASES:
        said = phrase(folded, text, unit or "")
        if said is not None:
            return said
    found = _CELL.fullmatch(folded)
    if found is None:
        return _otherwise(folded, text, unit, role)
    written = found["unit"]
    if found["noun"] and not (written or found["tenths"] or found["hundredths"]):
        return None  # 10瓶: an unknown unit is not the field's unit
    if is_turn_of_phrase(found):
        return None
    if written == "年" and _is_calendar_year(found):
        return None
    return amount(found, text, "户" if found["users"] and not written else unit or "", role)


def _otherwise(folded: str, text: str, unit: str | None, role: Role) -> Quantity | None:
    """Two ends (20~30个), or a target said to be reached (已完成降低15%的目标)."""
    ends = _SPREAD.fullmatch(folded)
    if ends:
        return spread(ends, text)
    reached = _ATTAINED.fullmatch(folded)
    goal = reached and parse_quantity(reached["goal"], unit=unit, role=role)
    return attained(goal, text) if goal else None


def render(quantity: Quantity) -> str:
    """A canonical text that `parse_quantity` reads back to the same quantity (save its `text`).

    Raises ValueError for a quantity that no words state (an interval without a point value other than 数百 or a range).
    """
    if quantity.kind == "zero":
        return _ZEROS.get(quantity.unit, "零")
    if quantity.kind == "recurrence":
        cycle = quantity.unit.partition("/")[2]
        return f"每{'季度' if cycle == '季' else cycle}{quantity.value}次"
    if quantity.kind == "ratio" and quantity.value is not None:
        return f"翻{'一二三四五六七八九'[int(quantity.value) - 2]}倍"
    unit, rate = _unit_and_rate(quantity)
    verb = {-1: "降低", 0: "", 1: "增长"}[quantity.direction]
    return rate + verb + _worded(quantity, unit)


def _worded(quantity: Quantity, unit: str) -> str:
    if quantity.value is None:
        return _without_point(quantity, unit)
    if unit == "%" and quantity.precision == 10 and abs(quantity.value) <= 100:
        number, unit = f"{quantity.value / 10:.0f}成", ""
    else:
        number = _number(quantity.value, quantity.precision, rounded=_is_rounded_count(quantity))
    match quantity.comparator:
        case ">" if quantity.high is not None:
            return f"{number}余{unit}"
        case ">":
            return f"超{number}{unit}"
        case ">=":
            return f"{number}{unit}以上"
        case "<=":
            return f"不超过{number}{unit}"
        case "<":
            return f"不足{number}{unit}"
        case "~":
            return f"近{number}{unit}" if quantity.high == quantity.value else f"约{number}{unit}"
        case _:
            return f"{number}{unit}"


def _is_rounded_count(quantity: Quantity) -> bool:
    """Whether a whole number here is no exact count; a share's digits need no 万 to say so."""
    shares = ("percentage", "percentage point")
    return quantity.comparator == "=" and quantity.low != quantity.high and quantity.kind not in shares


def _without_point(quantity: Quantity, unit: str) -> str:
    if quantity.low is None or quantity.high is None:
        raise ValueError(f"no point and no interval: {quantity.text}")
    words = {10: "十", 100: "百", 1000: "千", 10_000: "万", 100_000_000: "亿"}
    if quantity.high == quantity.precision * 10 - 1 and int(quantity.precision) in words:
        return f"数{words[int(quantity.precision)]}{unit}"
    low, high = (_number(end, quantity.precision) for end in (quantity.low, quantity.high))
    return f"{low}~{high}{unit}"


def _unit_and_rate(quantity: Quantity) -> tuple[str, str]:
    unit, rate = quantity.unit, ""
    head, slash, per = unit.rpartition("/")
    if slash and per in ("日", "月", "年", "周"):
        unit, rate = head, f"{per}均"
    return {"月": "个月"}.get(unit, unit), rate


def _number(value: Decimal, precision: Decimal, *, rounded: bool = False) -> str:
    """The digits down to `precision`, with the scale word that makes the last one significant.

    rounded: the value is no exact count, so even a whole number is written with 万 (1.2345万).
    """
    exponent = precision.adjusted()
    if exponent in (2, 3) and abs(value) < 10 * precision:
        return f"{value / precision:.0f}{'百千'[exponent - 2]}"
    scale, shift = (
        ("亿", 8) if exponent >= 5 else ("万", 4) if exponent >= 1 or (exponent == 0 and rounded) else ("", 0)
    )
    return f"{value / power(shift):.{max(0, shift - exponent)}f}{scale}"


def _is_calendar_year(found: re.Match[str]) -> bool:
    digits = found["digits"] or ""
    return len(digits) == 4 and "1900" <= digits <= "2100" and not found["before"] and not found["after"]
