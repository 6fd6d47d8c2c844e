"""Text in pieces: plain words, figures with a number that leads to where they come from, and quoted filed text.

One `Citations` a document: the same figure keeps the same number throughout.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from contracts.prose import Kind as SpanKind
from warehouse.stored import StoredFigure


@dataclass(frozen=True)
class Piece:
    """A run of text. `figure` and `number` where it is a figure; `span` and `place` where it is a quoted number.

    differs: a quoted number that `figure` contradicts; `context` is the clause up to it.
    """

    text: str
    kind: Literal["plain", "figure", "quote", "differs"] = "plain"
    figure: StoredFigure | None = None
    number: int = 0
    span: SpanKind | None = None
    place: str = ""
    context: str = ""


@dataclass
class Citations:
    """Numbers figures in the order in which a document first names them."""

    figures: list[StoredFigure] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, figure: StoredFigure) -> int:
        known = self._numbers.setdefault(figure.figure_id, len(self.figures) + 1)
        if known > len(self.figures):
            self.figures.append(figure)
        return known

    def cite(self, figure: StoredFigure, text: str) -> Piece:
        return Piece(text, "figure", figure, self.number(figure))


def plain_text(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)
