"""Reminders as kept: what was meant to be said is committed before it is sent, and what became of it after.

A message that was meant and of which nothing more is known may have arrived: it is uncertain, never taken for unsent.
Sends nothing, decides nothing, and keeps no address.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select, update

from contracts.errors import StorageError
from warehouse import tables
from warehouse.canonical import json_text, moment_text
from warehouse.database import reading, writing
from warehouse.files import hold
from warehouse.ledger import append
from warehouse.sealing import seal

INTERRUPTED: Final = "运行在发送时中断，可能已发出 / the run ended while it was sent; it may have arrived"
r = tables.reminders.c


class Sending(StrEnum):
    """What became of a message."""

    INTENDED = "intended"
    SENT = "sent"  # taken over by the server it was given to
    DEFERRED = "deferred"  # certainly not taken over, for a reason that may pass
    FAILED = "failed"  # certainly not taken over, and refused for good
    UNCERTAIN = "uncertain"  # handed over, and no answer came

    @property
    def zh(self) -> str:
        return _WORDS[self]


_WORDS: Final = {
    Sending.INTENDED: "待发",
    Sending.SENT: "已发出",
    Sending.DEFERRED: "暂未发出",
    Sending.FAILED: "发送失败",
    Sending.UNCERTAIN: "是否送达不明",
}
# What counts as said: what may have arrived is not said anew, only repeated as it was.
SAID: Final = (Sending.INTENDED, Sending.SENT, Sending.UNCERTAIN)


@dataclass(frozen=True)
class Intent:
    """A message before it is sent. filer, recipient: whose contact, and its name; day: ISO text."""

    message_id: str
    year: int
    day: str
    filer: str
    recipient: str
    channel: str
    subject: str
    body: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What came of sending. said: why, in both languages, without an address or a password."""

    state: Sending
    said: str = ""


@dataclass(frozen=True)
class StoredReminder(Intent):
    """A message with what became of it. attempts: how often it was given to a server, or was about to be."""

    intended_at: datetime
    state: Sending
    attempts: int
    sent_at: datetime | None
    said: str


@dataclass(frozen=True)
class Reminders:
    """The reminders of a home. Hold it (`held`) while sending: one process at a time sends."""

    engine: Engine
    folder: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Alone among processes. What another one left without a result is interrupted for certain."""
        folder = self.folder / "reminders"
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise StorageError(f"无法建立 {folder}：{error.strerror}", f"cannot make {folder}: {error}") from error
        with hold(folder):
            self._interrupted()
            yield

    def listed(self, year: int) -> list[StoredReminder]:
        """All of a year, in the order in which they were meant."""
        query = select(tables.reminders).where(r.year == year).order_by(r.intended_at, r.message_id)
        with reading(self.engine) as connection:
            return [_stored(row) for row in connection.execute(query).mappings()]

    def intend(self, intent: Intent, at: datetime) -> StoredReminder:
        """Note that it is about to be sent, before it is; as it was first meant, where it was meant before."""
        with writing(self.engine) as connection:
            if connection.scalar(select(r.message_id).where(r.message_id == intent.message_id)) is None:
                meant = {"intended_at": moment_text(at), "state": Sending.INTENDED, "attempts": 0}
                told = {name: getattr(intent, name) for name in Intent.__dataclass_fields__ if name != "keys"}
                connection.execute(insert(tables.reminders).values(**told, keys=json_text(intent.keys), **meant))
            connection.execute(
                update(tables.reminders)
                .where(r.message_id == intent.message_id)
                .values(state=Sending.INTENDED, attempts=r.attempts + 1, tried_at=moment_text(at), said=None)
            )
            _note(connection, intent.message_id)
            query = select(tables.reminders).where(r.message_id == intent.message_id)
            return _stored(connection.execute(query).mappings().one())

    def conclude(self, message_id: str, result: Result, at: datetime) -> StoredReminder:
        """Note what became of it."""
        sent = {"sent_at": moment_text(at)} if result.state is Sending.SENT else {}
        with writing(self.engine) as connection:
            connection.execute(
                update(tables.reminders)
                .where(r.message_id == message_id)
                .values(state=result.state, said=result.said, **sent)
            )
            _note(connection, message_id)
            query = select(tables.reminders).where(r.message_id == message_id)
            return _stored(connection.execute(query).mappings().one())

    def _interrupted(self) -> None:
        with writing(self.engine) as connection:
            left = connection.scalars(select(r.message_id).where(r.state == Sending.INTENDED).order_by(r.message_id))
            for message_id in left.all():
                connection.execute(
                    update(tables.reminders)
                    .where(r.message_id == message_id)
                    .values(state=Sending.UNCERTAIN, said=INTERRUPTED)
                )
                _note(connection, message_id)


def _note(connection: Connection, message_id: str) -> None:
    """What is kept of a message now, in the ledger."""
    row = connection.execute(select(r.state, r.tried_at).where(r.message_id == message_id)).one()
    told = {"state": row.state, "sealed": [seal(connection, tables.reminders, (message_id,)).record()]}
    append(connection, row.tried_at, "reminder", message_id, told)


def keys_said(reminders: Sequence[StoredReminder]) -> dict[tuple[str, str], set[str]]:
    """(filer, recipient) → keys of what was said to it, or may have been."""
    said: dict[tuple[str, str], set[str]] = defaultdict(set)
    for reminder in reminders:
        if reminder.state in SAID:
            said[reminder.filer, reminder.recipient] |= set(reminder.keys)
    return said


def _stored(row: Any) -> StoredReminder:
    same = {name: row[name] for name in Intent.__dataclass_fields__}
    return StoredReminder(
        **same | {"keys": tuple(json.loads(row["keys"]))},
        intended_at=datetime.fromisoformat(row["intended_at"]),
        state=Sending(row["state"]),
        attempts=row["attempts"],
        sent_at=None if row["sent_at"] is None else datetime.fromisoformat(row["sent_at"]),
        said=row["said"] or "",
    )
