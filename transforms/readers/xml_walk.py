"""A part of an archive, tag by tag: XML of the four encodings every parser knows, and never with a document type.

Without a document type there is no entity to expand and no address to follow.
"""

from __future__ import annotations

from typing import Protocol
from xml.parsers import expat

_CHUNK = 1 << 20
_ENCODINGS = ("utf-8", "utf-16", "us-ascii", "iso-8859-1")


class XmlError(Exception):
    """A part is no XML, or XML of a kind that is refused. For readers alone, which make FILE-04 of it."""


class TagReader(Protocol):
    """What takes the tags and texts of a part; tags and attributes go by their local names."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def data(self, text: str) -> None: ...


def walk_xml(xml: bytes, reader: TagReader) -> None:
    """Feeds a part to `reader`. Raises XmlError, and whatever the reader raises.

    LibreOffice's own value type, which stands beside the standard one of the same local name, goes by "calcext".
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.XmlDeclHandler = _declared
    parser.StartDoctypeDeclHandler = _refuse
    names = _LocalNames()
    take_start, take_end = reader.start, reader.end
    parser.StartElementHandler = lambda tag, attributes: take_start(
        names[tag], {names[key]: value for key, value in attributes.items()} if attributes else attributes
    )
    parser.EndElementHandler = lambda tag: take_end(names[tag])
    parser.CharacterDataHandler = reader.data
    try:
        for place in range(0, len(xml), _CHUNK):
            parser.Parse(xml[place : place + _CHUNK], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise XmlError(str(error)) from error


def _declared(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise XmlError(f"encoding {encoding[:20]}")


def _refuse(*_: object) -> None:
    raise XmlError("文档类型声明 / a document type declaration")


class _LocalNames(dict[str, str]):
    """ "namespace local" → "local", each worked out once."""

    def __missing__(self, name: str) -> str:
        space, _, local = name.rpartition(" ")
        self[name] = found = "calcext" if "calcext" in space and local == "value-type" else local
        return found
