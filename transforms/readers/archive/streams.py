"""The packed bytes of an archive's member, expanded piece by piece, so that whoever counts can stop at any piece.

A piece is never larger than 1 MiB, whatever the stream claims. It counts nothing itself.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Protocol

from transforms.book import Buffer
from transforms.readers.archive.directory import Member

_FED = 1 << 18
_PIECE = 1 << 20
_LZMA_MEMORY = 128 * 1024 * 1024
_STORED, _DEFLATED, _BZIP2, _LZMA = 0, 8, 12, 14
_NOT_READ = {1: "shrunk", 6: "imploded", 9: "Deflate64", 93: "Zstandard", 95: "XZ", 98: "PPMd", 99: "AES"}


class StreamError(Exception):
    """The packed bytes are not a whole stream of their method. For `archives` alone."""


class _Expander(Protocol):
    """One stream being expanded."""

    @property
    def eof(self) -> bool: ...

    def expand(self, packed: bytes) -> bytes:
        """At most 1 MiB more; `packed` is new input, or nothing to go on with what was given before."""


def expand_stream(data: Buffer, start: int, member: Member) -> Iterator[bytes]:
    """The expanded bytes of `member`, whose packed ones begin at `start`. Raises StreamError."""
    packed, method = member.packed, member.method
    if method == _STORED:
        for at in range(start, start + packed, _PIECE):
            yield data[at : min(at + _PIECE, start + packed)]
        return
    try:
        if method == _LZMA:
            head = _lzma_head(data[start : start + 9], None if member.end_marked else member.size)
            yield from _expand(_Buffered(_lzma()), data, start + 9, start + packed, head)
        elif method == _DEFLATED:
            yield from _expand(_Inflater(), data, start, start + packed, b"")
        elif method == _BZIP2:
            yield from _expand(_Buffered(bz2.BZ2Decompressor()), data, start, start + packed, b"")
        else:
            raise StreamError(f"compression method {method} ({_NOT_READ.get(method, 'unknown')}) is not read")
    except (zlib.error, lzma.LZMAError, OSError, EOFError, MemoryError) as error:
        raise StreamError(str(error) or type(error).__name__) from error


def _expand(stream: _Expander, data: Buffer, start: int, end: int, head: bytes) -> Iterator[bytes]:
    if head:
        yield stream.expand(head)
    for at in range(start, end, _FED):
        piece = stream.expand(data[at : min(at + _FED, end)])
        while piece and not stream.eof:
            yield piece
            piece = stream.expand(b"")
        yield piece
        if stream.eof:
            return
    raise StreamError("the stream ends too early")


class _Inflater:
    """Raw deflate."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(-15)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    def expand(self, packed: bytes) -> bytes:
        return self._stream.decompress(self._stream.unconsumed_tail + packed, _PIECE)


class _Buffered:
    """bzip2 and LZMA, whose decompressors keep what they have not used."""

    def __init__(self, stream: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._stream = stream

    @property
    def eof(self) -> bool:
        return self._stream.eof

    def expand(self, packed: bytes) -> bytes:
        return self._stream.decompress(packed, _PIECE)


def _lzma() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY)


def _lzma_head(head: bytes, size: int | None) -> bytes:
    """The header that a lone LZMA stream has, from the one a member has (version, length, properties)."""
    if len(head) < 9 or head[2:4] != b"\x05\x00":
        raise StreamError("LZMA header")
    return head[4:9] + (b"\xff" * 8 if size is None else size.to_bytes(8, "little"))
