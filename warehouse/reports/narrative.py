"""Numbers in filed prose, each bound to the one figure that says the same, or shown as quoted, or as differing.

A number is bound only where the context fits: to a figure of the row it stands in by value and unit, to any other only
where its name, filer and day are written there too. Where those fit and the value does not, the number is shown as
differing. Never changes a character of what was filed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from contracts.exact import TURNED
from contracts.interval import Interval
from contracts.measure import Method
from contracts.period import Period
from contracts.prose import Span, scan
from contracts.quantity import Quantity
from warehouse.reports.attachments import FILED, OBJECTS, TARGET
from warehouse.reports.citations import Citations, Piece
from warehouse.reports.nodes import NODES, TREE
from warehouse.reports.surroundings import Around, normal_name
from warehouse.stored import StoredFigure


@dataclass(frozen=True)
class Place:
    """Where a prose stands: its cell for the reader, who filed it, and the figures that belong to its row."""

    text: str
    filer: str
    attached: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Binder:
    """The figures that prose of one edition may be bound to. filers: code → name as prose writes it."""

    figures: tuple[StoredFigure, ...]
    filers: Mapping[str, str]
    bureau: str
    year: int

    @cached_property
    def _by_name(self) -> dict[str, list[StoredFigure]]:
        found: dict[str, list[StoredFigure]] = {}
        for figure in self.figures:
            if _speaks_in_prose(figure) and normal_name(figure.name):
                found.setdefault(normal_name(figure.name), []).append(figure)
        return found

    @cached_property
    def _by_id(self) -> dict[str, StoredFigure]:
        return {f.figure_id: f for f in self.figures if _speaks_in_prose(f)}

    def read(self, text: str, place: Place, citations: Citations) -> list[Piece]:
        """`text` in pieces; their texts joined are `text` again."""
        pieces, at = [], 0
        spans = scan(text, year=self.year)
        for number, span in enumerate(spans):
            if span.start > at:
                pieces.append(Piece(text[at : span.start]))
            pieces.append(self._piece(Around(text, spans, number, self.filers), span, place, citations))
            at = span.end
        return [*pieces, Piece(text[at:])] if at < len(text) else pieces

    def _piece(self, around: Around, span: Span, place: Place, citations: Citations) -> Piece:
        quoted = Piece(span.text, "quote", span=span.kind, place=place.text)
        if span.quantity is None or span.quantity.value is None:
            return quoted
        said = _signed(span.quantity)
        topic = around.topic(self._by_name)
        meant = self._meant(around, said, place, self._by_name.get(topic or "", ()))
        own = [f for i in place.attached if (f := self._by_id.get(i)) is not None]
        own = own if not meant else [f for f in own if normal_name(f.name) == topic]
        figure = self._only(own, said, around) or self._only(meant, said, around)
        if figure is None and topic is None:
            figure = self._only(self._framed(around, said, place), said, around)
        if figure is not None:
            return citations.cite(figure, span.text)
        other = self._contradicted(around, span.quantity, meant)
        if other is None:
            return quoted
        return replace(quoted, kind="differs", figure=other, number=citations.number(other), context=around.clause)

    def _meant(self, around: Around, said: Quantity, place: Place, named: Iterable[StoredFigure]) -> list[StoredFigure]:
        """Of figures of one name those of the filer and the day that stand with it, in the unit of the number."""
        same_unit = [f for f in named if f.unit == said.unit]
        if around.filers_named:
            found = [f for f in same_unit if {f.filer} == around.filers_named]
        elif around.others_named:
            found = []
        else:
            own = [f for f in same_unit if f.filer == self.bureau]
            # What only the writing department counts is its own to say.
            found = own or [f for f in same_unit if f.filer == place.filer]
        return [f for f in found if not around.dated or _day(f) == around.day]

    def _framed(self, around: Around, said: Quantity, place: Place) -> list[StoredFigure]:
        framing = [f for name, figures in self._by_name.items() if around.framed(name) for f in figures]
        return self._meant(around, said, place, framing)

    def _only(self, offered: list[StoredFigure], said: Quantity, around: Around) -> StoredFigure | None:
        """The one that says the same; of several the one that the words single out; None while several remain."""
        left = [f for f in offered if _agrees(f, said)]
        preferences: tuple[Callable[[StoredFigure], bool], ...] = (
            lambda f: around.mentions(normal_name(f.name)),
            lambda f: f.indicator.startswith(TARGET) == around.aimed,
            lambda f: not f.indicator.startswith(FILED),
            lambda f: around.dated and _day(f) == around.day,
        )
        for preferred in preferences:
            left = [f for f in left if preferred(f)] or left
        return left[0] if len(left) == 1 else None

    def _contradicted(self, around: Around, quantity: Quantity, meant: list[StoredFigure]) -> StoredFigure | None:
        """The figure that has this name, filer, unit and day, and another value.

        What names no day speaks of the year; where an earlier sentence names one, nobody can tell.
        """
        if quantity.direction or around.aimed:
            return None
        days = [f for f in meant if around.dated or (f.period.label == str(self.year) and not around.carried)]
        days = [f for f in days if not f.indicator.startswith(TARGET)]
        return (
            days[0]
            if len(days) == 1 and Interval.stated_by(days[0]).may_equal(Interval.stated_by(quantity)) is False
            else None
        )


def _speaks_in_prose(figure: StoredFigure) -> bool:
    """How many rows a list or a report has is said by sentences of ours only."""
    counted = figure.kind in (TREE, NODES) and figure.method is Method.COUNT
    return not counted or figure.indicator.startswith(OBJECTS)


def _day(figure: StoredFigure) -> date:
    """The last day a figure speaks of."""
    try:
        return Period.parse(figure.as_of).end if figure.as_of else figure.period.end
    except ValueError:
        return figure.period.end


def _signed(quantity: Quantity) -> Quantity:
    """A fall as figures keep it: negative, its bounds and comparator turned round."""
    if quantity.direction >= 0:
        return quantity
    return replace(
        quantity,
        value=_negated(quantity.value),
        low=_negated(quantity.high),
        high=_negated(quantity.low),
        low_closed=quantity.high_closed,
        high_closed=quantity.low_closed,
        comparator=TURNED[quantity.comparator],
    )


def _negated(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value


def _agrees(figure: StoredFigure, said: Quantity) -> bool:
    """Whether prose gives the figure's value and says no more than it: the same comparator, or wider bounds."""
    if said.value is None or (figure.value, figure.unit) != (said.value, said.unit):
        return False
    return figure.comparator == said.comparator or Interval.stated_by(figure).lies_in(Interval.stated_by(said))
