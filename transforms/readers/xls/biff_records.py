"""The records of an .xls stream: each one's code and place, its numbers, and the table of shared texts.

Nothing here knows what a sheet is; a record that reaches behind the end of the stream is refused.
"""

from __future__ import annotations

import struct


class BiffError(Exception):
    """The records are not whole. For the reader of .xls alone, which makes FILE-04 of it."""


def find_record(stream: bytearray, place: int) -> tuple[int, int, int]:
    """Code, start of the body and its size. Raises BiffError behind the end."""
    if place + 4 > len(stream):
        raise BiffError("the records end too early")
    code, size = struct.unpack_from("<HH", stream, place)
    if place + 4 + size > len(stream):
        raise BiffError("the last record is cut off")
    return code, place + 4, size


def read_numbers(layout: str, stream: bytearray, place: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(layout, stream, place)
    except struct.error as error:
        raise BiffError(str(error)) from error


def check_strings(stream: bytearray, parts: list[tuple[int, int]]) -> None:
    """Walks the table of shared texts as xlrd does, and sets its count to the texts that are there.

    xlrd would follow a length below zero back and forth, and would give up a table that counts more than it holds.
    """
    (count,) = read_numbers("<I", stream, parts[0][0] + 4)
    walk = _StringWalk(stream, parts)
    whole = 0
    while (whole < count or not count) and walk.skip():  # A table that counts none and holds some: they are read.
        whole += 1
    struct.pack_into("<I", stream, parts[0][0] + 4, whole)


def check_label(stream: bytearray, place: int, end: int, version: int) -> None:
    """Whether a cell's own text, from `place` on, is all in its record. Raises BiffError.

    xlrd would give as much of it as there is, or nothing at all.
    """
    characters = read_numbers("<H", stream, place)[0]
    options = read_numbers("<B", stream, place + 2)[0] if version == 8 else 0
    place += 3 if version == 8 else 2
    place += (2 if options & 8 else 0) + (4 if options & 4 else 0)
    if characters and place + characters * (1 + (options & 1)) > end:
        raise BiffError(f"a text of {characters} characters in a record that is shorter")


class _StringWalk:
    """A place in the table of shared texts, which runs over from one record to the next."""

    def __init__(self, stream: bytearray, parts: list[tuple[int, int]]) -> None:
        self._stream, self._parts, self._part = stream, parts, 0
        self._place, self._end = parts[0][0] + 8, sum(parts[0])

    def skip(self) -> bool:
        """Goes behind the next text; False where the table ends before the text does. Raises BiffError."""
        if self._place + 3 > self._end:
            return False
        characters, options = read_numbers("<HB", self._stream, self._place)
        self._place += 3
        runs = self._extra("<H", 2) if options & 8 else 0
        phonetic = self._extra("<i", 4) if options & 4 else 0
        if phonetic < 0:
            raise BiffError("a shared text of negative length")
        return self._skip_text(characters, 1 + (options & 1)) and self._skip_bytes(runs * 4 + phonetic)

    def _extra(self, layout: str, size: int) -> int:
        self._place += size
        return read_numbers(layout, self._stream, self._place - size)[0]

    def _skip_text(self, characters: int, width: int) -> bool:
        """A text goes on in the next record behind a byte that says how wide its characters are from there on."""
        while characters:
            fitting = min(characters, max(0, self._end - self._place) // width)
            characters -= fitting
            self._place += fitting * width
            if characters:
                if not self._next():
                    return False
                width = 1 + (read_numbers("<B", self._stream, self._place)[0] & 1)
                self._place += 1
        return True

    def _skip_bytes(self, rest: int) -> bool:
        while self._place + rest >= self._end:
            rest -= self._end - self._place
            if not self._next():
                return rest == 0
        self._place += rest
        return True

    def _next(self) -> bool:
        self._part += 1
        if self._part >= len(self._parts):
            self._place = self._end
            return False
        self._place, self._end = self._parts[self._part][0], sum(self._parts[self._part])
        return True
