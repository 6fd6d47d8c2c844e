"""A binary workbook (.xlsb) → sheets of text cells with their places.

A walk of our own: python-calamine 0.9 passes over cell records that leave their column out (every cell to the right of
a filled one, as SheetJS writes them) without a word. It never runs a macro and follows no link.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from posixpath import join, normpath

from contracts.finding import Finding
from transforms.book import Limits, Part, Sheet
from transforms.readers.archive.archive import Archive
from transforms.readers.cell_table import CellBudget, CellTable, TooLargeError
from transforms.readers.outcomes import (
    comments_found,
    damaged,
    macros_found,
    objects_found,
    sheets_without_cells,
    too_large,
)
from transforms.readers.serials import BUILT_IN, ERRORS, NumberKind, format_kind, serial_text
from transforms.readers.xlsb.records import RecordError, read_integer, read_number, read_rk, read_text, walk_records
from transforms.readers.xml_walk import XmlError, walk_xml

_ROW, _COLUMN, _MERGE, _DRAWING, _FORMAT, _STYLE = 0, 60, 176, 550, 44, 47
_STYLES_BEGIN, _STYLES_END, _SHARED_TEXT, _SHEET, _PROPERTIES = 617, 618, 19, 156, 153
_SHEET_DATA_BEGIN, _SHEET_DATA_END = 145, 146
_FILLED = frozenset((*range(2, 12), *range(13, 19), 62))
_SHEET_TYPES = frozenset({"worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 1 << 14


@dataclass(frozen=True)
class _Workbook:
    """What every sheet's cells refer to. kinds: by cell style."""

    texts: list[str]
    kinds: list[NumberKind | None]
    since_1904: bool


@dataclass(frozen=True)
class _Bound:
    name: str
    hidden: bool
    part: str
    kind: str


def read_xlsb(archive: Archive, name: str, limits: Limits) -> Part:
    """Every worksheet, or the one finding that says why there is none (FILE-04, FILE-08).

    Beside the sheets: FILE-12 for macros and macro sheets, FILE-13 for chart sheets, pictures and objects. Raises what
    `archive.read` raises.
    """
    try:
        relations = _relations(archive)
        bounds, since_1904 = _sheet_list(archive, relations)
        if len(bounds) > limits.sheets:
            found, most = len(bounds), limits.sheets
            raise TooLargeError(f"{found} 张工作表，上限 {most} 张", f"{found} sheets, at most {most}")
        texts, styles = _shared_texts(archive, relations), _style_kinds(archive, relations)
        workbook = _Workbook(texts, styles, since_1904)
        budget, objects, sheets = CellBudget(limits), list[str](), list[Sheet]()
        for bound in bounds:
            if bound.kind == "worksheet":
                table = CellTable(bound.name, budget)
                table.hidden = bound.hidden
                if _SheetWalk(table, workbook).read(archive.read(bound.part)):
                    objects.append(bound.name)
                sheets.append(table.build())
    except (RecordError, XmlError) as error:
        return Part((), (damaged(name, str(error)),))
    except TooLargeError as error:
        return Part((), (too_large(name, error.zh, error.en),))
    if not sheets:
        return Part((), (damaged(name, "没有工作表 / no worksheet"),))
    return Part(tuple(sheets), _remarks(archive, name, bounds, objects))


