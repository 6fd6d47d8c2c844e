"""Quantities said without a number: 零投诉, 无重大突发事件发生, 每半年报告一次, 翻了一倍.

Zero is a value that was stated, never a missing one. A word that only sounds like a quantity (零距离) is not one.
"""

from __future__ import annotations

import re
from typing import Final

from contracts.amounts import Quantity, exact
from contracts.numerals import chinese_integer

# What was counted decides the unit: people, complaints (件), else occurrences (起).
_NOUNS_BY_UNIT: Final = {
    "人": "伤亡 感染 死亡",
    "件": "投诉 申诉 举报",
    "起": "事故 事件 疫情 故障 差错 泄露 中断 火灾",
}
_NOUNS: Final = {noun: unit for unit, nouns in _NOUNS_BY_UNIT.items() for noun in nouns.split()}
_NOUN: Final = "|".join(_NOUNS)
_HAN: Final = "[\u4e00-\u9fff]"
ZERO: Final = re.compile(
    rf"零(?:重大|重特大|较大|安全|有效|责任)*(?P<a>{_NOUN})"
    rf"|(?:不|未|没有|从未)(?:再)?(?:发生|出现)(?:一起|任何)?{_HAN}{{0,14}}?(?P<b>{_NOUN})"
    rf"|无(?![法论线关需须效偿故人障限形缝]){_HAN}{{0,14}}?(?P<c>{_NOUN})(?:发生)?"
    rf"|(?:隐患|风险|盲点|问题)清零(?P<d>)"
)
_ALONE: Final = frozenset({"零", "无", "清零", "未发生", "不发生", "没有发生", "没有"})
_CYCLES: Final = {"天": "日", "星期": "周", "季度": "季"}  # the rest are their own unit: 次/周, 次/半年
RECURRENCE: Final = re.compile(
    rf"(?:每个?(?P<every>半年|季度|季(?!度)|星期|[周月年日天](?![初底末均报]))(?!末月|[0-9]{{1,2}}[日号]))"
    rf"(?:{_HAN}{{0,10}}?(?P<times>[0-9]{{1,4}}|[一二两三四五六七八九十]+)次(?!会议|全会))?"
)
DOUBLED: Final = re.compile(r"翻了?(?P<times>[一二两三四五六七八九])(?P<how>番|倍)")


def zero(found: re.Match[str], text: str) -> Quantity:
    """The zero of one match of ZERO; 清零 counts items (个)."""
    noun = found["a"] or found["b"] or found["c"]
    return exact(text, 0, _NOUNS[noun] if noun else "个", "zero")


def recurrence(found: re.Match[str], text: str) -> Quantity:
    """每半年报告一次 → 1 次/半年; without a count, once."""
    times = found["times"] or "1"
    number = int(times) if times.isdigit() else chinese_integer(times) or 1
    return exact(text, number, f"次/{_CYCLES.get(found['every'], found['every'])}", "recurrence")


def doubled(found: re.Match[str], text: str) -> Quantity:
    """翻一番 and 翻了一倍 mean twice as much (+100 %), 翻两番 four times, 翻两倍 three times."""
    times = chinese_integer(found["times"]) or 1
    return exact(text, 2**times if found["how"] == "番" else times + 1, "倍", "ratio")


def phrase(folded: str, text: str, unit: str) -> Quantity | None:
    """The whole of `folded` as one of these phrases; `unit` is the field's own, for a bare 零 or 无."""
    if folded in _ALONE:
        return exact(text, 0, unit, "zero")
    for pattern, read in ((ZERO, zero), (RECURRENCE, recurrence), (DOUBLED, doubled)):
        found = pattern.fullmatch(folded)
        if found:
            return read(found, text)
    return None
