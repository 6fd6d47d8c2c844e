"""All published figures in groups: those of each level-3 indicator, then the rest by the form they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.measure import Method
from warehouse.reports.attachments import TARGET
from warehouse.reports.citations import Citations, Piece
from warehouse.reports.edition import Edition
from warehouse.reports.nodes import TREE, Tree
from warehouse.reports.rendering import comparator_text, figure_text, moment_text
from warehouse.stored import StoredFigure


@dataclass(frozen=True)
class Line:
    """One figure as the table prints it."""

    name: str
    value: Piece
    comparator: str
    moment: str
    filer: str
    method: str


LONG: Final = 30


@dataclass(frozen=True)
class Group:
    """Figures of one level-3 indicator (`of_item`), else of one form. A long one is folded away until asked for."""

    title: str
    of_item: bool
    lines: tuple[Line, ...]

    @property
    def long(self) -> bool:
        return not self.of_item and len(self.lines) > LONG


def group_figures(
    edition: Edition,
    figures: Iterable[StoredFigure],
    tree: Tree | None,
    attached: Mapping[str, frozenset[str]],
    citations: Citations,
) -> list[Group]:
    """Every figure once: under its indicator, else under its kind (and, without a tree, its period)."""
    owner = {figure_id: code for code, ids in attached.items() for figure_id in ids}
    places: dict[tuple[int, str], list[StoredFigure]] = {}
    items = {item.code: item for item in tree.items} if tree else {}
    numbers = {item.number for item in items.values()}
    for figure in figures:
        item = items.get(owner.get(figure.figure_id, ""))
        # How many nodes an indicator has is a fact about the tree, not about how the indicator stands.
        if item is not None and not (figure.kind == TREE and figure.method is Method.COUNT):
            key = (item.number, f"第{item.number}项　{item.title}")
        else:
            # Plain editions may span years; a reader looks for the form and the period.
            period = "" if tree else f"　{figure.period.label_zh}"
            key = (max(numbers, default=0) + 1, edition.kind_title(figure.kind) + period)
        places.setdefault(key, []).append(figure)
    return [
        Group(key[1], key[0] in numbers, tuple(_line(edition, f, citations) for f in _in_order(edition, found)))
        for key, found in sorted(places.items(), key=lambda p: (p[0][0], p[1][0].kind, p[1][0].period, p[0][1]))
    ]


def _in_order(edition: Edition, figures: list[StoredFigure]) -> list[StoredFigure]:
    """By indicator, numbers in it as numbers; the bureau's own figure before those of the filers."""
    return sorted(
        figures, key=lambda f: (_natural(f.indicator), f.period, f.as_of, f.filer != edition.bureau_code, f.figure_id)
    )


def _natural(text: str) -> list[tuple[int, str]]:
    """第2项 before 第10项."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split("([0-9]+)", text)]


def _line(edition: Edition, figure: StoredFigure, citations: Citations) -> Line:
    return Line(
        name=figure.name + ("（目标）" if figure.indicator.startswith(TARGET) else ""),
        value=citations.cite(figure, figure_text(figure)),
        comparator=comparator_text(figure),
        moment=moment_text(figure),
        filer=edition.filer_name(figure.filer),
        method=figure.method.zh,
    )
