"""The shape in which a filed table travels from reading to judging: text cells that remember where they stood.

Values only. Reading (transforms) makes them, the judge names cells from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import polars as pl


@dataclass(frozen=True)
class Ignored:
    """Cells of a file that were seen and not used, with the reason."""

    sheet: str
    area: str  # "A1:C1", or one address
    cells: int  # non-empty cells in it
    reason_zh: str
    reason_en: str


@dataclass(frozen=True)
class SheetAccount:
    """One sheet of a file and what became of it. `rows` and `cells` count what is not blank."""

    name: str
    hidden: bool
    used: bool
    rows: int
    cells: int
    reason_zh: str = ""
    reason_en: str = ""


@dataclass(frozen=True)
class Account:
    """Every cell of a file: used, named as ignored, or spoken of by a finding; nothing else.

    type and encoding: as the file was read. rows: what the rows of the used sheets were ("data", "total", "heading",
    "note", …), by how many there are. `found` counts cells that findings speak of instead of using them.
    """

    type: str
    encoding: str | None
    sheets: tuple[SheetAccount, ...]
    rows: dict[str, int]
    used: int
    ignored: tuple[Ignored, ...]
    found: int

    @property
    def nonempty(self) -> int:
        return sum(sheet.cells for sheet in self.sheets)

    @property
    def ignored_cells(self) -> int:
        return sum(area.cells for area in self.ignored)

    @property
    def holds(self) -> bool:
        """Whether nothing is left over."""
        return self.nonempty == self.used + self.ignored_cells + self.found

    def record(self) -> dict[str, Any]:
        """The account for a machine to read, the same from every door; areas that were ignored stand elsewhere."""
        return {
            "type": self.type,
            "encoding": self.encoding,
            "sheets": [vars(sheet) for sheet in self.sheets],
            "rows": self.rows,
            "cells": {
                "nonempty": self.nonempty,
                "used": self.used,
                "ignored": self.ignored_cells,
                "found": self.found,
            },
        }


@dataclass(frozen=True)
class Table:
    """One filed table under a contract's field names.

    frame: one row a filed row; columns `_row` (Int64, 1-based row of the sheet or line of the file) and one String
        column for every field of the kind, in the kind's order (all null where the file has no such column); null is
        an empty cell.
    columns: field name → column letter, for fields that were found.
    headings: field name → address of its heading cell.
    totals: like `frame`, the rows recognised as control totals (合计, 总计), not loaded.
    """

    sheet: str
    frame: pl.DataFrame
    columns: dict[str, str]
    headings: dict[str, str]
    totals: pl.DataFrame

    def address(self, name: str, row: int) -> str | None:
        """A1 address of field `name` in sheet row `row`; None where the file has no such column."""
        letter = self.columns.get(name)
        return f"{letter}{row}" if letter else None


def runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending row numbers as (first, last) of each unbroken run."""
    ordered = sorted(set(rows))
    pairs = [list(g) for _, g in groupby(enumerate(ordered), key=lambda p: p[1] - p[0])]
    return [(run[0][1], run[-1][1]) for run in pairs]
