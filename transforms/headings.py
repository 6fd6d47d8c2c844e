"""A book and a contract's fields → one table under the fields' names, every cell of the book accounted for.

Finds the sheet and the heading block, sets aside what is not data and says why. Every filled cell is used, ignored with
a reason, or named by a finding; none is dropped. It never looks at what a value means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.field import Field
from contracts.finding import Finding
from contracts.table import Account, Ignored, SheetAccount, Table
from transforms.book import Book, Sheet, cell_address
from transforms.heading_findings import (
    doubled_headings,
    heading_address,
    hidden_sheet,
    missing_columns,
    no_heading,
    no_rows,
    second_table,
)
from transforms.heading_match import Block, Merge, best_block, head_height
from transforms.numbers import is_number
from transforms.sheets import blanks_as_nulls, count_filled, grid_merges
from transforms.tabulation import Tabulation, build_table


@dataclass(frozen=True)
class TableReading:
    """The table, or None where there is none to judge (HEAD-01, TABLE-01), what was found, and the account."""

    table: Table | None
    findings: tuple[Finding, ...]
    account: Account


@dataclass(frozen=True)
class Candidate:
    """A sheet with blank texts made null, its merges as grid positions, and its best heading block."""

    sheet: Sheet
    grid: pl.DataFrame
    merges: tuple[Merge, ...]
    block: Block | None

    @property
    def filled(self) -> int:
        return count_filled(self.grid)

    @property
    def rows(self) -> int:
        """Rows that hold anything."""
        return int(self.grid.select(pl.any_horizontal(pl.all().is_not_null())).to_series().sum()) if self.filled else 0

    @property
    def area(self) -> str:
        last = cell_address(self.sheet.first_row + self.grid.height - 1, self.grid.width - 1)
        return f"A{self.sheet.first_row}:{last}"

    @property
    def matched(self) -> int:
        return len(self.block.matched) if self.block else 0

    def fits(self, fields: Sequence[Field]) -> bool:
        """At least one field is matched, and at least half of the required columns."""
        needed = [f for f in fields if not f.optional_column]
        found = sum(1 for f in needed if self.block and f.name in self.block.matched)
        return self.matched > 0 and 2 * found >= len(needed)

    def resembles(self, chosen: Candidate) -> bool:
        """Whether the sheet may hold more of the table that was read from `chosen`.

        It has two of its headings; or, where it shows, a row as wide as the table's with a number in it.
        """
        if self.sheet.prose or not self.filled or chosen.block is None:
            return False
        widths = range(len(chosen.block.matched), len(chosen.block.matched) + len(chosen.block.others) + 1)
        return self.matched > 1 or (not self.sheet.hidden and self._has_row_of(widths))

    def _has_row_of(self, widths: range) -> bool:
        rows = ([text for text in row if text] for row in self.grid.head(head_height(self.grid.width)).rows())
        return any(len(row) > 1 and len(row) in widths and any(map(is_number, row)) for row in rows)

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
    A sheet that shows comes before a hidden one. Findings: HEAD-01…09, TABLE-01 and -02, CELL-01 and -02.
    """
    candidates = [_candidate(sheet, fields) for sheet in book.sheets]
    fitting = [c for c in candidates if not c.sheet.prose and c.fits(fields)]
    fitting = [c for c in fitting if not c.sheet.hidden] or fitting
    if not fitting:
        return TableReading(None, (_no_heading(book, candidates, fields),), _account(book, candidates, None, None))
    chosen = max(fitting, key=lambda c: c.matched)
    block = chosen.block
    assert block is not None  # a sheet that fits has one
    made = build_table(book.name, chosen.sheet, chosen.grid, chosen.merges, block, fields, total_in)
    second = [c for c in candidates if c is not chosen and c.resembles(chosen)]
    findings = [
        *((hidden_sheet(book.name, chosen.sheet.name, chosen.heading_cell),) if chosen.sheet.hidden else ()),
        *missing_columns(book.name, chosen.sheet.name, chosen.sheet.first_row, block, fields),
        *doubled_headings(book.name, chosen.sheet.name, chosen.sheet.first_row, block, fields),
        *made.findings,
        *(second_table(book.name, chosen.sheet.name, c.sheet.name, c.heading_cell, c.filled) for c in second),
    ]
    account = _account(book, candidates, chosen, made, second)
    if made.table.frame.is_empty():
        findings.append(no_rows(book.name, chosen.sheet.name, chosen.heading_cell))
        return TableReading(None, tuple(findings), account)
    return TableReading(made.table, tuple(findings), account)


def _candidate(sheet: Sheet, fields: Sequence[Field]) -> Candidate:
    grid, merges = blanks_as_nulls(sheet.grid), grid_merges(sheet)
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


def _account(
    book: Book,
    candidates: Sequence[Candidate],
    chosen: Candidate | None,
    made: Tabulation | None,
    second: Sequence[Candidate] = (),
) -> Account:
    """The book's cells: those of the chosen sheet as tabulated, the others ignored, or found where a finding speaks."""
    ignored = list(made.ignored if made else ())
    found = made.found if made else 0
    sheets = []
    for c in candidates:
        zh, en = ("", "")
        if c is chosen:
            pass
        elif c in second or made is None:
            # HEAD-05 speaks of a second table, HEAD-01 of a book without any.
            zh, en = (
                ("也像是本表的工作表", "another sheet that looks like the table")
                if c in second
                else ("找不到本表的表头", "no headings found")
            )
            found += c.filled
        else:
            zh, en = _unused(c.sheet)
            if c.filled:
                ignored.append(Ignored(c.sheet.name, c.area, c.filled, zh, en))
        sheets.append(SheetAccount(c.sheet.name, c.sheet.hidden, c is chosen, c.rows, c.filled, zh, en))
    used, rows = (made.used, made.rows) if made else (0, {})
    return Account(book.type, book.encoding, tuple(sheets), rows, used, tuple(ignored), found)


def _unused(sheet: Sheet) -> tuple[str, str]:
    if sheet.prose:
        return "表格之外的文字", "text outside the tables"
    if sheet.hidden:
        return "隐藏的工作表", "a hidden sheet"
    return "不是本表的工作表", "a sheet without this table"
