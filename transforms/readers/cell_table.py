"""Cells one by one → a sheet: where readers of our own put what they find.

It keeps what it is given, at the place given, and refuses what is beyond the limits; the last of two cells at one place
stands, as in the programs that show such files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from transforms.book import Limits, Sheet, cell_address, column_letter

_SHORT = 24  # The limit of cells alone keeps shorter texts within bounds.


class TooLargeError(Exception):
    """A workbook is beyond a limit; `zh` and `en` say which. For readers alone, which make FILE-08 of it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class CellBudget:
    """How many cells the sheets of one workbook may still have together."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._left = limits.cells
        self._expected = 0
        self._text_left = limits.expanded_bytes

    def spend(self, cells: int, sheet: str) -> None:
        """Raises TooLargeError as soon as the sheets have more cells than the limit."""
        self._left -= cells
        if self._left < 0:
            most = self.limits.cells
            raise TooLargeError(
                f"至工作表“{sheet}”单元格区域超过 {most} 格", f"up to sheet “{sheet}” there are more than {most} cells"
            )

    def expect(self, cells: int, sheet: str) -> None:
        """Raises TooLargeError where so many cells more, not laid out yet, would be beyond the limit."""
        self._expected += cells
        if self._expected > self.limits.cells:
            self._left = 0
            self.spend(1, sheet)

    def check_text(self, text: str, sheet: str, row: int, column: int, times: int = 1) -> None:
        """Raises TooLargeError for a text longer than the limit of one cell, or once all are beyond that of a file.

        The second because many cells may hold one long text that is in the file once.
        """
        self._text_left -= len(text) * times
        if self._text_left < 0:
            raise TooLargeError("重复引用的文本展开后过大", "its shared texts expand too far")
        if len(text) > self.limits.characters:
            place = f"{sheet}!{cell_address(row + 1, column)}"
            raise TooLargeError(f"单元格 {place} 有 {len(text)} 个字符", f"cell {place} has {len(text)} characters")


class CellTable:
    """The cells of one sheet; rows and columns count from 0."""

    def __init__(self, name: str, budget: CellBudget) -> None:
        self.name = name
        self.hidden = False
        self.merged: list[tuple[int, int, int, int]] = []
        self.hidden_rows: list[tuple[int, int]] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.formulas: list[tuple[int, int]] = []
        self._columns: dict[int, tuple[list[int], list[str], list[str]]] = {}
        self._runs: dict[int, list[tuple[int, int, str, str]]] = {}
        self._formula_runs: list[tuple[int, int, int]] = []
        self._budget = budget

    def put(self, row: int, column: int, text: str, kind: str) -> None:
        """Keeps one cell; the empty text is an empty cell and is not kept."""
        if not text:
            return
        if len(text) > _SHORT:
            self._budget.check_text(text, self.name, row, column)
        entry = self._columns.get(column)
        if entry is None:
            entry = self._columns[column] = ([], [], [])
        entry[0].append(row)
        entry[1].append(text)
        entry[2].append(kind)

    def put_down(self, row: int, count: int, column: int, text: str, kind: str, formula: bool) -> None:
        """Keeps one cell `count` times, one below the other: no larger than one cell until the sheet is built."""
        if text:
            self._budget.check_text(text, self.name, row, column, count if len(text) > _SHORT else 0)
            self._runs.setdefault(column, []).append((row, row + count, text, kind))
        if formula:
            self._formula_runs.append((row, row + count, column))

    def extent(self) -> tuple[int, int, int]:
        """First filled row, rows from there to the last filled one, columns from A on; (0, 0, 0) without a cell."""
        if not self._columns and not self._runs:
            return 0, 0, 0
        first = [min(rows) for rows, _, _ in self._columns.values()]
        first += (min(run[0] for run in runs) for runs in self._runs.values())
        last = [max(rows) for rows, _, _ in self._columns.values()]
        last += (max(run[1] for run in runs) - 1 for runs in self._runs.values())
        return min(first), max(last) - min(first) + 1, max((*self._columns, *self._runs)) + 1

    def build(self) -> Sheet:
        """The sheet; flags of rows and columns behind its last cell are left out. Raises TooLargeError."""
        first, height, width = self.extent()
        if width > self._budget.limits.columns:
            most = self._budget.limits.columns
            raise TooLargeError(
                f"工作表“{self.name}”有 {width} 列，上限 {most} 列",
                f"sheet “{self.name}” has {width} columns, at most {most}",
            )
        self._budget.spend(height * width, self.name)
        texts, types = [], []
        for column in range(width):
            rows, filled, kinds = self._columns.pop(column, ([], [], []))
            runs = self._runs.pop(column, [])
            texts.append(_series(column, rows, filled, first, height, [(a, b, text) for a, b, text, _ in runs]))
            types.append(_series(column, rows, kinds, first, height, [(a, b, kind) for a, b, _, kind in runs]))
        last = first + height
        return Sheet(
            name=self.name,
            hidden=self.hidden,
            first_row=first + 1,
            grid=pl.DataFrame(texts),
            types=pl.DataFrame(types),
            merged=tuple(
                f"{cell_address(r1 + 1, c1)}:{cell_address(r2 + 1, c2)}" for r1, c1, r2, c2 in sorted(set(self.merged))
            ),
            hidden_rows=tuple(row + 1 for row in _clip(self.hidden_rows, last)),
            hidden_columns=tuple(column_letter(column) for column in _clip(self.hidden_columns, width)),
            formulas=_places(self.formulas, self._formula_runs) if self.formulas or self._formula_runs else None,
        )


def _series(
    column: int,
    rows: Sequence[int],
    texts: Sequence[str],
    first: int,
    height: int,
    runs: Sequence[tuple[int, int, str]],
) -> pl.Series:
    """One column of a grid: `texts` at their `rows`, and each text of `runs` from one row up to another."""
    name = column_letter(column)
    if len(rows) == height and all(row == first + i for i, row in enumerate(rows)):
        return pl.Series(name, texts, dtype=pl.String)
    if not rows and not runs:
        return pl.repeat(None, height, dtype=pl.String, eager=True).alias(name)
    dense: list[str | None] = [None] * height
    for start, end, text in runs:
        dense[start - first : end - first] = [text] * (end - start)
    for row, text in zip(rows, texts, strict=True):
        dense[row - first] = text
    return pl.Series(name, dense, dtype=pl.String)


def _clip(ranges: Iterable[tuple[int, int]], end: int) -> list[int]:
    """The single numbers of ranges (first, last), in order, up to `end`, which is outside."""
    return sorted({number for first, last in ranges for number in range(first, min(last + 1, end))})


def _places(formulas: Sequence[tuple[int, int]], runs: Sequence[tuple[int, int, int]]) -> pl.DataFrame:
    """Rows as in the sheet and columns of single formulas and of those that repeat downwards."""
    rows, columns = [row + 1 for row, _ in formulas], [column for _, column in formulas]
    parts = [pl.DataFrame({"row": rows, "column": columns}, schema={"row": pl.UInt32, "column": pl.UInt32})]
    for start, end, column in runs:
        numbers = pl.int_range(start + 1, end + 1, dtype=pl.UInt32, eager=True).alias("row")
        parts.append(pl.DataFrame(numbers).with_columns(pl.lit(column, pl.UInt32).alias("column")))
    return pl.concat(parts)
