"""What an entry of the ledger commits to beside its own content: hashes of the rows that were written with it.

A seal covers rows of one table that belong together (the findings of a pass, the figures opened by a judgment, a year's
deadlines) in at most `PIECES` pieces: a row each while they are few, so that a changed one can be named. Only reads;
whoever writes puts what is made here into the entry of the same transaction, under the name `sealed`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Self

from sqlalchemy import Boolean, Connection, Integer, Table, and_, case, func, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from warehouse import tables
from warehouse.canonical import json_text
from warehouse.dimension_tables import figure_pairs, rule_versions
from warehouse.dimensions import DIMENSIONS

PIECES: Final = 256
LENGTH: Final = 32  # hexadecimal digits of a piece: 128 bits, which nobody finds a second text for
Of = tuple[Any, ...]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Shape:
    """How a table is sealed. of: columns that rows sealed together share; none: a run of their numbers, or all.

    by: columns whose greatest value numbers a row; none for a single row. but: columns that other means vouch for.
    whole: the last seal covers all that stands; otherwise each its own numbers.
    """

    of: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    whole: bool = False

    @property
    def runs(self) -> bool:
        """Whether many seals share the table, each with a run of numbers."""
        return not self.of and not self.whole

    def number(self, row: Row) -> int | None:
        """Of a row, 0 for a single one; None where somebody put something else than numbers there."""
        numbers = [row[name] for name in self.by] or [0]
        return max(numbers) if all(isinstance(n, int) for n in numbers) else None


_OF_A_PASS: Final = ("submission", "pass_number")
_LIST: Final = Shape(by=("key",), whole=True)
SHAPES: Final[Mapping[str, Shape]] = {
    "home": Shape(whole=True),
    # `entry` is the sequence of the entry that holds the seal.
    "judgments": Shape(_OF_A_PASS, but=("entry",)),
    "findings": Shape(_OF_A_PASS, ("ordinal",)),
    "rule_counts": Shape(_OF_A_PASS, ("ordinal",)),
    "ignored_cells": Shape(("submission",), ("ordinal",)),
    # A version ends later than it begins; the entry that ends it names it under `closed`.
    "figures": Shape(by=("key",), but=("recorded_to",)),
    "figure_cells": Shape(by=("figure",)),
    "figure_parts": Shape(by=("figure",)),
    # A pair is kept when the later one of the two is.
    "figure_pairs": Shape(by=("figure", "other")),
    "rule_versions": Shape(("kind", "contract_version"), ("ordinal",)),
    **{one.table.name: _LIST for one in DIMENSIONS},
    "deadlines": Shape(("year",), ("ordinal",)),
    "past_deadlines": Shape(("year",), ("ordinal",)),
    "reminders": Shape(("message_id",)),
    "editions": Shape(("year", "number"), but=("entry",)),
}


@dataclass(frozen=True)
class Seal:
    """Hashes over the rows of `table` that are `of` these values, numbered `first` to `last`, `step` numbers a piece.

    columns: those that are covered; a column that was added later is not.
    """

    table: str
    of: Of
    columns: tuple[str, ...]
    first: int
    last: int
    step: int
    rows: int
    pieces: tuple[str, ...]

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Back from an entry. Raises KeyError, TypeError or ValueError where none of ours wrote it."""
        first, last, step, rows = (int(told[name]) for name in ("first", "last", "step", "rows"))
        of, columns, pieces = (tuple(told[name]) for name in ("of", "columns", "pieces"))
        return cls(str(told["table"]), of, columns, first, last, step, rows, pieces)

    def record(self) -> dict[str, Any]:
        """As an entry keeps it."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in vars(self).items()}

    def piece(self, number: int) -> int:
        return (number - self.first) // self.step


def seal(connection: Connection, table: Table, of: Of = (), run: tuple[int, int] | None = None) -> Seal:
    """Seal what stands in `table` now, in the caller's transaction.

    run: first and last number, of a table that many seals share.
    """
    shape, names = SHAPES[table.name], covered(table)
    conditions = [table.c[name] == value for name, value in zip(shape.of, of, strict=True)]
    conditions += [] if run is None else [_number(table).between(*run)]
    rows = list(read_rows(connection, table, and_(True, *conditions)))
    numbers = [shape.number(row) or 0 for row in rows]
    first, last = run or (min(numbers, default=0), max(numbers, default=0))
    return make_seal(table.name, of, names, rows, first, last)


def make_seal(
    table: str, of: Of, names: Sequence[str], rows: Iterable[Row], first: int, last: int, most: int = PIECES
) -> Seal:
    """A seal of rows in the order of their numbers, in at most so many pieces."""
    step = max(1, -(-(last - first + 1) // most))
    shape, count, pieces = SHAPES[table], 0, [hash_rows([])] * (-(-(last - first + 1) // step))
    for piece, some in groupby(rows, lambda row: ((shape.number(row) or 0) - first) // step):
        texts = [row_text(row, names) for row in some]
        pieces[piece] = hash_rows(texts)
        count += len(texts)
    return Seal(table, of, tuple(names), first, last, step, count, tuple(pieces))


def seal_row(table: Table, row: Row) -> Seal:
    """Seal one row that is about to be written; for a table whose rows are sealed one by one."""
    shape, names = SHAPES[table.name], covered(table)
    full = {column.name: None for column in table.columns} | dict(row)
    return make_seal(table.name, tuple(row[name] for name in shape.of), names, [full], 0, 0)


def seal_judgment(
    connection: Connection, judgment: Row, kind: str, keys_before: int, *, rules: bool
) -> list[dict[str, Any]]:
    """What recording a judgment wrote, all but its entry: the pass itself and everything that came with it.

    judgment: the row of `judgments`. keys_before: the last key of a figure before (`last_key`). rules: whether those of
    the contract were noted with it.
    """
    submission, number = judgment["submission"], judgment["pass_number"]
    seals = [seal_row(tables.judgments, judgment)]
    seals += [seal(connection, t, (submission, number)) for t in (tables.findings, tables.rule_counts)]
    if number == 1:
        seals.append(seal(connection, tables.ignored_cells, (submission,)))
    seals += [seal(connection, rule_versions, (kind, judgment["contract_version"]))] if rules else []
    seals = [s for s in seals if s.rows]
    # A list that says nothing any more is sealed as well: its rows were closed.
    seals += [seal(connection, one.table) for one in DIMENSIONS if one.kind == kind]
    last = last_key(connection)
    if last > keys_before:
        seals += [seal(connection, table, (), (keys_before + 1, last)) for table in _WITH_FIGURES]
    return [s.record() for s in seals]


_WITH_FIGURES: Final = (tables.figures, tables.figure_cells, tables.figure_parts, figure_pairs)


def last_key(connection: Connection) -> int:
    """The key of the last version of a figure; 0 while there is none."""
    return connection.scalar(select(func.max(tables.figures.c.key))) or 0


def runs_of(numbers: Iterable[int]) -> list[list[int]]:
    """[1, 2, 3, 7] → [[1, 3], [7, 7]]."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def read_rows(connection: Connection, table: Table, condition: ColumnElement[bool] | None = None) -> Iterator[Row]:
    """Rows as the database has them, those sealed together next to each other and in the order of their numbers."""
    shape = SHAPES[table.name]
    columns = [type_coerce(c, Integer).label(c.name) if isinstance(c.type, Boolean) else c for c in table.columns]
    order: list[Any] = [table.c[name] for name in shape.of]
    query = select(*columns).order_by(*order, *([_number(table)] if shape.by else []))
    query = query if condition is None else query.where(condition)
    flags = [c.name for c in table.columns if isinstance(c.type, Boolean)]
    for row in connection.execute(query.execution_options(yield_per=10_000)).mappings():
        yield dict(row) | {name: _flag(row[name]) for name in flags}


