"""A process that has imported everything and forks: each child runs a pack, and may be killed on the way.

`python -m tests.flows.crashing PACK` reads an `Order` a line and answers each with one line: what its child died of,
which steps it had done at which second, and what the run came to. It never runs a pack itself: Polars' threads, once
started, do not survive a fork.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from flows.settings import Settings, quiet_dependencies


@dataclass(frozen=True)
class Order:
    home: str
    after: int | None
    delay: float
    database: str = ""  # URL of its PostgreSQL, where it has one


@dataclass(frozen=True)
class Told:
    """What became of a child. steps: (seconds since its start, name of the step done)."""

    signal: int | None
    steps: tuple[tuple[float, str], ...]
    new: int | None
    error: str


@dataclass(frozen=True)
class Crashing:
    """The driver, seen from a test."""

    process: subprocess.Popen[str]

    def run(self, home: Path, after: int | None = None, delay: float = 0.0, database: str = "") -> Told:
        """Run the pack into `home`; with `after`, SIGKILL `delay` seconds after that many steps were done."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = Order(str(home), after, delay, database)
        self.process.stdin.write(json.dumps(asdict(order)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the driver died"
        told = json.loads(line)
        return Told(told["signal"], tuple((s, n) for s, n in told["steps"]), told["new"], told["error"])


@contextmanager
def started(root: Path, pack: Path) -> Iterator[Crashing]:
    command = [sys.executable, "-m", "tests.flows.crashing", str(pack)]
    environment = os.environ | {"PYTHONPATH": str(root)}
    process = subprocess.Popen(
        command, cwd=root, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield Crashing(process)
    finally:
        process.kill()
        process.communicate()


def serve(pack: Path) -> None:
    quiet_dependencies()
    _import_everything()
    for line in sys.stdin:
        order = Order(**json.loads(line))
        heard, said = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(heard)
            _run(pack, order, os.fdopen(said, "w", buffering=1))
        os.close(said)
        with os.fdopen(heard, "rb", buffering=0) as pipe:
            told = _watch(child, pipe.fileno(), order)
        print(json.dumps(told), flush=True)


def _import_everything() -> None:
    # What a run imports on its way, so that no child pays for it.
    import alembic.command
    import duckdb
    import great_expectations
    import great_expectations.expectations

    import flows.batch
    import warehouse.reports.publish

    assert all((alembic, duckdb, great_expectations, flows, warehouse))


def _run(pack: Path, order: Order, said: TextIO) -> None:
    """The child: say each step, and either die by one's own hand between two steps or run to the end."""
    from flows.batch import load_pack, run_plain

    done = 0

    def pause(step: str) -> None:
        nonlocal done
        done += 1
        said.write(json.dumps([time.monotonic(), step]) + "\n")
        if done == order.after and not order.delay:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        said.write(json.dumps([time.monotonic(), "start"]) + "\n")
        settings = Settings.model_validate({"database_url": order.database})
        result = run_plain(load_pack(pack, settings), Path(order.home), settings, pause=pause)
        said.write(json.dumps({"new": result.new}) + "\n")
        os._exit(0)
    except BaseException as error:  # nothing of the driver's own may run in the child
        said.write(json.dumps({"error": repr(error)}) + "\n")
        os._exit(1)


def _watch(child: int, pipe: int, order: Order) -> dict[str, Any]:
    """Read what the child says until it is gone; kill it `delay` seconds after its step number `after`."""
    text, deadline = b"", None
    after = order.after if order.delay else None
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not select.select([pipe], [], [], left)[0]:
            os.kill(child, signal.SIGKILL)
            deadline = None
            continue
        more = os.read(pipe, 65536)
        if not more:
            break
        text += more
        # The first line says "start".
        if after is not None and text.count(b"\n") > after:
            deadline, after = time.monotonic() + order.delay, None
    status = os.waitpid(child, 0)[1]
    lines = [json.loads(line) for line in text.decode().splitlines()]
    steps = [line for line in lines if isinstance(line, list)]
    ends = {key: value for line in lines if isinstance(line, dict) for key, value in line.items()}
    return {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "steps": [(at - steps[0][0], step) for at, step in steps[1:]],
        "new": ends.get("new"),
        "error": ends.get("error", ""),
    }


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
