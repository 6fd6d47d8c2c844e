"""The ledger read through once: what it commits every table to. Pure but for the reading; checks nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from warehouse.sealing import SHAPES, Of, Seal

RESEALED = "sealed"
"""The event of an entry that seals everything anew: a home that an earlier version of the program left."""


@dataclass(frozen=True)
class Entry:
    """An entry of the ledger; `content` is empty where it cannot be read, which its hash shows as well."""

    sequence: int
    at: str
    event: str
    subject: str
    hash: str
    content: Mapping[str, Any]


@dataclass
class Commitments:
    """seals: by table, what rows are of or the number of the first one → (seal, its entry), the last one of each.

    closed: key of a version of a figure → when it ended. since: the entry from which on everything is sealed; None
    where the home is of an earlier version of the program.
    """

    seals: dict[str, dict[Of, tuple[Seal, int]]] = field(default_factory=dict)
    closed: dict[int, str] = field(default_factory=dict)
    since: int | None = None
    anew: bool = False


def read_entries(rows: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Rows of the ledger in their order."""
    return [
        Entry(r["sequence"], r["at"], r["event"], r["subject"], str(r["hash"]), _object(r["content"])) for r in rows
    ]


def gather_commitments(entries: Iterable[Entry]) -> Commitments:
    """What stands sealed after the last entry."""
    found, received = Commitments(), False
    for entry in entries:
        if entry.event == RESEALED:
            found = Commitments(since=entry.sequence, anew=True)
        elif entry.event == "received" and not received:
            received = True
            found.since = entry.sequence if "sealed" in entry.content else None
        for seal in _seals(entry):
            _keep(found.seals.setdefault(seal.table, {}), seal, entry.sequence)
        for when, runs in dict(entry.content.get("closed", {})).items():
            found.closed.update((key, when) for first, last in runs for key in range(first, last + 1))
    return found


def _keep(seals: dict[Of, tuple[Seal, int]], seal: Seal, entry: int) -> None:
    """The last seal of rows counts; of a run of numbers it takes the place of all that begin within it."""
    if not SHAPES[seal.table].runs:
        seals[seal.of] = (seal, entry)
        return
    last = next(reversed(seals), (0,))[0]
    if seal.first <= last:
        for key in [key for key in seals if seal.first <= key[0] <= seal.last]:
            del seals[key]
    seals[(seal.first,)] = (seal, entry)


def _seals(entry: Entry) -> list[Seal]:
    try:
        seals = [Seal.read(told) for told in entry.content.get("sealed", [])]
    except (KeyError, TypeError, ValueError):
        return []  # nobody but us writes entries: its hash no longer fits either
    return [seal for seal in seals if seal.table in SHAPES]


def _object(content: Any) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (TypeError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
