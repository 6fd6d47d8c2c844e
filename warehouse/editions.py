"""Editions of a year's summary: draft until somebody signs, final then, corrected once what moved was signed again.

A signed edition is in the ledger with the hashes of its files, and its files lie in `published/editions/<year>-<n>/`
for ever. What has moved since is told from the figures.csv that was signed. Never changes a figure.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import Connection, insert, select

from contracts.errors import StorageError, UsageError
from warehouse import ledger, tables
from warehouse.canonical import json_text, moment_text
from warehouse.database import reading, writing
from warehouse.home import Home
from warehouse.sealing import seal_row
from warehouse.stored import ADJUSTMENTS

State = Literal["draft", "final", "corrected"]


@dataclass(frozen=True)
class Moved:
    """A published figure that is not what was signed. before, after: as printed; None where there is none.

    submissions: what it comes from now and did not before.
    """

    figure_id: str
    name: str
    unit: str
    before: str | None
    after: str | None
    why_zh: str
    why_en: str
    submissions: tuple[str, ...]


@dataclass(frozen=True)
class SignedEdition:
    """number: 1, 2, … of a year; the first is final, each later one a correction. files: path → SHA-256."""

    year: int
    number: int
    state: State
    at: datetime
    signed_by: str
    reason: str
    evidence: str
    files: Mapping[str, str]
    erratum: tuple[Moved, ...]

    @property
    def folder(self) -> str:
        return folder_of(self.year, self.number)


@dataclass(frozen=True)
class Standing:
    """How what is being published stands to what was signed.

    signed: the last signed edition, or the one that is being signed; None while nobody has. moved: which figures are
    no longer those of it; where none is, its own erratum stands. updated: the page says something else than the
    signed one, though no figure moved.
    """

    signed: SignedEdition | None = None
    moved: tuple[Moved, ...] = ()
    updated: bool = False

    @property
    def state(self) -> State:
        return "draft" if self.signed is None or self.moved else self.signed.state

    @property
    def correction(self) -> int:
        """Which correction this is, or is a draft of; 0 for what has not been signed before."""
        return 0 if self.signed is None else self.signed.number - (0 if self.moved else 1)

    @property
    def erratum(self) -> tuple[Moved, ...]:
        return self.moved or (self.signed.erratum if self.signed else ())


UNSIGNED = Standing()


def folder_of(year: int, number: int) -> str:
    """Where the files of a signed edition are kept, relative to the published folder."""
    return f"editions/{year}-{number}"


def list_editions(home: Home, year: int) -> list[SignedEdition]:
    """The signed editions of a year, the first one first."""
    e = tables.editions.c
    with reading(home.engine) as connection:
        rows = connection.execute(select(tables.editions).where(e.year == year).order_by(e.number)).mappings().all()
    return [
        SignedEdition(
            **{n: row[n] for n in ("year", "number", "state", "signed_by", "reason", "evidence")},
            at=datetime.fromisoformat(row["at"]),
            files=json.loads(row["files"]),
            erratum=tuple(Moved(**m | {"submissions": tuple(m["submissions"])}) for m in json.loads(row["erratum"])),
        )
        for row in rows
    ]


def read_standing(home: Home, year: int, figures: bytes) -> Standing:
    """How the figures that are about to be published (figures.csv) stand to those that were signed last."""
    editions = list_editions(home, year)
    if not editions:
        return Standing()
    last = editions[-1]
    return Standing(last, moved_since(signed_file(home, last, f"annual/{year}/figures.csv"), figures))


def as_signed(standing: Standing, year: int, at: datetime, by: str, reason: str, evidence: str) -> Standing:
    """The standing once this is signed: the next edition, with what moved since the one before as its erratum."""
    number, moved = (standing.signed.number + 1, standing.moved) if standing.signed else (1, ())
    state: State = "corrected" if standing.signed else "final"
    return Standing(SignedEdition(year, number, state, at, by, reason, evidence, {}, moved))


def signed_file(home: Home, edition: SignedEdition, path: str) -> bytes:
    """A file of a signed edition. Raises StorageError where it is missing or is not what was signed."""
    kept = home.folder / "published" / edition.folder / path
    try:
        data = kept.read_bytes()
    except OSError as error:
        raise StorageError(f"已签发的文件无法读取：{kept}", f"cannot read a signed file: {kept}") from error
    if hashlib.sha256(data).hexdigest() != edition.files.get(path):
        raise StorageError(f"已签发的文件已被改动：{kept}", f"a signed file was changed: {kept}")
    return data


def record_edition(home: Home, edition: SignedEdition, published: Mapping[str, str], noted_at: datetime) -> None:
    """Put a signature into the ledger, with the ledger's head it was given on, and note the files it is about.

    published: path → SHA-256 of what is published by it; its copies have the same hashes. noted_at: the day that a
    run notes publications under. Raises UsageError where somebody else has signed meanwhile.
    """
    copies = {f"{edition.folder}/{path}": sha256 for path, sha256 in edition.files.items()}
    row = {
        "year": edition.year,
        "number": edition.number,
        "state": edition.state,
        "at": moment_text(edition.at),
        "signed_by": edition.signed_by,
        "reason": edition.reason,
        "evidence": edition.evidence,
        "files": json_text(dict(edition.files)),
        "erratum": json_text([asdict(moved) for moved in edition.erratum]),
    }
    with writing(home.engine) as connection:
        if _last_number(connection, edition.year) != edition.number - 1:
            raise UsageError("另有人刚刚签发，请重新查看后再签", "somebody else has just signed; look again first")
        head = connection.scalar(select(tables.ledger.c.hash).order_by(tables.ledger.c.sequence.desc()).limit(1))
        told = {name: row[name] for name in ("number", "state", "signed_by", "reason", "evidence")}
        content = {**told, "head": head or ledger.START, "files": dict(edition.files)}
        content["sealed"] = [seal_row(tables.editions, row).record()]
        entry = ledger.append(connection, moment_text(edition.at), "signed", str(edition.year), content)
        connection.execute(insert(tables.editions).values(entry=entry, **row))
        # The copies first: what a run compares with is what was noted last, and that is what it publishes itself.
        ledger.publish(connection, edition.year, copies, moment_text(noted_at))
        ledger.publish(connection, edition.year, published, moment_text(noted_at))


def _last_number(connection: Connection, year: int) -> int:
    e = tables.editions.c
    return connection.scalar(select(e.number).where(e.year == year).order_by(e.number.desc()).limit(1)) or 0


def last_published(home: Home, year: int) -> dict[str, str]:
    """path → SHA-256 of what was noted last as published for a year; empty while nothing was."""
    p = tables.publications.c
    with reading(home.engine) as connection:
        last = select(p.entry).where(p.year == year).order_by(p.entry.desc()).limit(1).scalar_subquery()
        return dict(connection.execute(select(p.path, p.sha256).where(p.entry == last)).tuples().all())


def moved_since(before: bytes, after: bytes) -> tuple[Moved, ...]:
    """The figures of two figures.csv that differ in value, bounds or unit, or are in one of them only."""
    return tuple(_moved(_rows(before), _rows(after)))


def _rows(data: bytes) -> dict[str, dict[str, str]]:
    return {row["figure_id"]: row for row in csv.DictReader(io.StringIO(data.decode(), newline=""))}


def _moved(before: Mapping[str, dict[str, str]], after: Mapping[str, dict[str, str]]) -> Iterator[Moved]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if _number(old) == _number(new):
            continue
        row = new or old or {}
        came = tuple(s for s in _submissions(new) if s not in _submissions(old))
        zh, en = _why(new, came, old)
        yield Moved(name, row["name"], row["unit"], _printed(old), _printed(new), zh, en, came)


def _number(row: dict[str, str] | None) -> tuple[str, ...] | None:
    return None if row is None else tuple(row[n] for n in ("comparator", "value", "low", "high", "unit"))


def _printed(row: dict[str, str] | None) -> str | None:
    if row is None:
        return None
    sign = {"=": "", "~": "约", ">=": "≥", "<=": "≤"}.get(row["comparator"], row["comparator"])
    return f"{sign}{Decimal(row['value']):f}"


def _submissions(row: dict[str, str] | None) -> Sequence[str]:
    return [] if row is None else list(dict.fromkeys(row["submission"].split(";")))


def _why(new: dict[str, str] | None, came: Sequence[str], old: dict[str, str] | None) -> tuple[str, str]:
    """In a few words; `jixiao why` tells it in full."""
    was_adjusted, is_adjusted = (ADJUSTMENTS in (r or {}).get("file", "").split(";") for r in (old, new))
    if new is None:
        return "所依据的报送不再有效", "what it rested on no longer stands"
    if is_adjusted and not was_adjusted:
        return "人工调整", "adjusted by hand"
    if came:
        return "新的报送", "another submission"
    if is_adjusted:
        return "人工调整有变化", "adjusted otherwise by hand"
    if was_adjusted:
        return "人工调整不再适用", "an adjustment no longer holds"
    return "重新判定或重新计算", "judged or computed anew"


def updated(standing: Standing, path: str, data: bytes) -> Standing:
    """The standing, with whether a page says something else than the one that was signed, though no figure moved."""
    signed = standing.signed
    if signed is None or standing.moved or not signed.files:
        return standing
    return replace(standing, updated=signed.files.get(path) != hashlib.sha256(data).hexdigest())