class _SheetWalk:
    """The records of one worksheet, one after another, into its table."""

    def __init__(self, table: CellTable, workbook: _Workbook) -> None:
        self._table = table
        self._workbook = workbook
        self._formulas: list[tuple[int, int]] = []
        self._readers: dict[int, Callable[[bytes, int, int], tuple[str, str]]] = {
            **dict.fromkeys((3, 14, 11), self._error),
            **dict.fromkeys((4, 15, 10), self._boolean),
            **dict.fromkeys((6, 17, 8), self._text),
            **dict.fromkeys((7, 18), self._shared),
            62: self._rich,
        }
        self._style = 0

    def read(self, part: bytes) -> bool:
        """Fills the table; True where pictures or objects lie on the sheet. Raises RecordError, TooLargeError."""
        table = self._table
        row, column, inside, ended, objects = -1, -1, False, False, False
        for kind, start, end in walk_records(part):
            if kind == _ROW and inside:
                row, column = self._row(part, start, end), -1
            elif inside and (kind <= 18 or kind == 62):
                short = 12 <= kind <= 18
                column = column + 1 if short else read_integer(part, start, end)
                if column >= _MOST_COLUMNS or row < 0:
                    raise RecordError(f"{table.name}: a cell in row {row + 1}, column {column + 1}")
                self._cell(part, kind, start if short else start + 4, end, row, column)
            elif kind in (_SHEET_DATA_BEGIN, _SHEET_DATA_END):
                inside, ended = kind == _SHEET_DATA_BEGIN, kind == _SHEET_DATA_END
            elif kind in _FILLED:
                raise RecordError(f"{table.name}: a cell outside of the sheet's data")
            else:
                objects = objects or kind == _DRAWING
                self._note(part, kind, start, end)
        if not ended:
            raise RecordError(f"{table.name}: the sheet ends too early")
        table.formulas = self._formulas
        return objects

    def _row(self, part: bytes, start: int, end: int) -> int:
        row = read_integer(part, start, end)
        if row >= _MOST_ROWS:
            raise RecordError(f"{self._table.name}: row {row + 1}")
        if read_integer(part, start + 11, end, 1) & 0x10:
            self._table.hidden_rows.append((row, row))
        return row

    def _cell(self, part: bytes, kind: int, place: int, end: int, row: int, column: int) -> None:
        """One cell record; `place` is where its style stands, the value four bytes on."""
        if kind in (1, 12):
            return
        self._style = read_integer(part, place, end, 3)
        if 8 <= kind <= 11:
            self._formulas.append((row, column))
        self._table.put(row, column, *self._readers.get(kind, self._number(kind))(part, place + 4, end))

    def _number(self, record: int) -> Callable[[bytes, int, int], tuple[str, str]]:
        """The reader of a packed number (2, 13) or of a float."""
        packed = record in (2, 13)

        def read(part: bytes, place: int, end: int) -> tuple[str, str]:
            value = read_rk(part, place, end) if packed else read_number("<d", part, place, end)
            kinds = self._workbook.kinds
            kind = kinds[self._style] if self._style < len(kinds) else None
            return serial_text(value, kind, self._workbook.since_1904)

        return read

    def _error(self, part: bytes, place: int, end: int) -> tuple[str, str]:
        code = read_integer(part, place, end, 1)
        return ERRORS.get(code, f"#ERROR {code}"), "error"

    def _boolean(self, part: bytes, place: int, end: int) -> tuple[str, str]:
        return ("TRUE" if read_integer(part, place, end, 1) else "FALSE"), "boolean"

    def _text(self, part: bytes, place: int, end: int) -> tuple[str, str]:
        return read_text(part, place, end)[0], "text"

    def _rich(self, part: bytes, place: int, end: int) -> tuple[str, str]:
        return read_text(part, place + 1, end)[0], "text"

    def _shared(self, part: bytes, place: int, end: int) -> tuple[str, str]:
        number = read_integer(part, place, end)
        if number >= len(self._workbook.texts):
            raise RecordError(f"{self._table.name}: there is no shared text {number}")
        return self._workbook.texts[number], "text"

    def _note(self, part: bytes, kind: int, start: int, end: int) -> None:
        """What stands outside the cells: hidden columns and merges."""
        if kind == _COLUMN and read_integer(part, start + 16, end, 2) & 1:
            first, last = read_integer(part, start, end), read_integer(part, start + 4, end)
            self._table.hidden_columns.append((first, min(last, _MOST_COLUMNS - 1)))
        elif kind == _MERGE:
            top, bottom, left, right = (read_integer(part, start + 4 * i, end) for i in range(4))
            if top <= bottom < _MOST_ROWS and left <= right < _MOST_COLUMNS:
                self._table.merged.append((top, left, bottom, right))


def _relations(archive: Archive) -> dict[str, tuple[str, str]]:
    """What the workbook refers to: identifier → member of the archive, and what it is ("worksheet", "styles", …).

    Names of parts are the same whatever their case.
    """
    relations, members = {}, {member.lower(): member for member in archive.names}
    nodes = _Nodes()
    walk_xml(_member(archive, "xl/_rels/workbook.bin.rels"), nodes)
    for node in nodes.found:
        target = node.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        relations[node.get("Id", "")] = members.get(part.lower(), part), node.get("Type", "").rpartition("/")[2]
    return relations


