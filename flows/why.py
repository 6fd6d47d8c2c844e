"""Why a published figure is another one than it was: the change split into its causes, which add up to it exactly.

The record says what was known when (versions of figures, passes and their causes, lists of the pack); replaying the
kept bytes with today's program says what of it the program itself has changed. Nothing is judged for the record and
nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from contracts.errors import StorageError, UsageError
from contracts.figure import Figure
from contracts.kind import Kind
from contracts.measure import Method
from flows.pack import Pack
from flows.reader import Reader
from flows.replaying import Past, kept_year
from transforms.combining import combine
from warehouse.adjusted import decisions, filed_behind
from warehouse.home import Home
from warehouse.stored import ADJUSTMENTS, StoredFigure
from warehouse.version_history import current_at, last_pass

ZERO = Decimal(0)


class Cause(StrEnum):
    """What changes a figure, in the order in which a change is split: each is what its step adds to those before."""

    DATA = "data"
    RULE = "rule version"
    CALENDAR = "calendar"
    MANUAL = "manual adjustment"
    CODE = "code"

    @property
    def zh(self) -> str:
        return {
            "data": "数据",
            "rule version": "规则",
            "calendar": "日历",
            "manual adjustment": "人工调整",
            "code": "程序",
        }[self.value]


@dataclass(frozen=True)
class Step:
    """What one moment did to one filed figure. change: of that figure, in its own unit.

    submission and cells: what it comes from since then; the list and its line for an adjustment.
    """

    figure_id: str
    at: datetime
    cause: Cause
    change: Decimal
    submission: str | None
    cells: str
    zh: str
    en: str


@dataclass(frozen=True)
class Part:
    """What a cause adds to the change of the figure that was asked about."""

    cause: Cause
    change: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Why:
    """parts: every cause, in the stated order; they add up to `change`. replayed: whether the kept bytes of every
    filed figure that changed could be read again with today's program; where not, no part of it is put down to code."""

    figure_id: str
    name: str
    unit: str
    before: StoredFigure | None
    after: StoredFigure | None
    parts: tuple[Part, ...]
    replayed: bool

    @property
    def change(self) -> Decimal:
        return _value(self.after) - _value(self.before)


@dataclass(frozen=True)
class _State:
    """A filed figure as known since a moment: what is published, what was filed, and what replaying that gives."""

    at: datetime
    figure: StoredFigure | None
    filed: Decimal
    replayed: Decimal | None
    without_calendar: Decimal | None


@dataclass(frozen=True)
class _Leaf:
    figure_id: str
    before: StoredFigure | None
    after: StoredFigure | None
    steps: tuple[Step, ...]

    def once(self, causes: Sequence[Cause]) -> Figure | None:
        """The figure once these causes have done their work, and no others."""
        if all(step.cause in causes for step in self.steps):
            return self.after
        done = [step for step in self.steps if step.cause in causes]
        if not done:
            return self.before
        base = self.after or self.before
        if base is None:
            return None
        value = _value(self.before) + sum((step.change for step in done), ZERO)
        shift = value - base.value
        low, high = (None if end is None else end + shift for end in (base.low, base.high))
        return replace(base, value=value, low=low, high=high)


def explain_change(
    home: Home, figure_id: str, first: datetime, second: datetime, kinds: Mapping[str, Kind], reader: Reader
) -> Why:
    """Split the change of a figure between two moments. Raises UsageError where it was known at neither."""
    if second < first:
        first, second = second, first
    before, after = (current_at(home, figure_id, moment) for moment in (first, second))
    known_figure = after or before
    if known_figure is None:
        raise UsageError(
            f"{figure_id} 在这两个时刻都没有数值", f"the figure {figure_id} was known at neither of these moments"
        )
    with ExitStack() as opened:
        past = Past(home, kept_year(home, known_figure.period.year), kinds, reader, opened)
        names = _leaves(home, before, first) | _leaves(home, after, second)
        leaves = [_leaf(past, home, name, first, second) for name in sorted(names)]
        parts = _parts(past, kinds, known_figure, (before, after), (first, second), leaves)
        return Why(figure_id, known_figure.name, known_figure.unit, before, after, parts, past.complete)


