"""`verify` finds whatever was changed behind the program's back, and names it: any column of any table, any file."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import URL, Integer, insert, select, text, update

from contracts.errors import StorageError, UsageError
from flows.batch import load_pack, run_plain
from flows.settings import Settings
from tests.warehouse import made_timetable, toy
from tests.warehouse.test_migrations import put_back
from tests.warehouse.toy import Filed, corrupt, moment, open_home, submit
from warehouse import tables
from warehouse.canonical import json_text
from warehouse.database import reading, writing
from warehouse.dimension_tables import rule_versions
from warehouse.home import Home
from warehouse.ledger import START, entry_hash
from warehouse.load import Cause
from warehouse.reminders import Intent, Reminders, Result, Sending
from warehouse.resealing import seal_anew
from warehouse.verification import ALEMBIC, verify

EVERY = sorted([*tables.metadata.tables, ALEMBIC])
CT = Filed("CT", ["3", "400"], moment(2))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A real home after a run, with rows in every table."""
    folder = tmp_path_factory.mktemp("whole") / "home"
    settings = Settings(var=folder.parent, kinds="")
    run_plain(load_pack(root / "examples" / "jiangxi-2020", settings), folder, settings)
    with closing(sqlite3.connect(folder / "warehouse.db")) as connection:
        bureau, title = connection.execute("SELECT bureau, title FROM home").fetchone()
    with Home.open(folder, bureau=bureau, title=title) as home:
        reminders = Reminders(home.engine, folder)
        intent = Intent("m1", 2020, "2020-12-01", "CT", "甲", "console", "催报", "请报送", ("a",))
        with reminders.held():
            reminders.intend(intent, moment(1))
            reminders.conclude("m1", Result(Sending.SENT), moment(1))
        assert verify(folder).holds
        with writing(home.engine) as connection:
            for table in tables.metadata.sorted_tables:
                if connection.execute(table.select().limit(1)).first() is None:
                    connection.execute(insert(table).values(_made_up(table)))
            # What nothing of ours wrote is vouched for from here on.
            seal_anew(connection, "test")
    return folder


def _made_up(table: Any) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        refers = next(iter(column.foreign_keys), None)
        if refers is not None:
            row[column.name] = 1 if isinstance(column.type, Integer) else "JXCA-2020-0001"
        elif column.type.python_type is not str:
            row[column.name] = 1
        else:
            row[column.name] = "2020-12-01T00:00:00+08:00" if column.name.startswith("recorded_") else "甲"
    return row | ({"recorded_to": None} if table.name != "past_deadlines" and "recorded_to" in table.c else {})


@pytest.mark.timeout(280)
@pytest.mark.parametrize("table", EVERY)
def test_any_value_changed_by_direct_sql_is_found_in_every_column(whole: Path, table: str) -> None:
    database = str(whole / "warehouse.db")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        (rows,) = connection.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()
        assert columns
        assert rows
        for place, (_, column, kind, *_) in enumerate(columns):
            key, value = connection.execute(
                f'SELECT rowid, "{column}" FROM "{table}" ORDER BY rowid LIMIT 1 OFFSET ?', (place * 7 % rows,)
            ).fetchone()
            new = (
                (value or 0) + {"INTEGER": 1_000_000, "BOOLEAN": 1}[kind]
                if kind in ("INTEGER", "BOOLEAN")
                else f"{value or ''}x"
            )
            # Of a table with one whole number for its key that is the row's own number, too.
            back = connection.execute(
                f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ? RETURNING rowid', (new, key)
            )
            (is_now,) = back.fetchone()
            found = verify(whole)
            connection.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (value, is_now))
            named = [d for d in found.discrepancies if d.area == table]
            assert named, f"{table}.{column}: {value!r} → {new!r} was not found"
            assert all(d.which or d.columns for d in named)
    assert verify(whole).holds


