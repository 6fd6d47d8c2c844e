"""When one thing is due, with the reason: the term's day, what moves it, until what hour, and how sure that is.

A roll rule says what happens to a due day that nobody works. There is no general one: an obligation names its own, and
where the document has none, a due day stays where it fell. Nothing here knows a clock: a deadline is reckoned on the
calendar it is given, which may be the calendar as it was known on a day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from contracts.calendar import Calendar, Day
from contracts.due_terms import Term, Unreadable, parse_term
from contracts.period import Period

ZONE: Final = ZoneInfo("Asia/Shanghai")
MIDNIGHT: Final = "24:00"
CLOSE: Final = "close"


@dataclass(frozen=True)
class Roll:
    """What happens to a due day that is not worked. basis: the text it comes from, cited in every explanation."""

    name: str
    zh: str
    en: str
    basis: str


ROLLS: Final = {
    roll.name: roll
    for roll in (
        Roll("none", "不顺延", "not moved", "文件未规定顺延"),
        Roll("next-workday", "顺延至下一工作日", "moved to the next working day", "《民法典》第二百零三条第一款"),
        Roll("previous-workday", "提前至上一工作日", "moved to the working day before", "由义务所依据的文件规定"),
        Roll(
            "next-after-holiday",
            "仅遇放假通知所列假日时顺延至其后第一日",
            "moved past days off that a notice names, not past ordinary weekends",
            "由义务所依据的文件规定",
        ),
    )
}


@dataclass(frozen=True)
class Deadline:
    """The last moment that is still on time, and how it came about.

    named_on: the day that the term means; on: the day after the roll rule; both None where the document names none.
    provisional: a calendar notice still to come may move it.
    """

    term: Term
    roll: Roll
    named: Day | None
    final: Day | None
    until: time
    provisional: bool

    @property
    def at(self) -> datetime | None:
        return None if self.final is None else datetime.combine(self.final.date, self.until, ZONE)

    @cached_property
    def why_zh(self) -> str:
        """期限为期末月15日，即2019年6月15日（周六）；不顺延（文件未规定顺延）."""
        if self.named is None or self.final is None:
            return f"{self.term.zh}，不计迟报"
        day = _day_zh(self.named)
        # A term that is itself a day is not said twice.
        said = f"期限为{day}" if day.startswith(self.term.zh) else f"期限为{self.term.zh}，即{day}"
        if self.final.date != self.named.date:
            said += f"；按“{self.roll.zh}”（{self.roll.basis}）为{_day_zh(self.final)}"
        elif not self.named.is_workday:
            said += f"；{self.roll.zh}（{self.roll.basis}）"
        if self.provisional:
            said += f"；{self.final.date.year}年放假安排尚未公布，此期限为暂定"
        return said

    @cached_property
    def why_en(self) -> str:
        if self.named is None or self.final is None:
            return f"{self.term.en}; nobody is late"
        day = _day_en(self.named)
        said = f"due {day}" if day.startswith(self.term.en) else f"due {self.term.en}, {day}"
        if self.final.date != self.named.date:
            said += f"; {self.roll.en} ({self.roll.basis}), {_day_en(self.final)}"
        elif not self.named.is_workday:
            said += f"; {self.roll.en} ({self.roll.basis})"
        if self.provisional:
            said += f"; the days off of {self.final.date.year} are not announced yet, so it is provisional"
        return said


def reckon(term: str, roll: str, by: str, period: Period, calendar: Calendar, close: time) -> Deadline:
    """The deadline of a period. Raises ValueError (both languages) for a term, a roll rule or an hour nobody can read.

    by: "24:00", "close" (the end of business hours, `close`) or an hour such as "12:00"; that moment is still on time.
    """
    meant, rule, until = parse_term(term), parse_roll(roll), parse_hour(by, close)
    named_on = meant.day(period, calendar)
    if named_on is None:
        return Deadline(meant, rule, None, None, until, False)
    final_on = _rolled(named_on, rule, calendar)
    looked_at = min(period.end, named_on) if meant.in_workdays else named_on
    moves = meant.in_workdays or rule.name != "none"
    provisional = moves and calendar.is_provisional(looked_at, final_on)
    return Deadline(meant, rule, calendar.day(named_on), calendar.day(final_on), until, provisional)


def parse_roll(name: str) -> Roll:
    """The roll rule of that name. Raises Unreadable, in both languages, where there is none."""
    if name not in ROLLS:
        raise Unreadable(("顺延规则", "roll rule"), name, "不存在", "does not exist", ", ".join(ROLLS))
    return ROLLS[name]


def parse_hour(by: str, close: time) -> time:
    """The last moment of a day that is on time. Raises Unreadable, in both languages, where it is no hour."""
    if by == MIDNIGHT:
        return time(23, 59, 59)
    if by == CLOSE:
        return close
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", by):
        raise Unreadable(("时刻", "hour"), by, "无法识别", "cannot be read", "24:00, close, 12:00")
    return time.fromisoformat(by)


def _rolled(day: date, roll: Roll, calendar: Calendar) -> date:
    if roll.name == "next-workday":
        return calendar.next_workday(day)
    if roll.name == "previous-workday":
        return calendar.previous_workday(day)
    if roll.name == "next-after-holiday":
        return calendar.past_holidays(pl.Series([day]))[0]  # type: ignore[no-any-return]
    return day


def _day_zh(day: Day) -> str:
    notice = f"，{day.notice.cited}" if day.notice else ""
    return f"{day.date.year}年{day.date.month}月{day.date.day}日（{day.reason_zh}{notice}）"


def _day_en(day: Day) -> str:
    notice = f", {day.notice.cited}" if day.notice else ""
    return f"{day.date.isoformat()} ({day.reason_en}{notice})"
