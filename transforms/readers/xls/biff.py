"""A walk over the records of an .xls stream: what xlrd does not tell, and only the records that xlrd needs.

It finds number formats, formulas, hidden rows and columns, merges, objects and the extent of each sheet, and makes a
copy of the stream in which every record that holds no cell (links, notes, drawings, names, conditional formats) is
blanked: those are where hostile or half-broken files make xlrd stumble. It never reads a cell's value.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace

from transforms.readers.serials import BUILT_IN, NumberKind, format_kind
from transforms.readers.xls.biff_records import BiffError, check_label, check_strings, find_record, read_numbers

BOF, EOF, FILEPASS, CODEPAGE, DATEMODE, BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0042, 0x0022, 0x0085
FORMAT, XF, SST, CONTINUE = 0x041E, 0x00E0, 0x00FC, 0x003C
NUMBER, RK, MULRK, BOOLERR, LABEL, LABELSST, RSTRING = 0x0203, 0x027E, 0x00BD, 0x0205, 0x0204, 0x00FD, 0x00D6
FORMULA = (0x0006, 0x0206, 0x0406)
ROW, COLINFO, MERGEDCELLS, OBJ, NOTE = 0x0208, 0x007D, 0x00E5, 0x005D, 0x001C
_FORMULA_PARTS = (0x0207, 0x04BC, 0x00BC, 0x0221, 0x0021, 0x0236, 0x0036, 0x0037)
_KEPT = frozenset(
    (
        *(BOF, EOF, FILEPASS, CODEPAGE, DATEMODE, BOUNDSHEET, FORMAT, XF, SST, CONTINUE),
        *(NUMBER, RK, MULRK, BOOLERR, LABEL, LABELSST, RSTRING, *FORMULA, *_FORMULA_PARTS),
    )
)
_BLANKED, _BOF = 0xEEEE, struct.pack("<H", BOF)
_NOTE, _DROP_DOWN, COLUMNS = 0x19, 0x14, 256
_EMPTY_MOST = 16
_KINDS: tuple[NumberKind | None, ...] = (None, "percent", "month", "date", "duration")
_SEEN = 0x80


@dataclass(frozen=True)
class BoundSheet:
    """One entry of the list of sheets. kind: 0 worksheet, 1 macro sheet, 2 chart, 6 Visual Basic module.

    offset: where the sheet begins in the stream; listed: where the entry stands that says so.
    """

    offset: int
    visibility: int
    kind: int
    raw_name: bytes
    listed: int


@dataclass
class Survey:
    """What stands before the sheets. version: 8 for Excel 97 to 2003, 5 for Excel 5.0 and 95. kinds: by cell style."""

    version: int = 0
    encrypted: bool = False
    codepage: int | None = None
    sheets: list[BoundSheet] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)


@dataclass
class SheetScan:
    """What one sheet's records say. Rows and columns count from 0; `flags` is one byte a place, see `kind_at`."""

    cells: int = 0
    height: int = 0
    width: int = 0
    flags: bytearray = field(default_factory=bytearray)
    formulas: list[tuple[int, int]] = field(default_factory=list)
    uncomputed: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    objects: bool = False
    comments: bool = False
    end: int = 0

    def kind_at(self, row: int, column: int) -> NumberKind | None:
        """What the number format makes of the number at this place."""
        return _KINDS[self.flags[row * COLUMNS + column] & 7]

    def distinct(self) -> int:
        """Places that hold a cell; fewer than `cells` where one place is written twice."""
        return len(self.flags) - self.flags.count(0)

    def _place(self, row: int, column: int, kind: int) -> None:
        if column >= COLUMNS:
            raise BiffError(f"a cell in column {column + 1}")
        self.cells += 1
        if row >= self.height:
            self.flags += bytes((row + 1 - self.height) * COLUMNS)
            self.height = row + 1
        self.flags[row * COLUMNS + column] = _SEEN | kind
        if column >= self.width:
            self.width = column + 1


