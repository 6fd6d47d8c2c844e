"""Days that a number names: 第53个世界电信和信息社会日 is 17 May 2021, also where nobody wrote the year.

A day is kept under the number it had in its first year; what nobody counts from a known year is no day here.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from contracts.partial_date import PartialDate

# On folded text. Some sources print the reading behind a character: 第53個(gè).
_READ: Final = r"(?:\([a-z\u00e0-\u01dc]{1,6}\))?"
NUMBERED_DAYS: Final = re.compile(
    rf"第(?P<number>[0-9]{{1,3}})[个届]{_READ}世界[电電]信(?:和信息社[会會]{_READ})?日", re.IGNORECASE
)
_FIRST: Final = date(1969, 5, 17)  # the day the International Telecommunication Union was founded on, kept since 1969
_LAST_YEAR: Final = 2100


def numbered_day(found: re.Match[str], text: str) -> PartialDate | None:
    """The day that one match of NUMBERED_DAYS names; None for a number that no year has."""
    year = _FIRST.year + int(found["number"]) - 1
    if not _FIRST.year <= year <= _LAST_YEAR:
        return None
    day = _FIRST.replace(year=year)
    return PartialDate(day, day, text, "day")
