"""The directory of a ZIP archive, read from its bytes: what members it says it has, and where they lie.

Standard ZIP and ZIP64, with or without other bytes in front. What it says is a claim: it is checked against itself here
(offsets within the file, members that do not overlap) and against the members when they are expanded. Python's zipfile
is not used, because it copies a mapped file, hides what a name's bytes were and has no bound on the members it lists.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transforms.book import Buffer

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_EXTRA = struct.Struct("<HH")
_NOT_HERE_16, _NOT_HERE_32 = 0xFFFF, 0xFFFFFFFF
_ENCRYPTED, _END_MARKED, _UTF8 = 0x0001, 0x0002, 0x0800


class DirectoryError(Exception):
    """The directory, or a member's own header, is not what it must be. For `archives` alone."""


@dataclass(frozen=True)
class Member:
    """One entry of the directory. packed, size: bytes, before and after expanding; offset: of its own header."""

    name: str
    raw: bytes
    method: int
    checksum: int
    packed: int
    size: int
    offset: int
    flags: int
    attributes: int

    @property
    def folder(self) -> bool:
        return self.name.endswith("/")

    @property
    def encrypted(self) -> bool:
        return bool(self.flags & _ENCRYPTED)

    @property
    def end_marked(self) -> bool:
        """Whether an LZMA stream ends by a marker rather than by its length."""
        return bool(self.flags & _END_MARKED)

    @property
    def link(self) -> bool:
        return stat.S_ISLNK(self.attributes >> 16)


def read_directory(data: Buffer, limit: int) -> Sequence[Member] | None:
    """Every entry, folders too, in the directory's order; None if there are more than `limit`."""
    start, size, prefix, end = _locate(data)
    if not 0 <= prefix <= start <= start + size <= end:
        raise DirectoryError("the directory of the archive lies outside of it")
    members: list[Member] = []
    for member in _entries(data[start : start + size], prefix):
        if len(members) == limit:
            return None
        members.append(member)
    _refuse_overlap(members, start)
    return members


def data_start(data: Buffer, member: Member) -> int:
    """Offset of the member's packed bytes, after its own header, which must be of the same name."""
    header = data[member.offset : member.offset + _LOCAL.size]
    if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise DirectoryError("no local header")
    *_, name_length, extra_length = _LOCAL.unpack(header)
    name_start = member.offset + _LOCAL.size
    if data[name_start : name_start + name_length] != member.raw:
        raise DirectoryError("the directory and the member differ on its name")
    start: int = name_start + name_length + extra_length
    if start + member.packed > len(data):
        raise DirectoryError("the member ends beyond the end of the archive")
    return start


def _locate(data: Buffer) -> tuple[int, int, int, int]:
    """Start and size of the directory, how many bytes lie in front of the archive, and where the directory must end."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - _END.size - 0xFFFF))
    if at < 0 or at + _END.size > len(data):
        raise DirectoryError("the end of the archive is missing")
    _, disk, first_disk, _, _, size, start, _ = _END.unpack(data[at : at + _END.size])
    end = at
    locator = data[max(0, at - _LOCATOR_64.size) : at]
    if locator.startswith(b"PK\x06\x07") and len(locator) == _LOCATOR_64.size:
        end, size, start, disk, first_disk = _locate_64(data, at - _LOCATOR_64.size, locator)
    elif size == _NOT_HERE_32 or start == _NOT_HERE_32:
        raise DirectoryError("the end of the archive is missing (ZIP64)")
    if disk or first_disk:
        raise DirectoryError("one volume of several")
    prefix = end - size - start
    return start + prefix, size, prefix, end


def _locate_64(data: Buffer, locator_at: int, locator: bytes) -> tuple[int, int, int, int, int]:
    """The ZIP64 end stands right before its locator, whatever lies in front of the archive."""
    at = locator_at - _END_64.size
    record = data[max(0, at) : locator_at]
    if at < 0 or not record.startswith(b"PK\x06\x06"):
        raise DirectoryError("the end of the archive is missing (ZIP64)")
    _, _, _, _, disk, first_disk, _, _, size, start = _END_64.unpack(record)
    return at, size, start, disk, first_disk


def _entries(directory: bytes, prefix: int) -> Iterator[Member]:
    at = 0
    while at < len(directory):
        head = directory[at : at + _ENTRY.size]
        if len(head) < _ENTRY.size or not head.startswith(b"PK\x01\x02"):
            raise DirectoryError("the directory of the archive is damaged")
        fields = _ENTRY.unpack(head)
        flags, method, checksum, packed, size = fields[3], fields[4], fields[7], fields[8], fields[9]
        name_length, extra_length, comment_length = fields[10:13]
        attributes, offset = fields[15], fields[16]
        at += _ENTRY.size
        raw = directory[at : at + name_length]
        extra = directory[at + name_length : at + name_length + extra_length]
        at += name_length + extra_length + comment_length
        if at > len(directory):
            raise DirectoryError("the directory of the archive is damaged")
        size, packed, offset = _wide(extra, size, packed, offset)
        yield Member(
            name=_decode_name(raw, bool(flags & _UTF8), extra),
            raw=raw,
            method=method,
            checksum=checksum,
            packed=packed,
            size=size,
            offset=offset + prefix,
            flags=flags,
            attributes=attributes,
        )


def _wide(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Sizes and offset with those that stand in the ZIP64 field, in this order and only where the short one is full."""
    values = [size, packed, offset]
    wanted = [i for i, value in enumerate(values) if value == _NOT_HERE_32]
    if not wanted:
        return size, packed, offset
    field = _extra_field(extra, 0x0001)
    if field is None or len(field) < 8 * len(wanted):
        raise DirectoryError("the directory of the archive is damaged (ZIP64)")
    for place, index in enumerate(wanted):
        values[index] = int.from_bytes(field[8 * place : 8 * place + 8], "little")
    return values[0], values[1], values[2]


def _extra_field(extra: bytes, wanted: int) -> bytes | None:
    at = 0
    while at + _EXTRA.size <= len(extra):
        kind, length = _EXTRA.unpack_from(extra, at)
        if kind == wanted:
            return extra[at + _EXTRA.size : at + _EXTRA.size + length]
        at += _EXTRA.size + length
    return None


def _decode_name(raw: bytes, is_utf8: bool, extra: bytes) -> str:
    """The name as text, "/" between folders.

    UTF-8 where the flag or the field for it says so, and where the bytes can hardly be else (macOS sets no flag); then
    GBK, which Windows writes in Chinese; then CP437, which has a letter for every byte.
    """
    unicode_path = _extra_field(extra, 0x7075)
    if unicode_path and unicode_path[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
        raw, is_utf8 = unicode_path[5:], True
    if raw.isascii():
        return raw.decode("ascii").replace("\\", "/")
    try:
        name = raw.decode("utf-8")
        # GBK of two-byte letters may pass for UTF-8 of two-byte letters; three-byte ones (all Chinese) are no accident.
        if is_utf8 or max(name) >= "\u0800":
            return name.replace("\\", "/")
    except UnicodeDecodeError:
        pass  # The next encoding is tried.
    for encoding in ("gbk", "cp437"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    raise AssertionError("CP437 decodes every byte")


def _refuse_overlap(members: Sequence[Member], directory_start: int) -> None:
    """No real archive has two members in the same bytes; one that has expands far beyond its own size."""
    end = 0
    for member in sorted(members, key=lambda member: member.offset):
        if member.offset < end:
            raise DirectoryError("members of the archive overlap")
        end = member.offset + _LOCAL.size + len(member.raw) + member.packed
    if end > directory_start:
        raise DirectoryError("the members of the archive run into its directory")
