"""Adjustments at work: which figures of a submission are published otherwise than filed, and whether that changed.

The list itself is a submission like any other, and the ledger's version of it is the one that counts. Nothing is
stored here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from contracts.adjustments import AdjustedFigure, Adjustment, adjust, in_force
from contracts.figure import Figure
from contracts.kind import Kind
from contracts.measure import Method
from contracts.obligations import ZONE
from flows.pack import Pack
from transforms.figures import ratios
from warehouse.adjusted import LIST, adjusted_now, as_filed
from warehouse.home import Home
from warehouse.load import Cause
from warehouse.stored import StoredSubmission


def adjusted(home: Home, pack: Pack, kind: Kind, figures: Sequence[Figure], by: datetime | None = None) -> list[Figure]:
    """Figures as filed, with what the pack's list adjusts, and ratios of that computed anew.

    by: only what was decided, and listed, by that moment; a file is first known as it was filed.
    """
    listed = next((s for s in reversed(home.list_versions(LIST, pack.settings.year)) if s.stands), None)
    if listed is None or (by is not None and listed.received_at > by):
        return list(figures)
    last_day = None if by is None else by.astimezone(ZONE).date()
    decided = [a for a in pack.adjustments() if last_day is None or a.decided_on <= last_day]
    return _with_ratios(kind, adjust(figures, decided, listed.id))


def _with_ratios(kind: Kind, figures: list[Figure]) -> list[Figure]:
    touched = {f.indicator for f in figures if isinstance(f, AdjustedFigure)}
    for measure in kind.measures:
        if measure.method is not Method.RATIO or not touched.intersection(measure.of or ()):
            continue
        filer = figures[0].filer
        made = {f.figure_id: f for f in ratios(measure, figures, filer, derived=True)}
        # What was adjusted itself stays what was decided, and a ratio over nothing is none.
        kept = [f for f in figures if f.indicator != measure.indicator or isinstance(f, AdjustedFigure)]
        figures = [*kept, *(f for name, f in made.items() if name not in {k.figure_id for k in kept})]
    return figures


def decided_at(home: Home, pack: Pack, figures: Sequence[Figure]) -> list[datetime]:
    """When the adjustments were decided, and their list was received, that figures rest on."""
    held = {f.figure_id: f for f in figures if isinstance(f, AdjustedFigure)}
    fitting = (a for a in pack.adjustments() if a.figure_id in held and held[a.figure_id].cells == a.cells)
    days = [datetime.combine(a.decided_on, time.min, ZONE) for a in fitting]
    lists = {f.entry for f in held.values()}
    return [*days, *(s.received_at for s in home.list_versions(LIST, pack.settings.year) if s.id in lists)]


class Adjustments:
    """What the pack's list says now, held against what the record says is adjusted."""

    def __init__(self, home: Home, pack: Pack) -> None:
        listed = pack.adjustments()
        self._recorded = {f.figure_id: f for f in adjusted_now(home)} if listed or _ever(home) else {}
        self._filed = as_filed(home, {a.figure_id for a in listed} | self._recorded.keys())
        self._wanted = in_force(listed, self._filed.values())

    def changed(self, submission: StoredSubmission) -> list[Cause]:
        """Why a submission that stands has to be judged again; nothing where its figures are what the list says."""
        wanted = {i: a.value for i, a in self._wanted.items() if self._filed[i].submission == submission.id}
        recorded = {i: f.value for i, f in self._recorded.items() if f.submission == submission.id}
        if not submission.stands or wanted == recorded:
            return []
        return [Cause("人工调整有变化", "an adjustment came, ended or changed")]


def _ever(home: Home) -> bool:
    return any(s.kind == LIST for s in home.submissions())


def idle(home: Home, pack: Pack) -> tuple[tuple[Adjustment, ...], tuple[Adjustment, ...]]:
    """The pack's adjustments that do nothing: those whose figure is filed otherwise by now, and those of no figure."""
    listed = pack.adjustments()
    filed = as_filed(home, {a.figure_id for a in listed}) if listed else {}
    held = in_force(listed, filed.values())
    lapsed = [a for a in listed if a.figure_id in filed and a.figure_id not in held]
    return tuple(lapsed), tuple(a for a in listed if a.figure_id not in filed)
