"""A home that an earlier version of the program left, with data in it, is brought up, and goes on from there."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from contracts.errors import StorageError
from contracts.finding import Outcome
from tests.warehouse import toy
from tests.warehouse.toy import Filed, moment, submit
from warehouse.expectations import check_warehouse
from warehouse.home import Home
from warehouse.load import Cause
from warehouse.tables import metadata

CT = Filed("CT", ["3", "400"], moment(2))


def put_back(home: Home, revision: str) -> None:
    """The database as the program of `revision` had it, views and all that is newer left out."""
    config = Config()
    config.set_main_option("script_location", str(files("warehouse") / "migrations").replace("%", "%%"))
    with home.engine.execution_options(writes=True).begin() as connection:
        if home.engine.dialect.name == "postgresql":
            connection.execute(text("DROP SCHEMA mart CASCADE"))
        for view in inspect(connection).get_view_names():
            connection.execute(text(f'DROP VIEW "{view}"'))
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    home.close()


def columns(connection: Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(text(f"PRAGMA table_info({table})"))}


def told(home: Home) -> list[tuple[object, ...]]:
    """What is kept of every submission's verdict."""
    return [(s.id, s.outcome, s.superseded_by, home.findings(s.id), home.counts(s.id)) for s in home.submissions()]


@pytest.fixture
def filled(home: Home) -> Home:
    """One accepted with a finding, superseded by a later one; and one that was returned."""
    submit(home, CT)
    submit(home, Filed("CT", ["3", "500"], moment(4)))
    submit(home, Filed("CM", ["many"], moment(5)))
    return home


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
def test_it_is_brought_up_with_what_is_in_it(filled: Home, revision: str) -> None:
    before, figures = told(filled), filled.figures()
    put_back(filled, revision)
    with filled.engine.connect() as connection:
        assert columns(connection, "deadlines") == set()
        if revision < "0003":
            assert "pass_number" not in columns(connection, "findings") | columns(connection, "submissions")
            assert columns(connection, "judgments") == set()
    with pytest.raises(StorageError, match=revision):
        Home.look(filled.folder)
    filled.close()
    with toy.open_home(filled.folder) as home:
        stored = home.submissions()
        assert told(home) == before
        assert [s.pass_number for s in stored] == [1, 1, 1]
        assert {s.account for s in stored if revision == "0001"} <= {None}
        assert all(s.explained for s in stored)
        assert home.figures() == figures
        assert home.verify_chain() == []
        judged = home.judgments()
        assert [(j.submission, j.number, j.entry, j.outcome, j.compared) for j in judged] == [
            (s.id, 1, 2 * s.sequence, s.outcome, ()) for s in stored
        ]
        assert [j.at for j in judged] == [s.received_at for s in stored]
        assert check_warehouse(home).failures == ()
        with home.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_what_was_brought_up_is_judged_again_like_anything_else(filled: Home, tmp_path: Path) -> None:
    put_back(filled, "0002")
    with toy.open_home(filled.folder) as home:
        again = home.submissions()[1]
        filed = Filed("CT", ["3", "many"], moment(4))
        table, _, verdict = toy.judge_by_hand(filed)
        assert verdict.outcome is Outcome.RETURNED
        cause = Cause("对照已到", "the counterpart has come")
        kept = home.record(again, CT.kind, verdict, None, table, [], [], None, at=moment(9), causes=[cause])
        assert kept
        assert [(s.outcome, s.pass_number) for s in home.submissions()][1] == (Outcome.RETURNED, 2)
        assert home.verify_chain() == []
