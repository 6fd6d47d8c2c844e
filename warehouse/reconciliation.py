"""Whether the files of a home are what its database says they are, and whether its two chains hold. Reads only.

What the database alone must keep is `warehouse.promises` and `warehouse.integrity`; what is counted twice,
`warehouse.tallies`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from contracts.errors import StorageError
from warehouse import tables
from warehouse.audits import audited_pages
from warehouse.database import reading
from warehouse.files import hold
from warehouse.home import Home
from warehouse.runs import verify_runs

Sentence = tuple[str, str]
"""What is wrong, in Chinese and in English."""


@dataclass(frozen=True)
class FileCheck:
    """One check of what lies beside the tables. looked_at: how many things it looks at; find: what is wrong."""

    name: str
    zh: str
    en: str
    looked_at: Callable[[Home], int]
    find: Callable[[Home], Iterable[Sentence]]
    nightly: bool = False


def _landed(home: Home) -> Iterator[Sentence]:
    for submission in home.submissions():
        if home.landing.erased(submission.sha256) is not None:
            continue  # its personal data were erased; whether rightly so, `jixiao verify` asks the ledger
        try:
            home.landing.read(submission.sha256)
        except StorageError as error:
            yield error.zh, error.en


def _registered(home: Home) -> Iterator[Sentence]:
    for submission in home.submissions():
        if submission.register is None:
            continue
        try:
            rows = home.registers.height(submission.kind, submission.register)
        except StorageError as error:
            yield error.zh, error.en
            continue
        if rows != submission.accepted:
            yield (
                f"报送 {submission.id} 接受 {submission.accepted} 行，登记 {rows} 行",
                f"submission {submission.id}: {submission.accepted} rows accepted, {rows} in the register",
            )


def _split(problems: Iterable[str]) -> Iterator[Sentence]:
    for problem in problems:
        zh, _, en = problem.partition(" / ")
        yield zh, en


def _runs_chained(home: Home) -> Iterator[Sentence]:
    with reading(home.engine) as connection:
        yield from _split(verify_runs(connection))


def published_files(home: Home) -> dict[str, str]:
    """Path → SHA-256 of everything that was published, as it was published last; the pages of an audit too."""
    p = tables.publications.c
    with reading(home.engine) as connection:
        files = dict(connection.execute(select(p.path, p.sha256).order_by(p.entry)).tuples().all())
        return files | audited_pages(connection)


def _published(home: Home) -> Iterator[Sentence]:
    folder = home.folder / "published"
    with hold(folder):  # nobody publishes meanwhile, so that files and entries are of one moment
        for path, sha256 in sorted(published_files(home).items()):
            try:
                data = (folder / path).read_bytes()
            except OSError as error:
                yield (
                    f"已发布的文件 {path} 无法读取：{error.strerror}",
                    f"{path} is published and cannot be read: {error}",
                )
                continue
            if hashlib.sha256(data).hexdigest() != sha256:
                yield f"已发布的文件 {path} 已被改动", f"{path} is not what was published"


def _count(table: str) -> Callable[[Home], int]:
    def count(home: Home) -> int:
        with reading(home.engine) as connection:
            return len(connection.execute(select(*tables.metadata.tables[table].primary_key.columns)).all())

    return count


FILE_CHECKS: tuple[FileCheck, ...] = (
    FileCheck(
        "landing_holds_what_was_received",
        "收到的文件原样存放",
        "every file received lies there as it was",
        lambda home: len(home.submissions()),
        _landed,
    ),
    FileCheck(
        "registers_hold_the_accepted_rows",
        "数据登记文件未被改动，行数等于接受行数",
        "every register is as it was written, with as many rows as were accepted",
        lambda home: sum(s.register is not None for s in home.submissions()),
        _registered,
    ),
    FileCheck(
        "ledger_chain_holds",
        "台账的哈希链成立，报送与台账一致",
        "the chain of the ledger holds, and submissions are as it tells",
        _count("ledger"),
        lambda home: _split(home.verify_chain()),
    ),
    FileCheck(
        "runs_chain_holds",
        "运行记录的哈希链成立",
        "the chain of the runs holds",
        _count("runs"),
        _runs_chained,
    ),
    FileCheck(
        "publications_are_there",
        "已发布的文件均在，且未被改动",
        "what is published is there, and as it was published",
        lambda home: len(published_files(home)),
        _published,
        nightly=True,
    ),
)
