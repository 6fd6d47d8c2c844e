"""Recording a judgment: the register file first, then everything else in one transaction, or nothing of it.

A returned submission leaves its findings and counts and touches no figure. One that is judged again gets a further
pass; what the passes before it said stays. Never judges and never computes a figure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, insert, select, update

from contracts.comparing import Comparison
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
from warehouse.dimensions import KINDS
from warehouse.following import keep_what_follows
from warehouse.kept_registers import KeptRegister
from warehouse.ledger import append, last_entry
from warehouse.registers import Registers
from warehouse.sealing import last_key, runs_of, seal_judgment
from warehouse.standing import Place, find_place, reinstate, supersede
from warehouse.versions import Recording, renew_figures, replace_figures, withdraw_figures

TAKEN = (Outcome.ACCEPTED, Outcome.PARTIAL)
_CELLS = ("cells_nonempty", "cells_used", "cells_ignored", "cells_found")


@dataclass(frozen=True)
class Cause:
    """Why a submission was judged again: what had come or changed, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Judged:
    """A submission with everything that judging made of it.

    rows: the accepted ones, or which landed file holds them. at: when this was known; the arrival for a first judgment.
    compared: with what. causes: of a later pass why it was made; empty for the first.
    """

    submission: Submission
    kind: Kind
    verdict: Verdict
    rows: pl.DataFrame | KeptRegister | None
    table: Table | None
    figures: Sequence[Figure]
    derived: Sequence[Figure]
    account: Account | None
    at: datetime
    compared: Sequence[Comparison] = ()
    causes: Sequence[Cause] = ()

    @property
    def taken(self) -> bool:
        return self.verdict.outcome in TAKEN

    @property
    def again(self) -> bool:
        return bool(self.causes)


def is_judged(connection: Connection, submission_id: str) -> bool:
    """Raises StorageError for a submission that was never received."""
    s = tables.submissions.c
    row = connection.execute(select(s.outcome).where(s.id == submission_id)).first()
    if row is None:
        raise StorageError(f"没有编号为 {submission_id} 的报送", f"no submission {submission_id} was received")
    return row.outcome is not None


def record(engine: Engine, registers: Registers, judged: Judged, head: int | None = None) -> bool:
    """Keep a judgment. Recording a first one again does nothing: the first one stands.

    head: the last entry of the ledger when judging began; where another process has added one since, what was judged
    may rest on what is no longer so, and nothing is kept. Whether the judgment was kept.
    """
    with reading(engine) as connection:
        if _too_late(connection, judged, head):
            return False
    with registers.held():
        register = _write_register(registers, judged)
        with writing(engine) as connection:
            if _too_late(connection, judged, head):
                return False
            _record(connection, registers, judged, register)
    return True


def _too_late(connection: Connection, judged: Judged, head: int | None) -> bool:
    if is_judged(connection, judged.submission.id) and not judged.again:
        return True
    return head is not None and last_entry(connection) != head


def _write_register(registers: Registers, judged: Judged) -> str | None:
    if not judged.taken:
        return None
    rows = judged.rows
    height = rows.accepted if isinstance(rows, KeptRegister) else rows.height if rows is not None else None
    if rows is None or judged.table is None or height != judged.verdict.accepted:
        found = "none" if height is None else str(height)
        raise StorageError(
            f"报送 {judged.submission.id} 应有 {judged.verdict.accepted} 行接受数据，实有 {found} 行",
            f"submission {judged.submission.id} should bring {judged.verdict.accepted} accepted rows, found {found}",
        )
    if isinstance(rows, KeptRegister):
        return registers.keep(judged.kind.code, rows)
    # Columns of contexts were joined on for judging; they are another submission's and are kept there.
    own = [name for name in rows.columns if name in judged.kind.schema.columns]
    return registers.write(judged.kind.code, rows.select(own))


def _record(connection: Connection, registers: Registers, judged: Judged, register: str | None) -> None:
    submission, keys = judged.submission, last_key(connection)
    place = find_place(connection, submission)
    # A resubmission that was judged first is not undone by the earlier one coming to its turn.
    later = place.later if judged.taken else None
    _write_verdict(connection, judged, register, later, place.passes + 1)
    _write_findings(connection, submission.id, place.passes + 1, judged.verdict.findings)
    _write_counts(connection, judged, place.passes + 1)
    if not judged.again:
        _write_ignored(connection, submission.id, judged.account.ignored if judged.account else ())
    recording = _recording(judged)
    told = _stand(connection, judged, place, recording)
    rows = _rows(registers, judged, register)
    noted = keep_what_follows(connection, judged.submission, judged.kind, rows, recording.moment, keys)
    row = _judgment(judged, register, place.passes + 1)
    told["sealed"] = seal_judgment(connection, row, judged.kind.code, keys, rules=noted)
    if recording.closed:
        told["closed"] = {when: runs_of(some) for when, some in recording.closed.items()}
    entry = _write_ledger(connection, judged, register, place.passes + 1, told)
    connection.execute(insert(tables.judgments).values(entry=entry, **row))


def _rows(registers: Registers, judged: Judged, register: str | None) -> pl.DataFrame | pl.LazyFrame | None:
    """The accepted rows for what follows from them; a register that nothing follows from is not read for it."""
    if not isinstance(judged.rows, KeptRegister):
        return judged.rows
    return registers.scan(judged.kind.code, register) if register and judged.kind.code in KINDS else None


