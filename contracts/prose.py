"""Every number in running prose, and what it is: a quantity, a date, a document number, a name, an ordinal.

Each digit of the text is covered exactly once, so nothing that looks like a number goes unnoticed. A number nobody can
place is "other" or "name", never a quantity: this must not make a figure out of a drill's name or a list marker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from contracts.amounts import AMOUNT_PATTERN, Quantity, Role, amount, attained, is_compared
from contracts.numbered_days import NUMBERED_DAYS, numbered_day
from contracts.numerals import Folded, fold_with_places
from contracts.partial_date import PartialDate, parse_date
from contracts.phrases import DOUBLED, RECURRENCE, ZERO, doubled, recurrence, zero
from contracts.recurring_days import RECURRING_DAYS, recurring_days
from contracts.spread import SPREAD_PATTERN, spread
from contracts.units import USERS_PATTERN, VAGUE_AFTER_CHINESE
from contracts.written_numbers import CHINESE_PATTERN

Kind = Literal["quantity", "date", "document_number", "name", "ordinal", "year_range", "other"]

_TAKEN: Final = "\ue000"  # stands for a character that an earlier reading has taken
_YEAR: Final = r"(?:(?<![0-9])(?:19|20)[0-9]{2}年|[今本去]年)"
_MONTH: Final = r"(?<![0-9.])[0-9]{1,2}月(?:[0-9]{1,2}[日号](?![段线楼])|[上中下]旬|[底末](?!端)|份)?"
_UPTO: Final = rf"[-~至到]+{_YEAR}?(?:[0-9]{{1,2}}月(?:[0-9]{{1,2}}[日号]|[上中下]旬|[底末])?|[0-9]{{1,2}}[日号])"
_ANY_YEAR: Final = r"(?:19|20)[0-9]{2}"
_ONE_TO_TEN: Final = "[一二三四五六七八九十]"
_CLOCK: Final = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"

_MARKER: Final = re.compile(r"[0-9]{1,2}(?:[.、](?![0-9]|[A-Za-z]*\.)|[.](?=(?:19|20)[0-9]{2}年))")
_CHINESE_MARKER: Final = re.compile(rf"{_ONE_TO_TEN}{{1,3}}、")

# In order: what an earlier pattern takes, a later one does not see.
_FIXED: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("document_number", re.compile(r"[〔\[［(（【][0-9]{4}[〕\]］)）】](?:第)?[0-9]{1,5}号")),
    ("other", re.compile(r"(?<![0-9])(?:0[0-9]{2,3}-[0-9]{7,8}|1[3-9][0-9]{9}|400-?[0-9]{3}-?[0-9]{4})(?![0-9])")),
    ("date", re.compile(rf"(?<![0-9A-Za-z.-])[0-9]{{4}}([-/.])[0-9]{{1,2}}\1[0-9]{{1,2}}(?![0-9]){_CLOCK}")),
    ("year_range", re.compile(rf"(?<![0-9]){_ANY_YEAR}年?[-~至到]+{_ANY_YEAR}(?![0-9-])(?:年度?(?![0-9]))?")),
    ("date", re.compile(rf"{_YEAR}?(?<![0-9.])[0-9]{{1,2}}月[0-9]{{1,2}}-[0-9]{{1,2}}[日号]")),
    ("date", re.compile(rf"{_YEAR}?(?<![0-9.])[0-9]{{1,2}}-[0-9]{{1,2}}月(?![0-9])")),
    ("date", re.compile(rf"{_YEAR}?{_MONTH}(?:{_UPTO})?")),
    ("date", re.compile(rf"{_YEAR}(?:第?[一二三四1-4]季度|[上下]半年)")),
    ("date", re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}年(?:[底末]|度)?|[今去]年(?=以来)")),
    ("date", re.compile(r"(?<=[月和、至到-])[0-9]{1,2}日(?!内|以内)|(?<=月)[0-9]{1,2}日")),
    ("name", re.compile(r"(?<![0-9.])[0-9]+(?:[+][0-9A-Z]+)+")),
    ("other", re.compile(r"(?<![0-9.])[0-9]+(?:[*×xX][0-9]+)+(?:小时|天)?")),
    ("other", re.compile(r"(?<![0-9.])(?:[0-9]+(?:\.[0-9]+){2,}|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?![0-9])")),
    ("name", re.compile(r"(?<![0-9.])(?:[2-6]G|[248]K)(?![A-Za-z0-9])")),
    ("name", re.compile(r"[A-Za-z]+-[0-9]+[A-Za-z]*|(?<![A-Za-z])[vV][0-9]+(?:\.[0-9]+)*|[“\"][0-9]+[”\"]")),
    # 1小时“携号转网”成功率: an hour that opens a clause, without 个, qualifies the indicator and is no figure.
    ("name", re.compile(r"(?<![0-9.])[0-9]+(?:小时(?=[“\"])|周年|号)|(?<=[,，])[0-9]+小时(?![内以左])")),
    ("name", re.compile(rf"(?:(?<![0-9.])[0-9]{{1,2}}|{CHINESE_PATTERN})年(?=行动|计划|规划|工作方案|方案|攻坚)")),
    ("ordinal", re.compile(rf"第(?:[0-9]+(?:[-~至、][0-9]+)*|{CHINESE_PATTERN})[个项届次批条款类章节期轮代位名]?")),
    ("ordinal", re.compile(rf"[(（](?:[0-9]{{1,2}}|{_ONE_TO_TEN}{{1,3}})[)）]|{_ONE_TO_TEN}{{1,3}}是")),
    ("ordinal", re.compile(r"[0-9一二三四五六七]级")),
    ("ordinal", re.compile(rf"{CHINESE_PATTERN}次(?=会议|全会)|二次(?=确认)")),
    ("name", re.compile(r"举一反三|不三不四|接二连三|三番五次")),
)  # fmt: skip
# 2022年前10个月 and 12月1日前后 set no term.
_DEADLINE: Final = re.compile("之前|以前|前(?![0-9一二两三四五六七八九十几后期半述])")
_SAID: Final = ((ZERO, zero), (RECURRENCE, recurrence), (DOUBLED, doubled))
_AMOUNT: Final = re.compile(AMOUNT_PATTERN)
_SPREAD: Final = re.compile(SPREAD_PATTERN)
_USERS: Final = re.compile(USERS_PATTERN)
_BARE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SIBLING: Final = re.compile(r"[A-Za-z\u4e00-\u9fff“”\"《》-]")
_IDIOM: Final = re.compile("十万(?:火急|八千里)|[一三千]万[个种条]?(?:不|年|里|八千)|万一")
_TITLE: Final = re.compile("《[^《》]{1,200}》")
_SINGLED_OUT: Final = frozenset("第这那每某下上另又同前后新统单唯任进")  # 同一个, 下一家: no count


@dataclass(frozen=True)
class Span:
    """text[start:end] and what it is; `quantity` or `date` where it could be read.

    dates: what a phrase names that recurs (每季度末月15日), where it could be read; it has no one `date`. deadline: 前
    stands behind the date, which is the last day that is still in time.
    """

    start: int
    end: int
    text: str
    kind: Kind
    quantity: Quantity | None = None
    date: PartialDate | None = None
    dates: tuple[PartialDate, ...] = ()
    deadline: bool = False


def scan(text: str, *, year: int | None = None, role: Role = "actual") -> list[Span]:
    """Every run of digits, and every Chinese-numeral quantity, in order of place and without overlap.

    year: of the document, for dates that name none (they stay None without it). role: see `parse_quantity`.
    """
    reading = _Reading(text, fold_with_places(text))
    _take_markers(reading)
    for found in RECURRING_DAYS.finditer(reading.left):
        days = recurring_days(found, reading.quote(found.start(), found.end()), year)
        reading.take(found.start(), found.end(), "date", dates=days)
    for found in NUMBERED_DAYS.finditer(reading.left):
        day = numbered_day(found, reading.quote(found.start(), found.end()))
        reading.take(found.start(), found.end(), "date", date=day)
    for kind, pattern in _FIXED:
        for found in pattern.finditer(reading.left):
            dated = kind in ("date", "year_range")
            reading.take(found.start(), found.end(), kind, date=parse_date(found.group(), year) if dated else None)
    _take_titles(reading)
    for said, read in _SAID:
        for found in said.finditer(reading.left):
            if found.start() + 1 in reading.folded.breaks:
                continue  # a line that is only 无 says nothing of the next one
            reading.take(found.start(), found.end(), "quantity", read(found, reading.quote(found.start(), found.end())))
    _take_amounts(reading, role)
    for found in _BARE.finditer(reading.left):
        around = reading.folded.text[max(0, found.start() - 1) : found.start()] + reading.folded.text[found.end() :][:1]
        reading.take(found.start(), found.end(), "name" if _SIBLING.search(around) else "other")
    return sorted(reading.spans, key=lambda span: span.start)


class _Reading:
    """One pass after another over the same text; each takes its characters away from those that follow."""

    def __init__(self, source: str, folded: Folded) -> None:
        self.source, self.folded = source, folded
        self.spans: list[Span] = []
        self._left, self._hidden = folded.text, list[tuple[int, int]]()

    @property
    def left(self) -> str:
        """The folded text with everything hidden that was taken; made anew for a pass, not for every span of it."""
        if self._hidden:
            kept, at = [], 0
            for start, end in sorted(self._hidden):
                kept += [self._left[at:start], _TAKEN * (end - max(at, start))]
                at = max(at, end)
            self._left, self._hidden = "".join([*kept, self._left[at:]]), []
        return self._left

    def quote(self, start: int, end: int) -> str:
        """What was filed where the folded text runs from start to end."""
        starts = self.folded.starts
        return self.source[starts[start] : starts[end - 1] + 1]

    def hide(self, start: int, end: int) -> None:
        """Keep what stands there from later passes."""
        self._hidden.append((start, end))

    def take(
        self,
        start: int,
        end: int,
        kind: Kind,
        quantity: Quantity | None = None,
        date: PartialDate | None = None,
        dates: tuple[PartialDate, ...] = (),
    ) -> None:
        """Record a span of the folded text and hide it from later passes."""
        self.hide(start, end)
        starts = self.folded.starts
        written = self.quote(start, end)
        deadline = kind == "date" and _DEADLINE.match(self.folded.text, end) is not None
        self.spans.append(Span(starts[start], starts[end - 1] + 1, written, kind, quantity, date, dates, deadline))


def _take_markers(reading: _Reading) -> None:
    """1. and 一、 at the head of a line or a sentence; elsewhere they are numbers in a list."""
    text, breaks = reading.folded.text, reading.folded.breaks
    for pattern in (_MARKER, _CHINESE_MARKER):
        for found in pattern.finditer(text):
            at = found.start()
            if at in breaks or text[at - 1] in "。；;：:":
                reading.take(at, found.end(), "ordinal")


def _take_titles(reading: _Reading) -> None:
    """A number in a document's title is part of its name, and no quantity; dates were taken before."""
    left = reading.left
    for title in _TITLE.finditer(reading.folded.text):
        for found in _BARE.finditer(left, title.start(), title.end()):
            reading.take(found.start(), found.end(), "name")
        reading.hide(title.start(), title.end())


