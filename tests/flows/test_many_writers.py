"""Eight processes that file at once, on either database: nothing is lost, nothing twice, and readers never wait."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, func, select

from tests.warehouse.toy import Filed, moment, submit
from warehouse.analyst import FILE, rebuild
from warehouse.database import reading, writing
from warehouse.home import Home
from warehouse.tables import figures

FILERS = [f"filer-{number}" for number in range(1, 9)]
MONTHS = 4
pytestmark = pytest.mark.timeout(600)  # eight processes share what cores there are
# A process that has imported all it needs says so, and files when it is told to.
FILING = """
import sys
from pathlib import Path
from sqlalchemy import make_url
from tests.warehouse import toy
from warehouse.home import Home
print(flush=True)
sys.stdin.readline()
folder, filer, months, url = sys.argv[1:]
database = make_url(url) if url else None
with Home.open(Path(folder), bureau="JX", title="江西省通信管理局", database_url=database) as home:
    toy.file_months(home, filer, int(months))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, URL | None]:
    return tmp_path / "home", None if request.param == "sqlite" else request.getfixturevalue("database")


def open_home(folder: Path, database: URL | None) -> Home:
    return Home.open(folder, bureau="JX", title="江西省通信管理局", database_url=database)


@contextmanager
def filing(root: Path, folder: Path, database: URL | None) -> Iterator[list[subprocess.Popen[str]]]:
    """Eight processes that have begun to file."""
    url = "" if database is None else database.render_as_string(hide_password=False)
    environment = os.environ | {"PYTHONPATH": str(root)}
    with ExitStack() as stack:
        processes = []
        for filer in FILERS:
            process = subprocess.Popen(
                [sys.executable, "-c", FILING, str(folder), filer, str(MONTHS), url],
                cwd=root, env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            stack.callback(process.kill)
            processes.append(process)
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        yield processes


def test_nothing_is_lost_and_nothing_twice(root: Path, place: tuple[Path, URL | None]) -> None:
    folder, database = place
    open_home(folder, database).close()
    seen = []
    with filing(root, folder, database) as processes, Home.look(folder, database_url=database) as reader:
        while any(process.poll() is None for process in processes):
            # What a reader sees at any moment is whole: whoever was judged has its figure, and the chain holds.
            stored = [s for s in reader.submissions() if s.outcome is not None]
            assert {s.id for s in stored} <= {f.submission for f in reader.figures(own_only=True)}
            assert reader.verify_chain() == []
            seen.append(len(stored))
        for process in processes:
            assert process.wait(60) == 0, process.stderr.read() if process.stderr else ""
    assert seen == sorted(seen)
    assert len(set(seen)) > 3  # it was read while others wrote
    with open_home(folder, database) as home:
        stored = home.submissions()
        assert [s.sequence for s in stored] == list(range(1, len(FILERS) * MONTHS + 1))
        assert sorted((s.filer, s.period.label) for s in stored) == sorted(
            (filer, f"2020-{month:02}") for filer in FILERS for month in range(1, MONTHS + 1)
        )
        assert all(s.outcome is not None for s in stored)
        assert home.verify_chain() == []
        assert home.sweep_registers() == []
        assert len(home.figures(own_only=True)) == len(stored)
        # Every month's total is of all eight, whoever came last.
        totals = [f for f in home.figures() if f.indicator == "toy_stations.total"]
        assert {len(f.parts) for f in totals} == {len(FILERS)}


def test_a_reader_waits_for_no_writer(place: tuple[Path, URL | None]) -> None:
    """Neither in the database nor in the analyst's copy, whatever a transaction that is open has changed."""
    folder, database = place
    with open_home(folder, database) as home:
        submit(home, Filed("CT", ["3"], moment(2)))
        rebuild(folder, home.engine.url)
        count = select(func.count()).select_from(figures)
        with writing(home.engine) as connection:
            connection.execute(figures.update().values(name="changed"))
            answered: list[float] = []

            def read() -> None:
                import duckdb

                began = time.monotonic()
                with Home.look(folder, database_url=database) as reader, reading(reader.engine) as other:
                    assert other.scalar(count.where(figures.c.name == "changed")) == 0
                    assert other.scalar(count) == 3
                with duckdb.connect(str(folder / FILE), read_only=True) as copy:
                    assert copy.execute("SELECT count(*) FROM mart.figures").fetchall() == [(3,)]
                answered.append(time.monotonic() - began)

            readers = [threading.Thread(target=read) for _ in range(4)]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join(20)
            assert len(answered) == 4, "a reader waited for a writer"
            assert max(answered) < 8  # SQLite's own patience with a lock is ten seconds
