"""A received file as cells: text, what the cell was, and where it stood.

Values only. Nothing here reads bytes and nothing here knows a contract; a cell that was filed is in a grid as it was
filed, or the file has no book at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import Literal

import polars as pl

from contracts.finding import Finding

Kind = Literal["xlsx", "xlsm", "xlsb", "xls", "ods", "csv", "tsv", "docx", "parquet", "zip"]
Buffer = bytes | mmap
"""The bytes of a file, in memory or mapped from disk: what both can do is find, slice and measure."""


@dataclass(frozen=True)
class Limits:
    """How large a file may become once opened, and how deep archives may lie in archives.

    expanded_bytes: everything a file unpacks to. ratio: how many times its packed size an archive's member may have
    once it is past 64 MiB. cells: of all grids of a file that are held in memory. laid_cells: of a text or
    Parquet file, which is laid on disk. sheets, columns, merges: of a workbook, of a sheet, of a sheet. characters: of
    one cell. nesting: archives within archives. findings: of one rule about one file, the rest being counted.
    """

    expanded_bytes: int = 512 * 1024 * 1024
    ratio: int = 200
    cells: int = 20_000_000
    laid_cells: int = 100_000_000
    sheets: int = 256
    merges: int = 200_000
    columns: int = 16_384
    characters: int = 1_000_000
    nesting: int = 2
    findings: int = 20


@dataclass(frozen=True)
class Sheet:
    """One sheet, one table of a document, or one text file.

    name: "" for a text file that stands alone; in an archive the member's path stands in front, "a.xlsx/Sheet1".
    grid: String columns named "A", "B", …; null is an empty cell; row i of the grid is sheet row `first_row` + i.
    types: the same shape; "text", "number", "percent", "date", "month", "datetime", "time", "boolean", "error", or
        "formula" for one that nobody computed, whose text is then the formula ("=A1+B1"); None where the format has no
        types. A percentage stands in the grid as the filer saw it ("99.5%"), not as the 0.995 behind it.
    formulas: places of the cells whose value a formula gave, columns `row` (UInt32, as in the sheet) and `column`
        (UInt32, 0-based); None where there are none.
    merged: ranges such as "A1:C1", in reading order. hidden_rows: rows of the sheet; hidden_columns: letters.
    prose: the running text around a document's tables, one paragraph a row: looked at, and never a table.
    above: of a document's table, the paragraphs right before it: title, unit note. They stand in the prose as well.
    """

    name: str
    hidden: bool
    first_row: int
    grid: pl.DataFrame
    types: pl.DataFrame | None = None
    merged: tuple[str, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    formulas: pl.DataFrame | None = None
    prose: bool = False
    above: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True)
class Book:
    """One file that could be read. A text file is a book of one sheet named ""."""

    name: str
    type: Kind
    sheets: tuple[Sheet, ...] = ()

    @property
    def encoding(self) -> str | None:
        """Of a text file; None for all that is not one."""
        return self.sheets[0].encoding if len(self.sheets) == 1 else None

    @property
    def delimiter(self) -> str | None:
        return self.sheets[0].delimiter if len(self.sheets) == 1 else None


@dataclass(frozen=True)
class Part:
    """What a reader of one format gave: sheets, and findings; no sheets and a finding that blocks: it is unreadable."""

    sheets: tuple[Sheet, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What reading gave: a book, or None and the findings that say why; findings may stand beside a book."""

    book: Book | None
    findings: tuple[Finding, ...] = ()


def column_letter(index: int) -> str:
    """0 → "A", 25 → "Z", 26 → "AA"."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """ "A" → 0, "AA" → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def cell_address(row: int, column: int) -> str:
    """Address of sheet row `row` (1-based) and column `column` (0-based)."""
    return f"{column_letter(column)}{row}"


def text_grid(rows: Sequence[Sequence[str | None]], width: int) -> pl.DataFrame:
    """Rows of texts (none longer than `width`) as a grid; the empty text is an empty cell."""
    columns: Iterable[Sequence[str | None]]
    if any(len(row) != width for row in rows):
        rows = [list(row) + [None] * (width - len(row)) for row in rows]
    columns = zip(*rows, strict=True) if rows else [() for _ in range(width)]
    return pl.DataFrame(
        [
            pl.Series(column_letter(i), [text or None for text in column], dtype=pl.String)
            for i, column in enumerate(columns)
        ]
    )
