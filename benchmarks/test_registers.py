"""Loading a register of ten million rows, filed as Parquet, against Polars' own writing of the same rows.

Ours is all of it: the landed bytes checked, every column looked through, its rules judged, eight figures, and the
list of quarantined rows; the file itself is kept as it is. Each run is a process of its own; the ratio is the figure to
quote, and memory must not grow with the rows.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from benchmarks.judge.registers import write_register
from benchmarks.loading_one_register import COLUMNS

SMALL, LARGE, RUNS = 2_000_000, 10_000_000, 3
LEAST, GROWTH = 0.7, 1.35  # of Polars' rows a second; of the memory at a fifth of the rows
STATES = ("clean", "some")
Measured = dict[str, float]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("registers")
    for name in ("landing", "registers"):
        (folder / name).mkdir()
    yield folder
    # Three gigabytes are not left lying until somebody sweeps the folder.
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def _landed(home: Path, rows: int, state: str) -> Path:
    made = write_register(home, rows, state, csv=False)
    narrow = home / "narrow.parquet"
    pl.scan_parquet(made).select(COLUMNS).sink_parquet(narrow)
    made.unlink()
    with narrow.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return narrow.rename(home / "landing" / sha256)


@pytest.mark.timeout(3600)  # most of it goes into making the registers
def test_a_register_of_ten_million_rows(home: Path) -> None:
    print()
    for state in STATES:
        small, large = _landed(home, SMALL, state), _landed(home, LARGE, state)
        runs = [{way: _run(way, large, home) for way in ("polars", "load", "sink")} for _ in range(RUNS)]
        told = {way: _median([run[way] for run in runs]) for way in runs[0]}
        at_small = {way: _run(way, small, home)["memory"] for way in ("load", "sink")}
        for way, one in told.items():
            ratio = told["polars"]["seconds"] / one["seconds"]
            print(
                f"{state}, {LARGE} rows, {way}: {one['seconds']:.2f} s of processors, {one['wall']:.2f} s, "
                f"{LARGE / one['wall'] / 1e6:.2f} M rows/s, {ratio:.2f} × Polars; {one['memory']:.0f} MB"
                + (f" ({at_small[way]:.0f} MB at {SMALL} rows)" if way in at_small else "")
            )
            assert ratio >= LEAST, (state, way, ratio)
        for way, memory in at_small.items():
            assert told[way]["memory"] <= GROWTH * memory, (state, way, memory, told[way]["memory"])
        for path in (small, large):
            path.unlink()


def _run(way: str, file: Path, home: Path) -> Measured:
    command = [sys.executable, "-m", "benchmarks.loading_one_register", way, str(file), str(home)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: Measured = json.loads(done.stdout)
    return measured


def _median(runs: list[Measured]) -> Measured:
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}
