"""Numbers in filed prose, each bound to the one figure that says the same, or shown as quoted.

A number is bound only when value, unit and bounds agree, the figure belongs there or is named there, and no second
figure would do as well. Never changes a character of what was filed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Final

from contracts.amounts import Comparator
from contracts.prose import Span, scan
from contracts.quantity import Quantity
from warehouse.reports.attachments import FILED, TARGET
from warehouse.reports.citations import Citations, Piece
from warehouse.stored import StoredFigure

_TURNED: Final[dict[Comparator, Comparator]] = {"=": "=", "~": "~", ">": "<", "<": ">", ">=": "<=", "<=": ">="}
_SENTENCE_END: Final = re.compile(r"[。；;！？\n]")
_STOP: Final = re.compile(r"[，,。；;、（(\n]")
_AIMED: Final = re.compile("目标|要求|力争|确保|计划|任务")
_FITS: Final = 0.4  # share of a figure's name that its sentence must contain, where it belongs to no row of the item


@dataclass(frozen=True)
class Place:
    """Where a prose stands: its cell for the reader, who filed it, and the figures that belong to its indicator."""

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
    def _by_value(self) -> dict[tuple[Decimal, str], list[StoredFigure]]:
        found: dict[tuple[Decimal, str], list[StoredFigure]] = {}
        for figure in self.figures:
            found.setdefault((figure.value.normalize(), figure.unit), []).append(figure)
        return found

    def read(self, text: str, place: Place, citations: Citations) -> list[Piece]:
        """`text` in pieces; their texts joined are `text` again."""
        pieces, at = [], 0
        spans = scan(text, year=self.year)
        bound: tuple[int, StoredFigure] | None = None
        for number, span in enumerate(spans):
            if span.start > at:
                pieces.append(Piece(text[at : span.start]))
            figure = self._figure(_Around(text, spans, number, self.filers, bound), span, place)
            bound = bound if figure is None else (span.start, figure)
            quoted = Piece(span.text, "quote", span=span.kind, place=place.text)
            pieces.append(quoted if figure is None else citations.cite(figure, span.text))
            at = span.end
        return [*pieces, Piece(text[at:])] if at < len(text) else pieces

    def _figure(self, around: _Around, span: Span, place: Place) -> StoredFigure | None:
        if span.quantity is None or span.quantity.value is None:
            return None
        value = _signed(span.quantity).value
        assert value is not None
        agreeing = [
            f
            for f in self._by_value.get((value.normalize(), span.quantity.unit), [])
            if _agrees(f, span.quantity) and self._may_speak(f, around, place)
        ]
        fitting = [f for f in agreeing if f.figure_id in place.attached or around.names(f) >= _FITS]
        return self._only(fitting, around, place)

    def _only(self, fitting: list[StoredFigure], around: _Around, place: Place) -> StoredFigure | None:
        """The one that fits best, each preference narrowing what the one before left; None while several remain."""
        left = fitting
        preferences: tuple[Callable[[StoredFigure], bool], ...] = (
            lambda f: f.figure_id in place.attached,
            lambda f: f.indicator.startswith(TARGET) == around.aimed,
            lambda f: not f.indicator.startswith(FILED),
            lambda f: f.filer in around.filers_named,
            lambda f: f.filer == self.bureau,
            lambda f: f.filer == place.filer,
            lambda f: f.as_of == around.day,
            lambda f: f.period.label == str(self.year),  # what names no day speaks of the year
        )
        for preferred in preferences:
            left = [f for f in left if preferred(f)] or left
        closest = max(map(around.names_closely, left), default=0.0)
        left = [f for f in left if around.names_closely(f) == closest]
        # 累计开通30729个（其中江西移动12359个）: a part speaks of what the whole before it spoke of.
        left = [f for f in left if f.indicator == around.topic] or left
        return left[0] if len(left) == 1 else None

    def _may_speak(self, figure: StoredFigure, around: _Around, place: Place) -> bool:
        """A number right behind one filer's name is not another's figure."""
        named = around.filers_named
        return not named or figure.filer in named or figure.filer in (self.bureau, place.filer)


class _Around:
    """What stands around one number: its sentence, the words right before and after it, who and which day is named."""

    def __init__(
        self,
        text: str,
        spans: Sequence[Span],
        number: int,
        filers: Mapping[str, str],
        bound: tuple[int, StoredFigure] | None,
    ) -> None:
        span = spans[number]
        ends = [m.end() for m in _SENTENCE_END.finditer(text, 0, span.start)]
        start = ends[-1] if ends else 0
        end = _SENTENCE_END.search(text, span.end)
        after = _STOP.search(text, span.end)
        counted = [s.end for s in spans[:number] if s.kind == "quantity" and s.end > start]
        nearest = counted[-1] if counted else start
        self.sentence = _pairs(text[start : end.start() if end else len(text)])
        before = text[nearest : span.start]
        self.near = _pairs(before) | _pairs(
            text[span.start : min(after.start() if after else len(text), span.end + 12)]
        )
        self.aimed = _AIMED.search(text[nearest : after.start() if after else len(text)]) is not None
        self.filers_named = frozenset(code for code, name in filers.items() if name and name in before)
        days = [s.date.last for s in spans[:number] if s.date is not None and s.date.last is not None]
        self.topic = bound[1].indicator if bound and bound[0] >= start else None
        self.day = days[-1].isoformat() if days else None

    def names(self, figure: StoredFigure) -> float:
        """How much of the figure's name its sentence contains, 0 to 1."""
        name = _pairs(figure.name)
        return len(name & self.sentence) / len(name) if name else 0.0

    def names_closely(self, figure: StoredFigure) -> float:
        """The same for the words next to the number."""
        name = _pairs(figure.name)
        return len(name & self.near) / len(name) if name else 0.0


def _pairs(text: str) -> frozenset[str]:
    """Neighbouring characters in pairs: what Chinese words have in common where nobody parts them."""
    bare = re.sub(r"[\W_]+", "", text)
    return frozenset(bare[i : i + 2] for i in range(len(bare) - 1))


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
        comparator=_TURNED[quantity.comparator],
    )


def _negated(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value


def _agrees(figure: StoredFigure, quantity: Quantity) -> bool:
    """Whether prose says no more than the figure does: the same comparator, or wider bounds."""
    said = _signed(quantity)
    if figure.comparator == said.comparator:
        return True
    above = said.low is None or (
        figure.low is not None
        and (figure.low > said.low or (figure.low == said.low and (said.low_closed or not figure.low_closed)))
    )
    below = said.high is None or (
        figure.high is not None
        and (figure.high < said.high or (figure.high == said.high and (said.high_closed or not figure.high_closed)))
    )
    return above and below
