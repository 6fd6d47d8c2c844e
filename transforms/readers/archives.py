"""The members of a ZIP archive, expanded within limits, before any library opens the file.

The archive's own directory is checked first and not trusted after: every compressed stream is expanded and counted
here, because a reader that follows the streams would follow one that expands beyond what the directory says.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

_CHUNK = 1 << 20
_LOCAL_HEADER = struct.Struct("<4sHHHHHIIIHH")


class ArchiveDamagedError(Exception):
    """The archive is not whole. For `reading` alone, which makes a finding of it."""


class ArchiveEncryptedError(Exception):
    """A member of the archive is encrypted. For `reading` alone."""


class ArchiveTooLargeError(Exception):
    """The archive expands beyond the limit. For `reading` alone."""


def expand_archive(data: bytes, limit: int) -> dict[str, bytes]:
    """Every member by name. Raises ArchiveTooLargeError as soon as `limit` bytes in all would be passed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise ArchiveDamagedError(str(error)) from error
    if any(info.flag_bits & 1 for info in infos):
        raise ArchiveEncryptedError
    if len({info.filename for info in infos}) != len(infos):
        raise ArchiveDamagedError("two members of one name")
    if sum(info.file_size for info in infos) > limit:
        raise ArchiveTooLargeError
    members: dict[str, bytes] = {}
    for info in infos:
        members[info.filename] = content = _expand_member(data, info, limit)
        limit -= len(content)
    return members


def _expand_member(data: bytes, info: zipfile.ZipInfo, limit: int) -> bytes:
    header = data[info.header_offset : info.header_offset + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise ArchiveDamagedError(f"{info.filename}: no local header")
    *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    start = info.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    packed = data[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif info.compress_type == zipfile.ZIP_DEFLATED:
        content = _inflate(packed, info.filename, limit)
    else:
        raise ArchiveDamagedError(f"{info.filename}: compression method {info.compress_type}")
    if len(content) > limit:
        raise ArchiveTooLargeError
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise ArchiveDamagedError(f"{info.filename}: length or checksum differs")
    return content


def _inflate(packed: bytes, name: str, limit: int) -> bytes:
    stream = zlib.decompressobj(-15)
    parts: list[bytes] = []
    size = 0
    try:
        while not stream.eof:
            part = stream.decompress(packed, _CHUNK)
            packed = stream.unconsumed_tail
            size += len(part)
            if size > limit:
                raise ArchiveTooLargeError
            if not part and not packed:
                break
            parts.append(part)
    except zlib.error as error:
        raise ArchiveDamagedError(f"{name}: {error}") from error
    if not stream.eof:
        raise ArchiveDamagedError(f"{name}: the stream ends too early")
    return b"".join(parts)
