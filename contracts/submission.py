"""One thing that arrived: which file, from whom, for what form and period, when. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.period import Period


@dataclass(frozen=True)
class Arrival:
    """A file as it came in. `file` is its path inside the pack; `received_at` carries a zone; `channel` says how."""

    file: str
    filer: str
    kind: str
    period: Period
    received_at: datetime
    channel: str


@dataclass(frozen=True)
class Submission:
    """An arrival with what the ledger gave it.

    id: "<bureau>-<year>-<4-digit sequence>"; version: 1, 2, … among submissions of the same filer, kind and period;
    due_at: when it was due, None where no obligation names a day.
    """

    id: str
    sequence: int
    arrival: Arrival
    sha256: str
    size: int
    version: int
    due_at: datetime | None

    @property
    def late(self) -> bool:
        return self.due_at is not None and self.arrival.received_at > self.due_at

    @property
    def days_late(self) -> int:
        """Whole calendar days begun after the due moment; 0 when on time."""
        if not self.late or self.due_at is None:
            return 0
        # The due moment ends a day, so days are counted from it, whichever zone either time is written in.
        return -((self.due_at - self.arrival.received_at) // timedelta(days=1))
