"""The tags of content.xml, one after another → the sheets of an OpenDocument spreadsheet.

Annotations and drawings lie inside cells and are no part of their text. A row or cell that repeats is laid out only
where it holds something, and only within the limits.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from transforms.book import Sheet
from transforms.readers.cell_table import CellBudget, CellTable, TooLargeError
from transforms.readers.ods.cells import cell_text, collapse
from transforms.readers.ods.styles import Styles

_CELLS = ("table-cell", "covered-table-cell")
_OBJECTS = frozenset(("frame", "shapes", "custom-shape", "rect", "line", "ellipse", "g", "control"))
_ASIDE = _OBJECTS | {"annotation", "ruby-text", "tracked-changes"}
_HIDDEN = ("collapse", "filter")


class OdsError(Exception):
    """The document is not what it should be. For the reader of .ods alone, which makes FILE-04 of it."""


@dataclass(slots=True)
class _Cell:
    """The cell that is being read. shown: its paragraphs so far; open: whether one of them is; spaces: counted ones."""

    attributes: dict[str, str]
    covered: bool
    shown: list[str] = field(default_factory=list)
    paragraphs: int = 0
    spaces: int = 0
    open: bool = False
    at_start: bool = True


@dataclass
class _Row:
    """The row that is being read. filled: column, repeats, text, type, whether a formula gave it."""

    repeat: int
    style: str
    column: int = 0
    filled: list[tuple[int, int, str, str, bool]] = field(default_factory=list)


class SheetReader:
    """Takes start tags, end tags and text; `sheets` holds what came of them.

    foreign: names of tables that are copies of other files' sheets. objects: names of sheets with drawings on them.
    comments: whether there are any on cells.
    """

    def __init__(self, styles: Styles, budget: CellBudget) -> None:
        self.sheets: list[Sheet] = []
        self.foreign: list[str] = []
        self.objects: dict[str, None] = {}
        self.comments = False
        self._styles, self._budget = styles, budget
        self._table: CellTable | None = None
        self._row: _Row | None = None
        self._cell: _Cell | None = None
        self._row_number = self._column_number = 0
        self._column_styles: list[tuple[int, int, str]] = []
        self._hidden_groups = 0
        self._groups: list[bool] = []
        self._aside = 0
        self._in_body = False
        self._is_foreign = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """One start tag. Raises OdsError, TooLargeError."""
        if self._aside or tag in _ASIDE:
            self._start_aside(tag)
        elif self._cell is not None:
            self._start_in_cell(tag, attributes)
        elif tag in _CELLS and self._row is not None:
            self._cell = _Cell(attributes, tag != "table-cell")
        elif not self._in_body:
            self._in_body = tag == "spreadsheet"
            self._styles.note(tag, attributes)
        elif tag == "table":
            self._start_table(attributes)
        elif self._table is not None:
            self._start_in_table(tag, attributes)

    def end(self, tag: str) -> None:
        """One end tag."""
        if self._aside:
            self._aside -= 1
        elif self._cell is not None:
            if tag in _CELLS:
                self._end_cell(self._cell)
            elif tag in ("p", "h"):
                self._cell.open = False
        elif tag == "table-row" and self._row is not None:
            self._end_row(self._row)
        elif tag in ("table-row-group", "table-column-group") and self._groups:
            self._hidden_groups -= self._groups.pop()
        elif tag == "table" and self._table is not None:
            self._end_table(self._table)
        elif tag == "spreadsheet":
            self._in_body = False

    def data(self, text: str) -> None:
        """Text between tags; only that of a cell's open paragraph matters."""
        cell = self._cell
        if cell is None or not cell.open or self._aside:
            return
        text = collapse(text, cell.at_start)
        if text:
            cell.shown.append(text)
            cell.at_start = text.endswith(" ")

    def _start_aside(self, local: str) -> None:
        self._aside += 1
        self.comments = self.comments or local == "annotation"
        if local in _OBJECTS and self._table is not None:
            self.objects[self._table.name] = None

    def _start_table(self, attributes: dict[str, str]) -> None:
        if self._table is not None:
            raise OdsError(f"{self._table.name}: 表中有表 / a table within the table")
        if len(self.sheets) + len(self.foreign) >= self._budget.limits.sheets:
            most = self._budget.limits.sheets
            raise TooLargeError(f"工作表超过 {most} 张", f"more than {most} sheets")
        self._table = CellTable(attributes.get("name", ""), self._budget)
        self._table.hidden = self._styles.hides_table(attributes.get("style-name", ""))
        self._row_number = self._column_number = 0
        self._column_styles, self._is_foreign = [], False

    def _end_table(self, table: CellTable) -> None:
        if self._is_foreign:
            self.foreign.append(table.name)
        else:
            self.sheets.append(table.build())
        self._table = None

    def _start_in_table(self, local: str, attributes: dict[str, str]) -> None:
        assert self._table is not None
        hidden = attributes.get("visibility") in _HIDDEN or self._hidden_groups > 0
        if local == "table-row":
            repeat = _count(attributes, "number-rows-repeated")
            self._row = _Row(repeat, attributes.get("default-cell-style-name", ""))
            if hidden:
                self._table.hidden_rows.append((self._row_number, self._row_number + repeat - 1))
        elif local == "table-column":
            repeat = _count(attributes, "number-columns-repeated")
            first, self._column_number = self._column_number, self._column_number + repeat
            self._column_styles.append((first, first + repeat, attributes.get("default-cell-style-name", "")))
            if hidden:
                self._table.hidden_columns.append((first, first + repeat - 1))
        elif local in ("table-row-group", "table-column-group"):
            self._groups.append(attributes.get("display") == "false")
            self._hidden_groups += self._groups[-1]
        elif local == "table-source":
            self._is_foreign = True

    def _start_in_cell(self, local: str, attributes: dict[str, str]) -> None:
        cell = self._cell
        assert cell is not None
        if local == "table":
            raise OdsError(f"{self._table.name if self._table else ''}: 单元格中有表 / a table within a cell")
        if local in ("p", "h"):
            if cell.paragraphs:
                cell.shown.append("\n")
            cell.paragraphs += 1
            cell.open = cell.at_start = True
        elif local == "s" and cell.open:
            self._add_spaces(cell, _count(attributes, "c"))
        elif local in ("tab", "line-break") and cell.open:
            cell.shown.append("\t" if local == "tab" else "\n")
            cell.at_start = local == "line-break"

    def _add_spaces(self, cell: _Cell, count: int) -> None:
        """Spaces that the file counts instead of writing them. Raises TooLargeError beyond the limit of a cell."""
        cell.spaces += count
        if cell.spaces > self._budget.limits.characters:
            most = self._budget.limits.characters
            raise TooLargeError(f"一个单元格有超过 {most} 个空格", f"a cell has more than {most} spaces")
        cell.shown.append(" " * count)
        cell.at_start = False

    def _end_cell(self, cell: _Cell) -> None:
        self._cell = None
        row, attributes = self._row, cell.attributes
        assert row is not None
        assert self._table is not None
        column, repeat = row.column, _count(attributes, "number-columns-repeated")
        row.column += repeat
        if not cell.covered:
            self._merge(attributes, column)
        shown = "".join(cell.shown)
        if not shown and "value-type" not in attributes and "formula" not in attributes:
            return
        month = attributes.get("value-type") == "date" and self._shows_month(attributes, row, column)
        text, kind = cell_text(attributes, shown, month)
        if text or "formula" in attributes:
            row.filled.append((column, repeat, text, kind, "formula" in attributes and kind != "formula"))

    def _merge(self, attributes: dict[str, str], column: int) -> None:
        rows = _count(attributes, "number-rows-spanned")
        columns = _count(attributes, "number-columns-spanned")
        if self._table is not None and (rows > 1 or columns > 1):
            self._table.merged.append((self._row_number, column, self._row_number + rows - 1, column + columns - 1))

    def _shows_month(self, attributes: dict[str, str], row: _Row, column: int) -> bool:
        style = attributes.get("style-name") or row.style
        if not style:
            style = next((name for first, end, name in self._column_styles if first <= column < end), "")
        return self._styles.shows_month(style)

    def _end_row(self, row: _Row) -> None:
        self._row = None
        table, first = self._table, self._row_number
        assert table is not None
        self._row_number += row.repeat
        if not row.filled or self._is_foreign:
            return
        if max(column + repeat for column, repeat, *_ in row.filled) > self._budget.limits.columns:
            most = self._budget.limits.columns
            raise TooLargeError(
                f"工作表“{table.name}”超过 {most} 列", f"sheet “{table.name}” has more than {most} columns"
            )
        self._budget.expect(row.repeat * sum(repeat for _, repeat, *_ in row.filled), table.name)
        for column, repeat, text, kind, formula in row.filled:
            for place in range(column, column + repeat):
                if row.repeat > 1:
                    table.put_down(first, row.repeat, place, text, kind, formula)
                    continue
                table.put(first, place, text, kind)
                if formula:
                    table.formulas.append((first, place))


def _count(attributes: dict[str, str], name: str) -> int:
    """A number of repeats or of cells spanned: 1 where none is said. Raises OdsError for what is no number."""
    text = attributes.get(name)
    if text is None:
        return 1
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise OdsError(f"{name}=“{text[:20]}”")
    return max(int(text), 1)
