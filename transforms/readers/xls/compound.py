"""The streams of an OLE compound file (the container of .xls), found without trusting a single number in it.

Every chain of sectors is followed at most as far as the file has sectors, so that no chain can run in a circle. It
knows nothing of what the streams hold.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from transforms.book import Buffer

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END, _HEADER_ENTRIES, _ENTRY = 0xFFFFFFFA, 109, 128
_ENTRY_TYPES = (1, 2, 5)


class CompoundError(Exception):
    """The container is not whole. For readers of such files alone, which make FILE-04 of it."""


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    siblings: tuple[int, int]
    child: int
    start: int
    size: int


class Compound:
    """Streams of the root by name; `names` are those of all entries, wherever they lie. Raises CompoundError."""

    def __init__(self, data: Buffer) -> None:
        if len(data) < 512 or data[:8] != SIGNATURE:
            raise CompoundError("no compound file header")
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise CompoundError(f"sector size 2^{shift}, 2^{mini_shift}")
        self._data = data
        self._size = 1 << shift
        self._sectors = max(0, (len(data) - 1) // self._size)
        (directory, _, self._cutoff, mini_start) = struct.unpack_from("<IIII", data, 48)
        self._fat = self._allocation()
        self._entries = self._directory(directory)
        self.names = tuple(entry.name for entry in self._entries.values())
        self._mini_fat = _numbers(self._chain(mini_start)) if mini_start < _END else []
        root = self._entries.get(0)
        self._mini = self._chain(root.start) if root and root.start < _END else b""

    def stream(self, name: str) -> bytes | None:
        """The bytes of the root's stream of this name, whatever its case; None where there is none."""
        entry = next((e for e in self._root_entries() if e.kind == 2 and e.name.lower() == name.lower()), None)
        if entry is None:
            return None
        if entry.size > len(self._data):
            raise CompoundError(f"{name}: {entry.size} bytes in a file of {len(self._data)}")
        content = self._mini_chain(entry.start, entry.size) if entry.size < self._cutoff else self._chain(entry.start)
        if len(content) < entry.size:
            raise CompoundError(f"{name}: {len(content)} of {entry.size} bytes")
        return content[: entry.size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        sector = self._data[start : start + self._size]
        if not sector:
            raise CompoundError(f"sector {number} lies behind the end of the file")
        return sector

    def _allocation(self) -> list[int]:
        """The table that names each sector's successor."""
        places = list(struct.unpack_from(f"<{_HEADER_ENTRIES}I", self._data, 76))
        following = struct.unpack_from("<I", self._data, 68)[0]
        for _ in range(self._sectors):
            if following >= _END:
                break
            *more, following = _numbers(self._sector(following))
            places += more
        table: list[int] = []
        for place in places:
            if place < _END and len(table) <= self._sectors:
                table += _numbers(self._sector(place))
        return table

    def _chain(self, start: int) -> bytes:
        parts: list[bytes] = []
        number = start
        while number < _END:
            if number >= len(self._fat) or len(parts) > self._sectors:
                raise CompoundError(f"broken chain of sectors at {number}")
            parts.append(self._sector(number))
            number = self._fat[number]
        return b"".join(parts)

    def _mini_chain(self, start: int, size: int) -> bytes:
        parts: list[bytes] = []
        number = start
        while number < _END and len(parts) * 64 < size:
            if number >= len(self._mini_fat):
                raise CompoundError(f"broken chain of short sectors at {number}")
            parts.append(self._mini[number * 64 : number * 64 + 64])
            number = self._mini_fat[number]
        return b"".join(parts)

    def _root_entries(self) -> list[_Entry]:
        """What lies in the root itself: a workbook embedded in the workbook lies in a storage of its own."""
        waiting, seen = [self._entries[0].child] if 0 in self._entries else [], set[int]()
        while waiting:
            number = waiting.pop()
            if number in self._entries and number not in seen:
                seen.add(number)
                waiting += self._entries[number].siblings
        return [self._entries[number] for number in sorted(seen)]

    def _directory(self, start: int) -> dict[int, _Entry]:
        content = self._chain(start)
        entries = {}
        for number in range(len(content) // _ENTRY):
            place = number * _ENTRY
            length, kind = struct.unpack_from("<HB", content, place + 64)
            left, right, child = struct.unpack_from("<III", content, place + 68)
            first, size = struct.unpack_from("<II", content, place + 116)
            if kind in _ENTRY_TYPES:
                name = content[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
                entries[number] = _Entry(name, kind, (left, right), child, first, size)
        return entries


def _numbers(sector: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4]))
