"""What tables a sheet holds, told from their shape alone: nothing is known of a contract here.

For whoever looks at a file before a kind exists for it (`jixiao read`). A filed form is found by its contract's own
headings (`headings`), which is surer; what a row is (data, total, note, …) is decided by the same `row_kinds` for both.
Every filled cell of the sheet belongs to one table or is named as ignored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from transforms.book import Sheet
from transforms.heading_match import LEVELS, Block, Heading, Merge, head_height, read_headings
from transforms.notes import is_label, is_note_row, is_unit_line, is_unit_text
from transforms.numbers import is_number
from transforms.row_kinds import RowKind, classify_rows
from transforms.sheets import blanks_as_nulls, grid_merges

_YEAR = re.compile(r"(?:19|20)\d\d")
_VALUE_TYPES = frozenset({"number", "percent", "date", "datetime", "time", "boolean", "error", "formula"})
_BANDS = 200  # so many runs of rows behind a blank row are looked at for a second table
_AHEAD = 8  # rows of such a run in which its headings must stand

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Found:
    """One table of a sheet: a slice of its grid and what each of its rows is.

    first_row: sheet row of the slice's first row. block: its heading block, None where no row looks like headings.
    kinds: one RowKind (UInt8) a row of `grid`.
    """

    first_row: int
    grid: pl.DataFrame
    block: Block | None
    kinds: pl.Series

    @property
    def headings(self) -> tuple[Heading, ...]:
        return tuple(self.block.matched.values()) if self.block else ()

    def count(self, kind: RowKind) -> int:
        """Rows of that kind."""
        return int((self.kinds == kind.value).sum())


def find_tables(sheet: Sheet) -> list[Found]:
    """The tables of `sheet`, top to bottom; together they cover every row of it. None in a sheet without a cell."""
    grid = blanks_as_nulls(sheet.grid)
    if sheet.prose or not grid.width or not grid.height:
        return []
    merges = grid_merges(sheet)
    filled = grid.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    if not filled.any():
        return []
    cuts = list(_cuts(grid, sheet.types, filled, merges))
    found = []
    for start, stop in zip(cuts, [*cuts[1:], grid.height], strict=True):
        part = grid.slice(start, stop - start)
        types = None if sheet.types is None else sheet.types.slice(start, stop - start)
        found.append(_found(sheet.first_row + start, part, types, _shifted(merges, start, stop)))
    return found


def _found(first_row: int, grid: pl.DataFrame, types: pl.DataFrame | None, merges: Sequence[Merge]) -> Found:
    block = _block_of(grid, types, merges)
    if block is None:
        filled = grid.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
        kinds = pl.select(pl.when(filled).then(RowKind.DATA.value).otherwise(RowKind.BLANK.value)).to_series()
        return Found(first_row, grid, None, kinds.cast(pl.UInt8))
    first = min(heading.column for heading in block.matched.values())
    below = grid.slice(block.below, 1)
    units = {c: text for c, text in enumerate(below.row(0)) if text and is_unit_text(text)} if below.height else {}
    return Found(first_row, grid, block, classify_rows(grid, block, merges, units, first))


def _block_of(grid: pl.DataFrame, types: pl.DataFrame | None, merges: Sequence[Merge]) -> Block | None:
    rows = _head(grid, types, merges)
    width = grid.width - grid.null_count().row(0).count(grid.height)
    at = rows.heading_row(max(width, 1))
    if at is None:
        return None
    top, levels = rows.levels(at)
    headings = read_headings(grid.head(rows.height).rows(), merges, top, levels)
    return Block(top, levels, matched={str(h.column): h for h in headings}) if headings else None


def _head(grid: pl.DataFrame, types: pl.DataFrame | None, merges: Sequence[Merge]) -> _Rows:
    height = head_height(grid.width)
    return _Rows(grid.head(height).rows(), None if types is None else types.head(height).rows(), merges)


@dataclass(frozen=True)
class _Rows:
    """The first rows of a sheet or of a part of it, looked at for headings."""

    texts: list[Row]
    types: list[Row] | None
    merges: Sequence[Merge]

    @property
    def height(self) -> int:
        return len(self.texts)

    def filled(self, row: int) -> list[int]:
        return [column for column, text in enumerate(self.texts[row]) if text is not None]

    def covered(self, row: int) -> int:
        """Columns over which the row says something: its own cells and what their merges span, from above too."""
        columns = set(self.filled(row))
        for r1, c1, r2, c2 in self.merges:
            if r1 <= row <= r2 and 0 <= r1 < self.height and c1 < len(self.texts[r1]):
                columns.update(range(c1, c2 + 1) if self.texts[r1][c1] is not None else ())
        return len(columns)

    def is_words(self, row: int) -> bool:
        """Whether all that the row says could be headings: words, units or years, no values and no labels."""
        filled = self.filled(row)
        texts = [self.texts[row][column] or "" for column in filled]
        if not texts or is_note_row(texts):
            return False
        return not any(self.is_value(row, column) for column in filled)

    def is_value(self, row: int, column: int) -> bool:
        text = unicodedata.normalize("NFKC", self.texts[row][column] or "").strip()
        if _YEAR.fullmatch(text):
            return False
        kind = self.types[row][column] if self.types else None
        return kind in _VALUE_TYPES or is_number(text)

    def heading_row(self, width: int) -> int | None:
        """The first row that names at least half of the `width` columns in use, and more than one if there are more.

        Lines that say who files, for when and in which unit may stand above it, however wide; values may not.
        """
        for row in range(self.height):
            enough = len(self.filled(row)) >= min(2, width) and 2 * self.covered(row) >= width
            if not enough or self.is_caption(row):
                continue
            return row if self.is_words(row) else None
        return None

    def is_caption(self, row: int) -> bool:
        """Whether the row has labels, a unit note, or a unit by itself: what stands above headings and is none."""
        texts = [self.texts[row][column] or "" for column in self.filled(row)]
        spoken = any(is_label(text) or is_unit_line(text) for text in texts)
        return spoken or (len(texts) == 2 and any(is_unit_text(text) for text in texts) and row + 1 < self.height)

    def levels(self, at: int) -> tuple[int, int]:
        """The block's first row and its number of rows, at most LEVELS, that `at` is one of."""
        top, bottom = at, at
        # A level whose merges were lost on the way (CSV) fills too few columns to have been found itself.
        while top > 0 and bottom - top + 1 < LEVELS and self._is_upper(top - 1):
            top -= 1
        while bottom - top + 1 < LEVELS and bottom + 2 < self.height and self._continues(top, bottom):
            bottom += 1
        return top, bottom - top + 1

    def _is_upper(self, row: int) -> bool:
        return len(self.filled(row)) > 1 and self.is_words(row) and not self.is_caption(row)

    def _continues(self, top: int, bottom: int) -> bool:
        """Whether the row behind `bottom` is a further level: it parts a merge or stands in gaps."""
        row = bottom + 1
        if not self.is_words(row) or not self.filled(row + 1):
            return False
        below = set(self.filled(row))
        reaching = any(top <= r1 <= bottom < r2 and c1 not in below for r1, c1, r2, c2 in self.merges)
        parting = any(
            r1 <= bottom <= r2 and top <= r1 and c2 > c1 and len(below & set(range(c1, c2 + 1))) > 1
            for r1, c1, r2, c2 in self.merges
        )
        if parting or (reaching and below):
            return True
        above = {column for r in range(top, bottom + 1) for column in self.filled(r)}
        fills_gaps = bool(below - above)
        next_rows = range(row + 1, min(row + 1 + LEVELS, self.height))
        values_below = any(
            self.is_value(below_it, column) for below_it in next_rows for column in self.filled(below_it)
        )
        # Without merges only a shape tells headings from a row of data that is all words: what stands under a heading
        # opens a group, whose other columns are gaps above; and numbers follow.
        groups = all(column + 1 not in above for column in below & above)
        return fills_gaps and groups and values_below


