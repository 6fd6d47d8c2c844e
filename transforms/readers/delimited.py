"""Text of a CSV file → records of equal length, with RFC 4180 quoting.

A row's number is its record's number, as spreadsheet programs show it: a line break inside quotes does not start a new
row, a blank line does. Findings about a line name the row, and the physical line too where the two differ. Nothing is
cut and nothing is padded in a line that should have had as many fields as the others.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass

from contracts.finding import Cell, Finding
from contracts.structure import structure_finding
from transforms.notes import is_note

DELIMITERS = (",", ";", "\t")
_SAMPLE_CHARACTERS = 65536


@dataclass(frozen=True)
class Records:
    """The delimiter found, the records, and the physical line at which each record begins."""

    delimiter: str
    rows: list[list[str]]
    lines: list[int]
    width: int


def read_records(text: str, name: str, cell_limit: int) -> tuple[Records | None, tuple[Finding, ...]]:
    """Records of `text`, or None and FILE-07 for every line with another number of fields than most lines have.

    A title before the first full line and a note behind the last one may be a single field. More than `cell_limit`
    cells is FILE-08.
    """
    delimiter = sniff_delimiter(text)
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    cells, line = 0, 1
    try:
        for row in reader:
            cells += len(row)
            if cells > cell_limit:
                return None, (_too_many_cells(name, cell_limit),)
            rows.append(row)
            lines.append(line)
            line = reader.line_num + 1
    except csv.Error:
        return None, (_quoting(name, line, reader.line_num),)
    width = _usual_width(rows)
    records = Records(delimiter, rows, lines, width)
    ragged = _ragged_lines(records)
    if ragged:
        return None, tuple(_ragged(name, records, index) for index in ragged)
    return records, ()


def sniff_delimiter(text: str) -> str:
    """The delimiter under which most records of the beginning have one same number of fields above 1; "," if none."""
    sample = text[:_SAMPLE_CHARACTERS]
    if len(text) > len(sample):
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    scores: dict[str, tuple[int, int]] = {}
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
        scores[delimiter] = max(((lines, width) for width, lines in widths.items() if width > 1), default=(0, 1))
    return max(DELIMITERS, key=lambda d: scores[d])


def _usual_width(rows: list[list[str]]) -> int:
    """The number of fields most rows have; of equally many, the one seen first. Single fields count only if all are."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(widths, key=lambda w: widths[w]) if widths else 1


def _ragged_lines(records: Records) -> list[int]:
    """Positions of records with another number of fields than usual, titles, blank lines and notes apart."""
    full = [i for i, row in enumerate(records.rows) if len(row) == records.width]
    first, last = (full[0], full[-1]) if full else (0, len(records.rows))
    ragged = []
    for i, row in enumerate(records.rows):
        if len(row) in (0, records.width):
            continue
        single = len(row) == 1
        if single and (i < first or not row[0].strip() or (i > last and is_note(row[0]))):
            continue
        ragged.append(i)
    return ragged


def _where(row: int, line: int) -> tuple[str, str]:
    if row == line:
        return f"第 {row} 行", f"line {row}"
    return f"第 {row} 行（文件第 {line} 个物理行）", f"row {row} (physical line {line})"


def _ragged(name: str, records: Records, index: int) -> Finding:
    row = records.rows[index]
    zh, en = _where(index + 1, records.lines[index])
    delimiter = "\\t" if records.delimiter == "\t" else records.delimiter
    return structure_finding(
        "FILE-07",
        f"文件“{name}”{zh}有 {len(row)} 个字段，其他行有 {records.width} 个（分隔符“{delimiter}”）。"
        "字段内含分隔符时须加双引号。",
        f"File “{name}”, {en}: {len(row)} fields where the other lines have {records.width} (delimiter “{delimiter}”). "
        "A field that contains the delimiter must be quoted.",
        cells=(Cell("", f"A{index + 1}", text=row[0]),),
        filed=str(len(row)),
        expected=f"{records.width} 个字段 / {records.width} fields",
    )


def _quoting(name: str, line: int, last_line: int) -> Finding:
    return structure_finding(
        "FILE-07",
        f"文件“{name}”第 {line} 行开始的记录双引号不成对（读到第 {last_line} 行为止），无法判定各字段的边界。",
        f"File “{name}”: the record that begins at line {line} has unbalanced double quotes "
        f"(read up to line {last_line}), so where its fields end is unknown.",
        expected='字段内的双引号写作两个 "" / a double quote inside a field is doubled',
    )


def _too_many_cells(name: str, limit: int) -> Finding:
    return structure_finding(
        "FILE-08",
        f"文件“{name}”的单元格超过上限 {limit} 个。",
        f"File “{name}” has more than the limit of {limit} cells.",
        expected=f"不超过 {limit} 个单元格 / at most {limit} cells",
    )
