"""Who ran when, with what: a chain of its own."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.warehouse.toy import Filed, moment, submit
from warehouse.database import reading
from warehouse.home import Home
from warehouse.runs import RUN, verify_runs

WITH = {"code": "0.1.0+a", "contracts": {"toy": "1"}}


def problems(home: Home) -> list[str]:
    with reading(home.engine) as connection:
        return verify_runs(connection)


@pytest.fixture
def ran(home: Home) -> Home:
    """Two runs with a filing between them, and an audit."""
    assert home.append_run(RUN, moment(1), moment(2), 2020, WITH) == 1
    submit(home, Filed("CT", ["3", "400"], moment(2)))
    assert home.append_run(RUN, moment(3), moment(4), 2020, WITH) == 2
    assert home.append_run("audit", moment(5), moment(6), None, {"holds": True}) == 3
    return home


def test_each_names_the_ledger_it_left_and_the_one_before(ran: Home) -> None:
    first, second, audit = ran.runs()
    assert [r.what for r in (first, second, audit)] == [RUN, RUN, "audit"]
    assert second.content == WITH
    assert (second.previous_hash, audit.previous_hash) == (first.hash, second.hash)
    assert first.ledger_head != second.ledger_head == audit.ledger_head
    assert problems(ran) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE runs SET content = '{}' WHERE number = 2", "run 2 was changed"),
        ("UPDATE runs SET started_at = '2020-01-01T00:00:00+08:00' WHERE number = 1", "run 1 was changed"),
        ("DELETE FROM runs WHERE number = 2", "run 2 is missing"),
        ("UPDATE runs SET previous_hash = hash WHERE number = 3", "run 3 does not follow"),
    ],
)
def test_a_change_is_found(ran: Home, change: str, said: str) -> None:
    with ran.engine.execution_options(writes=True).begin() as connection:
        connection.execute(text(change))
    assert any(said in problem for problem in problems(ran))
