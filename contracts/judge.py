"""Frame and contract in, verdict out: all rules of a kind in one plan, found by walking its Pandera schema.

Pure. Three answers: pass, fail, cannot tell; a null is never a pass. A rule that crashes is our fault (ContractError).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from contracts.answers import Answers, ask
from contracts.context import References, attach_context
from contracts.finding import Finding, Outcome, RuleCount, Verdict
from contracts.kind import Kind
from contracts.masking import screen_of
from contracts.period import Period
from contracts.table import Table
from contracts.waivers import Waiver, waive
from contracts.wording import tell_findings, tell_reason


@dataclass(frozen=True)
class Judgment:
    """A verdict, the frame it was reached on (with context columns), and which of its rows are quarantined."""

    verdict: Verdict
    frame: pl.DataFrame
    quarantined: tuple[int, ...]


def judge(
    kind: Kind,
    table: Table,
    frame: pl.DataFrame,
    *,
    period: Period | None = None,
    filer: str | None = None,
    totals: pl.DataFrame | None = None,
    references: References | None = None,
    waivers: Sequence[Waiver] = (),
    found: Sequence[Finding] = (),
) -> Judgment:
    """Judge typed rows under a kind that is already narrowed to its period (`Kind.in_force`).

    frame, totals: typed rows of `table`. references: for each context source what to compare with. found: findings
    about the file's shape, made while reading; a blocking one (a missing column, say) leaves every rule unevaluated,
    because its rows are not what the contract speaks of.
    """
    references = references or {}
    wide = attach_context(kind, table, frame, totals, references, period=period, filer=filer)
    if any(f.blocks for f in found):
        return Judgment(unjudged(kind, wide.height, found), wide, tuple(range(wide.height)))
    return conclude(kind, table, wide, ask(kind.rules, wide), references, waivers, found)


def conclude(
    kind: Kind,
    table: Table,
    wide: pl.DataFrame,
    answers: Mapping[str, Answers],
    references: References,
    waivers: Sequence[Waiver],
    found: Sequence[Finding],
) -> Judgment:
    """What follows from the rules' answers over a frame with its context columns: findings, counts, verdict."""
    findings: list[Finding] = []
    counts: list[RuleCount] = []
    screen = screen_of(kind, references)
    for rule in kind.rules:
        answer = answers[rule.id]
        count = answer.count
        if answer.untold is not None:
            zh, en = tell_reason(rule, kind, table, wide, answer.untold, references)
            count = replace(count, reason_zh=zh, reason_en=en)
        if answer.failed:
            findings += [waive(f, waivers) for f in tell_findings(rule, wide, table, answer.failed, screen)]
        counts.append(count)
    return _part_rows(kind, wide, (*found, *findings), tuple(counts))


def unjudged(kind: Kind, height: int, found: Sequence[Finding]) -> Verdict:
    """The verdict on rows that are not what the contract speaks of: returned, and no rule was evaluated."""
    reason = ("文件结构有误，未判定", "not judged: the file's shape is wrong")
    counts = tuple(RuleCount(rule.id, 0, 0, height, 0, *reason) for rule in kind.rules)
    return Verdict(Outcome.RETURNED, tuple(found), counts, height, 0, height)


def _part_rows(
    kind: Kind, frame: pl.DataFrame, findings: tuple[Finding, ...], counts: tuple[RuleCount, ...]
) -> Judgment:
    blocking = [f for f in findings if f.blocks]
    alone = kind.rows_stand_alone and all(f.rows and len(f.rows) < frame.height for f in blocking)
    bad = (
        tuple(sorted({row for f in blocking for row in f.rows}))
        if alone
        else tuple(range(frame.height if blocking else 0))
    )
    if not blocking:
        outcome = Outcome.ACCEPTED
    else:
        outcome = Outcome.PARTIAL if alone and len(bad) < frame.height else Outcome.RETURNED
    verdict = Verdict(outcome, findings, counts, frame.height, frame.height - len(bad), len(bad))
    return Judgment(verdict, frame, bad)
