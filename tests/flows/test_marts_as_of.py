"""What was known on a day is one thing: on a home as of that day, by DuckDB's macros and by PostgreSQL's functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import starmap
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import Engine, insert, select, text

from contracts.exact import decimal_text
from flows.moments import moment_of
from tests.flows.conftest import Finished
from tests.postgres import Cluster
from warehouse.analyst import FILE
from warehouse.canonical import moment_text
from warehouse.database import altering, reading
from warehouse.home import Home
from warehouse.marts import Mart, discover_marts
from warehouse.past import as_of
from warehouse.tables import metadata

# Before anything, after the lists, between filings, amid a day, at the second of an arrival, after everything.
DAYS = ("2019-12-31", "2020-12-10T09:30", "2020-12-30T18:30:00", "2021-06-30")
MARTS = discover_marts()


@pytest.fixture(scope="module")
def copy(jiangxi: Finished) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(jiangxi.home / FILE), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def server(jiangxi: Finished, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The same rows on a PostgreSQL."""
    folder = tmp_path_factory.mktemp("server")
    with (
        cluster.fresh() as url,
        Home.look(jiangxi.home) as home,
        Home.open(folder, bureau=home.bureau, title=home.title, database_url=url) as other,
    ):
        with reading(home.engine) as source, altering(other.engine) as target:
            target.execute(text("SET LOCAL session_replication_role = replica"))
            for table in metadata.sorted_tables:
                target.execute(table.delete())
                if rows := [dict(row) for row in source.execute(select(table)).mappings()]:
                    target.execute(insert(table), rows)
        yield other.engine


@pytest.fixture(scope="module", params=DAYS)
def day(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def then(jiangxi: Finished, day: str) -> dict[str, list[str]]:
    """Every mart on a home as it was."""
    with Home.look(jiangxi.home) as home, as_of(home, moment_of(day, "--as-of")) as past, reading(past.engine) as rows:
        return {mart.name: written(mart, rows.execute(mart.select).tuples().all()) for mart in MARTS}


def written(mart: Mart, rows: Iterable[Sequence[object]]) -> list[str]:
    """Rows as the text that their values were cast from; of numbers without idle zeros, which ten places bring."""
    return sorted(" | ".join(starmap(partial(one_written, mart), zip(mart.columns, row, strict=True))) for row in rows)


def one_written(mart: Mart, name: str, value: object) -> str:
    if name in mart.numbers and value is not None:
        return decimal_text(Decimal(str(value)))
    match value:
        case bool():
            return str(int(value))
        case datetime():
            return value.isoformat() + "+08:00"
        case date():
            return value.isoformat()
    return repr(value) if value is None else str(value)


def test_the_macros_say_what_the_home_of_that_day_says(
    copy: duckdb.DuckDBPyConnection, then: dict[str, list[str]], day: str
) -> None:
    for mart in MARTS:
        assert written(mart, copy.execute(f"FROM mart.{mart.name}_as_of('{day}')").fetchall()) == then[mart.name]


def test_the_functions_say_what_the_home_of_that_day_says(server: Engine, then: dict[str, list[str]], day: str) -> None:
    # A day as it is; a moment in the canonical text that `--as-of` makes of it.
    asked = day if len(day) == 10 else moment_text(moment_of(day, "--as-of"))
    with server.connect() as connection:
        for mart in MARTS:
            rows = connection.execute(text(f"SELECT * FROM mart.{mart.name}_as_of(:day)"), {"day": asked})
            assert written(mart, rows.tuples().all()) == then[mart.name]


def test_the_days_differ(copy: duckdb.DuckDBPyConnection) -> None:
    counts = [len(copy.execute(f"FROM mart.figures_as_of('{day}')").fetchall()) for day in DAYS]
    assert len(set(counts)) == len(DAYS), counts
    assert counts == sorted(counts)


def test_as_of_a_day_to_come_is_now(copy: duckdb.DuckDBPyConnection) -> None:
    for name in (mart.name for mart in MARTS):
        if name != "deadline_record":
            now = copy.execute(f"FROM mart.{name}").fetchall()
            assert now == copy.execute(f"FROM mart.{name}_as_of('2999-12-31')").fetchall(), name


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("'2020-12-31'", "2020-12-31T23:59:59+08:00"),
        ("DATE '2020-12-31'", "2020-12-31T23:59:59+08:00"),
        ("'2020-12-31T12:00'", "2020-12-31T12:00:00+08:00"),
        ("'2020-12-31 12:00:07'", "2020-12-31T12:00:07+08:00"),
        ("TIMESTAMP '2020-12-31 12:00:07'", "2020-12-31T12:00:07+08:00"),
        ("'2020-12-31T12:00:07.5+08:00'", "2020-12-31T12:00:07.500000+08:00"),
    ],
)
def test_a_day_means_its_end_and_a_moment_itself(copy: duckdb.DuckDBPyConnection, asked: str, meant: str) -> None:
    assert copy.execute(f"SELECT mart.moment({asked})").fetchall() == [(meant,)]
    assert moment_text(datetime.fromisoformat(meant)) == meant


@pytest.mark.parametrize(
    "asked", ["''", "'soon'", "'2020-13-01'", "'2020-12-31T25:00'", "'2020-12-31T12:00:00Z'", "NULL"]
)
def test_what_is_no_day_is_refused(copy: duckdb.DuckDBPyConnection, asked: str) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="应为日期或北京时间 / neither a day nor a moment"):
        copy.execute(f"SELECT count(*) FROM mart.figures_as_of({asked})").fetchall()


def test_everything_in_the_copy_is_explained_in_both_languages(
    copy: duckdb.DuckDBPyConnection, jiangxi: Finished
) -> None:
    tables = (
        "SELECT schema_name, table_name, comment FROM duckdb_tables() UNION ALL SELECT schema_name, view_name, comment"
    )
    tables += " FROM duckdb_views() WHERE NOT internal"
    columns = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
    macros = "SELECT schema_name, function_name, comment FROM duckdb_functions() WHERE schema_name = 'mart'"
    for listed in (tables, columns, macros):
        found = copy.execute(listed).fetchall()
        assert found
        assert [row for row in found if " / " not in (row[2] or "")] == []
    assert Path(jiangxi.home / FILE).is_file()
