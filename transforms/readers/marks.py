"""What a workbook's own parts say about cells and the library that reads its values does not pass on.

Values only: `xlsx_marks` finds them, `values` lays them over what the library gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt


class MarksError(Exception):
    """A part of the workbook is damaged or hostile; the text says which and how. For `xlsx` alone: FILE-04."""


@dataclass(frozen=True)
class Mark:
    """One cell that the library does not tell apart.

    error: an error value, `text` is "#N/A" and the like. formula: one that nobody computed, `text` is "=A1+B1".
    percent: a fraction shown as a percentage. month: a day shown as a year and a month. digits: a number of more
    digits than a float holds, `text` is what the file says. date, datetime, time: one written as ISO 8601, in `text` as
    a grid has it.
    """

    kind: Literal["error", "formula", "percent", "month", "digits", "date", "datetime", "time"]
    text: str = ""


@dataclass(frozen=True)
class SheetMarks:
    """The marks of one sheet; every place counts from 0.

    cells: column → row → mark, so that a column is changed in one go. formulas: a row and a column, in an array of two
    columns, for each cell whose value a formula gave. hidden_rows, hidden_columns: numbers. rectangle: cells of the
    smallest area, begun at column A, that holds all; columns: of that area. filled: at least and at most how many cells
    hold a value of their own, and neither an error nor a formula nobody computed.
    """

    cells: Mapping[int, Mapping[int, Mark]] = field(default_factory=dict)
    formulas: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    rectangle: int = 0
    columns: int = 0
    filled: tuple[int, int] = (0, 0)
