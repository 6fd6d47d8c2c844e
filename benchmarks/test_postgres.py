"""A million figures into PostgreSQL, against a bare COPY of the same rows, as it gave them out, into the same table.

Both pay for the table's keys and indexes. Medians of the same run; the ratio is the figure to quote.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.postgres import find_program, running
from warehouse.bulk import insert_many
from warehouse.database import writing
from warehouse.home import Home
from warehouse.tables import figures

FIGURES = 1_000_000
RUNS = 3
PIECE = 1 << 20


def rows() -> list[dict[str, Any]]:
    same = {
        "version": 1, "kind": "network_build", "submission": None, "indicator": "g5_opened", "unit": "个",
        "name": "累计开通5G基站", "comparator": "=", "low_closed": True, "period": "2020-11",
        "period_start": "2020-11-01", "period_end": "2020-11-30", "year": 2020, "as_of": "2020-11-30",
        "method": "filed", "recorded_from": "2020-12-04T09:00:00+08:00", "recorded_to": None,
    }  # fmt: skip
    return [
        same
        | {
            "key": key,
            "figure_id": f"g5_opened@F{key % 997:03}.{key}",
            "filer": f"F{key % 997:03}",
            "value": str(key),
            "low": str(key),
            "high": str(key) if key % 3 else None,
            "high_closed": key % 3 == 0,
            "as_written": f"{key}个",
        }
        for key in range(1, FIGURES + 1)
    ]


@pytest.mark.skipif(find_program("initdb") is None, reason="no PostgreSQL is installed")
def test_a_million_figures() -> None:
    given = rows()
    with (
        running() as cluster,
        cluster.fresh() as url,
        tempfile.TemporaryDirectory() as folder,
        Home.open(Path(folder) / "home", bureau="JX", title="江西", database_url=url) as home,
    ):

        def ours() -> None:
            with writing(home.engine) as connection:
                insert_many(connection, figures, given)

        ours()
        with home.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            with raw.cursor() as cursor, cursor.copy("COPY figures TO STDOUT") as out:
                data = b"".join(map(bytes, out))

        def bare() -> None:
            with writing(home.engine) as connection:
                raw = connection.connection.driver_connection
                assert raw is not None
                with raw.cursor() as cursor, cursor.copy("COPY figures FROM STDIN") as into:
                    for start in range(0, len(data), PIECE):
                        into.write(data[start : start + PIECE])

        taken: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(RUNS):
            for name, load in (("ours", ours), ("bare", bare)):
                _empty(home)
                taken[name].append(_seconds(load))
        _empty(home)
    mine, theirs = (statistics.median(taken[name]) for name in ("ours", "bare"))
    said = f"{FIGURES:,} figures: {FIGURES / mine:,.0f} a second, bare COPY {FIGURES / theirs:,.0f}"
    print(f"\n{said}; ratio {theirs / mine:.2f}")
    assert theirs / mine >= 0.7


def _empty(home: Home) -> None:
    with home.engine.begin() as connection:
        connection.execute(text("TRUNCATE figures CASCADE"))


def _seconds(load: Callable[[], None]) -> float:
    began = time.monotonic()
    load()
    return time.monotonic() - began
