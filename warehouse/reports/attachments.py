"""Which figures belong to which level-3 indicator: those made only of cells on the indicator's own rows.

Rows are those of the tree, of the reports on its nodes, and of figures filed under its number. Never goes by value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from warehouse.home import Home
from warehouse.reports.cells import rows_of
from warehouse.reports.nodes import NODES, Item, Report, Tree
from warehouse.stored import StoredFigure

FILED_FIGURES: Final = "indicator_figures"
FILED: Final = "filed/"  # begins the indicator of a figure that was filed as such, without a form that yields it
TARGET: Final = "target/"  # begins the indicator of a target
OBJECTS: Final = "node_objects/"  # begins the indicator of what a report on a node lists by name
MOST_ROWS: Final = 12  # a figure of more rows speaks of more than one indicator
Row = tuple[str, int]  # submission, row of the sheet


def attach_figures(home: Home, year: int, tree: Tree, figures: Iterable[StoredFigure]) -> dict[str, frozenset[str]]:
    """Code of a level-3 indicator → ids of the figures that belong to it."""
    owners = _owners(home, year, tree)
    attached: dict[str, set[str]] = {item.code: set() for item in tree.items}
    for figure in figures:
        codes = {owners.get(row) for row in figure_rows(figure)}
        if len(codes) == 1 and (code := codes.pop()) is not None:
            attached[code].add(figure.figure_id)
    return {code: frozenset(ids) for code, ids in attached.items()}


def attached_to_row(figures: Iterable[StoredFigure], of_item: frozenset[str], report: Report | None) -> frozenset[str]:
    """Of an indicator's figures those that prose may speak of: none of another node's row, and none for its title."""
    own = {(report.submission, report.row)} if report else set()
    return frozenset(
        f.figure_id for f in figures if f.figure_id in of_item and (f.kind != NODES or figure_rows(f) == own)
    )


def figure_rows(figure: StoredFigure) -> frozenset[Row]:
    """The rows a figure is made of; empty when there are many."""
    rows: set[Row] = set()
    for source in figure.sources:
        own = rows_of(source.cell, MOST_ROWS)
        if not own:
            return frozenset()
        rows |= {(source.submission, row) for row in own}
    return frozenset(rows) if len(rows) <= MOST_ROWS else frozenset()


def _owners(home: Home, year: int, tree: Tree) -> dict[Row, str]:
    owners = {row: item.code for item in tree.items for row in _item_rows(tree.submission, item)}
    filed = home.rows(FILED_FIGURES, year)
    if "item_no" in filed.columns:
        for row in filed.filter(filed["item_no"].is_not_null()).to_dicts():
            owners[row["_submission"], row["_row"]] = str(row["item_no"])
    known = {item.code for item in tree.items}
    return {row: code for row, code in owners.items() if code in known}


def _item_rows(tree: str, item: Item) -> Iterable[Row]:
    yield tree, item.row
    for node in item.nodes:
        yield tree, node.row
        for report in node.reports:
            yield report.submission, report.row
