"""Where an auditor starts: every submission of the home, with totals and the state of the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from warehouse.database import reading
from warehouse.deadlines import StoredDeadline
from warehouse.home import Home
from warehouse.ledger import ABOUT_SUBMISSIONS
from warehouse.reports.timeliness import unfiled
from warehouse.reports.validation import Report
from warehouse.tables import ledger, submissions


@dataclass(frozen=True)
class LedgerHead:
    """The last entry about a submission. What comes after it would name this very page, or the day it was made."""

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


def ledger_head(home: Home, year: int | None = None) -> LedgerHead | None:
    """The last entry about a submission, or about one of a year; None while nothing was received."""
    about = [head for (_, of), head in ledger_heads(home).items() if year in (None, of)]
    return max(about, key=lambda head: head.sequence, default=None)


def ledger_heads(home: Home) -> dict[tuple[str, int], LedgerHead]:
    """Submission and its year → the last entry about it. A page that prints it can be held against the ledger for ever:
    `jixiao verify --head`.
    """
    s, e = submissions.c, ledger.c
    last = select(e.subject, func.max(e.sequence).label("sequence")).where(e.event.in_(ABOUT_SUBMISSIONS))
    latest = last.group_by(e.subject).subquery("latest")
    query = select(s.id, s.year, e.sequence, e.hash).select_from(
        latest.join(ledger, e.sequence == latest.c.sequence).join(submissions, s.id == latest.c.subject)
    )
    with reading(home.engine) as connection:
        return {(row.id, row.year): LedgerHead(row.sequence, row.hash) for row in connection.execute(query)}
