"""Made sheets → files, each by a writer that is not ours."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Literal

import docx
import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.transforms.fuzzing.made_sheets import Formula, MadeSheet, Percent, Value

_CHARACTER_NUMBER = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def by_openpyxl(sheets: Sequence[MadeSheet], since_1904: bool) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    if since_1904:
        book.epoch = CALENDAR_MAC_1904
    for made in sheets:
        sheet = book.create_sheet(made.name)
        for (row, column), value in made.cells().items():
            cell = sheet.cell(row + 1, column + 1)
            if isinstance(value, Percent):
                cell.value, cell.number_format = value.fraction, "0.0%"
            elif isinstance(value, Formula):
                cell.value = value.text
            elif isinstance(value, str):
                # Unlike others, this writer leaves alone what a spreadsheet takes for a character's number.
                cell.value = _CHARACTER_NUMBER.sub("_x005F_", value)
                cell.data_type = "s"
            else:
                cell.value = value
        for top, left, bottom, right in made.merges:
            sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
        for row in made.hidden_rows:
            sheet.row_dimensions[row + 1].hidden = True
        sheet.sheet_state = "hidden" if made.hidden and made is not sheets[0] else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_xlsxwriter(sheets: Sequence[MadeSheet], since_1904: bool, in_order: bool) -> bytes:
    """in_order: with texts in the cells themselves instead of in a table of their own."""
    out = io.BytesIO()
    options = {"in_memory": True, "constant_memory": in_order, "date_1904": since_1904}
    with xlsxwriter.Workbook(out, options) as book:
        formats = {
            Percent: book.add_format({"num_format": "0.0%"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            time: book.add_format({"num_format": "hh:mm:ss"}),
        }
        for made in sheets:
            sheet = book.add_worksheet(made.name)
            for area in [] if in_order else made.merges:
                sheet.merge_range(*area, "")
            for row in sorted(made.hidden_rows):
                if not in_order:
                    sheet.set_row(row, None, None, {"hidden": True})
            for (row, column), value in made.cells().items():
                _write(sheet, row, column, value, formats)
            if made.hidden and made is not sheets[0]:
                sheet.hide()
    return out.getvalue()


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Value, formats: dict[type, object]
) -> None:
    match value:
        case str():
            sheet.write_string(row, column, value)
        case bool():
            sheet.write_boolean(row, column, value)
        case Percent():
            sheet.write_number(row, column, value.fraction, formats[Percent])
        case Formula():
            sheet.write_formula(row, column, value.text, None, value.result)
        case datetime() | date() | time():
            sheet.write_datetime(row, column, value, formats[type(value)])
        case int() | float():
            sheet.write_number(row, column, value)


def by_csv(sheet: MadeSheet, delimiter: str, codec: str, ending: str, quote_all: bool) -> bytes:
    out = io.StringIO(newline="")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(sheet.rows)
    return out.getvalue().encode(codec)


def by_python_docx(sheet: MadeSheet, above: str, below: str) -> bytes:
    made = docx.Document()
    made.add_paragraph(above)
    table = made.add_table(len(sheet.rows), sheet.width)
    for top, left, bottom, right in sheet.merges:
        table.cell(top, left).merge(table.cell(bottom, right))
    for (row, column), value in sheet.cells().items():
        table.cell(row, column).text = str(value)
    made.add_paragraph(below)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def by_parquet(columns: dict[str, list[Value]], writer: str) -> bytes:
    out = io.BytesIO()
    if writer == "polars":
        pl.DataFrame(columns, strict=False).write_parquet(out)
    else:
        pq.write_table(
            pa.table(columns), out, compression="snappy", row_group_size=3, use_dictionary=writer == "dictionary"
        )
    return out.getvalue()
