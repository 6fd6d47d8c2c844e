"""Areas of a sheet as figures name them: "B5", "C5:C15", or several parted by ";". Text in, numbers out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from contracts.errors import UsageError

_AREA = re.compile(r"([A-Z]+)([1-9]\d*)(?::([A-Z]+)([1-9]\d*))?")


@dataclass(frozen=True)
class Area:
    """A rectangle of cells; columns count from A = 1, rows from 1; both ends belong to it."""

    first_column: int
    first_row: int
    last_column: int
    last_row: int

    def overlaps(self, other: Area) -> bool:
        beside = self.last_column < other.first_column or other.last_column < self.first_column
        apart = self.last_row < other.first_row or other.last_row < self.first_row
        return not (beside or apart)


def read_areas(text: str) -> list[Area]:
    """Every area that `text` names. Raises UsageError where it names something else; none where it is empty."""
    return [_area(part) for part in text.split(";") if part]


def rows_of(areas: Iterable[Area]) -> list[tuple[int, int]]:
    """The rows of all areas together, as (first, last) of each unbroken run, ascending."""
    runs: list[tuple[int, int]] = []
    for first, last in sorted((area.first_row, area.last_row) for area in areas):
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return runs


def _area(text: str) -> Area:
    found = _AREA.fullmatch(text.upper().replace("$", ""))
    if found is None:
        raise UsageError(f"“{text}”不是单元格，应如 B5 或 C5:C15", f"“{text}” is no cell; such as B5 or C5:C15")
    columns = sorted((column_number(found[1]), column_number(found[3] or found[1])))
    rows = sorted((int(found[2]), int(found[4] or found[2])))
    return Area(columns[0], rows[0], columns[1], rows[1])


def column_number(letters: str) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
