"""Which submissions are judged again: what they are compared with has come or changed, or what was said of them.

Decided from the ledger and the pack alone, one submission at a time and always the one that arrived first, so that a
run that was killed, and two runs at once, come to the same end. A submission of another year's pack waits for the next
run of that pack. Never judges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from contracts.comparing import Comparison, asks_whether_given, compares, contents_now
from contracts.explanations import Explanation, explain
from contracts.finding import Finding, Outcome, Severity
from contracts.kind import Kind
from contracts.measure import Context
from contracts.register_comparing import register_contents_now
from contracts.submission import Arrival, Submission
from contracts.waivers import waive
from flows.adjusting import Adjustments
from flows.comparisons import all_explanations, applicable_waivers, counterparts, gather_references
from flows.pack import Pack
from flows.stages import Taken
from warehouse.home import Home
from warehouse.load import Cause
from warehouse.stored import StoredSubmission

MOST = 3  # times that one arrival may make the same submission be judged again


@dataclass(frozen=True)
class Due:
    """A submission that is to be judged again, why, and the ledger's last entry when that was found."""

    submission: Submission
    causes: tuple[Cause, ...]
    head: int


class Watch:
    """Looks what is due. Everything is looked at first; from then on what the judgments noted here can touch."""

    def __init__(self, home: Home, pack: Pack) -> None:
        self._home, self._pack = home, pack
        self._touched: list[Arrival] | None = None
        self._quiet_at = -1

    def next_due(self) -> Due | None:
        """The next submission to judge again; None when there is none, and the ledger's end is then `quiet_at`."""
        head = self._home.last_entry()
        if head == self._quiet_at:
            return None
        if self._touched is not None and head != self._quiet_at + len(self._touched):
            self._touched = None  # another process has written too
        for submission, causes in _all_due(self._home, self._pack, self._touched):
            return Due(submission, causes, head)
        self._quiet_at, self._touched = head, []
        return None

    @property
    def quiet_at(self) -> int:
        """The ledger's last entry when nothing was found to be due."""
        return self._quiet_at

    def note(self, taken: Taken | None) -> None:
        """A judgment was recorded; None: another process was faster, and everything has to be looked at again."""
        if taken is None:
            self._touched = None
        elif taken.new and self._touched is not None:
            self._touched.append(taken.submission.arrival)


def work_through(
    watch: Watch,
    pack: Pack,
    received: Sequence[Submission],
    settle: Callable[[Submission, int | None], Taken | None],
    again: Callable[[Due], Taken | None],
) -> Iterator[Taken]:
    """Settle what was received, in its order: first the pack's lists, which what is due may rest on. From the first
    file of a filer on, before each and at the end, judge again what is due: so a run that goes on where another was
    killed does everything in the same order."""
    lists = len(list(takewhile(lambda s: pack.is_list(s.arrival.kind), received)))
    for number, submission in enumerate(received):
        taken = None
        while taken is None:
            if number >= lists:
                yield from _judge_all_due(watch, again)
            taken = settle(submission, watch.quiet_at if number >= lists else None)
            watch.note(taken)
        yield taken
    yield from _judge_all_due(watch, again)


def _judge_all_due(watch: Watch, again: Callable[[Due], Taken | None]) -> Iterator[Taken]:
    while (due := watch.next_due()) is not None:
        taken = again(due)
        watch.note(taken)
        if taken is not None:
            yield taken


def _all_due(
    home: Home, pack: Pack, touched: Sequence[Arrival] | None
) -> Iterator[tuple[StoredSubmission, tuple[Cause, ...]]]:
    """Submissions of the pack that are due, in the order of arrival; touched: looked at are those near these only."""
    current = current_submissions(home, pack)
    near = current if touched is None else [s for s in current if _is_near(s, pack.kinds[s.kind], touched)]
    said = _Said(home, pack) if touched is None else None
    adjustments = Adjustments(home, pack)
    for submission in near:
        if home.landing.erased(submission.sha256) is not None:
            continue  # nothing is left to judge; `beyond_judging` tells of it
        causes = (*adjustments.changed(submission), *_causes(home, pack, submission, said))
        if causes and _may_be(home, submission):
            yield submission, causes


def beyond_judging(home: Home, pack: Pack) -> list[tuple[StoredSubmission, tuple[Cause, ...]]]:
    """Submissions that ought to be judged again, and cannot be: their originals were erased. What they say stays."""
    erased = [s for s in current_submissions(home, pack) if home.landing.erased(s.sha256) is not None]
    said = _Said(home, pack) if erased else None
    told = ((submission, _causes(home, pack, submission, said)) for submission in erased)
    return [(submission, causes) for submission, causes in told if causes]


def _causes(home: Home, pack: Pack, submission: StoredSubmission, said: _Said | None) -> tuple[Cause, ...]:
    kind = pack.kinds[submission.kind].in_force(submission.period)
    causes = [Cause(*submission.again.split(" / "))] if submission.again else []
    causes += said.changed(submission) if said else []
    return (*causes, *_compared_causes(home, pack, kind, submission))


def _may_be(home: Home, submission: StoredSubmission) -> bool:
    """Whether it was not judged again `MOST` times since the last arrival: two submissions that each upset the other
    would go on for ever."""
    # The list of arrivals comes last in every run, and nothing is compared with it.
    since = home.last_first_judgment(but="arrival_list")
    return sum(j.entry > since for j in home.judgments(submission.id)) < MOST


