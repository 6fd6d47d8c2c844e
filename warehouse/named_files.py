"""Which files the ledger names: received, registers, erased. Pure: from entries to names, whatever lies there."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.commitments import Entry
from warehouse.erased import EVENT as ERASED
from warehouse.tombstones import Tombstone


def landed_files(entries: Iterable[Entry]) -> dict[str, int | None]:
    """Of arrivals, with their sizes, and of the packs' own files. As entries say, whatever the table says by now."""
    named: dict[str, int | None] = {}
    for entry in entries:
        if entry.event == "received" and isinstance(size := entry.content.get("size"), int):
            named[str(entry.content.get("sha256"))] = size
        elif entry.event == "pack":
            for sha256 in dict(entry.content.get("files", {})).values():
                named.setdefault(str(sha256), None)
    return named


def register_files(entries: Iterable[Entry]) -> set[tuple[str, str]]:
    """(kind, SHA-256) of what judgments name, as their entries say."""
    kinds, named = {}, set()
    for entry in entries:
        if entry.event == "received":
            kinds[entry.subject] = str(entry.content.get("kind"))
        elif entry.event in ("judged", "judged again") and (register := entry.content.get("register")):
            named.add((kinds.get(entry.subject, ""), str(register)))
    return named


def erased_files(entries: Iterable[Entry]) -> dict[str, tuple[str, Tombstone]]:
    """SHA-256 → the kind and the tombstone of what was erased: landed files, and registers that others follow."""
    kinds: dict[str, str] = {}
    found: dict[str, tuple[str, Tombstone]] = {}
    for entry in entries:
        if entry.event == "received":
            kinds[entry.subject] = str(entry.content.get("kind"))
        elif entry.event == ERASED:
            said = entry.content
            pairs = [(said.get("sha256"), None), *((r["old"], r["new"]) for r in said.get("registers", []))]
            for sha256, becomes in pairs:
                about = (entry.subject, entry.sequence, said.get("by", ""), said.get("basis", ""), entry.at)
                if sha256 != becomes:
                    found.setdefault(sha256, (kinds.get(entry.subject, ""), Tombstone(sha256, becomes, *about)))
    return found
