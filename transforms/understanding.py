"""What can be said of a book before any contract is held against it: tables, headings, and the account of every cell.

For whoever writes a contract for a form. Judges nothing, converts nothing, loads nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from contracts.finding import Cell, Finding
from contracts.structure import structure_finding
from contracts.table import Account, Ignored, SheetAccount
from transforms.book import Book, Sheet, cell_address, column_letter
from transforms.cell_findings import hidden_lines, no_value
from transforms.heading_findings import heading_address, hidden_sheet, place_of, repeated_heading
from transforms.heading_match import normalise
from transforms.layout import Found, find_tables
from transforms.row_kinds import RowKind
from transforms.sheets import blanks_as_nulls, count_filled
from transforms.tabulation import count_cells, count_rows, ignored_rows

_INSIDE = (RowKind.HEADING, RowKind.DATA, RowKind.TOTAL)
_STRIDE = 10_000  # rows of a large table that are in memory as Python texts at once


@dataclass(frozen=True)
class TableCell:
    """One filled cell of a table's row. `heading` is "" where nothing stands above its column."""

    address: str
    heading: str
    text: str


@dataclass(frozen=True)
class SeenTable:
    """One table of a sheet. area: from its headings to its last row, "A3:H20"; columns: letter → heading.

    types: letter → how many cells of the rows are of which type, None where the format has no types.
    """

    sheet: Sheet
    found: Found
    area: str
    columns: dict[str, str]
    types: dict[str, dict[str, int]] | None

    @property
    def rows(self) -> int:
        """Rows of data, totals and notes not counted."""
        return self.found.count(RowKind.DATA)

    @property
    def totals(self) -> int:
        return self.found.count(RowKind.TOTAL) + self.found.count(RowKind.SUBTOTAL)

    def cells(self) -> Iterator[tuple[int, list[TableCell]]]:
        """Each row of data: its number in the sheet and its filled cells."""
        grid, kinds = self.found.grid, self.found.kinds == RowKind.DATA.value
        headings = [self.columns.get(letter, "") for letter in grid.columns]
        for start in range(0, grid.height, _STRIDE):
            part = grid.slice(start, _STRIDE)
            for offset, (is_data, row) in enumerate(zip(kinds.slice(start, _STRIDE), part.iter_rows(), strict=True)):
                if is_data:
                    number = self.found.first_row + start + offset
                    yield (
                        number,
                        [
                            TableCell(f"{letter}{number}", heading, text)
                            for letter, heading, text in zip(grid.columns, headings, row, strict=True)
                            if text is not None
                        ],
                    )


@dataclass(frozen=True)
class Understanding:
    """A book as it is understood: its tables by sheet, the account of its cells, and what there is to say."""

    book: Book
    tables: tuple[tuple[SeenTable, ...], ...]
    account: Account
    findings: tuple[Finding, ...]


def understand(book: Book) -> Understanding:
    """Every table of `book`. Each filled cell is used, ignored with a reason, or found (no value: CELL-01, CELL-02)."""
    tables, sheets, rows = [], [], dict[str, int]()
    ignored: list[Ignored] = []
    findings: list[Finding] = []
    used = found = 0
    for sheet in book.sheets:
        seen = tuple(_seen(sheet, table) for table in find_tables(sheet))
        tables.append(seen)
        account, set_aside = _account(sheet, seen)
        sheets.append(account)
        ignored += set_aside
        for table in seen:
            for name, count in count_rows(table.found.kinds).items():
                rows[name] = rows.get(name, 0) + count
        said, without_value = _findings(book.name, sheet, seen)
        findings += said
        found += without_value
        used += account.cells - sum(area.cells for area in set_aside) - without_value
    account_of_all = Account(book.type, book.encoding, tuple(sheets), rows, used, tuple(ignored), found)
    return Understanding(book, tuple(tables), account_of_all, tuple(findings))


def _seen(sheet: Sheet, found: Found) -> SeenTable:
    inside = found.kinds.is_in([kind.value for kind in _INSIDE])
    at = inside.arg_true()
    top, bottom = (at[0], at[-1]) if at.len() else (0, 0)
    counts = count_cells(found.grid, found.kinds)
    filled = [c for c in range(found.grid.width) if any(counts.get((kind, c)) for kind in _INSIDE)]
    left, right = (filled[0], filled[-1]) if filled else (0, 0)
    first, last = cell_address(found.first_row + top, left), cell_address(found.first_row + bottom, right)
    headings = {column_letter(heading.column): heading.text for heading in found.headings}
    columns = {column_letter(column): headings.get(column_letter(column), "") for column in filled}
    return SeenTable(sheet, found, f"{first}:{last}", columns, _types(sheet, found, list(columns)))


