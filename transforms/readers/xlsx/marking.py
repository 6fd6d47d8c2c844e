"""What an xlsx's own XML says about cells and the library that reads its values does not pass on.

python-calamine reads an error value, and a formula nobody computed, as an empty cell; a percentage as its fraction; a
month as its first day; a long number as a float; and it reserves the whole rectangle of a sheet before reading it.
Those cells and that rectangle are found here. An ordinary value is never read: that is the library's part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from transforms.book import Limits
from transforms.readers.archive.archive import Archive
from transforms.readers.cell_table import TooLargeError
from transforms.readers.marks import MarksError, SheetMarks
from transforms.readers.xlsx.package import Package, SheetPart, StyleKind, sheet_parts, style_kinds
from transforms.readers.xlsx.plain import is_utf8, respell_sheet, with_both_corners, without_prefix
from transforms.readers.xlsx.scan import Bytes, NotPlainError
from transforms.readers.xlsx.sheet import MONTH, OTHER_DAY, PERCENT, SheetReader
from transforms.readers.xlsx.strings import SharedStrings, shared_strings

_STYLE_CODES: Mapping[StyleKind, int] = {"percent": PERCENT, "month": MONTH, "day": OTHER_DAY}


@dataclass(frozen=True)
class WorkbookMarks:
    """The marks of every sheet by its name; `parts`: the workbook's sheets; `changed`: members to be read instead.

    A member is changed where it was spelt in a way, or holds an error value, that the library does not know.
    """

    sheets: dict[str, SheetMarks]
    parts: tuple[SheetPart, ...]
    changed: dict[str, bytes]


def mark_workbook(archive: Archive, limits: Limits) -> WorkbookMarks:
    """The marks of every worksheet. Raises MarksError, TooLargeError and what the archive raises."""
    package = Package(archive)
    parts = sheet_parts(package, limits)
    styles, strings = _style_codes(style_kinds(package)), shared_strings(package)
    sheets: dict[str, SheetMarks] = {}
    shared = 0
    for part in parts:
        xml = package.read(part.member) if part.member and part.type == "worksheet" else None
        if xml is None:
            continue
        # Counted before anything walks them: a million merges of nothing take seconds to be laid out.
        if xml.count(b"mergeCell ") > limits.merges:
            raise TooLargeError(f"合并单元格超过 {limits.merges} 处", f"more than {limits.merges} merges")
        reader = _read_part(xml, styles, strings, limits, part)
        sheets[part.name] = reader.marks()
        shared += reader.shared
        if shared > limits.expanded_bytes:
            raise TooLargeError("重复引用的文本展开后过大", "its shared texts expand too far")
        if reader.xml is not xml or reader.unknown:
            package.changed[part.member] = reader.known_xml()
    return WorkbookMarks(sheets, parts, package.changed)


def _style_codes(kinds: Mapping[int, StyleKind]) -> Bytes:
    """A table from style number to its code; the last entry, for any number behind it, is 0."""
    codes = np.zeros(max(kinds, default=0) + 2, np.uint8)
    for style, kind in kinds.items():
        codes[style] = _STYLE_CODES[kind]
    return codes


def _read_part(xml: bytes, styles: Bytes, strings: SharedStrings, limits: Limits, part: SheetPart) -> SheetReader:
    try:
        if is_utf8(xml):
            return SheetReader(with_both_corners(without_prefix(xml)), styles, strings, limits).read()
    except NotPlainError:
        pass  # Good XML perhaps, only spelt otherwise: what follows reads any spelling.
    try:
        return SheetReader(with_both_corners(respell_sheet(xml)), styles, strings, limits).read()
    except (NotPlainError, MarksError) as error:
        raise MarksError(f"{part.member}: {error}") from error