def _part_of_kind(archive: Archive, relations: dict[str, tuple[str, str]], kind: str) -> bytes:
    """The one part of a kind; nothing where the workbook has none."""
    part = next((part for part, relation in relations.values() if relation == kind), "")
    return archive.read(part) if part in archive else b""


def _sheet_list(archive: Archive, relations: dict[str, tuple[str, str]]) -> tuple[list[_Bound], bool]:
    """The workbook's sheets in their order, and whether its days count from 1904."""
    workbook = _member(archive, "xl/workbook.bin")
    bounds, since_1904 = list[_Bound](), False
    for kind, start, end in walk_records(workbook):
        if kind == _PROPERTIES:
            since_1904 = bool(read_integer(workbook, start, end) & 1)
        elif kind == _SHEET:
            identifier, place = read_text(workbook, start + 8, end)
            sheet, _ = read_text(workbook, place, end)
            part, relation = relations.get(identifier, ("", ""))
            if relation == "worksheet" and part not in archive:
                raise RecordError(f"{sheet}: there is no part for it")
            if identifier and relation not in _SHEET_TYPES:
                raise RecordError(f"{sheet}: a sheet of type “{relation}”")
            bounds.append(_Bound(sheet, read_integer(workbook, start, end) & 3 != 0, part, relation))
    return bounds, since_1904


def _shared_texts(archive: Archive, relations: dict[str, tuple[str, str]]) -> list[str]:
    part = _part_of_kind(archive, relations, "sharedStrings")
    return [read_text(part, start + 1, end)[0] for kind, start, end in walk_records(part) if kind == _SHARED_TEXT]


def _style_kinds(archive: Archive, relations: dict[str, tuple[str, str]]) -> list[NumberKind | None]:
    """What each cell style makes of a number."""
    part = _part_of_kind(archive, relations, "styles")
    formats: dict[int, NumberKind | None] = dict(BUILT_IN)
    kinds: list[NumberKind | None] = []
    inside = False
    for kind, start, end in walk_records(part):
        if kind == _FORMAT:
            formats[read_integer(part, start, end, 2)] = format_kind(read_text(part, start + 2, end)[0])
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            inside = kind == _STYLES_BEGIN
        elif kind == _STYLE and inside:
            kinds.append(formats.get(read_integer(part, start + 2, end, 2)))
    return kinds


def _member(archive: Archive, part: str) -> bytes:
    if part not in archive:
        raise RecordError(f"there is no part {part}")
    return archive.read(part)


class _Nodes:
    """The attributes of every element of a part."""

    def __init__(self) -> None:
        self.found: list[dict[str, str]] = []

    def start(self, _tag: str, attributes: dict[str, str]) -> None:
        self.found.append(attributes)

    def end(self, _tag: str) -> None:
        """Nothing ends that matters."""

    def data(self, _text: str) -> None:
        """No text matters."""


def _remarks(archive: Archive, name: str, bounds: list[_Bound], objects: list[str]) -> tuple[Finding, ...]:
    """Findings that stand beside the sheets: what the file holds and no grid can."""
    found: list[Finding] = []
    others = [bound for bound in bounds if bound.kind != "worksheet"]
    macros = [bound.name for bound in others if "macro" in bound.kind.lower()]
    charts = [bound.name for bound in others if "macro" not in bound.kind.lower()]
    if any(member.lower().endswith("vbaproject.bin") for member in archive.names):
        found.append(macros_found(name))
    if macros:
        found.append(sheets_without_cells(name, "FILE-12", macros, "宏表", "a macro sheet"))
    if charts:
        found.append(sheets_without_cells(name, "FILE-13", charts, "图表工作表", "a chart sheet"))
    if objects:
        found.append(objects_found(name, objects))
    if any(member.lower().startswith(("xl/comments", "xl/threadedcomments/")) for member in archive.names):
        found.append(comments_found(name))
    return tuple(found)
