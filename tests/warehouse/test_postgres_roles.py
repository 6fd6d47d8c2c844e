"""Roles on a real PostgreSQL, each by a connection of its own: what it sees, and what it cannot do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from contracts.errors import StorageError, UsageError
from flows import cli
from tests.postgres import Cluster
from tests.warehouse.test_postgres import fill, open_home
from tests.warehouse.toy import Filed, moment, submit
from warehouse.home import Home
from warehouse.marts import discover_marts
from warehouse.roles import ROLES, assign, list_accounts, list_members, set_up
from warehouse.tables import metadata
from warehouse.verification import verify

LOGINS = {"loading": "jixiao_loader", "analysing": "jixiao_analyst", "auditing": "jixiao_auditor"}
CARRIERS = {"of_ct": "CT", "of_cm": "CM"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[Home]:
    """A filled home whose administrator has set up roles, and a login of every kind. Logins are the whole cluster's.

    Whoever changes something in it puts it back, or does not mind what was added.
    """
    with cluster.fresh() as database, open_home(tmp_path_factory.mktemp("roles") / "home", database) as opened:
        fill(opened)
        set_up(opened.engine)
        for login in (*LOGINS, *CARRIERS, "unmapped"):
            cluster.run(f"CREATE ROLE {login} LOGIN")
        cluster.run(*(f"GRANT {role} TO {login}" for login, role in LOGINS.items()))
        cluster.run("ALTER ROLE loading SET role TO jixiao_loader", "GRANT jixiao_carrier TO unmapped")
        assign(opened.engine, CARRIERS)
        yield opened
        names = (*LOGINS, *CARRIERS, "unmapped", *(role.name for role in ROLES))
        with opened.engine.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {', '.join(names)} CASCADE"))
        opened.engine.dispose()
        cluster.run(*(f"DROP ROLE {name}" for name in names))


@contextmanager
def connected(home: Home, login: str) -> Iterator[Connection]:
    engine = create_engine(home.engine.url.set(username=login))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def ask(home: Home, login: str, query: str) -> list[tuple[Any, ...]]:
    with connected(home, login) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def refused(home: Home, login: str, statement: str) -> str:
    """What the server says to a statement that it must refuse."""
    with pytest.raises(DBAPIError) as raised:
        ask(home, login, statement)
    return str(raised.value.orig)


def test_the_analyst_reads_every_mart_and_nothing_else(home: Home) -> None:
    for mart in discover_marts():
        everything = f"SELECT count(*) FROM mart.{mart.name}"
        assert ask(home, "analysing", everything) == ask(home, "keeper", everything), mart.name
    then = "SELECT count(*) FROM mart.figures_as_of('2020-12-03')"
    assert ask(home, "analysing", then) == ask(home, "keeper", then) == [(3,)]
    for table in ("figures", "public.figures", "public.ledger", "public.findings", "access.accounts"):
        told = refused(home, "analysing", f"SELECT * FROM {table}")
        assert "permission denied" in told or "does not exist" in told, table
    assert "permission denied for schema public" in refused(
        home, "analysing", "SELECT query_to_xml('SELECT * FROM public.figures', true, false, '')"
    )


@pytest.mark.parametrize("login", ["analysing", "auditing", "of_ct"])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM mart.figure_history",
        "UPDATE public.figures SET value = '1'",
        "INSERT INTO public.home VALUES ('XX', 'x')",
        "TRUNCATE public.findings CASCADE",
        "LOCK TABLE public.home IN SHARE ROW EXCLUSIVE MODE",
        "CREATE TABLE public.mine (a int)",
        "CREATE VIEW mart.mine AS SELECT 1",
        "DROP VIEW mart.figures",
        "ALTER TABLE public.figures DISABLE ROW LEVEL SECURITY",
        "SET ROLE jixiao_loader",
        "INSERT INTO access.accounts VALUES ('of_ct', 'CM')",
        "UPDATE access.accounts SET filer = 'CM'",
    ],
)
def test_who_only_reads_cannot_write(home: Home, login: str, statement: str) -> None:
    told = refused(home, login, statement)
    assert "permission denied" in told or "must be owner" in told or "cannot" in told, told


def test_the_auditor_reads_every_table(home: Home) -> None:
    for name in metadata.tables:
        everything = f'SELECT count(*) FROM public."{name}"'
        assert ask(home, "auditing", everything) == ask(home, "keeper", everything), name
    assert ask(home, "auditing", "SELECT login, filer FROM access.accounts ORDER BY 1") == [
        ("of_cm", "CM"), ("of_ct", "CT"),
    ]  # fmt: skip


def test_the_loader_runs_the_program(home: Home) -> None:
    url = home.engine.url.set(username="loading")
    with connected(home, "keeper") as connection:  # what somebody did to a view is for the loader to mend
        connection.execute(text("DROP VIEW mart.figures CASCADE"))
        connection.commit()
    with open_home(home.folder, url) as loading:
        submit(loading, Filed("CU", ["7"], moment(9)))
        assert loading.verify_chain() == []
    assert ask(home, "analysing", "SELECT count(*) FROM mart.figures WHERE filer = 'CU'") == [(1,)]
    assert ask(home, "of_ct", "SELECT DISTINCT filer FROM mart.figures") == [("CT",)]
    owners = ask(home, "keeper", "SELECT DISTINCT viewowner FROM pg_views WHERE schemaname = 'mart'")
    assert owners == [("jixiao_loader",)]


@pytest.mark.parametrize(("login", "filer", "other"), [("of_ct", "CT", "CM"), ("of_cm", "CM", "CT")])
def test_a_carrier_sees_its_own_by_every_mart_and_no_others(home: Home, login: str, filer: str, other: str) -> None:
    hidden = {s.id for s in home.submissions() if s.filer != filer}
    marked = {other, *hidden, *(f.figure_id for f in home.figures() if f.filer != filer)}
    seen = {}
    for mart in discover_marts():
        for source in (f"mart.{mart.name}", f"mart.{mart.name}_as_of('2199-01-01')"):
            rows = ask(home, login, f"SELECT * FROM {source}")
            seen[mart.name] = len(rows)
            assert not [row for row in rows if marked & {str(value) for value in row}], source
    assert min(seen[name] for name in ("figures", "figure_history", "submission_log", "finding_log")) > 0
    own = [row for row in ask(home, "keeper", "SELECT filer FROM mart.figures") if row == (filer,)]
    assert seen["figures"] == len(own)
    # A mart that counts over all filers counts over its own.
    assert ask(home, login, "SELECT max(submission_count) FROM mart.rule_record") == [
        (sum(s.filer == filer for s in home.submissions()),)
    ]


def test_a_carrier_without_a_filer_sees_nothing(home: Home) -> None:
    for mart in ("figures", "submission_log", "finding_log", "deadline_record"):
        assert ask(home, "unmapped", f"SELECT * FROM mart.{mart}") == []


def test_a_carrier_cannot_get_round_the_rows_that_it_may_see(home: Home) -> None:
    for statement in (
        "SELECT * FROM public.figures",
        "SELECT * FROM access.accounts",
        "SET ROLE jixiao_analyst",
        "SET SESSION AUTHORIZATION of_cm",
    ):
        assert "permission denied" in refused(home, "of_ct", statement), statement
    with connected(home, "of_ct") as connection:
        # A function of its own in the query runs after the policy: it is not shown what the carrier is not.
        connection.execute(
            text(
                "CREATE FUNCTION pg_temp.spy(told text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS"
                " 'BEGIN RAISE NOTICE ''%'', told; RETURN true; END'"
            )
        )
        notices: list[str] = []
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.add_notice_handler(lambda notice: notices.append(notice.message_primary))
        connection.execute(text("SELECT * FROM mart.figure_history WHERE pg_temp.spy(filer)")).all()
        assert set(notices) == {"CT"}
        connection.execute(text("SET row_security = off"))
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(text("SELECT * FROM mart.figures"))


def test_an_account_is_taken_away_again(home: Home) -> None:
    assign(home.engine, {"of_cm": ""})
    assert list_accounts(home.engine) == [("of_ct", "CT")]
    assert "permission denied" in refused(home, "of_cm", "SELECT * FROM mart.figures")
    assign(home.engine, {"of_cm": "CM"})
    assert ask(home, "of_cm", "SELECT DISTINCT filer FROM mart.figures") == [("CM",)]
    with pytest.raises(UsageError, match="no login nobody_here"):
        assign(home.engine, {"nobody_here": "CT"})


def test_twice_is_once(home: Home) -> None:
    members = list_members(home.engine)
    set_up(home.engine)
    assert list_members(home.engine) == members
    assert members["jixiao_carrier"] == ["of_cm", "of_ct", "unmapped"]
    assert ask(home, "of_ct", "SELECT DISTINCT filer FROM mart.figures") == [("CT",)]


def test_every_table_is_protected_by_rows(home: Home) -> None:
    open_ = ask(
        home,
        "keeper",
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " AND NOT relrowsecurity",
    )
    assert open_ == []


def test_verify_says_that_nothing_vouches_for_who_may_see_what(home: Home) -> None:
    found = verify(home.folder, database_url=home.engine.url.set(username="auditing"))
    assert [told.area for told in found.unsealed] == ["access.accounts"]


def test_roles_are_postgresql_s(tmp_path: Path, database: URL) -> None:
    with open_home(tmp_path / "embedded", None) as embedded, pytest.raises(UsageError, match="SQLite knows no users"):
        set_up(embedded.engine)
    engine = create_engine(database)
    with pytest.raises(StorageError, match="Do a jixiao run first"):
        set_up(engine)
    engine.dispose()


def test_the_command(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("JIXIAO_DATABASE_URL", home.engine.url.render_as_string(hide_password=False))

    def said(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["jixiao", "roles", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    status, out, _ = said("--account", "unmapped=CU", "--format", "json")
    assert status == 0
    assert json.loads(out)["accounts"][-1] == {"login": "unmapped", "filer": "CU"}
    status, out, _ = said()
    assert status == 0
    assert "unmapped（CU）" in out
    status, _, err = said("--account", "unmapped")
    assert (status, "--account reads LOGIN=FILER" in err) == (2, True)
    monkeypatch.delenv("JIXIAO_DATABASE_URL")
    status, _, err = said()
    assert (status, "JIXIAO_DATABASE_URL is not set" in err) == (2, True)
