"""Mutated files, one after the other, through one child that lives long: what came of them, and what is to be kept.

A file at which the child crashed, hung or broke a promise is kept whole in a folder, with what was seen beside it; so
is one of which another reader has cells that ours has not (a suspicion, to be looked into by a person).
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.transforms.fuzzing.mutations import mutate
from tests.transforms.fuzzing.seeds import FORMATS

ROOT = Path(__file__).parents[3]
_BATCH = 1500
_CPU_SECONDS, _CLOCK_SECONDS = 8.0, 90.0
_KEPT = 12
_MOST_MIB = 3000


@dataclass
class Tally:
    """What a run came to, by format: files read, seconds spent, files that gave a book; and what is to be looked at."""

    executions: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    books: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    suspicions: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"{kind:8}{self.executions[kind]:8} files {self.seconds[kind]:8.0f} s {self.books[kind]:8} read"
            f" {self.compared[kind]:8} compared"
            for kind in FORMATS
            if self.executions[kind]
        ]
        said = ", ".join(f"{rule} {count}" for rule, count in sorted(self.rules.items()))
        total = f"{'all':8}{self.executions.total():8} files {sum(self.seconds.values()):8.0f} s"
        return "\n".join([*lines, total, said, f"{len(self.faults)} faults, {len(self.suspicions)} suspicions"])


class ChildDiedError(Exception):
    """The child crashed, or was killed because it went on too long; the text says which."""


class Child:
    """The process that reads; started when it is needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, do: str, path: Path, name: str) -> dict[str, Any]:
        """Raises ChildDiedError."""
        process = self._running()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps({"do": do, "path": str(path), "name": name}).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError as error:
            raise ChildDiedError(self.close()) from error
        return self._answer(process)

    def close(self) -> str:
        """How the process ended."""
        if self._process is None:
            return "no process"
        self._process.kill()
        status = self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process = None
        return f"ended with {status}"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [sys.executable, "-m", "tests.transforms.fuzzing.child"]
            # Backtraces of native code are long and many; what matters of a fault comes by the answer.
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
            )
            self._answer(self._process)
        return self._process

    def _answer(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        assert process.stdout is not None
        spent, until = _cpu_seconds(process.pid), time.monotonic() + _CLOCK_SECONDS
        while not select.select([process.stdout], [], [], 0.5)[0]:
            if _cpu_seconds(process.pid) - spent > _CPU_SECONDS or time.monotonic() > until:
                self.close()
                raise ChildDiedError(f"a hang: more than {_CPU_SECONDS:.0f} s")
            if _resident_mib(process.pid) > _MOST_MIB:  # before the system ends whatever it chooses
                self.close()
                raise ChildDiedError(f"a runaway: more than {_MOST_MIB} MiB")
        line = process.stdout.readline()
        if not line:
            status = process.wait()
            self.close()
            raise ChildDiedError(f"a crash: status {status}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


class Run:
    """Mutations of `seeds`, numbered: the same `base` and number give the same file."""

    def __init__(self, seeds: Mapping[str, bytes], folder: Path, base: int) -> None:
        self.tally = Tally()
        self._seeds, self._folder, self._base = seeds, folder, base
        self._kinds = {kind: [name for name in seeds if name.endswith("." + kind)] for kind in FORMATS}
        self._kinds = {kind: names for kind, names in self._kinds.items() if names}
        self._kept = Counter[str]()
        folder.mkdir(parents=True, exist_ok=True)

    def go(self, seconds: float = float("inf"), files: int = sys.maxsize, report: float = float("inf")) -> Tally:
        """Until so many seconds or files are through; prints where it stands every `report` seconds."""
        child, started = Child(), time.monotonic()
        told = started
        try:
            for number in range(files):
                if time.monotonic() - started > seconds:
                    break
                self._one(child, number)
                if number % _BATCH == _BATCH - 1:
                    child.close()
                if time.monotonic() - told > report:
                    told = time.monotonic()
                    print(f"after {told - started:.0f} s\n{self.tally}", flush=True)
        finally:
            child.close()
        return self.tally

    def _one(self, child: Child, number: int) -> None:
        chance = Random(f"{self._base}/{number}")
        kind = list(self._kinds)[number % len(self._kinds)]
        name = chance.choice(self._kinds[kind])
        others = [self._seeds[other] for other in self._kinds[kind]]
        data = mutate(name, self._seeds[name], others, chance)
        path = self._folder / f"now.{kind}"
        path.unlink(missing_ok=True)  # the child may still have the file before mapped
        path.write_bytes(data)
        started = time.monotonic()
        self.tally.executions[kind] += 1
        self._look(child, kind, path, f"{self._base}-{number}-{name}")
        self.tally.seconds[kind] += time.monotonic() - started  # type: ignore[assignment]

    def _look(self, child: Child, kind: str, path: Path, name: str) -> None:
        try:
            said = child.ask("read", path, "now." + kind)
        except ChildDiedError as error:
            self.tally.faults += self._keep(path, name, "fault", [str(error)])
            return
        self.tally.faults += self._keep(path, name, "fault", said["faults"])
        self.tally.rules.update(said.get("rules", ()))
        self.tally.books[kind] += said.get("book", False)
        if not said.get("clean"):
            return
        try:
            missing = child.ask("compare", path, "now." + kind)["missing"]
        except ChildDiedError:
            return  # the other reader's crash or hang, for ours has read the file before
        self.tally.compared[kind] += 1
        self.tally.suspicions += self._keep(path, name, "suspicion", missing)

    def _keep(self, path: Path, name: str, what: str, said: list[str]) -> list[str]:
        if not said:
            return []
        sort = f"{what} {path.suffix} {said[0].strip().splitlines()[-1][:30]}"
        self._kept[sort] += 1
        if self._kept[sort] <= _KEPT:
            (self._folder / f"{what}-{name}").write_bytes(path.read_bytes())
            (self._folder / f"{what}-{name}.said").write_text("\n".join(said), encoding="utf-8")
        return [f"{what}-{name}: {said[0].strip().splitlines()[-1]}"]
