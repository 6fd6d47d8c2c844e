"""Notices that say which days are worked, as data: one TOML file per notice, read and found right, or refused.

A notice names, for each festival, the days off (`rest`) and the days worked in exchange (`work`). One that amends
another restates the festivals it changes; it is what holds from the day it was announced. What a notice's number, date
or address is could not always be sourced: it is then blank, and `unsourced` names it. Nothing is reckoned here.

    number = "国办发明电〔2019〕3号"      # "" where it could not be sourced
    title = "…"
    announced = 2019-03-22                # left out where it could not be sourced
    year = 2019                           # whose days it arranges; those of the year before and after may be touched
    amends = "2019"                       # name of the file it amends; left out in a notice of its own
    arranges_year = true                  # whether all of `year` is arranged with it; only a notice of its own says so.
                                          # Left out: true for a shipped notice, false for one of a pack's own
    source = "…"
    unsourced = []

    [[festival]]
    name = "劳动节"
    name_en = "Labour Day"
    rest = [2019-05-01, 2019-05-02, 2019-05-03, 2019-05-04]
    work = [2019-04-28, 2019-05-05]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn

from contracts.errors import CalendarError

_KEYS = {"number", "title", "announced", "year", "amends", "source", "unsourced", "festival", "arranges_year"}
_FESTIVAL = {"name", "name_en", "rest", "work"}


@dataclass(frozen=True)
class Festival:
    """Days off and days worked in exchange, each in order of date."""

    name: str
    name_en: str
    rest: tuple[date, ...]
    work: tuple[date, ...]


@dataclass(frozen=True)
class Notice:
    """One notice. announced: None where the date could not be sourced; such a notice counts as known on every day.

    file: how messages name it; arranges_year: whether days of its year that it does not name are settled by it too.
    """

    name: str
    number: str
    title: str
    announced: date | None
    year: int
    amends: str | None
    source: str
    unsourced: tuple[str, ...]
    festivals: tuple[Festival, ...]
    text: str = ""
    file: str = ""
    arranges_year: bool = True

    @property
    def cited(self) -> str:
        """How a sentence names it: its number, or its title where the number could not be sourced."""
        return self.number or f"《{self.title}》"

    def place(self, day: date | None = None, key: str = "") -> str:
        """file:line of a day, or of a key, for a message."""
        return _place(self.text, self.file, day.isoformat() if day else key)


def read_notice(text: str, name: str, file: str = "", *, arranges_year: bool = True) -> Notice:
    """The notice in a file, `name`.toml unless `file` names it. Raises CalendarError: file, line, found, expected.

    arranges_year: what holds where the notice itself does not say it.
    """
    file = file or f"{name}.toml"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CalendarError(f"{file} 无法解析：{error}", f"{file} cannot be parsed: {error}") from error
    return _Reader(text, name, file).notice(data, arranges_year)


def in_force(notices: tuple[Notice, ...]) -> Iterator[tuple[Festival, Notice]]:
    """What holds after every amendment: an amended festival is the amending notice's, and no longer the first's.

    An amendment of an amendment counts as one of the notice that was amended first: what was announced last holds.
    Raises CalendarError where two notices have one name, or one amends what is not there.
    """
    roots = _roots(notices)
    standing: dict[tuple[str, str], tuple[Festival, Notice]] = {}
    ordered = sorted(notices, key=lambda n: (n.amends is not None, n.announced or date(n.year, 1, 1), n.name))
    for notice in ordered:
        for festival in notice.festivals:
            standing[roots[notice.name], festival.name] = (festival, notice)
    yield from standing.values()


def _roots(notices: tuple[Notice, ...]) -> dict[str, str]:
    """For each notice the one it amends in the end, or itself. Raises CalendarError: a name twice, or not there."""
    there: dict[str, Notice] = {}
    for notice in notices:
        if notice.name in there:
            place, other = notice.place(key="title"), there[notice.name].place(key="title")
            raise CalendarError(
                f"{place} 与 {other} 同名（{notice.name}），每件通知应有自己的文件名；修改原通知须写 amends",
                f"{place} has the name of {other} ({notice.name}); each notice has a file name of its own, "
                "and one that changes another says `amends`",
            )
        there[notice.name] = notice
    return {notice.name: _root(notice, there) for notice in notices}


def _root(notice: Notice, there: dict[str, Notice]) -> str:
    at, place, passed = notice, notice.place(key="amends"), {notice.name}
    while at.amends is not None:
        if at.amends not in there:
            place, names = at.place(key="amends"), "、".join(sorted(there))
            raise CalendarError(
                f"{place} 所修改的通知“{at.amends}”不存在；有：{names}",
                f"{place} amends “{at.amends}”, which is not there; there are: {names}",
            )
        at = there[at.amends]
        if at.name in passed:
            raise CalendarError(
                f"{place} 所修改的通知又修改到它自己（{at.name}）；最初的通知不应有 amends",
                f"{place} amends a notice that in the end amends itself ({at.name}); the first has no `amends`",
            )
        passed.add(at.name)
    return at.name


class _Reader:
    def __init__(self, text: str, name: str, file: str) -> None:
        self.text, self.name, self.file = text, name, file

    def notice(self, data: dict[str, Any], arranges_year: bool) -> Notice:
        for key in data.keys() - _KEYS:
            self._refuse(key, f"没有“{key}”这一项，应为 {'、'.join(sorted(_KEYS))} 之一", f"unknown key “{key}”")
        unsourced = tuple(self._texts(data, "unsourced"))
        announced = data.get("announced")
        if isinstance(announced, datetime) or (announced is not None and not isinstance(announced, date)):
            self._refuse("announced", "announced 应为日期，如 2018-12-06", "announced should be a date, as 2018-12-06")
        for key, blank in (("number", not data.get("number")), ("announced", announced is None)):
            if blank != (key in unsourced):
                self._refuse(
                    key,
                    f"{key} 留空时须列入 unsourced，有值时不得列入",
                    f"{key} is blank if and only if unsourced names it",
                )
        return Notice(
            self.name,
            self._text(data, "number", blank=True),
            self._text(data, "title"),
            announced,
            self._year(data),
            self._text(data, "amends") if "amends" in data else None,
            self._text(data, "source", blank=True),
            unsourced,
            tuple(self._festivals(data.get("festival", []))),
            self.text,
            self.file,
            self._arranges_year(data, arranges_year),
        )

    def _arranges_year(self, data: dict[str, Any], default: bool) -> bool:
        said = data.get("arranges_year", default)
        if not isinstance(said, bool):
            self._refuse("arranges_year", "arranges_year 应为 true 或 false", "arranges_year should be true or false")
        if "arranges_year" in data and "amends" in data:
            self._refuse(
                "arranges_year",
                "修改其他通知的，不写 arranges_year，全年安排由原通知决定",
                "an amendment has no arranges_year: the notice that it amends says it",
            )
        return said

    def _festivals(self, tables: object) -> Iterator[Festival]:
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._refuse("festival", "节日应逐个写作 [[festival]]", "each festival should be a table, [[festival]]")
        seen: dict[date, str] = {}
        names: set[str] = set()
        for table in tables:
            for key in table.keys() - _FESTIVAL:
                self._refuse(key, f"节日中没有“{key}”这一项", f"a festival has no key “{key}”")
            festival = Festival(
                self._text(table, "name"),
                self._text(table, "name_en"),
                self._days(table, "rest"),
                self._days(table, "work"),
            )
            if festival.name in names:
                self._refuse(
                    festival.name,
                    f"节日“{festival.name}”列了两次，同一节日应合为一个 [[festival]]",
                    f"festival “{festival.name}” stands twice, and should be one [[festival]]",
                )
            names.add(festival.name)
            named = [*((day, "放假") for day in festival.rest), *((day, "上班") for day in festival.work)]
            for day, as_what in named:
                if day in seen:
                    self._refuse(
                        day.isoformat(),
                        f"{day} 既列为{seen[day]}又列为{as_what}，一天只应列一次",
                        f"{day} stands twice, and may be one thing only",
                    )
                seen[day] = as_what
            yield festival

    def _days(self, table: dict[str, Any], key: str) -> tuple[date, ...]:
        days = table.get(key, [])
        if not isinstance(days, list) or not all(type(day) is date for day in days):
            self._refuse(key, f"{key} 应为日期的列表，如 [2019-05-01]", f"{key} should be a list of dates")
        for first, second in zip(days, sorted(days), strict=True):
            if first != second:
                self._refuse(first.isoformat(), f"{key} 中的日期应由早到晚", f"the days of {key} should be in order")
        for day in days:
            if key == "work" and day.weekday() < 5:
                zh = f"{day} 本是工作日（周{'一二三四五'[day.weekday()]}），不能列为调休上班"
                self._refuse(day.isoformat(), zh, f"{day} is no Saturday or Sunday; it is worked anyway")
        return tuple(days)

    def _year(self, data: dict[str, Any]) -> int:
        year = data.get("year")
        if type(year) is not int or not 1949 <= year <= 2200:
            self._refuse("year", "year 应为年份，如 2019", "year should be a year, as 2019")
        return year

    def _text(self, data: dict[str, Any], key: str, blank: bool = False) -> str:
        value = data.get(key, "" if blank else None)
        if value is not None and not isinstance(value, str):
            self._refuse(key, f"{key} 应为加引号的文本", f"{key} should be text in quotes")
        if value is None or not (value or blank):
            self._refuse(key, f"缺少 {key}", f"{key} is missing")
        return value

    def _texts(self, data: dict[str, Any], key: str) -> list[str]:
        value = data.get(key, [])
        if not isinstance(value, list) or not all(one in ("number", "announced", "source") for one in value):
            self._refuse(key, f"{key} 只能列 number、announced、source", f"{key} may name number, announced, source")
        return value

    def _refuse(self, near: str, zh: str, en: str) -> NoReturn:
        place = _place(self.text, self.file, near)
        raise CalendarError(f"{place} {zh}", f"{place} {en}")


def _place(text: str, file: str, near: str) -> str:
    line = _line_of(text, near)
    return f"{file}:{line}" if line else file


def _line_of(text: str, near: str) -> int | None:
    """The last line that holds `near`: where a day stands twice, the second is the one to mend."""
    lines = [n for n, line in enumerate(text.splitlines(), 1) if near and re.search(rf"\b{re.escape(near)}\b", line)]
    return lines[-1] if lines else None