def survey_stream(stream: bytearray) -> Survey:
    """Reads the part before the sheets, and blanks in `stream` what xlrd need not see of it. Raises BiffError."""
    survey = Survey(_version(stream))
    formats: dict[int, int] = {number: _KINDS.index(kind) for number, kind in BUILT_IN.items()}
    styles: list[int] = []
    place, empty, strings = 0, 0, list[tuple[int, int]]()
    while True:
        code, start, size = find_record(stream, place)
        if code == EOF:
            break
        if code == CONTINUE and strings and not size:
            # xlrd looks for its first byte: the empty record goes in front of the table, where it says nothing.
            empty += 1
            if empty > _EMPTY_MOST:
                raise BiffError("a table of texts full of empty records")
            head = strings[0][0] - 4
            stream[head : place + 4] = struct.pack("<HH", _BLANKED, 0) + stream[head:place]
            strings = [(at + 4, length) for at, length in strings]
        elif code == CONTINUE and strings:
            strings.append((start, size))
        elif strings:
            check_strings(stream, strings)
            strings = []
        if code == FILEPASS:
            survey.encrypted = True
            return survey
        if code == CODEPAGE:
            survey.codepage = read_numbers("<H", stream, start)[0]
        elif code == BOUNDSHEET and size >= 8:
            offset, visibility, kind = read_numbers("<IBB", stream, start)
            name = bytes(stream[start + 6 : start + size])
            survey.sheets.append(BoundSheet(offset, visibility, kind, name, start))
        elif code == FORMAT and size >= 3:
            formats[read_numbers("<H", stream, start)[0]] = _KINDS.index(_format(stream, start, size, survey.version))
        elif code == XF and size >= 4:
            styles.append(read_numbers("<H", stream, start + 2)[0])
        elif code == SST:
            strings = [(start, size)]
        if code not in _KEPT:
            struct.pack_into("<H", stream, place, _BLANKED)
        place = start + size
    if strings:
        check_strings(stream, strings)
    _find_sheets(stream, survey, start + size)
    survey.kinds = [formats.get(number, 0) for number in styles]
    return survey


def _find_sheets(stream: bytearray, survey: Survey, place: int) -> None:
    """Corrects, here and in `stream`, a list of sheets whose offsets lead nowhere, where as many sheets follow.

    Some writers count them before they know how long the part in front becomes; Excel goes by the order then.
    `place`: behind that part. A stream that is not whole is left as it is: reading it will say so.
    """
    if all(stream[sheet.offset : sheet.offset + 2] == _BOF for sheet in survey.sheets):
        return
    begin, depth = list[int](), 0
    try:
        while place < len(stream):
            code, start, size = find_record(stream, place)
            if code == BOF and not depth:
                begin.append(place)
            depth += (code == BOF) - (code == EOF)
            place = start + size
    except BiffError:
        pass  # Stuffing behind the last sheet; were it the sheet itself, its own walk would meet the same end.
    if len(begin) == len(survey.sheets):
        survey.sheets = [replace(sheet, offset=at) for sheet, at in zip(survey.sheets, begin, strict=True)]
        for sheet in survey.sheets:
            struct.pack_into("<I", stream, sheet.listed, sheet.offset)


def scan_sheet(stream: bytearray, offset: int, kinds: list[int], version: int) -> SheetScan:
    """Walks one sheet from its first record to its last, blanking what xlrd need not see. Raises BiffError."""
    scan = SheetScan()
    _, start, size = find_record(stream, offset)
    place, inner = start + size, 0
    while True:
        code, start, size = find_record(stream, place)
        if code == EOF and not inner:
            break
        if inner or code not in _KEPT or code == BOF:
            inner += (code == BOF) - (code == EOF)
            scan.objects = scan.objects or code == BOF
            struct.pack_into("<H", stream, place, _BLANKED)
        if not inner:
            if code == RSTRING and version < 8:
                # The same text without its fonts, whose list xlrd reads on behind the record's end.
                struct.pack_into("<H", stream, place, LABEL)
            try:
                _note(scan, stream, code, start, size, kinds, version)
            except struct.error as error:
                raise BiffError(f"record {code:#06x}: {error}") from error
        place = start + size
    scan.end = place
    return scan


