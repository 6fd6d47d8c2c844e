"""A register of any height judged in one pass and in memory that stays flat, with the reasons of every row.

The rules are those of `judge`, read off the same schema, and the answers are the same. Rules that go row by row are one
mask in the pass itself; only rows that it does not find clean are asked rule by rule. Rules over several rows look
again where there are suspects. Pure: the register is handed in, and is read at most a few times; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from contracts.answers import crashed
from contracts.context import References, attach_context
from contracts.errors import ContractError
from contracts.finding import Finding, Outcome, RuleCount, Verdict
from contracts.judge import unjudged
from contracts.kind import Kind
from contracts.period import Period
from contracts.register_examination import Examination
from contracts.register_marks import Marks
from contracts.register_source import Register, copied_out
from contracts.rule import Rule
from contracts.table import Table
from contracts.waivers import Waiver, waive

TOLD = 100


@dataclass(frozen=True)
class RegisterJudgment:
    """verdict: its counts are of all rows; its findings are the first of each rule. marks: every row that does not pass
    everything, and why. blocking: ids of the rules that keep a row out. held: failing rows and others, with `_at`.
    """

    verdict: Verdict
    marks: Marks
    blocking: frozenset[str]
    held: pl.DataFrame | None = None

    @cached_property
    def faulty(self) -> pl.Series:
        """Positions of the rows that a blocking rule finds wrong, ascending."""
        return self.marks.failing(self.blocking)


def judge_register(
    kind: Kind,
    table: Table,
    register: Register,
    *,
    period: Period | None = None,
    filer: str | None = None,
    totals: pl.DataFrame | None = None,
    references: References | None = None,
    waivers: Sequence[Waiver] = (),
    found: Sequence[Finding] = (),
    told: int = TOLD,
    hold: int = 0,
) -> RegisterJudgment:
    """Judge the typed rows of a register as `judge` does those of a frame.

    table: where the columns stand; its own rows are not used. found: as in `judge`. told: how many findings of each
    rule are told in words. hold: how many rows may be held so that `failing_rows` need not read the register again.
    Raises ContractError where a rule crashes.
    """
    if any(f.blocks for f in found):
        height = register.rows.select(pl.len()).collect().item()
        return RegisterJudgment(unjudged(kind, height, found), Marks.gather([], []), frozenset())
    given = references or {}

    def widen(rows: pl.LazyFrame) -> pl.LazyFrame:
        return attach_context(kind, table, rows, totals, given, period=period, filer=filer)

    examination = Examination(kind, table, register, widen, given, told, hold)
    try:
        examination.run()
    except pl.exceptions.PolarsError as error:
        sample = widen(register.rows).head(1).collect()  # where the register cannot be read, this says so
        raise ContractError(*crashed(kind.rules, sample)) from error
    return _conclude(kind, examination, waivers, found)


def failing_rows(register: Register, positions: pl.Series, held: pl.DataFrame | None = None) -> Iterator[pl.DataFrame]:
    """The rows at `positions` (ascending), piece by piece in their order, each in memory of its own.

    held: of the judgment; where all of the rows are among them, the register is not read again.
    """
    there = None if held is None else held.filter(pl.col("_at").is_in(positions.cast(pl.UInt32).implode()))
    if there is not None and there.height == len(positions):
        yield there.select(register.rows.collect_schema().names())
        return
    for at, piece in register.pieces() if len(positions) else ():
        here = _here(positions, at, piece)
        if len(here):
            yield copied_out(piece[here])


def part_register(register: Register, judged: RegisterJudgment) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Accepted and quarantined rows, piece by piece in their order. Raises ContractError where they do not add up."""
    accepted, received = 0, 0
    returned = judged.verdict.outcome is Outcome.RETURNED
    for at, piece in register.pieces():
        here = _here(judged.faulty, at, piece)
        faulty = pl.lit(value=True) if returned else pl.int_range(pl.len(), dtype=pl.UInt32).is_in(here.implode())
        kept, held = piece.filter(~faulty), piece.filter(faulty)
        accepted, received = accepted + kept.height, received + piece.height
        yield kept, held
    if (accepted, received) != (judged.verdict.accepted, judged.verdict.received):
        raise ContractError("登记册在判定之后有变动", "the register has changed since it was judged")


def _here(positions: pl.Series, at: int, piece: pl.DataFrame) -> pl.Series:
    """Which of the ascending positions lie in the piece that begins at `at`, counted from its first row."""
    low, high = (int(positions.search_sorted(end)) for end in (at, at + piece.height))
    return positions[low:high] - at


def _conclude(kind: Kind, seen: Examination, waivers: Sequence[Waiver], found: Sequence[Finding]) -> RegisterJudgment:
    findings = {rule.id: [waive(finding, waivers) for finding in seen.findings[rule.id]] for rule in kind.rules}
    counts = tuple(_passed(seen.counts[rule.id], seen.height) for rule in kind.rules)
    blocking = frozenset(_blocks(rule, findings[rule.id]) for rule in kind.rules) - {""}
    marks = Marks.gather([rule.id for rule in kind.rules], seen.marks)
    faulty = len(marks.failing(blocking))
    whole = bool(seen.broken & blocking) or not kind.rows_stand_alone or faulty == seen.height
    bad = seen.height if whole and (faulty or seen.broken & blocking) else faulty
    outcome = Outcome.ACCEPTED
    if faulty or seen.broken & blocking:
        outcome = Outcome.RETURNED if bad == seen.height else Outcome.PARTIAL
    said = (*found, *(finding for rule in kind.rules for finding in findings[rule.id]))
    verdict = Verdict(outcome, said, counts, seen.height, seen.height - bad, bad)
    return RegisterJudgment(verdict, marks, blocking, seen.held)


def _blocks(rule: Rule, findings: Sequence[Finding]) -> str:
    """The rule's id where it keeps rows out. A waiver is for a rule: what it does to one finding it does to all."""
    return rule.id if rule.severity.blocks and any(f.blocks for f in findings) else ""


def _passed(count: RuleCount, height: int) -> RuleCount:
    return replace(count, passed=height - count.failed - count.not_evaluable - count.not_applicable)
