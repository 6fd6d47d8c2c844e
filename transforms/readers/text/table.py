"""A text file of any encoding and delimiter → one sheet, without a byte of it lost or guessed.

Reads the beginning to see what the file is, then all of it in one stream: `regular` reads what is plainly regular,
`delimited` whatever is not, to the same grid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.finding import Finding
from transforms.book import Buffer, Limits, Part, Sheet, text_grid
from transforms.readers.shelf import Shelf
from transforms.readers.text import findings as text_findings
from transforms.readers.text.delimited import UnreadableError, read_carefully
from transforms.readers.text.dialects import shows_enough, sniff
from transforms.readers.text.encodings import Encoding, detect_encoding
from transforms.readers.text.regular import CellsError, IrregularError, read_regularly
from transforms.readers.text.transcoding import (
    CONTROLS,
    ControlError,
    LostError,
    UndecodableError,
    control_found,
    transcode,
    undecodable,
)


@dataclass(frozen=True)
class _Source:
    """The text of a file behind its mark and its line "sep=;", as often as it is asked for."""

    data: Buffer
    encoding: Encoding
    preamble: str = ""

    def pieces(self, *, lost_ends: bool = False) -> Iterator[bytes]:
        """UTF-8. Raises `UndecodableError`, and `LostError` where that `lost_ends`."""
        skip = len(self.preamble.encode())
        for piece in transcode(self.data, self.encoding, lost_ends=lost_ends):
            if skip < len(piece):
                yield piece[skip:]
            skip = max(0, skip - len(piece))

    def texts(self) -> Iterator[str]:
        """Raises `UndecodableError`, and `ControlError` for a control character."""
        for piece in self.pieces():
            if CONTROLS.search(piece):
                raise ControlError
            yield piece.decode()


def read_text(data: Buffer, name: str, limits: Limits, scratch: Path | None) -> Part:
    """The text file `data`, called `name`, as one sheet named "", every cell a String, rows as its records.

    `scratch`: a folder for the grid's batches, which are then mapped, so that memory does not grow with the file; they
    must stay for as long as the sheet is used. None: all in memory. Findings instead of a sheet: FILE-01 for blanks,
    FILE-05 for a byte or character that is none, FILE-07 for every record of another length, FILE-08 beyond `limits`.
    """
    encoding = detect_encoding(data)
    source = _Source(data, encoding)
    try:
        if not any(text.strip() for text in source.texts()):
            return Part((), (text_findings.blank(name),))
        return _read(source, name, limits, Shelf(scratch))
    except UndecodableError as error:
        return Part((), (undecodable(name, data, encoding, error),))
    except ControlError:
        return Part((), (control_found(name, data, encoding),))
    except UnreadableError as error:
        return Part((), (error.finding,))


def _read(source: _Source, name: str, limits: Limits, shelf: Shelf) -> Part:
    dialect = sniff(_head(source))
    source = _Source(source.data, source.encoding, dialect.preamble)
    if dialect.width > limits.columns:
        return Part((), (text_findings.too_many_columns(name, 1 + dialect.offset, 1 + dialect.offset, limits),))
    findings: tuple[Finding, ...] = ()
    try:
        read_regularly(source.pieces(lost_ends=True), dialect, limits, shelf)
    except CellsError:
        findings = (text_findings.too_many_cells(name, limits),)
    except (IrregularError, LostError):
        shelf.clear()
        dialect, findings = read_carefully(source.texts, dialect, name, limits, shelf)
    if findings:
        shelf.clear()
        return Part((), findings)
    grid = shelf.grid(dialect.width)
    if dialect.preamble:
        first = text_grid([[dialect.preamble.rstrip("\r\n")]], dialect.width)
        grid = pl.concat([first, grid], rechunk=False)
    return Part((Sheet("", False, 1, grid, encoding=source.encoding.label, delimiter=dialect.delimiter),))


def _head(source: _Source) -> str:
    head = ""
    for text in source.texts():
        head += text
        if shows_enough(head):
            break
    return head
