"""How an obligation's list says when something is due, and the day that it means for a period.

    +10d, -3d          so many days after (before) the period's last day, which is not counted
    +5wd, -3wd         the same in working days
    +5wd incl          the first day is counted too: a worked last day of the period is the first of the five
    12-31              that day of the year in which the period ends;  next-year-01-31: of the year after
    2019-04-15         that day, once
    last-month-15      the 15th of its last month; also first-month-… and next-month-…; …-end: that month's last day
    this-fri, next-fri the Friday of the week in which the period ends, or of the week after
    unstated           the document names no day

Dates only: which of them are moved because nobody works then is `contracts.deadlines`. Nothing here knows a clock.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final, NoReturn

from contracts.calendar import WEEKDAYS, WEEKDAYS_EN, Calendar
from contracts.partial_date import days_of_month
from contracts.period import Period

_WEEKDAY: Final = {name: n for n, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_MONTHS: Final = {
    "first": ("期初月", "the first month"),
    "last": ("期末月", "the last month"),
    "next": ("次月", "the month after"),
}
_FORM: Final = re.compile(
    r"(?P<sign>[+-])(?P<number>\d{1,3})(?P<unit>d|wd)(?P<incl> incl)?"
    r"|(?P<next_year>next-year-)?(?P<month>\d{2})-(?P<day>\d{2})"
    r"|(?P<date>\d{4}-\d{2}-\d{2})"
    r"|(?P<which>first|last|next)-month-(?P<monthday>\d{1,2}|end)"
    r"|(?P<week>this|next)-(?P<weekday>mon|tue|wed|thu|fri|sat|sun)"
    r"|(?P<unstated>unstated)",
    re.ASCII,
)
UNSTATED: Final = "unstated"
EXPECTED: Final = (
    "+10d, +5wd, +5wd incl, -3wd, 12-31, next-year-01-31, 2019-04-15, last-month-15, next-month-end, next-fri, unstated"
)


class Unreadable(ValueError):
    """A text of a list that nobody can read: what it is (name_zh, name_en), what is wrong with it, what was expected.

    `zh`, `en` say what is wrong, without a subject; `expected` is examples, in no language. The message says it all.
    """

    def __init__(self, name: tuple[str, str], text: str, zh: str, en: str, expected: str) -> None:
        super().__init__(
            f"{name[0]}“{text}”{zh}；应为 {expected}。 / The {name[1]} “{text}” {en}; expected {expected}."
        )
        self.zh, self.en, self.expected = zh, en, expected


@dataclass(frozen=True)
class Term:
    """A term that was read. in_workdays: it is reckoned on a calendar and always ends on a day that is worked."""

    text: str
    zh: str
    en: str
    in_workdays: bool = False

    def day(self, period: Period, on: Calendar) -> date | None:
        """The day it means for a period; None where the document names none. Raises CalendarError beyond 2000–2100."""
        found = _FORM.fullmatch(self.text)
        assert found is not None  # `parse_term` made it
        last = period.end
        if found["sign"]:
            return _counted(found, last, on)
        if found["month"]:
            return date(last.year + bool(found["next_year"]), int(found["month"]), int(found["day"]))
        if found["date"]:
            return date.fromisoformat(found["date"])
        if found["which"]:
            return _of_month(found["which"], found["monthday"], period)
        if found["week"]:
            monday = last - timedelta(days=last.weekday())
            return monday + timedelta(days=_WEEKDAY[found["weekday"]] + 7 * (found["week"] == "next"))
        return None


@cache
def parse_term(text: str) -> Term:
    """The term that `text` writes. Raises Unreadable, which says in both languages what was found and expected."""
    found = _FORM.fullmatch(text)
    if found is None:
        _refuse(text, "无法识别", "cannot be read", EXPECTED)
    zh, en = _said(found)
    return Term(text, zh, en, found["unit"] == "wd")


def _refuse(text: str, zh: str, en: str, expected: str) -> NoReturn:
    raise Unreadable(("期限", "due term"), text, zh, en, expected)


def _said(found: re.Match[str]) -> tuple[str, str]:
    """The term in words. Raises Unreadable where a day is none."""
    if found["sign"]:
        return _said_count(found)
    if found["month"]:
        month, day = int(found["month"]), int(found["day"])
        _must_exist(found[0], month, day)
        zh, en = ("次年", " of the year after") if found["next_year"] else ("当年", "")
        return f"{zh}{month}月{day}日", f"{calendar.month_name[month]} {day}{en}"
    if found["date"]:
        try:
            day_ = date.fromisoformat(found["date"])
        except ValueError:
            _refuse(found[0], "不是存在的日期", "is a day that does not exist", "2019-04-15")
        return f"{day_.year}年{day_.month}月{day_.day}日", day_.isoformat()
    if found["which"]:
        return _said_month(found)
    if found["week"]:
        number = _WEEKDAY[found["weekday"]]
        zh = f"{'期末当周' if found['week'] == 'this' else '期末次周'}的周{WEEKDAYS[number]}"
        return (
            zh,
            f"{WEEKDAYS_EN[number]} of the {'week' if found['week'] == 'this' else 'week after the one'} it ends in",
        )
    return "文件未规定日期", "the document names no day"


def _said_count(found: re.Match[str]) -> tuple[str, str]:
    number, before = int(found["number"]), found["sign"] == "-"
    unit_zh, unit_en = ("个工作日", "working day") if found["unit"] == "wd" else ("日", "day")
    incl_zh, incl_en = ("（首日计入）", ", the first day counted") if found["incl"] else ("", "")
    if number == 0 and (before or found["unit"] == "wd"):
        # A last day that nobody works is no working day, and "0 before" is no other day than "0 after".
        _refuse(found[0], "为零，没有指明某一日", "is none at all and means no day", "+0d, +1d, +1wd")
    if found["incl"] and (before or number == 0):
        zh, en = "的“首日计入”只用于期末后的天数", "counts the first of days that do not follow the period"
        _refuse(found[0], zh, en, "+5d incl, +5wd incl")
    zh = f"期末{'前' if before else '后'}{number}{unit_zh}{incl_zh}"
    plural = "" if number == 1 else "s"
    return zh, f"{number} {unit_en}{plural} {'before' if before else 'after'} the period's last day{incl_en}"


def _said_month(found: re.Match[str]) -> tuple[str, str]:
    zh, en = _MONTHS[found["which"]]
    if found["monthday"] == "end":
        return f"{zh}最后一日", f"the last day of {en}"
    day = int(found["monthday"])
    if not 1 <= day <= 28:
        of = f"{found['which']}-month"
        zh, en = "不是每月都有的日子", "is a day that not every month has"
        _refuse(found[0], zh, en, f"{of}-1 … {of}-28, {of}-end")
    return f"{zh}{day}日", f"day {day} of {en}"


def _must_exist(text: str, month: int, day: int) -> None:
    # 2019 is no leap year: a term has to mean a day in every year.
    if not (1 <= month <= 12 and 1 <= day <= days_of_month(2019, month)):
        if (month, day) == (2, 29):
            _refuse(text, "不是每年都有的日期", "is a day that not every year has", "02-28, 03-01")
        _refuse(text, "不是存在的日期", "is a day that does not exist", "01-01 … 12-31")


def _counted(found: re.Match[str], last: date, on: Calendar) -> date:
    number = int(found["number"]) * (-1 if found["sign"] == "-" else 1)
    if found["unit"] == "d":
        return last + timedelta(days=number - bool(found["incl"]))
    if found["incl"] and on.is_workday(last):
        number -= 1
    return on.add_workdays(last, number)


def _of_month(which: str, day: str, period: Period) -> date:
    first, last = period.start, period.end
    year, month = (first.year, first.month) if which == "first" else (last.year, last.month)
    if which == "next":
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return date(year, month, days_of_month(year, month) if day == "end" else int(day))
