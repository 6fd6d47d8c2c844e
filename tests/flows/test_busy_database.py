"""Somebody else writes into the warehouse for longer than a writer waits: the task tries again, and nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.flows import small_pack
from tests.flows.home_contents import read_tables
from warehouse.home import Home


def test_receiving_is_tried_again_when_the_database_was_busy(root: Path, tmp_path: Path) -> None:
    pack, folder = small_pack.write_pack(tmp_path / "pack"), tmp_path / "home"
    Home.open(folder, bureau="XJ", title="小局").close()
    command = [sys.executable, "-m", "flows.cli", "run", str(pack), "--home", str(folder)]
    environment = os.environ | {
        "PYTHONPATH": str(root),
        "PYTHONUNBUFFERED": "1",
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO",
        "COLUMNS": "400",
    }
    with closing(sqlite3.connect(folder / "warehouse.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        process = subprocess.Popen(
            command, cwd=root, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            assert process.stdout is not None
            told = []
            for line in process.stdout:
                told.append(line)
                if "Retry 1/3" in line and other.in_transaction:
                    other.execute("ROLLBACK")
            assert process.wait(60) == 0, "".join(told)
        finally:
            process.kill()
            process.wait()
    tried = [line for line in told if "Retry 1/3" in line]
    assert len(tried) == 1, "".join(told)
    assert "receive" in tried[0]
    assert "StorageError" in tried[0]
    assert len(read_tables(folder)["submissions"]) == len(small_pack.FILES) + 3
