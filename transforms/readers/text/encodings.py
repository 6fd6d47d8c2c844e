"""Which encoding the bytes of a text file are in: by its mark, by its zeros, by what decodes, by the characters found.

Only the encoding is decided here, on a sample and, for UTF-8, on every byte; decoding is strict and comes after
(`transcoding`). Where the evidence is for one encoding, a byte that is none of it is a finding, never a reason to read
the file in another, in which it would decode into nonsense.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from transforms.book import Buffer
from transforms.readers.text.characters import BIG5_COMMON, GB_COMMON, plainness

_PIECE = 4 * 1024 * 1024
_FIRST = 128 * 1024
_WINDOW = 8192
_WINDOWS = 8
_WORD = re.compile(r"[^\x00-\x7f]{2}")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32-be", "UTF-32"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
    (b"\x84\x31\x95\x33", "gb18030", "GB18030"),
)


@dataclass(frozen=True)
class Encoding:
    """label: what a person calls it; codec: what Python calls it; mark: bytes in front that are no text."""

    label: str
    codec: str
    mark: int = 0

    @property
    def wide(self) -> bool:
        """Whether a character of ASCII takes more than one byte."""
        return self.codec.startswith(("utf-16", "utf-32"))


UTF8 = Encoding("UTF-8", "utf-8")
GB18030 = Encoding("GB18030", "gb18030")


def detect_encoding(data: Buffer) -> Encoding:
    """UTF-8, UTF-16 or UTF-32 with or without a mark (UTF-32: with), GB18030 (and so GBK), Big5 (and Big5-HKSCS).

    It always names one: which bytes are none of it is for the strict decoding to find.
    """
    for mark, codec, label in _MARKS:
        if data[: len(mark)] == mark:
            return Encoding(label, codec, len(mark))
    head = bytes(data[: _WINDOW * _WINDOWS])
    if b"\0" in head and (wide := wide_encoding(head)):
        return wide
    broken = first_undecodable(data, UTF8)
    if broken is None:
        return GB18030 if _gb_in_disguise(data) else UTF8
    sample = _sample(data, broken)
    return UTF8 if _mostly_utf8(sample) else _chinese(data, sample)


def first_undecodable(data: Buffer, encoding: Encoding) -> int | None:
    """Offset of the first byte that is none of `encoding`; None where all of them are."""
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    for start, piece, final in pieces(data, encoding.mark):
        try:
            decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            # what the decoder had kept of the piece before stands in front of this piece
            return start + len(piece) - len(error.object) + error.start
    return None


def pieces(data: Buffer, start: int = 0) -> Iterator[tuple[int, bytes, bool]]:
    """The bytes from `start` on, piece by piece: where each begins, the bytes, whether it is the last.

    The first piece is small: whoever looks at the beginning only need not pay for more.
    """
    size = _FIRST
    while start < len(data):
        piece = data[start : start + size]
        yield start, piece, start + size >= len(data)
        start, size = start + size, _PIECE


def wide_encoding(head: bytes) -> Encoding | None:
    """UTF-16 without its mark: every newline and comma has a zero, and the characters make sense in one order only."""
    best, found = 0.7, None
    for codec in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(codec, "replace")
        sense = plainness(text, GB_COMMON | BIG5_COMMON, ascii_counts=True)
        if "\0" not in text and sense > best:
            best, found = sense, Encoding("UTF-16", codec)
    return found


def _gb_in_disguise(data: Buffer) -> bool:
    """Whether bytes that happen to be UTF-8 are GB18030: 一 is D2 BB in one and the Cyrillic һ in the other.

    Only two-byte characters can be meant (anything else that is valid UTF-8 is UTF-8), not all of them signs and
    letters of Latin-1 (m², 25°, café), and every one must be a common Chinese character as GB18030, two of them side by
    side (a lone Ω or μ is a unit).
    """
    sample = b""
    for start, piece, _ in pieces(data):
        if piece.isascii():
            continue
        if max(piece) >= 0xE0:
            return False
        sample = sample or _sample(data, start)
    if not sample or max(sample) < 0xC4:
        return False
    text = sample.decode("gb18030", "replace")
    return plainness(text, GB_COMMON) == 1.0 and _WORD.search(text) is not None


def _sample(data: Buffer, first: int) -> bytes:
    """Whole lines with bytes beyond ASCII: from around `first`, and from places spread over the file."""
    step = max((len(data) - first) // _WINDOWS, _WINDOW)
    lines: list[bytes] = []
    for place in range(first, len(data), step):
        begin = data.rfind(b"\n", max(0, place - _WINDOW), place) + 1 or max(0, place - _WINDOW)
        window = bytes(data[begin : place + _WINDOW])
        end = window.rfind(b"\n") + 1 if place + _WINDOW < len(data) else 0
        lines += (line for line in window[: end or None].split(b"\n") if not line.isascii())
    return b"\n".join(lines)


def _mostly_utf8(sample: bytes) -> bool:
    """Whether the bytes are UTF-8 with damage rather than another encoding: more characters decode than do not.

    GB18030 read as UTF-8 fails at nearly every character; UTF-8 with one broken byte fails once. Without this, a
    broken UTF-8 file could pass as GB18030 and become nonsense that no rule would recognise as such.
    """
    text = sample.decode("utf-8", "replace")
    return sum(character > "\x7f" for character in text) > 2 * text.count("\ufffd")


def _chinese(data: Buffer, sample: bytes) -> Encoding:
    """GB18030 or Big5: the one whose reading has more common characters; GB18030 where both have as many."""
    gb = plainness(sample.decode("gb18030", "replace"), GB_COMMON)
    big5 = {codec: plainness(sample.decode(codec, "replace"), BIG5_COMMON) for codec in ("cp950", "big5hkscs")}
    if gb >= max(big5.values()):
        return GB18030
    # Windows' Big5 and Hong Kong's differ in rare characters only: the one that goes further is meant.
    reach = {codec: first_undecodable(data, Encoding("Big5", codec)) for codec in big5}
    windows, hong_kong = (len(data) if end is None else end for end in (reach["cp950"], reach["big5hkscs"]))
    return Encoding("Big5", "cp950") if windows >= hong_kong else Encoding("Big5-HKSCS", "big5hkscs")
