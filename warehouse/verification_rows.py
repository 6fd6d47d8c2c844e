"""Rows of the database against the seals of the ledger: changed, missing and put in. Only reads."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Table, select

from warehouse import tables
from warehouse.commitments import Commitments
from warehouse.discrepancies import Discrepancy, Verification, key_text
from warehouse.sealing import SHAPES, Of, Row, Seal, hash_rows, read_rows, row_text

Sealed = tuple[Seal, int]


class Book:
    """The seals of one table, to be asked for the one that a row falls under."""

    def __init__(self, table: Table, seals: Mapping[Of, Sealed]) -> None:
        self.table, self.shape, self.seals = table, SHAPES[table.name], seals
        self._starts = sorted(key[0] for key in seals) if self.shape.runs else []

    def place(self, row: Row) -> tuple[Of, int] | None:
        """Under which seal a row falls and in which piece; None where it falls under none."""
        if (number := self.shape.number(row)) is None:
            return None
        key: Of = tuple(row[name] for name in self.shape.of)
        if self.shape.runs:
            index = bisect_right(self._starts, number) - 1
            key = (self._starts[index],) if index >= 0 else ()
        if key not in self.seals:
            return None
        seal, _ = self.seals[key]
        return (key, seal.piece(number)) if seal.first <= number <= seal.last else None


def check_rows(connection: Connection, table: Table, known: Commitments, found: Verification) -> None:
    """Every row of a table, and every row that there should be."""
    book = Book(table, known.seals.get(table.name, {}))
    seen: set[tuple[Of, int]] = set()
    for place, group in groupby(read_rows(connection, table), book.place):
        rows = list(group)
        found.checked[table.name] += len(rows)
        if place is None:
            _stray(table, rows, known, found)
            continue
        seen.add(place)
        seal, entry = book.seals[place[0]]
        if hash_rows(row_text(row, seal.columns) for row in rows) != seal.pieces[place[1]]:
            found.discrepancies.append(_changed(table, seal, entry, place[1], rows))
        found.discrepancies += _entries(table, seal, entry, rows)
    nothing = hash_rows([])
    for key, (seal, entry) in book.seals.items():
        gone = [n for n, piece in enumerate(seal.pieces) if piece != nothing and (key, n) not in seen]
        found.discrepancies += [_missing(table, seal, entry, n) for n in gone]


def check_closings(connection: Connection, known: Commitments, found: Verification) -> None:
    """When versions of figures ended, as far as entries say it."""
    if known.since is None:
        return
    f = tables.figures.c
    for key, name, ended in connection.execute(select(f.key, f.figure_id, f.recorded_to)):
        if ended != (told := known.closed.get(key)):
            found.discrepancies.append(
                Discrepancy(
                    "figures",
                    f"key={key} figure_id={name}",
                    f"recorded_to 为 {ended}，台账所记为 {told}",
                    f"recorded_to is {ended}, the ledger says {told}",
                    ("recorded_to",),
                )
            )


def _stray(table: Table, rows: list[Row], known: Commitments, found: Verification) -> None:
    for row in rows:
        which = key_text(_key(table, row))
        if known.since is None:
            told = (
                "台账中没有它的封存值（本版本之前写入）",
                "not sealed: written by an earlier version of the program",
            )
            found.unsealed.append(Discrepancy(table.name, which, *told))
        else:
            told = ("台账中没有这一行", "the ledger knows of no such row")
            found.discrepancies.append(Discrepancy(table.name, which, *told))


def _changed(table: Table, seal: Seal, entry: int, piece: int, rows: list[Row]) -> Discrepancy:
    keys = [key_text(_key(table, row)) for row in rows]
    which = keys[0] if len(keys) == 1 else f"{keys[0]} … {keys[-1]}"
    one = "" if seal.step == 1 and len(rows) == 1 else f"（{_numbers(table, seal, piece)}，共 {len(rows)} 行）"
    return Discrepancy(
        table.name,
        which,
        f"内容与台账第 {entry} 条的封存值不符{one}",
        f"not what entry {entry} of the ledger sealed" + (f" ({len(rows)} rows together)" if one else ""),
    )


def _missing(table: Table, seal: Seal, entry: int, piece: int) -> Discrepancy:
    of = dict(zip(SHAPES[table.name].of, seal.of, strict=False))
    which = " ".join(filter(None, [key_text(of), _numbers(table, seal, piece)]))
    return Discrepancy(
        table.name, which, f"台账第 {entry} 条封存的行已不存在", f"what entry {entry} of the ledger sealed is missing"
    )


def _entries(table: Table, seal: Seal, entry: int, rows: list[Row]) -> Iterator[Discrepancy]:
    """Rows that name another entry than the one that sealed them."""
    if "entry" not in table.c or "entry" in seal.columns:
        return
    for row in rows:
        if row["entry"] != entry:
            which = key_text(_key(table, row))
            zh, en = f"entry 为 {row['entry']}，应为 {entry}", f"entry is {row['entry']}, should be {entry}"
            yield Discrepancy(table.name, which, zh, en, ("entry",))


def _numbers(table: Table, seal: Seal, piece: int) -> str:
    by = "/".join(SHAPES[table.name].by)
    if not by:
        return ""
    first = seal.first + piece * seal.step
    last = min(first + seal.step - 1, seal.last)
    return f"{by}={first}" if first == last else f"{by}={first}–{last}"


def _key(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    key = {column.name: row[column.name] for column in table.primary_key}
    return key | ({"figure_id": row["figure_id"]} if table is tables.figures else {})
