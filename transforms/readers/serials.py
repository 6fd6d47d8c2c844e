"""Numbers as a spreadsheet's binary formats store them → the text their number format shows, and what that is.

A number format decides whether 44165 is a number, a day or a share. Only what it makes of the value is read from it,
never how wide or how coloured the value stands; no value is rounded to the decimals shown.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Literal

from transforms.readers.values import number_text, percent_text

NumberKind = Literal["percent", "month", "date", "duration"]
_NOISE = re.compile(r'"[^"]*"|\\.|_.|\*.')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_FRACTION = re.compile(r"s\.0+")
_GENERAL = re.compile(r"general|g/通用格式", re.IGNORECASE)
BUILT_IN: dict[int, NumberKind] = {
    **dict.fromkeys((9, 10), "percent"),
    **dict.fromkeys((14, 15, 16, 18, 19, 20, 21, 22, 28, 29, 30, 31, 32, 33, 34, 35, 45, 47, 51, 53, 54, 55), "date"),
    **dict.fromkeys((56, 58), "date"),
    **dict.fromkeys((17, 27, 36, 50, 52, 57), "month"),
    46: "duration",
}
"""Number formats that a file need not spell out, those of Chinese Excel (27 to 58) included."""
_MILLISECONDS = 86_400_000
_LAST_DAY = 2_958_466
ERRORS = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
    43: "#GETTING_DATA",
}


def format_kind(code: str) -> NumberKind | None:
    """What a number format makes of a number; None where it stays a number. Its first section decides."""
    plain = _NOISE.sub("", code)
    if _ELAPSED.search(plain):
        return "duration"
    section = _GENERAL.sub("", _BRACKETS.sub("", plain).split(";")[0]).lower()
    if "%" in section:
        return "percent"
    letters = set(section)
    if not letters & set("ymdhse") or letters & set("#?") or "0" in _FRACTION.sub("s", section):
        return None
    return "month" if letters & set("ye") and "m" in letters and not letters & set("dhs") else "date"


def serial_text(value: float, kind: NumberKind | None, since_1904: bool = False) -> tuple[str, str]:
    """Text and type of a stored number; one that its format cannot show (a day before 1900) stays a number."""
    if not math.isfinite(value):
        return "#NUM!", "error"
    if kind == "percent":
        return percent_text(value), "percent"
    if kind is None or not 0 <= value < _LAST_DAY:
        return number_text(value), "number"
    milliseconds = round(value * _MILLISECONDS)
    days, rest = divmod(milliseconds, _MILLISECONDS)
    if kind == "duration":
        return clock_text(milliseconds), "time"
    if days == 0 and rest:
        return clock_text(rest), "time"
    if days == 0 and not since_1904:
        return "00:00:00", "time"
    day = _day_text(days, since_1904)
    if rest:
        return f"{day} {clock_text(rest)}", "datetime"
    return day_text(day, kind == "month")


def day_text(day: str, month: bool) -> tuple[str, str]:
    """A day shown as its month is one where it is the month's first; any other day stays whole."""
    return (day[:7], "month") if month and day.endswith("-01") else (day, "date")


def clock_text(milliseconds: int) -> str:
    """27000000 → "07:30:00"; hours go on behind 24, and thousandths stand only where there are some."""
    seconds, thousandths = divmod(milliseconds, 1000)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{thousandths:03d}".rstrip("0") if thousandths else text


def _day_text(days: int, since_1904: bool) -> str:
    if since_1904:
        return (datetime(1904, 1, 1) + timedelta(days=days)).date().isoformat()
    if days == 60:
        return "1900-02-29"  # The leap day that never was, and that Excel shows.
    start = datetime(1899, 12, 31) if days < 60 else datetime(1899, 12, 30)
    return (start + timedelta(days=days)).date().isoformat()
