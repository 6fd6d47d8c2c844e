"""How good the year's data are: what arrived, what became of it, what was found, what could not be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.finding import Finding, Outcome, Severity, count_by_severity
from warehouse.deadlines import Lateness
from warehouse.home import Home
from warehouse.reports.edition import Edition
from warehouse.reports.rendering import late_text
from warehouse.stored import StoredSubmission


@dataclass(frozen=True)
class Quality:
    """Counts over what filers sent for a year; `lists` counts what came with the pack.

    late: submissions after their limit, corrections of what had been accepted left out. not_evaluable: how often a rule
    could not be told for a submission. explained, awaiting: 核实 findings of
    submissions that stand, with and without an explanation.
    """

    received: int
    lists: int
    accepted: int
    partial: int
    returned: int
    waiting: int
    late: int
    superseded: int
    findings: tuple[tuple[Severity, int], ...]
    waived: int
    explained: int
    awaiting: int
    not_evaluable: int
    notable: tuple[Notable, ...]


@dataclass(frozen=True)
class Notable:
    """A submission that was not simply accepted: what became of it and why it is worth opening."""

    id: str
    filer: str
    title: str
    period: str
    outcome: Outcome | None
    remarks: tuple[str, ...]


def measure_quality(home: Home, edition: Edition, submissions: Sequence[StoredSubmission]) -> Quality:
    everything_received, submissions = len(submissions), [s for s in submissions if not edition.is_list(s.kind)]
    found = {s.id: home.findings(s.id) for s in submissions}
    everything = [f for findings in found.values() for f in findings]
    standing = [f for s in submissions if s.stands for f in found[s.id]]
    unknown = sum(c.not_evaluable > 0 for s in submissions for c in home.counts(s.id))
    lateness = home.lateness()
    return Quality(
        received=len(submissions),
        lists=everything_received - len(submissions),
        accepted=_of(submissions, Outcome.ACCEPTED),
        partial=_of(submissions, Outcome.PARTIAL),
        returned=_of(submissions, Outcome.RETURNED),
        waiting=_of(submissions, None),
        late=sum(lateness.days(s) is not None for s in submissions),
        superseded=sum(s.superseded_by is not None for s in submissions),
        findings=tuple(count_by_severity(everything).items()),
        waived=sum(f.waived_by is not None for f in everything),
        explained=sum(f.explained_by is not None for f in standing),
        awaiting=sum(f.awaits for f in standing),
        not_evaluable=unknown,
        notable=tuple(_notable(edition, submissions, found, _withdrawn(home), lateness)),
    )


def _of(submissions: Iterable[StoredSubmission], outcome: Outcome | None) -> int:
    return sum(s.outcome is outcome for s in submissions)


def _notable(
    edition: Edition,
    submissions: Iterable[StoredSubmission],
    found: dict[str, list[Finding]],
    withdrawn: set[str],
    lateness: Lateness,
) -> Iterable[Notable]:
    for s in submissions:
        undone = ["已撤回：曾被接受，重新判定后退回"] if s.id in withdrawn else []
        remarks = (*undone, *_remarks(s, found[s.id], lateness.days(s)))
        if remarks:
            filer, title = edition.filer_name(s.filer), edition.kind_title(s.kind)
            yield Notable(s.id, filer, title, s.period.label_zh, s.outcome, remarks)


def _withdrawn(home: Home) -> set[str]:
    """Submissions that had been accepted and no longer are."""
    last: dict[str, Outcome] = {}
    accepted: set[str] = set()
    for judgment in home.judgments():
        last[judgment.submission] = judgment.outcome
        accepted |= {judgment.submission} if judgment.outcome is not Outcome.RETURNED else set()
    return {submission for submission in accepted if last[submission] is Outcome.RETURNED}


def _remarks(submission: StoredSubmission, findings: list[Finding], days_late: int | None) -> Iterable[str]:
    if days_late is not None:
        yield f"迟报{late_text(days_late)}"
    for severity, number in count_by_severity(findings).items():
        if number and severity is not Severity.NOTE:
            yield f"{severity.value}问题{number}项"
    if submission.stands and (awaiting := sum(f.awaits for f in findings)):
        yield f"待说明{awaiting}项"
    if submission.outcome is Outcome.PARTIAL:
        yield f"隔离{submission.quarantined}行"
    if submission.superseded_by:
        yield f"已由{submission.superseded_by}取代"
    if submission.outcome is None:
        yield "尚未判定"
