"""Where the cells of a worksheet part stand and how each is written, found over the raw bytes with NumPy.

It reads tags and lengths, never a value, and only XML that is spelt the way every common writer spells it. Anything
else it declines (`NotPlainError`): `xlsx_plain` spells such a part anew, and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

NUMBER, TEXT, SHARED, INLINE, BOOLEAN, ERROR, DAY, ODD = range(8)
"""The type of a cell (`t=`); ODD: its tag is spelt otherwise than `<c r= s= t=>`, and must be read by itself."""

_CHUNK = 1 << 19  # Bytes looked at together: small enough for the processor's cache.
_LT, _GT, _SLASH, _SPACE, _QUOTE, _EQUALS, _BANG, _QUESTION = b'<>/ "=!?'
_C, _F, _I, _O, _R, _V = b"cfiorv"
_SHEET_DATA = re.compile(rb"<sheetData\s*(/?)>")
_TYPES = (
    (b"n", NUMBER),
    (b"s", SHARED),
    (b"str", TEXT),
    (b"inlineStr", INLINE),
    (b"b", BOOLEAN),
    (b"e", ERROR),
    (b"d", DAY),
)


class NotPlainError(Exception):
    """The part is not spelt plainly; it may be perfectly good XML."""


@dataclass(frozen=True)
class CellTags:
    """The cells of one stretch of a part, in the order they stand; one array each.

    start: offset of `<c`. row, column: from 0. kind: as above. style: `s=`, else 0.
    formula: whether it has `<f>`. value: offset of the text within `<v>`, -1 where there is none; length: its bytes,
    of an inline string 1. content: offset behind the cell's tag. rows: offsets of `<row`.
    """

    start: Ints
    row: Ints
    column: Ints
    kind: Ints
    style: Ints
    formula: Bools
    value: Ints
    length: Ints
    content: Ints
    rows: Ints


def scan_cells(xml: bytes) -> Iterator[CellTags]:
    """The cells of worksheet part `xml`, stretch by stretch. Raises NotPlainError before or at the first oddity."""
    opening, closing = sheet_data(xml)
    start = opening
    every = np.frombuffer(xml, np.uint8)
    while start < closing:
        stop = min(start + _CHUNK, closing)
        if stop < closing:
            cut = xml.rfind(b"<c ", start + 1, stop)
            cut = cut if cut > 0 else xml.find(b"<c ", stop, closing)
            stop = cut if cut > 0 else closing
        yield _scan_stretch(every, start, stop)
        start = stop


def sheet_data(xml: bytes) -> tuple[int, int]:
    """Offsets between which the rows stand; (0, 0) where there are none. Raises NotPlainError."""
    opening = _SHEET_DATA.search(xml)
    if opening is None:
        raise NotPlainError("no sheetData")
    if opening[1]:
        return 0, 0
    closing = xml.rfind(b"</sheetData>", opening.end())
    if closing < 0 or len(xml) < closing + len(b"</sheetData></worksheet>"):
        raise NotPlainError("sheetData has no end")
    return opening.end(), closing


def _scan_stretch(every: Bytes, start: int, stop: int) -> CellTags:
    tags = np.flatnonzero(every[start:stop] == _LT) + start
    first, second = every[tags + 1], every[tags + 2]
    is_cell = (first == _C) & (second == _SPACE)
    _insist_plain(first, second)
    cells = np.flatnonzero(is_cell)
    begin = tags[cells]
    if not ((every[begin + 3] == _R) & (every[begin + 4] == _EQUALS) & (every[begin + 5] == _QUOTE)).all():
        raise NotPlainError("a cell without its place")
    row, column, at = _places(every, begin + 6)
    style, kind, at = _attributes(every, at + 1)
    formula, value, length = _contents(every, tags, cells, kind, at)
    rows = tags[(first == _R) & (second == _O)]
    return CellTags(begin, row, column, kind, style, formula, value, length, at + 1, rows)


def _insist_plain(first: Bytes, second: Bytes) -> None:
    """No comment, CDATA, instruction; no cell without attributes or with a line break behind its name."""
    odd = (first == _BANG) | (first == _QUESTION)
    odd |= (first == _C) & ((second == _GT) | (second == _SLASH) | (second < _SPACE))
    if odd.any():
        raise NotPlainError("comments, instructions or cells spelt otherwise")


def _places(every: Bytes, at: Ints) -> tuple[Ints, Ints, Ints]:
    """Row and column, from 0, of the references that begin at `at`, and where each ends (its closing quote)."""
    column, row = np.zeros(len(at), np.int64), np.zeros(len(at), np.int64)
    byte = every[at]
    for _ in range(7):
        letter = (byte >= 65) & (byte <= 90)
        if not letter.any():
            break
        column = np.where(letter, column * 26 + byte - 64, column)
        at = at + letter
        byte = every[at]
    row, at = read_digits(every, at)
    if not ((every[at] == _QUOTE) & (row > 0) & (column > 0)).all():
        raise NotPlainError("a place spelt otherwise")
    return row - 1, column - 1, at


def read_digits(every: Bytes, at: Ints) -> tuple[Ints, Ints]:
    """The whole numbers that begin at `at` (0 where there is none; at most ten digits), and where each ends."""
    number = np.zeros(len(at), np.int64)
    byte = every[at]
    for _ in range(10):
        digit = (byte >= 48) & (byte <= 57)
        if not digit.any():
            break
        number = np.where(digit, number * 10 + byte - 48, number)
        at = at + digit
        byte = every[at]
    return number, at


def _attributes(every: Bytes, at: Ints) -> tuple[Ints, Ints, Ints]:
    """Style, type and the offset of the tag's end, of tags whose reference ended before `at`."""
    style, kind = np.zeros(len(at), np.int64), np.full(len(at), NUMBER, np.int64)
    at = at.copy()
    _styles(every, at, style)
    has = np.flatnonzero(spells(every, at, b' t="'))
    for name, number in _TYPES:
        mine = has[spells(every, at[has] + 4, name + b'"')]
        kind[mine] = number
        at[mine] += len(name) + 5
    if len(has):
        _styles(every, at, style)  # Some write them the other way round.
    close = every[at]
    kind[~((close == _GT) | ((close == _SLASH) & (every[at + 1] == _GT)))] = ODD
    return style, kind, at


