"""Characters before meaning: full-width and traditional forms, stray spaces, pinyin residue, Chinese numerals.

Folding never loses a digit and never joins two numbers that a space kept apart, and every folded character
remembers where it stood, so a finding can quote what was filed. It must never decide what a number means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WIDE = {code + 0xFEE0: chr(code) for code in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B))}
_SIGNS = dict(zip("％．＋－−＜＞＝／：～〜–—―", "%.+--<>=/:~~---", strict=True))
_TRADITIONAL = dict(
    zip(
        "萬億兩個歲戶處條項間臺輪張餘幾數過達約無發壓縮減時鐘週號報計審傷訴錄輛來",
        "万亿两个岁户处条项间台轮张余几数过达约无发压缩减时钟周号报计审伤诉录辆来",
        strict=True,
    )
)
_FOLD = {**_WIDE, **{ord(a): b for a, b in _SIGNS.items()}, **{ord(a): b for a, b in _TRADITIONAL.items()}}

_BLANK = r"[\s\u200b-\u200d\u2060\ufeff]"
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
# A toned syllable in brackets after a Han character is the residue of a pinyin converter: 萬(wàn).
_PINYIN = rf"(?<=[\u4e00-\u9fff])[(（][a-zü]{{0,4}}[{_TONED}][a-zü]{{0,4}}[)）]"
_DROPPED = re.compile(rf"{_BLANK}+|{_PINYIN}")
# A space that keeps two numbers or two words apart stays (APP 20款); one before a unit goes (2.5 kW).
_APART = re.compile(r"[0-9A-Za-z.][0-9.]|[A-Za-z][A-Za-z]")

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True)
class Folded:
    """`text` after folding; `starts[i]` is where folded character i stood; `breaks` are positions that open a line."""

    text: str
    starts: tuple[int, ...]
    breaks: frozenset[int]


def fold(text: str) -> str:
    """The folded text alone, for a cell."""
    plain = text.translate(_FOLD)
    return _fold_spaces(plain)[0] if _DROPPED.search(plain) else plain


def fold_with_places(text: str) -> Folded:
    """The folded text with the place of every character, for running prose."""
    return Folded(*_fold_spaces(text.translate(_FOLD)))


def _fold_spaces(plain: str) -> tuple[str, tuple[int, ...], frozenset[int]]:
    kept: list[str] = []
    starts: list[int] = []
    breaks = {0}
    at = 0
    for gap in _DROPPED.finditer(plain):
        kept.append(plain[at : gap.start()])
        starts.extend(range(at, gap.start()))
        at = gap.end()
        before, after = plain[gap.start() - 1 : gap.start()], plain[at : at + 1]
        if _APART.fullmatch(before + after):
            kept.append(" ")
            starts.append(gap.start())
        if "\n" in gap.group() or "\r" in gap.group():
            breaks.add(len(starts))
    kept.append(plain[at:])
    starts.extend(range(at, len(plain)))
    return "".join(kept), tuple(starts), frozenset(breaks)


def chinese_integer(text: str) -> int | None:
    """十二 → 12, 两百零三 → 203, 三千万 → 30000000, 二〇二〇 → 2020; None when it is not a number.

    >>> chinese_integer("一百二十三")
    123
    """
    if len(text) > 1 and all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total = section = digit = 0
    for position, char in enumerate(text):
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _PLACES:
            section += (digit or (1 if position == 0 or char == "十" else 0)) * _PLACES[char]
            digit = 0
        elif char in _MYRIADS:
            total = (total + (section + digit or 1)) * _MYRIADS[char]
            section = digit = 0
        else:
            return None
    return total + section + digit if text else None


def scale_exponent(scale: str) -> int:
    """万 → 4, 千万 → 7, 万亿 → 12, "" → 0; only for text made of 十百千万亿."""
    exponents = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
    return sum(exponents[char] for char in scale)