def _stand(connection: Connection, judged: Judged, place: Place, recording: Recording) -> dict[str, Any]:
    """Let the verdict have its effect: which submission stands, and with which figures. What the ledger says of it."""
    submission = judged.submission
    if judged.taken and place.later is None:
        if place.stands:
            kept = renew_figures(connection, recording, judged.figures, judged.derived, reopened=place.reinstated)
            return {"supersedes": None, "figures": "kept" if kept else "recorded"}
        supersede(connection, place.earlier, submission.id)
        replace_figures(connection, recording, place.earlier, judged.figures, judged.derived)
        return {"supersedes": place.earlier}
    if place.stands and not judged.taken:
        withdraw_figures(connection, recording, judged.derived)
        return {"supersedes": None, "withdrawn": True, "reinstates": reinstate(connection, submission.id)}
    return {"supersedes": None}


def _recording(judged: Judged) -> Recording:
    return Recording(
        submission=judged.submission.id,
        kind=judged.kind.code,
        year=judged.submission.arrival.period.year,
        sheet=judged.table.sheet if judged.table else "",
        moment=moment_text(judged.at),
    )


def _write_verdict(
    connection: Connection, judged: Judged, register: str | None, later: str | None, number: int
) -> None:
    values = _told(judged, register) | {"superseded_by": later, "pass_number": number, "again": None}
    s = tables.submissions
    connection.execute(update(s).where(s.c.id == judged.submission.id).values(**values))


def _told(judged: Judged, register: str | None) -> dict[str, Any]:
    """The columns that a submission shows of its current pass and that its judgment keeps for ever."""
    verdict, table = judged.verdict, judged.table
    values: dict[str, Any] = {
        "outcome": verdict.outcome.value,
        "received": verdict.received,
        "accepted": verdict.accepted,
        "quarantined": verdict.quarantined,
        "contract_version": judged.kind.version,
        "register": register,
        "fields": json_text([_described(field) for field in judged.kind.fields]),
        **dict.fromkeys(("sheet", "columns", "account", *_CELLS)),
    }
    if table is not None:
        values |= {"sheet": table.sheet, "columns": json_text(table.columns)}
    if (account := judged.account) is not None:
        told = account.record()
        values |= {
            **{f"cells_{name}": count for name, count in told.pop("cells").items()},
            "account": json_text(told),
        }
    return values


def _described(field: Field) -> dict[str, Any]:
    return {"name": field.name, "zh": field.heading, "en": field.title_en, "personal": field.personal}


def _write_findings(connection: Connection, submission_id: str, pass_number: int, findings: Sequence[Finding]) -> None:
    rows = [
        {
            "submission": submission_id,
            "pass_number": pass_number,
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
            "about": finding.about,
            "explained_by": finding.explained_by,
            "suggestions": json_text([asdict(suggestion) for suggestion in finding.suggestions]),
        }
        for number, finding in enumerate(findings, 1)
    ]
    if rows:
        connection.execute(insert(tables.findings), rows)


def _write_counts(connection: Connection, judged: Judged, pass_number: int) -> None:
    rows = [
        {"submission": judged.submission.id, "pass_number": pass_number, "ordinal": number, **vars(count)}
        for number, count in enumerate(judged.verdict.counts, 1)
    ]
    if rows:
        connection.execute(insert(tables.rule_counts), rows)


def _write_ignored(connection: Connection, submission_id: str, ignored: Sequence[Ignored]) -> None:
    rows = [{"submission": submission_id, "ordinal": n, **vars(area)} for n, area in enumerate(ignored, 1)]
    if rows:
        connection.execute(insert(tables.ignored_cells), rows)


def _write_ledger(
    connection: Connection, judged: Judged, register: str | None, pass_number: int, told: dict[str, Any]
) -> int:
    """The judgment in the chain, with the hash of its findings, so that a changed finding can be shown to be one."""
    verdict = judged.verdict
    content: dict[str, Any] = {
        "pass": pass_number,
        "outcome": verdict.outcome.value,
        "received": verdict.received,
        "accepted": verdict.accepted,
        "quarantined": verdict.quarantined,
        "contract_version": judged.kind.version,
        "register": register,
        "findings": len(verdict.findings),
        "findings_sha256": findings_hash(verdict.findings),
    }
    if judged.again:
        content["causes"] = [asdict(cause) for cause in judged.causes]
    event = "judged again" if judged.again else "judged"
    return append(connection, moment_text(judged.at), event, judged.submission.id, content | told)


def _judgment(judged: Judged, register: str | None, pass_number: int) -> dict[str, Any]:
    """The row of `judgments`, all but the entry that says it."""
    return {
        "submission": judged.submission.id,
        "pass_number": pass_number,
        "at": moment_text(judged.at),
        "causes": json_text([asdict(cause) for cause in judged.causes]),
        "compared": json_text([one.record() for one in judged.compared]),
        **_told(judged, register),
    }


def findings_hash(findings: Sequence[Finding]) -> str:
    """SHA-256 over all that the findings say."""
    told = [asdict(f) | {"severity": f.severity.value} for f in findings]
    return hashlib.sha256(json_text(told).encode()).hexdigest()
