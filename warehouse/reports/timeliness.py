"""A year's punctuality, filer by filer: what each owed, and how much came in time. Counted from the kept deadlines.

Each instance is in exactly one column. The share is of what was due and is certain: neither what is not due yet, nor
what is not judged yet, nor what is provisional, nor what does not apply.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.timeliness import State
from warehouse.deadlines import StoredDeadline

_NOT_DUE: Final = (State.NOT_YET_DUE, State.DUE_SOON, State.EXTENDED)
_UNDATED: Final = (State.ACCEPTED_UNDATED, State.UNDATED)


@dataclass(frozen=True)
class Punctuality:
    """One filer's year, or everybody's. owed: the sum of all columns but days_late, due, kept and not_applicable.

    days_late: of what was accepted late. open_: not due yet, or received and not judged. undated: no document names a
    day; accepted or not. due: what the share is of; kept: on time or declared nil in time.
    """

    name: str
    on_time: int
    late: int
    days_late: int
    missing: int
    nil: int
    returned: int
    provisional: int
    open_: int
    undated: int
    not_applicable: int
    due: int
    kept: int

    @property
    def owed(self) -> int:
        came = self.on_time + self.late + self.nil
        return came + self.missing + self.returned + self.provisional + self.open_ + self.undated

    @property
    def share(self) -> str:
        """95.4%, never rounded up: 100% is said only where everything was; "" where nothing was due."""
        if not self.due:
            return ""
        tenths = self.kept * 1000 // self.due
        return f"{tenths // 10}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10}%"


@dataclass(frozen=True)
class Timeliness:
    """unfiled: what is missing, in the order of the obligations."""

    judged_on: datetime
    filers: tuple[Punctuality, ...]
    total: Punctuality
    unfiled: tuple[StoredDeadline, ...]

    @property
    def rows(self) -> tuple[Punctuality, ...]:
        """Each filer in the order of the obligations, then all of them together."""
        return (*self.filers, self.total)


def measure_timeliness(deadlines: Sequence[StoredDeadline]) -> Timeliness | None:
    """Of a year's deadlines; None where there are none."""
    if not deadlines:
        return None
    of_filer: dict[str, list[StoredDeadline]] = {}
    for deadline in deadlines:
        of_filer.setdefault(deadline.filer, []).append(deadline)
    return Timeliness(
        judged_on=deadlines[0].judged_on,
        filers=tuple(_measure(own[0].filer_name, own) for own in of_filer.values()),
        total=_measure("合计", deadlines),
        unfiled=unfiled(deadlines),
    )


def unfiled(deadlines: Iterable[StoredDeadline]) -> tuple[StoredDeadline, ...]:
    """What should have come by now and never came."""
    return tuple(d for d in deadlines if d.state is State.MISSING)


def _measure(name: str, deadlines: Sequence[StoredDeadline]) -> Punctuality:
    states = Counter(deadline.state for deadline in deadlines)
    # Where no document names a day, nothing was due: neither in time nor late.
    nil_dated = [d for d in deadlines if d.state is State.NIL and d.limit_at is not None]
    past = sum(d.state is State.RETURNED and d.overdue for d in deadlines)
    certain = (State.ACCEPTED, State.ACCEPTED_LATE, State.MISSING)
    return Punctuality(
        name=name,
        on_time=states[State.ACCEPTED],
        late=states[State.ACCEPTED_LATE],
        days_late=sum(d.days_late for d in deadlines if d.state is State.ACCEPTED_LATE),
        missing=states[State.MISSING],
        nil=states[State.NIL],
        returned=states[State.RETURNED],
        provisional=states[State.PROVISIONAL],
        open_=states[State.RECEIVED] + sum(states[state] for state in _NOT_DUE),
        undated=sum(states[state] for state in _UNDATED),
        not_applicable=states[State.NOT_APPLICABLE],
        due=sum(states[state] for state in certain) + len(nil_dated) + past,
        kept=states[State.ACCEPTED] + sum(not d.overdue for d in nil_dated),
    )
