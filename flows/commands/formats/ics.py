"""Calendar files (iCalendar, RFC 5545) that people subscribe to: whole-day entries, and nothing that the clock says.

Nothing in their texts acts on a terminal: what would is left out. The same entries are the same bytes. An entry keeps
its uid when what it says is changed, so that a subscriber's copy is changed and not doubled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from unicodedata import category

from flows.commands.terminal import ACTIVE

PRODUCER = "-//jixiao//jixiao//ZH"


@dataclass(frozen=True)
class Entry:
    """One day of a calendar file. stamp: when what it says was made known; revision: 0 at first, then greater."""

    uid: str
    day: date
    summary: str
    description: str
    category: str
    stamp: date
    revision: int = 0


def calendar_file(name: str, entries: Iterable[Entry]) -> bytes:
    """A calendar of that name with these entries, in their order. UTF-8, lines ended and folded as RFC 5545 asks."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _plain(name).replace("\n", " "))  # of no type that could hold a line end
    for entry in entries:
        event = Event()
        event.add("uid", _plain(entry.uid))
        event.add("dtstamp", datetime.combine(entry.stamp, time(), UTC))
        event.add("sequence", entry.revision)
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))  # the day after: RFC 5545 leaves the end out
        event.add("summary", _plain(entry.summary))
        event.add("description", _plain(entry.description))
        event.add("categories", [_plain(entry.category)])
        event.add("transp", "TRANSPARENT")  # it takes nobody's time, so that meetings can be made on a worked Saturday
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _plain(text: str) -> str:
    """`text` without what RFC 5545 forbids or a terminal would obey; line ends stay, written as \\n."""
    return "".join(c for c in text if c == "\n" or category(c) not in ACTIVE)
