"""Years as people hang them on a wall: months in a grid, days off and made-up days marked, the notices below.

The marks are words, so that the view says the same without colour. What is worked is the calendar's to say, not ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from contracts.calendar import WEEKDAYS, Calendar, Day
from contracts.notices import Festival, Notice

OFF, MADE_UP, OPEN = "休", "班", "?"
_CELL = 5
_MONTH = 7 * _CELL
_STYLES = {OFF: "red", MADE_UP: "bold green", OPEN: "yellow"}


def year_view(calendar: Calendar, days: Sequence[Day], width: int) -> RenderableType:
    """The days, year for year. width: columns there are; as many months stand side by side as fit."""
    years = groupby(days, key=lambda day: day.date.year)
    known = f"按 {calendar.known_on} 所知 / as known on {calendar.known_on}" if calendar.known_on else ""
    legend = f"{OFF} 放假 off，{MADE_UP} 调休上班 worked instead，{OPEN} 尚无通知（暂定） no notice yet"
    parts: list[RenderableType] = [Text(line, "dim") for line in (known, legend) if line]
    for year, of_year in years:
        parts += _year(calendar, year, list(of_year), width)
    return Group(*parts)


def _year(calendar: Calendar, year: int, days: list[Day], width: int) -> Iterator[RenderableType]:
    arranged = year in calendar.years
    worked, off, made_up = (
        sum(day.is_workday for day in days),
        sum(day.is_holiday for day in days),
        sum(day.is_workday and day.festival is not None for day in days),
    )
    yield Text()
    yield Text(f"{year}年  工作日 {worked} 天，放假 {off} 天，调休上班 {made_up} 天 / {worked} working days", "bold")
    if not arranged:
        why = calendar.without_notice(year)
        yield Text(f"{why.zh}（暂定）：只按周末推算 / {why.en} (provisional): reckoned from weekends alone", "yellow")
    yield Text()
    months = [_month(list(of_month), arranged) for _, of_month in groupby(days, key=lambda day: day.date.month)]
    grid, beside = Table.grid(padding=(0, 3, 0, 0)), max(1, (width + 3) // (_MONTH + 3))
    for at in range(0, len(months), beside):
        grid.add_row(*months[at : at + beside])
        grid.add_row()
    yield grid
    festivals = _festivals(days)
    if festivals.row_count:
        yield festivals


def _month(days: list[Day], arranged: bool) -> Text:
    first = days[0].date
    worked = sum(day.is_workday for day in days)
    text = Text(f"{first.month}月".ljust(6) + f"工作日 {worked} 天\n", "bold", no_wrap=True)
    for number, name in enumerate(WEEKDAYS):
        text.append(_wide(name), "dim" if number > 4 else "")
    text.append("\n" + " " * _CELL * first.weekday())
    for day in days:
        mark = _mark(day, arranged)
        weekend = "dim" if day.date.weekday() > 4 else ""
        text.append(_wide(f"{day.date.day:2}{mark}"), _STYLES.get(mark, weekend))
        if day.date.weekday() == 6 and day is not days[-1]:
            text.append("\n")
    return text


def _mark(day: Day, arranged: bool) -> str:
    if day.festival is not None:
        return MADE_UP if day.is_workday else OFF
    return OPEN if day.provisional and arranged else ""  # a whole year without notice says so above


def _wide(text: str) -> str:
    return text + " " * (_CELL - cell_len(text))


def _festivals(days: Iterable[Day]) -> Table:
    """What each notice says of these days: one row a festival, in order of date."""
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", title_justify="left")
    for heading in ("节日 festival", "放假 off", "调休上班 worked", "通知 notice"):
        table.add_column(heading, overflow="fold")
    named: dict[tuple[str, str], tuple[Festival, Notice, list[Day]]] = {}
    for day in days:
        if day.festival is not None and day.notice is not None:
            key = (day.notice.name, day.festival.name)
            named.setdefault(key, (day.festival, day.notice, []))[2].append(day)
    for festival, notice, here in named.values():
        off, made_up = ([day.date for day in here if day.is_workday is works] for works in (False, True))
        table.add_row(festival.name, _spans(off), _spans(made_up), notice.cited)
    return table


def _spans(days: Sequence[date]) -> str:
    """5月1日至4日、5月9日: days that follow each other as one span."""
    spans: list[tuple[date, date]] = []
    for day in days:
        if spans and day - spans[-1][1] == timedelta(days=1):
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return "、".join(_span(first, last) for first, last in spans)


def _span(first: date, last: date) -> str:
    said = f"{first.month}月{first.day}日"
    if first == last:
        return said
    return f"{said}至{last.day}日" if first.month == last.month else f"{said}至{last.month}月{last.day}日"
