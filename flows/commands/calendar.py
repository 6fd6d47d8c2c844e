"""`jixiao calendar`: which days are worked, with the notice that says so, as a table, a file to subscribe to or a view.

Everything is the calendar's answer; the clock only says which year is meant where no day is named.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from contracts.calendar import FIRST, LAST, Calendar, Day, shipped_calendar
from contracts.errors import UsageError
from contracts.notices import Notice
from flows.commands.console import Console
from flows.commands.formats.ics import Entry, calendar_file
from flows.commands.formats.year_view import year_view
from flows.commands.terminal import inert

COLUMNS = ("date", "is_workday", "reason", "notice")
_FILE_WIDTH = 120


@dataclass(frozen=True)
class Asked:
    """Which days of which calendar (both ends included), and as known when; None: every notice there is."""

    code: str
    first: date
    last: date
    known_on: date | None


def show_calendar(asked: Asked, shape: str, out: Path | None) -> None:
    """Print the days as "text", "csv", "json" or "ics", or write them to `out`, which must not be there yet.

    Raises UsageError where the days cannot be told, CalendarError where there is no such calendar.
    """
    calendar, days = _days(asked)
    if out is not None:
        _write(out, _file(calendar, days, shape))
    elif shape == "text":
        console = Console()
        console.print(year_view(calendar, days, console.width))
    elif shape == "ics":  # UTF-8 whatever the terminal's encoding is, with the line ends that RFC 5545 asks for
        sys.stdout.buffer.write(_file(calendar, days, shape))
    else:
        sys.stdout.write(inert(_file(calendar, days, shape).decode()))


def _days(asked: Asked) -> tuple[Calendar, list[Day]]:
    if asked.first > asked.last:
        raise UsageError(
            f"起始日 {asked.first} 晚于截止日 {asked.last}，--from 应不晚于 --to",
            f"--from {asked.first} is after --to {asked.last}",
        )
    if asked.first < FIRST or asked.last > LAST:
        raise UsageError(
            f"日历只到 {FIRST} 至 {LAST}，所问为 {asked.first} 至 {asked.last}",
            f"the calendar reaches from {FIRST} to {LAST}, not from {asked.first} to {asked.last}",
        )
    calendar = shipped_calendar(asked.code)
    if asked.known_on is not None:
        calendar = calendar.as_known_on(asked.known_on)
    return calendar, list(calendar.days(asked.first, asked.last))


def _file(calendar: Calendar, days: list[Day], shape: str) -> bytes:
    if shape == "ics":
        return calendar_file(f"节假日安排 {calendar.code}", _entries(calendar, days))
    if shape == "csv":
        return _table(calendar, days).encode()
    if shape == "json":
        return (json.dumps(_told(calendar, days), ensure_ascii=False, indent=2) + "\n").encode()
    text = io.StringIO()
    rich = Console(file=text, width=_FILE_WIDTH, color_system=None)
    rich.print(year_view(calendar, days, rich.width))
    return text.getvalue().encode()


def _table(calendar: Calendar, days: Iterable[Day]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for day in days:
        cited = day.notice.cited if day.notice else ""
        rows.writerow((day.date.isoformat(), str(day.is_workday).lower(), _reasons(calendar, day)[0], cited))
    return text.getvalue()


def _reasons(calendar: Calendar, day: Day) -> tuple[str, str]:
    why = calendar.unarranged(day.date, day.date)
    if why is None:
        return day.reason_zh, day.reason_en
    return f"{day.reason_zh}，{why.zh}（暂定）", f"{day.reason_en}, {why.en} (provisional)"


def _told(calendar: Calendar, days: Iterable[Day]) -> dict[str, Any]:
    """The days, and the notices that they name, in full."""
    told, notices = [], dict[str, Notice]()
    for day in days:
        if day.notice is not None:
            notices[day.notice.name] = day.notice
        zh, en = _reasons(calendar, day)
        told.append(
            {
                "date": day.date.isoformat(),
                "is_workday": day.is_workday,
                "is_holiday": day.is_holiday,
                "provisional": day.provisional,
                "reason": zh,
                "reason_en": en,
                "festival": day.festival.name if day.festival else None,
                "notice": day.notice.name if day.notice else None,
            }
        )
    known = calendar.known_on.isoformat() if calendar.known_on else None
    return {
        "calendar": calendar.code,
        "as_known_on": known,
        "days": told,
        "notices": list(map(_notice, notices.values())),
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "notice": notice.name,
        "number": notice.number or None,
        "title": notice.title,
        "announced": notice.announced.isoformat() if notice.announced else None,
        "amends": notice.amends,
        "source": notice.source or None,
        "unsourced": list(notice.unsourced),
    }


def _entries(calendar: Calendar, days: Iterable[Day]) -> Iterable[Entry]:
    """What a notice arranges; a provisional day is none of it, and an ordinary one needs no entry."""
    for day in days:
        if day.festival is None or day.notice is None:
            continue
        what = "调休上班" if day.is_workday else "休"
        title = day.notice.title if day.notice.number else ""
        said = (day.reason_zh, f"{day.notice.cited}{f'《{title}》' if title else ''}", day.reason_en)
        yield Entry(
            uid=f"{day.date.isoformat()}@{calendar.code}.calendar.jixiao",
            day=day.date,
            summary=f"{day.festival.name} {what}",
            description="\n".join(said),
            category="调休上班" if day.is_workday else "放假",
            stamp=day.notice.announced or date(day.notice.year, 1, 1),
            revision=0 if day.notice.amends is None else 1,
        )


def _write(out: Path, data: bytes) -> None:
    try:
        with out.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise UsageError(f"{out} 已存在，未覆盖", f"{out} exists and was not overwritten") from error
    except OSError as error:
        raise UsageError(f"无法写入 {out}：{error.strerror}", f"cannot write {out}: {error.strerror}") from error
    print(inert(f"已写入 {out} / written"))
