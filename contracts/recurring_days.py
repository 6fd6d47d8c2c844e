"""Days that one phrase names for every quarter, half-year or month: 每季度末月15日 is four days of a year.

Which year is never guessed, and a day that one of the months does not have (每月31日) makes none of them.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from contracts.numerals import chinese_integer
from contracts.partial_date import PartialDate, days_of_month

RECURRING_DAYS: Final = re.compile(
    r"每个?(?:(?P<span>季度?|半年)的?(?:(?P<end>末|最后一?个|[首头])|第(?P<nth>[一二三四五六1-6])个)|(?P<every>))月的?"
    r"(?P<day>[0-9]{1,2})[日号](?![0-9段线楼])"
)
_MONTHS: Final = {"季": 3, "季度": 3, "半年": 6, None: 1}


def recurring_days(found: re.Match[str], text: str, year: int | None) -> tuple[PartialDate, ...]:
    """The days of `year` that one match of RECURRING_DAYS names, in order; none without a year or if one cannot be."""
    if year is None:
        return ()
    length, day = _MONTHS[found["span"]], int(found["day"])
    place = 1 if found["end"] in ("首", "头") else length
    if found["nth"]:
        place = int(found["nth"]) if found["nth"].isdigit() else chinese_integer(found["nth"]) or 0
    months = range(place, 13, length) if place <= length else ()
    if any(not 1 <= day <= days_of_month(year, month) for month in months):
        return ()
    days = [date(year, month, day) for month in months]
    return tuple(PartialDate(one, one, text, "day") for one in days)
