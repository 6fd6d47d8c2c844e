"""What lies right below the root of an OLE compound file (Office 97–2003, WPS, mail, encrypted Office files).

For telling formats apart: only names are read, and a directory that is damaged, loops or lies gives what could be read
of it. The streams themselves, without tolerance, are `compound`'s.
"""

from __future__ import annotations

import struct

from transforms.book import Buffer

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER, _ENTRY = 512, 128
_ENTRIES = 50_000
_END, _NO_ENTRY = 0xFFFFFFFA, 0xFFFFFFFF
_ROOT = 5
_KINDS = (1, 2, _ROOT)

_Entry = tuple[str, int, int, int, int]


def root_names(data: Buffer) -> frozenset[str]:
    """Names of the streams and storages right below the root; empty where the directory cannot be reached.

    Only those below the root count: a document within a document has a storage of its own, with the same names.
    """
    entries = _entries(data)
    if not entries or entries[0][1] != _ROOT:
        return frozenset()
    names: set[str] = set()
    seen = {_NO_ENTRY}
    waiting = [entries[0][4]]
    while waiting:
        index = waiting.pop()
        if index in seen or index >= len(entries):
            continue
        seen.add(index)
        name, kind, left, right, _ = entries[index]
        if kind in _KINDS:
            names.add(name)
        waiting += [left, right]
    return frozenset(names)


def mentions(data: Buffer, name: str) -> bool:
    """Whether an entry of this name stands anywhere in the bytes: for a file whose directory cannot be reached."""
    return data.find(name.encode("utf-16-le") + b"\0\0") >= 0


def _entries(data: Buffer) -> list[_Entry]:
    """Name, kind, left and right neighbour and child of each entry, in the directory's order."""
    header = data[:_HEADER]
    shift = int.from_bytes(header[30:32], "little")
    if len(header) < _HEADER or shift not in (9, 12):
        return []
    table = _Allocation(data, header, shift)
    found: list[_Entry] = []
    seen: set[int] = set()
    sector = int.from_bytes(header[48:52], "little")
    while sector < _END and sector not in seen and len(found) < _ENTRIES:
        seen.add(sector)
        start = (sector + 1) << shift
        content = data[start : start + (1 << shift)]
        found += (_entry(content[at : at + _ENTRY]) for at in range(0, len(content) - _ENTRY + 1, _ENTRY))
        sector = table.next(sector)
    return found


def _entry(entry: bytes) -> _Entry:
    length = max(0, min(64, int.from_bytes(entry[64:66], "little")) - 2)
    left, right, child = struct.unpack("<3L", entry[68:80])
    return entry[:length].decode("utf-16-le", errors="replace"), entry[66], left, right, child


class _Allocation:
    """Which sector follows which. The header lists the first 109 sectors of the table, a chain of lists the rest."""

    def __init__(self, data: Buffer, header: bytes, shift: int) -> None:
        self._data = data
        self._shift = shift
        self._sectors = list(struct.unpack("<109L", header[76:512]))
        self._list = int.from_bytes(header[68:72], "little")

    def next(self, sector: int) -> int:
        """The sector after `sector`; the mark of a chain's end where the table does not say."""
        index, place = divmod(sector, 1 << (self._shift - 2))
        while index >= len(self._sectors):
            if self._list >= _END or len(self._sectors) > _ENTRIES:
                return _END
            last = (1 << (self._shift - 2)) - 1
            self._sectors += [self._word(self._list, each) for each in range(last)]
            self._list = self._word(self._list, last)
        return self._word(self._sectors[index], place)

    def _word(self, sector: int, place: int) -> int:
        at = ((sector + 1) << self._shift) + 4 * place
        word = self._data[at : at + 4]
        return int.from_bytes(word, "little") if len(word) == 4 and sector < _END else _END
