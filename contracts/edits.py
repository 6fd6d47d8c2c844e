"""The single slips that people make on one filed cell: a text → the texts it might have become, or have come from.

One model for both ends: a corruption puts a slip into a right cell (`jixiao rules test`), a candidate fix takes one out
of a wrong cell (`contracts.fixes`). A text keeps its shape: thousands separators, width, 万 and 亿, decimals, what
stands around the number, the way a day is written. Nothing here knows a rule, a neighbouring cell or what is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class Slip(StrEnum):
    """What can happen to one cell, the likeliest first: the order in which fixes are offered."""

    TRANSPOSED = "transposed"
    SIGN = "sign"
    TEN_THOUSAND = "ten thousand"
    HUNDRED = "hundred"
    DECIMAL = "decimal point"
    MOVED = "moved date"
    SWAPPED = "swapped"
    OFF_BY_ONE = "off by one"
    STALE = "stale"
    DROPPED = "dropped"  # as a corruption only: what stood there cannot be told
    MISTYPED = "mistyped"  # as a corruption only: any figure is one digit away from many right ones

    @property
    def zh(self) -> str:
        return {
            "transposed": "相邻两位数字颠倒",
            "sign": "正负号颠倒",
            "ten thousand": "万与个混淆（相差一万倍）",
            "hundred": "百分数与小数混淆（相差一百倍）",
            "decimal point": "小数点错位",
            "moved date": "日期的年、月或日填错",
            "swapped": "与相邻单元格对调",
            "off by one": "末位相差一",
            "stale": "重复填报上期数值",
            "dropped": "漏填",
            "mistyped": "一位数字误填",
        }[self.value]

    @property
    def en(self) -> str:
        return {
            "transposed": "two neighbouring digits transposed",
            "sign": "sign reversed",
            "ten thousand": "ten thousand times off (万)",
            "hundred": "a hundred times off (percent)",
            "decimal point": "decimal point misplaced",
            "moved date": "year, month or day of a date wrong",
            "swapped": "swapped with a neighbouring cell",
            "off by one": "last digit off by one",
            "stale": "last period's value repeated",
            "dropped": "left out",
            "mistyped": "one digit mistyped",
        }[self.value]


@dataclass(frozen=True)
class Edit:
    """What a cell would read after one slip, or with one undone. `text` is None for a cell left blank."""

    slip: Slip
    text: str | None
    zh: str
    en: str


POWERS: tuple[tuple[Slip, int], ...] = (
    (Slip.TEN_THOUSAND, 4), (Slip.TEN_THOUSAND, -4), (Slip.HUNDRED, 2), (Slip.HUNDRED, -2),
    (Slip.DECIMAL, 1), (Slip.DECIMAL, -1), (Slip.DECIMAL, 3), (Slip.DECIMAL, -3),
)  # fmt: skip
_SCALES = ("", "万", "亿", "万亿")
_NUMBER = re.compile(r"([-+−－＋负]?)((?:\d{1,3}(?:[,，]\d{3})+|\d+))(?:([.．])(\d+))?(万亿|万|亿)?")
_OPPOSITES = ("降低", "提高"), ("下降", "上升"), ("减少", "增加"), ("降幅", "增幅")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_MOST_DIGITS, _MOST_DECIMALS = 15, 6
_DATE = re.compile(r"(?<!\d)(?:(\d{4})([-/.年]|(?=\d{4}(?!\d))))?(\d{1,2})(?:([-/.月]|(?<=\d{6}))(\d{1,2}))?(?!\d)")


@dataclass(frozen=True)
class Written:
    """One number as it stands in a text: `whole` and `decimals` in plain digits, and everything around them."""

    before: str
    sign: str
    whole: str
    decimals: str
    scale: str
    after: str
    separator: str = ""
    point: str = "."
    wide: bool = False

    def __str__(self) -> str:
        whole = self.whole
        if self.separator:
            head = len(whole) % 3
            groups = [whole[:head]] * bool(head) + [whole[i : i + 3] for i in range(head, len(whole), 3)]
            whole = self.separator.join(groups)
        number = whole + (self.point + self.decimals if self.decimals else "")
        return self.before + self.sign + (number.translate(_WIDE) if self.wide else number) + self.scale + self.after


def written(text: str | None) -> Written | None:
    """The one number that stands in digits in `text`; None where there is none, or more than one."""
    found = list(_NUMBER.finditer(text or ""))
    if text is None or len(found) != 1:
        return None
    sign, whole, point, decimals, scale = found[0].groups()
    separator = next((c for c in whole if c in ",，"), "")
    plain = "".join(str(int(c)) for c in whole if c != separator)
    wide = not any(c.isascii() for c in whole + (decimals or "") if c.isdigit())
    decimals = "".join(str(int(c)) for c in decimals or "")
    around = text[: found[0].start()], text[found[0].end() :]
    return Written(around[0], sign, plain, decimals, scale or "", around[1], separator, point or ".", wide)


def shifted(text: str, power: int) -> str | None:
    """The number in `text` times 10^power; 万 and 亿 change places where there are any and the power is of their size.

    Idle zeros behind the point go. None where there is no such number, or the result could not be filed.
    """
    number = written(text)
    if number is None or not (number.whole + number.decimals).strip("0"):
        return None
    if number.scale and abs(power) == 4:
        at = _SCALES.index(number.scale) + power // 4
        return str(replace(number, scale=_SCALES[at])) if at < len(_SCALES) else None
    digits, point = number.whole + number.decimals, len(number.whole) + power
    digits = digits.rjust(len(digits) - point + 1, "0") if point < 1 else digits.ljust(point, "0")
    point = max(point, 1)
    whole, decimals = digits[:point].lstrip("0") or "0", digits[point:].rstrip("0")
    if len(whole) > _MOST_DIGITS or len(decimals) > _MOST_DECIMALS:
        return None
    return str(replace(number, whole=whole, decimals=decimals))


def scaled(text: str) -> Iterator[Edit]:
    """Unit, percent and decimal slips, both ways."""
    for slip, power in POWERS:
        moved = shifted(text, power)
        if moved is not None and moved != text:
            times = f"{'×' if power > 0 else '÷'}{10 ** abs(power)}"
            yield Edit(slip, moved, f"{slip.zh}：{times}", f"{slip.en}: {times}")


def negated(text: str) -> Iterator[Edit]:
    """The sign the other way round; in words where the direction is a word."""
    number = written(text)
    if number is None or not (number.whole + number.decimals).strip("0"):
        return
    for pair in _OPPOSITES:
        for here, there in (pair, pair[::-1]):
            if here in number.before:
                yield _plain(Slip.SIGN, text.replace(here, there, 1))
                return
    yield _plain(Slip.SIGN, str(replace(number, sign="" if number.sign in ("-", "−", "－", "负") else "-")))


def transposed(text: str) -> Iterator[Edit]:
    """Each two neighbouring digits that differ, the other way round; none that puts an idle zero in front."""
    number = written(text)
    if number is None:
        return
    digits = number.whole + number.decimals
    for i in range(len(digits) - 1):
        a, b = digits[i], digits[i + 1]
        if a != b and not (i == 0 and b == "0" and len(number.whole) > 1):
            yield _plain(Slip.TRANSPOSED, _with_digits(number, digits[:i] + b + a + digits[i + 2 :]))


def off_by_one(text: str) -> Iterator[Edit]:
    """One more, and one less, in the last place that is written."""
    number = written(text)
    if number is None:
        return
    for step, (zh, en) in ((1, ("少一", "one short")), (-1, ("多一", "one too many"))):
        value = int(number.whole + number.decimals) + step
        if value >= 0:
            digits = str(value).rjust(len(number.decimals) + 1, "0")
            at = len(digits) - len(number.decimals)
            fixed = str(replace(number, whole=digits[:at], decimals=digits[at:]))
            yield Edit(Slip.OFF_BY_ONE, fixed, f"末位{zh}", f"last digit {en}")


def mistyped(text: str) -> Iterator[Edit]:
    """Each digit of the number as each other digit."""
    number = written(text)
    if number is None:
        return
    digits = number.whole + number.decimals
    for i, digit in enumerate(digits):
        for other in "0123456789":
            if other != digit and not (i == 0 and other == "0" and len(number.whole) > 1):
                yield _plain(Slip.MISTYPED, _with_digits(number, digits[:i] + other + digits[i + 1 :]))


def moved(text: str) -> Iterator[Edit]:
    """The one date of a text a year or a month earlier or later, and with day and month exchanged, as it was written.

    Only days that there are. A text with several dates, and a number that is no date, give nothing.
    """
    found = [m for m in _DATE.finditer(text) if (m[1] or m[4]) and (m[4] is not None or m[2] in ("年", "-", "/", "."))]
    if len(found) != 1:
        return
    match = found[0]
    year, month, day = (int(match[i]) if match[i] else None for i in (1, 3, 5))
    assert month is not None
    for y, m, d, zh, en in _days(year, month, day):
        if _exists(y, m, d):
            spans = {1: y, 3: m, 5: d}
            yield Edit(Slip.MOVED, _put(text, match, spans), zh, en)


def swapped(text: str, neighbours: Mapping[tuple[str, str], str | None]) -> Iterator[Edit]:
    """What would stand here had this cell been exchanged with one beside it: (zh, en) of the place → its text."""
    for (zh, en), other in neighbours.items():
        if other is not None and other != text:
            yield Edit(Slip.SWAPPED, other, f"与{zh}的“{other}”对调", f"swapped with “{other}” {en}")


def repeated(text: str, last: str | None) -> Iterator[Edit]:
    """Last period's value."""
    if last is not None and last != text:
        yield _plain(Slip.STALE, last)


