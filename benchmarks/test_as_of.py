"""What it costs to ask the marts as of a day where there are five million figure versions, in DuckDB and on PostgreSQL.

The seconds are this machine's today; the bound is two of them for every question. Each is asked three times, and the
quickest counts: what else the machine does is not the database's doing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import text

from benchmarks.many_figures import fill
from tests.postgres import running
from tests.warehouse.toy import Filed, moment, submit
from warehouse.analyst import rebuild
from warehouse.database import writing
from warehouse.home import Home

BOUND = 2.0
ONE = "indicator = 'made/7' AND filer = 'F3'"
QUESTIONS = {
    "count": "SELECT count(*) FROM mart.figures_as_of('2023-12-31')",
    "by year": "SELECT year, count(*), sum(value) FROM mart.figures_as_of('2023-12-31') GROUP BY year ORDER BY year",
    "one, with its cells": f"SELECT period, value, source_cell FROM mart.figures_as_of('2023-12-31') WHERE {ONE}",
    "history": f"SELECT * FROM mart.figure_history_as_of('2023-12-31') WHERE {ONE}",
    "series": f"SELECT period, value, year_pct FROM mart.indicator_series_as_of('2023-12-31') WHERE {ONE}",
    "a year's figure": "SELECT filer, value, share_pct FROM mart.annual_performance_as_of('2023-12-31') "
    "WHERE year = 2015 AND indicator = 'made/7'",
    "a year": "SELECT count(*), sum(value) FROM mart.annual_performance_as_of('2023-12-31') WHERE year = 2015",
    "targets": "SELECT * FROM mart.target_attainment_as_of('2023-12-31')",
}


def test_duckdb(tmp_path: Path) -> None:
    with Home.open(tmp_path, bureau="JX", title="江西省通信管理局") as home:
        _grow(home)
    began = time.perf_counter()
    path = rebuild(tmp_path)
    print(f"\nthe copy: {time.perf_counter() - began:.0f} s, {path.stat().st_size / 2**20:.0f} MiB")
    with duckdb.connect(str(path), read_only=True) as connection:
        _ask("DuckDB", lambda query: connection.execute(query).fetchall())


def test_postgresql(tmp_path: Path) -> None:
    with (
        running() as cluster,
        cluster.fresh() as url,
        Home.open(tmp_path, bureau="JX", title="江西省通信管理局", database_url=url) as home,
    ):
        _grow(home)
        with home.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
            _ask("PostgreSQL", lambda query: connection.exec_driver_sql(query).fetchall())


def _grow(home: Home) -> None:
    submit(home, Filed("CT", ["3", "4"], moment(2)))
    with writing(home.engine) as connection:
        fill(connection)


def _ask(where: str, ask: Callable[[str], Any]) -> None:
    slow: dict[str, float] = {}
    for name, query in QUESTIONS.items():
        seconds = min(_seconds(ask, query) for _ in range(3))
        print(f"{where:>10}  {name:<20} {seconds:6.2f} s")
        slow |= {name: seconds} if seconds > BOUND else {}
    assert slow == {}


def _seconds(ask: Callable[[str], Any], query: str) -> float:
    began = time.perf_counter()
    rows = ask(query)
    assert rows or "target" in query
    return time.perf_counter() - began
