"""The records of a binary workbook (.xlsb, BIFF12): what each is, how long, and the texts and numbers within.

Nothing here knows what a sheet is; a record that reaches behind the end of its part is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator


class RecordError(Exception):
    """A part of the workbook is not whole. For the reader of .xlsb alone, which makes FILE-04 of it."""


def walk_records(part: bytes) -> Iterator[tuple[int, int, int]]:
    """Type, start and end of every record of a part. Raises RecordError where one is cut off."""
    place, size = 0, len(part)
    try:
        while place < size:
            kind = part[place]
            place += 1
            if kind & 0x80:
                kind = (kind & 0x7F) | (part[place] & 0x7F) << 7
                place += 1
            length = shift = 0
            while True:
                byte = part[place]
                place += 1
                length |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 or shift > 21:
                    break
            if place + length > size:
                raise RecordError(f"record {kind} is cut off")
            yield kind, place, place + length
            place += length
    except IndexError as error:
        raise RecordError("the records end too early") from error


def read_number(layout: str, part: bytes, place: int, end: int) -> float:
    """One number within a record. Raises RecordError where it reaches beyond the record."""
    if place + struct.calcsize(layout) > end:
        raise RecordError("a record is too short")
    value: float = struct.unpack_from(layout, part, place)[0]
    return value


def read_integer(part: bytes, place: int, end: int, size: int = 4) -> int:
    """One whole number without sign within a record. Raises RecordError where it reaches beyond the record."""
    if place + size > end:
        raise RecordError("a record is too short")
    return int.from_bytes(part[place : place + size], "little")


def read_text(part: bytes, place: int, end: int) -> tuple[str, int]:
    """A counted UTF-16 text and the place behind it; the count of all bits set is no text."""
    count = read_integer(part, place, end)
    if count == 0xFFFFFFFF:
        return "", place + 4
    stop = place + 4 + 2 * count
    if stop > end:
        raise RecordError("a text is cut off")
    try:
        return part[place + 4 : stop].decode("utf-16-le"), stop
    except UnicodeDecodeError as error:
        raise RecordError("a text is no UTF-16") from error


def read_rk(part: bytes, place: int, end: int) -> float:
    """A number packed into four bytes: an integer or the upper half of a float, perhaps times a hundred."""
    raw = read_integer(part, place, end)
    if raw & 2:
        value = float((raw >> 2) - (1 << 30 if raw & 0x80000000 else 0))
    else:
        value = struct.unpack("<d", bytes(4) + (raw & 0xFFFFFFFC).to_bytes(4, "little"))[0]
    return value / 100 if raw & 1 else value
