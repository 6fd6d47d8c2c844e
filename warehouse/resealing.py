"""Sealing anew what a home holds: after a migration, when rows are no longer written as the entries before have them.

From then on every later change is found. What happened before can no longer be told apart, and `verify` says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from warehouse import tables
from warehouse.commitments import RESEALED
from warehouse.ledger import append
from warehouse.sealing import SHAPES, covered, last_key, make_seal, read_rows, runs_of

GROUPS: Final = 16  # pieces of rows that belong to one pass: there are as many passes as submissions
FIGURES: Final = 16_384
FILLED: Final = "filled"


def seal_unsealed(connection: Connection, revision: str) -> None:
    """After a migration: seal a home whose entries never sealed anything. What is sealed stays so, whoever changed it;
    a migration that means to change sealed values calls `seal_anew` itself.
    """
    sealed = select(tables.ledger.c.sequence).where(tables.ledger.c.content.contains('"sealed":[', autoescape=True))
    if connection.execute(sealed.limit(1)).first() is None:
        seal_anew(connection, revision)


def seal_anew(connection: Connection, revision: str) -> None:
    """Add an entry that seals every table, in the caller's transaction. Nothing while the ledger is empty."""
    last = connection.execute(
        select(tables.ledger.c.at).order_by(tables.ledger.c.sequence.desc()).limit(1)
    ).scalar_one_or_none()
    if last is None:
        return
    seals = [told for name in SHAPES for told in _seals(connection, tables.metadata.tables[name])]
    append(connection, last, RESEALED, revision, {"sealed": seals, "closed": _closed(connection)})


def seal_filled(connection: Connection, filled: Iterable[Table]) -> None:
    """Add an entry that seals tables that were empty and were filled from what is sealed; not of empty ones."""
    seals = [told for table in filled for told in _seals(connection, table)]
    last = connection.scalar(select(tables.ledger.c.at).order_by(tables.ledger.c.sequence.desc()).limit(1))
    if seals and last is not None:
        append(connection, last, FILLED, "", {"sealed": seals})


def _seals(connection: Connection, table: Table) -> list[dict[str, Any]]:
    shape, names = SHAPES[table.name], list(covered(table))
    if "entry" in shape.but:
        names.append("entry")  # it is there by now, and no other entry will say it
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in read_rows(connection, table):
        groups.setdefault(tuple(row[name] for name in shape.of), []).append(dict(row))
    seals = []
    for of, rows in groups.items():
        numbers = [shape.number(row) or 0 for row in rows]
        first, last = (1, last_key(connection)) if shape.runs else (min(numbers), max(numbers))
        seals.append(make_seal(table.name, of, names, rows, first, last, GROUPS if shape.of else FIGURES).record())
    return seals


def _closed(connection: Connection) -> dict[str, list[list[int]]]:
    f = tables.figures.c
    ended: dict[str, list[int]] = {}
    for key, when in connection.execute(select(f.key, f.recorded_to).where(f.recorded_to.is_not(None))):
        ended.setdefault(when, []).append(key)
    return {when: runs_of(keys) for when, keys in sorted(ended.items())}
