"""Filled cells as a reader that is not ours gives them, to be held against a book: what it has and the book has not.

Text files, which have no such reader, are held against their own characters. Suspicions only: the other reader may be
the one that is wrong.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import openpyxl
import polars as pl
from lxml import etree
from python_calamine import CalamineWorkbook, SheetTypeEnum

from transforms.book import Book, Sheet, cell_address
from transforms.readers.text.converting import STANDARD
from transforms.readers.text.encodings import detect_encoding

_FEW = 5
T = TypeVar("T")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BESIDE_FIELDS = re.compile('["\r\n\ufeff]')
_CHARACTER_NUMBER = re.compile(r"_x([0-9A-Fa-f]{4})_")
Filled = Iterator[tuple[str | int, str, str]]
"""Name of the sheet (its number where the other reader may spell the name otherwise), address and text of a cell."""


def missing_cells(data: bytes, book: Book) -> list[str]:
    """The first few of what the book has not; empty where it has all, or where no other reader reads the file."""
    match book.type:
        case "csv" | "tsv":
            return _missing_characters(data, book)
        case "xlsx" | "xlsm":
            return _missing(_by_openpyxl(data), book)
        case "xls" | "xlsb" | "ods":
            return _missing(_by_calamine(data, book.type == "xls"), book)
        case "parquet":
            return _missing_values(data, book)
        case "docx":
            return _missing_words(data, book)
    return []


def _missing(filled: Filled, book: Book) -> list[str]:
    sheets: dict[str | int, Sheet] = {sheet.name: sheet for sheet in book.sheets} | dict(enumerate(book.sheets))
    missing = []
    for name, address, text in filled:
        sheet = sheets.get(name)
        found = None
        if sheet is not None:
            column, row = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()  # type: ignore[union-attr]
            at = int(row) - sheet.first_row
            found = sheet.grid[column][at] if column in sheet.grid.columns and 0 <= at < sheet.grid.height else None
        if (found is None or not found.strip()) and _CHARACTER_NUMBER.sub(_character, text).strip():
            missing.append(f"{name}!{address} {text[:40]!r}")
        if len(missing) >= _FEW:
            break
    return missing


def _character(number: re.Match[str]) -> str:
    """What a spreadsheet shows for _x000D_."""
    return chr(int(number[1], 16))


def _by_openpyxl(data: bytes) -> Filled:
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        for sheet in workbook.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is not None and str(cell.value).strip():
                        yield sheet.title, cell_address(cell.row, cell.column - 1), str(cell.value)
    except Exception:
        return  # what it does not read it cannot witness


def _witness(read: Callable[[], T]) -> T | None:
    """What another reader makes of the file; None where it refuses it, for then it cannot witness.

    Its panic (PyO3) is no Exception and has no name to import; a key pressed by the tester is not its refusal.
    """
    try:
        return read()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        return None


def _by_calamine(data: bytes, numbered: bool) -> Filled:
    workbook = _witness(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))
    if workbook is None:
        return
    names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    for number, name in enumerate(names):
        rows = _witness(partial(_rows_of, workbook, name)) or []
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if str(value).strip():
                    yield number if numbered else name, cell_address(at, column), str(value)


def _rows_of(workbook: CalamineWorkbook, name: str) -> list[list[Any]]:
    return workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _missing_values(data: bytes, book: Book) -> list[str]:
    frame = _witness(lambda: pl.read_parquet(io.BytesIO(data)))
    if frame is None:
        return []
    grid = book.sheets[0].grid
    missing = [] if frame.height == grid.height - 1 else [f"{frame.height} rows, {grid.height - 1} read"]
    for number, series in enumerate(frame.get_columns()):
        filled = (series.is_not_null() & (series != "")) if series.dtype == pl.String else series.is_not_null()
        ours = grid.to_series(number)[1:].is_not_null() if number < grid.width else None
        if ours is None or (len(ours) == len(filled) and (filled & ~ours).any()):
            missing.append(f"column {series.name!r}")
    return missing[:_FEW]


def _missing_words(data: bytes, book: Book) -> list[str]:
    """Characters of the main part's own texts, but for what was struck out and other forms of the same."""
    import docx

    document = _witness(lambda: docx.Document(io.BytesIO(data)))
    if document is None:
        return []
    body = document.element
    texts = Counter[str]()
    for text in body.iter(_W + "t"):
        around = {etree.QName(above).localname for above in text.iterancestors()}
        if not around & {"Fallback", "del", "moveFrom"}:
            texts.update("".join((text.text or "").split()))
    return _fewer(texts, book)


def _missing_characters(data: bytes, book: Book) -> list[str]:
    encoding = detect_encoding(data)
    text = data[encoding.mark :].decode(encoding.codec)
    text = text.translate(STANDARD) if encoding.codec == "gb18030" else text
    delimiter = book.delimiter or ","
    return _fewer(Counter(_BESIDE_FIELDS.sub("", text).replace(delimiter, "")), book)


def _fewer(texts: Counter[str], book: Book) -> list[str]:
    ours = Counter[str]()
    for sheet in book.sheets:
        for series in sheet.grid.get_columns():
            ours.update("".join(series.drop_nulls().to_list()))
    lost = texts - ours
    return [f"{count} × {character!r}" for character, count in lost.most_common(_FEW) if not character.isspace()]
