"""One worksheet part of an xlsx → its marks: what its XML says and the library that reads values does not pass on.

Only special cells are touched one by one; of the others it is known where they stand, and that they are there.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from transforms.book import Limits, cell_address
from transforms.readers.cell_table import TooLargeError
from transforms.readers.marks import Mark, MarksError, SheetMarks
from transforms.readers.xlsx import odd as xlsx_odd
from transforms.readers.xlsx.frame import hidden_columns, hidden_rows
from transforms.readers.xlsx.odd import OddCell
from transforms.readers.xlsx.scan import (
    BOOLEAN,
    DAY,
    ERROR,
    INLINE,
    NUMBER,
    ODD,
    SHARED,
    TEXT,
    Bools,
    Bytes,
    CellTags,
    Ints,
    NotPlainError,
    peek,
    read_digits,
    scan_cells,
    sheet_data,
    spells,
)
from transforms.readers.xlsx.strings import SharedStrings, shows

PERCENT, MONTH, OTHER_DAY = 1, 2, 3
"""Codes of cell styles that show a percentage, a month, or another day or time; 0 stands for all others."""

_PERCENT, _MONTH = Mark("percent"), Mark("month")
_KEY = 1 << 33  # More than seven letters can number.
_LONG, _FLOAT, _POINT_WITHIN = 15, 20, 17
_KNOWN_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"})
_INLINE_BARE, _INLINE_KEPT = b"<is><t>", b'<is><t xml:space="preserve">'


class SheetReader:
    """Gathers the marks of one worksheet part, stretch by stretch."""

    def __init__(self, xml: bytes, styles: Bytes, strings: SharedStrings, limits: Limits) -> None:
        self.xml, self.unknown, self.shared = xml, list[tuple[int, int]](), 0
        self._every = np.frombuffer(xml, np.uint8)
        self._styles, self._strings, self._limits = styles, strings, limits
        self._cells: defaultdict[int, dict[int, Mark]] = defaultdict(dict)
        self._formulas: list[Ints] = []
        self._areas: list[xlsx_odd.Area] = []
        self._hidden_rows: list[int] = []
        self._count = self._certain = self._possible = 0
        self._extent: list[int] = []

    def read(self) -> SheetReader:
        opening, closing = sheet_data(self.xml)
        if b"<!" in self.xml[:opening] or b"<!" in self.xml[closing:]:
            raise NotPlainError("comments")
        for tags in scan_cells(self.xml):
            self._count += len(tags.row)
            if self._count > self._limits.cells:
                limit = self._limits.cells
                raise TooLargeError(f"单元格超过 {limit} 格", f"more than {limit} cells")
            self._hidden_rows.extend(hidden_rows(self.xml, tags.rows))
            if len(tags.row):
                self._read_stretch(tags)
        self._fill_areas()
        return self

    def marks(self) -> SheetMarks:
        first, last, width = self._extent or (0, -1, 0)
        opening, _ = sheet_data(self.xml)
        return SheetMarks(
            cells=dict(self._cells),
            formulas=np.unique(np.concatenate([np.zeros((0, 2), np.int64), *self._formulas]), axis=0),
            hidden_rows=tuple(sorted(set(self._hidden_rows))),
            hidden_columns=hidden_columns(self.xml[:opening]),
            rectangle=(last - first + 1) * width,
            columns=width,
            filled=(self._certain, self._possible),
        )

    def known_xml(self) -> bytes:
        """The part, with an error value that the library does not know written as one it does."""
        pieces, behind = list[bytes](), 0
        for start, length in self.unknown:
            pieces += [self.xml[behind:start], b"#VALUE!"]
            behind = start + length
        return b"".join([*pieces, self.xml[behind:]])

    def _read_stretch(self, tags: CellTags) -> None:
        text = (tags.value >= 0) & (tags.length > 0)
        number = text & (tags.kind == NUMBER)
        self._count_filled(tags, text)
        self._stretch_extent(tags, text | tags.formula | (tags.kind == INLINE) | (tags.kind == ODD))
        code = self._styles[np.minimum(tags.style, len(self._styles) - 1)]
        self._lay(tags, number & (code == PERCENT), _PERCENT)
        self._lay(tags, number & (code == MONTH), _MONTH)
        self._exact_numbers(tags, number, code)
        self._read_errors(tags, np.flatnonzero(text & (tags.kind == ERROR)))
        for i in np.flatnonzero(text & (tags.kind == DAY)).tolist():
            if mark := xlsx_odd.iso_mark(self._text(tags, i), code[i] == MONTH):
                self._cells[int(tags.column[i])][int(tags.row[i])] = mark
        self._read_formulas(tags)
        for i in np.flatnonzero(tags.kind == ODD).tolist():
            self._odd(tags, i)

    def _count_filled(self, tags: CellTags, text: Bools) -> None:
        every, kind = self._every, tags.kind
        certain = text & ((kind == NUMBER) | (kind == BOOLEAN) | (kind == DAY))
        certain |= text & (kind == TEXT) & shows(every[tags.value])
        inline = np.flatnonzero(kind == INLINE)
        at = tags.content[inline]
        bare = spells(every, at, _INLINE_BARE) & shows(peek(every, at + len(_INLINE_BARE)))
        kept = spells(every, at, _INLINE_KEPT) & (peek(every, at + len(_INLINE_KEPT)) != ord("<"))
        certain[inline] = bare | kept
        shared = np.flatnonzero(text & (kind == SHARED))
        if len(shared):
            index, _ = read_digits(every, tags.value[shared])
            if index.max() >= len(self._strings.length):
                raise MarksError("a shared text that is not there")
            self.shared += int(self._strings.length[index].sum())
            certain[shared] = self._strings.certain[index]
        self._certain += int(np.count_nonzero(certain))
        self._possible += int(np.count_nonzero(text & (kind != ERROR) & (kind != ODD)) + len(inline))

    def _stretch_extent(self, tags: CellTags, held: Bools) -> None:
        rows, columns = tags.row[held], tags.column[held]
        if len(rows):
            first, last, width = self._extent or (int(rows[0]), 0, 0)
            self._extent = [
                min(first, int(rows.min())),
                max(last, int(rows.max())),
                max(width, int(columns.max()) + 1),
            ]

    def _lay(self, tags: CellTags, where: Bools, mark: Mark) -> None:
        if where.any():
            rows, columns = tags.row[where], tags.column[where]
            for column in np.unique(columns).tolist():
                self._cells[column].update(dict.fromkeys(rows[columns == column].tolist(), mark))

    def _exact_numbers(self, tags: CellTags, number: Bools, code: Bytes) -> None:
        """Numbers whose text says more than a float, and negative ones that are shown as days, which none is."""
        suspects = number & ((tags.length > _LONG) | ((code >= MONTH) & (self._every[tags.value] == ord("-"))))
        chosen = np.flatnonzero(suspects)
        if not len(chosen):
            return
        noisy = (tags.length[chosen] <= _FLOAT) & _has_point(self._every, tags.value[chosen])
        for i in chosen[~noisy | (code[chosen] >= MONTH)].tolist():
            text = self._text(tags, i)
            exact = xlsx_odd.negative_number(text) if code[i] >= MONTH else xlsx_odd.exact_number(text)
            if exact is not None:
                self._cells[int(tags.column[i])][int(tags.row[i])] = Mark("digits", exact)

    def _read_errors(self, tags: CellTags, chosen: Ints) -> None:
        marks: dict[bytes, Mark] = {}
        columns = (tags.row[chosen], tags.column[chosen], tags.value[chosen], tags.length[chosen])
        for row, column, start, length in zip(*(numbers.tolist() for numbers in columns), strict=True):
            raw = self.xml[start : start + length]
            mark = marks.get(raw) or marks.setdefault(raw, Mark("error", xlsx_odd.text_of(raw)))
            self._cells[column][row] = mark
            if mark.text not in _KNOWN_ERRORS:
                self.unknown.append((start, length))

    def _text(self, tags: CellTags, i: int) -> str:
        start = int(tags.value[i])
        return xlsx_odd.text_of(self.xml[start : start + int(tags.length[i])])

    def _read_formulas(self, tags: CellTags) -> None:
        if not tags.formula.any():
            return
        computed = tags.formula & ((tags.length > 0) | ((tags.kind == TEXT) & (tags.value >= 0)))
        self._formulas.append(np.column_stack((tags.row[computed], tags.column[computed])))
        for i in np.flatnonzero(tags.formula & ~computed & (tags.kind != ODD)).tolist():
            text = xlsx_odd.formula_text(self.xml, int(tags.content[i]))
            self._cells[int(tags.column[i])][int(tags.row[i])] = Mark("formula", text)
        at = tags.content
        areas = tags.formula & ~spells(self._every, at, b"<f>") & ~spells(self._every, at, b'<f t="s')
        for start in at[areas].tolist():
            self._add_area(start)

    def _add_area(self, start: int) -> None:
        area = xlsx_odd.formula_area(self.xml, start)
        if area is not None and area[:2] != area[2:]:
            self._areas.append(area)

    def _odd(self, tags: CellTags, i: int) -> None:
        row, column, start = int(tags.row[i]), int(tags.column[i]), int(tags.start[i])
        cell = xlsx_odd.read_odd(self.xml, start)
        if cell is None:
            raise NotPlainError("a cell spelt otherwise")
        if cell.swapped:
            # The library gives an empty cell for it.
            raise MarksError(f"{cell_address(row + 1, column)}: a formula behind its value")
        if cell.formula:
            self._add_area(start)
        if mark := self._odd_mark(cell, start):
            self._cells[column][row] = mark
        if cell.type == "e" and cell.value and cell.value not in _KNOWN_ERRORS:
            raise NotPlainError("an error value spelt otherwise")
        if cell.formula and (mark is None or mark.kind != "formula"):
            self._formulas.append(np.array([[row, column]]))
        if (cell.value or cell.inline) and cell.type != "e":
            self._possible += 1
            self._certain += bool((cell.value or cell.inline).strip()) and cell.type != "s"

    def _odd_mark(self, cell: OddCell, start: int) -> Mark | None:
        if cell.type == "e" and cell.value:
            return Mark("error", cell.value)
        if cell.formula and not cell.inline and (cell.value is None or (not cell.value and cell.type != "str")):
            return Mark("formula", xlsx_odd.formula_text(self.xml, start))
        if cell.type not in ("n", "d") or not cell.value:
            return None
        code = self._styles[min(cell.style, len(self._styles) - 1)]
        if cell.type == "d":
            return xlsx_odd.iso_mark(cell.value, code == MONTH)
        exact = xlsx_odd.negative_number(cell.value) if code >= MONTH else xlsx_odd.exact_number(cell.value)
        if exact is not None:
            return Mark("digits", exact)
        return {PERCENT: _PERCENT, MONTH: _MONTH}.get(int(code))

    def _fill_areas(self) -> None:
        """Cells that hold a value of an array formula which stands in another cell."""
        if not self._areas:
            return
        keys = self._area_keys()
        for tags in scan_cells(self.xml):
            key = tags.row * _KEY + tags.column
            near = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
            inside = (tags.length > 0) & ~tags.formula & (keys[near] == key)
            self._formulas.append(np.column_stack((tags.row[inside], tags.column[inside])))

    def _area_keys(self) -> Ints:
        """The places of all areas, as far as the sheet has cells, each as one number; sorted."""
        _, last, width = self._extent
        areas = [(top, left, min(bottom, last), min(right, width - 1)) for top, left, bottom, right in self._areas]
        areas = [area for area in areas if area[0] <= area[2] and area[1] <= area[3]]
        if sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in areas) > self._limits.cells:
            raise TooLargeError("数组公式的区域过大", "the areas of its array formulas are too large")
        keys = [
            (np.arange(top, bottom + 1)[:, None] * _KEY + np.arange(left, right + 1)).ravel()
            for top, left, bottom, right in areas
        ]
        return np.unique(np.concatenate([np.array([-1]), *keys]))


def _has_point(every: Bytes, at: Ints) -> Bools:
    point = np.zeros(len(at), np.bool_)
    for i in range(_POINT_WITHIN):
        point |= peek(every, at + i) == ord(".")
    return point