def _leaf(past: Past, home: Home, name: str, first: datetime, second: datetime) -> _Leaf:
    """A filed figure with every step that it took between the two moments."""
    ends = (m for v in home.find_figure(name) for m in (v.recorded_from, v.recorded_to))
    moments = sorted({first, *(m for m in ends if m and first < m <= second)})
    states: list[_State] = []
    for moment in moments:
        figure = current_at(home, name, moment)
        if not states or figure != states[-1].figure:
            states.append(_state(past, home, figure, moment, states[-1].at if states else moment))
    steps = [s for old, new in pairwise(states) for s in _steps(home, name, old, new)]
    return _Leaf(name, states[0].figure, states[-1].figure, tuple(steps))


def _state(past: Past, home: Home, figure: StoredFigure | None, at: datetime, before: datetime) -> _State:
    if figure is None or figure.submission is None:
        return _State(at, figure, _value(figure), _value(figure), _value(figure))
    now, then = (past.replay(figure.submission, at, calendar) for calendar in (at, before))
    replayed, without = (None if m is None else _value(m.get(figure.figure_id)) for m in (now, then))
    filed = figure.value
    if figure.method is Method.ADJUSTED:
        filed = _value(filed_behind(home, figure))
    elif figure.parts and replayed is not None:
        filed = replayed  # a ratio of what was adjusted: the ratio of what was filed is kept nowhere
    return _State(at, figure, filed, replayed, without)


def _steps(home: Home, name: str, old: _State, new: _State) -> Iterator[Step]:
    """What happened between one state and the next, each with the change that it made; they add up to it."""
    submission, cells = _either(old, new).submission, _filed_cells(new) or _filed_cells(old)
    trigger, zh, en = _trigger(home, old, new)
    total = new.filed - old.filed
    known_both = old.replayed is not None and new.replayed is not None
    today = (new.replayed or ZERO) - (old.replayed or ZERO) if known_both else total
    calendar = (new.replayed or ZERO) - (new.without_calendar or ZERO) if new.without_calendar is not None else ZERO
    code = total - today
    if _contracts(home, old) != _contracts(home, new) and _same_submission(old, new):
        # Today's program knows today's contract only; what it does not give again is the contract's doing.
        code, today = ZERO, total
    came_or_went = (old.figure is None) != (new.figure is None)
    if today - calendar or came_or_went:
        yield Step(name, new.at, trigger, today - calendar, submission, cells, zh, en)
    if calendar:
        yield Step(name, new.at, Cause.CALENDAR, calendar, submission, cells, "工作日安排有变化", "other working days")
    if manual := _adjusting(new) - _adjusting(old):
        yield _manual(home, old, new, manual)
    if code:
        zh, en = "以今天的程序重算，与当时所记不同", "today's program gives another value than was recorded"
        yield Step(name, new.at, Cause.CODE, code, submission, cells, zh, en)


def _trigger(home: Home, old: _State, new: _State) -> tuple[Cause, str, str]:
    """What made the change known: another submission, or another pass of the same one and why that was made."""
    submission = _either(old, new).submission
    passed = last_pass(home, submission or "", new.at)
    first = passed is None or passed.number == 1
    if new.figure is not None and not _same_submission(old, new) and (first or old.figure is not None):
        return Cause.DATA, f"报送 {submission}", f"submission {submission}"
    told = passed.causes if passed else ()
    zh, en = "；".join(c.zh for c in told) or "重新判定", "; ".join(c.en for c in told) or "judged again"
    # What there is no figure of any more was withdrawn because of what it was compared with, not by another contract.
    by_rules = new.figure is not None and _contracts(home, old) != _contracts(home, new)
    if by_rules or any(word in c.zh for c in told for word in ("豁免", "说明")):
        return Cause.RULE, zh, en
    return Cause.DATA, zh, en


def _either(old: _State, new: _State) -> StoredFigure:
    """The figure after, or the one before where there is none any more; two states without one never follow."""
    figure = new.figure or old.figure
    assert figure is not None
    return figure


def _same_submission(old: _State, new: _State) -> bool:
    return old.figure is not None and new.figure is not None and old.figure.submission == new.figure.submission


