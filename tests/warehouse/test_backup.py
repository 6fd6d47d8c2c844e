"""A backup is one moment of a home, whoever works on it meanwhile; restored it verifies and says the same."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import URL, String, inspect, select

from contracts.errors import StorageError, UsageError
from contracts.finding import Outcome
from tests.warehouse import toy
from tests.warehouse.test_migrations import put_back
from tests.warehouse.toy import KIND, Filed, corrupt, moment, open_home, submit
from warehouse import tables
from warehouse.backup import write_backup
from warehouse.database import connect, reading
from warehouse.home import Home
from warehouse.load import Cause
from warehouse.restoring import restore_backup
from warehouse.verification import verify

CT = Filed("CT", ["3", "400"], moment(2))


@pytest.fixture
def filled(home: Home) -> Home:
    """Resubmitted, withdrawn and reinstated: rows name later rows of their own table."""
    submit(home, CT)
    second = submit(home, Filed("CT", ["3", "500"], moment(4)))
    submit(home, Filed("CT", ["3", "501"], moment(5)))
    returned = Filed("CT", ["many"], moment(4))
    table, _, verdict = toy.judge_by_hand(returned)
    assert verdict.outcome is Outcome.RETURNED
    causes = (Cause("有变化", "something changed"),)
    home.record(second, KIND, verdict, None, table, [], [], returned.account, at=moment(6), causes=causes)
    submit(home, Filed("CM", ["many"], moment(5)))
    path = home.folder / "published" / "annual" / "2020" / "summary.html"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"<p>2020</p>")
    sha256 = hashlib.sha256(b"<p>2020</p>").hexdigest()
    home.publish_entry(2020, {"annual/2020/summary.html": sha256}, moment(31))
    return home


def rows_of(home: Home) -> dict[str, list[tuple[object, ...]]]:
    with reading(home.engine) as connection:
        return {
            t.name: [tuple(row) for row in connection.execute(select(t).order_by(*t.primary_key))]
            for t in tables.metadata.sorted_tables
        }


def test_restored_it_is_the_same_and_verifies(filled: Home, tmp_path: Path) -> None:
    assert verify(filled.folder).holds
    made = write_backup(filled.folder, tmp_path / "b.zip")
    assert made.missing == []
    restore_backup(tmp_path / "b.zip", tmp_path / "again")
    found = verify(tmp_path / "again")
    assert (found.holds, found.head) == (True, verify(filled.folder).head)
    with open_home(tmp_path / "again") as again:
        assert rows_of(again) == rows_of(filled)
        assert again.figures() == filled.figures()
        submit(again, Filed("CU", ["7"], moment(9)))
    assert verify(tmp_path / "again").holds
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again", "b.zip", "home"]


def test_two_backups_of_one_state_are_the_same_bytes(filled: Home, tmp_path: Path) -> None:
    write_backup(filled.folder, tmp_path / "a.zip")
    write_backup(filled.folder, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_backups_while_another_process_loads_are_states_that_there_were(home: Home, tmp_path: Path) -> None:
    submit(home, CT)
    command = [sys.executable, "-m", "tests.warehouse.toy", str(home.folder)]
    loaders = [subprocess.Popen([*command, filer]) for filer in ("CM", "CU")]
    taken: dict[str, Path] = {}
    while any(loader.poll() is None for loader in loaders):
        file = tmp_path / f"{len(taken)}.zip"
        # While the loaders still start nothing changes; only what differs is kept.
        if write_backup(home.folder, file).head in taken:
            file.unlink()
        else:
            taken[read_head(file)] = file
    assert [loader.wait() for loader in loaders] == [0, 0]
    chain = rows_of(home)["ledger"]
    lengths = set()
    for file in list(taken.values())[:: 1 + len(taken) // 8]:
        folder = restored(file, tmp_path / f"home-{file.stem}")
        assert verify(folder).holds
        with open_home(folder) as again:
            entries = rows_of(again)["ledger"]
        assert entries == chain[: len(entries)]
        lengths.add(len(entries))
    assert len(lengths) > 2, "no backup fell into the load"


def read_head(file: Path) -> str:
    with zipfile.ZipFile(file) as archive:
        return str(json.loads(archive.read("manifest.json"))["head"])


def restored(file: Path, folder: Path, database_url: URL | None = None) -> Path:
    restore_backup(file, folder, database_url=database_url)
    return folder


def test_from_sqlite_to_postgresql_and_back(filled: Home, tmp_path: Path, database: URL) -> None:
    write_backup(filled.folder, tmp_path / "a.zip")
    there = restored(tmp_path / "a.zip", tmp_path / "there", database)
    assert verify(there, database_url=database).holds
    assert collations(database) == {"C"}
    write_backup(there, tmp_path / "b.zip", database_url=database)
    assert (tmp_path / "b.zip").read_bytes() == (tmp_path / "a.zip").read_bytes()
    assert verify(restored(tmp_path / "b.zip", tmp_path / "back")).holds
    with pytest.raises(UsageError, match="not empty"):
        restore_backup(tmp_path / "a.zip", tmp_path / "twice", database_url=database)
    assert not (tmp_path / "twice").exists()


def collations(database: URL) -> set[str | None]:
    """How the texts of our tables compare."""
    engine = connect(database, writable=False)
    with reading(engine) as connection:
        inspector = inspect(connection)
        found = {
            column["type"].collation
            for name in tables.metadata.tables
            for column in inspector.get_columns(name)
            if isinstance(column["type"], String)
        }
    engine.dispose()
    return found


def test_nothing_that_is_there_is_overwritten(filled: Home, tmp_path: Path) -> None:
    write_backup(filled.folder, tmp_path / "b.zip")
    with pytest.raises(UsageError, match="already"):
        write_backup(filled.folder, tmp_path / "b.zip")
    before = verify(filled.folder).head
    with pytest.raises(UsageError, match="not empty"):
        restore_backup(tmp_path / "b.zip", filled.folder)
    assert verify(filled.folder).head == before
    (tmp_path / "empty").mkdir()
    assert verify(restored(tmp_path / "b.zip", tmp_path / "empty")).holds


def test_a_damaged_backup_is_refused_and_nothing_is_made(filled: Home, tmp_path: Path) -> None:
    write_backup(filled.folder, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name in (
        "tables/figures.jsonl",
        "published/annual/2020/summary.html",
        next(n for n in members if "landing" in n),
    ):
        rewrite(tmp_path / "bad.zip", members | {name: members[name].replace(b"2", b"3", 1) + b"x"})
        with pytest.raises(StorageError, match="改变"):
            restore_backup(tmp_path / "bad.zip", tmp_path / "made")
    rewrite(tmp_path / "bad.zip", members | {"published/more": b""})
    with pytest.raises(StorageError, match="清单"):
        restore_backup(tmp_path / "bad.zip", tmp_path / "made")
    for name in (
        "landing/../../escaped",
        "landing/a\n/../../../escaped",
        "published/a/..",
        "registers/a\x1bb",
        "landing//a",
    ):
        told = json.loads(members["manifest.json"])
        told["members"][name] = {"sha256": hashlib.sha256(b"").hexdigest(), "size": 0}
        rewrite(tmp_path / "bad.zip", members | {name: b"", "manifest.json": json.dumps(told).encode()})
        with pytest.raises(StorageError, match="清单"):
            restore_backup(tmp_path / "bad.zip", tmp_path / "made")
    (tmp_path / "bad.zip").write_bytes((tmp_path / "b.zip").read_bytes()[:-30])
    with pytest.raises(UsageError, match="不是备份"):
        restore_backup(tmp_path / "bad.zip", tmp_path / "made")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.zip", "bad.zip", "home"]


def rewrite(file: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_what_is_missing_is_said_and_found_again_after_restoring(filled: Home, tmp_path: Path) -> None:
    lost = next((filled.folder / "landing").iterdir())
    lost.unlink()
    assert write_backup(filled.folder, tmp_path / "b.zip").missing == [f"landing/{lost.name}"]
    found = verify(restored(tmp_path / "b.zip", tmp_path / "again"))
    assert [d.which for d in found.discrepancies] == [f"landing/{lost.name}"]


def test_what_was_changed_before_is_still_found_after_restoring(filled: Home, tmp_path: Path) -> None:
    corrupt(filled, "UPDATE figures SET value = '8' WHERE key = 2")
    write_backup(filled.folder, tmp_path / "b.zip")
    assert [d.area for d in verify(restored(tmp_path / "b.zip", tmp_path / "again")).discrepancies] == ["figures"]


def test_a_home_of_an_earlier_version_is_brought_up_first(filled: Home, tmp_path: Path) -> None:
    put_back(filled, "0005")
    with pytest.raises(StorageError, match="0005"):
        write_backup(filled.folder, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()
