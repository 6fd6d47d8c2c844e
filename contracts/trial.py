"""What the rules would answer if a cell of a judged frame read otherwise, without judging the whole again.

Only rules that read what changed are asked; the others answer as before, because their operands are as before. Texts
become values by the door they came through (`Retype`). A trial changes nothing, names no cell and makes no finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from contracts.errors import ContractError
from contracts.field import Field
from contracts.kind import Kind
from contracts.reach import asks_a_frame, asks_a_row
from contracts.rule import Rule, Scope
from contracts.table import Table

Retype = Callable[[Field, pl.Series], Sequence[pl.Series]]
"""Texts of one field → its typed columns, as a file's column goes through parsing."""
Attach = Callable[[pl.DataFrame], pl.DataFrame]
"""A typed frame → the same with what its rules compare with (`contracts.context.attach_context`)."""
MOST_ROWS = 200_000  # of the frames that are asked together
# Of a frame of few rows the planning costs more than the asking, and more than twice as much for twice the rules.
FEW, LOW = 8, 1_000


@dataclass(frozen=True)
class Change:
    """The cell of `field` at position `row` of the frame, or in the control total (None), reads `text`."""

    field: str
    row: int | None
    text: str | None


@dataclass(frozen=True)
class Effect:
    """Where answers differ: rule id → positions; of a rule over the whole frame, its first row stands for all.

    broken: fails now and did not. mended: holds now and failed. lost: can no longer be told. told: holds now, and could
    not be told.
    """

    broken: dict[str, list[int]]
    mended: dict[str, list[int]]
    lost: dict[str, list[int]]
    told: dict[str, list[int]]

    @property
    def moved(self) -> frozenset[str]:
        """The rules that answer differently anywhere."""
        return frozenset((*self.broken, *self.mended, *self.lost, *self.told))

    def note(self, rule: str, row: int, was: bool | None, now: bool | None) -> None:
        into = self.broken if now is False else self.lost if now is None else self.told if was is None else self.mended
        into.setdefault(rule, []).append(row)


