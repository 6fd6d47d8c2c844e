"""The ledger: what it holds, and that no change of it goes unseen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from contracts.errors import UsageError
from tests.warehouse import toy
from tests.warehouse.toy import Filed, moment, submit
from warehouse.home import Home

FILES = {"annual/2020/summary.html": "a" * 64, "annual/2020/figures.csv": "b" * 64}


@pytest.fixture
def told(home: Home) -> Home:
    submit(home, Filed("CT", ["3"], moment(2)))
    submit(home, Filed("CT", ["many"], moment(3)))
    home.publish_entry(2020, FILES, moment(31))
    return home


def entries(home: Home) -> list[tuple[str, str]]:
    with home.engine.connect() as connection:
        rows = connection.execute(text("SELECT event, subject FROM ledger ORDER BY sequence"))
        return [(row.event, row.subject) for row in rows]


def test_everything_that_happened_is_told_in_order(told: Home) -> None:
    assert entries(told) == [
        ("received", "JX-2020-0001"),
        ("judged", "JX-2020-0001"),
        ("received", "JX-2020-0002"),
        ("judged", "JX-2020-0002"),
        ("published", "2020"),
    ]
    assert told.verify_chain() == []


def test_the_same_filings_give_the_same_chain(told: Home, tmp_path: Path) -> None:
    with toy.open_home(tmp_path / "other") as other:
        submit(other, Filed("CT", ["3"], moment(2)))
        submit(other, Filed("CT", ["many"], moment(3)))
        other.publish_entry(2020, FILES, moment(31))
        hashes = []
        for home in (told, other):
            with home.engine.connect() as connection:
                hashes.append(connection.execute(text("SELECT hash FROM ledger ORDER BY sequence")).scalars().all())
        assert hashes[0] == hashes[1]


def test_publishing_the_same_again_is_not_told_again(told: Home) -> None:
    assert not told.publish_entry(2020, dict(reversed(FILES.items())), moment(31, 10))
    assert told.publish_entry(2021, FILES, moment(31))
    assert told.publish_entry(2020, FILES | {"more": "c" * 64}, moment(31))
    assert told.publish_entry(2020, FILES, moment(31, 11))
    assert [e for e, _ in entries(told)].count("published") == 4
    with told.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM publications")).scalar() == 9


def test_publishing_needs_a_zone(told: Home) -> None:
    with pytest.raises(UsageError, match="zone"):
        told.publish_entry(2022, FILES, moment(31).replace(tzinfo=None))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            "UPDATE ledger SET content = replace(content, 'accepted', 'returned') WHERE sequence = 2",
            "entry 2 was changed",
        ),
        ("UPDATE ledger SET at = '2020-12-01T00:00:00+08:00' WHERE sequence = 3", "entry 3 was changed"),
        ("UPDATE ledger SET content = 'nothing' WHERE sequence = 1", "entry 1 was changed"),
        ("UPDATE ledger SET hash = previous_hash WHERE sequence = 5", "entry 5 was changed"),
        ("DELETE FROM ledger WHERE sequence = 3", "entry 3 is missing"),
        ("DELETE FROM ledger WHERE sequence = 1", "entry 1 is missing"),
        ("DELETE FROM ledger WHERE sequence >= 3", "submission JX-2020-0002 is not as the ledger says"),
        (
            "UPDATE submissions SET outcome = 'accepted' WHERE version = 2",
            "JX-2020-0002 is not as the ledger says: outcome",
        ),
        ("UPDATE submissions SET sha256 = '0' WHERE version = 1", "JX-2020-0001 is not as the ledger says: sha256"),
        (
            "UPDATE submissions SET id = 'JX-2020-0009' WHERE version = 2",
            "names submission JX-2020-0002, which is missing",
        ),
    ],
)
def test_a_change_is_found(told: Home, change: str, problem: str) -> None:
    toy.corrupt(told, change)
    assert any(problem in p for p in told.verify_chain()), told.verify_chain()


def test_an_entry_rewritten_with_a_fitting_hash_breaks_the_chain_behind_it(told: Home) -> None:
    from warehouse.ledger import entry_hash

    with told.engine.begin() as connection:
        entry = connection.execute(text("SELECT * FROM ledger WHERE sequence = 2")).one()._asdict()
        content = json.loads(entry["content"]) | {"accepted": 7}
        forged = entry | {"content": json.dumps(content)}
        connection.execute(
            text("UPDATE ledger SET content = :content, hash = :hash WHERE sequence = 2"),
            {"content": forged["content"], "hash": entry_hash(forged)},
        )
    assert any("entry 3 does not follow" in p for p in told.verify_chain())


def test_the_ledger_tells_a_changed_finding(told: Home) -> None:
    from warehouse.load import findings_hash

    with told.engine.connect() as connection:
        content = connection.execute(text("SELECT content FROM ledger WHERE sequence = 4")).scalar_one()
    assert json.loads(content)["findings_sha256"] == findings_hash(told.findings("JX-2020-0002"))
    with told.engine.begin() as connection:
        connection.execute(text("UPDATE findings SET filed = '4'"))
    assert json.loads(content)["findings_sha256"] != findings_hash(told.findings("JX-2020-0002"))
