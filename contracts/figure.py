"""A figure: one published number with its bounds, its unit, its day, and where it came from. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from contracts.measure import Method
from contracts.period import Period


@dataclass(frozen=True)
class Source:
    """Cells of one submission that a figure was made of. `cell` is A1, a range, or a `;`-list of both."""

    submission: str
    file: str
    sheet: str
    cell: str
    sha256: str


@dataclass(frozen=True)
class Figure:
    """One figure as known from some moment on.

    value, low, high are exact, in the base unit (after 万 and 亿); a fall is negative, and its bounds and comparator
    are those of the signed change. An open side is None. `cells` locate it in the submission it was filed in; `parts`
    are the figures it was made of.
    """

    indicator: str
    name: str
    filer: str
    unit: str
    comparator: str
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    low_closed: bool
    high_closed: bool
    as_written: str
    period: Period
    as_of: str
    method: Method
    cells: str = ""
    parts: tuple[str, ...] = ()

    @property
    def figure_id(self) -> str:
        """Readable and stable: indicator, who, for which period, and the day it speaks of where that is not the
        period's last. Versions of one figure share it.
        """
        day = f"~{self.as_of}" if self.as_of and self.as_of != self.period.end.isoformat() else ""
        return f"{self.indicator}@{self.filer}.{self.period.label}{day}"