def _number(table: Table) -> ColumnElement[int]:
    """`Shape.number` as the database counts."""
    columns: list[ColumnElement[int]] = [table.c[name] for name in SHAPES[table.name].by]
    greatest = columns[0]
    for other in columns[1:]:
        greatest = case((greatest > other, greatest), else_=other)
    return greatest


def _flag(value: Any) -> Any:
    """SQLite keeps a flag as a number, and whoever writes past us may put any other there."""
    return bool(value) if value in (0, 1) else value


def covered(table: Table) -> tuple[str, ...]:
    """The columns of a table that its seals cover, in the order of their names."""
    return tuple(sorted(c.name for c in table.columns if c.name not in SHAPES[table.name].but))


def row_text(row: Row, names: Iterable[str]) -> bytes:
    """A row as it is hashed: canonical JSON of these of its columns; what is no JSON value as Python writes it."""
    told = {name: plain(row.get(name)) for name in names}
    return json_text(told).encode("utf-8", "surrogatepass")


def plain(value: Any) -> Any:
    """A stored value as JSON can say it. Bytes in a text column are nothing that we ever write."""
    return value if value is None or isinstance(value, (str, int, float)) else repr(value)


def hash_rows(texts: Iterable[bytes]) -> str:
    """Of rows in whatever order."""
    return hashlib.sha256(b"\n".join(sorted(texts))).hexdigest()[:LENGTH]
