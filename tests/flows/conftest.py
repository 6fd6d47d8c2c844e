"""One finished run of each example, shared by every test that only looks at it. Nobody may change it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.batch import BatchResult, load_pack, run_plain
from flows.pack import Pack
from flows.settings import Settings

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Finished:
    pack: Pack
    result: BatchResult

    @property
    def home(self) -> Path:
        return self.result.home

    @property
    def annual(self) -> Path:
        return self.home / "published" / "annual" / str(self.result.year)


@pytest.fixture(scope="session")
def jiangxi(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """examples/jiangxi-2020, run through the plain functions into a home of its own."""
    pack = load_pack(EXAMPLES / "jiangxi-2020", Settings())
    return Finished(pack, run_plain(pack, tmp_path_factory.mktemp("jiangxi"), Settings()))


@pytest.fixture(scope="session")
def bulletins(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """examples/published-bulletins, likewise."""
    pack = load_pack(EXAMPLES / "published-bulletins", Settings())
    return Finished(pack, run_plain(pack, tmp_path_factory.mktemp("bulletins"), Settings()))


@pytest.fixture(scope="session")
def hunan(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """examples/hunan-2019, likewise."""
    pack = load_pack(EXAMPLES / "hunan-2019", Settings())
    return Finished(pack, run_plain(pack, tmp_path_factory.mktemp("hunan"), Settings()))
