"""kill -9 after every step of a run and at random moments inside steps; run again; nothing tells the difference.

Several kills fall on the same home before a run is let through: each must leave what the next run can go on from.
"""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.flows import small_pack
from tests.flows.crashing import Crashing, Told, started
from tests.flows.home_contents import Contents, differences, read_contents
from warehouse.home import Home

FILED = (*small_pack.FILES, *(file for file, _, _, _ in small_pack.UPSETTING))
FILES = ("filers.csv", "obligations.csv", *FILED, "arrivals.csv")
SETTLED = [(file, small_pack.AGAIN.get(file, ())) for file in FILES]
STEPS = (
    "open",
    "keep the pack",
    *(f"receive {file}" for file in FILES),
    *(step for file, again in SETTLED for step in (f"settle {file}", *(f"again {a}" for a in again))),
    "deadlines",
    "check",
    "before publish",
    "before analyst",
    "publish",
    "note the run",
)
STRIDE = 9
KILLS = [list(range(first, len(STEPS) + 1, STRIDE)) for first in range(1, STRIDE + 1)]


@pytest.fixture(scope="module")
def driver(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashing]:
    pack = small_pack.write_pack(tmp_path_factory.mktemp("crash") / "pack", upsetting=True)
    with started(root, pack) as crashing:
        yield crashing


@pytest.fixture(scope="module")
def undisturbed(driver: Crashing, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    assert driver.run(home).new == len(FILED)
    return home


@pytest.fixture(scope="module")
def expected(undisturbed: Path) -> Contents:
    return read_contents(undisturbed)


def finish(driver: Crashing, home: Path) -> Told:
    told = driver.run(home)
    assert told.signal is None, told
    assert told.error == ""
    return told


def chain(home: Path) -> list[str]:
    with Home.look(home) as opened:
        return opened.verify_chain()


def test_the_small_pack_has_what_makes_a_crash_interesting(undisturbed: Path) -> None:
    with Home.look(undisturbed) as home:
        stored = {s.file: s for s in home.submissions()}
        late = [s.file for s in home.submissions() if s.due_at and s.received_at > s.due_at]
        assert {f for f, s in stored.items() if s.outcome and s.outcome.value == "returned"} == {
            small_pack.RETURNED,
            small_pack.WITHDRAWN,
        }
        assert small_pack.LATE in late
        assert {s.version for s in stored.values()} == {1, 2}
        again = [(file, stored[file]) for files in small_pack.AGAIN.values() for file in files]
        assert [(file, s.pass_number) for file, s in again] == [(file, 2) for file, _ in again]
        assert stored[small_pack.STANDS_AGAIN].stands
        figures = {f.figure_id: f for f in home.figures(2020)}
        assert str(figures["sites_handled@GLC.2020-12"].value) == "52103"
    assert list((undisturbed / "registers").rglob("*.parquet"))
    assert list((undisturbed / "published").rglob("*.html"))


def test_every_step_is_among_the_kills() -> None:
    assert sorted(n for kills in KILLS for n in kills) == list(range(1, len(STEPS) + 1))


@pytest.mark.parametrize("kills", KILLS, ids=lambda kills: "-".join(map(str, kills)))
def test_killed_after_a_step(driver: Crashing, tmp_path: Path, expected: Contents, kills: list[int]) -> None:
    home, again = tmp_path / "home", 0
    for after in kills:
        if after > len(STEPS) - again:
            continue  # what was judged again before a kill is not judged again after it
        told = driver.run(home, after)
        assert told.signal == signal.SIGKILL, told
        steps = [step for _, step in told.steps]
        assert len(steps) == after
        taken = [step for step in steps if not step.startswith("again ")]
        assert taken == [step for step in STEPS if not step.startswith("again ")][: len(taken)]
        again += len(steps) - len(taken)
        assert chain(home) == []
    finish(driver, home)
    assert differences(read_contents(home), expected) == []
    assert chain(home) == []


def test_killed_inside_steps(driver: Crashing, tmp_path: Path, expected: Contents) -> None:
    """Twenty moments of a seeded choice, spread over the steps as long as each took when nothing happened."""
    chance = random.Random(20201231)
    times = finish(driver, tmp_path / "timing").steps
    lasts = {step: end - begin for (begin, _), (end, step) in pairwise(times)}
    moments = sorted(chance.sample(range(1, len(STEPS)), 20))
    killed = 0
    for number in range(4):
        home = tmp_path / str(number)
        for after in moments[number::4]:
            delay = max(0.0005, chance.random() * lasts[STEPS[after]])
            killed += driver.run(home, after, delay).signal == signal.SIGKILL
            assert chain(home) == [], f"killed {delay:.4f} s after step {after}"
        finish(driver, home)
        assert differences(read_contents(home), expected) == [], f"home {number}, kills after {moments[number::4]}"
    # A step may be over sooner than the last time; most moments must have hit.
    assert killed >= 15


def test_running_again_changes_nothing_and_says_so(driver: Crashing, tmp_path: Path, expected: Contents) -> None:
    home = tmp_path / "home"
    assert finish(driver, home).new == len(FILED)
    for _ in range(2):
        assert finish(driver, home).new == 0
        assert differences(read_contents(home), expected) == []


def test_a_difference_would_be_seen(undisturbed: Path, tmp_path: Path, driver: Crashing) -> None:
    told = driver.run(tmp_path / "home", STEPS.index("before publish"))
    assert told.signal == signal.SIGKILL
    other = differences(read_contents(tmp_path / "home"), read_contents(undisturbed))
    assert "warehouse.db:ledger" in other
    assert any(name.startswith("published/") for name in other)
