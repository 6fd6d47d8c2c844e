"""What the ledger says was erased. Its entries count; tombstones only repeat them. Never erases anything."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from warehouse import tables
from warehouse.tombstones import Tombstone

EVENT = "erased"


def erased_files(connection: Connection) -> dict[str, Tombstone]:
    """SHA-256 → the entry, of every file whose bytes are gone by an erasure: landed originals and registers.

    Of a register `becomes` is the hash of the file that stands in its place; of an original it is None.
    """
    ledger = tables.ledger
    query = select(ledger).where(ledger.c.event == EVENT).order_by(ledger.c.sequence)
    found: dict[str, Tombstone] = {}
    for entry in connection.execute(query):
        said = json.loads(entry.content)
        pairs = [(said["sha256"], None), *((r["old"], r["new"]) for r in said["registers"])]
        for sha256, becomes in pairs:
            if sha256 != becomes:
                stone = Tombstone(sha256, becomes, entry.subject, entry.sequence, said["by"], said["basis"], entry.at)
                found.setdefault(sha256, stone)
    return found


def erased_submissions(connection: Connection) -> dict[str, Tombstone]:
    """Submission → the entry by which its original was erased."""
    ledger = tables.ledger
    rows = connection.execute(select(ledger).where(ledger.c.event == EVENT).order_by(ledger.c.sequence))
    found = {}
    for row in rows:
        said = json.loads(row.content)
        found[row.subject] = Tombstone(
            said["sha256"], None, row.subject, row.sequence, said["by"], said["basis"], row.at
        )
    return found


def erased_original(connection: Connection, sha256: str) -> Tombstone | None:
    """The entry by which the received bytes of that hash were erased; None where they were not."""
    entry = tables.ledger.c
    query = select(entry.sequence).where(entry.event == EVENT, entry.content.contains(sha256)).limit(1)
    if connection.scalar(query) is None:
        return None
    return next((t for t in erased_submissions(connection).values() if t.sha256 == sha256), None)


def rewritten_registers(connection: Connection) -> set[tuple[str, str]]:
    """(kind, SHA-256) of the registers that stand in the place of erased ones, and that no judgment names."""
    s = tables.submissions.c
    kinds = dict(connection.execute(select(s.id, s.kind)).tuples().all())
    return {(kinds[t.submission], t.becomes) for t in erased_files(connection).values() if t.becomes is not None}
