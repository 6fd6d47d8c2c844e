"""Bytes of an xlsx workbook → sheets of text cells with their places.

Values come from python-calamine, which keeps a sheet's start, its merges and its visibility; what it leaves out comes
from `cell_marks`. A workbook from which nothing came although its XML holds values is damaged, never empty.
"""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from xml.etree.ElementTree import ParseError

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from contracts.finding import Finding
from contracts.structure import structure_finding
from transforms.book import Limits, Sheet, cell_address, text_grid
from transforms.readers.xlsx_marks import Mark, SheetMarks, mark_cells, sheet_parts, special_styles

Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta
_NO_MARKS = SheetMarks({}, 0, False)


def read_workbook(data: bytes, members: dict[str, bytes], name: str, limits: Limits) -> tuple[Sheet, ...] | Finding:
    """Every worksheet of the workbook, or the one finding that says why there is none."""
    try:
        marks = _mark_workbook(members)
    except (ParseError, KeyError, ValueError) as error:
        return damaged(name, f"{type(error).__name__}: {error}")
    if len(marks) > limits.sheets:
        zh, en = f"{len(marks)} 张工作表，上限 {limits.sheets} 张", f"{len(marks)} sheets, at most {limits.sheets}"
        return _too_large(name, zh, en)
    cells = sum(sheet.rectangle for sheet in marks.values())
    if cells > limits.cells:
        zh, en = f"单元格区域共 {cells} 格，上限 {limits.cells} 格", f"{cells} cells, at most {limits.cells}"
        return _too_large(name, zh, en)
    shared = _shared_characters(members, marks)
    if shared > limits.expanded_bytes:
        return _too_large(name, "重复引用的文本展开后过大", "its shared texts expand too far")
    return _open(data, name, marks)


def damaged(name: str, detail: str) -> Finding:
    """FILE-04 for file `name`; `detail` is what the reader said, for whoever looks into it."""
    return structure_finding(
        "FILE-04",
        f"文件“{name}”已损坏或不完整，无法作为工作簿打开（{detail}）。请用 Excel 打开并另存后重新报送。",
        f"File “{name}” is damaged or incomplete and does not open as a workbook ({detail}). "
        "Open it in Excel, save it anew and file it again.",
    )


def _too_large(name: str, zh: str, en: str) -> Finding:
    zh, en = f"文件“{name}”超过大小上限：{zh}。", f"File “{name}” is beyond the limits: {en}."
    return structure_finding("FILE-08", zh, en)


def _mark_workbook(members: dict[str, bytes]) -> dict[str, SheetMarks]:
    styles = special_styles(members.get("xl/styles.xml"))
    return {sheet: mark_cells(members.get(part, b""), styles) for sheet, part in sheet_parts(members).items()}


def _shared_characters(members: dict[str, bytes], marks: dict[str, SheetMarks]) -> int:
    """An upper bound, in bytes, of what cells that point at one long shared text may expand to.

    Only a text longer than Excel's own cell limit (32,767 characters) can make a small file expand dangerously.
    """
    strings = members.get("xl/sharedStrings.xml", b"")
    longest = max((len(item) for item in strings.split(b"</si>")), default=0)
    return longest * sum(sheet.rectangle for sheet in marks.values()) if longest > 4 * 32767 else 0


def _open(data: bytes, name: str, marks: dict[str, SheetMarks]) -> tuple[Sheet, ...] | Finding:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            sheets = tuple(
                _read_sheet(workbook.get_sheet_by_name(entry.name), entry.visible, marks.get(entry.name, _NO_MARKS))
                for entry in workbook.sheets_metadata
                if entry.typ == SheetTypeEnum.WorkSheet
            )
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        return damaged(name, f"{type(error).__name__}: {error}")
    except BaseException as error:
        # A panic of the Rust reader comes as pyo3's PanicException, which derives from BaseException alone.
        if type(error).__name__ != "PanicException":
            raise
        return damaged(name, "PanicException")
    lost = [s.name for s in sheets if s.grid.is_empty() and marks.get(s.name, _NO_MARKS).has_values]
    if not sheets or lost:
        return damaged(name, f"读不出内容 / nothing could be read: {', '.join(lost) or 'no sheet'}")
    return sheets


def _read_sheet(sheet: CalamineSheet, visible: SheetVisibleEnum, marks: SheetMarks) -> Sheet:
    top, left = sheet.start or (0, 0)
    values = sheet.to_python() if sheet.start else []
    base = min([top, *(row for row, _ in marks.marks)]) if values else min((row for row, _ in marks.marks), default=0)
    height = max([top + len(values) if values else 0, *(row + 1 for row, _ in marks.marks)], default=0) - base
    width = max([left + len(values[0]) if values else 0, *(column + 1 for _, column in marks.marks)], default=0)
    texts: list[list[str | None]] = [[None] * width for _ in range(height)]
    types: list[list[str | None]] = [[None] * width for _ in range(height)]
    for i, row in enumerate(values, start=top - base):
        for j, value in enumerate(row, start=left):
            if value != "":
                texts[i][j], types[i][j] = _cell_text(value)
    _place_marks(texts, types, marks.marks, base)
    merged = sorted(sheet.merged_cell_ranges or ())
    return Sheet(
        name=sheet.name,
        hidden=visible != SheetVisibleEnum.Visible,
        first_row=base + 1,
        grid=text_grid(texts, width),
        types=text_grid(types, width),
        merged=tuple(f"{cell_address(r1 + 1, c1)}:{cell_address(r2 + 1, c2)}" for (r1, c1), (r2, c2) in merged),
    )


def _place_marks(
    texts: list[list[str | None]], types: list[list[str | None]], marks: dict[tuple[int, int], Mark], base: int
) -> None:
    """Writes into the rows what the library does not tell; a mark that does not fit the value read changes nothing."""
    for (row, column), mark in marks.items():
        text, kind = texts[row - base][column], types[row - base][column]
        if mark.kind == "error":
            texts[row - base][column], types[row - base][column] = mark.text, "error"
        elif mark.kind == "percent" and kind == "number" and text is not None:
            texts[row - base][column], types[row - base][column] = _plain(Decimal(text) * 100) + "%", "percent"
        elif mark.kind == "month" and kind == "date" and text is not None and text.endswith("-01"):
            texts[row - base][column], types[row - base][column] = text[:7], "month"


def _cell_text(value: Value) -> tuple[str, str]:
    """The canonical text of a value, and its type. A number is written so that it reads back as the same number."""
    match value:
        case str():
            return value, "text"
        case bool():
            return ("TRUE" if value else "FALSE"), "boolean"
        case int() | float():
            return _plain(Decimal(repr(value))), "number"
        case datetime.datetime():
            return value.isoformat(sep=" "), "datetime"
        case datetime.date():
            return value.isoformat(), "date"
        case datetime.time():
            return value.isoformat(), "time"
        case datetime.timedelta():
            seconds = int(value.total_seconds())
            return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}", "time"


def _plain(number: Decimal) -> str:
    """46.0 → "46", 0.10 → "0.1", 1e+20 → all its digits; never an exponent, never -0."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
