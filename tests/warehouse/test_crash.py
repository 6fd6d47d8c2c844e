"""Processes that die by SIGKILL, and processes that come at the same moment. Real ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.warehouse import toy
from warehouse.home import Home
from warehouse.tables import metadata


def start(root: Path, *arguments: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.Popen([sys.executable, "-m", *arguments], cwd=root, env=environment, stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with toy.open_home(tmp_path_factory.mktemp("undisturbed")) as home:
        toy.submit(home, toy.CRASHING)
        yield home


def contents(home: Home) -> dict[str, Any]:
    """Every row of every table, and every file with its content."""
    with home.engine.connect() as connection:
        told = {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in metadata.tables.items()
        }
    kept = [p for folder in ("landing", "registers") for p in sorted((home.folder / folder).rglob("*")) if p.is_file()]
    return told | {"files": [(str(p.relative_to(home.folder)), p.read_bytes()) for p in kept]}


@pytest.mark.parametrize("stage", toy.STAGES)
def test_after_a_kill_the_same_again_gives_the_same_as_without(
    stage: str, tmp_path: Path, root: Path, undisturbed: Home
) -> None:
    process = start(root, "tests.warehouse.toy", str(tmp_path / "home"), stage)
    _, told = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, told.decode()
    with toy.open_home(tmp_path / "home") as home:
        assert home.verify_chain() == []
        assert (len(home.submissions()) > 0) == (stage in toy.STAGES[3:])
        assert bool(home.figures()) == (stage == "recorded")
        leftover = home.sweep_registers()
        assert bool(leftover) == (stage in ("register", "registered", "recording"))
        submission = toy.receive(home, toy.CRASHING)
        if not home.judged(submission.id):
            toy.record(home, toy.CRASHING, submission)
        assert contents(home) == contents(undisturbed)
        assert home.verify_chain() == []


def test_recording_again_without_sweeping_first(tmp_path: Path, root: Path, undisturbed: Home) -> None:
    start(root, "tests.warehouse.toy", str(tmp_path / "home"), "recording").communicate(timeout=120)
    with toy.open_home(tmp_path / "home") as home:
        assert len(list(home.registers.folder.glob("*/*.parquet"))) == 1
        toy.submit(home, toy.CRASHING)
        assert home.sweep_registers() == []
        assert contents(home) == contents(undisturbed)


OPENING = """
import sys
from pathlib import Path
from tests.warehouse import toy
print(flush=True)
for folder in sys.stdin:
    toy.open_home(Path(folder.strip())).close()
    print(flush=True)
"""


def test_processes_that_open_a_new_home_at_the_same_moment_make_one(tmp_path: Path, root: Path) -> None:
    command, pipe = [sys.executable, "-c", OPENING], subprocess.PIPE
    processes = [
        subprocess.Popen(
            command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, stdin=pipe, stdout=pipe, text=True
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "\n"  # it has imported all it needs
    for name in map(str, range(10)):
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(f"{tmp_path / name}\n")
            process.stdin.flush()
        assert [process.stdout.readline() for process in processes if process.stdout] == ["\n"] * 3
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0


def test_two_processes_open_and_fill_the_same_new_home(tmp_path: Path, root: Path) -> None:
    both = [start(root, "tests.warehouse.toy", str(tmp_path / "home"), f"filer-{n}") for n in (1, 2)]
    for process in both:
        _, told = process.communicate(timeout=120)
        assert process.returncode == 0, told.decode()
    with toy.open_home(tmp_path / "home") as home:
        assert home.verify_chain() == []
        assert [s.sequence for s in home.submissions()] == list(range(1, 21))
        assert {s.filer for s in home.submissions()} == {"filer-1", "filer-2"}
        assert all(home.judged(s.id) for s in home.submissions())
        assert home.sweep_registers() == []
        assert len(home.figures(own_only=True)) == 20
