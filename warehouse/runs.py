"""Who worked on the warehouse when, with which program: a hash chain of its own. Rows are only ever added.

Apart from the ledger, because these tell the clock: what was filed and decided is the same whoever ran what how often.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from warehouse.canonical import json_text, moment_text
from warehouse.ledger import START, head_hash
from warehouse.tables import runs

RUN = "run"


@dataclass(frozen=True)
class Run:
    """what: "run" or "audit". content: what it worked with and found, as far as canonical JSON can say it.

    ledger_head: hash of the ledger's last entry when it ended.
    """

    number: int
    what: str
    started_at: datetime
    ended_at: datetime
    year: int | None
    ledger_head: str
    content: Mapping[str, Any]
    previous_hash: str
    hash: str


def append_run(
    connection: Connection,
    what: str,
    started_at: datetime,
    ended_at: datetime,
    year: int | None,
    content: Mapping[str, Any],
) -> int:
    """Note what was done, inside a writing transaction; its number, counted from 1."""
    last = connection.execute(select(runs.c.number, runs.c.hash).order_by(runs.c.number.desc()).limit(1)).first()
    number = last.number + 1 if last else 1
    told = {
        "number": number,
        "what": what,
        "started_at": moment_text(started_at),
        "ended_at": moment_text(ended_at),
        "year": year,
        "ledger_head": head_hash(connection),
        "content": json_text(content),
        "previous_hash": last.hash if last else START,
    }
    connection.execute(insert(runs).values(**told, hash=run_hash(told)))
    return number


def run_hash(told: Mapping[str, Any]) -> str:
    """SHA-256 of a row without its own hash, written as canonical JSON."""
    names = [c.name for c in runs.columns if c.name != "hash"]
    return hashlib.sha256(json_text({name: told[name] for name in names}).encode()).hexdigest()


def list_runs(connection: Connection) -> list[Run]:
    """All of them, the first one first."""
    return [
        Run(
            **{n: row[n] for n in ("number", "what", "year", "ledger_head", "previous_hash", "hash")},
            started_at=datetime.fromisoformat(row["started_at"]),
            ended_at=datetime.fromisoformat(row["ended_at"]),
            content=json.loads(row["content"]),
        )
        for row in connection.execute(select(runs).order_by(runs.c.number)).mappings()
    ]


def verify_runs(connection: Connection) -> list[str]:
    """What is wrong with the chain, one sentence each (Chinese / English); empty when it holds."""
    problems: list[str] = []
    previous, expected = START, 1
    for row in map(dict, connection.execute(select(runs).order_by(runs.c.number)).mappings()):
        number = row["number"]
        if number != expected:
            problems.append(f"运行记录第 {expected} 条缺失 / run {expected} is missing (next is {number})")
        if row["previous_hash"] != previous:
            problems.append(f"运行记录第 {number} 条与前一条不衔接 / run {number} does not follow the one before")
        if row["hash"] != run_hash(row):
            problems.append(f"运行记录第 {number} 条内容已被改动 / run {number} was changed")
        previous, expected = row["hash"], number + 1
    return problems
