"""Periods that figures speak of, and dates as they were written (see `partial_date`).

A period is exact: two days, both inclusive. What was written less exactly is a PartialDate and stays one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.partial_date import PartialDate, days_of_month, parse_date

__all__ = ["PartialDate", "Period", "parse_date"]

_FORM: Final = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|-W(?P<week>[0-9]{2})|-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?"
)
_QUARTERS: Final = "一二三四"
_HALVES: Final = "上下"


@dataclass(frozen=True, order=True)
class Period:
    """From `start` to `end`, both days included. Raises ValueError when it would run backwards."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(
                f"期间的结束日 {self.end} 早于开始日 {self.start}。"
                f" / The period ends on {self.end}, before it starts on {self.start}."
            )

    @classmethod
    def parse(cls, text: str) -> Period:
        """2020, 2020-11, 2020Q4, 2020H1, 2020-12-20, 2019-W24, or first..last of these. Raises ValueError otherwise.

        A week is one of ISO 8601: Monday to Sunday, of the year that has its Thursday.
        """
        first, dots, last = text.strip().partition("..")
        start = _parse_one(first, text)
        return cls(start[0], _parse_one(last, text)[1]) if dots else cls(*start)

    @property
    def label(self) -> str:
        """The text that `parse` reads back to this period."""
        first, year = self.start.isoformat(), f"{self.start.year:04d}"
        match self._shape():
            case "year", _:
                return year
            case "half", number:
                return f"{year}H{number}"
            case "quarter", number:
                return f"{year}Q{number}"
            case "month", _:
                return first[:7]
            case "week", number:
                return f"{self.start.isocalendar().year:04d}-W{number:02d}"
            case "day", _:
                return first
            case _:
                return f"{first}..{self.end.isoformat()}"

    @property
    def label_zh(self) -> str:
        """2020年, 2020年上半年, 2020年第四季度, 2020年11月, 2020年12月20日, 2019年第24周, or 某日至某日."""
        year = f"{self.start.year}年"
        match self._shape():
            case "year", _:
                return year
            case "half", number:
                return f"{year}{_HALVES[number - 1]}半年"
            case "quarter", number:
                return f"{year}第{_QUARTERS[number - 1]}季度"
            case "month", number:
                return f"{year}{number}月"
            case "week", number:
                return f"{self.start.isocalendar().year}年第{number}周"
            case "day", _:
                return _day_zh(self.start)
            case _:
                return f"{_day_zh(self.start)}至{_day_zh(self.end)}"

    @property
    def year(self) -> int:
        """The calendar year in which the period ends: the performance year that it is reported in."""
        return self.end.year

    @property
    def year_before(self) -> Period:
        """The same months a year earlier; the end of a month stays one (2020-02-29, 2019-02-28).

        Of a week, the week of that number; the 53rd has the last one before it where that year has no such week.
        """
        shape, number = self._shape()
        if shape == "week":
            return _week_of(self.start.isocalendar().year - 1, number)
        return Period(_year_before(self.start), _year_before(self.end))

    @property
    def before(self) -> Period:
        """The period just before, of the same kind: 2020-11 of 2020-12, 2019Q4 of 2020Q1; of a span, as many days."""
        shape, _ = self._shape()
        end = self.start - timedelta(days=1)
        months = {"month": 1, "quarter": 3, "half": 6, "year": 12}.get(shape)
        if months is None:
            return Period(self.start - (self.end - self.start) - timedelta(days=1), end)
        return Period(date(end.year, end.month - months + 1, 1), end)

    def contains(self, day: date) -> bool:
        """True when `day` lies in the period, its first and last day included."""
        return self.start <= day <= self.end

    def _shape(self) -> tuple[str, int]:
        start, end = self.start, self.end
        if start == end:
            return "day", start.day
        if start.weekday() == 0 and (end - start).days == 6:
            return "week", start.isocalendar().week
        whole = start.day == 1 and end.day == days_of_month(end.year, end.month) and start.year == end.year
        months = end.month - start.month + 1
        if not whole or months not in (1, 3, 6, 12) or (start.month - 1) % months:
            return "span", 0
        return {1: "month", 3: "quarter", 6: "half", 12: "year"}[months], (start.month - 1) // months + 1


def _parse_one(text: str, whole: str) -> tuple[date, date]:
    found = _FORM.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        return _bounds(*(int(part) if part else None for part in found.groups()))
    except ValueError:
        raise ValueError(
            f"无法识别的期间“{whole}”：应写作 2020、2020-11、2020Q4、2020H1、2020-12-20、2019-W24 或 起..止。"
            f' / Not a period: "{whole}"; expected 2020, 2020-11, 2020Q4, 2020H1, 2020-12-20, 2019-W24 or first..last.'
        ) from None


def _bounds(
    year: int | None, quarter: int | None, half: int | None, week: int | None, month: int | None, day: int | None
) -> tuple[date, date]:
    assert year is not None  # the form always names a year
    if week is not None:
        return date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)
    if day is not None and month is not None:
        return date(year, month, day), date(year, month, day)
    if month is not None:
        first, last = month, month
    elif quarter:
        first, last = 3 * quarter - 2, 3 * quarter
    elif half:
        first, last = 6 * half - 5, 6 * half
    else:
        first, last = 1, 12
    start = date(year, first, 1)
    return start, date(year, last, days_of_month(year, last))


def _week_of(year: int, week: int) -> Period:
    weeks = date(year, 12, 28).isocalendar().week  # the 28th is in the last week of every year
    return Period(*(date.fromisocalendar(year, min(week, weeks), day) for day in (1, 7)))


def _year_before(day: date) -> date:
    last = days_of_month(day.year - 1, day.month)
    return date(day.year - 1, day.month, last if day.day == days_of_month(day.year, day.month) else min(day.day, last))


def _day_zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
