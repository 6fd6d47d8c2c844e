"""The grammar of one stated quantity: comparator, direction, number, scale, approximator, unit.

Turns a match of AMOUNT_PATTERN into a Quantity with the interval that the words allow. It never rounds, never guesses
a missing number and never converts a unit; which part of a text is a quantity is decided by its callers.
Readings follow section 0 of the domain rules: precision, approximators, direction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from contracts.numerals import chinese_integer, scale_exponent
from contracts.units import UNIT_PATTERN, canonical_unit, kind_of_unit
from contracts.written_numbers import (
    CHINESE_PATTERN,
    MIXED_PATTERN,
    NUMBER_PATTERN,
    SCALE_PATTERN,
    Number,
    number_of,
    power,
    shifted,
)

Comparator = Literal["=", ">", ">=", "<", "<=", "~"]
Role = Literal["actual", "target"]

_SHARES: Final = ("%", "‰", "百分点")
_DOWN: Final = r"净减少|净减|降低|下降|减少|降幅|压减|压降|缩减|降"
_UP: Final = r"净增加|净增|增长|上升|提高|提升|增幅|增加|新增|上涨"

_BEFORE_WORDS: Final[dict[Comparator, str]] = {
    "<=": "<= ≤ ≦ 不得超过 不能超过 不超过 未超过 没有超过 不高于 不大于 不多于 不得高于 不得多于 至多 最多 控制在",
    ">=": ">= ≥ ≧ 不少于 不低于 不小于 不得少于 不得低于 至少 最少 上",
    ">": "> 超过 超 突破 大于 高于 多于 过",
    "<": "< 小于 低于 少于 不足 不到 不满 未达到 未达",
    "~": "近 将近 接近 约 大约",
    "=": "达到 达 = 为",
}
_AFTER_WORDS: Final[dict[Comparator, str]] = {
    ">=": "以上 及以上",
    "<=": "以下 及以下 以内 之内",
    "=": "内",  # 两年内 is a window of exactly two years; 以内 bounds what was measured
    ">": "以外",
    "~": "左右 上下",
}
_BEFORE: Final = {word: sign for sign, words in _BEFORE_WORDS.items() for word in words.split()}
_AFTER: Final = {word: sign for sign, words in _AFTER_WORDS.items() for word in words.split()}
_LEVEL_WORDS: Final = frozenset(_BEFORE_WORDS["="].split())  # 达 says no more than "is", except in a target
# One-character words are comparators only when they are words: 通过三年, 附近3家 and 签约10家 compare nothing.
_GUARDED: Final = {
    "过": "(?<![通经不超])过",
    "近": "(?<![附最临邻接将])近",
    "约": "(?<![签预合节条违守履大])约",
    "达": "(?<![到送抵])达",
    "为": "(?<![作成])为",
    "超": "(?<!赶)超",
    "上": "(?<![以之])上(?=[百千万亿])",  # 上百家
}
_COMPARED: Final = "|".join(_GUARDED.get(word, re.escape(word)) for word in sorted(_BEFORE, key=len, reverse=True))
_WITHIN: Final = "(?<=[年月日周时钟秒度])内"  # a word after a unit of time only: 3家内资企业
_TRAILING: Final = "|".join(_WITHIN if word == "内" else word for word in sorted(_AFTER, key=len, reverse=True))

DIRECTION_PATTERN: Final = (
    rf"(?:(?:再|已|同比|环比|较上年|比上年)*(?:(?P<down>{_DOWN})|(?P<up>{_UP}))(?P<level>至|到|为)?了?)?"
)
AMOUNT_PATTERN: Final = (
    r"(?:(?P<rate>[日月年周]均)[\u4e00-\u9fff]{0,6}?)?"
    rf"{DIRECTION_PATTERN}"
    rf"(?P<before>{_COMPARED})?"
    rf"(?:(?P<hundredths>百分之)?(?P<sign>(?:(?<![\w)）〕”\]\ue000])|(?<=[长降低减少升高加率为是达了幅]))[-+])?"
    rf"(?:(?P<mixed>{MIXED_PATTERN})|(?P<digits>{NUMBER_PATTERN})|(?P<several>[数几](?=[十百千万亿]))?(?P<chinese>{CHINESE_PATTERN}|(?=[万亿]))))"
    rf"(?P<inner>余|多(?![轮种家次]))?(?P<scale>{SCALE_PATTERN})?(?P<more>余|多(?!家企))?"
    rf"(?:(?P<tenths>成(?![员立为本果效功品交])|折(?![算扣合页叠旧射]))|(?P<unit>{UNIT_PATTERN}))?"
    rf"(?P<after>{_TRAILING})?"
)


@dataclass(frozen=True)
class Quantity:
    """A stated quantity in base units after 万/亿.

    text: as filed. value: the stated number, None where none is stated (数百). low, high: the interval that the words
    allow, None = unbounded; *_closed: whether the bound itself belongs to it. precision: place value of the last
    written digit. direction: -1 fall (value is its magnitude), +1 rise, 0 a level. unit: canonical, "" when unknown.
    kind: quantity, percentage, percentage point, duration, working days, recurrence or zero; and two that keep apart
    what must not be loaded as measured: definition (65岁以上 says who is meant, rule RG-10) and ratio (翻一番 is twice
    a level that is not stated).
    """

    text: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    low_closed: bool
    high_closed: bool
    unit: str
    comparator: Comparator
    precision: Decimal
    direction: int
    kind: str


def amount(found: re.Match[str], text: str, default_unit: str, role: Role) -> Quantity | None:
    """The Quantity of one match of AMOUNT_PATTERN, None where its words do not fit together."""
    part = found.groupdict()
    unit = canonical_unit(part["unit"]) if part["unit"] else default_unit
    if part["hundredths"]:
        unit = "%"
    if part["several"]:
        return _several(part, text, unit)
    number = number_of(part)
    if number is None:
        return None
    if part["tenths"] == "成":
        number, unit = shifted(number, 1), "%"
    elif part["tenths"]:
        number, unit = shifted(number, -2 if number.value >= 10 else -1), "倍"
    if part["rate"]:
        unit = f"{unit}/{part['rate'][0]}"
    if unit in _SHARES and role == "actual" and number.value not in (0, 100):
        # 95% was rounded like any other share; 100 % and 0 % say all and none, and what a target names is exact.
        number = replace(number, counted=False)
    comparator = _comparator(part, role)
    low, high, low_closed, high_closed = _interval(number, comparator, part)
    return Quantity(
        text, number.value, low, high, low_closed, high_closed, unit, comparator, power(number.exponent),
        direction_of(part), kind_of_unit(unit),
    )  # fmt: skip


def is_turn_of_phrase(found: re.Match[str]) -> bool:
    """百万用户, 百名法学家: 百 or 千 with no number before it counts only where more is said (超百万用户)."""
    numeral = found["chinese"]
    if not numeral or numeral[0] not in "百千" or found["several"]:
        return False
    return not (is_compared(found) or found["more"] or found["inner"])


def is_compared(found: re.Match[str]) -> bool:
    """Whether a word before the number compares; 达 and 为 only say what it is."""
    return found["before"] not in {None, *_LEVEL_WORDS}


def attained(quantity: Quantity, text: str) -> Quantity:
    """What 完成降低15%的目标 states: the target is reached, so its number is a lower bound; a bound stays as it is."""
    if quantity.comparator != "=" or quantity.value is None:
        return replace(quantity, text=text)
    return replace(
        quantity, text=text, comparator=">=", low=quantity.value, low_closed=True, high=None, high_closed=False
    )


def exact(text: str, value: int, unit: str, kind: str) -> Quantity:
    """A quantity that is one point: a zero, or once a week."""
    number = Decimal(value)
    return Quantity(text, number, number, number, True, True, unit, "=", Decimal(1), 0, kind)


def _several(part: dict[str, str | None], text: str, unit: str) -> Quantity | None:
    """数百: no point value, somewhere in [200, 999]."""
    step = (chinese_integer(part["chinese"]) or 0) if part["chinese"] else 1
    step *= 10 ** scale_exponent(part["scale"] or "")
    qualified = part["after"] or part["inner"] or part["more"] or part["before"] not in {None, *_LEVEL_WORDS}
    if qualified or step < 10:
        return None  # 超过数百 has no interval that anyone could state
    low, high = Decimal(2 * step), Decimal(10 * step - 1)
    return Quantity(text, None, low, high, True, True, unit, "~", Decimal(step), direction_of(part), kind_of_unit(unit))


def _comparator(part: dict[str, str | None], role: Role) -> Comparator:
    """The later word wins: 达到99%以上 is >=; 超…余 says > twice."""
    before, after = part["before"], part["after"]
    if after and after != "内":
        return _AFTER[after]
    if before and before not in _LEVEL_WORDS:
        return _BEFORE[before]
    if part["more"] or part["inner"]:
        return ">"
    return ">=" if role == "target" and before in ("达", "达到") else "="


def _interval(
    number: Number, comparator: Comparator, part: dict[str, str | None]
) -> tuple[Decimal | None, Decimal | None, bool, bool]:
    value, unit = number.value, power(number.place)
    if comparator == "=":
        if number.counted:
            return value, value, True, True
        half = power(number.exponent) / 2
        return value - half, value + half, True, False
    if comparator == ">=":
        return value, None, True, False
    if comparator == "<=":
        return None, value, False, True
    if comparator == "<":
        return None, value, False, False
    if comparator == ">":
        bounded = not part["after"] and part["before"] in {None, *_LEVEL_WORDS}  # only 余 or 多 was said
        return value, value + unit if bounded else None, False, False
    near = part["before"] in ("近", "将近", "接近") and not part["after"]
    return value - unit, value if near else value + unit, False, False


def direction_of(part: Mapping[str, str | None]) -> int:
    """降至5.75元 is a level, 降低15% is a fall; 新增 counts a flow, whose sign is its own."""
    # 降幅为 states the fall itself; any other 至/到/为 after the verb states where it ended.
    if part["level"] and not (part["level"] == "为" and (part["down"] == "降幅" or part["up"] == "增幅")):
        return 0
    if part["down"]:
        return -1
    return 1 if part["up"] and part["up"] != "新增" else 0
