"""The race: every contender over every file, each run in a process of its own, in turns, medians told.

Turns, because whatever else the machine does then falls on all of them; processor seconds beside the clock's, because
on a machine with other work only they compare. A process that takes more memory or time than it may is ended.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.judge.contenders import CONTENDERS, installed
from benchmarks.judge.registers import STATES, write_register

ROOT = Path(__file__).parents[2]
WARM_UP = 10_000


@dataclass(frozen=True)
class Limits:
    """Of one process: gigabytes of memory and seconds."""

    gigabytes: float = 12
    seconds: float = 300


@dataclass(frozen=True)
class Run:
    """What one process told of itself, or why it told nothing."""

    seconds: float = 0
    cpu: float = 0
    mb: int = 0
    failing: int = 0
    digest: str = ""
    failure: str = ""


@dataclass(frozen=True)
class Result:
    """Medians over the runs of one contender on one file; `mb` is the most of any run."""

    contender: str
    file: str
    seconds: float
    cpu: float
    mb: int
    failing: int
    digests: frozenset[str]
    failure: str = ""


def race(
    folder: Path, rows: int, *, csv: bool, runs: int, names: Sequence[str], states: Sequence[str] = STATES
) -> Iterator[Result]:
    """One result for each state and contender, files made in `folder`."""
    for state in states:
        small = write_register(folder, WARM_UP, state, csv=csv)
        path = write_register(folder, rows, state, csv=csv)
        told: dict[str, list[Run]] = {name: [] for name in names}
        for _ in range(runs):
            for name, seen in told.items():
                # Who failed once fails again, and takes minutes to.
                if not (seen and seen[-1].failure):
                    seen.append(_run(name, path, small, Limits()))
        yield from (_median(name, path.name, seen) for name, seen in told.items())


def contenders() -> list[str]:
    """Those that are installed; the others are named on the screen."""
    missing = [name for name in CONTENDERS if not installed(name)]
    if missing:
        print(f"\nnot installed, and so not measured: {', '.join(missing)} (see the extra `bench`)")
    return [name for name in CONTENDERS if name not in missing]


def table(results: Sequence[Result]) -> str:
    """One line for each result, with its ratios to the bare read and to what one writes by hand."""
    lines = [f"{'':18}{'clock':>8}{'processors':>12}{'× read':>8}{'× fused':>9}{'memory':>9}{'failing rows':>14}"]
    for file in dict.fromkeys(result.file for result in results):
        of_file = {result.contender: result for result in results if result.file == file}
        lines.append(f"{file}")
        for name, one in of_file.items():
            if one.failure:
                lines.append(f"  {name:16}{one.failure}")
                continue
            read, fused = (_ratio(one, of_file.get(base)) for base in ("bare read", "fused Polars"))
            figures = f"{one.seconds:7.2f}s{one.cpu:11.2f}s{read:>8}{fused:>9}{one.mb:6d} MB{one.failing:14,d}"
            lines.append(f"  {name:16}{figures}")
    return "\n".join(lines)


def _ratio(one: Result, base: Result | None) -> str:
    return f"{one.cpu / base.cpu:.2f}" if base is not None and base.cpu else ""


def _run(name: str, path: Path, small: Path, limits: Limits) -> Run:
    command = [sys.executable, "-m", "benchmarks.judge.run_one", name, str(path), str(small)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    started = time.monotonic()
    failure = ""
    while child.poll() is None and not failure:
        time.sleep(0.05)
        if time.monotonic() - started > limits.seconds:
            failure = f"ended after {limits.seconds:.0f} s"
        elif _gigabytes(child.pid) > limits.gigabytes:
            failure = f"ended at {limits.gigabytes:.0f} GB of memory"
    if failure:
        child.kill()
    said, wrong = child.communicate()
    if failure or child.returncode:
        return Run(failure=failure or (wrong.strip().splitlines() or ["no word"])[-1][:90])
    return Run(**json.loads(said.strip().splitlines()[-1]))


def _gigabytes(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/statm").read_text().split()
    except OSError:
        return 0.0
    return int(status[1]) * 4096 / 2**30 if len(status) > 1 else 0.0


def _median(name: str, file: str, runs: Sequence[Run]) -> Result:
    failure = next((run.failure for run in runs if run.failure), "")
    done = [run for run in runs if not run.failure]
    if failure or not done:
        return Result(name, file, 0, 0, 0, 0, frozenset(), failure or "no run")
    return Result(
        name,
        file,
        statistics.median(run.seconds for run in done),
        statistics.median(run.cpu for run in done),
        max(run.mb for run in done),
        done[0].failing,
        frozenset(run.digest for run in done),
    )
