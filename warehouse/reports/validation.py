"""The validation report of one submission: the verdict and everything it rests on, as a value and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.comparing import Comparison
from contracts.finding import Finding, Outcome, RuleCount, Severity, count_by_severity
from contracts.table import Ignored
from warehouse.deadlines import Lateness, StoredDeadline
from warehouse.home import Home
from warehouse.reports.edition import Edition
from warehouse.stored import StoredJudgment, StoredSubmission

SHOWN: Final = 200  # findings of one rule that the page prints; the JSON has all
# A page embeds nothing, but a JSON text may be put into one by others: it must not close a script there.
_FOR_SCRIPTS: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


@dataclass(frozen=True)
class Broken:
    """One rule's findings: how many there are, and those that are printed."""

    rule: str
    title: str
    total: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Report:
    """A submission as its report tells it. is_list: it came with the pack.

    days_late: None where it was not late, or corrects what had been accepted. deadline: as kept, None where none is.
    versions: ids of the same filer, kind and period, in order of arrival.
    corrected_by: of a returned one the first later version that was accepted, or "".
    """

    submission: StoredSubmission
    is_list: bool
    filer: str
    kind: str
    supersedes: str
    versions: tuple[str, ...]
    corrected_by: str
    severities: tuple[tuple[Severity, int, tuple[Broken, ...]], ...]
    findings: tuple[Finding, ...]
    counts: tuple[RuleCount, ...]
    titles: dict[str, str]
    ignored: tuple[Ignored, ...]
    judgments: tuple[StoredJudgment, ...]
    days_late: int | None
    deadline: StoredDeadline | None

    @property
    def missing(self) -> tuple[Comparison, ...]:
        """What there was not, or not enough of, to compare with, so that rules were left open."""
        return tuple(c for c in self.judgments[-1].compared if c.lacking) if self.judgments else ()

    @property
    def awaiting(self) -> int:
        """How many findings still need the filer's explanation."""
        return sum(finding.awaits for finding in self.findings)

    @property
    def withdrawn(self) -> bool:
        """Whether it had been accepted before it was returned."""
        accepted = [j for j in self.judgments if j.outcome is not Outcome.RETURNED]
        return self.submission.outcome is Outcome.RETURNED and bool(accepted)

    @property
    def unknown(self) -> tuple[RuleCount, ...]:
        return tuple(c for c in self.counts if c.not_evaluable)

    @property
    def remark(self) -> str:
        """What the verdict of an accepted submission leaves to be said."""
        if not self.findings:
            return "没有发现问题。"
        if all(finding.severity is Severity.NOTE for finding in self.findings):
            return "没有阻断性问题；另有提示，供参考。"
        if not self.awaiting:
            return "没有阻断性问题；需核实的事项均已说明。"
        return f"没有阻断性问题；下列事项请核实，待说明 {self.awaiting} 项。"

    def by_severity(self) -> dict[Severity, int]:
        return count_by_severity(self.findings)


def read_report(
    home: Home,
    edition: Edition,
    submission: StoredSubmission,
    all_submissions: Iterable[StoredSubmission],
    lateness: Lateness | None = None,
) -> Report:
    """lateness: `home.lateness()`, for who reads many reports."""
    lateness = home.lateness() if lateness is None else lateness
    findings, counts = tuple(home.findings(submission.id)), tuple(home.counts(submission.id))
    versions = [s for s in all_submissions if _same_duty(s, submission)]
    rules = dict.fromkeys([f.rule for f in findings] + [c.rule for c in counts])
    titles = {rule: edition.rule_title(submission.kind, rule) for rule in rules}
    return Report(
        submission=submission,
        is_list=edition.is_list(submission.kind),
        filer=edition.filer_name(submission.filer),
        kind=edition.kind_title(submission.kind),
        supersedes="、".join(s.id for s in versions if s.superseded_by == submission.id),
        versions=tuple(s.id for s in versions),
        corrected_by=_corrected_by(submission, versions),
        severities=tuple(_group(findings, titles)),
        findings=findings,
        counts=counts,
        titles=titles,
        ignored=tuple(home.ignored(submission.id)),
        judgments=tuple(home.judgments(submission.id)),
        days_late=lateness.days(submission),
        deadline=lateness.deadline(submission),
    )