class Trial:
    """A judged frame on which cells can be tried.

    wide: typed rows of `table` with context columns. rules: those that are asked, all of the kind's by default.
    attach is needed only where a changed field is one by which rows from elsewhere are found.
    """

    def __init__(
        self,
        kind: Kind,
        table: Table,
        wide: pl.DataFrame,
        retype: Retype,
        attach: Attach | None = None,
        rules: Sequence[Rule] | None = None,
    ) -> None:
        self.kind, self.table, self.wide, self.retype, self.attach = kind, table, wide, retype, attach
        self.rules = {rule.id: rule for rule in (kind.rules if rules is None else rules)}
        self.fields = {field.name: field for field in kind.fields}
        self._typed: dict[tuple[str, str | None], dict[str, pl.Series]] = {}
        self._readers: dict[tuple[str, bool], tuple[Rule, ...]] = {}
        self._reads = {rule.id: _roots(rule, wide.columns) for rule in self.rules.values()}

    @cached_property
    def base(self) -> pl.DataFrame:
        """The answers as filed, a column for every rule."""
        return answers(self.rules.values(), self.wide)

    def text(self, name: str, row: int | None) -> str | None:
        """What the cell reads as filed; None where it is blank or there is no such cell."""
        if row is None:
            return self.table.totals[name][-1] if self.table.totals.height else None
        text: str | None = self.table.frame[name][row]
        return text

    def failed(self, rule: str, row: int) -> bool:
        return self.base[rule][row] is False

    def readers(self, name: str, *, total: bool = False) -> tuple[Rule, ...]:
        """The rules that read a field's column, or its control total."""
        key = (name, total)
        if key not in self._readers:
            columns = set(self._columns(name, total=total))
            rules = (r for r in self.rules.values() if columns & self._reads[r.id])
            self._readers[key] = tuple(rules)
        return self._readers[key]

    def learn(self, name: str, texts: Iterable[str | None]) -> None:
        """Make the values of many texts of one field at once."""
        new = [text for text in dict.fromkeys(texts) if (name, text) not in self._typed]
        if new:
            columns = self.retype(self.fields[name], pl.Series(name, new, dtype=pl.String))
            for at, text in enumerate(new):
                self._typed[name, text] = {c.name: c.slice(at, 1) for c in columns}

    def value(self, name: str, text: str | None, column: str = "") -> object:
        """The value that a text of the field has; `column`: of which of its columns, such as "__first"."""
        self.learn(name, [text])
        return self._typed[name, text][name + column][0]

    def effect(self, *changes: Change) -> Effect:
        """What differs once the cells read as `changes` say. Raises ContractError where a rule crashes on it."""
        return self.effects([changes])[0]

    def effects(self, trials: Sequence[tuple[Change, ...]], only: Rule | None = None) -> list[Effect]:
        """`effect` for each of several trials; as far as rules allow (`contracts.reach`) they are asked once for all.

        only: the one rule that is asked, where another would be of no interest.
        """
        found = [Effect({}, {}, {}, {}) for _ in trials]
        by_row, by_frame = _Asked([], {}), _Asked([], {})
        for changes, effect in zip(trials, found, strict=True):
            if self._rejoins(changes):
                self._compare(self._rejoined(changes, only), effect)
                continue
            alone, together, others = self._sorted(changes, only)
            by_row.add(changes, effect, alone)
            by_frame.add(changes, effect, together)
            if others:
                changed = self._changed(changes, others)
                self._compare(answers(others, changed), effect)
        self._ask(by_row, whole=False)
        most = max(1, MOST_ROWS // max(1, self.wide.height))
        for start in range(0, len(by_frame.trials), most):
            self._ask(_Asked(by_frame.trials[start : start + most], by_frame.rules), whole=True)
        return found

    def _sorted(self, changes: Iterable[Change], only: Rule | None) -> tuple[list[Rule], list[Rule], list[Rule]]:
        """The rules that read what changed: those that ask a row, those that ask a frame, and the others."""
        rules = {r.id: r for c in changes for r in self.readers(c.field, total=c.row is None)}
        total = any(c.row is None for c in changes)  # it stands beside every row
        sorted_: tuple[list[Rule], list[Rule], list[Rule]] = [], [], []
        for rule in rules.values():
            if only is None or rule is only:
                at = 0 if asks_a_row(rule) and not total else 1 if asks_a_frame(rule) else 2
                sorted_[at].append(rule)
        return sorted_

    def _ask(self, asked: _Asked, *, whole: bool) -> None:
        """Rules put to the changed rows of all trials in one frame, or to all rows of each (`whole`)."""
        if not asked.trials or not asked.rules:
            return
        every = range(self.wide.height)
        at = [
            (n, row)
            for n, (changes, _) in enumerate(asked.trials)
            for row in (every if whole else sorted({c.row for c in changes if c.row is not None}))
        ]
        rows = [row for _, row in at]
        needed = {"_row"}.union(*(self._reads[i] for i in asked.rules))
        frame = self.wide.select(c for c in self.wide.columns if c in needed)[rows]
        place = {key: position for position, key in enumerate(at)}
        new: dict[str, list[tuple[int, pl.Series]]] = {}
        for n, (changes, _) in enumerate(asked.trials):
            for change in changes:
                for column, value in self._values(change).items():
                    for row in every if change.row is None else (change.row,):
                        new.setdefault(column, []).append((place[n, row], value))
        frame = frame.with_columns(
            frame[c].clone().scatter([p for p, _ in put], pl.concat([v for _, v in put]))
            for c, put in new.items()
            if c in needed
        )
        now = answers(asked.rules.values(), frame, pl.Series([n for n, _ in at]) if whole else None)
        for name, rule in asked.rules.items():
            before = self.base[name].gather(rows)
            once: set[int] = set()
            for position in now[name].ne_missing(before).arg_true():
                n, row = at[position]
                if rule.scope is not Scope.FRAME or n not in once:
                    once.add(n)
                    asked.trials[n][1].note(name, row, before[position], now[name][position])

    def _values(self, change: Change) -> dict[str, pl.Series]:
        """The columns that a change puts a value into, each with it."""
        self.learn(change.field, [change.text])
        values = self._typed[change.field, change.text]
        if change.row is None:
            totals = {f"total_{column}": value for column, value in values.items()}
            return {c: v.cast(self.wide.schema[c]).alias(c) for c, v in totals.items() if c in self.wide.columns}
        return {column: value for column, value in values.items() if column in self.wide.columns}

    def _columns(self, name: str, *, total: bool) -> list[str]:
        name = f"total_{name}" if total else name
        return [c for c in self.wide.columns if c == name or c.startswith(f"{name}__")]

    def _rejoins(self, changes: Iterable[Change]) -> bool:
        changed = {c for change in changes if change.row is not None for c in self._columns(change.field, total=False)}
        return any(changed & set(own.meta.root_names()) for c in self.kind.contexts for own in c.sought_by)

    def _changed(self, changes: Iterable[Change], rules: Iterable[Rule] | None = None) -> pl.DataFrame:
        """The frame with the changes made; of its columns those that the rules read, or all."""
        needed = set(self.wide.columns) if rules is None else {"_row"}.union(*(self._reads[r.id] for r in rules))
        frame = self.wide.select(c for c in self.wide.columns if c in needed)
        for change in changes:
            # a copy: scatter writes into the series it is called on
            at = range(frame.height) if change.row is None else (change.row,)
            put = {c: v for c, v in self._values(change).items() if c in needed}
            frame = frame.with_columns(
                frame[c].clone().scatter(list(at), v.new_from_index(0, len(at))) for c, v in put.items()
            )
        return frame

    def _rejoined(self, changes: Iterable[Change], only: Rule | None) -> pl.DataFrame:
        """The answers where rows from elsewhere have to be found anew."""
        assert self.attach is not None, "a key of a context was changed"
        own = [c for c in self.wide.columns if c in self.kind.schema.columns]
        return answers([only] if only else self.rules.values(), self.attach(self._changed(changes).select(own)))

    def _compare(self, now: pl.DataFrame, effect: Effect) -> None:
        for name in now.columns:
            new, old = now[name], self.base[name]
            rows = new.ne_missing(old).arg_true().to_list()
            for row in rows[:1] if self.rules[name].scope is Scope.FRAME else rows:
                effect.note(name, row, old[row], new[row])


@dataclass(frozen=True)
class _Asked:
    """Trials whose rules can be asked together, each with the effect that is noted, and those rules."""

    trials: list[tuple[tuple[Change, ...], Effect]]
    rules: dict[str, Rule]

    def add(self, changes: tuple[Change, ...], effect: Effect, rules: Iterable[Rule]) -> None:
        wanted = {rule.id: rule for rule in rules}
        if wanted:
            self.trials.append((changes, effect))
            self.rules.update(wanted)


def answers(rules: Iterable[Rule], frame: pl.DataFrame, of: pl.Series | None = None) -> pl.DataFrame:
    """One Boolean column of answers for every rule, as `contracts.judge` asks them.

    of: which of several frames each row belongs to, for rules that ask a frame.
    """
    asked = list(rules)
    if len(asked) > FEW and frame.height < LOW:
        parts = [answers(asked[at : at + FEW], frame, of) for at in range(0, len(asked), FEW)]
        return pl.concat(parts, how="horizontal")
    # Beside a position, so that an answer that is one value for the whole frame is one value a row.
    plan = [pl.int_range(pl.len()).alias("_at")]
    plan += [(r.answer if of is None else r.answer.over("_of")).alias(r.id) for r in asked]
    frame = frame if of is None else frame.with_columns(of.alias("_of"))
    try:
        return frame.lazy().select(plan).collect().drop("_at")
    except pl.exceptions.PolarsError as error:
        said, names = str(error).splitlines()[0], "、".join(rule.id for rule in asked)
        raise ContractError(f"规则 {names} 无法执行：{said}", f"of the rules {names} one crashed: {said}") from error


def _roots(rule: Rule, columns: Sequence[str]) -> frozenset[str]:
    """The columns that a rule reads; all of them where it picks them by a pattern."""
    names = set(rule.answer.meta.root_names())
    return frozenset(names) if names <= set(columns) else frozenset(columns)
