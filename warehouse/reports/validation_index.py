"""Where an auditor starts: every submission of the home, with totals and the state of the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from warehouse.database import reading
from warehouse.deadlines import StoredDeadline
from warehouse.home import Home
from warehouse.reports.timeliness import unfiled
from warehouse.reports.validation import Report
from warehouse.tables import ledger


@dataclass(frozen=True)
class LedgerHead:
    """The last entry about a submission. Entries about publications come after it and would name this very page."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class Totals:
    """Of what filers sent; `lists` counts what came with the pack.

    missing: submissions that stand and could not be compared with something; awaiting: their findings without an
    explanation; withdrawn: submissions that had been accepted and no longer are. late: corrections of what had been
    accepted left out. year: of the deadlines, None without any; unfiled: what should have come and never came.
    """

    submissions: int
    lists: int
    verdicts: Counter[str]
    late: int
    findings: Counter[str]
    received: int
    accepted: int
    quarantined: int
    missing: int
    awaiting: int
    withdrawn: int
    year: int | None
    unfiled: tuple[StoredDeadline, ...]


def sum_up(reports: Sequence[Report], deadlines: Sequence[StoredDeadline] = ()) -> Totals:
    """received = accepted + quarantined over all submissions, because it holds for each."""
    filed = [r for r in reports if not r.is_list]
    submissions = [r.submission for r in filed]
    findings: Counter[str] = Counter()
    for report in filed:
        findings.update({severity.value: number for severity, number in report.by_severity().items()})
    return Totals(
        submissions=len(submissions),
        lists=len(reports) - len(filed),
        verdicts=Counter(s.outcome.value if s.outcome else "waiting" for s in submissions),
        late=sum(r.days_late is not None for r in filed),
        findings=findings,
        received=sum(s.received or 0 for s in submissions),
        accepted=sum(s.accepted or 0 for s in submissions),
        quarantined=sum(s.quarantined or 0 for s in submissions),
        missing=sum(bool(r.missing) for r in filed if r.submission.stands),
        awaiting=sum(r.awaiting for r in filed if r.submission.stands),
        withdrawn=sum(r.withdrawn for r in filed),
        year=deadlines[0].year if deadlines else None,
        unfiled=unfiled(deadlines),
    )


def ledger_head(home: Home) -> LedgerHead | None:
    """None while nothing was received."""
    query = (
        select(ledger.c.sequence, ledger.c.hash)
        .where(ledger.c.event != "published")
        .order_by(ledger.c.sequence.desc())
        .limit(1)
    )
    with reading(home.engine) as connection:
        row = connection.execute(query).first()
    return None if row is None else LedgerHead(row.sequence, row.hash)
