"""figures.csv: every published figure, one a row, with the cells it comes from. Never a formula in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from contracts.exact import decimal_text
from contracts.figure import Source
from warehouse.canonical import optional_decimal_text
from warehouse.stored import StoredFigure

HEADER: Final = (
    "figure_id,indicator,name,filer,unit,comparator,value,low,high,as_written,"
    "period_start,period_end,as_of,submission,file,sheet,cell,sha256"
)
_TRIGGERS: Final = ("=", "+", "-", "@", "\t", "\r")
_COMPARATORS: Final = frozenset({"=", ">", ">=", "<", "<=", "~"})


def figures_csv(figures: Iterable[StoredFigure]) -> bytes:
    """UTF-8, LF, ordered by figure_id; numbers exact, open bounds empty.

    submission, file, sheet and sha256 are one value when all cells lie in one table, and then `cell` may be a `;`-list
    of addresses and ranges; else all five are `;`-lists in parallel. A `;` inside a name is written %3B.
    """
    rows = [HEADER.split(","), *map(_row, sorted(figures, key=lambda f: f.figure_id))]
    return "".join(_line(row) for row in rows).encode()


def _line(row: list[str]) -> str:
    # The csv module quotes a carriage return only where it belongs to its own line end.
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return text.getvalue().removesuffix("\r\n") + "\n"


def _row(figure: StoredFigure) -> list[str]:
    numbers = (decimal_text(figure.value), optional_decimal_text(figure.low), optional_decimal_text(figure.high))
    # "=" alone is no formula and is one of ours; anything else there would be somebody's text.
    comparator = figure.comparator if figure.comparator in _COMPARATORS else inert(figure.comparator)
    return [
        *map(inert, (figure.figure_id, figure.indicator, figure.name, figure.filer, figure.unit)),
        comparator,
        *(number or "" for number in numbers),
        inert(figure.as_written),
        figure.period.start.isoformat(),
        figure.period.end.isoformat(),
        inert(figure.as_of),
        *map(inert, _places(figure.sources)),
    ]


def _places(sources: tuple[Source, ...]) -> tuple[str, ...]:
    """submission, file, sheet, cell, sha256 as `figures_csv` describes them."""
    if len(sources) == 1:
        (one,) = sources
        return one.submission, _escaped(one.file), _escaped(one.sheet), one.cell, one.sha256
    each = [(s, cell) for s in sources for cell in s.cell.split(";")]
    return (
        ";".join(s.submission for s, _ in each),
        ";".join(_escaped(s.file) for s, _ in each),
        ";".join(_escaped(s.sheet) for s, _ in each),
        ";".join(cell for _, cell in each),
        ";".join(s.sha256 for s, _ in each),
    )


def _escaped(name: str) -> str:
    return name.replace(";", "%3B")


def inert(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would calculate it."""
    return f"'{text}" if text.startswith(_TRIGGERS) else text
