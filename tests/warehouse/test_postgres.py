"""A home whose database is a real PostgreSQL: opening, migrating, writing in turns, reading a moment, and its marts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from contracts.errors import StorageError, UsageError
from flows.settings import Settings
from tests.postgres import Cluster
from tests.postgres_contents import differences, read_marts, read_tables
from tests.warehouse import made_timetable
from tests.warehouse.test_migrations import put_back
from tests.warehouse.toy import Filed, moment, submit
from warehouse.bulk import FEW, insert_many
from warehouse.database import HEAD, reading, writing
from warehouse.expectations import check_warehouse
from warehouse.home import Home
from warehouse.marts import create_views, discover_marts
from warehouse.place import ELSEWHERE
from warehouse.tables import figure_parts, figures, metadata

CT = Filed("CT", ["3", "4"], moment(2))


def open_home(folder: Path, database: URL | None) -> Home:
    return Home.open(folder, bureau="JX", title="江西省通信管理局", database_url=database)


def fill(home: Home) -> None:
    """One that is superseded, one with a finding, one returned, and a timetable."""
    submit(home, CT)
    submit(home, Filed("CM", ["500"], moment(8)))
    submit(home, replace(CT, built=["3", "5"], at=moment(4)))
    submit(home, replace(CT, built=["many"], at=moment(5)))
    home.keep_deadlines(made_timetable.YEAR, made_timetable.make(), made_timetable.ON, "cn")


@pytest.fixture
def home(tmp_path: Path, database: URL) -> Iterator[Home]:
    with open_home(tmp_path / "home", database) as opened:
        yield opened


@pytest.fixture
def filled(home: Home) -> Home:
    fill(home)
    return home


def test_a_database_that_was_made_anew_is_not_that_of_the_folder(tmp_path: Path, database: URL) -> None:
    with open_home(tmp_path / "home", database) as home:
        submit(home, CT)
        kept = sorted(home.registers.folder.glob("*/*"))
        with home.engine.begin() as connection:
            for schema in ("mart", "public"):
                connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    with pytest.raises(StorageError, match="nothing was received"):
        open_home(tmp_path / "home", database)
    assert sorted((tmp_path / "home" / "registers").glob("*/*")) == kept != []


def said(home: Home, query: str) -> list[tuple[object, ...]]:
    with home.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


# --- opening


def test_what_is_kept_is_what_sqlite_keeps(filled: Home, tmp_path: Path) -> None:
    with open_home(tmp_path / "sqlite", None) as other:
        fill(other)
        assert differences(read_tables(filled), read_tables(other)) == []
        assert differences(read_marts(filled), read_marts(other)) == []
    assert filled.verify_chain() == []
    assert check_warehouse(filled).failures == ()


def test_a_home_is_looked_at_and_not_written_to(filled: Home) -> None:
    with Home.look(filled.folder, database_url=filled.engine.url) as seen:
        assert [s.id for s in seen.submissions()] == [s.id for s in filled.submissions()]
        with pytest.raises(StorageError, match="read-only"):
            submit(seen, Filed("CU", ["1"], moment(9)))


def test_two_bureaus_cannot_share_a_database(filled: Home, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="JX's, not HN's"):
        Home.open(filled.folder, bureau="HN", title="湖南", database_url=filled.engine.url)


def test_a_folder_and_a_database_belong_together(filled: Home, tmp_path: Path, cluster: Cluster) -> None:
    """Swept with another database beside them, the registers of a folder would all be leftovers."""
    with pytest.raises(UsageError, match="set JIXIAO_DATABASE_URL"):
        open_home(filled.folder, None)
    with pytest.raises(UsageError, match="set JIXIAO_DATABASE_URL"):
        Home.look(filled.folder)
    with pytest.raises(UsageError, match="that of another home"):
        open_home(tmp_path / "another", filled.engine.url)
    with cluster.fresh() as another, pytest.raises(UsageError, match=r"is at .*, not "):
        open_home(filled.folder, another)
    open_home(tmp_path / "embedded", None).close()
    with cluster.fresh() as another, pytest.raises(UsageError, match=r"is warehouse\.db in it"):
        open_home(tmp_path / "embedded", another)
    assert "keeper" not in (filled.folder / ELSEWHERE).read_text()


def test_a_database_that_cannot_be_reached_is_one_message_without_the_password(tmp_path: Path) -> None:
    url = URL.create("postgresql+psycopg", "jixiao", "s3cret-word", "127.0.0.1", 1, "warehouse")
    for attempt in (partial(open_home, tmp_path / "home", url), partial(Home.look, tmp_path, database_url=url)):
        with pytest.raises(StorageError, match=r"cannot reach the database 127\.0\.0\.1:1/warehouse") as raised:
            attempt()
        assert "无法连接数据库 127.0.0.1:1/warehouse" in raised.value.zh
        assert "s3cret" not in str(raised.value)
        assert "\n" not in str(raised.value)


def test_a_login_that_is_refused_is_told_without_the_password(database: URL, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match='role "nobody_here" does not exist') as raised:
        open_home(tmp_path / "home", database.set(username="nobody_here", password="s3cret-word"))
    assert "s3cret" not in str(raised.value)


# --- the setting


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_setting_names_a_postgresql_however_it_is_written(scheme: str) -> None:
    settings = Settings.model_validate({"database_url": f"{scheme}://jixiao:s3cret@db/warehouse"})
    url = settings.database()
    assert url is not None
    assert (url.drivername, url.host, url.database) == ("postgresql+psycopg", "db", "warehouse")
    assert "s3cret" not in f"{settings!r} {settings} {url!r}"


def test_without_the_setting_it_is_a_file_in_the_home() -> None:
    assert Settings().database() is None


@pytest.mark.parametrize("told", ["mysql://u:s3cret@h/d", "postgresql://u:s3cret@h", "s3cret", "sqlite:///s3cret.db"])
def test_a_setting_that_names_no_postgresql_is_refused_without_being_repeated(told: str) -> None:
    with pytest.raises(UsageError, match="should read postgresql://user@host/database") as raised:
        Settings.model_validate({"database_url": told}).database()
    assert "s3cret" not in str(raised.value)


# --- migrations


@pytest.mark.parametrize("revision", [f"{n:04}" for n in range(1, int(HEAD))])
def test_it_is_brought_up_from_every_earlier_version_as_sqlite_is(
    revision: str, filled: Home, tmp_path: Path, cluster: Cluster
) -> None:
    with open_home(tmp_path / "sqlite", None) as other:
        fill(other)
        put_back(other, revision)
    put_back(filled, revision)
    with open_home(tmp_path / "sqlite", None) as other, open_home(filled.folder, filled.engine.url) as brought_up:
        assert differences(read_tables(brought_up), read_tables(other)) == []
        assert differences(read_marts(brought_up), read_marts(other)) == []
        assert brought_up.verify_chain() == []
        assert brought_up.figures() == other.figures()


def test_every_text_is_ordered_byte_by_byte(filled: Home) -> None:
    """The cluster orders texts as Chinese does; what the program reads in order must not depend on that."""
    assert said(filled, "SELECT datcollate, daticulocale FROM pg_database WHERE datname = current_database()") == [
        ("C.UTF-8", "zh-CN")
    ]
    others = said(
        filled,
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C'"
        " AND table_name <> 'alembic_version'",
    )
    assert others == []


# --- one writes, all read


def test_a_reader_sees_one_moment_and_waits_for_nobody(filled: Home) -> None:
    with reading(filled.engine) as reader:
        before = reader.execute(select(figures.c.key)).all()
        with writing(filled.engine) as writer:
            writer.execute(text("UPDATE figures SET name = 'x'"))
            assert reader.execute(select(figures.c.key).where(figures.c.name == "x")).all() == []
        submit(filled, Filed("CU", ["9"], moment(9)))
        assert reader.execute(select(figures.c.key)).all() == before


def test_who_writes_waits_for_who_writes_and_then_sees_what_that_wrote(filled: Home) -> None:
    seen: list[int] = []

    def count() -> None:
        with writing(filled.engine) as connection:
            seen.extend(connection.execute(text("SELECT count(*) FROM findings")).scalars())

    before = int(str(said(filled, "SELECT count(*) FROM findings")[0][0]))
    with writing(filled.engine) as connection:
        other = threading.Thread(target=count)
        other.start()
        connection.execute(text("DELETE FROM findings"))
        other.join(0.5)
        assert other.is_alive()
    other.join(30)
    assert (before > 0, seen) == (True, [0])


def test_a_reader_cannot_write(filled: Home) -> None:
    with pytest.raises(StorageError, match="read-only transaction"), reading(filled.engine) as connection:
        connection.execute(text("DELETE FROM findings"))


def test_the_server_may_be_started_anew_between_two_transactions(filled: Home, cluster: Cluster) -> None:
    before = read_tables(filled)
    cluster.kill()
    cluster.start()
    assert read_tables(filled) == before
    submit(filled, Filed("CU", ["9"], moment(9)))
    assert filled.verify_chain() == []


# --- many rows


def a_figure(key: int, written: str) -> dict[str, object]:
    given = {c.name: "x" for c in figures.columns if c.name not in ("submission", "recorded_to")}
    flags = {"low_closed": True, "high_closed": False}
    numbers = {"key": key, "version": 1, "year": 2020}
    return given | flags | numbers | {"figure_id": str(key), "as_written": written, "low": None}


ODD = ["a\tb", "\\N", "a\n\\.\nb", "", "\r\n", '"q",\'', "\\", "中\u2028文", "NULL", " ", "\\x41"]


def add_and_repeat(home: Home, new: dict[str, object], rows: list[dict[str, object]]) -> None:
    with writing(home.engine) as connection:
        connection.execute(insert(figures), [new])
        insert_many(connection, figures, rows)


@pytest.mark.parametrize("where", ["postgresql", "sqlite"])
@pytest.mark.parametrize("count", [1, FEW, FEW + 1, 25_000])
def test_many_rows_are_what_single_ones_would_be(where: str, count: int, tmp_path: Path, database: URL) -> None:
    rows = [a_figure(key, ODD[key % len(ODD)]) for key in range(1, count + 1)]
    with open_home(tmp_path / "home", database if where == "postgresql" else None) as home:
        with writing(home.engine) as connection:
            insert_many(connection, figures, rows)
        names = [figures.c[name] for name in rows[0]]
        with reading(home.engine) as connection:
            kept = connection.execute(select(*names).order_by(figures.c.key)).mappings().all()
            assert [dict(row) for row in kept] == rows
        with pytest.raises(StorageError, match=r"(?i)unique"):
            add_and_repeat(home, a_figure(count + 1, "new"), rows)
        with reading(home.engine) as connection:
            assert len(connection.execute(select(figures.c.key)).all()) == count


def test_many_rows_without_a_text_go_in_as_well(tmp_path: Path, database: URL) -> None:
    count = FEW + 2
    with open_home(tmp_path / "home", database) as home, writing(home.engine) as connection:
        insert_many(connection, figures, [a_figure(key, "x") for key in range(1, count + 1)])
        parts = [{"figure": 1, "ordinal": number, "part": number} for number in range(1, count + 1)]
        insert_many(connection, figure_parts, parts)
        kept = connection.execute(select(figure_parts).order_by(figure_parts.c.ordinal)).mappings().all()
        assert [dict(row) for row in kept] == parts


# --- marts


def test_every_mart_is_a_view_with_its_dictionary(filled: Home) -> None:
    views = "SELECT relname, obj_description(oid) FROM pg_class WHERE relnamespace = 'mart'::regnamespace"
    assert sorted(said(filled, views)) == sorted((m.name, f"{m.title_zh} / {m.title_en}") for m in discover_marts())
    columns = said(
        filled,
        "SELECT c.relname, a.attname, col_description(c.oid, a.attnum) FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE relnamespace = 'mart'::regnamespace"
        ' ORDER BY c.relname COLLATE "C", a.attnum',
    )
    assert columns == [
        (m.name, name, f"{zh} / {en}")
        for m in sorted(discover_marts(), key=lambda m: m.name)
        for name, (zh, en) in m.columns.items()
    ]


def test_every_mart_can_be_asked_as_of_a_day(filled: Home) -> None:
    for mart in discover_marts():
        now = said(filled, f"SELECT * FROM mart.{mart.name}")
        assert sorted(said(filled, f"SELECT * FROM mart.{mart.name}_as_of('2199-12-31')"), key=repr) == sorted(
            now, key=repr
        ), mart.name
        assert said(filled, f"SELECT * FROM mart.{mart.name}_as_of('1999-12-31')") == [], mart.name
    value = "SELECT value FROM mart.figures_as_of('{}') WHERE figure_id = 'toy_stations.built@CT.2020-11'"
    assert said(filled, value.format("2020-12-03")) == [(7,)]
    assert said(filled, value.format("2020-12-04T08:59:59+08:00")) == [(7,)]
    assert said(filled, value.format("2020-12-04")) == [(8,)]


def test_views_are_left_alone_while_they_are_right_and_made_anew_when_they_are_not(filled: Home) -> None:
    made = "SELECT oid::bigint FROM pg_class WHERE relname = 'figures' AND relnamespace = 'mart'::regnamespace"
    before, rows = said(filled, made), said(filled, "SELECT * FROM mart.figures ORDER BY figure_id")
    create_views(filled.engine)
    assert said(filled, made) == before
    for harm in (
        "CREATE OR REPLACE VIEW mart.periods AS SELECT * FROM mart.periods_as_of('2000-01-01')",
        "DROP VIEW mart.figures CASCADE",
        "COMMENT ON COLUMN mart.figures.value IS 'something else'",
        "CREATE VIEW mart.stray AS SELECT 1",
        "ALTER VIEW mart.figures SET (security_invoker = false)",
        "CREATE OR REPLACE FUNCTION mart.moment(day text) RETURNS text LANGUAGE sql RETURN day",
    ):
        with filled.engine.begin() as connection:
            connection.exec_driver_sql(harm)
        create_views(filled.engine)
        assert said(filled, made) != before, harm
        assert said(filled, "SELECT * FROM mart.figures ORDER BY figure_id") == rows, harm
        before = said(filled, made)


def test_a_table_that_the_program_does_not_know_is_left_alone(filled: Home) -> None:
    engine = create_engine(filled.engine.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE notes (said text)")
    engine.dispose()
    with open_home(filled.folder, filled.engine.url) as again:
        assert said(again, "SELECT count(*) FROM notes") == [(0,)]
    assert "notes" not in metadata.tables


def test_what_the_database_refuses_is_ours_and_has_both_languages(filled: Home) -> None:
    with pytest.raises(StorageError) as raised, reading(filled.engine) as connection:
        connection.execute(text("SELECT * FROM no_such_table"))
    assert isinstance(raised.value.__cause__, DBAPIError)
    assert (raised.value.zh[:5], raised.value.en[:20]) == ("数据库操作", "the database refused")
