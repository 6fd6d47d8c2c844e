"""The text of a Word document as it shows with all tracked changes accepted, and where its tables lie.

Walks the elements of one part once. Every character of the part ends up in a table's cell, in the running text, or in a
count that says why it is not there (deleted, or a second form of what is there already); `Walk.lost` is what does not,
and must be nothing. Numbers of automatic lists are no text of the file and are not made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
W_VAL = _W + "val"
_P, _TBL, _TR, _TC, _R = _W + "p", _W + "tbl", _W + "tr", _W + "tc", _W + "r"
_RPR, _TCPR, _TRPR = _W + "rPr", _W + "tcPr", _W + "trPr"
_OLDER = frozenset({_W + "del", _W + "moveFrom"})
_NEWER = frozenset({_W + "ins", _W + "moveTo"})
_DELETED_TEXT = _W + "delText"
_ALTERNATE, _CHOICE, _FALLBACK = _MC + "AlternateContent", _MC + "Choice", _MC + "Fallback"
# What has a place of its own beside the line it hangs on: text boxes, and the small letters over others.
_ASIDE = frozenset({_W + "txbxContent", _W + "rt"})
_PROPERTIES = frozenset(
    _W + name for name in ("pPr", "rPr", "tblPr", "tblGrid", "tblPrEx", "trPr", "tcPr", "sectPr", "sdtPr", "sdtEndPr")
)
_SIGNS = {
    _W + "tab": "\t",
    _W + "ptab": "\t",
    _W + "br": "\n",
    _W + "cr": "\n",
    _W + "noBreakHyphen": "-",
}
# What a person ticks on a form, in the fonts Word takes it from; other signs stay the private letters they are.
_TICKS = {0xFC: "✓", 0xFE: "☑", 0xFB: "✗", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐"}
_TICKS_2 = {0x50: "✓", 0x52: "☑", 0x4F: "✗", 0x51: "☒", 0x53: "☒", 0x54: "☒", 0xA3: "☐"}
_OFF = frozenset({"0", "false", "off"})


@dataclass
class Cell:
    """One w:tc. column, span: on the table's grid, from 0; merge: "restart", "continue" or None; text: as shown."""

    column: int
    span: int
    merge: str | None
    text: str = ""
    changed: bool = False


@dataclass
class Table:
    """The rows of one w:tbl, those that are struck out left away.

    above: how many paragraphs of prose came before it.
    """

    rows: list[list[Cell]] = field(default_factory=list)
    width: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    above: int = 0


