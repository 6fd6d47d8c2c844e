"""The append-only record of what happened: each entry carries the hash of the one before.

Entries are only ever added. `verify` finds one that was changed, removed, or put in between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from warehouse.canonical import json_text
from warehouse.tables import ledger, publications, submissions

START = "0" * 64
# Entries that are about submissions. The others tell what was made of them, or of whom, and of days of their own.
ABOUT_SUBMISSIONS = ("received", "judged", "judged again")


def append(connection: Connection, at: str, event: str, subject: str, content: Mapping[str, Any]) -> int:
    """Add an entry inside a writing transaction; its sequence, counted from 1."""
    last = connection.execute(
        select(ledger.c.sequence, ledger.c.hash).order_by(ledger.c.sequence.desc()).limit(1)
    ).first()
    entry = {
        "sequence": last.sequence + 1 if last else 1,
        "at": at,
        "event": event,
        "subject": subject,
        "content": json_text(content),
        "previous_hash": last.hash if last else START,
    }
    connection.execute(insert(ledger).values(**entry, hash=entry_hash(entry)))
    return int(entry["sequence"])


def last_entry(connection: Connection) -> int:
    """The sequence of the last entry; 0 while there is none."""
    return connection.scalar(select(func.max(ledger.c.sequence))) or 0


def head_hash(connection: Connection) -> str:
    """The hash of the last entry; `START` while there is none."""
    return connection.scalar(select(ledger.c.hash).order_by(ledger.c.sequence.desc()).limit(1)) or START


def entry_hash(entry: Mapping[str, Any]) -> str:
    """SHA-256 of an entry without its own hash, written as canonical JSON."""
    names = ("sequence", "at", "event", "subject", "content", "previous_hash")
    return hashlib.sha256(json_text({n: entry[n] for n in names}).encode()).hexdigest()


def verify(connection: Connection) -> list[str]:
    """What is wrong with the chain, and with what it says of submissions; empty when nothing is."""
    return verify_chain(connection) + _disagreements(connection)


def verify_chain(connection: Connection) -> list[str]:
    """What is wrong with the chain itself, one sentence each (Chinese / English); empty when it holds."""
    problems: list[str] = []
    previous, expected = START, 1
    for row in connection.execute(select(ledger).order_by(ledger.c.sequence)):
        entry = row._asdict()
        number = entry["sequence"]
        if number != expected:
            problems.append(f"台账第 {expected} 条缺失 / ledger entry {expected} is missing (next is {number})")
        if entry["previous_hash"] != previous:
            problems.append(f"台账第 {number} 条与前一条不衔接 / ledger entry {number} does not follow the one before")
        if entry["hash"] != entry_hash(entry):
            problems.append(f"台账第 {number} 条内容已被改动 / ledger entry {number} was changed")
        previous, expected = entry["hash"], number + 1
    return problems


def _disagreements(connection: Connection) -> list[str]:
    """Submissions of which the ledger says something else, or nothing. Finds a ledger cut off at its end, too."""
    told: dict[str, dict[str, Any]] = {}
    for entry in connection.execute(select(ledger).order_by(ledger.c.sequence)):
        if entry.event in ABOUT_SUBMISSIONS:
            told.setdefault(entry.subject, {}).update(_object(entry.content))
    problems = []
    for row in connection.execute(select(submissions).order_by(submissions.c.sequence)).mappings():
        known = told.pop(row["id"], {})
        names = ("file", "filer", "kind", "period", "received_at", "sha256", "outcome", "register", "contract_version")
        wrong = [n for n in names if row[n] != known.get(n)]
        if wrong:
            problems.append(
                f"报送 {row['id']} 与台账不一致：{'、'.join(wrong)}"
                f" / submission {row['id']} is not as the ledger says: {', '.join(wrong)}"
            )
    problems += [f"台账所记报送 {i} 不存在 / the ledger names submission {i}, which is missing" for i in told]
    return problems


def _object(content: str) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except ValueError:
        return {}  # the entry's hash no longer fits either, and that has been said
    return value if isinstance(value, dict) else {}


def publish(connection: Connection, year: int, files: Mapping[str, str], at: str) -> bool:
    """Note that `files` (relative path → SHA-256) are published for `year`; False when that stood there already."""
    last = _last_content(connection, "published", str(year))
    if last == json_text({"files": dict(files)}):
        return False
    entry = append(connection, at, "published", str(year), {"files": dict(files)})
    rows = [{"entry": entry, "path": p, "year": year, "sha256": h} for p, h in sorted(files.items())]
    if rows:
        connection.execute(insert(publications), rows)
    return True


def note_pack(connection: Connection, year: int, told: Mapping[str, Any], first_at: str, at: str) -> bool:
    """Note of a year's pack what it is called, which files of it nobody files (name → SHA-256), and which lists it has.

    first_at: since when that holds where nothing was noted before; at: since when otherwise. False when it stood there.
    """
    last = _last_content(connection, "pack", str(year))
    if last == json_text(told):
        return False
    append(connection, first_at if last is None else at, "pack", str(year), told)
    return True


def noted_pack(connection: Connection, year: int) -> dict[str, Any] | None:
    """What was noted last of a year's pack: `name`, `files` by name, and names of `lists`; None where nothing was."""
    last = _last_content(connection, "pack", str(year))
    return None if last is None else _object(last)


def lists_gone(connection: Connection, year: int) -> frozenset[str]:
    """Names of lists that a year's pack once had and has no longer."""
    query = select(ledger.c.content).where(ledger.c.event == "pack", ledger.c.subject == str(year))
    noted = [_object(told)["lists"] for told in connection.scalars(query.order_by(ledger.c.sequence))]
    return frozenset(name for names in noted for name in names) - frozenset(noted[-1] if noted else ())


def _last_content(connection: Connection, event: str, subject: str) -> str | None:
    """What the last entry of an event about a subject says."""
    query = select(ledger.c.content).where(ledger.c.event == event, ledger.c.subject == subject)
    found: str | None = connection.scalar(query.order_by(ledger.c.sequence.desc()).limit(1))
    return found
