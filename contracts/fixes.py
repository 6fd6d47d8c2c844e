"""Candidate fixes: the smallest single edits of one cell that make a broken relation, and all it is tied to, hold.

Offered to the filer as `Finding.suggestions`, never applied. An edit is one slip undone (`contracts.edits`). It must
mend the finding's rule and every other failing rule of the edited row that reads the cell, mend as many failing rules
as any edit does, and break none. Beyond that it must not be arbitrary: a figure that could as well be a twentieth
larger or smaller is no proposal, unless it is what stood in another operand's cell, or comes back to last period's
size; a date has to come near the dates it is compared with. Asked are blocking findings and those to be explained,
within `LIMITS`; of a file in which more is wrong, the others stand without proposals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice, takewhile

import polars as pl

from contracts.edits import Edit, Slip, moved, number_edits, off_by_one, repeated, swapped, written
from contracts.exact import decimal_text
from contracts.field import Type
from contracts.finding import Cell, Finding, Severity, Suggestion
from contracts.kind import Kind
from contracts.places import DATES, FIGURES, Place, address, keys, last_period, neighbours
from contracts.reach import asks_a_row
from contracts.rule import Rule, Scope
from contracts.table import Table
from contracts.trial import Change, Effect, Retype, Trial


@dataclass(frozen=True)
class Limits:
    """How much is tried for one file: findings, trials in all and for one finding; and how many fixes a finding gets.

    rows: the largest frame that is tried whole. Of a larger one only rules over single rows are asked, and only cells
    are edited that no other rule reads.
    """

    findings: int = 20
    trials: int = 1500
    trials_each: int = 500
    fixes: int = 3
    rows: int = 5_000


LIMITS = Limits()
NEAR_DAYS = 92  # a quarter: dates that follow each other in one form lie no further apart
PINNED = Decimal("0.05")
ALIKE, UNLIKE = Decimal(2), Decimal(5)  # times last period's figure


def suggest_fixes(
    kind: Kind, table: Table, wide: pl.DataFrame, findings: Sequence[Finding], retype: Retype, limits: Limits = LIMITS
) -> tuple[Finding, ...]:
    """The findings, those with candidate fixes carrying them, best first.

    wide: the judged frame with its context columns; `Finding.rows` are positions in it. retype: see `contracts.trial`.
    """
    rules = {rule.id: rule for rule in kind.rules}
    asked = [at for at, f in enumerate(findings) if is_open(f) and f.rows and f.rule in rules]
    if not asked:
        return tuple(findings)
    # A note keeps nothing out, so it keeps no fix out either.
    grave = [rule for rule in kind.rules if rule.severity is not Severity.NOTE]
    search = _Search(Trial(kind, table, wide, retype, rules=grave), limits)
    found = list(findings)
    for at in islice(asked, limits.findings):
        found[at] = replace(found[at], suggestions=search.fixes(rules[found[at].rule], found[at].rows))
    return tuple(found)


def is_open(finding: Finding) -> bool:
    """Whether a fix is looked for."""
    return finding.blocks or (finding.severity is Severity.EXPLAIN and finding.explained_by is None)


@dataclass(frozen=True)
class _Fix:
    """An edit of a cell, all that it changes, and what it does; `rank` puts the likeliest first."""

    place: Place
    edit: Edit
    changes: tuple[Change, ...]
    effect: Effect
    rank: tuple[int, int]


@dataclass(frozen=True)
class _Broken:
    """What is to be mended: a rule at some positions of a frame, and the cells that it compares."""

    trial: Trial
    rule: Rule
    rows: tuple[int, ...]
    places: tuple[Place, ...]


class _Search:
    """The trials over one file, each made once, and how many are left."""

    def __init__(self, whole: Trial, limits: Limits) -> None:
        self.whole, self.limits = whole, limits
        self.left, self.quota = limits.trials, 0
        self.keys = keys(whole.kind)
        self.effects: dict[tuple[Trial, Rule, tuple[Change, ...]], Effect] = {}

    def fixes(self, rule: Rule, rows: tuple[int, ...]) -> tuple[Suggestion, ...]:
        trial = self.whole
        if trial.wide.height > self.limits.rows:
            if rule.scope is not Scope.ROW:
                return ()
            trial, start = _around(trial, rows[0])
            rows = (rows[0] - start,)
        if rule.id not in trial.rules or not trial.failed(rule.id, rows[0]):
            return ()
        places = tuple(self._places(trial, rule, rows))
        if len(places) < 2 and not any(_unreadable(trial, p) or last_period(trial, p) is not None for p in places):
            return ()
        self.quota = min(self.left, self.limits.trials_each)
        best = self._best(_Broken(trial, rule, rows, places))
        return tuple(_told(trial, fix) for fix in best[: self.limits.fixes])

    def _best(self, broken: _Broken) -> list[_Fix]:
        tried = [one for place in broken.places for one in self._tried(broken.trial, place)]
        # Where the quota ends, so does the list of effects.
        effects = self._effects(broken, [changes for _, _, changes in tried])
        fixes = (
            _Fix(place, edit, changes, effect, (list(Slip).index(edit.slip), broken.places.index(place)))
            for (place, edit, changes), effect in zip(tried, effects, strict=False)
        )
        good = [fix for fix in fixes if _mends(broken, fix)]
        most = max((_score(fix.effect) for fix in good), default=0)
        best = sorted((f for f in good if _score(f.effect) == most), key=lambda f: f.rank)
        # Two cells exchanged are one fix, from whichever of them it was found.
        apart = {frozenset(fix.changes): fix for fix in reversed(best)}
        return [fix for fix in best if apart[frozenset(fix.changes)] is fix and self._is_sound(broken, fix)]

    # --- where

    def _places(self, trial: Trial, rule: Rule, rows: tuple[int, ...]) -> Iterator[Place]:
        """The cells of this file that the rule compares and that can be edited, the one to look at first in front."""
        at: Iterable[int] = range(trial.wide.height) if rule.scope is Scope.FRAME else rows
        names = [n for n in rule.fields if self._is_editable(trial, n)]
        here = not any(n.startswith(c.prefix) for n in rule.fields for c in trial.kind.contexts)
        if here and rule.scope is Scope.ROW and len(names) < 2 and not asks_a_row(rule):
            at = sorted(range(trial.wide.height), key=lambda row: abs(row - rows[0]))
        for name in names:
            total = name not in trial.fields
            for place in (Place(name.removeprefix("total_"), r) for r in ([None] if total else at)):
                if trial.text(place.field, place.row) is not None:
                    yield place

    def _is_editable(self, trial: Trial, name: str) -> bool:
        total = name not in trial.fields
        plain = name.removeprefix("total_") if total else name
        field = trial.fields.get(plain)
        if field is None or field.personal or field.type not in (*FIGURES, *DATES) or plain in self.keys:
            return False
        # what is not asked here might break
        return all(r.id in trial.rules for r in self.whole.readers(plain, total=total))

    # --- what

    def _tried(self, trial: Trial, place: Place) -> list[tuple[Place, Edit, tuple[Change, ...]]]:
        """The edits of a cell that give it another value."""
        text = trial.text(place.field, place.row) or ""
        pairs = list(self._candidates(trial, place, text))
        trial.learn(place.field, (changes[0].text for _, changes in pairs))
        filed = trial.value(place.field, text)
        return [(place, e, c) for e, c in pairs if trial.value(place.field, e.text) not in (None, filed)]

    def _candidates(self, trial: Trial, place: Place, text: str) -> Iterator[tuple[Edit, tuple[Change, ...]]]:
        for edit in _alone(trial, place, text):
            yield edit, (Change(place.field, place.row, edit.text),)
        for other, said in neighbours(trial, place):
            if self._is_editable(trial, other.field):
                for edit in swapped(text, {said: trial.text(other.field, other.row)}):
                    yield edit, (Change(place.field, place.row, edit.text), Change(other.field, other.row, text))

    # --- whether

    def _effects(self, broken: _Broken, trials: Sequence[tuple[Change, ...]]) -> list[Effect]:
        """What each does, as far as the quota goes; of one that does not mend the rule, only that."""
        trial, rule = broken.trial, broken.rule
        new = [changes for changes in trials if (trial, rule, changes) not in self.effects][: self.quota]
        self.quota, self.left = self.quota - len(new), self.left - len(new)
        first = dict(zip(new, trial.effects(new, rule), strict=True))
        mending = [changes for changes, effect in first.items() if rule.id in effect.mended]
        first |= zip(mending, trial.effects(mending), strict=True)
        self.effects |= {(trial, rule, changes): effect for changes, effect in first.items()}
        known = (self.effects.get((trial, rule, changes)) for changes in trials)
        return [effect for effect in takewhile(lambda e: e is not None, known) if effect is not None]

    def _is_sound(self, broken: _Broken, fix: _Fix) -> bool:
        """Whether anything speaks for this edit but that the rule would hold."""
        trial, field = broken.trial, broken.trial.fields[fix.place.field]
        if fix.edit.slip is Slip.SWAPPED and Place(fix.changes[1].field, fix.changes[1].row) in broken.places:
            return True
        if field.type in DATES:
            others = [p for p in broken.places if p.row == fix.place.row and p.field != field.name]
            if others:
                return all(_is_near(trial, fix, other) for other in others)
        # Last period's value is of last period's size by itself: only where nothing else fits it is one.
        return (fix.edit.slip is not Slip.STALE and _comes_back(trial, fix)) or self._is_pinned(broken, fix)

    def _is_pinned(self, broken: _Broken, fix: _Fix) -> bool:
        """Whether nothing a little larger or smaller would do as well."""
        off = [(change, *fix.changes[1:]) for change in _off(broken.trial, fix)]
        effects = self._effects(broken, off)
        tried = bool(off) and len(effects) == len(off)
        return tried and not any(_mends(broken, replace(fix, effect=effect)) for effect in effects)


def _alone(trial: Trial, place: Place, text: str) -> Iterator[Edit]:
    """The edits of one cell by itself."""
    if trial.fields[place.field].type in DATES:
        yield from moved(text)
        return
    yield from number_edits(text)
    if place.row is None:
        yield from off_by_one(text)
    last = last_period(trial, place)
    if last is not None:
        yield from (replace(e, zh="上期数值", en="last period's value") for e in repeated(text, decimal_text(last)))


def _unreadable(trial: Trial, place: Place) -> bool:
    return trial.value(place.field, trial.text(place.field, place.row)) is None


def _around(whole: Trial, row: int) -> tuple[Trial, int]:
    """A row of a large frame with its neighbours, and where they begin; with the rules that ask a row by itself."""
    start = max(0, row - 1)
    table = replace(whole.table, frame=whole.table.frame.slice(start, 3))
    rules = [r for r in whole.rules.values() if asks_a_row(r)]
    return Trial(whole.kind, table, whole.wide.slice(start, 3), whole.retype, rules=rules), start


def _mends(broken: _Broken, fix: _Fix) -> bool:
    """Whether the rule holds again at its rows, all that reads the cell holds in its row, and nothing else breaks."""
    trial, effect = broken.trial, fix.effect
    mended = effect.mended.get(broken.rule.id, ())
    everywhere = bool(mended) and (broken.rule.scope is Scope.FRAME or set(broken.rows) <= set(mended))
    if effect.broken or effect.lost or not everywhere:
        return False
    return not any(
        trial.failed(rule.id, change.row) and change.row not in effect.mended.get(rule.id, ())
        for change in fix.changes
        if change.row is not None
        for rule in trial.readers(change.field)
        if rule.scope is not Scope.FRAME
    )


def _score(effect: Effect) -> int:
    """How many failures an edit takes away, and how much can be told that could not."""
    return sum(map(len, (*effect.mended.values(), *effect.told.values())))


def _is_near(trial: Trial, fix: _Fix, other: Place) -> bool:
    mine = _day(trial, fix.place.field, fix.edit.text)
    theirs = _day(trial, other.field, trial.text(other.field, other.row))
    return mine is not None and theirs is not None and abs((mine - theirs).days) <= NEAR_DAYS


def _day(trial: Trial, name: str, text: str | None) -> date | None:
    value = trial.value(name, text, "__first" if trial.fields[name].type is Type.DATE else "")
    return value if isinstance(value, date) else None


def _comes_back(trial: Trial, fix: _Fix) -> bool:
    """Whether a figure that was far from last period's comes back to its size."""
    last, filed = last_period(trial, fix.place), trial.text(fix.place.field, fix.place.row)
    new, old = (trial.value(fix.place.field, text) for text in (fix.edit.text, filed))
    if not last or last < 0 or not isinstance(new, int | Decimal) or not isinstance(old, int | Decimal):
        return False
    return 1 / ALIKE <= new / last <= ALIKE and not 1 / UNLIKE <= old / last <= UNLIKE


def _off(trial: Trial, fix: _Fix) -> Iterator[Change]:
    """The proposed figure a little larger and a little smaller; a proposed date a month or a year off."""
    place, text = fix.place, fix.edit.text or ""
    if trial.fields[place.field].type in DATES:
        yield from (Change(place.field, place.row, edit.text) for edit in moved(text))
        return
    number = written(text)
    if number is None:
        return
    value, size = int(number.whole + number.decimals), len(number.decimals)
    step = max(1, int(value * PINNED))
    for off in {value + step, max(0, value - step)} - {value}:
        digits = str(off).rjust(size + 1, "0")
        at = len(digits) - size
        yield Change(place.field, place.row, str(replace(number, whole=digits[:at], decimals=digits[at:])))


def _told(trial: Trial, fix: _Fix) -> Suggestion:
    text = trial.text(fix.place.field, fix.place.row) or ""
    cell = Cell(trial.table.sheet, address(trial.table, fix.place), fix.place.field, text)
    return Suggestion(cell, text, fix.edit.text or "", fix.edit.zh, fix.edit.en)
