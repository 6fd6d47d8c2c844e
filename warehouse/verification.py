"""`jixiao verify`: everything that a home keeps against what the ledger's chain commits to. Only reads.

One moment of the database, and the files as they are while nobody publishes. What every run makes anew and nobody keeps
(analyst.duckdb, the views) is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, Table, inspect, text

from contracts.errors import StorageError, UsageError
from warehouse import ledger, runs, tables
from warehouse.audits import audited_pages
from warehouse.commitments import Commitments, Entry, gather_commitments, read_entries
from warehouse.database import HEAD, connect, current_revision, reported
from warehouse.discrepancies import Discrepancy, Verification, key_text
from warehouse.files import hold
from warehouse.named_files import erased_files, landed_files, register_files
from warehouse.place import DATABASE, ELSEWHERE, place_of
from warehouse.sealing import SHAPES, plain
from warehouse.verification_derived import all_rows, check_publications, check_submissions
from warehouse.verification_files import check_landing, check_published, check_registers
from warehouse.verification_rows import check_closings, check_rows

CHAINS: Final = (tables.ledger, tables.runs)
DERIVED: Final = (tables.submissions, tables.publications)
ALEMBIC: Final = "alembic_version"


def verify(folder: Path, *, head: str = "", database_url: str | URL | None = None) -> Verification:
    """Compare all of it. head: a hash that was printed once; it has to be that of an entry.

    Raises StorageError where there is no home, or one of another version of the program.
    """
    if database_url is None and not any((folder / name).is_file() for name in (DATABASE, ELSEWHERE)):
        raise StorageError(f"{folder} 中没有数据仓库（{DATABASE}）", f"there is no warehouse ({DATABASE}) in {folder}")
    engine = connect(place_of(folder, database_url), writable=False)
    found = Verification()
    published = folder / "published"
    try:
        with one_moment(engine) as connection:
            # Nobody publishes between the moment that is read and the files that are looked at.
            with hold(published) if published.is_dir() else nullcontext():
                entries = _database(connection, found)
                named = check_publications(connection, entries, found) | audited_pages(connection)
                check_published(published, named, found)
            _tables(connection, entries, found)
            erased = erased_files(entries)
            check_landing(folder / "landing", landed_files(entries), erased, found)
            check_registers(folder / "registers", register_files(entries), erased, found)
        _find_head(entries, head, found)
    finally:
        engine.dispose()
    return found


@contextmanager
def one_moment(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads what is committed now, and goes on doing so whoever writes; broken texts included."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with reported(), engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            raw.text_factory = lambda told: told.decode("utf-8", "surrogateescape")
        try:
            yield connection
        finally:
            if engine.dialect.name == "sqlite":
                raw.text_factory = str


def _database(connection: Connection, found: Verification) -> list[Entry]:
    """The version of the tables, the chains; the entries of the ledger."""
    _version(connection, found)
    for table, check in ((tables.ledger, ledger.verify_chain), (tables.runs, runs.verify_runs)):
        found.discrepancies += list(_chain(connection, table, check))
    rows = list(all_rows(connection, tables.ledger))
    if rows:
        found.head = (rows[-1]["sequence"], str(rows[-1]["hash"]))
    found.checked["ledger"] = len(rows)
    entries = read_entries(rows)
    found.discrepancies += list(_heads_of_runs(connection, entries, found))
    return entries


def _heads_of_runs(connection: Connection, entries: Iterable[Entry], found: Verification) -> Iterator[Discrepancy]:
    """Each run notes the head that it left, which stays in the chain for ever: a ledger cut off lacks the last ones."""
    known = {ledger.START, *(entry.hash for entry in entries)}
    for row in all_rows(connection, tables.runs):
        found.checked["runs"] += 1
        head = row["ledger_head"]
        if head in known or _undecodable(head):
            continue
        known.add(head)
        number, told = row["number"], plain(head)
        zh = f"第 {number} 次运行结束时台账末条的哈希 {told} 不在台账中：末尾被截去或全部重做"
        en = f"run {number} left the ledger at {told}, which no entry has: it was cut off at its end, or made anew"
        yield Discrepancy("ledger", f"run={number}", zh, en)


def _version(connection: Connection, found: Verification) -> None:
    told = current_revision(connection)
    if told == HEAD:
        return
    inspector = inspect(connection)
    there = {name: {c["name"] for c in inspector.get_columns(name)} for name in inspector.get_table_names()}
    if any({c.name for c in table.columns} != there.get(table.name) for table in tables.metadata.tables.values()):
        raise StorageError(
            f"数据库版本为 {told}，本程序需要 {HEAD}；较旧的由下一次 jixiao run 升级",
            f"the database is at version {told}; this program needs {HEAD}. The next jixiao run brings an older one up",
        )
    zh, en = f"version_num 为 {told}，而各表是 {HEAD} 的", f"version_num is {told}, but the tables are those of {HEAD}"
    found.discrepancies.append(Discrepancy(ALEMBIC, f"version_num={told}", zh, en, ("version_num",)))


def _chain(connection: Connection, table: Table, check: Callable[[Connection], list[str]]) -> Iterator[Discrepancy]:
    """What a chain says of itself; where it cannot even be hashed, the values that are none of ours."""
    odd = [
        (row, name)
        for row in all_rows(connection, table)
        for name, value in row.items()
        if value is not None and (plain(value) is not value or _undecodable(value))
    ]
    for row, name in odd:
        which = key_text({c.name: row[c.name] for c in table.primary_key})
        yield Discrepancy(table.name, which, f"{name} 不是文字", f"{name} is no text", (name,))
    if not odd:
        for sentence in check(connection):
            zh, _, en = sentence.partition(" / ")
            number = re.search(r"\d+", en)
            yield Discrepancy(
                table.name, f"{next(iter(table.primary_key)).name}={number[0] if number else '?'}", zh, en
            )


def _undecodable(value: Any) -> bool:
    return isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value)


def _tables(connection: Connection, entries: list[Entry], found: Verification) -> None:
    """Every table, each by what vouches for it. One that nothing vouches for is said to be so."""
    known = gather_commitments(entries)
    check_submissions(connection, entries, found)
    for table in tables.metadata.sorted_tables:
        if table.name in SHAPES:
            check_rows(connection, table, known, found)
        elif table not in (*CHAINS, *DERIVED):
            found.unsealed += _nothing_vouches(connection, table)
    check_closings(connection, known, found)
    _since(known, found)
    ours = {*tables.metadata.tables, ALEMBIC}
    for name in sorted(set(inspect(connection).get_table_names()) - ours):
        zh, en = "不是本程序的表", "no table of this program"
        found.unsealed.append(Discrepancy(name, "", zh, en))
    if connection.dialect.name == "postgresql" and inspect(connection).has_table("accounts", schema="access"):
        zh = "台账不为登录名、角色权限和行级策略作证"
        en = "the ledger vouches neither for logins nor for what roles and row policies allow"
        found.unsealed.append(Discrepancy("access.accounts", "", zh, en))
    if connection.scalar(text(f"SELECT COUNT(*) FROM {ALEMBIC}")) != 1:
        zh, en = "应只有一行", "should have one row"
        found.discrepancies.append(Discrepancy(ALEMBIC, "", zh, en, ("version_num",)))
    found.checked[ALEMBIC] = 1


def _nothing_vouches(connection: Connection, table: Table) -> Iterator[Discrepancy]:
    rows = sum(1 for _ in all_rows(connection, table))
    if rows:
        zh, en = f"台账不为此表作证（{rows} 行）", f"the ledger does not vouch for this table ({rows} rows)"
        yield Discrepancy(table.name, "", zh, en)


def _since(known: Commitments, found: Verification) -> None:
    """Whether everything was sealed as it was written, or only later, when the home was brought up."""
    if known.anew:
        zh = f"台账第 {known.since} 条（升级时）才封存此前的内容；此前有无改动无从查证"
        en = f"what was written before entry {known.since} was sealed only then, when the home was brought up"
        found.unsealed.append(Discrepancy("ledger", f"sequence={known.since}", zh, en))


def _find_head(entries: Iterable[Entry], head: str, found: Verification) -> None:
    """A head that was printed stands in the chain for ever; a chain made anew has other ones."""
    if not head:
        return
    if not re.fullmatch(r"(\d+:)?[0-9a-f]{8,64}", head):
        raise UsageError(f"{head} 不是台账值", f"{head} is no head of a ledger")
    sequence, _, digits = head.rpartition(":")
    if not any(e.hash.startswith(digits) and sequence in ("", str(e.sequence)) for e in entries):
        zh, en = f"台账中没有印出的值 {head}", f"no entry of the ledger has the printed head {head}"
        found.discrepancies.append(Discrepancy("ledger", f"head={head}", zh, en))
