"""The parts of an xlsx package that say what its sheets are: the workbook, its relations, its styles.

Every part is walked by expat, tag by tag, so that none of them is ever a tree in memory; none is expanded, none leads
outside the package.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from posixpath import join, normpath
from typing import Literal

from transforms.book import Limits
from transforms.readers.archive.archive import Archive
from transforms.readers.cell_table import TooLargeError
from transforms.readers.marks import MarksError
from transforms.readers.xlsx.plain import is_utf8, new_parser, parse, respell

WORKBOOK, STYLES, STRINGS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"
_ROOT_RELATIONS = "_rels/.rels"
_RELATED = {"styles": STYLES, "sharedStrings": STRINGS}
_ATTRIBUTES = rb"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*"""
_SHEET = re.compile(rb"<(\w+:)?sheet(?=[\s/>])" + _ATTRIBUTES + rb"(?:/>|>\s*</(?:\w+:)?sheet\s*>)")
_STATE = re.compile(rb"""\sstate\s*=\s*(?:"[^"]*"|'[^']*')""")
_STATES = ("", "visible", "hidden", "veryHidden")
StyleKind = Literal["percent", "month", "day"]
Visit = Callable[[str, str, dict[str, str]], None]
_FORMAT_NOISE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_BUILT_IN: Mapping[int, StyleKind] = {
    **dict.fromkeys((9, 10), "percent"),
    **dict.fromkeys((17, 27, 36, 50, 52, 57), "month"),
    **dict.fromkeys((14, 15, 16, 18, 19, 20, 21, 22, 28, 29, 30, 31, 45, 46, 47, 51, 53, 54, 55, 56, 58), "day"),
}


NO_PART = "none"
"""The type of a sheet that the workbook lists without a part of its own."""
_SHEET_TYPES = frozenset({"worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})


@dataclass(frozen=True)
class SheetPart:
    """One sheet of the workbook: its name, the member that holds it ("" if none does), the end of its type's URL."""

    name: str
    member: str
    type: str


class Package:
    """The members of an archive as parts, found whatever the case of their names; `changed` are those spelt anew."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._names = {name.lower(): name for name in reversed(archive.names)}
        self._places: dict[str, str] = {}
        self.changed: dict[str, bytes] = {}

    def find(self, name: str) -> str | None:
        name = self._places.get(name, name)
        return self._names.get(name.replace("\\", "/").lower())

    def locate(self, part: str, target: str, folder: str) -> None:
        """From here on `part` is found where `target` leads from `folder`, if there is such a member."""
        if member := self.lead(target, folder):
            self._places[part] = member

    def lead(self, target: str, folder: str) -> str:
        """The member that a relation's `target` leads to; "" if none. Some programs name it from the root of all."""
        target = target.replace("\\", "/")
        places = [target.lstrip("/")] if target.startswith("/") else [normpath(join(folder, target)), target]
        return next((found for place in places if target and (found := self.find(place))), "")

    def read(self, name: str) -> bytes | None:
        """The part's bytes as the archive has them; None if there is no such part. Raises what the archive raises."""
        member = self.find(name)
        return None if member is None else self._archive.read(member)

    def read_plain(self, name: str) -> bytes | None:
        """The part in UTF-8, without comments, CDATA and instructions; in `changed` where that is not how it was.

        None if there is no such part. Raises MarksError and what the archive raises.
        """
        xml = self.read(name)
        if xml is None or (is_utf8(xml) and b"<!" not in xml and xml.find(b"<?", len("<?xml")) < 0):
            return xml
        plain = respell(xml)
        self.changed[self.find(name) or name] = plain
        return plain


def sheet_parts(package: Package, limits: Limits) -> tuple[SheetPart, ...]:
    """Every sheet, in the workbook's order. Raises TooLargeError, and MarksError for parts that are missing or damaged.

    Two sheets of one name are damage, and so are two that one member holds: reading it again and again would be a way
    to make a small file a large one.
    """
    _locate_workbook(package)
    folder, _, file = (package.find(WORKBOOK) or WORKBOOK).rpartition("/")
    relations = _relations(package, join(folder, "_rels", f"{file}.rels"))
    book = package.read_plain(WORKBOOK)
    if book is None or relations is None:
        raise MarksError(f"no {WORKBOOK}" if book is None else f"no relations of {WORKBOOK}")
    for target, kind in relations.values():
        if kind in _RELATED:
            package.locate(_RELATED[kind], target, folder)
    listed: list[tuple[str, str, str]] = []

    def enlist(section: str, name: str, own: dict[str, str]) -> None:
        if section == "sheets" and name == "sheet":
            listed.append((own.get("name", ""), own.get("id", ""), own.get("state", "")))
            if len(listed) > limits.sheets:
                raise TooLargeError(f"超过 {limits.sheets} 张工作表", f"more than {limits.sheets} sheets")

    walk(book, WORKBOOK, enlist)
    if len({name for name, _, _ in listed}) != len(listed):
        raise MarksError(f"{WORKBOOK}: two sheets of one name")
    parts = []
    for name, identifier, _ in listed:
        target, kind = relations.get(identifier, ("", "")) if identifier else ("", NO_PART)
        part = SheetPart(name, package.lead(target, folder), kind)
        if part.member and kind not in _SHEET_TYPES:
            raise MarksError(f"{WORKBOOK}: a sheet of type “{kind}”")
        parts.append(part)
    members = [part.member for part in parts if part.member]
    if len(set(members)) != len(members):
        raise MarksError(f"{WORKBOOK}: two sheets in one part")
    _list_known_sheets(package, book, [(part, state) for part, (_, _, state) in zip(parts, listed, strict=True)])
    return tuple(parts)


def _locate_workbook(package: Package) -> None:
    """It is where the package's own relations say, which is nearly always `xl/workbook.xml`."""
    for target, kind in (_relations(package, _ROOT_RELATIONS) or {}).values():
        if kind == "officeDocument":
            package.locate(WORKBOOK, target, "")


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]] | None:
    """Target and end of the type's URL by identifier; None where there is no such part. Raises MarksError."""
    xml = package.read_plain(part)
    found: dict[str, tuple[str, str]] = {}

    def relate(_: str, name: str, own: dict[str, str]) -> None:
        if name == "Relationship":
            found[own.get("Id", "")] = own.get("Target", ""), own.get("Type", "").rpartition("/")[2]

    if xml is not None:
        walk(xml, part, relate)
    return None if xml is None else found


