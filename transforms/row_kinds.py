"""What each row below a heading block is: data, a control total, a repeated heading, a unit line, a note, or blank.

Looks at texts and places only. A row is set aside for what it says or where it stands, never because it is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from itertools import islice

import polars as pl

from transforms.heading_match import Block, Merge
from transforms.notes import (
    goes_on,
    is_date_alone,
    is_note,
    is_note_row,
    is_subtotal,
    is_total,
    is_unit,
    numbers_columns,
)


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
    NUMBERING = 8
    SUBTOTAL = 9


def classify_rows(
    grid: pl.DataFrame, block: Block, merges: Sequence[Merge], units: dict[int, str], total_column: int | None
) -> pl.Series:
    """One RowKind (UInt8) a grid row. `units`: the unit of each matched column; `total_column`: where 合计 counts."""
    filled = grid.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    below = pl.Series(range(grid.height)) >= block.below
    repeats = pl.Series([False] * block.below, dtype=pl.Boolean).append(_repeats(grid, block))
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
    _mark_subtotals(numbers, grid)
    _mark_unit_row(numbers, grid, block, units)
    _mark_notes(numbers, grid, block)
    return pl.Series("kind", numbers, dtype=pl.UInt8)


def _repeats(grid: pl.DataFrame, block: Block) -> pl.Series:
    """Rows below the block that print a page's head again: the headings, and the title lines right above them."""
    below = block.below
    headings = {row for row in grid.slice(block.top, block.levels).rows() if any(row)}
    titles = {row for row in grid.head(block.top).rows() if any(row)}
    # Only rows that agree in one column are looked at whole: a register of a million rows is not copied for this.
    first = {next((column, text) for column, text in enumerate(row) if text) for row in headings}
    alike = pl.any_horizontal(
        pl.lit(False),
        *(
            pl.col(grid.columns[column]).is_in([text for c, text in first if c == column])
            for column in {column for column, _ in first}
        ),
    )
    rest = grid.slice(below)
    mask = rest.select(alike.fill_null(False).alias("alike")).to_series()
    found = pl.Series([False] * rest.height, dtype=pl.Boolean)
    if mask.len() != rest.height:  # no column to compare: a single answer
        return found
    repeated = {at for at in mask.arg_true() if rest.row(at) in headings}
    for at in sorted(repeated):
        above = at - 1
        while above >= 0 and (not any(rest.row(above)) or rest.row(above) in titles):
            repeated |= {above} if any(rest.row(above)) else set()
            above -= 1
    return found.scatter(sorted(repeated), True) if repeated else found


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


def _mark_subtotals(numbers: list[int], grid: pl.DataFrame) -> None:
    """All totals but the last one over everything, which alone the rows are compared with."""
    totals = [row for row, number in enumerate(numbers) if number == RowKind.TOTAL]
    over_all = [row for row in totals if not any(is_subtotal(text) for text in grid.row(row) if text is not None)]
    kept = over_all[-1:] or (totals if len(totals) == 1 else [])
    for row in totals:
        if row not in kept:
            numbers[row] = RowKind.SUBTOTAL


def _mark_unit_row(numbers: list[int], grid: pl.DataFrame, block: Block, units: dict[int, str]) -> None:
    """The first filled rows under the headings, if one only states units, and one only numbers the columns."""
    filled = (i for i in range(block.below, len(numbers)) if numbers[i] != RowKind.BLANK)
    for row in islice(filled, 2):
        if numbers[row] != RowKind.DATA:
            return
        cells = [(column, text) for column, text in enumerate(grid.row(row)) if text is not None]
        if all(is_unit(text, units.get(column, "")) for column, text in cells):
            numbers[row] = RowKind.UNIT
        elif numbers_columns([text for _, text in cells]) and _stands_alone(grid, row):
            numbers[row] = RowKind.NUMBERING
        else:
            return


def _stands_alone(grid: pl.DataFrame, row: int) -> bool:
    """Whether a row follows, and does not go on counting: 甲 over 乙 would be two rows of data."""
    texts = [text for text in grid.row(row + 1) if text is not None] if row + 1 < grid.height else []
    return bool(texts) and texts[0].strip() not in ("乙", "B")


def _mark_notes(numbers: list[int], grid: pl.DataFrame, block: Block) -> None:
    """Notes and signatures behind the last data row: from the topmost note of the sheet's thin tail downwards."""
    left = min((heading.column for heading in block.matched.values()), default=0)
    several = len(block.matched) > 1
    tail: list[int] = []
    top: int | None = None
    below: str | None = None  # the text of the row below, where that is one cell
    for row in range(len(numbers) - 1, block.below - 1, -1):
        if numbers[row] == RowKind.BLANK:
            continue
        cells = [(column, text) for column, text in enumerate(grid.row(row)) if text is not None]
        alone = cells[0][1] if len(cells) == 1 else None
        # A company's name over the day it signed on stands anywhere, and says nothing that a note would.
        signed = several and alone is not None and (
            is_date_alone(alone) or (below is not None and is_date_alone(below) and cells[0][0] > left)
        )  # fmt: skip
        note = signed or is_note_row([text for _, text in cells])
        more = alone is not None and goes_on(alone) and not alone.strip().isdecimal()
        if numbers[row] != RowKind.DATA or not (note or more):
            break
        tail.append(row)
        top = row if note or (alone is not None and is_note(alone)) else top
        below = alone
    for row in tail:
        if top is not None and row >= top:
            numbers[row] = RowKind.NOTE
