"""A figure as a Chinese official document prints it: 99%以上, 超过50亿次, 下降15%以上. Never rounds."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Final

from contracts.exact import TURNED, decimal_text
from contracts.figure import Figure, Source
from contracts.period import Period

_WORDS: Final = {"=": "等于", ">": "大于", ">=": "不小于", "<": "小于", "<=": "不大于", "~": "约为"}
_SCALES: Final = (("万亿", 12), ("亿", 8), ("万", 4))
_SCALED: Final = re.compile(r"[0-9][0-9.,，]*[余多]?(万亿|亿|万)")
_PLAIN: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# From which number on, and for how round a number, a scale word stands for zeros: word, exponent, least, step.
_ROUND: Final = (("亿", 8, Decimal(10**8), Decimal(10**6)), ("万", 4, Decimal(10**6), Decimal(10**3)))
_COUNTED_MONTHS: Final = {"月": "个月"}


def figure_text(figure: Figure) -> str:
    """The value with its unit and its comparator in words, its decimals as they were written.

    万 and 亿 where the filer wrote them, and where they stand for the zeros of a number of a million or more.
    """
    falls = figure.value < 0
    # A bound on a fall is the bound of the signed change turned round: -15 and less is a fall of 15 and more.
    comparator = TURNED[figure.comparator] if falls else figure.comparator
    number, scale = _scaled(abs(figure.value), figure.as_written)
    unit = scale + _COUNTED_MONTHS.get(figure.unit, figure.unit)
    return ("下降" if falls else "") + _worded(number, unit, comparator, figure)


def _worded(number: str, unit: str, comparator: str, figure: Figure) -> str:
    match comparator:
        case ">=":
            return f"{number}{unit}以上"
        case ">" if figure.low is not None and figure.high is not None:
            return f"{number}余{unit}"
        case ">":
            return f"超过{number}{unit}"
        case "<=":
            return f"不超过{number}{unit}"
        case "<":
            return f"不足{number}{unit}"
        case "~":
            nearer = figure.low if figure.value < 0 else figure.high
            return f"{'近' if nearer == figure.value else '约'}{number}{unit}"
        case _:
            return f"{number}{unit}"


def _scaled(magnitude: Decimal, as_written: str) -> tuple[str, str]:
    found = _SCALED.search(as_written)
    for word, exponent in _SCALES:
        if found and found[1] == word and magnitude >= 10**exponent:
            return _as_written(magnitude.scaleb(-exponent), as_written), word
    for word, exponent, least, step in _ROUND:
        if not found and magnitude >= least and magnitude % step == 0:
            return _as_written(magnitude.scaleb(-exponent), as_written), word
    return _as_written(magnitude, as_written), ""


def _as_written(number: Decimal, as_written: str) -> str:
    """37.0 where the filer wrote 37.0: a trailing zero says how exactly the number is known."""
    texts = (text for text in _PLAIN.findall(as_written) if Decimal(text) == number)
    return next(texts, decimal_text(number))


def comparator_text(figure: Figure) -> str:
    """The comparator as `figure_text` prints it: 下降15%以上 is 不小于, although it is kept as at most -15."""
    return _WORDS[TURNED[figure.comparator] if figure.value < 0 else figure.comparator]


def moment_text(figure: Figure) -> str:
    """The day a figure speaks of, or its month or period: 截至2020年11月30日, 2020年10月, 2020年."""
    if not figure.as_of:
        return figure.period.label_zh
    try:
        spoken = Period.parse(figure.as_of)
    except ValueError:
        return figure.as_of
    return f"截至{spoken.label_zh}" if spoken.start == spoken.end else spoken.label_zh


def minute_zh(moment: datetime) -> str:
    """2020年12月31日18:00; the last second of a day, at which limits end, is 24:00."""
    return f"{moment.year}年{moment.month}月{moment.day}日{_clock(moment)}"


def minute_en(moment: datetime) -> str:
    """2020-12-31 18:00, likewise."""
    return f"{moment:%Y-%m-%d} {_clock(moment)}"


def _clock(moment: datetime) -> str:
    return "24:00" if (moment.hour, moment.minute, moment.second) == (23, 59, 59) else f"{moment:%H:%M}"


def late_text(days: int) -> str:
    """3天; of what came later on the very day of its limit, that."""
    return f"{days}天" if days else "当日逾时"


def place_text(source: Source) -> str:
    """Sheet!B5, or B5 in a file without sheets."""
    return f"{source.sheet}!{source.cell}" if source.sheet else source.cell


_DIGITS: Final = "零一二三四五六七八九"


def chinese_number(number: int) -> str:
    """1 → 一, 37 → 三十七, 105 → 一百零五; digits from 1000 on and below 1."""
    if not 0 < number < 1000:
        return str(number)
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")
