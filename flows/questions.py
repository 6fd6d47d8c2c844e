"""What a pack's submissions leave open: findings that await an explanation, counterparts that are missing, waivers and
explanations that did nothing. Reads only; what is printed of it is the commands' business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.adjustments import Adjustment
from contracts.explanations import Explanation, explain, finding_key
from contracts.finding import Finding, Outcome, Severity
from contracts.obligations import ZONE
from contracts.waivers import Waiver
from flows.adjusting import idle
from flows.again import current_submissions
from flows.comparisons import all_explanations
from flows.pack import Pack
from warehouse.home import Home
from warehouse.stored import StoredSubmission


@dataclass(frozen=True)
class Question:
    """A finding that somebody has to answer; `key` names it.

    moved: it was explained, but of another value. written: it is explained, and the next run will take that down.
    """

    submission: StoredSubmission
    finding: Finding
    key: str
    moved: bool = False
    written: bool = False


@dataclass(frozen=True)
class Missing:
    """What a submission could not be compared with, and the rules that were left open by that."""

    file: str
    title_zh: str
    title_en: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Questions:
    """awaiting: accepted, but not explained. waivable: returned, and a waiver would let it in.

    adjustments_lapsed: their figure is filed otherwise by now, and is published as filed; _unused: nobody filed it.
    """

    awaiting: tuple[Question, ...]
    waivable: tuple[Question, ...]
    missing: tuple[Missing, ...]
    waivers_expired: tuple[Waiver, ...]
    waivers_unused: tuple[Waiver, ...]
    explanations_refused: int
    explanations_unused: tuple[Explanation, ...]
    adjustments_lapsed: tuple[Adjustment, ...] = ()
    adjustments_unused: tuple[Adjustment, ...] = ()


def gather_questions(home: Home, pack: Pack) -> Questions:
    """Everything that is open for the pack's submissions as the ledger has them now."""
    current = list(current_submissions(home, pack))
    findings = {s.id: home.findings(s.id) for s in current}
    told = all_explanations(home, pack)
    expired, unused = _idle_waivers(pack, current, findings)
    lapsed, unknown = idle(home, pack)
    return Questions(
        awaiting=tuple(_awaiting(current, findings, told)),
        waivable=tuple(_waivable(current, findings)),
        missing=tuple(_missing(home, current)),
        waivers_expired=expired,
        waivers_unused=unused,
        explanations_refused=_refused(home, pack),
        explanations_unused=tuple(e for e in pack.explanations() if not _speaks_of_any(e, current, findings)),
        adjustments_lapsed=lapsed,
        adjustments_unused=unknown,
    )


def key_of(finding: Finding, s: StoredSubmission) -> str:
    return finding_key(finding.rule, s.filer, s.kind, s.period, finding.field or "", finding.about)


def _awaiting(
    current: Sequence[StoredSubmission], findings: dict[str, list[Finding]], told: Sequence[Explanation]
) -> Iterator[Question]:
    for s in current:
        for finding in findings[s.id] if s.stands else ():
            if finding.awaits:
                said = any(e.speaks_of(finding, s.kind, s.filer, s.period) for e in told)
                now = explain(finding, told, kind=s.kind, filer=s.filer, period=s.period).explained_by is not None
                yield Question(s, finding, key_of(finding, s), moved=said and not now, written=now)


def _waivable(current: Sequence[StoredSubmission], findings: dict[str, list[Finding]]) -> Iterator[Question]:
    for s in current:
        for finding in findings[s.id] if s.outcome is not Outcome.ACCEPTED else ():
            if finding.severity is Severity.WAIVABLE and finding.blocks:
                yield Question(s, finding, key_of(finding, s))


def _missing(home: Home, current: Sequence[StoredSubmission]) -> Iterator[Missing]:
    for s in current:
        for comparison in home.judgments(s.id)[-1].compared:
            if comparison.lacking:
                yield Missing(s.file, comparison.title_zh, comparison.title_en, comparison.lacking)


def _idle_waivers(
    pack: Pack, current: Sequence[StoredSubmission], findings: dict[str, list[Finding]]
) -> tuple[tuple[Waiver, ...], tuple[Waiver, ...]]:
    """The waivers that did nothing: those that had expired when the file came, and the others."""
    expired: list[Waiver] = []
    unused: list[Waiver] = []
    for waiver in pack.all_waivers():
        of = [s for s in current if (s.filer, s.period.label) == (waiver.filer, waiver.period)]
        met = [(s, f) for s in of for f in findings[s.id] if f.rule == waiver.rule]
        if any(f.waived_by == waiver.told for _, f in met):
            continue
        late = any(s.received_at.astimezone(ZONE).date() > waiver.last_day for s, _ in met)
        (expired if late else unused).append(waiver)
    return tuple(expired), tuple(unused)


def _refused(home: Home, pack: Pack) -> int:
    """How many rows of the pack's list of explanations were refused."""
    lists = [s for s in home.submissions(pack.settings.year) if s.kind == "explanation_list" and s.quarantined]
    last = max((s for s in lists if s.file in pack.lists), key=lambda s: s.sequence, default=None)
    return 0 if last is None else last.quarantined or 0


def _speaks_of_any(
    explanation: Explanation, current: Sequence[StoredSubmission], findings: dict[str, list[Finding]]
) -> bool:
    return any(explanation.speaks_of(f, s.kind, s.filer, s.period) for s in current for f in findings[s.id])
