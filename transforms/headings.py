"""A book and a contract's fields → one table under the fields' names, every cell of the book accounted for.

Finds the sheet and the heading block, sets aside what is not data and says why. Every filled cell is used, ignored with
a reason, or named by a finding; none is dropped. It never looks at what a value means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from contracts.field import Field
from contracts.finding import Finding
from contracts.table import Ignored, Table
from transforms.book import Book, Sheet, cell_address, column_index
from transforms.heading_findings import (
    doubled_headings,
    heading_address,
    missing_columns,
    no_heading,
    no_rows,
    second_table,
)
from transforms.heading_match import Block, Merge, best_block, head_height
from transforms.tabulation import build_table

_RANGE = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")


@dataclass(frozen=True)
class TableReading:
    """The table, or None where there is none to judge (HEAD-01, TABLE-01), and what was found on the way."""

    table: Table | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Candidate:
    """A sheet with blank texts made null, its merges as grid positions, and its best heading block."""

    sheet: Sheet
    grid: pl.DataFrame
    merges: tuple[Merge, ...]
    block: Block | None

    @property
    def filled(self) -> int:
        return self.grid.height * self.grid.width - sum(self.grid.null_count().row(0)) if self.grid.width else 0

    @property
    def matched(self) -> int:
        return len(self.block.matched) if self.block else 0

    def fits(self, fields: Sequence[Field]) -> bool:
        """At least one field is matched, and at least half of the required columns."""
        needed = [f for f in fields if not f.optional_column]
        found = sum(1 for f in needed if self.block and f.name in self.block.matched)
        return self.matched > 0 and 2 * found >= len(needed)

    @property
    def heading_cell(self) -> str:
        """Address of the nearest block's first heading, or of its row."""
        if self.block and self.block.matched:
            first = min(self.block.matched.values(), key=lambda heading: heading.column)
            return heading_address(first, self.sheet.first_row)
        return cell_address(self.sheet.first_row + (self.block.top if self.block else 0), 0)


def find_table(book: Book, fields: Sequence[Field], total_in: str | None = None) -> TableReading:
    """The table of `fields` in `book`.

    `total_in` names the field in whose column 合计, 总计 or 小计 marks a control total, which goes to `Table.totals`.
    Findings: HEAD-01…05 and TABLE-01. `Table.notes["found"]` is the number of filled cells that findings speak of:
    `cells_nonempty == cells_used + sum of ignored cells + found`.
    """
    candidates = [_candidate(sheet, fields) for sheet in book.sheets]
    fitting = [c for c in candidates if not c.sheet.hidden and c.fits(fields)]
    if not fitting:
        return TableReading(None, (_no_heading(book, candidates, fields),))
    chosen = max(fitting, key=lambda c: c.matched)
    block = chosen.block
    assert block is not None  # a sheet that fits has one
    table, unknown = build_table(book.name, chosen.sheet, chosen.grid, chosen.merges, block, fields, total_in)
    second = [c for c in fitting if c is not chosen and c.matched == chosen.matched]
    findings = [
        *missing_columns(book.name, chosen.sheet.name, chosen.sheet.first_row, block, fields),
        *doubled_headings(book.name, chosen.sheet.name, chosen.sheet.first_row, block, fields),
        *unknown,
        *(second_table(book.name, chosen.sheet.name, c.sheet.name, c.heading_cell, c.filled) for c in second),
    ]
    if table.frame.is_empty():
        return TableReading(None, (*findings, no_rows(book.name, chosen.sheet.name, chosen.heading_cell)))
    others = [c for c in candidates if c is not chosen]
    return TableReading(_with_other_sheets(table, others, second), tuple(findings))


def _candidate(sheet: Sheet, fields: Sequence[Field]) -> Candidate:
    grid = sheet.grid.with_columns(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))
    merges = tuple(
        (int(r1) - sheet.first_row, column_index(c1), int(r2) - sheet.first_row, column_index(c2))
        for c1, r1, c2, r2 in (found.groups() for found in map(_RANGE.fullmatch, sheet.merged) if found)
    )
    head = grid.head(head_height(grid.width))
    return Candidate(sheet, grid, merges, best_block(head.rows(), merges, fields))


def _no_heading(book: Book, candidates: list[Candidate], fields: Sequence[Field]) -> Finding:
    visible = [c for c in candidates if not c.sheet.hidden]
    hidden = next((c.sheet.name for c in candidates if c.sheet.hidden and c.fits(fields)), None)
    nearest = max((c for c in visible if c.block), key=lambda c: c.matched, default=None)
    if nearest is None or nearest.block is None:
        return no_heading(book.name, visible[0].sheet.name if visible else "", fields, None, hidden)
    found = tuple(heading.text for heading in nearest.block.matched.values())
    return no_heading(book.name, nearest.sheet.name, fields, (nearest.heading_cell, found), hidden)


def _with_other_sheets(table: Table, others: list[Candidate], second: list[Candidate]) -> Table:
    """The table with the cells of the book's other sheets counted: ignored, or found where HEAD-05 speaks of them."""
    ignored = []
    for other in others:
        if other.filled and other not in second:
            zh, en = ("不是本表的工作表", "a sheet without this table")
            if other.sheet.hidden:
                zh, en = ("隐藏的工作表", "a hidden sheet")
            last = cell_address(other.sheet.first_row + other.grid.height - 1, other.grid.width - 1)
            area = f"A{other.sheet.first_row}:{last}"
            ignored.append(Ignored(other.sheet.name, area, other.filled, zh, en))
    found = int(table.notes["found"]) + sum(c.filled for c in second)
    return replace(
        table,
        ignored=(*table.ignored, *ignored),
        cells_nonempty=table.cells_nonempty + sum(c.filled for c in others),
        notes={**table.notes, "found": str(found)},
    )