def _types(sheet: Sheet, found: Found, letters: list[str]) -> dict[str, dict[str, int]] | None:
    if sheet.types is None:
        return None
    types = sheet.types.slice(found.first_row - sheet.first_row, found.grid.height)
    data = types.filter(found.kinds == RowKind.DATA.value)
    return {letter: dict(data[letter].drop_nulls().value_counts(sort=True).rows()) for letter in letters}


def _account(sheet: Sheet, tables: tuple[SeenTable, ...]) -> tuple[SheetAccount, list[Ignored]]:
    grid = blanks_as_nulls(sheet.grid)
    cells = count_filled(grid)
    rows = int(grid.select(pl.any_horizontal(pl.all().is_not_null())).to_series().sum()) if cells else 0
    if tables:
        ignored = [
            area for t in tables for area in ignored_rows(sheet.name, t.found.first_row, t.found.grid, t.found.kinds)
        ]
        return SheetAccount(sheet.name, sheet.hidden, True, rows, cells), ignored
    zh, en = ("表格之外的文字", "text outside the tables") if sheet.prose else ("空白工作表", "an empty sheet")
    area = f"A{sheet.first_row}:{cell_address(sheet.first_row + grid.height - 1, max(grid.width - 1, 0))}"
    ignored = [Ignored(sheet.name, area, cells, zh, en)] if cells else []
    return SheetAccount(sheet.name, sheet.hidden, False, rows, cells, zh, en), ignored


def _findings(file: str, sheet: Sheet, tables: tuple[SeenTable, ...]) -> tuple[list[Finding], int]:
    """What there is to say of a sheet, and how many of its cells hold no value."""
    findings = [hidden_sheet(file, sheet.name, tables[0].area)] if sheet.hidden and tables else []
    without_value = 0
    for table in tables:
        findings += _heading_findings(file, sheet, table)
        rows = [
            table.found.first_row + at
            for at in table.found.kinds.is_in([RowKind.DATA.value, RowKind.TOTAL.value]).arg_true().to_list()
        ]
        findings += (
            hidden_lines(file, sheet, rows, list(table.columns)) if sheet.hidden_rows or sheet.hidden_columns else []
        )
    for kind in ("formula", "error"):
        cells = _cells_of_type(sheet, kind, tables)
        without_value += len(cells)
        findings += [no_value(file, sheet.name, kind, cells)] if cells else []
    return findings, without_value


def _heading_findings(file: str, sheet: Sheet, table: SeenTable) -> list[Finding]:
    """HEAD-01 for a table without headings, HEAD-03 for a column without one, HEAD-04 for two columns of one."""
    if table.found.block is None:
        zh, en = place_of(file, sheet.name)
        zh, en = f"{zh}的 {table.area} 中看不出表头。", f"No headings can be told in {table.area} of {en}."
        cell = Cell(sheet.name, table.area.partition(":")[0])
        return [structure_finding("HEAD-01", zh, en, cells=(cell,), expected="一行列名 / a row of headings")]
    findings = []
    counts = count_cells(table.found.grid, table.found.kinds)
    for letter, heading in table.columns.items():
        column = table.found.grid.get_column_index(letter)
        data = counts.get((RowKind.DATA, column), 0)
        if not heading and data:
            bottom = table.found.first_row + table.found.block.below - 1
            findings.append(_column_without_heading(file, sheet.name, f"{letter}{bottom}", data))
    same: dict[str, list[Cell]] = {}
    for one in table.found.headings:
        address = heading_address(one, table.found.first_row)
        same.setdefault(normalise(one.text), []).append(Cell(sheet.name, address, text=one.text))
    findings += [repeated_heading(file, sheet.name, cells) for cells in same.values() if len(cells) > 1]
    return findings


def _column_without_heading(file: str, sheet: str, address: str, cells: int) -> Finding:
    zh, en = place_of(file, sheet)
    return structure_finding(
        "HEAD-03",
        f"{zh}的 {address} 没有列名，其下有 {cells} 个非空单元格。",
        f"In {en}, {address} has no heading over {cells} filled cells.",
        cells=(Cell(sheet, address),),
        expected="列名 / a heading",
    )


def _cells_of_type(sheet: Sheet, kind: str, tables: tuple[SeenTable, ...]) -> list[Cell]:
    """Cells of that type inside tables; elsewhere they are ignored with the row they stand in."""
    if sheet.types is None:
        return []
    cells = []
    for table in tables:
        types = sheet.types.slice(table.found.first_row - sheet.first_row, table.found.grid.height)
        inside = table.found.kinds.is_in([k.value for k in _INSIDE])
        for letter in types.columns:
            for at in ((types[letter] == kind).fill_null(False) & inside).arg_true():
                text = table.found.grid[letter][at]
                cells.append(Cell(sheet.name, f"{letter}{table.found.first_row + at}", text=text))
    return cells