def _note(scan: SheetScan, stream: bytearray, code: int, start: int, size: int, kinds: list[int], version: int) -> None:
    """What one record of a sheet says."""
    if code in (NUMBER, RK, *FORMULA):
        row, column, style = struct.unpack_from("<HHH", stream, start)
        scan._place(row, column, kinds[style] if style < len(kinds) else 0)
        if code in FORMULA:
            _note_formula(scan, stream[start : start + size], row, column, version)
    elif code == MULRK:
        row, first = struct.unpack_from("<HH", stream, start)
        (last,) = struct.unpack_from("<H", stream, start + size - 2)
        for column in range(first, last + 1):
            (style,) = struct.unpack_from("<H", stream, start + 4 + 6 * (column - first))
            scan._place(row, column, kinds[style] if style < len(kinds) else 0)
    elif code in (LABELSST, LABEL, BOOLERR, RSTRING):
        row, column = struct.unpack_from("<HH", stream, start)
        scan._place(row, column, 0)
        if code in (LABEL, RSTRING):
            check_label(stream, start + 6, start + size, version)
    elif code == ROW and size >= 16:
        row, options = struct.unpack_from("<H10xI", stream, start)
        if options & 0x20:
            scan.hidden_rows.append((row, row))
    elif code == COLINFO and size >= 10:
        first, last, options = struct.unpack_from("<HH4xH", stream, start)
        if options & 1:
            scan.hidden_columns.append((first, min(last, COLUMNS - 1)))
    elif code == MERGEDCELLS:
        (count,) = struct.unpack_from("<H", stream, start)
        for number in range(min(count, (size - 2) // 8)):
            top, bottom, left, right = struct.unpack_from("<HHHH", stream, start + 2 + 8 * number)
            if top <= bottom and left <= right < COLUMNS:
                scan.merged.append((top, left, bottom, right))
    elif code == NOTE:
        scan.comments = True
    elif code == OBJ and size >= 6:
        scan.objects = scan.objects or struct.unpack_from("<H", stream, start + 4)[0] not in (_NOTE, _DROP_DOWN)


def _note_formula(scan: SheetScan, body: bytearray, row: int, column: int, version: int) -> None:
    scan.formulas.append((row, column))
    result, options = struct.unpack_from("<8sH", body, 6)
    empty_text = result[6:] == b"\xff\xff" and result[0] == 3
    if empty_text and _makes_number(bytes(body[22:]), version):
        scan.uncomputed.add((row, column))
    elif result == bytes(8) and options & (2 | 8) == 2 and body[16:20] == bytes(4):
        # Apache POI leaves a zero and "calculate when opened" where nobody computed. Excel sets that too where it did,
        # but then what follows is not empty, or the formula is a shared one.
        scan.uncomputed.add((row, column))


_OPERATORS = frozenset((3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 0x13, 0x14))
_COUNTING = frozenset((0, 4, 5, 6, 7, 24, 25, 27, 169, 183, 212, 213, 228, 344, 345, 346))


def _makes_number(tokens: bytes, version: int) -> bool:
    """Whether a formula cannot give a text, so that a stored empty text means: never computed (as xlwt writes it).

    Judged by its last token: an arithmetic or comparing operator, or one of SUM, AVERAGE, MIN, MAX, COUNT, ROUND, ….
    """
    tokens = tokens.rstrip(b"\x15")
    if tokens.endswith(b"\x19\x10\x00\x00"):
        return True
    if len(tokens) >= 4 and tokens[-4] in (0x22, 0x42, 0x62) and int.from_bytes(tokens[-2:], "little") in _COUNTING:
        return True
    if len(tokens) >= 3 and tokens[-3] in (0x21, 0x41, 0x61) and int.from_bytes(tokens[-2:], "little") in _COUNTING:
        return True
    return version == 8 and bool(tokens) and tokens[-1] in _OPERATORS


def _version(stream: bytearray) -> int:
    code, start, size = find_record(stream, 0)
    if code != BOF or size < 4:
        return 0
    return {0x0600: 8, 0x0500: 5}.get(read_numbers("<H", stream, start)[0], 0)


def _format(stream: bytearray, start: int, size: int, version: int) -> NumberKind | None:
    """The kind of a FORMAT record's code; what a byte above 127 says does not matter to it."""
    body = bytes(stream[start + 2 : start + size])
    if version < 8:
        return format_kind(body[1 : 1 + body[0]].decode("latin-1"))
    return format_kind(body[3:].decode("utf-16-le" if len(body) > 2 and body[2] & 1 else "latin-1", "replace"))
