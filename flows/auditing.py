"""An audit of a home: every check there is, and everything it keeps against its ledger. Plain functions, no Prefect.

It changes nothing that was filed, decided or published; noting an audit adds one row to the runs and rewrites the page
of the checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from contracts.errors import UsageError
from contracts.kind import Kind
from contracts.timeliness import State
from flows.runs import code_version
from flows.settings import Settings
from warehouse.audits import checks_content, note_audit, past_checks
from warehouse.check_result import CheckResult
from warehouse.data_docs import Told, check_pages
from warehouse.deadlines import StoredDeadline
from warehouse.discrepancies import Discrepancy
from warehouse.expectations import audit_warehouse
from warehouse.files import hold
from warehouse.home import DATABASE, Home
from warehouse.reports.publish import write_documents
from warehouse.verification import verify

TRIES = 3  # where somebody writes while we look, we look again


@dataclass(frozen=True)
class Audit:
    """What an audit found. absent: what is due and never came, which is told and does not break anything."""

    checks: CheckResult
    mismatches: tuple[Discrepancy, ...]
    absent: tuple[StoredDeadline, ...]
    head: str

    @property
    def holds(self) -> bool:
        return self.checks.success and not self.mismatches

    def record(self) -> dict[str, Any]:
        """As the runs keep it."""
        told = [one.told() for one in self.mismatches]
        absent = [[d.filer, d.kind, d.period.label] for d in self.absent]
        return checks_content(self.checks, mismatches=told, absent=absent, code=code_version())


def home_of(told: Path, settings: Settings) -> Path:
    """The folder of a home: as told, or that of the pack that is told. Raises UsageError where it is neither."""
    if (told / "pack.toml").is_file():
        return settings.var / told.resolve().name
    if settings.database() is None and not (told / DATABASE).is_file():
        raise UsageError(
            f"{told} 既不是数据包（pack.toml）也不是数据目录（{DATABASE}）",
            f"{told} is neither a pack (pack.toml) nor a home ({DATABASE})",
        )
    return told


def audit_home(home: Home, kinds: Mapping[str, Kind], database: URL | None) -> Audit:
    """Look at all of it. What seems wrong while somebody writes is looked at again: it may be half done.

    Raises StorageError where a check could not be carried out.
    """
    for left in reversed(range(TRIES)):
        before = home.last_entry()
        checks = audit_warehouse(home, kinds)
        verified = verify(home.folder, database_url=database)
        absent = tuple(d for d in home.deadlines() if d.state is State.MISSING)
        head = verified.head[1] if verified.head else ""
        found = Audit(checks, tuple(verified.discrepancies), absent, head)
        if found.holds or left == 0 or home.last_entry() == before:
            break
    return found


def publish_audit(
    home: Home, audit: Audit, notice: str, started_at: datetime, clock: Callable[[], datetime]
) -> dict[str, str]:
    """Rewrite the pages of the checks and note the audit with them; path below published/ → SHA-256."""
    told = Told(
        home.title, notice, started_at, audit.head, audit.checks, audit.mismatches, audit.absent, past_checks(home)
    )
    folder = home.folder / "published"
    with hold(folder):  # who looks at both finds pages and entry of one audit
        files = write_documents(folder, check_pages(told))
        note_audit(home, started_at, clock(), audit.record(), files)
    return files
