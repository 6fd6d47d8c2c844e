"""The shape in which a filed table travels from reading to judging: text cells that remember where they stood.

Values only. Reading (transforms) makes them, the judge names cells from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
    ignored: tuple[Ignored, ...] = ()
    cells_nonempty: int = 0
    cells_used: int = 0
    notes: dict[str, str] = field(default_factory=dict)

    def address(self, name: str, row: int) -> str | None:
        """A1 address of field `name` in sheet row `row`; None where the file has no such column."""
        letter = self.columns.get(name)
        return f"{letter}{row}" if letter else None
