"""Audits as the runs keep them: what each found, and which pages were published of it. Reads, and notes one more.

In the runs and not in the ledger, because an audit tells the clock and changes nothing that was filed or decided.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from warehouse.check_result import CheckResult
from warehouse.database import reading
from warehouse.home import Home
from warehouse.tables import runs

AUDIT = "audit"


@dataclass(frozen=True)
class Past:
    """What a run or an audit found. evaluated: how many checks; broken: names of those that did not hold, and how often
    verifying found something that does not match. holds: of all of it.
    """

    at: datetime
    what: str
    holds: bool
    evaluated: int
    broken: tuple[str, ...]
    mismatches: int


def checks_content(result: CheckResult, **beside: Any) -> dict[str, Any]:
    """The content of a run that has checked: `record()` under "checks", and what else there is to say."""
    return {"checks": result.record(), **beside}


def note_audit(
    home: Home, started_at: datetime, ended_at: datetime, content: Mapping[str, Any], published: Mapping[str, str]
) -> int:
    """Note an audit and the pages that tell of it (path below published/ → SHA-256); its number."""
    return home.append_run(AUDIT, started_at, ended_at, None, {**content, "published": dict(published)})


def past_checks(home: Home) -> list[Past]:
    """What every run and every audit that checked has found, the last one first."""
    with reading(home.engine) as connection:
        return list(reversed(list(_past(connection))))


def _past(connection: Connection) -> Iterator[Past]:
    for what, began, content in _told(connection):
        checks = content.get("checks")
        if not isinstance(checks, dict):
            continue
        mismatches = len(content.get("mismatches", ()))
        broken = tuple(sorted(name for name, one in checks["checks"].items() if one["broken"]))
        holds = bool(checks["holds"]) and not mismatches
        yield Past(datetime.fromisoformat(began), what, holds, len(checks["checks"]), broken, mismatches)


def audited_pages(connection: Connection) -> dict[str, str]:
    """Path below published/ → SHA-256 of the pages that the last audit published."""
    pages: dict[str, str] = {}
    for what, _, content in _told(connection):
        if what == AUDIT:
            pages |= {str(path): str(sha256) for path, sha256 in content.get("published", {}).items()}
    return pages


def _told(connection: Connection) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, beginning and content of every run, the first one first. One that was damaged says nothing: that the chain
    is broken there is told by who verifies it.
    """
    query = select(runs.c.what, runs.c.started_at, runs.c.content).order_by(runs.c.number)
    for what, began, text in connection.execute(query):
        try:
            content = json.loads(text)
        except (TypeError, ValueError):
            continue
        if isinstance(content, dict):
            yield what, began, content