def _contracts(home: Home, state: _State) -> str | None:
    if state.figure is None or state.figure.submission is None:
        return None
    passed = last_pass(home, state.figure.submission, state.at)
    return passed.contract_version if passed else None


def _adjusting(state: _State) -> Decimal:
    return ZERO if state.figure is None else state.figure.value - state.filed


def _filed_cells(state: _State) -> str:
    """The cells in the submission itself, also of a figure that is adjusted."""
    if state.figure is None:
        return ""
    return next((s.cell for s in state.figure.sources if s.submission == state.figure.submission), "")


def _manual(home: Home, old: _State, new: _State, change: Decimal) -> Step:
    held = new.figure if new.figure is not None and new.figure.adjusted else old.figure
    assert held is not None
    lines = decisions(home, [held]).get(held.figure_id, ())
    told = "；".join(line.told for line in lines)
    source = next(s for s in held.sources if s.file == ADJUSTMENTS)
    zh, en = (told, "adjusted by hand") if held is new.figure else (f"不再适用：{told}", "it no longer holds")
    return Step(held.figure_id, new.at, Cause.MANUAL, change, source.submission, source.cell, zh, en)


def _leaves(home: Home, figure: StoredFigure | None, moment: datetime) -> set[str]:
    """The filed figures that a figure is made of, itself where it was filed."""
    if figure is None:
        return set()
    if figure.submission is not None:
        return {figure.figure_id}
    return {name for part in figure.parts for name in _leaves(home, current_at(home, part, moment), moment)}


def _parts(
    past: Past,
    kinds: Mapping[str, Kind],
    figure: StoredFigure,
    ends: tuple[StoredFigure | None, StoredFigure | None],
    moments: tuple[datetime, datetime],
    leaves: Sequence[_Leaf],
) -> tuple[Part, ...]:
    """One cause after another takes effect in all filed figures, and the figure is made of them anew each time."""
    values = _stages(past, kinds, figure, moments, leaves)
    changes = {cause: new - old for cause, (old, new) in zip(Cause, pairwise(values), strict=True)}
    # What making it anew from what was recorded does not give is the program's doing, too.
    whole = _value(ends[1]) - _value(ends[0])
    changes[Cause.CODE] = whole - sum((c for cause, c in changes.items() if cause is not Cause.CODE), ZERO)
    steps = [step for leaf in leaves for step in leaf.steps]
    return tuple(Part(c, changes[c], tuple(s for s in steps if s.cause is c)) for c in Cause)


def _stages(
    past: Past,
    kinds: Mapping[str, Kind],
    figure: StoredFigure,
    moments: tuple[datetime, datetime],
    leaves: Sequence[_Leaf],
) -> list[Decimal]:
    """The figure's value before any cause, then after the first, the first two, and so on."""
    causes = list(Cause)
    made = []
    for count in range(len(causes) + 1):
        held = [f for leaf in leaves if (f := leaf.once(causes[:count])) is not None]
        if figure.submission is not None:
            made.append(_value(next((f for f in held if f.figure_id == figure.figure_id), None)))
            continue
        # Who owes the form is a list of the pack, and takes effect with the rules.
        known_then = past.at(moments[0] if causes[:count] in ([], [Cause.DATA]) else moments[1])
        made.append(_value(_combined(known_then, kinds, figure, held)))
    return made


def _combined(
    known_then: tuple[Home, Pack] | None, kinds: Mapping[str, Kind], figure: StoredFigure, held: Sequence[Figure]
) -> Figure | None:
    kind = kinds.get(figure.kind)
    if kind is None:
        raise StorageError(f"没有报表“{figure.kind}”", f"there is no kind “{figure.kind}”")
    owing = {f.filer for f in held}
    if known_then is not None:
        home, pack = known_then
        owing = set(pack.duties.owing(figure.kind, figure.period))
        made = combine(kind, held, bureau=home.bureau, owing=owing)
    else:
        made = combine(kind, held, bureau=figure.filer, owing=owing)
    return next((f for f in made if f.figure_id == figure.figure_id), None)


def _value(figure: Figure | None) -> Decimal:
    """What is not known adds nothing."""
    return ZERO if figure is None else figure.value
