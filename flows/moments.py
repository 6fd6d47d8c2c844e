"""The moment that somebody asks about in writing: a day means its end, a text with a time means exactly that moment.

One reading for commands and flows, so that the same words never mean two moments. It knows no clock.
"""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Final

from contracts.errors import UsageError
from contracts.obligations import ZONE

_WRITTEN: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?P<time>T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_DAY_END: Final = time(23, 59, 59)


def moment_of(text: str, option: str) -> datetime:
    """`text` in the bureau's zone, which is meant where it names none. option: what it was given for, for messages.

    Raises UsageError where it is neither a day, such as 2019-06-17, nor a moment, such as 2019-06-17T08:30.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise _refused(text, option)
    try:
        told = datetime.fromisoformat(text)
        if found["time"] is None:
            told = datetime.combine(told.date(), _DAY_END)
        return told.replace(tzinfo=ZONE) if told.tzinfo is None else told.astimezone(ZONE)
    except (ValueError, OverflowError) as error:
        raise _refused(text, option) from error


def _refused(text: str, option: str) -> UsageError:
    return UsageError(
        f"“{text}”不能用作 {option} 的值；应为日期（指当日终了）或时刻，如 2019-06-17、2019-06-17T08:30",
        f"“{text}” is no value of {option}; it has to be a day, which means its end, or a moment, "
        "such as 2019-06-17 or 2019-06-17T08:30",
    )
