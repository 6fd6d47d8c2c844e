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

from contracts.calendar import Calendar, Day, Unarranged
from contracts.due_terms import Term, Unreadable, parse_term
from contracts.period import Period

ZONE: Final = ZoneInfo("Asia/Shanghai")
MIDNIGHT: Final = "24:00"
END_OF_DAY: Final = time(23, 59, 59)
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
    unarranged: the calendar notice still to come, or from before the calendar begins, that may move it; None for none.
    """

    term: Term
    roll: Roll
    named: Day | None
    final: Day | None
    until: time
    unarranged: Unarranged | None = None

    @property
    def provisional(self) -> bool:
        return self.unarranged is not None

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
        if self.until != END_OF_DAY:
            said += f"；当日{self.until:%H:%M}截止"
        if self.unarranged is not None:
            said += f"；{self.unarranged.zh}，此期限为暂定"
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
        if self.until != END_OF_DAY:
            said += f"; until {self.until:%H:%M}"
        if self.unarranged is not None:
            said += f"; {self.unarranged.en}, so it is provisional"
        return said


def reckon(term: str, roll: str, by: str, period: Period, calendar: Calendar, close: time) -> Deadline:
    """The deadline of a period. Raises ValueError (both languages) for a term, a roll rule or an hour nobody can read.

    by: "24:00", "close" (the end of business hours, `close`) or an hour such as "12:00"; that moment is still on time.
    """
    meant, rule, until = parse_term(term), parse_roll(roll), parse_hour(by, close)
    named_on = meant.day(period, calendar)
    if named_on is None:
        return Deadline(meant, rule, None, None, until)
    final_on: date = roll_days(pl.Series([named_on], dtype=pl.Date), rule, calendar)[0]
    looked_at = min(period.end, named_on) if meant.in_workdays else named_on
    moves = meant.in_workdays or rule.name != "none"
    unarranged = calendar.unarranged(looked_at, final_on) if moves else None
    return Deadline(meant, rule, calendar.day(named_on), calendar.day(final_on), until, unarranged)


def parse_roll(name: str) -> Roll:
    """The roll rule of that name. Raises Unreadable, in both languages, where there is none."""
    if name not in ROLLS:
        raise Unreadable(("顺延规则", "roll rule"), name, "不存在", "does not exist", ", ".join(ROLLS))
    return ROLLS[name]


def parse_hour(by: str, close: time) -> time:
    """The last moment of a day that is on time. Raises Unreadable, in both languages, where it is no hour."""
    if by == MIDNIGHT:
        return END_OF_DAY
    if by == CLOSE:
        return close
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", by):
        raise Unreadable(("时刻", "hour"), by, "无法识别", "cannot be read", "24:00, close, 12:00")
    return time.fromisoformat(by)


def roll_days(days: pl.Series, roll: Roll, calendar: Calendar) -> pl.Series:
    """A column of due days after their roll rule; null stays null."""
    if roll.name == "next-workday":
        return calendar.rolled(days, forward=True)
    if roll.name == "previous-workday":
        return calendar.rolled(days, forward=False)
    if roll.name == "next-after-holiday":
        return calendar.past_holidays(days)
    return days


def _day_zh(day: Day) -> str:
    notice = f"，{day.notice.cited}" if day.notice else ""
    return f"{day.date.year}年{day.date.month}月{day.date.day}日（{day.reason_zh}{notice}）"


def _day_en(day: Day) -> str:
    notice = f", {day.notice.cited}" if day.notice else ""
    return f"{day.date.isoformat()} ({day.reason_en}{notice})"
