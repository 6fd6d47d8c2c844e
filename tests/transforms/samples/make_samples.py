"""Writes the table of `table.py` as flat OpenDocument files (for LibreOffice) and as JSON (for SheetJS).

Only `make_samples.sh` runs it; see README.md.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from tests.transforms.samples import table
from tests.transforms.samples.table import CELLS, HIDDEN_CELLS, Filed

_SPACES = 'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" ' + " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "number": "datastyle",
        "fo": "xsl-fo-compatible",
    }.items()
)
_DAY = '<number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/>'
_CLOCK = (
    '<number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/>'
    '<number:text>:</number:text><number:seconds number:style="long"/>'
)
_DATE = _DAY + '<number:text>-</number:text><number:day number:style="long"/>'
_STYLES = f"""<office:automatic-styles>
<number:percentage-style style:name="Np"><number:number number:decimal-places="1" number:min-decimal-places="1"
 number:min-integer-digits="1"/><number:text>%</number:text></number:percentage-style>
<number:date-style style:name="Nd">{_DATE}</number:date-style>
<number:date-style style:name="Nm">{_DAY}</number:date-style>
<number:date-style style:name="Nt">{_DATE}<number:text> </number:text>{_CLOCK}</number:date-style>
<number:time-style style:name="Nc">{_CLOCK}</number:time-style>
<style:style style:name="percent" style:family="table-cell" style:data-style-name="Np"/>
<style:style style:name="date" style:family="table-cell" style:data-style-name="Nd"/>
<style:style style:name="month" style:family="table-cell" style:data-style-name="Nm"/>
<style:style style:name="datetime" style:family="table-cell" style:data-style-name="Nt"/>
<style:style style:name="time" style:family="table-cell" style:data-style-name="Nc"/>
<style:style style:name="shown" style:family="table"><style:table-properties table:display="true"/></style:style>
<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>
</office:automatic-styles>"""


def column_letter(index: int) -> str:
    return chr(ord("A") + index)


def _spans() -> tuple[dict[str, tuple[int, int]], set[str]]:
    """Address of a merged range's first cell → (rows, columns), and the addresses that lie under a range."""
    starts: dict[str, tuple[int, int]] = {}
    covered: set[str] = set()
    for merged in table.MERGED:
        first, last = merged.split(":")
        rows, columns = int(last[1:]) - int(first[1:]) + 1, ord(last[0]) - ord(first[0]) + 1
        starts[first] = rows, columns
        for row in range(rows):
            covered |= {f"{chr(ord(first[0]) + c)}{int(first[1:]) + row}" for c in range(columns)}
        covered.discard(first)
    return starts, covered


def _value(cell: Filed) -> str:
    """The attributes of one OpenDocument cell."""
    formula = f" table:formula={quoteattr('of:=' + _open_formula(cell.formula))}" if cell.formula else ""
    if cell.type == "boolean":
        return f'{formula} office:value-type="boolean" office:boolean-value="{cell.text.lower()}"'
    if cell.type in ("number", "percent"):
        kind = {"number": "float", "percent": "percentage"}[cell.type]
        style = ' table:style-name="percent"' if cell.type == "percent" else ""
        return f'{formula}{style} office:value-type="{kind}" office:value="{cell.stored!r}"'
    if cell.type in ("date", "month", "datetime"):
        moment = datetime(1899, 12, 30) + timedelta(seconds=round(float(cell.stored) * 86400))
        text = moment.isoformat() if cell.type == "datetime" else moment.date().isoformat()
        return f' table:style-name="{cell.type}" office:value-type="date" office:date-value="{text}"'
    if cell.type == "time":
        hours, minutes, seconds = cell.text.split(":")
        return f' table:style-name="time" office:value-type="time" office:time-value="PT{hours}H{minutes}M{seconds}S"'
    return f'{formula} office:value-type="string"'


def _open_formula(formula: str) -> str:
    for reference in ("C6:C8", "E6:E9"):
        first, last = reference.split(":")
        formula = formula.replace(reference, f"[.{first}:.{last}]")
    return formula


def _paragraphs(text: str) -> str:
    return "".join(f"<text:p>{escape(line)}</text:p>" for line in text.split("\n"))


