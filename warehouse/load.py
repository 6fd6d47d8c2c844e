"""Recording a judgment: the register file first, then everything else in one transaction, or nothing of it.

A returned submission leaves its findings and counts and touches no figure. Never judges and never computes a figure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, insert, select, update

from contracts.errors import StorageError
from contracts.field import Field
from contracts.figure import Figure
from contracts.finding import Finding, Outcome, Verdict
from contracts.kind import Kind
from contracts.submission import Submission
from contracts.table import Account, Ignored, Table
from warehouse import tables
from warehouse.canonical import json_text, moment_text
from warehouse.database import reading, writing
from warehouse.ledger import append
from warehouse.registers import Registers
from warehouse.versions import Recording, replace_figures

TAKEN = (Outcome.ACCEPTED, Outcome.PARTIAL)


@dataclass(frozen=True)
class Judged:
    """A submission with everything that judging made of it."""

    submission: Submission
    kind: Kind
    verdict: Verdict
    rows: pl.DataFrame | None
    table: Table | None
    figures: Sequence[Figure]
    derived: Sequence[Figure]
    account: Account | None

    @property
    def taken(self) -> bool:
        return self.verdict.outcome in TAKEN


def is_judged(connection: Connection, submission_id: str) -> bool:
    """Raises StorageError for a submission that was never received."""
    s = tables.submissions.c
    row = connection.execute(select(s.outcome).where(s.id == submission_id)).first()
    if row is None:
        raise StorageError(f"没有编号为 {submission_id} 的报送", f"no submission {submission_id} was received")
    return row.outcome is not None


def record(engine: Engine, registers: Registers, judged: Judged) -> None:
    """Keep a judgment. Recording it again does nothing: the first one stands."""
    with reading(engine) as connection:
        if is_judged(connection, judged.submission.id):
            return
    with registers.held():
        register = _write_register(registers, judged)
        with writing(engine) as connection:
            if not is_judged(connection, judged.submission.id):
                _record(connection, judged, register)


def _write_register(registers: Registers, judged: Judged) -> str | None:
    if not judged.taken:
        return None
    rows = judged.rows
    if rows is None or judged.table is None or rows.height != judged.verdict.accepted:
        found = "none" if rows is None else str(rows.height)
        raise StorageError(
            f"报送 {judged.submission.id} 应有 {judged.verdict.accepted} 行接受数据，实有 {found} 行",
            f"submission {judged.submission.id} should bring {judged.verdict.accepted} accepted rows, found {found}",
        )
    # Columns of contexts were joined on for judging; they are another submission's and are kept there.
    own = [name for name in rows.columns if name in judged.kind.schema.columns]
    return registers.write(judged.kind.code, rows.select(own))


def _record(connection: Connection, judged: Judged, register: str | None) -> None:
    submission = judged.submission
    standing, later = _others(connection, submission) if judged.taken else (None, None)
    _write_verdict(connection, judged, register, later)
    _write_findings(connection, submission.id, judged.verdict.findings)
    _write_counts(connection, judged)
    _write_ignored(connection, submission.id, judged.account.ignored if judged.account else ())
    # A resubmission that was judged first is not undone by the earlier one coming to its turn.
    if judged.taken and later is None:
        _supersede(connection, standing, submission.id)
        arrival = submission.arrival
        recording = Recording(
            submission=submission.id,
            kind=judged.kind.code,
            year=arrival.period.year,
            sheet=judged.table.sheet if judged.table else "",
            moment=moment_text(arrival.received_at),
        )
        replace_figures(connection, recording, standing, judged.figures, judged.derived)
    _write_ledger(connection, judged, register, standing if later is None else None)


def _others(connection: Connection, submission: Submission) -> tuple[str | None, str | None]:
    """The accepted submission standing for the same filer, kind and period: (an earlier one, a later one)."""
    s, arrival = tables.submissions.c, submission.arrival
    row = connection.execute(
        select(s.id, s.version).where(
            s.filer == arrival.filer,
            s.kind == arrival.kind,
            s.period == arrival.period.label,
            s.outcome.in_(TAKEN),
            s.superseded_by.is_(None),
        )
    ).first()
    if row is None:
        return None, None
    return (row.id, None) if row.version < submission.version else (None, row.id)


def _supersede(connection: Connection, earlier: str | None, later: str) -> None:
    s = tables.submissions
    if earlier is not None:
        connection.execute(update(s).where(s.c.id == earlier).values(superseded_by=later))


def _write_verdict(connection: Connection, judged: Judged, register: str | None, later: str | None) -> None:
    verdict, table = judged.verdict, judged.table
    values: dict[str, Any] = {
        "outcome": verdict.outcome.value,
        "received": verdict.received,
        "accepted": verdict.accepted,
        "quarantined": verdict.quarantined,
        "contract_version": judged.kind.version,
        "register": register,
        "fields": json_text([_described(field) for field in judged.kind.fields]),
        "superseded_by": later,
    }
    if table is not None:
        values |= {
            "sheet": table.sheet,
            "columns": json_text(table.columns),
        }
    if (account := judged.account) is not None:
        told = account.record()
        values |= {
            **{f"cells_{name}": count for name, count in told.pop("cells").items()},
            "account": json_text(told),
        }
    s = tables.submissions
    connection.execute(update(s).where(s.c.id == judged.submission.id).values(**values))


def _described(field: Field) -> dict[str, Any]:
    return {"name": field.name, "zh": field.heading, "en": field.title_en, "personal": field.personal}


def _write_findings(connection: Connection, submission_id: str, findings: Sequence[Finding]) -> None:
    rows = [
        {
            "submission": submission_id,
            "ordinal": number,
            "rule": finding.rule,
            "severity": finding.severity.value,
            "message_zh": finding.message_zh,
            "message_en": finding.message_en,
            "expected": finding.expected,
            "basis": finding.basis,
            "field": finding.field,
            "filed": finding.filed,
            "sheet": finding.sheet,
            "cell": finding.cell,
            "places": "；".join(cell.where for cell in finding.cells),
            "operands": json_text([vars(cell) for cell in finding.cells]),
            "rows": json_text(finding.rows),
            "waived_by": finding.waived_by,
        }
        for number, finding in enumerate(findings, 1)
    ]
    if rows:
        connection.execute(insert(tables.findings), rows)


def _write_counts(connection: Connection, judged: Judged) -> None:
    rows = [
        {"submission": judged.submission.id, "ordinal": number, **vars(count)}
        for number, count in enumerate(judged.verdict.counts, 1)
    ]
    if rows:
        connection.execute(insert(tables.rule_counts), rows)


def _write_ignored(connection: Connection, submission_id: str, ignored: Sequence[Ignored]) -> None:
    rows = [{"submission": submission_id, "ordinal": n, **vars(area)} for n, area in enumerate(ignored, 1)]
    if rows:
        connection.execute(insert(tables.ignored_cells), rows)


def _write_ledger(connection: Connection, judged: Judged, register: str | None, superseded: str | None) -> None:
    """The judgment in the chain, with the hash of its findings, so that a changed finding can be shown to be one."""
    verdict = judged.verdict
    content = {
        "outcome": verdict.outcome.value,
        "received": verdict.received,
        "accepted": verdict.accepted,
        "quarantined": verdict.quarantined,
        "contract_version": judged.kind.version,
        "register": register,
        "supersedes": superseded,
        "findings": len(verdict.findings),
        "findings_sha256": findings_hash(verdict.findings),
    }
    at = moment_text(judged.submission.arrival.received_at)
    append(connection, at, "judged", judged.submission.id, content)


def findings_hash(findings: Sequence[Finding]) -> str:
    """SHA-256 over all that the findings say."""
    told = [vars(f) | {"cells": [vars(c) for c in f.cells], "severity": f.severity.value} for f in findings]
    return hashlib.sha256(json_text(told).encode()).hexdigest()
