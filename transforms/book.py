"""A received file as cells: text, what the cell was, and where it stood.

Values only. Nothing here reads bytes and nothing here knows a contract; a cell that was filed is in a grid as it was
filed, or the file has no book at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from contracts.finding import Finding

Kind = Literal["xlsx", "csv"]


@dataclass(frozen=True)
class Limits:
    """How large a file may become once opened: bytes after expansion, cells of a grid, sheets of a workbook."""

    expanded_bytes: int = 512 * 1024 * 1024
    cells: int = 20_000_000
    sheets: int = 256


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    grid: String columns named "A", "B", …; null is an empty cell; row i of the grid is sheet row `first_row` + i.
    types: the same shape; "text", "number", "percent", "date", "month", "datetime", "time", "boolean" or "error";
        None for CSV. A percentage stands in the grid as the filer saw it ("99.5%"), not as the 0.995 behind it.
    merged: ranges such as "A1:C1", in reading order.
    """

    name: str
    hidden: bool
    first_row: int
    grid: pl.DataFrame
    types: pl.DataFrame | None = None
    merged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Book:
    """One file that could be read. CSV is a book of one sheet named ""."""

    name: str
    type: Kind
    encoding: str | None
    delimiter: str | None
    sheets: tuple[Sheet, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Reading:
    """What reading gave: a book, or None and the finding that says why; a note may stand beside a book."""

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
