"""The cells of a filed table that a person can have mistyped: which they are, where they stand, what stands beside.

Figures and dates only; names are judged as words. Nothing is changed here and nothing judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from contracts.field import Type
from contracts.kind import Kind
from contracts.table import Table
from contracts.trial import Trial

FIGURES = (Type.COUNT, Type.DECIMAL, Type.QUANTITY)
DATES = (Type.DAY, Type.DATE)
BESIDE = ((-1, "左侧", "on its left"), (1, "右侧", "on its right"))
ABOVE_BELOW = ((-1, "上方", "above"), (1, "下方", "below"))


@dataclass(frozen=True)
class Place:
    """One cell: the field, and the position of its row in the frame; None is the control total's row."""

    field: str
    row: int | None


def places(kind: Kind, table: Table) -> Iterator[Place]:
    """Every filled cell of a figure or a date, row by row, the control total's last."""
    names = [f.name for f in kind.fields if f.type in (*FIGURES, *DATES)]
    rows: list[int | None] = [*range(table.frame.height), *([None] if table.totals.height else [])]
    for row in rows:
        frame = table.totals if row is None else table.frame
        values = frame.row(-1 if row is None else row, named=True)
        yield from (Place(n, row) for n in names if values[n] is not None and values[n].strip())


def address(table: Table, place: Place) -> str:
    """Its A1 address."""
    frame = table.totals if place.row is None else table.frame
    return table.address(place.field, frame["_row"][-1 if place.row is None else place.row]) or ""


def neighbours(trial: Trial, place: Place) -> Iterator[tuple[Place, tuple[str, str]]]:
    """The cells beside, above and below it that hold something of the same sort, with where they stand (zh, en)."""
    sort = FIGURES if trial.fields[place.field].type in FIGURES else DATES
    letters = {letter: name for name, letter in trial.table.columns.items()}
    at = _number(trial.table.columns.get(place.field, ""))
    for step, zh, en in BESIDE if at else ():
        name = letters.get(_letter(at + step))
        if name is not None and trial.fields[name].type in sort:
            other = Place(name, place.row)
            yield other, (f"{zh} {address(trial.table, other)} ", en)
    for step, zh, en in ABOVE_BELOW if place.row is not None else ():
        row = (place.row or 0) + step
        if 0 <= row < trial.wide.height:
            other = Place(place.field, row)
            yield other, (f"{zh} {address(trial.table, other)} ", en)


def last_period(trial: Trial, place: Place) -> Decimal | None:
    """The figure that stood there last period, where the form's rules look at it."""
    for context in trial.kind.contexts:
        column = context.prefix + place.field
        if context.source == "previous" and place.row is not None and column in trial.wide.columns:
            value = trial.wide[column][place.row]
            return Decimal(value) if isinstance(value, int | Decimal) else None
    return None


def keys(kind: Kind) -> frozenset[str]:
    """The columns by which rows from elsewhere are found."""
    return frozenset(n for context in kind.contexts for own in context.sought_by for n in own.meta.root_names())


def _number(letter: str) -> int:
    """A → 1, AA → 27; 0 for none."""
    number = 0
    for character in letter:
        number = number * 26 + ord(character) - ord("A") + 1
    return number


def _letter(number: int) -> str:
    letter = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letter = chr(ord("A") + rest) + letter
    return letter
