"""A date as a person wrote it: a day, ten days, a month, a quarter, a year or a range, never more exact than written.

A month is never made a day, a missing year is never guessed, and an impossible date is None.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from contracts.numerals import fold

Granularity = Literal["day", "dekad", "month", "quarter", "year", "range"]

_LONGEST: Final = 80  # characters; no date is longer, and a narrative in a date cell need not be searched
_CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
_STAMP: Final = re.compile(rf"([0-9]{{4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}})[ T]{_CLOCK}")
_AS_OF: Final = re.compile(r"^(?:截至|截止至|截止到|截止)")
_POINTS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<Y>[0-9]{4})(?P<sep>[-/.])(?P<M>[0-9]{1,2})(?P=sep)(?P<D>[0-9]{1,2})",
        r"(?P<Y>[0-9]{4})(?P<M>[0-9]{2})(?P<D>[0-9]{2})",
        r"(?P<Y>[0-9]{4})(?:-(?P<M>[0-9]{1,2})|[/.](?P<M2>[0-9]{2}))",
        r"(?P<Y>[0-9]{4})",
        r"(?P<Y>[0-9]{4})Q(?P<Q>[1-4])",
        r"(?P<Y>[0-9]{4})H(?P<H>[12])",
        r"(?P<M>[0-9]{1,2})\.(?P<D>[0-9]{1,2})",
        r"(?:(?P<Y>[0-9]{4})年|(?P<R>今|本|去|上)年)?(?P<M>[0-9]{1,2})月"
        r"(?:(?P<D>[0-9]{1,2})[日号]|(?P<T>[上中下])旬|(?P<E>[底末])|份)?",
        r"(?:(?P<Y>[0-9]{4})年|(?P<R>今|本|去|上)年)?(?:第?(?P<Q>[1-4一二三四])季度|(?P<H>[上下])半年)",
        r"(?:(?P<Y>[0-9]{4})年|(?P<R>今|本|去|上)年)度?",
        r"(?:(?P<Y>[0-9]{4})|(?P<R>今|本|去|上)?)年(?P<E>[底末])",
    )
)
_SEPARATOR: Final = re.compile(r"至|到|~|\.\.")
_BARE_DAY: Final = re.compile(r"([0-9]{1,2})[日号]")
_UNFINISHED_MONTH: Final = re.compile(r"(?:[0-9]{4}年)?[0-9]{1,2}")
_UNFINISHED_DAY: Final = re.compile(r"(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}")
_ORDINALS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "上": 1, "中": 2, "下": 3}


@dataclass(frozen=True)
class PartialDate:
    """First and last day (inclusive) of what was written, the text, and how exact it is."""

    first: date
    last: date
    text: str
    granularity: Granularity

    @property
    def iso(self) -> str:
        """2020-11-30, 2020-10, 2020, 2020Q4, or 2020-09-15..2020-09-18 for anything else."""
        if self.granularity == "day":
            return self.first.isoformat()
        if self.granularity == "month":
            return f"{self.first:%Y-%m}"
        if self.granularity == "year":
            return f"{self.first:%Y}"
        if self.granularity == "quarter":
            return f"{self.first:%Y}Q{(self.first.month + 2) // 3}"
        return f"{self.first.isoformat()}..{self.last.isoformat()}"


def parse_date(text: str, year: int | None) -> PartialDate | None:
    """The whole of `text` as a date or a range of dates; `year` is used only where none is written.

    None when the text is no date, names an impossible day, runs backwards, or lacks a year that nobody supplied.
    """
    if len(text) > _LONGEST:
        return None
    folded = _AS_OF.sub("", fold(text))
    stamp = _STAMP.fullmatch(folded)
    folded = stamp.group(1) if stamp else folded
    written = text.strip()
    point = _point(folded, year, written)
    if point is not None or (folded and any(p.fullmatch(folded) for p in _POINTS)):
        return point
    return _range(_SEPARATOR.sub("-", folded), year, written)


def days_of_month(year: int, month: int) -> int:
    """Number of days; the month must be 1..12."""
    return calendar.monthrange(year, month)[1]


def _range(folded: str, year: int | None, written: str) -> PartialDate | None:
    for cut in (i for i, char in enumerate(folded) if char == "-"):
        left, right = folded[:cut], folded[cut + 1 :].lstrip("-")
        if _UNFINISHED_MONTH.fullmatch(left) and right.endswith("月"):
            left += "月"
        elif _UNFINISHED_DAY.fullmatch(left) and right.endswith(("日", "号")):
            left += "日"
        start = _point(left, year, left)
        end = start and _end_point(right, start)
        if start and end and _alike(start, end):
            return PartialDate(start.first, end.last, written, "range") if start.first <= end.last else None
    return None


def _end_point(right: str, start: PartialDate) -> PartialDate | None:
    bare = _BARE_DAY.fullmatch(right)
    if bare:  # 9月15日-18日: the omitted month is the first one's
        if start.granularity != "day":
            return None
        return _day(start.first.year, start.first.month, int(bare.group(1)), right)
    return _point(right, start.first.year, right)


def _alike(start: PartialDate, end: PartialDate) -> bool:
    fine = {"day", "dekad"}
    return start.granularity == end.granularity or {start.granularity, end.granularity} <= fine


def _point(folded: str, year: int | None, written: str) -> PartialDate | None:
    for pattern in _POINTS:
        found = pattern.fullmatch(folded)
        if found:
            return _from_parts(found.groupdict(), year, written)
    return None


def _from_parts(parts: dict[str, str | None], year: int | None, written: str) -> PartialDate | None:
    named, relative = parts.get("Y"), parts.get("R")
    base = int(named) if named else year
    if base is None:
        return None
    base -= 1 if relative in ("去", "上") else 0
    if not 1900 <= base <= 2100:
        return None
    month = parts.get("M") or parts.get("M2")
    if month:
        return _in_month(base, int(month), parts, written)
    if quarter := parts.get("Q"):
        number = _ORDINALS.get(quarter) or int(quarter)
        return _months(base, 3 * number - 2, 3 * number, written, "quarter")
    if half := parts.get("H"):
        return _months(base, 1, 6, written, "range") if half in "上1" else _months(base, 7, 12, written, "range")
    return _day(base, 12, 31, written) if parts.get("E") else _months(base, 1, 12, written, "year")


def _in_month(year: int, month: int, parts: dict[str, str | None], written: str) -> PartialDate | None:
    if not 1 <= month <= 12:
        return None
    if day := parts.get("D"):
        return _day(year, month, int(day), written)
    last = days_of_month(year, month)
    if parts.get("E"):
        return _day(year, month, last, written)
    if third := parts.get("T"):
        number = _ORDINALS[third]
        ends = {1: 10, 2: 20, 3: last}
        return PartialDate(date(year, month, 10 * number - 9), date(year, month, ends[number]), written, "dekad")
    return _months(year, month, month, written, "month")


def _months(year: int, first: int, last: int, written: str, granularity: Granularity) -> PartialDate:
    return PartialDate(date(year, first, 1), date(year, last, days_of_month(year, last)), written, granularity)


def _day(year: int, month: int, day: int, written: str) -> PartialDate | None:
    if not 1 <= day <= days_of_month(year, month):
        return None
    return PartialDate(date(year, month, day), date(year, month, day), written, "day")
