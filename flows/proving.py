"""Proof that the rules work: accepted submissions, one figure at a time made wrong, judged with everything they were
judged with, and who notices counted.

A corrupted cell goes through the parsing and the rules that the file went through; only rules that read it are asked
again (`contracts.trial`), which the tests hold against reading and judging a corrupted file. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

import polars as pl

from contracts.context import attach_context
from contracts.finding import Finding, Outcome, Severity
from contracts.kind import Kind
from contracts.places import Place, address, places
from contracts.rule import Rule, Scope
from contracts.trial import Effect, Trial, answers
from flows.comparisons import all_explanations, applicable_waivers, gather_references
from flows.corrupting import ROW_DROPPED, Last, corrupt, last_texts, probes, sort_of
from flows.filing import Filed, judge_filed, tabulate
from flows.pack import Pack
from flows.progress import tell
from flows.reader import Reader
from transforms.parsing import parse_table
from warehouse.home import Home
from warehouse.stored import StoredSubmission

MOST_CELLS = 6_000  # of all submissions together, and
MOST_ROWS = 2_000_000  # rows times cells of one submission; beyond either, cells are drawn by lot
FEWEST = 25
FIELD_RULES = ("-required", "-type", "-choice", "-point")


@dataclass(frozen=True)
class CellProof:
    """A cell and the rules that look at it. related: those that compare it with another one and ask for something."""

    kind: str
    file: str
    field: str
    heading: str
    cell: str
    sort: str
    touched: tuple[str, ...]
    related: tuple[str, ...]


@dataclass(frozen=True)
class Tried:
    """One corruption: what was made of which cell, the rules that now ask for something, those that only note it."""

    corruption: str
    cell: CellProof
    filed: str
    became: str
    caught: tuple[str, ...]
    noted: tuple[str, ...]


@dataclass(frozen=True)
class Proof:
    """What came of all of it. sampled: file → (cells tried, cells there are). alarms: blocking findings on files that
    were accepted as they are; questions: findings to be explained on them."""

    seed: int
    files: tuple[str, ...]
    cells: tuple[CellProof, ...]
    tried: tuple[Tried, ...]
    alarms: tuple[tuple[str, Finding], ...]
    questions: int
    sampled: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Case:
    """One accepted submission, ready to be tried."""

    submission: StoredSubmission
    filed: Filed
    trial: Trial
    last: Last
    findings: tuple[Finding, ...]


def prove(pack: Pack, home: Home, reader: Reader, *, code: str | None = None, seed: int = 0) -> Proof:
    """Corrupt the pack's accepted submissions in `home` (of the kind `code` only, if given) and count who notices."""
    there = (s for s in home.submissions() if home.landing.erased(s.sha256) is None)
    chosen = [s for s in there if _is_tried(pack, s, code)]
    share = max(FEWEST, MOST_CELLS // max(1, len(chosen)))
    parts = []
    for done, submission in enumerate(chosen):
        tell(submission.file, done, len(chosen))
        case = _case(pack, home, reader, submission)
        if case is not None:
            # By file, so that one more file does not change what is drawn of the others.
            parts.append(_prove_one(case, share, seed, Random(f"{seed}|{submission.file}")))
    return Proof(
        seed,
        tuple(file for p in parts for file in p.files),
        tuple(cell for p in parts for cell in p.cells),
        tuple(tried for p in parts for tried in p.tried),
        tuple(alarm for p in parts for alarm in p.alarms),
        sum(p.questions for p in parts),
        {file: counts for p in parts for file, counts in p.sampled.items()},
    )


def _is_tried(pack: Pack, submission: StoredSubmission, code: str | None) -> bool:
    kind = pack.kinds.get(submission.kind)
    accepted = submission.outcome in (Outcome.ACCEPTED, Outcome.PARTIAL)
    listed = kind is not None and kind.pack_file is None and submission.arrival in pack.arrivals
    return accepted and listed and code in (None, submission.kind)


def _case(pack: Pack, home: Home, reader: Reader, submission: StoredSubmission) -> _Case | None:
    """The submission read and judged again as it was; None where its file has no table any more."""
    arrival = submission.arrival
    kind = pack.kinds[arrival.kind].in_force(arrival.period)
    reading = reader.read(home.landing.path(submission.sha256), arrival.file)
    filed = tabulate(reading, arrival.file, kind, arrival.period.year)
    if filed.table is None:
        return None
    references = gather_references(home, pack, kind, arrival)
    judgment = judge_filed(
        filed,
        period=arrival.period,
        filer=arrival.filer,
        filer_class=pack.filer_class(arrival.filer),
        references=references,
        waivers=applicable_waivers(pack, arrival),
        explanations=all_explanations(home, pack),
    )
    attach = partial(
        attach_context, kind, filed.table, totals=filed.totals, references=references,
        period=arrival.period, filer=arrival.filer,
    )  # fmt: skip
    trial = Trial(kind, filed.table, attach(filed.frame), filed.retype, attach)
    last = last_texts(kind, trial.wide, home.previous(kind.code, arrival.filer, arrival.period))
    return _Case(submission, filed, trial, last, judgment.verdict.findings)


def _prove_one(case: _Case, share: int, seed: int, chance: Random) -> Proof:
    trial, file = case.trial, case.submission.file
    # What is tried is printed, so nothing personal is.
    every = [place for place in places(trial.kind, trial.table) if not trial.fields[place.field].personal]
    most = min(share, max(FEWEST, MOST_ROWS // max(1, trial.wide.height)))
    drawn = every if len(every) <= most else sorted(chance.sample(every, most), key=every.index)
    made = {place: corrupt(trial, place, case.last, chance) for place in drawn}
    asked = {place: [(change,) for change in probes(trial, place)] for place in drawn}
    # All at once: most rules are then asked once a file.
    effects = iter(trial.effects([c for p in drawn for c in (*asked[p], *made[p].values())]))
    cells, tried = [], []
    for place in drawn:
        cell = _look(case, place, [next(effects) for _ in asked[place]])
        cells.append(cell)
        filed = trial.text(place.field, place.row) or ""
        for name, changes in made[place].items():
            tried.append(_tried(trial, name, cell, filed, changes[0].text or "", next(effects).broken))
    # Of a form without rows no rule says anything: it is returned for having none.
    rows = list(range(trial.wide.height)) if trial.wide.height > 1 else []
    for row in rows if len(rows) <= most else sorted(chance.sample(rows, FEWEST)):
        tried.append(_drop_row(case, row))
    alarms = [(file, f) for f in case.findings if f.blocks] if case.submission.outcome is Outcome.ACCEPTED else []
    questions = sum(f.awaits for f in case.findings)
    sampled = {file: (len(drawn), len(every))} if len(drawn) < len(every) else {}
    return Proof(seed, (file,), tuple(cells), tuple(tried), tuple(alarms), questions, sampled)


def _look(case: _Case, place: Place, probed: Iterable[Effect]) -> CellProof:
    """Which rules look at a cell: those that answer otherwise when it is far off.

    A rule that then can no longer tell is not one of them: it lacks what it would compare the cell with.
    """
    trial = case.trial
    moved = {rule for effect in probed for rule in (*effect.broken, *effect.mended, *effect.told)}
    operand = place.field if place.row is not None else f"total_{place.field}"
    # What fails as filed looks at the cell too, though nothing far off can make it fail.
    failing = {r.id for r in trial.readers(place.field) if operand in r.fields and trial.failed(r.id, place.row or 0)}
    touched = sorted(i for i in moved | failing if not i.endswith(FIELD_RULES))
    related = [i for i in touched if compares(trial.kind, trial.rules[i], operand) and _asks(trial.rules[i])]
    return CellProof(
        trial.kind.code,
        case.submission.file,
        place.field,
        trial.fields[place.field].heading,
        address(trial.table, place),
        sort_of(trial, place),
        tuple(touched),
        tuple(related),
    )


def compares(kind: Kind, rule: Rule, operand: str) -> bool:
    """Whether the rule holds `operand` against another cell: of this file, of its past, of a peer, or of a list."""
    if operand not in rule.fields:
        return False
    prefixes = tuple(context.prefix for context in kind.contexts)
    elsewhere = any(name.startswith(prefixes) for name in rule.holds.meta.root_names()) if prefixes else False
    return len(rule.fields) > 1 or rule.scope is not Scope.ROW or elsewhere


def _asks(rule: Rule) -> bool:
    return rule.severity is not Severity.NOTE


def _drop_row(case: _Case, row: int) -> Tried:
    """A row left out of the form, its total as it was."""
    trial, table = case.trial, case.trial.table
    keep = pl.int_range(pl.len()) != row
    less = replace(table, frame=table.frame.filter(keep))
    assert trial.attach is not None
    wide = trial.attach(parse_table(less, trial.kind.fields, year=case.filed.year))
    before, after = trial.base.filter(keep), answers(trial.rules.values(), wide)
    broken = [
        name
        for name in trial.rules
        if (after[name].eq_missing(other=False) & before[name].ne_missing(other=False)).any()
    ]
    address_ = f"第{table.frame['_row'][row]}行"
    cell = CellProof(trial.kind.code, case.submission.file, "", "", address_, "row", (), ())
    return _tried(trial, ROW_DROPPED, cell, address_, "", broken)


def _tried(trial: Trial, name: str, cell: CellProof, filed: str, became: str, broken: Iterable[str]) -> Tried:
    ids = sorted(broken)
    caught = tuple(i for i in ids if _asks(trial.rules[i]))
    noted = tuple(i for i in ids if not _asks(trial.rules[i]))
    return Tried(name, cell, filed, became, caught, noted)