def test_rows_put_in_and_taken_out_are_found(whole: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for table in ("findings", "figures", "figure_parts", "deadlines", "rule_counts", "publications", "submissions"):
        shutil.copytree(whole, copy)
        with closing(sqlite3.connect(copy / "warehouse.db")) as connection:
            names = [f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({table})")]
            key = "ordinal" if "ordinal" in str(names) else names[0].strip('"')
            other = {"figures": 999_999, "figure_parts": 99, "publications": 1, "submissions": "JXCA-2020-9999"}
            told = ", ".join("?" if n == f'"{key}"' else n for n in names)
            if table == "submissions":
                told = told.replace('"sequence"', "9999").replace('"file"', "'other.csv'").replace('"version"', "99")
            if table == "figures":
                told = told.replace('"version"', "99")
            connection.execute(f"INSERT INTO {table} SELECT {told} FROM {table} LIMIT 1", (other.get(table, 9_999),))
            connection.commit()
        assert [d.area for d in verify(copy).discrepancies] == [table]
        shutil.rmtree(copy)
        shutil.copytree(whole, copy)
        corrupt_at(copy, f"DELETE FROM {table} WHERE rowid = (SELECT MAX(rowid) FROM {table})")
        assert table in {d.area for d in verify(copy).discrepancies}
        shutil.rmtree(copy)


def corrupt_at(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "warehouse.db")) as connection:
        connection.execute(statement)
        connection.commit()


def stored_files(folder: Path) -> Iterator[Path]:
    for area in ("landing", "registers", "published"):
        yield from sorted(p for p in (folder / area).rglob("*") if p.is_file())


def test_any_byte_changed_in_any_file_is_found_and_named(whole: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(whole, tmp_path / "copy"))
    paths = list(stored_files(copy))
    for path in paths[::17]:
        change_a_byte(path, len(path.name))
        assert [d.which for d in verify(copy).discrepancies] == [path.relative_to(copy).as_posix()]
        change_a_byte(path, len(path.name))
    assert verify(copy).holds
    for number, path in enumerate(paths):
        change_a_byte(path, number * 131)
    assert {d.which for d in verify(copy).discrepancies} == {p.relative_to(copy).as_posix() for p in paths}
    assert len(paths) > 100


def change_a_byte(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


@pytest.mark.parametrize("area", ["landing", "registers", "published"])
def test_a_file_taken_away_or_put_there_is_found(whole: Path, area: str) -> None:
    path = next(p for p in stored_files(whole) if p.is_relative_to(whole / area))
    hidden = path.rename(whole.parent / "hidden")
    assert [d.which for d in verify(whole).discrepancies] == [path.relative_to(whole).as_posix()]
    hidden.rename(path)
    added = path.with_name("more.txt")
    added.write_text("x", encoding="utf-8")
    assert [d.which for d in verify(whole).discrepancies] == [added.relative_to(whole).as_posix()]
    added.unlink()


def test_what_a_process_that_died_left_is_told_and_is_no_discrepancy(home: Home) -> None:
    submit(home, CT)
    (home.folder / "published" / ".summary.html.part").write_text("half", encoding="utf-8")
    home.landing.keep(b"received, and not noted any more")
    found = verify(home.folder)
    assert found.holds
    assert len(found.left) == 2


def test_a_printed_head_has_to_be_in_the_chain(home: Home) -> None:
    submit(home, CT)
    head = verify(home.folder).head
    assert head is not None
    submit(home, Filed("CM", ["5"], moment(3)))
    for told in (head[1], head[1][:12], f"{head[0]}:{head[1]}"):
        assert verify(home.folder, head=told).holds
    assert [d.which for d in verify(home.folder, head="0" * 64).discrepancies] == [f"head={'0' * 64}"]
    assert not verify(home.folder, head=f"1:{head[1]}").holds
    with pytest.raises(UsageError, match="台账值"):
        verify(home.folder, head="xyz")


def test_a_ledger_made_anew_and_cut_off_is_found(home: Home) -> None:
    submit(home, CT)
    corrupt(home, "DELETE FROM ledger WHERE sequence = (SELECT MAX(sequence) FROM ledger)")
    assert {"judgments", "findings", "submissions"} <= {d.area for d in verify(home.folder).discrepancies}


def test_an_entry_cut_off_that_only_a_run_knows_is_found(home: Home) -> None:
    submit(home, CT)
    home.append_run("run", moment(3), moment(3), 2020, {})
    home.keep_pack(2020, "甲", {"pack.toml": b"title"}, [], moment(3), moment(3))
    home.append_run("run", moment(4), moment(4), 2020, {})
    found = verify(home.folder)
    assert (found.holds, found.checked["runs"]) == (True, 2)
    corrupt(home, "DELETE FROM ledger WHERE sequence = (SELECT MAX(sequence) FROM ledger)")
    assert ("ledger", "run=2") in {(d.area, d.which) for d in verify(home.folder).discrepancies}


@pytest.mark.parametrize("value", ["CAST(x'ff' AS TEXT)", "x'00ff'", "char(0)", "1.5"])
def test_what_is_no_text_of_ours_is_found_all_the_same(home: Home, value: str) -> None:
    submit(home, CT)
    for table, column in (("figures", "name"), ("findings", "about"), ("ledger", "at"), ("submissions", "channel")):
        before = closing(sqlite3.connect(home.folder / "warehouse.db"))
        with before as connection:
            (old,) = connection.execute(f"SELECT {column} FROM {table} LIMIT 1").fetchone()
            connection.execute(f"UPDATE {table} SET {column} = {value}")
            connection.commit()
            assert table in {d.area for d in verify(home.folder).discrepancies}
            connection.execute(f"UPDATE {table} SET {column} = ?", (old,))
            connection.commit()


def test_judged_again_withdrawn_and_reinstated_it_holds(home: Home) -> None:
    first = submit(home, CT)
    second = submit(home, Filed("CT", ["3", "500"], moment(4)))
    submit(home, Filed("CM", ["many"], moment(5)))
    assert verify(home.folder).holds
    returned = Filed("CT", ["many"], moment(4))
    table, _, verdict = toy.judge_by_hand(returned)
    causes = (Cause("有变化", "something changed"),)
    home.record(second, toy.KIND, verdict, None, table, [], [], returned.account, at=moment(6), causes=causes)
    assert {s.id: s.stands for s in home.submissions()}[first.id]
    assert verify(home.folder).holds
    for column in ("superseded_by", "again"):
        corrupt(home, f"UPDATE submissions SET {column} = NULL WHERE {column} IS NOT NULL")
    assert {d.columns for d in verify(home.folder).discrepancies} <= {("superseded_by",), ("again",)}
    assert not verify(home.folder).holds


def test_a_home_of_an_earlier_version_is_sealed_when_it_is_brought_up_and_says_so(home: Home) -> None:
    submit(home, CT)
    unseal(home)
    put_back(home, "0005")
    with pytest.raises(StorageError, match="0005"):
        verify(home.folder)
    open_home(home.folder).close()
    found = verify(home.folder)
    assert found.holds
    assert [(u.area, "only then" in u.en) for u in found.unsealed] == [("ledger", True)]
    corrupt(home, "UPDATE findings SET message_zh = '另一句'")
    assert [d.area for d in verify(home.folder).discrepancies] == ["findings"]


def test_rules_noted_after_an_upgrade_are_sealed_with_the_judgment_that_brought_them(home: Home) -> None:
    submit(home, CT)
    unseal(home)
    put_back(home, "0006")
    with open_home(home.folder) as again:
        with reading(again.engine) as connection:
            assert connection.execute(select(rule_versions)).first() is None
        submit(again, Filed("CM", ["5"], moment(3)))
        submit(again, Filed("CU", ["7"], moment(4)))
        found = verify(home.folder)
        assert (found.discrepancies, found.checked["rule_versions"]) == ([], len(toy.KIND.rules))
    corrupt(home, "UPDATE rule_versions SET title_zh = '另一条' WHERE ordinal = 1")
    assert [d.area for d in verify(home.folder).discrepancies] == ["rule_versions"]


def unseal(home: Home) -> None:
    """The ledger as a program wrote it that sealed nothing yet."""
    previous = START
    with writing(home.engine) as connection:
        for row in connection.execute(tables.ledger.select().order_by(tables.ledger.c.sequence)).mappings().all():
            told = {n: v for n, v in json.loads(row["content"]).items() if n not in ("sealed", "closed")}
            entry = dict(row) | {"content": json_text(told), "previous_hash": previous}
            previous = entry["hash"] = entry_hash(entry)
            which = tables.ledger.c.sequence == row["sequence"]
            connection.execute(update(tables.ledger).where(which).values(**entry))


def test_what_was_changed_before_a_migration_is_found_after_it(home: Home) -> None:
    submit(home, CT)
    put_back(home, "0007")
    corrupt(home, "UPDATE findings SET message_zh = '另一句'")
    open_home(home.folder).close()
    assert [d.area for d in verify(home.folder).discrepancies] == ["findings"]


def test_deadlines_and_their_past_are_sealed(home: Home) -> None:
    told, later = made_timetable.make(), made_timetable.ON + timedelta(days=1)
    home.keep_deadlines(2019, told, made_timetable.ON, "cn")
    assert verify(home.folder).holds
    home.keep_deadlines(2019, told.with_columns(days_late=pl.col("days_late") + 1), later, "cn")
    found = verify(home.folder)
    assert found.holds
    assert found.checked["past_deadlines"] == found.checked["deadlines"] == told.height > 5
    corrupt(home, "UPDATE past_deadlines SET days_late = days_late + 1 WHERE ordinal = 3")
    assert [d.area for d in verify(home.folder).discrepancies] == ["past_deadlines"]


def test_a_table_of_somebody_else_is_told(home: Home) -> None:
    submit(home, CT)
    corrupt(home, "CREATE TABLE mine (a)")
    found = verify(home.folder)
    assert (found.holds, [u.area for u in found.unsealed]) == (True, ["mine"])


def test_on_postgresql_it_finds_the_same(database: URL, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with Home.open(folder, bureau="JX", title="江西省通信管理局", database_url=database) as home:
        submit(home, CT)
        submit(home, Filed("CT", ["3", "500"], moment(4)))
        assert verify(folder, database_url=database).holds
        with writing(home.engine) as connection:
            connection.execute(text("UPDATE figures SET low_closed = NOT low_closed WHERE key = 1"))
            connection.execute(text("UPDATE rule_counts SET passed = passed + 1"))
    assert {d.area for d in verify(folder, database_url=database).discrepancies} == {"figures", "rule_counts"}


def test_there_has_to_be_a_home(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="没有数据仓库"):
        verify(tmp_path)
