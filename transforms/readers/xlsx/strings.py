"""The shared texts of an xlsx workbook: how long each is, and which surely are not blank. Their text is never read.

A cell points at a text by its number, so a small file can say a long text a million times: what that comes to is
counted here, before the library that reads values copies any of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from transforms.readers.xlsx.package import STRINGS, Package
from transforms.readers.xlsx.scan import Bools, Bytes, Ints, spells

_OPENING = re.compile(rb"""<(?:\w+:)?sst(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")
_COUNT = re.compile(rb"""\s(?:uniqueCount|count)\s*=\s*(?:"[^"]*"|'[^']*')""")
_COUNT_OF = re.compile(rb"""\s(?:uniqueCount|count)\s*=\s*["']\s*\+?([0-9]{1,40})""")
_HARMLESS = 1_000_000
_MARGIN = b"\0" * 40


@dataclass(frozen=True)
class SharedStrings:
    """length: bytes of each text's element; certain: whether it surely shows something."""

    length: Ints
    certain: Bools


def shared_strings(package: Package) -> SharedStrings:
    """Empty where the workbook has none. Raises MarksError."""
    xml = package.read_plain(STRINGS)
    if xml is None:
        return SharedStrings(np.zeros(0, np.int64), np.zeros(0, np.bool_))
    every = np.frombuffer(xml + _MARGIN, np.uint8)
    colon = xml[:1000].find(b":sst")
    prefix = xml[xml.rfind(b"<", 0, colon) + 1 : colon + 1] if colon > 0 else b""
    tags = np.flatnonzero(every == ord("<"))
    start = tags[spells(every, tags + 1, prefix + b"si")]
    length = np.diff(np.append(start, len(xml)))
    _drop_false_counts(package, xml, len(start))
    return SharedStrings(length, _certain(every, start))


def _drop_false_counts(package: Package, xml: bytes, texts: int) -> None:
    """The library reserves memory for as many texts as the part says it has; where that is more than it has, not so."""
    opening = _OPENING.search(xml)
    said = [int(digits) for digits in _COUNT_OF.findall(opening[0])] if opening else []
    if opening and any(count > max(texts, _HARMLESS) for count in said):
        tag = _COUNT.sub(b"", opening[0])
        package.changed[package.find(STRINGS) or STRINGS] = xml[: opening.start()] + tag + xml[opening.end() :]


def _certain(every: Bytes, start: Ints) -> Bools:
    bare, kept = b"<si><t>", b'<si><t xml:space="preserve">'
    certain: Bools = spells(every, start, bare) & shows(every[start + len(bare)])
    certain |= spells(every, start, kept) & (every[start + len(kept)] != ord("<"))
    return certain


def shows(byte: Bytes) -> Bools:
    """Whether a text that begins with `byte` is not blank, for sure: no end, no space, no reference to a character."""
    shown: Bools = (byte > ord(" ")) & (byte != ord("<")) & (byte != ord("&"))
    return shown
