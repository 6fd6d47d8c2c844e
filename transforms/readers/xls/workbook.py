"""Bytes of an .xls workbook (Excel 5.0 to 2003) → sheets of text cells with their places.

Values come from xlrd; what xlrd does not tell, and a guard against what would make it stumble, from `biff`. Every cell
record of a sheet is in its grid, or the file is damaged: the two are counted against each other.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TypeVar

import xlrd

from contracts.finding import Finding
from contracts.structure import structure_finding
from transforms.book import Buffer, Limits, Part, Sheet
from transforms.readers.cell_table import CellBudget, CellTable, TooLargeError
from transforms.readers.outcomes import (
    comments_found,
    damaged,
    encrypted,
    macros_found,
    objects_found,
    sheets_without_cells,
    too_large,
)
from transforms.readers.serials import ERRORS, serial_text
from transforms.readers.xls.biff import BoundSheet, SheetScan, Survey, scan_sheet, survey_stream
from transforms.readers.xls.biff_records import BiffError
from transforms.readers.xls.compound import SIGNATURE, Compound, CompoundError

_MACROS = "_VBA_PROJECT_CUR"
_WORKSHEET, _MACRO_SHEET, _CHART, _MODULE = 0, 1, 2, 6
_ROW_COST = 16
"""What a row of a narrow sheet counts as, in cells: xlrd makes every row there could be, so that rows have a price."""
_Step = TypeVar("_Step")


class _EncodingError(Exception):
    """The text of an Excel 5.0/95 workbook is in no encoding known."""


def read_xls(data: Buffer, name: str, limits: Limits) -> Part:
    """Every worksheet of the workbook, or the one finding that says why there is none (FILE-02, 03, 04, 05, 08).

    Beside the sheets: FILE-12 for macros and macro sheets, FILE-13 for chart sheets, pictures and objects.
    """
    try:
        container = Compound(data) if data[:8] == SIGNATURE else None
        stream = _workbook_stream(container, data)
        survey = survey_stream(stream)
        if not survey.version:
            return Part((), (_too_old(name),))
        if survey.encrypted:
            return Part((), (encrypted(name),))
        sheets, objects, comments = _read_sheets(stream, survey, limits)
    except (CompoundError, BiffError) as error:
        return Part((), (damaged(name, str(error)),))
    except TooLargeError as error:
        return Part((), (too_large(name, error.zh, error.en),))
    except _EncodingError:
        return Part((), (_unknown_encoding(name),))
    if not sheets:
        return Part((), (damaged(name, "没有工作表 / no worksheet"),))
    remarks = _remarks(name, container, survey, objects)
    return Part(tuple(sheets), (*remarks, comments_found(name)) if comments else remarks)


def _workbook_stream(container: Compound | None, data: Buffer) -> bytearray:
    if container is None:
        return bytearray(data[:])
    for stream in ("Workbook", "Book"):
        content = container.stream(stream)
        if content:
            return bytearray(content)
    raise CompoundError("no workbook stream")


def _read_sheets(stream: bytearray, survey: Survey, limits: Limits) -> tuple[list[Sheet], list[str], bool]:
    """Every sheet, the names of those that objects lie on, and whether there are comments.

    One sheet at a time is scanned, loaded and let go.
    """
    if len(survey.sheets) > limits.sheets:
        found, most = len(survey.sheets), limits.sheets
        raise TooLargeError(f"{found} 张工作表，上限 {most} 张", f"{found} sheets, at most {most}")
    worksheets = [sheet for sheet in survey.sheets if sheet.kind == _WORKSHEET]
    book = _open(stream, survey)
    if book.nsheets != len(worksheets):
        raise BiffError(f"{book.nsheets} of {len(worksheets)} sheets")
    scanned, budget = CellBudget(limits), CellBudget(limits)
    sheets, objects, comments, walked = list[Sheet](), list[str](), False, 0
    for number, bound in enumerate(worksheets):
        table = CellTable(book.sheet_names()[number], budget)
        scan = scan_sheet(stream, bound.offset, survey.kinds, survey.version)
        walked += scan.end - bound.offset
        if walked > len(stream):
            raise BiffError("sheets that overlap")
        scanned.spend(scan.height * max(scan.width, _ROW_COST), table.name)
        table.hidden = bound.visibility & 3 != 0
        table.formulas, table.merged = scan.formulas, scan.merged
        table.hidden_rows, table.hidden_columns = scan.hidden_rows, scan.hidden_columns
        _fill(table, _load(book, number, survey), scan, book.datemode == 1)
        book.unload_sheet(number)
        sheets.append(table.build())
        objects += [table.name] * scan.objects
        comments = comments or scan.comments
    return sheets, objects, comments


def _open(stream: bytearray, survey: Survey) -> xlrd.Book:
    """The workbook without its sheets. One of Excel 5.0/95 that names no code page is tried as GB18030."""
    guessed = "gb18030" if survey.version < 8 and survey.codepage is None else None
    return _guard(
        survey,
        lambda: xlrd.open_workbook(
            logfile=io.StringIO(),
            file_contents=stream,
            encoding_override=guessed,
            on_demand=True,
            ragged_rows=True,
        ),
    )


def _load(book: xlrd.Book, number: int, survey: Survey) -> xlrd.sheet.Sheet:
    return _guard(survey, lambda: book.sheet_by_index(number))


def _guard(survey: Survey, step: Callable[[], _Step]) -> _Step:
    """One call into xlrd. It checks little of what it follows, so that whatever it raises says: the file is damaged."""
    try:
        return step()
    except (UnicodeDecodeError, LookupError) as error:
        if survey.version < 8 and not isinstance(error, (IndexError, KeyError)):
            raise _EncodingError from error
        raise BiffError(_detail(error)) from error
    except Exception as error:
        raise BiffError(_detail(error)) from error


def _detail(error: Exception) -> str:
    """What xlrd said, in a length that fits a message."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"


