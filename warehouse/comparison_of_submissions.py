"""What two submissions of one form brought: the figures of each as they were when it last stood. Reads only.

Figures that were adjusted by hand are taken as they were filed: an adjustment is not the submission's doing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.figure import Figure
from contracts.measure import Method
from warehouse import provenance, tables
from warehouse.database import reading
from warehouse.home import Home
from warehouse.stored import StoredFigure, StoredSubmission


@dataclass(frozen=True)
class Move:
    """One figure with the one submission and with the other; None where there is none. change: in the figure's unit."""

    figure_id: str
    name: str
    unit: str
    derived: bool
    before: Figure | None
    after: Figure | None

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None or self.after is None else self.after.value - self.before.value


def figures_brought(home: Home, submission: str) -> list[StoredFigure]:
    """The figures that stood because of a submission when it last stood, by figure_id; none where it never did."""
    f = tables.figures.c
    with reading(home.engine) as connection:
        versions = provenance.list_figures(connection, f.submission == submission)
    filed = [v for v in versions if v.method is not Method.ADJUSTED]
    current = {v.figure_id for v in versions if v.recorded_to is None}
    if not current:
        last = max((v.recorded_to for v in versions if v.recorded_to), default=None)
        current = {v.figure_id for v in versions if v.recorded_to == last}
    return list({v.figure_id: v for v in filed if v.figure_id in current}.values())


def owing_filers(home: Home, submission: StoredSubmission) -> tuple[str, ...]:
    """Who owes the form for the period, as the last run judged it."""
    owed = (d for d in home.deadlines() if (d.kind, d.period) == (submission.kind, submission.period))
    return tuple(dict.fromkeys(d.filer for d in owed))


def filed_by_others(home: Home, submission: StoredSubmission) -> list[StoredFigure]:
    """What everybody else has filed with this form for this period, as it stands now."""
    figures = home.figures(submission.period.year, kinds=[submission.kind], own_only=True)
    return [f for f in figures if f.period == submission.period and f.filer != submission.filer]


def moves(before: Sequence[Figure], after: Sequence[Figure], *, derived: bool) -> list[Move]:
    """Figures whose value, bounds or wording differ, and those that only one side has; by figure_id."""
    old, new = {f.figure_id: f for f in before}, {f.figure_id: f for f in after}
    found = []
    for name in sorted(old.keys() | new.keys()):
        a, b = old.get(name), new.get(name)
        if a is None or b is None or _said(a) != _said(b):
            known = b or a
            assert known is not None
            found.append(Move(name, known.name, known.unit, derived, a, b))
    return found


def _said(figure: Figure) -> tuple[object, ...]:
    f = figure
    return (f.comparator, f.value, f.low, f.high, f.low_closed, f.high_closed, f.unit, f.as_written)