def current_submissions(home: Home, pack: Pack) -> list[StoredSubmission]:
    """The pack's submissions that stand, and returned ones that nothing was filed after, in the order of arrival."""
    everything = [s for y in sorted({a.period.year for a in pack.arrivals}) for s in home.submissions(y)]
    arrivals = {a for a in pack.arrivals if not pack.is_list(a.kind)}
    last = {(s.filer, s.kind, s.period): s for s in everything if s.outcome is not None}
    returned = [s for s in last.values() if s.outcome is Outcome.RETURNED]
    # One that stands again has to be judged again even if its line has gone from arrivals.csv: its bytes were kept.
    ours = [s for s in everything if s.arrival in arrivals or (s.again and not pack.is_list(s.kind))]
    kept = [s for s in ours if s.stands or s in returned]
    return sorted(kept, key=lambda s: s.sequence)


def _is_near(submission: StoredSubmission, kind: Kind, touched: Sequence[Arrival]) -> bool:
    """Whether a judgment of one of these can have changed what the submission is compared with."""
    if any(context.source == "figures" for context in kind.contexts):
        return True
    beside = {context.source for context in kind.contexts}
    return any(
        (a.kind == submission.kind and (a.filer == submission.filer or a.period == submission.period))
        or (a.kind in beside and a.period == submission.period)
        for a in touched
    )


class _Said:
    """What waivers and explanations say now, held against what the findings on record say."""

    def __init__(self, home: Home, pack: Pack) -> None:
        self._pack = pack
        self._findings = home.findings_of(Severity.WAIVABLE, Severity.EXPLAIN)
        self._explanations: tuple[Explanation, ...] = all_explanations(home, pack)

    def changed(self, submission: StoredSubmission) -> list[Cause]:
        findings = self._findings.get(submission.id, [])
        causes = []
        if any(f.waived_by != self._waived(f, submission.arrival) for f in findings):
            causes.append(Cause("豁免有变化", "a waiver came, ended or changed"))
        if any(f.explained_by != self._explained(f, submission) for f in findings):
            causes.append(Cause("说明有变化", "an explanation came or changed"))
        return causes

    def _waived(self, finding: Finding, arrival: Arrival) -> str | None:
        return waive(replace(finding, waived_by=None), applicable_waivers(self._pack, arrival)).waived_by

    def _explained(self, finding: Finding, s: StoredSubmission) -> str | None:
        bare = replace(finding, explained_by=None)
        return explain(bare, self._explanations, kind=s.kind, filer=s.filer, period=s.period).explained_by


def _compared_causes(home: Home, pack: Pack, kind: Kind, submission: StoredSubmission) -> list[Cause]:
    """What the submission was compared with and has changed since, as far as that can change its verdict."""
    if not kind.contexts:
        return []
    before = {c.source: c for c in home.judgments(submission.id)[-1].compared}
    now = counterparts(home, pack, kind, submission.arrival)
    moved = [c for c in kind.contexts if c.source not in before or now[c.source] != before[c.source].with_]
    if not moved:
        return []
    if submission.outcome is Outcome.RETURNED:
        changed = _returned_by(home, kind, submission, moved)
    else:
        state = _contents(home, pack, kind, submission)
        changed = [c for c in moved if _matters(home, kind, submission, c, before.get(c.source), now, state)]
    return [_cause(c, before.get(c.source), now[c.source]) for c in changed]


def _contents(home: Home, pack: Pack, kind: Kind, submission: StoredSubmission) -> dict[str, str]:
    assert submission.register is not None  # of what stands there always is one
    rows = home.registers.scan(submission.kind, submission.register)
    references = gather_references(home, pack, kind, submission.arrival)
    if home.registers.kept(submission.kind, submission.register) is not None:
        return register_contents_now(kind, rows, references, period=submission.period, filer=submission.filer)
    return contents_now(kind, rows.collect(), references, period=submission.period, filer=submission.filer)


def _matters(
    home: Home,
    kind: Kind,
    submission: StoredSubmission,
    context: Context,
    before: Comparison | None,
    now: dict[str, tuple[str, ...]],
    state: dict[str, str],
) -> bool:
    """Whether other values stand beside the accepted rows now, or a rule was left open where nothing stood at all."""
    if before is None:
        # Judged before comparisons were kept: only what could not be told is worth telling again.
        unknown = {c.rule for c in home.counts(submission.id) if c.not_evaluable}
        return bool(now[context.source]) and any(r.id in unknown and compares(r, context) for r in kind.rules)
    if before.content != state[context.source]:
        return True
    came_or_went = bool(before.with_) != bool(now[context.source])
    return came_or_went and any(r.id in before.lacking and asks_whether_given(r, context) for r in kind.rules)


def _returned_by(home: Home, kind: Kind, submission: StoredSubmission, moved: Sequence[Context]) -> list[Context]:
    """Of a returned one only what returned it matters: a fault of its own has to be filed anew whatever arrives."""
    blocking = {f.rule for f in home.findings(submission.id) if f.blocks}
    return [c for c in moved if any(r.id in blocking and compares(r, c) for r in kind.rules)]


def _cause(context: Context, before: Comparison | None, now: Sequence[str]) -> Cause:
    """In words: what came, went or changed, by the names of files."""
    old = () if before is None else before.with_
    files = "、".join(name.partition("#")[0] for name in now if name not in old)
    told = f"：{files}" if files else ""
    if not now:
        return Cause(f"{context.title_zh}已不再有效", f"the {context.title_en} no longer stands")
    if not old:
        return Cause(f"{context.title_zh}已收到{told}", f"the {context.title_en} has come{told.replace('：', ': ')}")
    return Cause(f"{context.title_zh}有变化{told}", f"the {context.title_en} changed{told.replace('：', ': ')}")
