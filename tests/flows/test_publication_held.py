"""A warehouse that does not hold what it promises is not published from, and a hand in the database is our exit 2."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from contracts.errors import PublicationHeld
from flows.batch import run_plain
from flows.settings import Settings
from tests.flows.conftest import Finished


def test_nothing_is_published_from_a_warehouse_that_fails_its_checks(jiangxi: Finished, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(jiangxi.home, home)
    with closing(sqlite3.connect(home / "warehouse.db")) as connection, connection:
        connection.execute("UPDATE figures SET value = '很多' WHERE figure_id = 'g5_opened@JXCA.2020-11'")
    published = home / "published" / "annual" / "2020"
    (published / "summary.html").unlink()
    before = {path.name: path.read_bytes() for path in published.iterdir()}
    with pytest.raises(PublicationHeld) as held:
        run_plain(jiangxi.pack, home, Settings())
    assert held.value.exit_status == 2
    assert "暂不发布" in held.value.zh
    assert "nothing is published" in held.value.en
    assert {path.name: path.read_bytes() for path in published.iterdir()} == before
