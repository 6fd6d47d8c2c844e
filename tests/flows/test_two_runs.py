"""Two runs into one home at the same moment: a scheduled one, and somebody at the command line."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.flows import small_pack
from tests.flows.crashing import Crashing, started
from tests.flows.home_contents import differences, read_contents

PAIRS = 6


@pytest.fixture(scope="module")
def drivers(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crashing, Crashing]]:
    pack = small_pack.write_pack(tmp_path_factory.mktemp("two") / "pack", upsetting=True)
    with ExitStack() as stack:
        one, other = (stack.enter_context(started(root, pack)) for _ in range(2))
        yield one, other


def test_both_end_well_and_the_home_is_as_after_one(drivers: tuple[Crashing, Crashing], tmp_path: Path) -> None:
    # Alone first: that also waits for the imports of both, so that they then start together.
    assert [driver.run(tmp_path / f"alone-{n}").error for n, driver in enumerate(drivers)] == ["", ""]
    expected = read_contents(tmp_path / "alone-0")
    shared = 0
    for number in range(PAIRS):
        home = tmp_path / str(number)
        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(lambda driver, home=home: driver.run(home), drivers))
        assert [t.error for t in told] == ["", ""], f"pair {number}"
        assert differences(read_contents(home), expected) == [], f"pair {number}"
        shared += all(t.new for t in told)
    # They did meet: in most pairs neither found all of the work done.
    assert shared >= PAIRS // 2
