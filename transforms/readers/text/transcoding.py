"""Bytes of a text file in any encoding → pieces of UTF-8, strictly and one after the other.

Memory holds one piece at a time. A byte that cannot be decoded ends it with its offset; none ever becomes U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from contracts.finding import Finding
from contracts.structure import structure_finding
from transforms.book import Buffer
from transforms.readers.text.converting import open_converter
from transforms.readers.text.encodings import Encoding, pieces
from transforms.readers.text.places import count_lines, where

_LOST = "\ufffd".encode()
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")


class UndecodableError(Exception):
    """The byte at `offset` of the file is none of the encoding."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class ControlError(Exception):
    """There is a control character in the text, which has no place in a table."""


class LostError(Exception):
    """There is U+FFFD in the text: another program could not decode what had been there."""


def transcode(data: Buffer, encoding: Encoding, *, lost_ends: bool = False) -> Iterator[bytes]:
    """UTF-8, in pieces that are whole characters. Raises `UndecodableError`, with all text before it given.

    lost_ends: whether to raise `LostError` for U+FFFD in the text.
    """
    with open_converter(encoding.codec) as convert:
        for start, piece, final in pieces(data, encoding.mark):
            try:
                text = convert(piece, final)
            except UnicodeDecodeError as error:
                # what had been kept of the piece before stands in front of this piece
                offset = start + len(piece) - len(error.object) + error.start
                yield error.object[: error.start].decode(encoding.codec).encode("utf-8")
                raise UndecodableError(offset) from error
            if lost_ends and _may_lack(piece, encoding) and _LOST in text:
                raise LostError
            yield text


def _may_lack(piece: bytes, encoding: Encoding) -> bool:
    """Whether U+FFFD may be in it; as GB18030 it begins with 84, a byte next to no text has, and one is soon found."""
    return encoding.codec != "gb18030" or b"\x84" in piece


def undecodable(name: str, data: Buffer, encoding: Encoding, error: UndecodableError) -> Finding:
    """FILE-05 at the byte where decoding ended."""

    def before() -> Iterator[str]:
        try:
            yield from (piece.decode() for piece in transcode(data, encoding))
        except UndecodableError:
            return

    label = encoding.label
    return _broken(name, data, error.offset, before(), f"不是合法的 {label} 字节", f"not valid in {label}")


def control_found(name: str, data: Buffer, encoding: Encoding) -> Finding:
    """FILE-05 at the first control character of a file that has one."""
    texts: list[str] = []
    for piece in transcode(data, encoding):
        found = CONTROLS.search(piece)
        texts.append(piece[: found and found.start()].decode())
        if found:
            break
    # a control character is no part of another one in any encoding with bytes of ASCII
    narrow = None if encoding.wide else CONTROLS.search(data)
    offset = narrow.start() if narrow else encoding.mark + sum(len(text.encode(encoding.codec)) for text in texts)
    zh, en = "文本中不应有控制字符", "a control character has no place in text"
    return _broken(name, data, offset, iter(texts), zh, en)


def _broken(name: str, data: Buffer, offset: int, before: Iterator[str], zh: str, en: str) -> Finding:
    row, line = count_lines(before)
    value = f"0x{data[offset]:02X}"
    place_zh, place_en = where(row, line)
    return structure_finding(
        "FILE-05",
        f"文件“{name}”{place_zh}有无法解码的字节 {value}（文件第 {offset} 字节，从 0 数起）：{zh}。"
        "请以 UTF-8 或 GB18030 重新保存。",
        f"File “{name}”, {place_en}: byte {value} at offset {offset} (from 0) cannot be decoded: {en}. "
        "Save it again as UTF-8 or GB18030.",
        filed=value,
    )