def _cell(address: str, cells: dict[str, Filed], spans: dict[str, tuple[int, int]], covered: set[str]) -> str:
    tag = "table:covered-table-cell" if address in covered else "table:table-cell"
    span = ""
    if address in spans:
        rows, columns = spans[address]
        span = f' table:number-rows-spanned="{rows}" table:number-columns-spanned="{columns}"'
    cell = cells.get(address)
    if cell is None:
        return f"<{tag}{span}/>"
    return f"<{tag}{span}{_value(cell)}>{_paragraphs(cell.text)}</{tag}>"


def _sheet(name: str, cells: dict[str, Filed], style: str, main: bool) -> str:
    spans, covered = _spans() if main else ({}, set())
    rows = max((int(address[1:]) for address in cells), default=1)
    columns = max((ord(address[0]) - ord("A") + 1 for address in cells), default=1)
    xml = [f'<table:table table:name="{name}" table:style-name="{style}">']
    xml += [
        "<table:table-column"
        + (' table:visibility="collapse"' if main and column_letter(i) == table.HIDDEN_COLUMN else "")
        + "/>"
        for i in range(columns)
    ]
    for row in range(1, rows + 1):
        hidden = ' table:visibility="collapse"' if main and row == table.HIDDEN_ROW else ""
        inner = "".join(_cell(f"{column_letter(c)}{row}", cells, spans, covered) for c in range(columns))
        xml.append(f"<table:table-row{hidden}>{inner}</table:table-row>")
    return "".join(xml) + "</table:table>"


def spreadsheet(sheets: str, settings: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {_SPACES} office:version="1.2" '
        f'office:mimetype="application/vnd.oasis.opendocument.spreadsheet">{_STYLES}'
        f"<office:body><office:spreadsheet>{settings}{sheets}</office:spreadsheet></office:body></office:document>"
    )


def text_document() -> str:
    """The table alone, as a Writer document with a heading above it and a note below it."""
    spans, covered = _spans()
    rows = []
    for row in range(1, 13):
        inner = ""
        for column in range(13):
            address = f"{column_letter(column)}{row}"
            cell = CELLS.get(address)
            text = Filed(cell.text) if cell else None
            inner += _cell(address, {address: text} if text else {}, spans, covered)
        rows.append(f"<table:table-row>{inner}</table:table-row>")
    columns = '<table:table-column table:number-columns-repeated="13"/>'
    body = f'<table:table table:name="Table1">{columns}{"".join(rows)}</table:table>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {_SPACES} office:version="1.2" '
        f'office:mimetype="application/vnd.oasis.opendocument.text">'
        f"<office:body><office:text><text:p>附件一</text:p>{body}<text:p>（完）</text:p></office:text></office:body>"
        "</office:document>"
    )


def main(folder: Path) -> None:
    sheets = (
        _sheet(table.SHEET, CELLS, "shown", True)
        + _sheet(table.HIDDEN_SHEET, HIDDEN_CELLS, "hidden", False)
        + _sheet(table.EMPTY_SHEET, {}, "shown", False)
    )
    (folder / "table.fods").write_text(spreadsheet(sheets), encoding="utf-8")
    dated = {address: cell for address, cell in CELLS.items() if address[0] in "GHIJ" and address[1:] in "67"}
    since_1904 = '<table:calculation-settings><table:null-date table:date-value="1904-01-01"/>'
    dates = spreadsheet(_sheet(table.SHEET, dated, "shown", False), since_1904 + "</table:calculation-settings>")
    (folder / "dates1904.fods").write_text(dates, encoding="utf-8")
    (folder / "table.fodt").write_text(text_document(), encoding="utf-8")
    model = {
        "cells": {address: vars(cell) for address, cell in CELLS.items()},
        "hidden_cells": {address: vars(cell) for address, cell in HIDDEN_CELLS.items()},
        "dates": {address: vars(cell) for address, cell in dated.items()},
        "names": [table.SHEET, table.HIDDEN_SHEET, table.EMPTY_SHEET],
        "merged": table.MERGED,
        "hidden_row": table.HIDDEN_ROW,
        "hidden_column": table.HIDDEN_COLUMN,
        "formats": table.FORMATS,
    }
    (folder / "table.json").write_text(json.dumps(model, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