def _take_amounts(reading: _Reading, role: Role) -> None:
    for found in _SPREAD.finditer(reading.left):
        both = spread(found, reading.quote(found.start(), found.end()))
        if both is not None:
            reading.take(found.start(), found.end(), "quantity", both)
    text = reading.folded.text
    for found in _AMOUNT.finditer(reading.left):
        if found.end() == found.start():
            continue
        users = _USERS.match(text, found.end()) if not found["unit"] else None
        if not _states_amount(found, text, users is not None):
            continue
        written = reading.quote(found.start(), found.end())
        quantity = amount(found, written, "户" if users else "", role)
        if quantity is not None:
            reached = text.startswith("的目标", found.end()) and text.endswith(("完成", "实现"), 0, found.start())
            reading.take(found.start(), found.end(), "quantity", attained(quantity, written) if reached else quantity)


def _states_amount(found: re.Match[str], text: str, users: bool) -> bool:
    """Whether prose means an amount here: digits need a unit, a scale or a comparator; Chinese numerals a unit."""
    compared = is_compared(found)
    users = users and not (found.start() and text[found.start() - 1].isascii() and not found["scale"])  # IPv6用户
    measured = bool(found["unit"] or found["tenths"] or found["hundredths"])
    if found["mixed"] is not None:
        return True
    if found["digits"] is not None:
        return measured or users or compared or bool(found["scale"] or found["down"] or found["up"])
    numeral = found["chinese"]
    if found["several"]:
        return measured
    if not numeral or numeral[0] in "百千":  # 过亿, 百余家
        return compared or bool(found["more"] or found["inner"])
    opening = text[: found.start("chinese")][-1:]
    if found["scale"] and opening not in _SINGLED_OUT and not _IDIOM.match(text, found.start("chinese")):
        return True  # 十二万
    if not measured or numeral == "二" or opening in _SINGLED_OUT:
        return False
    return found["unit"] not in VAGUE_AFTER_CHINESE or numeral[0] != "一"