class Walk:
    """All parts of a document, walked one after the other.

    tables: in document order, one within another after the one it lies in. prose: the paragraphs outside of tables,
    and text boxes, whichever they hang on; changed: those with tracked changes, by their place. hidden: characters of
    hidden text, which are read like all others. lost: characters that were met and stand nowhere; 0, or it is damaged.
    """

    def __init__(self) -> None:
        self.tables: list[Table] = []
        self.prose: list[str] = []
        self.changed: set[int] = set()
        self.hidden = 0
        self.lost = 0
        self._accounted = 0
        self._changes = 0

    def add(self, root: Any) -> None:
        """Walks the part whose root element is `root`."""
        before = self._accounted
        self._blocks(root, self.prose)
        self.lost += _characters(root) - (self._accounted - before)

    def _blocks(self, parent: Any, into: list[str]) -> None:
        """Paragraphs of `parent` onto `into`, its tables into `tables`; a container of either is entered."""
        joined = False
        for child in parent.iterchildren("*"):
            tag = child.tag
            if tag == _P:
                joined = self._paragraph(child, into, joined)
            elif tag == _TBL:
                self._table(child)
            elif tag == _R or tag.endswith("}t"):
                self._paragraph([child], into, False)
            elif tag in _OLDER:
                self._skip(child)
            elif tag == _ALTERNATE:
                for form in self._forms(child):
                    self._blocks(form, into)
            elif tag not in _PROPERTIES:
                self._changes += tag in _NEWER
                self._blocks(child, into)

    def _paragraph(self, element: Any, into: list[str], joined: bool) -> bool:
        """Onto `into`; True if its end is struck out, so that the next one goes on in its line."""
        pieces: list[str] = []
        before = self._changes
        self._inline(element, pieces)
        mark = None if isinstance(element, list) else element.find(f"{_W}pPr/{_RPR}")
        struck = mark is not None and any(mark.find(tag) is not None for tag in _OLDER)
        if mark is not None and (struck or any(mark.find(tag) is not None for tag in _NEWER)):
            self._changes += 1
        joined = joined and bool(into)
        if into is self.prose and self._changes != before:
            self.changed.add(len(into) - joined)
        text = "".join(pieces)
        if joined:
            into[-1] += text
        else:
            into.append(text)
        return struck

    def _inline(self, elements: Any, pieces: list[str]) -> None:
        """The text of runs, of what holds runs, and of what stands in runs."""
        for child in elements if isinstance(elements, list) else elements.iterchildren("*"):
            tag = child.tag
            if tag == _R:
                self._run(child, pieces)
            elif tag in _SIGNS:
                pieces.append(_SIGNS[tag])
            elif tag.endswith("}t"):
                text = _own_text(child)
                self._accounted += len(text)
                pieces.append(text)
            elif tag not in _PROPERTIES:
                self._special(child, tag, pieces)

    def _special(self, child: Any, tag: str, pieces: list[str]) -> None:
        if tag in _OLDER or tag == _DELETED_TEXT:
            self._skip(child)
        elif tag in _ASIDE:
            self._blocks(child, self.prose)
        elif tag == _TBL:
            self._table(child)
        elif tag == _W + "sym":
            pieces.append(_symbol(child))
        elif tag == _W + "ffData":
            pieces.append(_form_field(child))
        elif tag == _ALTERNATE:
            for form in self._forms(child):
                self._inline(form, pieces)
        else:
            self._changes += tag in _NEWER
            self._inline(child, pieces)

    def _run(self, run: Any, pieces: list[str]) -> None:
        before = self._accounted
        self._inline(run, pieces)
        if _is_on(run.find(f"{_RPR}/{_W}vanish")):
            self.hidden += self._accounted - before

    def _skip(self, element: Any) -> None:
        """What is struck out: its characters are accounted for, and are no text."""
        self._changes += 1
        self._accounted += _characters(element)

    def _forms(self, alternate: Any) -> Iterator[Any]:
        """The first of several forms of one content; the others repeat it for programs that do not know the first."""
        forms = list(alternate.iterchildren(_CHOICE, _FALLBACK))
        self._accounted += sum(_characters(form) for form in forms[1:])
        return iter(forms[:1])

    def _table(self, element: Any) -> None:
        table = Table(above=len(self.prose))
        self.tables.append(table)
        for row in self._within(element, _TR):
            properties = row.find(_TRPR)
            if properties is not None and properties.find(_W + "del") is not None:
                self._skip(row)
                continue
            self._changes += properties is not None and properties.find(_W + "ins") is not None
            table.rows.append([])
            if properties is not None and _is_on(properties.find(_W + "hidden")):
                table.hidden_rows.append(len(table.rows))
            self._row(row, table, properties)

    def _row(self, row: Any, table: Table, properties: Any) -> None:
        cells = table.rows[-1]
        inserted = properties is not None and properties.find(_W + "ins") is not None
        column = _number(properties, "gridBefore", 0)
        for element in self._within(row, _TC):
            before = self._changes
            lines: list[str] = []
            self._blocks(element, lines)
            about = element.find(_TCPR)
            cell = Cell(column, max(1, _number(about, "gridSpan", 1)), _merge(about, "vMerge"))
            cell.text = "\n".join(lines).strip("\n")
            cell.changed = inserted or self._changes != before
            column += cell.span
            if cells and _merge(about, "hMerge") == "continue":
                cells[-1].span += cell.span
                cells[-1].text = "\n".join(filter(None, (cells[-1].text, cell.text)))
            else:
                cells.append(cell)
        table.width = max(table.width, column + _number(properties, "gridAfter", 0))

    def _within(self, parent: Any, wanted: str) -> Iterator[Any]:
        """The rows of a table or the cells of a row, also those within content controls and insertions."""
        for child in parent.iterchildren("*"):
            tag = child.tag
            if tag == wanted:
                yield child
            elif tag in _OLDER:
                self._skip(child)
            elif tag == _ALTERNATE:
                for form in self._forms(child):
                    yield from self._within(form, wanted)
            elif tag not in _PROPERTIES:
                self._changes += tag in _NEWER
                yield from self._within(child, wanted)


def _own_text(element: Any) -> str:
    """Text of a w:t, which a comment may stand in the middle of."""
    if not len(element):
        return element.text or ""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def _characters(element: Any) -> int:
    return sum(len(_own_text(text)) for text in element.iter("{*}t", "{*}delText"))


def _is_on(element: Any) -> bool:
    return element is not None and (element.get(W_VAL) or "1") not in _OFF


def _number(properties: Any, name: str, default: int) -> int:
    """A count of grid columns; what is no count is as if it were not there."""
    text = None if properties is None else _value(properties.find(_W + name))
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default


def _merge(properties: Any, name: str) -> str | None:
    found = None if properties is None else properties.find(_W + name)
    return None if found is None else found.get(W_VAL) or "continue"


def _value(element: Any) -> str | None:
    text: str | None = None if element is None else element.get(W_VAL)
    return text


def _symbol(element: Any) -> str:
    """The letter of a w:sym. Symbol fonts have theirs in the private area, where few have a letter in common."""
    code, font = element.get(_W + "char") or "", (element.get(_W + "font") or "").lower()
    try:
        number = int(code, 16)
        plain = number & 0xFF if 0xF000 <= number <= 0xF0FF else None
        if plain is not None and font.startswith("wingdings"):
            return (_TICKS_2 if font.endswith("2") else _TICKS).get(plain, chr(number))
        return chr(number)
    except (ValueError, OverflowError):
        return "\ufffd"


def _form_field(element: Any) -> str:
    """What a field of an old form shows, of those whose answer is no text: a list's entry, a box's tick."""
    box, choice = element.find(_W + "checkBox"), element.find(_W + "ddList")
    if box is not None:
        ticked = box.find(_W + "checked")
        return "☑" if _is_on(ticked if ticked is not None else box.find(_W + "default")) else "☐"
    if choice is None:
        return ""
    entries = [_value(entry) or "" for entry in choice.findall(_W + "listEntry")]
    at = _number(choice, "result", _number(choice, "default", 0))
    return entries[at] if at < len(entries) else ""
