"""Whether the bytes of many records are regular, so that any parser of CSV reads them in the same way.

Regular means: double quotes stand only where they quote, or none of them does; every record has the same number of
fields, or is one that may stand there with fewer. Nothing is parsed here but the few records of another length.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.readers.text.admission import shape_of
from transforms.readers.text.delimited import lone_quote
from transforms.readers.text.dialects import Dialect
from transforms.readers.text.transcoding import ControlError

QUOTE, NEWLINE, RETURN = b'"\n\r'
_MARK = "\ufeff".encode()
_MOST_UNLIKE = 10_000
Positions = npt.NDArray[np.intp]


class IrregularError(Exception):
    """The records cannot be proved regular."""


@dataclass(frozen=True)
class Proved:
    """Bytes whose records all have the full number of fields and end with \\n.

    records: how many. quoted: whether double quotes quote; otherwise they are texts. doubled: whether two stand side by
    side, as in an empty quoted field. singles: number and text of records of one filled field.
    """

    text: bytes
    records: int
    quoted: bool
    doubled: bool
    singles: tuple[tuple[int, str], ...]


def opens_quotes(text: bytes, delimiter: str) -> bool:
    """Whether a double quote stands at the start of any field."""
    if b'"' not in text:
        return False
    return text.startswith(b'"') or any(before + b'"' in text for before in (delimiter.encode(), b"\n", b"\r"))


def prove(text: bytes, dialect: Dialect, longest: int) -> Proved:
    """The records of `text`, made regular where they may be. Raises `IrregularError`, and `ControlError`.

    longest: characters a field may have; a record of more bytes is not proved.
    """
    delimiter = dialect.delimiter.encode()
    quoted = opens_quotes(text, dialect.delimiter)
    text = _one_newline(text, quoted)
    bytes_ = np.frombuffer(text, np.uint8)
    quotes = np.flatnonzero(bytes_ == QUOTE) if quoted else np.empty(0, np.intp)
    if quoted:
        _prove_quotes(bytes_, quotes, delimiter[0])
    newlines = np.flatnonzero(bytes_ == NEWLINE)
    _prove_characters(bytes_, newlines.size)
    ends = _outside(newlines, quotes)
    breaks = _outside(np.flatnonzero(bytes_ == delimiter[0]), quotes)
    within = ends.size < newlines.size or (quoted and b"\r" in text)
    if within and lone_quote(dialect.delimiter).search(text.decode()):
        raise IrregularError
    if ends.size == 0 or int(np.diff(ends, prepend=-1).max()) > longest:
        raise IrregularError
    singles: tuple[tuple[int, str], ...] = ()
    if not _all_alike(breaks, ends, dialect.width):
        text, singles = _fill_up(text, breaks, ends, dialect, quoted)
    doubled = bool(quotes.size and (np.diff(quotes) == 1).any())
    return Proved(text, ends.size, quoted, doubled, singles)


def _prove_characters(bytes_: npt.NDArray[np.uint8], newlines: int) -> None:
    controls = np.count_nonzero(bytes_ < 0x20) - newlines
    for allowed in b"\t\r\f":
        controls -= np.count_nonzero(bytes_ == allowed) if controls else 0
    if controls:
        raise ControlError
    # Polars would drop a mark at the start
    if bytes_[: len(_MARK)].tobytes() == _MARK:
        raise IrregularError


def _one_newline(text: bytes, quoted: bool) -> bytes:
    """Every line break outside quotes as \\n; those within quotes as they are."""
    if b"\r" not in text:
        return text
    bytes_ = np.frombuffer(text, np.uint8)
    returns = np.flatnonzero(bytes_ == RETURN)
    outside = _outside(returns, np.flatnonzero(bytes_ == QUOTE)) if quoted else returns
    if outside.size == returns.size:
        return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    followed = bytes_[np.minimum(outside + 1, bytes_.size - 1)] == NEWLINE
    changed = bytes_.copy()
    changed[outside[~followed]] = NEWLINE
    return np.delete(changed, outside[followed]).tobytes()


def _outside(places: Positions, quotes: Positions) -> Positions:
    """Those of `places` that stand outside quotes, which open and close in turn; one left open goes on to the end."""
    opening, closing = quotes[::2], quotes[1::2]
    first, behind = np.searchsorted(places, opening), np.searchsorted(places, closing)
    behind = np.append(behind, places.size)[: first.size]
    inside = behind > first
    if not inside.any():
        return places
    keep = np.ones(places.size, bool)
    lengths = (behind - first)[inside]
    # every range's numbers, one after the other: counted on, less where its range began
    ranges = np.arange(lengths.sum()) + np.repeat(first[inside] - np.cumsum(lengths) + lengths, lengths)
    keep[ranges] = False
    return places[keep]


def _prove_quotes(bytes_: npt.NDArray[np.uint8], quotes: Positions, delimiter: int) -> None:
    """In turn, a quote opens at the start of a field or right behind the last one (a doubled one), and closes at the
    end of a field or right before the next one."""
    if quotes.size % 2:
        raise IrregularError
    opening, closing = quotes[::2], quotes[1::2]
    before = bytes_[np.maximum(opening - 1, 0)]
    starts = (opening == 0) | (before == delimiter) | (before == NEWLINE)
    doubled = np.zeros(opening.size, bool)
    doubled[1:] = opening[1:] == closing[:-1] + 1
    behind = bytes_[np.minimum(closing + 1, bytes_.size - 1)]
    stops = (behind == delimiter) | (behind == NEWLINE)
    if not (starts | doubled).all() or not (stops | np.append(doubled[1:], False)).all():
        raise IrregularError


def _all_alike(breaks: Positions, ends: Positions, width: int) -> bool:
    """Whether every record has `width` fields: as many delimiters as that takes, each between the right two ends."""
    if breaks.size != ends.size * (width - 1):
        return False
    if width == 1:
        return True
    by_record = breaks.reshape(ends.size, width - 1)
    return bool((by_record[:, -1] < ends).all() and (by_record[1:, 0] > ends[:-1]).all())


def _fill_up(
    text: bytes, breaks: Positions, ends: Positions, dialect: Dialect, quoted: bool
) -> tuple[bytes, tuple[tuple[int, str], ...]]:
    """The text with the records that may be of another length made as long as the others, and those of one field."""
    counts = np.diff(np.searchsorted(breaks, ends), prepend=0)
    unlike = np.flatnonzero(counts != dialect.width - 1)
    if unlike.size > _MOST_UNLIKE:
        raise IrregularError
    out: list[bytes] = []
    singles: list[tuple[int, str]] = []
    done = 0
    for number in unlike.tolist():
        start, end = (int(ends[number - 1]) + 1 if number else 0), int(ends[number])
        fields = _fields(text[start:end].decode(), dialect.delimiter, quoted)
        shape = shape_of(fields, dialect.width)
        if shape == "ragged":
            raise IrregularError
        if shape == "single":
            singles.append((number, fields[0]))
        full = [*fields, *[""] * (dialect.width - len(fields))][: dialect.width]
        out += [text[done:start], dialect.delimiter.join(_quote(field) if quoted else field for field in full).encode()]
        done = end
    return b"".join([*out, text[done:]]), tuple(singles)


def _fields(record: str, delimiter: str, quoted: bool) -> list[str]:
    if not quoted:
        return record.split(delimiter) if record else []
    try:
        return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise IrregularError from error


def _quote(field: str) -> str:
    return '"' + field.replace('"', '""') + '"' if field else ""
