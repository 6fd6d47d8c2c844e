"""Copies of filed files with something changed in them, and what the judgment says of a copy.

An edit is "B5=3005" (an empty value blanks the cell), "-C" (the column goes) or "-6" (the row goes), several parted by
a semicolon. "很×1001" stands for that many of the character, "U+00A0" for one that cannot be seen. A workbook keeps its
merges; a CSV file keeps its encoding, its mark and its line ends.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePath

import openpyxl
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

from contracts.finding import Cell, Finding
from contracts.judge import Judgment
from contracts.submission import Arrival
from flows.comparisons import gather_references
from flows.filing import judge_filed, read_filed
from flows.pack import Pack
from warehouse.home import Home

CELL = re.compile(r"([A-Z]+)([0-9]+)")


def falsify(data: bytes, edits: str) -> bytes:
    """`data`, an xlsx or CSV file, with `edits` made."""
    changes = [_spelled_out(e) for e in edits.split(";") if e]
    return _in_workbook(data, changes) if data.startswith(b"PK") else _in_text(data, changes)


def _spelled_out(change: str) -> str:
    unseen = re.sub(r"U\+([0-9A-F]{4})", lambda m: chr(int(m[1], 16)), change)
    return re.sub(r"(.)×(\d+)$", lambda m: m[1] * int(m[2]), unseen)


def _in_workbook(data: bytes, changes: list[str]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    for change in changes:
        address, equals, value = change.partition("=")
        if equals:
            sheet[address].value = _typed(value)
        else:
            _cut(sheet, change.removeprefix("-"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed(value: str) -> str | int | float | datetime | None:
    """As a person's typing ends up in a workbook: a number, a date cell or a text."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return datetime.fromisoformat(value)
    if re.fullmatch(r"\d+", value):
        return int(value)
    return float(value) if re.fullmatch(r"\d+\.\d+", value) else value or None


def _cut(sheet: Worksheet, what: str) -> None:
    """Delete a row or a column as a spreadsheet program does, with the merges moved along (openpyxl leaves them)."""
    areas = [area.bounds for area in sheet.merged_cells.ranges]
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    by_row = what.isdigit()
    at = int(what) if by_row else column_index_from_string(what)
    (sheet.delete_rows if by_row else sheet.delete_cols)(at)
    for left, top, right, bottom in areas:
        if by_row:
            top, bottom = top - (top > at), bottom - (bottom >= at)
        else:
            left, right = left - (left > at), right - (right >= at)
        if (left, top) != (right, bottom) and left <= right and top <= bottom:
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)


def _in_text(data: bytes, changes: list[str]) -> bytes:
    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "gb18030"
    rows = [line.split(",") for line in data.decode(encoding).split("\r\n")]
    for change in changes:
        address, equals, value = change.partition("=")
        if equals:
            letter, row = _parts(address)
            rows[row - 1][column_index_from_string(letter) - 1] = value
        elif change[1:].isdigit():
            del rows[int(change[1:]) - 1]
        else:
            at = column_index_from_string(change[1:]) - 1
            rows = [[*row[:at], *row[at + 1 :]] for row in rows]
    return "\r\n".join(",".join(row) for row in rows).encode(encoding)


def _parts(address: str) -> tuple[str, int]:
    found = CELL.fullmatch(address)
    assert found is not None, address
    return found[1], int(found[2])


def letters(edits: str) -> set[str]:
    """The columns whose cells the edits touch; a row that goes touches them all ("*")."""
    touched = set()
    for edit in edits.split(";"):
        found = re.match(r"([A-Z]+)", edit)
        touched.add(found[1] if found else "*")
    return touched


def judge_copy(pack: Pack, home: Home, arrival: Arrival, data: bytes) -> Judgment:
    """The judgment on `data` had it arrived as `arrival`, compared with what stands in `home`."""
    kind = pack.kinds[arrival.kind].in_force(arrival.period)
    return judge_filed(
        read_filed(data, arrival.file, kind, arrival.period.year),
        period=arrival.period,
        filer=arrival.filer,
        references=gather_references(home, pack, kind, arrival),
        waivers=pack.waivers(arrival.filer, arrival.period),
    )


def in_short(finding: Finding) -> str:
    """ "NB-01 B5 C5 D5": the rule and every cell it names; another file's cells as "CM_2020-10!B5"."""
    return " ".join((finding.rule, *dict.fromkeys(_places(finding.cells))))


def _places(cells: tuple[Cell, ...]) -> Iterator[str]:
    for cell in cells:
        yield f"{PurePath(cell.file).stem}!{cell.address}" if cell.file else cell.address
