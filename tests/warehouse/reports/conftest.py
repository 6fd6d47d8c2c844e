"""A small bureau's inbox, for every test of the reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse.reports.bureau import Inbox, open_home


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with open_home(tmp_path / "home") as home:
        yield Inbox(home)
