"""A table of a Word document on its grid: rows of texts, and what is merged.

Pure placing; what the texts are is `document_text`'s.
"""

from __future__ import annotations

from collections.abc import Sequence

from transforms.book import cell_address
from transforms.readers.word.text import Table


def place_cells(table: Table) -> list[list[str | None]]:
    """Every row at the table's width, each text where its cell begins; what a merge covers is empty.

    A covered cell that has a text of its own, which Word does not show, keeps it: nothing is lost.
    """
    rows: list[list[str | None]] = []
    for cells in table.rows:
        row: list[str | None] = [None] * table.width
        for cell in cells:
            row[cell.column] = cell.text or None
        rows.append(row)
    return rows


def merged_ranges(table: Table) -> tuple[str, ...]:
    """Merged cells as A1 ranges in reading order. A cell goes on below where the next row says so at its column."""
    ranges: list[tuple[int, int, int, int]] = []
    open_below: dict[int, int] = {}
    for number, cells in enumerate(table.rows, start=1):
        still_open: dict[int, int] = {}
        for cell in cells:
            above = open_below.get(cell.column)
            if cell.merge == "continue" and above is not None and ranges[above][3] == cell.column + cell.span - 1:
                first_row, first, _, last = ranges[above]
                ranges[above] = (first_row, first, number, last)
                still_open[cell.column] = above
                continue
            if cell.merge is not None:
                still_open[cell.column] = len(ranges)
            if cell.merge is not None or cell.span > 1:
                ranges.append((number, cell.column, number, cell.column + cell.span - 1))
        open_below = still_open
    return _as_addresses(ranges)


def _as_addresses(ranges: Sequence[tuple[int, int, int, int]]) -> tuple[str, ...]:
    return tuple(
        f"{cell_address(first_row, first)}:{cell_address(last_row, last)}"
        for first_row, first, last_row, last in ranges
        if (first_row, first) != (last_row, last)
    )
