"""Sending what is to be said: the intent is committed, then it is sent, then what became of it is recorded.

Where no result was recorded the message may have arrived: it is repeated as it was, under the same Message-ID or
Idempotency-Key, a few times at most, and reported as uncertain. What was certainly not taken over is tried again by the
next run, with what is then to be said. Nobody gets two new digests on one day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from contracts.calendar import Day
from contracts.reminding import Contact, Digest, Plan, Reminder, gather
from contracts.reminding_words import subject_of, text_of
from flows.notice_blocks import Letter, MailNotice, WebhookNotice, unknown, unsent
from flows.pack import Pack
from warehouse.reminders import SAID, Intent, Reminders, Result, Sending, StoredReminder, keys_said

MOST_ATTEMPTS: Final = 3  # of a message that may have arrived
ENOUGH: Final = 3  # messages in a row that a channel did not take: the others wait for the next run and not for it

Deliver = Callable[[Contact, Letter], Result]


@dataclass(frozen=True)
class Told:
    """One message of a run. state: None where it was only shown; repeated: as it was meant by an earlier run."""

    message_id: str
    filer: str
    recipient: str
    channel: str
    reminders: int
    state: Sending | None
    attempts: int = 0
    said: str = ""
    repeated: bool = False


@dataclass(frozen=True)
class Round:
    """All messages of a run. held: reminders that wait for the next working day; unreached: filers without contact.

    put_off: messages that were not tried, because their channel took none.
    """

    told: tuple[Told, ...]
    held: int
    unreached: tuple[str, ...]
    put_off: int = 0


@dataclass(frozen=True)
class Today:
    """What a run says: the pack, the day, what is to be said on it, and when the run is."""

    pack: Pack
    day: Day
    reminders: tuple[Reminder, ...]
    at: datetime

    @property
    def bureau_name(self) -> str:
        return self.pack.filer_names()[self.pack.settings.bureau]

    def plan(self, stored: Sequence[StoredReminder]) -> Plan:
        """What was not said yet, for each contact."""
        bureau = self.pack.settings.bureau
        return gather(self.reminders, contacts_of(self.pack), bureau, self.day.date, keys_said(stored))

    def intent(self, digest: Digest) -> Intent:
        contact = digest.contact
        return Intent(
            digest.message_id,
            self.pack.settings.year,
            digest.day.isoformat(),
            contact.filer,
            contact.name,
            contact.channel,
            subject_of(digest, self.bureau_name),
            text_of(digest, self.bureau_name, self.day),
            digest.keys,
        )


def contacts_of(pack: Pack) -> tuple[Contact, ...]:
    """The pack's contacts, in the order of its list."""
    rows = pack.rows("contacts.csv").select("filer", "channel", "address", "name")
    return tuple(Contact(*row) for row in rows.iter_rows())


def show(today: Today, kept: Reminders) -> Round:
    """What would be sent, and nothing more."""
    plan = today.plan(kept.listed(today.pack.settings.year))
    told = [
        Told(d.message_id, d.contact.filer, d.contact.name, d.contact.channel, len(d.reminders), None)
        for d in plan.digests
    ]
    return Round(tuple(told), 0, plan.unreached)


def send_all(today: Today, kept: Reminders, send: Callable[[Reminders, Intent, Contact, bool], Told]) -> Round:
    """Repeat what is uncertain and still holds, then send what is new. `send`: `send_one` with all it needs."""
    contacts = {contact.key: contact for contact in contacts_of(today.pack)}
    current = {reminder.key for reminder in today.reminders}
    with kept.held():
        stored = kept.listed(today.pack.settings.year)
        told = []
        for old in stored:
            if old.state is Sending.UNCERTAIN and current & set(old.keys):
                contact = contacts.get((old.filer, old.recipient))
                again = contact is not None and old.attempts < MOST_ATTEMPTS
                told.append(send(kept, old, contact, True) if contact and again else as_told(old, repeated=False))
        served = _served(stored, today.day.date)
        plan = today.plan(stored)
        new, put_off = [d for d in plan.digests if d.contact.key not in served], 0
        for digest in new:
            if _takes_none(told, digest.contact.channel):
                put_off += 1
            else:
                told.append(send(kept, today.intent(digest), digest.contact, False))
        held = sum(len(d.reminders) for d in plan.digests) - sum(len(d.reminders) for d in new)
    return Round(tuple(told), held, plan.unreached, put_off)


def send_one(
    kept: Reminders, intent: Intent, contact: Contact, repeated: bool, deliver: Deliver, now: Callable[[], datetime]
) -> Told:
    """Commit the intent, send, record what became of it. What was once uncertain is so until it is known as sent.

    An error that `deliver` lets through is recorded like an answer, so that every other contact is still reminded.
    """
    meant = kept.intend(intent, now())
    letter = Letter(contact.address, contact.name, meant.subject, meant.body, meant.message_id, meant.intended_at)
    try:
        result = deliver(contact, letter)
    except Exception as error:  # a deliverer tells what happened before the hand-over; of this nobody knows
        result = unknown(error)
    if repeated and result.state is not Sending.SENT:
        result = replace(result, state=Sending.UNCERTAIN)
    return as_told(kept.conclude(intent.message_id, result, now()), repeated=repeated)


def as_told(stored: StoredReminder, *, repeated: bool) -> Told:
    return Told(
        stored.message_id,
        stored.filer,
        stored.recipient,
        stored.channel,
        len(stored.keys),
        stored.state,
        stored.attempts,
        stored.said,
        repeated,
    )


def blocks(mail: str) -> Deliver:
    """Delivering through Prefect's blocks: the MailNotice of that name, the WebhookNotice that a contact names."""

    def deliver(contact: Contact, letter: Letter) -> Result:
        name = mail if contact.channel == "mail" else contact.address
        kind = MailNotice if contact.channel == "mail" else WebhookNotice
        try:
            block = kind.load(name)
            assert isinstance(block, kind)
        except (ValueError, KeyError):
            # Not the error's own text: what is wrong in a block may be its password.
            zh = f"没有可用的通知块 {kind.get_block_type_slug()}/{name}"
            return Result(Sending.FAILED, f"{zh} / there is no such block, or it cannot be used")
        except Exception as error:  # Prefect's server does not answer, the block is of another type, …
            return unsent(error)
        return block.deliver(letter)

    return deliver


def _takes_none(told: Sequence[Told], channel: str) -> bool:
    """Whether the last messages of a channel were all put off by it: each may have cost a whole timeout."""
    last = [t.state for t in told if t.channel == channel and not t.repeated][-ENOUGH:]
    return last == [Sending.DEFERRED] * ENOUGH


def _served(stored: Sequence[StoredReminder], day: date) -> set[tuple[str, str]]:
    """Who had a digest on a day, or may have had one."""
    return {(s.filer, s.recipient) for s in stored if s.day == day.isoformat() and s.state in SAID}
