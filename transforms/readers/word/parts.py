"""The parts of a Word document that hold text, parsed by python-docx, and nothing else of the file.

python-docx gets a small package made here: the main part and what it refers to as header, footer, notes and comments.
Pictures, macros and embedded files stay packed, relationships that lead out of the file are left behind, and a part
that declares a document type or entities is never parsed.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from transforms.readers.archive.archive import Archive

_PARSED_BYTES = 420 * 1024 * 1024
# Bytes that a node and an attribute take at most, once parsed and walked: measured.
_NODE, _ATTRIBUTE = 160, 210
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/([\w/]+?)(/main)?(?=[\"'/])")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)")
_PLAIN = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1", b"gbk", b"gb2312", b"gb18030"})
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_MAIN = "officeDocument"
_CONTENT_TYPES = {
    _MAIN: "document.main+xml",
    "header": "header+xml",
    "footer": "footer+xml",
    "footnotes": "footnotes+xml",
    "endnotes": "endnotes+xml",
    "comments": "comments+xml",
}


class DocumentError(Exception):
    """The document is not one that can be read. For `documents` alone, which makes a finding of it."""


class DocumentTooLargeError(Exception):
    """The document would take too much memory once parsed, in the words of its message. For `documents` alone."""


@dataclass(frozen=True)
class Story:
    """One part of a document that holds text. kind: "officeDocument", "header", …; root: its root element."""

    kind: str
    root: Any


def open_stories(archive: Archive) -> tuple[Story, ...]:
    """The main part, then headers, footers, footnotes, endnotes and comments.

    Raises DocumentError, DocumentTooLargeError, and what `Archive.read` raises.
    """
    main = _main_part(archive)
    parts = [(_MAIN, main), *_related(archive, main)]
    contents = {part: _checked(archive.read(part), part) for _, part in parts}
    memory = sum(_parsed_size(content) for content in contents.values())
    if memory > _PARSED_BYTES:
        raise DocumentTooLargeError(f"{memory >> 20} MiB > {_PARSED_BYTES >> 20} MiB")
    return _parse(parts, contents)


def _parse(parts: list[tuple[str, str]], contents: dict[str, bytes]) -> tuple[Story, ...]:
    import docx  # 0.2 s, and only here: a worker that sees no document does not need it.
    from docx.oxml.parser import parse_xml

    try:
        document = docx.Document(io.BytesIO(_package(parts, contents)))
        by_name = {str(part.partname): part for part in document.part.package.iter_parts()}
        stories = []
        for number, (kind, _) in enumerate(parts):
            part = by_name[f"/part{number}.xml"]
            # Parts that python-docx has no class for (notes) come as bytes.
            stories.append(Story(kind, part.element if hasattr(part, "element") else parse_xml(part.blob)))
        return tuple(stories)
    except (etree.XMLSyntaxError, KeyError, ValueError, AttributeError, TypeError) as error:
        raise DocumentError(_in_a_line(error)) from error


def _package(parts: list[tuple[str, str]], contents: dict[str, bytes]) -> bytes:
    """A package of exactly `parts`, named and related anew."""
    types = "".join(
        f'<Override PartName="/part{number}.xml" ContentType="{_WORD}{_CONTENT_TYPES[kind]}"/>'
        for number, (kind, _) in enumerate(parts)
    )
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as package:
        package.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}content-types">{rels}{types}</Types>')
        package.writestr("_rels/.rels", _relationships(parts, [0]))
        package.writestr("_rels/part0.xml.rels", _relationships(parts, range(1, len(parts))))
        for number, (_, part) in enumerate(parts):
            package.writestr(f"part{number}.xml", contents[part])
    return into.getvalue()


def _relationships(parts: list[tuple[str, str]], numbers: Any) -> str:
    inner = "".join(
        f'<Relationship Id="r{number}" Type="{_RELATIONS}{parts[number][0]}" Target="/part{number}.xml"/>'
        for number in numbers
    )
    return f'<Relationships xmlns="{_PACKAGE}relationships">{inner}</Relationships>'


def _in_a_line(error: Exception) -> str:
    """What the parser says, without the line breaks it likes."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _main_part(archive: Archive) -> str:
    named = (part for kind, part in _targets(archive, "_rels/.rels", "") if kind == _MAIN)
    main = next(named, "word/document.xml")
    if main not in archive:
        raise DocumentError(f"{main} is missing")
    return main


def _related(archive: Archive, main: str) -> list[tuple[str, str]]:
    folder, base = posixpath.split(main)
    rels = posixpath.join(folder, "_rels", f"{base}.rels")
    found = dict.fromkeys(
        (kind, part)
        for kind, part in _targets(archive, rels, folder)
        if kind in _CONTENT_TYPES and kind != _MAIN and part in archive
    )
    order = list(_CONTENT_TYPES)
    return sorted(found, key=lambda item: order.index(item[0]))


def _targets(archive: Archive, rels: str, folder: str) -> Iterator[tuple[str, str]]:
    """Kind and part of every relationship within the file; those that lead out of it are nobody's business."""
    if rels not in archive:
        return
    content = _checked(archive.read(rels), rels)
    if _parsed_size(content) > _PARSED_BYTES:
        raise DocumentTooLargeError(rels)
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise DocumentError(f"{rels}: {_in_a_line(error)}") from error
    for relationship in root.iter("{*}Relationship"):
        if relationship.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, relationship.get("Target", "")))
            yield relationship.get("Type", "").rpartition("/")[2], target.lstrip("/")


def _checked(content: bytes, part: str) -> bytes:
    """The part in an encoding that can be looked at, with transitional names; refused if it declares a document type.

    No Office program writes a document type; whoever does wants entities expanded or files fetched.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = _DECLARATION.sub("", content.decode("utf-16", errors="replace")).encode()
    content = content.removeprefix(b"\xef\xbb\xbf")
    encoding = _ENCODING.match(content[:200].lstrip())
    if not content.lstrip()[:1] == b"<" or (encoding and encoding[1].lower() not in _PLAIN):
        raise DocumentError(f"{part} is no XML")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise DocumentError(f"{part} declares a document type or entities")
    if b"http://purl.oclc.org/ooxml/" in content:
        content = _STRICT.sub(_transitional, content)
    return content


def _transitional(strict: re.Match[bytes]) -> bytes:
    """The names of ISO strict documents, which python-docx does not know, as those of all others."""
    family, _, rest = strict[1].partition(b"/")
    return (
        b"http://schemas.openxmlformats.org/" + family + b"/2006" + (b"/" + rest if rest else b"") + (strict[2] or b"")
    )


def _parsed_size(content: bytes) -> int:
    """About how many bytes the parsed part takes, at most: tags and attributes cost more than their text."""
    return len(content) + _NODE * content.count(b"<") + _ATTRIBUTE * content.count(b"=")
