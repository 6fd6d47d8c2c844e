"""Receiving: an arrival becomes a submission with an id, a sequence and a version. Never looks into the bytes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, select
from sqlalchemy.sql.elements import ColumnElement

from contracts.submission import Arrival, Submission
from warehouse.canonical import moment_text
from warehouse.ledger import append
from warehouse.sealing import seal
from warehouse.tables import home, submissions


def find_submission(connection: Connection, arrival: Arrival, sha256: str) -> Submission | None:
    """The submission this very arrival already is."""
    row = connection.execute(select(submissions).where(_same(arrival, sha256))).mappings().first()
    if row is None:
        return None
    due = row["due_at"]
    return Submission(
        id=row["id"],
        sequence=row["sequence"],
        arrival=arrival,
        sha256=sha256,
        size=row["size"],
        version=row["version"],
        due_at=None if due is None else datetime.fromisoformat(due),
    )


def add_submission(
    connection: Connection, arrival: Arrival, sha256: str, size: int, due_at: datetime | None
) -> Submission:
    """Give the arrival its place, inside a writing transaction; the one it has when it came before."""
    known = find_submission(connection, arrival, sha256)
    if known is not None:
        return known
    s = submissions.c
    sequence = 1 + (connection.scalar(select(func.max(s.sequence))) or 0)
    earlier = select(func.max(s.version)).where(
        s.filer == arrival.filer, s.kind == arrival.kind, s.period == arrival.period.label
    )
    version = 1 + (connection.scalar(earlier) or 0)
    bureau = connection.scalar(select(home.c.bureau))
    identity = f"{bureau}-{arrival.period.year}-{sequence:04d}"
    submission = Submission(identity, sequence, arrival, sha256, size, version, due_at)
    _insert(connection, submission)
    return submission


def _insert(connection: Connection, submission: Submission) -> None:
    arrival, period = submission.arrival, submission.arrival.period
    told = {
        "file": arrival.file,
        "filer": arrival.filer,
        "kind": arrival.kind,
        "period": period.label,
        "received_at": moment_text(arrival.received_at),
        "channel": arrival.channel,
        "sha256": submission.sha256,
        "size": submission.size,
        "version": submission.version,
        "due_at": None if submission.due_at is None else moment_text(submission.due_at),
    }
    connection.execute(
        insert(submissions).values(
            id=submission.id,
            sequence=submission.sequence,
            period_start=period.start.isoformat(),
            period_end=period.end.isoformat(),
            year=period.year,
            **told,
        )
    )
    # The first of all also says whose home it is, which was noted before anything was received.
    sealed = {"sealed": [seal(connection, home).record()]} if submission.sequence == 1 else {}
    append(connection, moment_text(arrival.received_at), "received", submission.id, told | sealed)


def _same(arrival: Arrival, sha256: str) -> ColumnElement[bool]:
    s = submissions.c
    return and_(
        s.file == arrival.file,
        s.filer == arrival.filer,
        s.kind == arrival.kind,
        s.period == arrival.period.label,
        s.received_at == moment_text(arrival.received_at),
        s.sha256 == sha256,
    )