def _list_known_sheets(package: Package, book: bytes, sheets: list[tuple[SheetPart, str]]) -> None:
    """Spells the workbook's list anew where it holds what the library gives up a whole workbook for.

    That is a sheet without a part (a module of Excel 5.0), a macro sheet, or a state that there is not; a worksheet
    whose part is missing stays in the list, and so stays damage.
    """
    known = [part.type == "worksheet" or not (part.member or part.type == NO_PART) for part, _ in sheets]
    strange = [state not in _STATES for _, state in sheets]
    found = list(_SHEET.finditer(book))
    if len(found) != len(sheets) or not (any(strange) or not all(known)):
        return
    pieces, behind = list[bytes](), 0
    for tag, kept, odd in zip(found, known, strange, strict=True):
        pieces.append(book[behind : tag.start()])
        if kept:
            pieces.append(_STATE.sub(b"", tag[0]) if odd else tag[0])
        behind = tag.end()
    package.changed[package.find(WORKBOOK) or WORKBOOK] = b"".join([*pieces, book[behind:]])


def style_kinds(package: Package) -> dict[int, StyleKind]:
    """Cell style number → what its number format shows, for those that show a percentage, a month or a day or time."""
    styles = package.read_plain(STYLES)
    kinds, numbers = dict(_BUILT_IN), list[str]()

    def visit(section: str, name: str, own: dict[str, str]) -> None:
        if section == "numFmts" and name == "numFmt" and own.get("numFmtId", "").isdecimal():
            kinds.pop(int(own["numFmtId"]), None)
            if kind := _format_kind(own.get("formatCode", "")):
                kinds[int(own["numFmtId"])] = kind
        elif section == "cellXfs" and name == "xf":
            numbers.append(own.get("numFmtId", "0"))

    if styles is not None:
        walk(styles, STYLES, visit)
    known = ((i, kinds.get(int(number))) for i, number in enumerate(numbers) if number.isdecimal())
    return {i: kind for i, kind in known if kind}


def _format_kind(code: str) -> StyleKind | None:
    code = _FORMAT_NOISE.sub("", code).split(";")[0].lower()
    if "%" in code:
        return "percent"
    if "y" in code and "m" in code and not set("dhs") & set(code):
        return "month"
    return "day" if set("ymdhs") & set(code.replace("general", "")) else None


def walk(xml: bytes, part: str, visit: Visit) -> None:
    """Calls `visit(section, name, attributes)` for every tag, without prefixes; `section`: the second tag around it.

    Raises MarksError, which names `part`.
    """
    path: list[str] = []

    def opened(name: str, attributes: dict[str, str]) -> None:
        path.append(name.rpartition(" ")[2])
        own = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        visit(path[1] if len(path) > 1 else "", path[-1], own)

    parser = new_parser(" ")
    parser.StartElementHandler = opened
    parser.EndElementHandler = lambda _: path.pop()
    try:
        parse(parser, xml)
    except MarksError as error:
        raise MarksError(f"{part}: {error}") from error
