"""A part of an xlsx package spelt anew: the same content, written the way every common writer writes it.

Prefixes, single quotes, comments, CDATA, UTF-16, cells without a place: all are good XML, and the library that reads
values loses some of them without a word. What is spelt oddly goes through here first; what is plain never does. A
document type is refused before anything of it is expanded.
"""

from __future__ import annotations

import re
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from transforms.book import column_letter
from transforms.readers.marks import MarksError

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["'][^>]*\?>""")
_PREFIXED = re.compile(rb"<(\w+):worksheet[\s>]")
_PLACE = re.compile(r"\$?([A-Za-z]{1,7})\$?([0-9]{1,10})")
_WHOLE = re.compile(
    rb'(<(?:\w+:)?(dimension|mergeCell)\s+ref=")\$?(?:([A-Z]{1,3}):\$?([A-Z]{1,3})|([0-9]{1,7}):\$?([0-9]{1,7}))(?=")'
)
_LAST_COLUMN, _LAST_ROW = b"XFD", b"1048576"
_FLUSH = 4096


def is_utf8(xml: bytes) -> bool:
    """Whether part `xml` is UTF-8 by what it says itself: no byte order mark but UTF-8's, no other declaration."""
    head = xml[:200]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        return False
    declared = _DECLARED.match(head.removeprefix(b"\xef\xbb\xbf"))
    return declared is None or declared[1].lower() in (b"utf-8", b"utf8", b"us-ascii")


def without_prefix(xml: bytes) -> bytes:
    """Worksheet part `xml` with its main elements' prefix cut off, as some programs write every one of them (`<x:c>`).

    Only for a part without comments and CDATA: there, no "<" is anything but a tag.
    """
    root = _PREFIXED.search(xml[:1000])
    if root is None:
        return xml
    return xml.replace(b"<" + root[1] + b":", b"<").replace(b"</" + root[1] + b":", b"</")


def with_both_corners(xml: bytes) -> bytes:
    """Worksheet part `xml`, its merges of whole rows and columns (`1:1`, `A:C`) written as areas with two corners.

    So is what it says of its extent, which nobody needs. The library would give up the workbook for either.
    """
    first, last = xml.find(b"sheetData"), xml.rfind(b"sheetData")
    if first < 0:
        return xml
    head, tail = _WHOLE.subn(_corners, xml[:first]), _WHOLE.subn(_corners, xml[last:])
    return b"".join((head[0], xml[first:last], tail[0])) if head[1] or tail[1] else xml


def _corners(found: re.Match[bytes]) -> bytes:
    tag, kind, left, right, top, bottom = found.groups()
    if kind == b"dimension":
        return bytes(tag + b"A1")
    if left:
        return bytes(tag + left + b"1:" + right + _LAST_ROW)
    return bytes(tag + b"A" + top + b":" + _LAST_COLUMN + bottom)


def respell(xml: bytes) -> bytes:
    """Part `xml` in UTF-8, without comments, CDATA and instructions; names and prefixes stay. Raises MarksError."""
    speller = _Speller()
    speller.read(xml)
    return speller.text()


def respell_sheet(xml: bytes) -> bytes:
    """Worksheet part `xml` as `<c r= s= t=>` without prefixes, every cell with its place. Raises MarksError.

    Elements of other namespaces are left out: they hold no cell.
    """
    speller = _SheetSpeller()
    speller.read(xml)
    return speller.text()


def new_parser(separator: str | None) -> expat.XMLParserType:
    """A parser that knows namespaces if it has a `separator`, and refuses a document type (MarksError)."""
    parser = expat.ParserCreate(namespace_separator=separator)
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def parse(parser: expat.XMLParserType, xml: bytes) -> None:
    """All of `xml` through `parser`. Raises MarksError."""
    try:
        parser.Parse(_as_utf8(xml), True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise MarksError(str(error)) from error


class _Speller:
    """Writes again what expat reads."""

    separator: str | None = None

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._blocks: list[bytes] = []

    def read(self, xml: bytes) -> None:
        parser = new_parser(self.separator)
        parser.buffer_text = True
        parser.StartElementHandler = self.open
        parser.EndElementHandler = self.close
        parser.CharacterDataHandler = self.characters
        parse(parser, xml)

    def text(self) -> bytes:
        self._flush()
        return b"".join(self._blocks)

    def open(self, name: str, attributes: dict[str, str]) -> None:
        self.write(f"<{name}{''.join(f' {key}={_quoted(value)}' for key, value in attributes.items())}>")

    def close(self, name: str) -> None:
        self.write(f"</{name}>")

    def characters(self, text: str) -> None:
        self.write(escape(text, {"\r": "&#13;"}))

    def write(self, text: str) -> None:
        self._pieces.append(text)
        if len(self._pieces) >= _FLUSH:
            self._flush()

    def _flush(self) -> None:
        self._blocks.append("".join(self._pieces).encode("utf-8", "surrogatepass"))
        self._pieces.clear()


class _SheetSpeller(_Speller):
    """Knows which element is a row and which a cell, whatever its prefix, and where a cell without a place stands."""

    separator = " "

    def __init__(self) -> None:
        super().__init__()
        self._foreign = 0
        self._row = 0
        self._column = 0

    def open(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if self._foreign or namespace not in (_MAIN, _STRICT, ""):
            self._foreign += 1
            return
        own = {key: value for key, value in attributes.items() if " " not in key}
        if "http://www.w3.org/XML/1998/namespace space" in attributes:
            own["xml:space"] = attributes["http://www.w3.org/XML/1998/namespace space"]
        if local == "row":
            own = self._placed_row(own)
        elif local == "c":
            own = self._placed_cell(own)
        elif local == "worksheet":
            own["xmlns"] = _MAIN
        super().open(local, own)

    def close(self, name: str) -> None:
        if self._foreign:
            self._foreign -= 1
            return
        super().close(name.rpartition(" ")[2])

    def characters(self, text: str) -> None:
        if not self._foreign:
            super().characters(text)

    def _placed_row(self, own: dict[str, str]) -> dict[str, str]:
        number = own.pop("r", "").strip()
        self._row = int(number) if number.isdecimal() and len(number) < 11 else self._row + 1
        self._column = 0
        return {"r": str(self._row), **own}

    def _placed_cell(self, own: dict[str, str]) -> dict[str, str]:
        stated = own.pop("r", "").strip()
        place = _PLACE.fullmatch(stated)
        if stated and not place:
            raise MarksError(f"a cell at {stated[:20]!r}")
        if place:
            place_text = place[1].upper() + place[2]
            self._column = _column_number(place[1].upper())
        else:
            self._column += 1
            place_text = f"{column_letter(self._column - 1)}{self._row}"
        ordered = {"r": place_text}
        ordered |= {key: own.pop(key).strip() for key in ("s", "t") if key in own}
        return ordered | own


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _quoted(value: str) -> str:
    return quoteattr(value, {'"': "&quot;", "\r": "&#13;"})


def _refuse(*_: object) -> None:
    raise MarksError("DOCTYPE")


def _as_utf8(xml: bytes) -> bytes:
    """`xml` as expat can read it: a declared encoding that only Python knows (GBK) is decoded here."""
    declared = _DECLARED.match(xml[:200])
    if declared is None or declared[1].lower().startswith(b"utf"):
        return xml
    try:
        return xml[declared.end() :].decode(declared[1].decode("ascii")).encode("utf-8")
    except (LookupError, UnicodeError) as error:
        raise MarksError(str(error)) from error
