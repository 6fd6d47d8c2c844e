"""Bytes of a text file → text, strictly.

A byte that cannot be decoded is a finding that names it. It never becomes U+FFFD, and no encoding is guessed that was
not proved by decoding the whole file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from contracts.finding import Finding
from contracts.structure import structure_finding

_BOM_UTF8 = b"\xef\xbb\xbf"
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")


@dataclass(frozen=True)
class Decoded:
    """The text and the name of the encoding it was in."""

    text: str
    encoding: str


def decode_text(data: bytes, name: str) -> Decoded | Finding:
    """UTF-8 with or without its mark, UTF-16 with its mark, or GB18030; anything else is one FILE-05 finding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(data, name, "utf-16", "UTF-16")
    control = _CONTROL.search(data)
    if control is not None:
        zh, en = "文本中不应有控制字符", "a control character has no place in text"
        return _broken_byte(data, name, control.start(), zh, en)
    if data.startswith(_BOM_UTF8):
        return _decode(data, name, "utf-8-sig", "UTF-8")
    first = _decode(data, name, "utf-8", "UTF-8")
    if isinstance(first, Decoded) or _mostly_utf8(data):
        return first
    return _decode(data, name, "gb18030", "GB18030")


def _decode(data: bytes, name: str, codec: str, label: str) -> Decoded | Finding:
    try:
        return Decoded(data.decode(codec), label)
    except UnicodeDecodeError as error:
        # utf-8-sig counts from behind the mark
        offset = error.start + (len(data) - len(error.object) if codec == "utf-8-sig" else 0)
        return _broken_byte(data, name, offset, f"不是合法的 {label} 字节", f"not valid in {label}", label)


def _mostly_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 with damage rather than another encoding: more characters decode than do not.

    GB18030 read as UTF-8 fails at nearly every character; UTF-8 with one broken byte fails once. Without this, a
    broken UTF-8 file could pass as GB18030 and become nonsense that no rule would recognise as such.
    """
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = sum(1 for character in text if character > "\x7f")
    return beyond_ascii > 2 * broken


def _broken_byte(data: bytes, name: str, offset: int, zh: str, en: str, encoding: str = "") -> Finding:
    """FILE-05 at byte `offset`; the line counts from 1, the offset from 0."""
    newline = {"UTF-16": "\n".encode("utf-16-le" if data[:1] == b"\xff" else "utf-16-be")}.get(encoding, b"\n")
    line = data.count(newline, 0, offset) + 1
    value = f"0x{data[offset]:02X}"
    return structure_finding(
        "FILE-05",
        f"文件“{name}”第 {line} 行有无法解码的字节 {value}（文件第 {offset} 字节，从 0 数起）：{zh}。"
        "请以 UTF-8 或 GB18030 重新保存。",
        f"File “{name}”, line {line}: byte {value} at offset {offset} (from 0) cannot be decoded: {en}. "
        "Save it again as UTF-8 or GB18030.",
        filed=value,
    )
