"""Bytes of an xlsx or xlsm workbook → sheets of text cells with their places.

Values come from python-calamine, which keeps a sheet's start, its merges and its visibility; what it leaves out comes
from `xlsx_marks`. What came is counted against what the sheets' own XML holds: a workbook that the library reads in
part is damaged, never shorter. Macros never run, and nothing outside the file is followed.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from transforms.book import Buffer, Limits, Part, Sheet, cell_address, column_letter
from transforms.readers.archive.archive import Archive
from transforms.readers.cell_table import TooLargeError
from transforms.readers.marks import Mark, MarksError, SheetMarks
from transforms.readers.outcomes import damaged, too_large
from transforms.readers.values import Value, read_column
from transforms.readers.xlsx.marking import WorkbookMarks, mark_workbook
from transforms.readers.xlsx.objects import notes_beside

_BLOCK, _TOGETHER = 1000, 4096
_PARTS = (".xml", ".rels")
_NO_MARKS = SheetMarks()
_NOTHING: Mapping[int, Mark] = {}
_NO_VALUE = ("error", "formula")  # The library gives an empty cell for both.


class _LostCellsError(Exception):
    """The library gave fewer cells, or more, than the sheet's XML holds; the text names the sheet and both counts."""


def read_xlsx(data: Buffer, archive: Archive, name: str, limits: Limits) -> Part:
    """Every worksheet, or the one finding that says why there is none (FILE-04, FILE-08); FILE-12 and FILE-13 beside.

    `archive` is `data`, opened. Raises what `archive.read` raises.
    """
    try:
        marks = mark_workbook(archive, limits)
        _check_areas(marks, limits)
        archive.verify(member for member in archive.names if member.lower().endswith(_PARTS))
        sheets = _read_sheets(_as_read(data, archive, marks.changed), marks.sheets, limits)
    except MarksError as error:
        return _damaged(name, str(error))
    except TooLargeError as error:
        return Part((), (too_large(name, error.zh, error.en),))
    except (CalamineError, _LostCellsError, OSError, ValueError, OverflowError) as error:
        return _damaged(name, f"{type(error).__name__.lstrip('_')}: {error}")
    except BaseException as error:
        # A panic of the Rust reader comes as pyo3's PanicException, which derives from BaseException alone.
        if type(error).__name__ != "PanicException":
            raise
        return _damaged(name, "PanicException")
    if not sheets:
        return _damaged(name, "没有工作表 / no worksheet")
    return Part(sheets, notes_beside(archive, name, marks.parts, limits))


def _damaged(name: str, detail: str) -> Part:
    return Part((), (damaged(name, detail),))


def _check_areas(marks: WorkbookMarks, limits: Limits) -> None:
    """Before the library reserves memory for them. Raises TooLargeError."""
    for name, sheet in marks.sheets.items():
        if sheet.columns > limits.columns:
            raise TooLargeError(
                f"工作表“{name}”有 {sheet.columns} 列，上限 {limits.columns} 列",
                f"sheet “{name}” has {sheet.columns} columns, at most {limits.columns}",
            )
    cells = sum(sheet.rectangle for sheet in marks.sheets.values())
    if cells > limits.cells:
        raise TooLargeError(
            f"单元格区域共 {cells} 格，上限 {limits.cells} 格", f"{cells} cells in all, at most {limits.cells}"
        )


def _as_read(data: Buffer, archive: Archive, changed: Mapping[str, bytes]) -> io.BytesIO:
    """What the library is given: the file, or, where members are to be read otherwise, its XML packed anew."""
    if not changed:
        return io.BytesIO(data)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as package:
        for member in archive.names:
            if member.lower().endswith(_PARTS):
                package.writestr(member, changed[member] if member in changed else archive.read(member))
    packed.seek(0)
    return packed


def _read_sheets(workbook: io.BytesIO, marks: Mapping[str, SheetMarks], limits: Limits) -> tuple[Sheet, ...]:
    with CalamineWorkbook.from_filelike(workbook) as book:
        return tuple(
            _read_sheet(book.get_sheet_by_name(entry.name), entry.visible, marks.get(entry.name, _NO_MARKS), limits)
            for entry in book.sheets_metadata
            if entry.typ == SheetTypeEnum.WorkSheet
        )


