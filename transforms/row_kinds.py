"""What each row below a heading block is: data, a control total, a repeated heading, a unit line, a note, or blank.

Looks at texts and places only. A row is set aside for what it says or where it stands, never because it is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import polars as pl

from transforms.heading_match import Block, Merge
from transforms.notes import is_note, is_note_row, is_total, is_unit


class RowKind(IntEnum):
    """The kinds of rows of a sheet that holds a table."""

    BLANK = 0
    ABOVE = 1
    HEADING = 2
    DATA = 3
    TOTAL = 4
    NOTE = 5
    REPEATED = 6
    UNIT = 7


def classify_rows(
    grid: pl.DataFrame, block: Block, merges: Sequence[Merge], units: dict[int, str], total_column: int | None
) -> pl.Series:
    """One RowKind (UInt8) a grid row. `units`: the unit of each matched column; `total_column`: where 合计 counts."""
    filled = grid.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    below = pl.Series(range(grid.height)) >= block.below
    repeats = pl.Series([False] * block.below, dtype=pl.Boolean).append(_repeats(grid, block.below))
    totals = _totals(grid, merges, total_column)
    numbers = (
        pl.select(
            pl.when(~filled).then(pl.lit(RowKind.BLANK.value))
            .when(~below).then(pl.lit(RowKind.ABOVE.value))
            .when(repeats).then(pl.lit(RowKind.REPEATED.value))
            .when(totals).then(pl.lit(RowKind.TOTAL.value))
            .otherwise(pl.lit(RowKind.DATA.value))
        )
        .to_series()
        .cast(pl.UInt8)
        .to_list()
    )  # fmt: skip
    for row in range(block.top, block.below):
        numbers[row] = RowKind.HEADING if filled[row] else RowKind.BLANK
    _mark_unit_row(numbers, grid, block, units)
    _mark_notes(numbers, grid, block)
    return pl.Series("kind", numbers, dtype=pl.UInt8)


def _repeats(grid: pl.DataFrame, below: int) -> pl.Series:
    """Rows below the block that say exactly what a row of the block or above it says: a page's head, printed again."""
    head = {row for row in grid.head(below).rows() if any(row)}
    # Only rows that agree in one column are looked at whole: a register of a million rows is not copied for this.
    first = {next((column, text) for column, text in enumerate(row) if text) for row in head}
    alike = pl.any_horizontal(
        pl.lit(False),
        *(
            pl.col(grid.columns[column]).is_in([text for c, text in first if c == column])
            for column in {column for column, _ in first}
        ),
    )
    rest = grid.slice(below)
    mask = rest.select(alike.fill_null(False).alias("alike")).to_series()
    if mask.len() != rest.height:  # no column to compare: a single answer
        mask = pl.Series([False] * rest.height, dtype=pl.Boolean)
    repeated = [at for at in mask.arg_true() if rest.row(at) in head]
    found = pl.Series([False] * rest.height, dtype=pl.Boolean)
    return found.scatter(repeated, True) if repeated else found


def _totals(grid: pl.DataFrame, merges: Sequence[Merge], column: int | None) -> pl.Series:
    if column is None:
        return pl.Series([False] * grid.height, dtype=pl.Boolean)
    texts = grid.to_series(column)
    # 合计 often stands merged across the columns in front of the numbers
    spread = {r1: grid.item(r1, c1) for r1, c1, r2, c2 in merges if 0 <= r1 < grid.height and c1 < column <= c2}
    first = grid.select(pl.coalesce(pl.all())).to_series() if grid.width else texts
    marks = {text for series in (texts, first) for text in series.unique().to_list() if is_total(text)}
    found = texts.is_in(list(marks)).fill_null(False) | (texts.is_null() & first.is_in(list(marks)).fill_null(False))
    rows = found.to_list()
    for row, text in spread.items():
        rows[row] = rows[row] or is_total(text)
    return pl.Series(rows, dtype=pl.Boolean)


def _mark_unit_row(numbers: list[int], grid: pl.DataFrame, block: Block, units: dict[int, str]) -> None:
    """The first filled row under the headings, if it only states units."""
    row = next((i for i in range(block.below, len(numbers)) if numbers[i] != RowKind.BLANK), None)
    if row is None or numbers[row] != RowKind.DATA:
        return
    cells = [(column, text) for column, text in enumerate(grid.row(row)) if text is not None]
    if all(is_unit(text, units.get(column, "")) for column, text in cells):
        numbers[row] = RowKind.UNIT


def _mark_notes(numbers: list[int], grid: pl.DataFrame, block: Block) -> None:
    """Notes and signatures behind the last data row: from the topmost note of the sheet's thin tail downwards."""
    left = min((heading.column for heading in block.matched.values()), default=0)
    tail: list[int] = []
    top: int | None = None
    for row in range(len(numbers) - 1, block.below - 1, -1):
        if numbers[row] == RowKind.BLANK:
            continue
        cells = [(column, text) for column, text in enumerate(grid.row(row)) if text is not None]
        note = is_note_row([text for _, text in cells])
        single = len(cells) == 1 and cells[0][0] <= left
        if numbers[row] != RowKind.DATA or not (note or single):
            break
        tail.append(row)
        top = row if note or is_note(cells[0][1]) else top
    for row in tail:
        if top is not None and row >= top:
            numbers[row] = RowKind.NOTE
