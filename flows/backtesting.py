"""One rule put to everything that was ever filed on its form: what it would have said of each submission.

For a rule that is new, changed or only drafted. Each submission is read from what was kept and compared with what it
would be compared with today; nothing is stored, and no other rule is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from contracts.errors import UsageError
from contracts.finding import Cell, Outcome, RuleCount
from contracts.judge import Judgment, judge
from contracts.kind import Kind
from contracts.schema import keep_rules
from flows.comparisons import applicable_waivers, gather_references
from flows.filing import tabulate
from flows.pack import Pack
from flows.progress import tell
from flows.reader import Reader
from warehouse.home import Home
from warehouse.stored import StoredSubmission


class Answer(StrEnum):
    """What the rule says of one submission, the gravest first."""

    FAIL = "fail"
    UNKNOWN = "not evaluable"
    PASS = "pass"
    IDLE = "not applicable"  # to no row of it
    NOT_IN_FORCE = "not in force"
    UNREAD = "not judged"  # the file's shape is wrong, so that no rule is asked
    ERASED = "erased"  # the original went with its personal data

    @property
    def zh(self) -> str:
        return {
            "fail": "不符合",
            "not evaluable": "未能判定",
            "pass": "符合",
            "not applicable": "不适用",
            "not in force": "规则尚未施行或已停用",
            "not judged": "文件结构有误，未判定",
            "erased": "原件已清除，无从判定",
        }[self.value]


@dataclass(frozen=True)
class Past:
    """One submission under the rule. outcome: what became of it then. waived: a waiver would have covered it."""

    submission: StoredSubmission
    answer: Answer
    findings: int = 0
    cells: tuple[Cell, ...] = ()
    waived: bool = False
    reason_zh: str = ""
    reason_en: str = ""

    @property
    def outcome(self) -> Outcome | None:
        return self.submission.outcome


def backtest(pack: Pack, home: Home, reader: Reader, kind: Kind, rule: str) -> list[Past]:
    """Every submission of the form in the home, all versions, in the order of arrival."""
    filed = [s for s in home.submissions() if s.kind == kind.code]
    answered = []
    for done, submission in enumerate(filed):
        tell(submission.file, done, len(filed))
        answered.append(_ask(pack, home, reader, kind, rule, submission))
    return answered


def _ask(pack: Pack, home: Home, reader: Reader, kind: Kind, rule: str, submission: StoredSubmission) -> Past:
    arrival = submission.arrival
    try:
        then = kind.in_force(arrival.period)
    except UsageError:
        return Past(submission, Answer.NOT_IN_FORCE)
    if rule not in {r.id for r in then.rules}:
        return Past(submission, Answer.NOT_IN_FORCE)
    if home.landing.erased(submission.sha256) is not None:
        return Past(submission, Answer.ERASED)
    reading = reader.read(home.landing.path(submission.sha256), arrival.file)
    filed = tabulate(reading, arrival.file, then, arrival.period.year)
    if filed.table is None or any(f.blocks for f in filed.findings):
        return Past(submission, Answer.UNREAD)
    judgment = judge(
        replace(then, schema=keep_rules(then.schema, {rule})),
        filed.table,
        filed.frame,
        period=arrival.period,
        filer=arrival.filer,
        totals=filed.totals,
        references=gather_references(home, pack, then, arrival),
        waivers=applicable_waivers(pack, arrival),
    )
    return _told(submission, judgment)


def _told(submission: StoredSubmission, judgment: Judgment) -> Past:
    count, found = judgment.verdict.counts[0], judgment.verdict.findings
    return Past(
        submission,
        _answer(count),
        len(found),
        tuple(dict.fromkeys(cell for finding in found for cell in finding.cells)),
        bool(found) and all(finding.waived_by for finding in found),
        count.reason_zh,
        count.reason_en,
    )


def _answer(count: RuleCount) -> Answer:
    if count.failed:
        return Answer.FAIL
    if count.not_evaluable:
        return Answer.UNKNOWN
    return Answer.PASS if count.passed else Answer.IDLE
