"""kill -9 on a real PostgreSQL: of the process that loads, and of the server. A few points; `make chaos` tries many."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.flows import small_pack
from tests.flows.crashing import started
from tests.flows.postgres_kills import Kills, half_loaded
from tests.postgres import running
from warehouse.home import Home

SEED = 20201231
pytestmark = pytest.mark.timeout(900)  # some twenty runs one after the other


@pytest.fixture(scope="module")
def kills(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kills]:
    """On a cluster of its own: nobody else's tests go on while it is down."""
    pack = small_pack.write_pack(tmp_path_factory.mktemp("kills") / "pack", upsetting=True)
    with running() as cluster, started(root, pack) as driver:
        made = Kills(driver, cluster, tmp_path_factory.mktemp("homes"), random.Random(SEED))
        made.prepare()
        yield made


@pytest.mark.needs("initdb")
def test_whoever_loads_may_be_killed_at_any_moment(kills: Kills) -> None:
    # A step may be over sooner than the last time; most moments must have hit.
    assert kills.loader(3) >= 1


@pytest.mark.needs("initdb")
def test_the_server_may_be_killed_at_any_moment(kills: Kills) -> None:
    assert kills.server(2) >= 1


@pytest.mark.needs("initdb")
def test_a_half_loaded_submission_would_be_seen(kills: Kills) -> None:
    with kills.home() as (folder, url):
        assert kills.driver.run(folder, database=url.render_as_string(hide_password=False)).error == ""
        with Home.look(folder, database_url=url) as home:
            assert half_loaded(home) == []
        for harm, seen in (
            ("DELETE FROM findings WHERE submission LIKE '%0004'", "findings or entry of pass 1"),
            ("DELETE FROM judgments WHERE submission LIKE '%0006'", "in the ledger only"),
            ("UPDATE submissions SET outcome = NULL WHERE id LIKE '%0007'", "verdict without a judgment"),
        ):
            with Home.open(folder, bureau=home.bureau, title=home.title, database_url=url) as writable:
                with writable.engine.begin() as connection:
                    connection.execute(text(harm))
                assert any(seen in told for told in half_loaded(writable)), harm