def _styles(every: Bytes, at: Ints, style: Ints) -> None:
    has = np.flatnonzero(spells(every, at, b' s="'))
    if len(has):
        style[has], at[has] = read_digits(every, at[has] + 4)
        at[has] += 1


def spells(every: Bytes, at: Ints, text: bytes) -> Bools:
    """Where the bytes from `at` on are `text`."""
    same: Bools = every[at] == text[0]
    if same.any():
        for i, byte in enumerate(text[1:], start=1):
            same &= peek(every, at + i) == byte
    return same


def peek(every: Bytes, at: Ints) -> Bytes:
    """The bytes at `at`; the last one of all for a place behind the end, where a damaged part may lead."""
    return every.take(at, mode="clip")


def _contents(every: Bytes, tags: Ints, cells: Ints, kind: Ints, at: Ints) -> tuple[Bools, Ints, Ints]:
    """Whether there is a formula, where the value's text begins (-1: nowhere) and how long it is.

    `tags` holds every "<" of the stretch and `cells` the numbers of those that open a cell, whose tags end at `at`.
    A cell that has another shape than (f) v or is comes out as ODD in `kind`.
    """
    padded = np.append(tags, np.repeat(tags[-1:], 6))
    letters = every[padded + 1]
    child = letters[cells + 1]
    filled = every[at] == _GT
    formula = filled & (child == _F)
    behind = np.where(letters[cells + 2] == _SLASH, cells + 3, cells + 2)  # <f>…</f><v> or <f/><v>
    holder = np.where(formula, behind, cells + 1)
    tag = padded[holder]
    value = np.full(len(cells), -1, np.int64)
    length = np.zeros(len(cells), np.int64)
    plain = filled & (letters[holder] == _V) & (every[tag + 2] == _GT)
    value[plain] = tag[plain] + 3
    length[plain] = padded[holder[plain] + 1] - value[plain]
    inline = filled & (kind == INLINE) & (child == _I)
    length[inline] = 1
    closed = filled & (letters[holder] == _SLASH)
    whole = (letters[holder + 1] == _SLASH) & (letters[holder + 2] == _SLASH)  # <v>…</v></c> and nothing more
    kind[plain & ~whole] = ODD
    kind[(filled & ~plain & ~inline & ~closed) | (plain & (kind == INLINE))] = ODD
    return formula, value, length