def _same_duty(one: StoredSubmission, other: StoredSubmission) -> bool:
    return (one.filer, one.kind, one.period) == (other.filer, other.kind, other.period)


def _corrected_by(submission: StoredSubmission, versions: Iterable[StoredSubmission]) -> str:
    later = (s.id for s in versions if s.sequence > submission.sequence and s.outcome is Outcome.ACCEPTED)
    return next(later, "") if submission.outcome is Outcome.RETURNED else ""


def _group(findings: tuple[Finding, ...], titles: dict[str, str]) -> Iterable[tuple[Severity, int, tuple[Broken, ...]]]:
    """Gravest first, then by rule; severities without a finding are left out."""
    for severity, total in count_by_severity(findings).items():
        of_severity: dict[str, list[Finding]] = {}
        for finding in findings:
            if finding.severity is severity:
                of_severity.setdefault(finding.rule, []).append(finding)
        if total:
            rules = (Broken(r, titles[r], len(f), tuple(f[:SHOWN])) for r, f in sorted(of_severity.items()))
            yield severity, total, tuple(rules)


def reconciliation(s: StoredSubmission) -> dict[str, Any] | None:
    """The account of the file's cells, as `jixiao check --format json` gives it; None where nothing could be read."""
    if s.account is None:
        return None
    cells = {"nonempty": s.cells_nonempty, "used": s.cells_used, "ignored": s.cells_ignored, "found": s.cells_found}
    return vars(s.account) | {"sheets": [vars(sheet) for sheet in s.account.sheets], "cells": cells}


def _count_json(c: RuleCount) -> dict[str, Any]:
    numbers = ("rule", "passed", "failed", "not_evaluable", "not_applicable")
    return {name: getattr(c, name) for name in numbers}


def _judgment_json(j: StoredJudgment) -> dict[str, Any]:
    return {
        "pass": j.number,
        "verdict": j.outcome.value,
        "at": j.at.isoformat(),
        "ledger_entry": j.entry,
        "causes": [vars(cause) for cause in j.causes],
    }


def report_json(report: Report, head: Mapping[str, Any] | None = None) -> bytes:
    """The report as JSON, UTF-8, keys in a fixed order. Times are ISO with zone; `verdict` is null until judged.

    head: sequence and hash of the ledger's last entry about the submission.
    """
    s = report.submission
    content = {
        "submission": s.id,
        "verdict": s.outcome.value if s.outcome else None,
        "kind": s.kind,
        "file": s.file,
        "sha256": s.sha256,
        "filer": s.filer,
        "period": s.period.label,
        "received_at": s.received_at.isoformat(),
        "due_at": s.due_at.isoformat() if s.due_at else None,
        "days_late": report.days_late or 0,
        "version": s.version,
        "contract_version": s.contract_version,
        "rows": {"received": s.received, "accepted": s.accepted, "quarantined": s.quarantined},
        "findings": [f.record(s.file) for f in report.findings],
        "not_evaluable": [
            {"rule": c.rule, "count": c.not_evaluable, "reason_zh": c.reason_zh, "reason_en": c.reason_en}
            for c in report.unknown
        ],
        "rules": [_count_json(c) for c in report.counts],
        "reconciliation": reconciliation(s),
        "ignored": [vars(area) for area in report.ignored],
        "not_compared": [
            {"counterpart_zh": c.title_zh, "counterpart_en": c.title_en, "rules": list(c.lacking)}
            for c in report.missing
        ],
        "judgments": [_judgment_json(j) for j in report.judgments],
        "ledger": dict(head) if head else None,
    }
    text = json.dumps(content, ensure_ascii=False, indent=2)
    return (text.translate(_FOR_SCRIPTS) + "\n").encode()
