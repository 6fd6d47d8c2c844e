"""Erasing personal data whose retention is over, without breaking the chain: who may go, and how they go.

The ledger's entry comes first and names everything; then the landed original goes (its hash stays) and each register is
followed by one without the personal values. What the tables say is never changed: a register keeps the name it was
given, and a tombstone leads from it to the one that took its place. Figures, findings and verdicts stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from contracts.errors import StorageError
from contracts.kind import Kind
from contracts.masking import without_persons
from warehouse import tables
from warehouse.canonical import moment_text
from warehouse.database import reading, writing
from warehouse.erased import EVENT, erased_files, erased_submissions
from warehouse.files import hold
from warehouse.home import Home
from warehouse.ledger import append
from warehouse.registers import SUFFIX
from warehouse.stored import StoredSubmission
from warehouse.tombstones import bury


@dataclass(frozen=True)
class Candidate:
    """A submission with personal data. over_on: the first day on which it may go, None where nothing says so.

    fields: its personal fields. held_zh, held_en: why it cannot go yet although it is asked for; "" where it can.
    """

    submission: StoredSubmission
    fields: tuple[str, ...]
    over_on: date | None
    held_zh: str = ""
    held_en: str = ""

    @property
    def held(self) -> bool:
        return bool(self.held_zh)


def candidates(home: Home, kinds: Mapping[str, Kind], *, today: date, before: date | None = None) -> list[Candidate]:
    """What is due on `today` by the retention that its form declares, or, with `before`, all of periods that ended
    before that day; in the order of arrival. What was erased already is left out."""
    with reading(home.engine) as connection:
        gone = erased_submissions(connection)
    found = []
    for submission in home.submissions():
        kind = kinds.get(submission.kind)
        fields = personal_fields(submission, kind)
        over_on = kind.kept_until(submission.period) if kind else None
        asked = submission.period.end < before if before else over_on is not None and over_on <= today
        if fields and asked and submission.id not in gone:
            found.append(Candidate(submission, fields, over_on))
    return _held_back(home, found, set(gone))


def personal_fields(submission: StoredSubmission, kind: Kind | None) -> tuple[str, ...]:
    """Those that the contract called personal when it was judged, and those that it calls so now."""
    then = [field.name for field in submission.fields or () if field.personal]
    now = [field.name for field in kind.fields if field.personal] if kind else []
    return tuple(dict.fromkeys([*then, *now]))


def _held_back(home: Home, found: Sequence[Candidate], gone: set[str]) -> list[Candidate]:
    """The candidates, with why some of them cannot go: bytes or rows that another submission still has a right to."""
    files = {s.id: {s.sha256} for s in home.submissions()}
    j = tables.judgments.c
    with reading(home.engine) as connection:
        for submission, register in connection.execute(select(j.submission, j.register).where(j.register.is_not(None))):
            files[submission].add(register)
    held = {c.submission.id: ("尚未判定", "it was not judged yet") for c in found if c.submission.outcome is None}
    while True:
        # Whoever cannot go keeps back those who share a file with it.
        staying = files.keys() - {c.submission.id for c in found} - gone | held.keys()
        more = {}
        for one in (c.submission.id for c in found if c.submission.id not in held):
            if others := "、".join(sorted(other for other in staying if files[other] & files[one])):
                more[one] = (f"与不清除的 {others} 内容相同", f"it shares its content with {others}, which stays")
        if not more:
            return [Candidate(c.submission, c.fields, c.over_on, *held.get(c.submission.id, ("", ""))) for c in found]
        held |= more


def _registers(home: Home, submission_id: str) -> list[str]:
    """Of every pass of a submission the register it names, each once."""
    j = tables.judgments.c
    query = select(j.register).where(j.submission == submission_id, j.register.is_not(None)).order_by(j.pass_number)
    with reading(home.engine) as connection:
        return list(dict.fromkeys(connection.scalars(query)))


def erase(home: Home, chosen: Iterable[Candidate], *, by: str, basis: str, at: datetime) -> dict[str, int]:
    """Erase what was chosen and is not held back, all of it or nothing; submission → the sequence of its entry.

    What another process has received or judged meanwhile may hold something back: that stays, and has no entry.
    by, basis: who does it, and on what ground; at: now.
    """
    going = [one for one in chosen if not one.held]
    entries = {}
    # While the registers are held nobody records a judgment, nor sweeps a register that is not named yet; and none of
    # the erased ones is named once more before its tombstone stands.
    with home.registers.held():
        passes = {o.submission.id: [_rewrite(home, o, r) for r in _registers(home, o.submission.id)] for o in going}
        with writing(home.engine) as connection:  # nobody receives anything either
            gone = set(erased_submissions(connection))
            for one in _held_back(home, [o for o in going if o.submission.id not in gone], gone):
                if one.held:
                    continue
                said = {
                    "sha256": one.submission.sha256,
                    "registers": passes[one.submission.id],
                    "fields": list(one.fields),
                    "by": by,
                    "basis": basis,
                }
                entries[one.submission.id] = append(connection, moment_text(at), EVENT, one.submission.id, said)
        _bury_erased(home)
    return entries


def _rewrite(home: Home, one: Candidate, register: str) -> dict[str, str]:
    """The hashes of the file with a register's rows and of the one that follows it; equal where nothing was to go."""
    kind = one.submission.kind
    old = home.registers.path(kind, register).name.removesuffix(SUFFIX)
    rows = home.registers.read(kind, old)
    emptied = without_persons(rows, one.fields)
    # The original goes in any case: rows that were kept in it are written down without their persons.
    stays = emptied.equals(rows) and home.registers.kept(kind, old) is None
    return {"old": old, "new": old if stays else home.registers.write(kind, emptied)}


def finish(home: Home) -> int:
    """Remove the bytes that the ledger says are erased, also where the process that said so died; how many files."""
    with home.registers.held():
        return _bury_erased(home)


def _bury_erased(home: Home) -> int:
    """The caller holds the registers."""
    with reading(home.engine) as connection:
        gone = erased_files(connection)
    if not gone:
        return 0
    kinds = {s.id: s.kind for s in home.submissions()}
    done = 0
    with hold(home.landing.folder):
        for stone in gone.values():
            if stone.becomes is None:
                done += bury(home.landing.folder / stone.sha256, stone)
                continue
            kind = kinds[stone.submission]
            if not home.registers.own_path(kind, stone.becomes).exists():
                raise StorageError(
                    f"清除个人信息后的数据登记文件不存在：{stone.becomes}",
                    f"the register that follows an erased one is missing: {stone.becomes}",
                )
            done += bury(home.registers.own_path(kind, stone.sha256), stone)
    return done
