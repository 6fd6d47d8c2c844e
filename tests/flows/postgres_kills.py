"""kill -9 of what loads, and of the server it loads into, at moments of a seeded choice; and what must be so after it.

The same for the suite, with a few kills, and for `make chaos`, with many (`tests.chaos.postgres`).
"""

from __future__ import annotations

import hashlib
import json
import random
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import URL, select

from tests.flows.crashing import Crashing, Told
from tests.flows.home_contents import ANALYST, read_analyst
from tests.postgres import Cluster
from tests.postgres_contents import read_tables
from warehouse import tables
from warehouse.database import reading
from warehouse.home import Home
from warehouse.place import ELSEWHERE

KILLS_A_HOME = 5  # so many fall on the same home before a run is let through


@dataclass
class Kills:
    """A driver of runs into homes on one cluster; `expected` is what a run that nobody disturbed left."""

    driver: Crashing
    cluster: Cluster
    folder: Path
    chance: random.Random
    expected: dict[str, object] = field(default_factory=dict)
    times: Sequence[tuple[float, str]] = ()
    homes: int = 0

    def prepare(self) -> None:
        """Run once undisturbed: what is to be expected, and how long each step takes."""
        with self.home() as (folder, url):
            self.times = self._run(folder, url).steps
            self.expected = contents(folder, url)

    @contextmanager
    def home(self) -> Iterator[tuple[Path, URL]]:
        self.homes += 1
        with self.cluster.fresh() as url:
            yield self.folder / str(self.homes), url

    def _run(self, folder: Path, url: URL, after: int | None = None, delay: float = 0.0) -> Told:
        return self.driver.run(folder, after, delay, url.render_as_string(hide_password=False))

    def loader(self, kills: int) -> int:
        """So many kills of the process that loads; how many hit. Raises AssertionError where anything is not as it was.

        The chosen moment is inside a step, as long as that took undisturbed; a run that is over sooner is not hit.
        """
        lasts = [(number, end - begin) for number, ((begin, _), (end, _)) in enumerate(pairwise(self.times), 1)]
        hit = 0
        for some in _parted(kills):
            with self.home() as (folder, url):
                known: list[str] = []
                for _ in range(some):
                    after, last = self.chance.choice(lasts)
                    told = self._run(folder, url, after, max(0.0005, self.chance.random() * last))
                    hit += told.signal == signal.SIGKILL
                    known = check(folder, url, known, told)
                self._finish(folder, url)
        return hit

    def server(self, kills: int) -> int:
        """So many kills of the server's first process; how many of them a run noticed."""
        noticed = 0
        for some in _parted(kills):
            with self.home() as (folder, url):
                known: list[str] = []
                for _ in range(some):
                    told = self._run_and_kill(folder, url, self.chance.random() * self.times[-1][0])
                    noticed += bool(told.error)
                    assert not told.error or "StorageError" in told.error, told.error
                    known = check(folder, url, known, told)
                self._finish(folder, url)
        return noticed

    def _run_and_kill(self, folder: Path, url: URL, delay: float) -> Told:
        over, told = threading.Event(), []

        def run() -> None:
            told.append(self._run(folder, url))
            over.set()

        running = threading.Thread(target=run)
        running.start()
        over.wait(delay)
        self.cluster.kill()
        self.cluster.start()
        running.join(120)
        return told[0]

    def _finish(self, folder: Path, url: URL) -> None:
        told = self._run(folder, url)
        assert (told.signal, told.error) == (None, ""), told
        now = contents(folder, url)
        assert [n for n in now.keys() | self.expected.keys() if now.get(n) != self.expected.get(n)] == []


def _parted(kills: int) -> list[int]:
    whole, left = divmod(kills, KILLS_A_HOME)
    return [KILLS_A_HOME] * whole + [left] * bool(left)


def contents(folder: Path, url: URL) -> dict[str, object]:
    """All that a home holds, but for the wall clock."""
    with Home.look(folder, database_url=url) as home:
        found: dict[str, object] = dict(read_tables(home))
    found |= {f"{ANALYST}:{name}": rows for name, rows in read_analyst(folder).items()}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in (ANALYST, ELSEWHERE):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def check(folder: Path, url: URL, known: Sequence[str], told: Told) -> list[str]:
    """After a kill: no half-loaded submission, no lost ledger entry, chain intact. The hashes of the ledger now.

    known: those of before. Of a run that died before there was a warehouse there is nothing to say.
    """
    if not told.steps and not known:
        return []
    with Home.look(folder, database_url=url) as home:
        assert home.verify_chain() == []
        assert half_loaded(home) == []
        with reading(home.engine) as connection:
            hashes = list(connection.execute(select(tables.ledger.c.hash).order_by(tables.ledger.c.sequence)).scalars())
        assert hashes[: len(known)] == list(known)
        # What the run was told to be done is done, whoever died right after.
        done = {step.removeprefix("settle ") for _, step in told.steps if step.startswith("settle ")}
        assert done <= {s.file for s in home.submissions() if s.outcome is not None}
    return hashes


def half_loaded(home: Home) -> list[str]:
    """Submissions of which the database has not all that the ledger says it was given, or more than that."""
    ledger, judgments, findings = tables.ledger.c, tables.judgments.c, tables.findings.c
    with reading(home.engine) as connection:
        entries = connection.execute(select(tables.ledger).where(ledger.event.in_(("judged", "judged again")))).all()
        kept = {(j.submission, j.pass_number): j.entry for j in connection.execute(select(tables.judgments))}
        found: dict[tuple[str, int], int] = {}
        for row in connection.execute(select(findings.submission, findings.pass_number)).tuples():
            found[row] = found.get(row, 0) + 1
        figures = set(connection.execute(select(tables.figures.c["submission"])).scalars())
        registers = connection.execute(select(judgments.submission, judgments.register)).tuples().all()
    said = {(e.subject, json.loads(e.content)["pass"]): e for e in entries}
    wrong = [f"{name}: pass in the ledger only, or in judgments only" for name in map(str, said.keys() ^ kept.keys())]
    for (submission, number), entry in said.items():
        told: dict[str, Any] = json.loads(entry.content)
        if found.get((submission, number), 0) != told["findings"] or kept.get((submission, number)) != entry.sequence:
            wrong.append(f"{submission}: findings or entry of pass {number}")
    judged = {s.id: s for s in home.submissions() if s.outcome is not None}
    wrong += [f"{name}: verdict without a judgment" for name in judged.keys() ^ {s for s, _ in said}]
    wrong += [f"{name}: figures without a verdict" for name in figures - {None} - judged.keys()]
    wrong += [
        f"{name}: no register {register}"
        for name, register in registers
        if register is not None and not home.registers.path(judged[name].kind, register).is_file()
    ]
    return wrong
