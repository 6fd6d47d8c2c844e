"""What a workbook's own parts say about cells and the library that reads its values does not pass on.

Values only: each format's module of marks finds them, `workbooks` lays them over the values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Mark:
    """One cell that the library does not tell apart.

    error: an error value, `text` is "#N/A" and the like. formula: one that nobody computed, `text` is "=A1+B1".
    percent: a fraction shown as a percentage. month: a day shown as a year and a month. digits: a number of more
    digits than a float holds, `text` is what the file says.
    """

    kind: Literal["error", "formula", "percent", "month", "digits"]
    text: str = ""


@dataclass(frozen=True)
class SheetMarks:
    """The marks of one sheet; every place counts from 0.

    cells: column → row → mark, so that a column is changed in one go. formulas: (row, column) of cells whose value a
    formula gave. hidden_rows, hidden_columns: numbers. merged: (first row, first column, last row, last column), or
    None where the library tells. rectangle: cells of the smallest area, begun at column A, that holds all; has_values:
    whether any cell holds a value.
    """

    cells: Mapping[int, Mapping[int, Mark]] = field(default_factory=dict)
    formulas: Sequence[tuple[int, int]] = ()
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    merged: Sequence[tuple[int, int, int, int]] | None = None
    rectangle: int = 0
    has_values: bool = False
