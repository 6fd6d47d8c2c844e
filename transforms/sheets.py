"""A sheet as it is looked at when tables are sought: blank texts are no cells, merges are places in the grid."""

from __future__ import annotations

import re

import polars as pl

from transforms.book import Sheet, column_index
from transforms.heading_match import Merge

_RANGE = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")


def blanks_as_nulls(grid: pl.DataFrame) -> pl.DataFrame:
    """`grid` with texts of nothing but blanks as nulls; the very same frame where there are none.

    Large registers are mapped from disk and have none as a rule: they are looked through, never copied.
    """
    if not grid.width:
        return grid
    blank = pl.all().str.contains(r"^\s*$")
    found = grid.lazy().select(blank.any()).collect(engine="streaming").row(0)
    columns = [name for name, has in zip(grid.columns, found, strict=True) if has]
    return (
        grid.with_columns(pl.when(~pl.col(columns).str.contains(r"^\s*$")).then(pl.col(columns))) if columns else grid
    )


def count_filled(grid: pl.DataFrame) -> int:
    """Cells of `grid` that are not null."""
    return grid.height * grid.width - sum(grid.null_count().row(0)) if grid.width else 0


def grid_merges(sheet: Sheet) -> tuple[Merge, ...]:
    """The sheet's merges as places in its grid: first row, first column, last row, last column, all from 0.

    None reaches behind the grid's last row or column: a file may say that one has a billion columns.
    """
    bottom, right = sheet.grid.height - 1, sheet.grid.width - 1
    return tuple(
        (
            int(r1) - sheet.first_row,
            column_index(c1),
            min(int(r2) - sheet.first_row, bottom),
            min(column_index(c2), right),
        )
        for c1, r1, c2, r2 in (found.groups() for found in map(_RANGE.fullmatch, sheet.merged) if found)
    )
