"""What an xlsx's own XML says about cells and the reader library does not pass on.

python-calamine reads an error value, and a formula nobody computed, as an empty cell; a percentage as its fraction; a
month as its first day; and it reserves the whole rectangle of a sheet before reading it. This module finds those cells
and that rectangle. It never reads an ordinary value: that is the library's part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from posixpath import join, normpath
from xml.etree import ElementTree

from transforms.book import column_index

_ROW = rb"<(?:\w+:)?row\b(?P<row>[^>]*)>"
_CELL = rb"<(?:\w+:)?c(?P<cell>\s[^>]*?|)(?:/>|>(?P<inner>.*?)</(?:\w+:)?c\s*>)"
_TOKEN = re.compile(_ROW + b"|" + _CELL, re.DOTALL)
_REFERENCE = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*["']([A-Za-z]{1,7})(\d{1,9})["']""")
_ATTRIBUTE = re.compile(rb"""(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>(.*?)</(?:\w+:)?v\s*>", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f\s*>)", re.DOTALL)
_FORMAT_NOISE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_BUILT_IN = {9: "percent", 10: "percent", 17: "month", 27: "month", 36: "month", 50: "month", 52: "month", 57: "month"}


@dataclass(frozen=True)
class Mark:
    """One cell the library does not tell apart: `kind` is "error", "percent" or "month"; `text` is an error's text."""

    kind: str
    text: str = ""


@dataclass(frozen=True)
class SheetMarks:
    """Marks by (row, column), both 0-based; the rectangle's size in cells; whether any cell holds a value."""

    marks: dict[tuple[int, int], Mark]
    rectangle: int
    has_values: bool


def special_styles(styles: bytes | None) -> dict[int, str]:
    """Cell style number → "percent" or "month", for the styles whose number format is one. Raises ParseError."""
    if not styles:
        return {}
    root = ElementTree.fromstring(styles)
    kinds = dict(_BUILT_IN)
    for node in root.iter():
        if _local(node.tag) == "numFmt":
            kinds.pop(int(node.get("numFmtId", "-1")), None)
            if kind := _format_kind(node.get("formatCode", "")):
                kinds[int(node.get("numFmtId", "-1"))] = kind
    formats = next((node for node in root if _local(node.tag) == "cellXfs"), ())
    numbers = [int(xf.get("numFmtId", "0")) for xf in formats]
    return {i: kinds[number] for i, number in enumerate(numbers) if number in kinds}


def _format_kind(code: str) -> str | None:
    code = _FORMAT_NOISE.sub("", code).split(";")[0].lower()
    if "%" in code:
        return "percent"
    return "month" if "y" in code and "m" in code and not set("dhs") & set(code) else None


def sheet_parts(members: dict[str, bytes]) -> dict[str, str]:
    """Sheet name → archive member that holds it, in the workbook's order. Raises ParseError or KeyError."""
    relations = ElementTree.fromstring(members["xl/_rels/workbook.xml.rels"])
    targets = {node.get("Id"): node.get("Target", "") for node in relations.iter()}
    parts: dict[str, str] = {}
    for node in ElementTree.fromstring(members["xl/workbook.xml"]).iter():
        if _local(node.tag) == "sheet":
            identifier = next((value for key, value in node.attrib.items() if _local(key) == "id"), "")
            target = targets.get(identifier, "")
            parts[node.get("name", "")] = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
    return parts


def mark_cells(xml: bytes, styles: dict[int, str]) -> SheetMarks:
    """The marks of one worksheet part; `styles` is the answer of `special_styles`."""
    special = bool(styles) or b"<f" in xml or b":f" in xml or re.search(rb"""\bt\s*=\s*["']e""", xml) is not None
    marks = dict(_marks(xml, styles)) if special else {}
    return SheetMarks(marks, _rectangle(xml), _VALUE.search(xml) is not None or b"inlineStr" in xml)


def _rectangle(xml: bytes) -> int:
    """Cells of the smallest rectangle, begun at column A, that holds every cell that carries a reference."""
    references = set(_REFERENCE.findall(xml))
    if not references:
        return 0
    columns = [column_index(letters.decode().upper()) for letters in {letters for letters, _ in references}]
    rows = [int(row) for row in {row for _, row in references}]
    return (max(columns) + 1) * (max(rows) - min(rows) + 1)


def _marks(xml: bytes, styles: dict[int, str]) -> Iterator[tuple[tuple[int, int], Mark]]:
    """Walks rows and cells; a row or cell without a reference stands right behind the one before it."""
    row, column = -1, -1
    for token in _TOKEN.finditer(xml):
        if token["row"] is not None:
            number = _attributes(token["row"]).get("r", "")
            row, column = int(number) - 1 if number.isdigit() else row + 1, -1
            continue
        attributes = _attributes(token["cell"] or b"")
        letters = re.match(r"[A-Z]+", attributes.get("r", "").upper())
        column = column_index(letters[0]) if letters else column + 1
        mark = _mark(attributes, token["inner"] or b"", styles)
        if mark:
            yield (row, column), mark


def _mark(attributes: dict[str, str], inner: bytes, styles: dict[int, str]) -> Mark | None:
    value = _VALUE.search(inner)
    text = value[1] if value else b""
    kind = attributes.get("t", "n")
    if kind == "e":
        return Mark("error", unescape(text.decode("utf-8", "backslashreplace")) or "#ERROR")
    formula = _FORMULA.search(inner)
    if formula and not text and kind in ("n", "b"):
        return Mark("error", "=" + unescape((formula[1] or b"").decode("utf-8", "backslashreplace")))
    style = attributes.get("s", "")
    return Mark(styles[int(style)]) if style.isdigit() and int(style) in styles and kind == "n" and text else None


def _attributes(text: bytes) -> dict[str, str]:
    found = _ATTRIBUTE.findall(text)
    return {key.decode(): (double or single).decode("utf-8", "backslashreplace") for key, double, single in found}


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