def _cuts(grid: pl.DataFrame, types: pl.DataFrame | None, filled: pl.Series, merges: Sequence[Merge]) -> Iterator[int]:
    """Rows at which a table begins: the first, and each run of rows that opens with a title or headings of its own.

    A run begins behind a blank row, or at a row of one cell, as a title is.
    """
    yield 0
    lone = grid.select(pl.sum_horizontal(pl.all().is_not_null())).to_series() == 1
    begins = filled & (~filled.shift(1, fill_value=False) | lone)
    head = grid.head(head_height(grid.width)).rows()
    last = 0
    for start in begins.arg_true().to_list()[1 : _BANDS + 1]:
        height = min(_AHEAD, grid.height - start)
        run = filled.slice(start, height).to_list()
        height = run.index(False) if False in run else height
        rows = _looked_at(grid, types, merges, start, height)
        behind_blank = not filled[start - 1]
        if rows.height > 1 and _opens_table(rows, set(head[:start]), behind_blank=behind_blank):
            # Titles and captions may be parted by blank rows; what comes before must be a table already.
            before = _looked_at(grid, types, merges, last, min(start - last, head_height(grid.width)))
            at = before.heading_row(len({column for row in range(before.height) for column in before.filled(row)}))
            if at is not None and any(len(before.filled(row)) > 1 for row in range(at + 1, before.height)):
                last = start
                yield start


def _looked_at(
    grid: pl.DataFrame, types: pl.DataFrame | None, merges: Sequence[Merge], start: int, height: int
) -> _Rows:
    return _Rows(
        grid.slice(start, height).rows(),
        None if types is None else types.slice(start, height).rows(),
        _shifted(merges, start, start + height),
    )


def _opens_table(rows: _Rows, seen: set[Row], *, behind_blank: bool) -> bool:
    """Whether the run has headings, over values or under a title, that are not the same page printed on."""
    width = len({column for row in range(rows.height) for column in rows.filled(row)})
    at = rows.heading_row(width)
    if at is None or at + 1 >= rows.height or len(rows.filled(at)) < 2:
        return False
    top, levels = rows.levels(at)
    below = top + levels
    if below >= rows.height:
        return False
    titles = [rows.texts[row] for row in range(top) if len(rows.filled(row)) == 1]
    new_title = any(title not in seen for title in titles)
    contrast = any(rows.is_value(below, column) for column in rows.filled(below))
    if rows.texts[at] in seen:
        return new_title and contrast
    return (bool(titles) or contrast) if behind_blank else (new_title and contrast and rows.texts[0] in titles)


def _shifted(merges: Sequence[Merge], start: int, stop: int) -> list[Merge]:
    return [(r1 - start, c1, r2 - start, c2) for r1, c1, r2, c2 in merges if start <= r1 < stop]