def dropped(_: str) -> Iterator[Edit]:
    """A blank where something stood."""
    yield _plain(Slip.DROPPED, None)


def number_edits(text: str) -> Iterator[Edit]:
    """The slips of a number that undo themselves: whatever was corrupted by one is among those of the corrupted."""
    yield from transposed(text)
    yield from negated(text)
    yield from scaled(text)


def _plain(slip: Slip, text: str | None) -> Edit:
    return Edit(slip, text, slip.zh, slip.en)


def _with_digits(number: Written, digits: str) -> str:
    at = len(number.whole)
    return str(replace(number, whole=digits[:at], decimals=digits[at:]))


def _days(year: int | None, month: int, day: int | None) -> Iterator[tuple[int | None, int, int | None, str, str]]:
    if year is not None:
        yield year - 1, month, day, "年份多填一年", "the year before was meant"
        yield year + 1, month, day, "年份少填一年", "the year after was meant"
    yield year, month - 1, day, "月份多填一月", "the month before was meant"
    yield year, month + 1, day, "月份少填一月", "the month after was meant"
    if day is not None and day != month:
        yield year, day, month, "月与日颠倒", "month and day exchanged"


def _exists(year: int | None, month: int, day: int | None) -> bool:
    try:
        date(year or 2000, month, day or 1)
    except ValueError:
        return False
    return True


def _put(text: str, match: re.Match[str], values: Mapping[int, int | None]) -> str:
    """`text` with the numbers of `match` replaced; month and day keep their zeros where one of them shows any."""
    parts = [match[i] for i in (3, 5) if match[i]]
    zeros = any(part.startswith("0") for part in parts) or ("年" not in match[0] and all(len(p) == 2 for p in parts))
    for group, value in sorted(values.items(), reverse=True):
        if match[group] and value is not None and int(match[group]) != value:
            width = 4 if group == 1 else 2 if zeros else 1
            start, end = match.span(group)
            text = text[:start] + f"{value:0{width}}" + text[end:]
    return text
