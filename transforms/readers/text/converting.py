"""GB18030 → UTF-8, piece by piece: through the C library's iconv where there is one, through Python's codec elsewhere.

iconv takes half the time, and Polars goes on beside it; both give the same text (`STANDARD` says how), and every byte
that iconv refuses is put to the codec, whose word counts.
"""

from __future__ import annotations

import codecs
import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

Convert = Callable[[bytes, bool], bytes]
"""A piece and whether it is the last → UTF-8 of all whole characters so far. Raises `UnicodeDecodeError`."""

# Until 2005 GB18030 had no characters of its own for these and programs put them into private use; some still do.
STANDARD = str.maketrans(
    dict(
        zip(
            map(chr, range(0xE78D, 0xE797)), "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19", strict=True
        )
    )
    | {"\ue7c7": "\u1e3f", "\ue816": "\U00020087", "\ue817": "\U00020089", "\ue818": "\U000200cc", "\ue81e": "\u9fb4"}
    | {"\ue826": "\u9fb5", "\ue82b": "\u9fb6", "\ue82c": "\u9fb7", "\ue831": "\U000215d7", "\ue832": "\u9fb8"}
    | {"\ue83b": "\U0002298f", "\ue843": "\u9fb9", "\ue854": "\u9fba", "\ue855": "\U000241fe", "\ue864": "\u9fbb"}
)
_PRIVATE = b"\xee"
_NOT_OPENED = ctypes.c_void_p(-1).value


@contextmanager
def open_converter(codec: str) -> Iterator[Convert]:
    """What converts `codec` to UTF-8, for as long as it is used."""
    decoder = codecs.getincrementaldecoder(codec)()
    if codec != "gb18030":
        yield lambda piece, final: decoder.decode(piece, final).encode()
        return
    library = _library()
    handle: int | None = library.iconv_open(b"UTF-8", b"GB18030") if library else None
    if library is None or handle is None or handle == _NOT_OPENED:
        yield lambda piece, final: standard(decoder.decode(piece, final).encode())
        return
    try:
        yield _Iconv(library, handle).convert
    finally:
        library.iconv_close(handle)


def standard(text: bytes) -> bytes:
    """UTF-8 with the characters that GB18030 has now in place of those for private use."""
    return text.decode().translate(STANDARD).encode() if _PRIVATE in text else text


class _Iconv:
    def __init__(self, library: ctypes.CDLL, handle: int) -> None:
        self._library, self._handle = library, handle
        self._rest = b""
        self._out = np.empty(0, np.uint8)

    def convert(self, piece: bytes, final: bool) -> bytes:
        data = self._rest + piece
        if self._out.size < 4 * len(data) + 16:
            self._out = np.empty(4 * len(data) + 16, np.uint8)
        source = ctypes.c_char_p(data)
        unread, room = ctypes.c_size_t(len(data)), ctypes.c_size_t(self._out.size)
        target = ctypes.c_void_p(self._out.ctypes.data)
        refs = [ctypes.byref(each) for each in (source, unread, target, room)]
        self._library.iconv(self._handle, *refs)
        done = self._out[: self._out.size - room.value].tobytes()
        self._rest = data[len(data) - unread.value :]
        if self._rest:
            done += self._refused(data, final)
        return standard(done)

    def _refused(self, data: bytes, final: bool) -> bytes:
        """What iconv left, by the codec: half a character at the end of a piece waits for the next one."""
        decoder = codecs.getincrementaldecoder("gb18030")()
        begun = len(data) - len(self._rest)
        try:
            text = decoder.decode(self._rest, final)
        except UnicodeDecodeError as error:
            raise UnicodeDecodeError(
                error.encoding, data, begun + error.start, begun + error.end, error.reason
            ) from error
        self._rest = decoder.getstate()[0]
        return text.encode()


def _library() -> ctypes.CDLL | None:
    """The C library, if it has an iconv."""
    try:
        library = ctypes.CDLL(None)
        opener, converter, closer = library.iconv_open, library.iconv, library.iconv_close
    except (AttributeError, OSError, TypeError):
        return None
    opener.restype, opener.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_char_p)
    converter.restype, converter.argtypes = ctypes.c_size_t, (ctypes.c_void_p,) * 5
    closer.argtypes = (ctypes.c_void_p,)
    return library