def _fill(table: CellTable, sheet: xlrd.sheet.Sheet, scan: SheetScan, since_1904: bool) -> None:
    """Puts every cell of one sheet into its table. Raises BiffError where there are fewer than there are records."""
    found = 0
    for row in range(sheet.nrows):
        if not sheet.row_len(row):
            continue
        for column, (kind, value) in enumerate(zip(sheet.row_types(row), sheet.row_values(row), strict=True)):
            if kind == xlrd.XL_CELL_EMPTY:
                continue
            found += 1
            if scan.uncomputed and (row, column) in scan.uncomputed:
                table.put(row, column, "=", "formula")
            elif kind == xlrd.XL_CELL_TEXT:
                table.put(row, column, value, "text")
            elif kind == xlrd.XL_CELL_BOOLEAN:
                table.put(row, column, "TRUE" if value else "FALSE", "boolean")
            elif kind == xlrd.XL_CELL_ERROR:
                table.put(row, column, ERRORS.get(value, f"#ERROR {value}"), "error")
            else:
                table.put(row, column, *serial_text(value, scan.kind_at(row, column), since_1904))
    if found != scan.cells and found != scan.distinct():
        raise BiffError(f"{table.name}: {found} of {scan.distinct()} cells")


def _remarks(name: str, container: Compound | None, survey: Survey, objects: list[str]) -> tuple[Finding, ...]:
    """Findings that stand beside the sheets: what the file holds and no grid can."""
    others = {kind: [_sheet_name(s, survey) for s in survey.sheets if s.kind == kind] for kind in (1, 2)}
    found: list[Finding] = []
    if (container and _MACROS in container.names) or any(sheet.kind == _MODULE for sheet in survey.sheets):
        found.append(macros_found(name))
    if others[_MACRO_SHEET]:
        found.append(sheets_without_cells(name, "FILE-12", others[_MACRO_SHEET], "宏表", "a macro sheet"))
    if others[_CHART]:
        found.append(sheets_without_cells(name, "FILE-13", others[_CHART], "图表工作表", "a chart sheet"))
    return (*found, objects_found(name, objects)) if objects else tuple(found)


def _sheet_name(sheet: BoundSheet, survey: Survey) -> str:
    """The name of a sheet that xlrd passes over."""
    if survey.version < 8:
        return sheet.raw_name[1:].decode("gb18030" if survey.codepage == 936 else "latin-1", "replace")
    return sheet.raw_name[2:].decode("utf-16-le" if sheet.raw_name[1] & 1 else "latin-1", "replace")


def _too_old(name: str) -> Finding:
    return structure_finding(
        "FILE-02",
        f"文件“{name}”是 Excel 4.0 或更早版本的文件，本系统不读取。请用 Excel 另存为 xlsx 后重新报送。",
        f"File “{name}” is of Excel 4.0 or earlier, which is not read. Save it as xlsx and file it again.",
    )


def _unknown_encoding(name: str) -> Finding:
    return structure_finding(
        "FILE-05",
        f"文件“{name}”（Excel 5.0/95）中的文字编码无法判定。请用 Excel 另存为 xlsx 后重新报送。",
        f"The encoding of the text in file “{name}” (Excel 5.0/95) cannot be told. Save it as xlsx and file it again.",
    )