def _read_sheet(sheet: CalamineSheet, visible: SheetVisibleEnum, marks: SheetMarks, limits: Limits) -> Sheet:
    name, merged, (top, left) = sheet.name, sheet.merged_cell_ranges or (), sheet.start or (0, 0)
    columns = _columns(sheet, top)
    del sheet  # The library's own copy of all cells: not kept while the grid is made.
    first, height, width = _extent(top, left, columns, marks)
    spread = _spread(columns, top - first, left, height, width)
    texts, types = list[pl.Series](), list[pl.Series]()
    filled = 0
    for column, (text, kind) in enumerate(_read_columns(spread, marks, first)):
        special = marks.cells.get(column, _NOTHING)
        filled += len(text) - text.null_count() - sum(1 for mark in special.values() if mark.kind in _NO_VALUE)
        texts.append(text.alias(column_letter(column)))
        types.append(kind.alias(column_letter(column)))
        _check_lengths(text, name, first, column, limits)
    _check_count(name, filled, marks)
    return Sheet(
        name=name,
        hidden=visible != SheetVisibleEnum.Visible,
        first_row=first + 1,
        grid=pl.DataFrame(texts),
        types=pl.DataFrame(types),
        merged=tuple(
            f"{cell_address(r1 + 1, c1)}:{cell_address(r2 + 1, c2)}" for (r1, c1), (r2, c2) in sorted(set(merged))
        ),
        hidden_rows=tuple(row + 1 for row in marks.hidden_rows if row < first + height),
        hidden_columns=tuple(column_letter(column) for column in marks.hidden_columns if column < width),
        formulas=_places(marks.formulas),
    )


def _columns(sheet: CalamineSheet, top: int) -> list[list[Value]]:
    """The values of each column from row `top` on, the first with a value; a block of rows at a time is a list more."""
    columns: list[list[Value]] = [[] for _ in range(sheet.width)]
    rows = islice(sheet.iter_rows(), top, None)  # It begins with the sheet's first row, filled or not.
    while block := list(islice(rows, _BLOCK)):
        for column, values in zip(columns, zip(*block, strict=True), strict=True):
            column.extend(values)
    return columns


def _spread(columns: list[list[Value]], above: int, left: int, height: int, width: int) -> Iterator[Sequence[Value]]:
    """The columns of the whole grid, each of its height, from those that hold values."""
    for column in range(width):
        values: Sequence[Value] = columns[column - left] if left <= column < left + len(columns) else ()
        yield values if len(values) == height else (
            *([None] * above), *values, *([None] * (height - above - len(values)))
        )  # fmt: skip


def _read_columns(
    columns: Iterator[Sequence[Value]], marks: SheetMarks, first: int
) -> Iterator[tuple[pl.Series, pl.Series]]:
    """Texts and types of each column. Those of a low sheet are read as one, for every call has its price."""
    column = 0
    while together := list(islice(columns, 1)):
        height = len(together[0])
        together += islice(columns, _TOGETHER // max(height, 1))
        if len(together) == 1:
            yield read_column(together[0], marks.cells.get(column, _NOTHING), first)
        else:
            special = {
                number * height + row - first: mark
                for number in range(len(together))
                for row, mark in marks.cells.get(column + number, _NOTHING).items()
                if first <= row < first + height
            }
            texts, types = read_column([value for values in together for value in values], special)
            for number in range(len(together)):
                yield texts.slice(number * height, height), types.slice(number * height, height)
        column += len(together)


def _extent(top: int, left: int, columns: Sequence[Sequence[Value]], marks: SheetMarks) -> tuple[int, int, int]:
    """First row, height and width of the grid: of what the library gave and of the marks that bring a text."""
    marked = [row for rows in marks.cells.values() for row, mark in rows.items() if mark.text]
    wide = [column for column, rows in marks.cells.items() if any(mark.text for mark in rows.values())]
    if columns:
        marked += [top, top + len(columns[0]) - 1]
        wide.append(left + len(columns) - 1)
    if not marked:
        return 0, 0, 0
    return min(marked), max(marked) - min(marked) + 1, max(wide) + 1


def _check_lengths(texts: pl.Series, sheet: str, first: int, column: int, limits: Limits) -> None:
    longest = texts.str.len_bytes().max()
    if not isinstance(longest, int) or longest <= limits.characters:
        return
    for place in (texts.str.len_chars() > limits.characters).arg_true().to_list():
        where, length = f"{sheet}!{cell_address(first + place + 1, column)}", len(texts[place])
        raise TooLargeError(
            f"单元格 {where} 有 {length} 个字符，上限 {limits.characters} 个",
            f"cell {where} has {length} characters, at most {limits.characters}",
        )


def _check_count(sheet: str, filled: int, marks: SheetMarks) -> None:
    least, most = marks.filled
    if not least <= filled <= most:
        held = str(least) if least == most else f"{least}–{most}"
        raise _LostCellsError(
            f"{sheet}: 读出 {filled} 格，文件中有 {held} 格 / {filled} cells read, {held} in the file"
        )


def _places(formulas: npt.NDArray[np.int64]) -> pl.DataFrame | None:
    if not len(formulas):
        return None
    rows, columns = formulas[:, 0] + 1, formulas[:, 1]
    return pl.DataFrame({"row": pl.Series(rows, dtype=pl.UInt32), "column": pl.Series(columns, dtype=pl.UInt32)})
