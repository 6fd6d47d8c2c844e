"""The marts in SQLite and the analyst's copy of them in DuckDB."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import make_url

from contracts.errors import StorageError
from contracts.field import Field, Type
from contracts.kind import Kind, define_kind
from tests.warehouse import made_timetable, toy
from tests.warehouse.toy import Filed, corrupt, moment, submit
from warehouse.analyst import rebuild
from warehouse.home import Home
from warehouse.marts import Mart, discover_marts, view_sql
from warehouse.typed import is_day, is_moment

MARTS = {mart.name: mart for mart in discover_marts()}
# Made of a bureau's lists and registers, which the toy does not file (test_marts_of_lists).
OF_LISTS = {"areas", "complaint_timeliness", "explanations", "indicators", "obligations", "organisations", "targets"}
OF_LISTS |= {"target_attainment", "waivers", "work_nodes"}
CT = Filed("CT", ["3", "4"], moment(2))


@pytest.fixture
def filled(home: Home) -> Home:
    submit(home, CT)
    submit(home, Filed("CM", ["500"], moment(8)))
    submit(home, replace(CT, built=["3", "5"], at=moment(4)))
    submit(home, replace(CT, built=["many"], at=moment(5)))
    home.keep_deadlines(made_timetable.YEAR, made_timetable.make(), made_timetable.ON, "cn")
    return home


def view(home: Home, name: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(home.folder / "warehouse.db")) as connection:
        found = connection.execute(f"SELECT * FROM mart_{name}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_the_marts_there_are() -> None:
    assert list(MARTS) == [
        "annual_performance",
        "areas",
        "complaint_timeliness",
        "contract_health",
        "deadline_record",
        "explanations",
        "figure_history",
        "figures",
        "finding_log",
        "indicator_series",
        "indicators",
        "judgment_log",
        "obligations",
        "organisations",
        "periods",
        "rule_record",
        "submission_log",
        "submission_quality",
        "target_attainment",
        "targets",
        "units",
        "waivers",
        "work_nodes",
    ]


@pytest.mark.parametrize("mart", MARTS.values(), ids=MARTS)
def test_every_column_of_a_mart_is_explained(mart: Mart) -> None:
    assert [c.name for c in mart.select.selected_columns] == list(mart.columns)
    assert all(zh and en for zh, en in mart.columns.values())
    assert mart.row_zh.startswith("一行为")
    assert mart.row_en.startswith("One row")
    assert set(mart.numbers) <= set(mart.columns)


@pytest.mark.parametrize("mart", MARTS.values(), ids=MARTS)
def test_a_mart_can_be_written_for_postgresql(mart: Mart) -> None:
    sql = view_sql(mart, make_url("postgresql+psycopg://").get_dialect()())
    assert sql.startswith(f"CREATE VIEW mart.{mart.name} WITH (security_invoker = true) AS ")
    assert "%(" not in sql


def test_current_figures_name_all_their_cells(filled: Home) -> None:
    rows = {row["figure_id"]: row for row in view(filled, "figures")}
    assert list(rows) == sorted(f.figure_id for f in filled.figures())
    total = rows["toy_stations.total@JX.2020-11"]
    assert (total["value"], total["submission"], total["source_count"]) == ("508", None, 2)
    assert total["source_cell"] == "B2:B2|B2:B3"
    assert total["source_submission"] == "JX-2020-0002|JX-2020-0003"
    assert rows["toy_stations.thousands@JX.2020-11"]["source_sha256"] == total["source_sha256"]


def test_the_other_marts(filled: Home) -> None:
    log = view(filled, "submission_log")
    assert [(r["submission"][-1], r["outcome"], r["late"], r["finding_count"], r["superseded_by"]) for r in log] == [
        ("1", "accepted", 0, 0, "JX-2020-0003"),
        ("2", "accepted", 1, 1, None),
        ("3", "accepted", 0, 0, None),
        ("4", "returned", 0, 1, None),  # after the limit, but a correction of what had been accepted in time
    ]
    findings = view(filled, "finding_log")
    assert [(r["rule"], r["severity"], r["places"], r["filed"]) for r in findings] == [
        ("TOY-01", "核实", "一!B2；一!A2", "500"),
        ("TOY-built-type", "强制", "一!B2", "many"),
    ]
    assert [(r["pass_number"], r["state"], r["explained_by"]) for r in findings] == [(1, "open", None)] * 2
    judged = view(filled, "judgment_log")
    assert [(r["submission"][-1], r["pass_number"], r["current"], r["outcome"]) for r in judged] == [
        ("1", 1, 1, "accepted"), ("2", 1, 1, "accepted"), ("3", 1, 1, "accepted"), ("4", 1, 1, "returned"),
    ]  # fmt: skip
    rules = {
        r["rule"]: (r["submission_count"], r["passed_count"], r["failed_count"], r["not_evaluable_count"])
        for r in view(filled, "rule_record")
    }
    assert rules["TOY-01"] == (4, 4, 1, 1)
    history = [r for r in view(filled, "figure_history") if r["figure_id"] == "toy_stations.built@CT.2020-11"]
    assert [(r["version"], r["value"], r["recorded_to"]) for r in history] == [
        (1, "7", "2020-12-04T09:00:00+08:00"),
        (2, "8", None),
    ]


def test_a_view_that_was_changed_is_made_again(filled: Home) -> None:
    told = view(filled, "figures")
    corrupt(
        filled, "DROP VIEW mart_figures", "CREATE VIEW mart_figures AS SELECT 1", "CREATE VIEW mart_old AS SELECT 1"
    )
    toy.open_home(filled.folder).close()
    assert view(filled, "figures") == told
    with pytest.raises(sqlite3.OperationalError, match="mart_old"):
        view(filled, "old")


def test_views_that_stand_are_left_alone(filled: Home) -> None:
    with closing(sqlite3.connect(filled.folder / "warehouse.db")) as connection:
        before = connection.execute("PRAGMA schema_version").fetchall()
        toy.open_home(filled.folder).close()
        assert connection.execute("PRAGMA schema_version").fetchall() == before


# The analyst's copy


@pytest.fixture
def copy(filled: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(rebuild(filled.folder)), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("mart", MARTS.values(), ids=MARTS)
def test_the_copy_holds_what_the_mart_holds(filled: Home, copy: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    found = copy.execute(f"SELECT * FROM mart.{mart.name}")
    names = [column[0] for column in found.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    expected = view(filled, mart.name)
    for row in expected:
        row.update({n: None if row[n] is None else Decimal(row[n]) for n in mart.numbers})
        row.update({n: datetime.fromisoformat(v[:-6]) for n, v in row.items() if is_moment(n) and v is not None})
        row.update({n: date.fromisoformat(v) for n, v in row.items() if is_day(n) and v is not None})
    assert rows == expected
    assert rows or mart.name in OF_LISTS


@pytest.mark.parametrize("mart", MARTS.values(), ids=MARTS)
def test_the_copy_explains_every_column(copy: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    query = "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'mart' AND table_name = ?"
    said = dict(copy.execute(query, [mart.name]).fetchall())
    assert said == {name: f"{zh} / {en}" for name, (zh, en) in mart.columns.items()}


def test_the_copy_holds_the_standing_rows(copy: duckdb.DuckDBPyConnection) -> None:
    found = copy.execute("SELECT _filer, built, built__at, _period FROM register.toy_stations ORDER BY 1, 2").fetchall()
    assert found == [("CM", 500, "B2", "2020-11"), ("CT", 3, "B2", "2020-11"), ("CT", 5, "B3", "2020-11")]
    (said,) = copy.execute(
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'toy_stations' AND column_name = 'built'"
    ).fetchall()
    assert said == ("已建 / built",)


def test_figures_of_the_copy_can_be_added_up(copy: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT sum(value) FROM mart.figures WHERE indicator = 'toy_stations.built'"
    assert copy.execute(query).fetchall() == [(Decimal(508),)]


def test_the_copy_is_made_again_while_somebody_reads_the_old_one(filled: Home, copy: duckdb.DuckDBPyConnection) -> None:
    submit(filled, Filed("CU", ["7"], moment(9)))
    path = rebuild(filled.folder)
    assert copy.execute("SELECT count(*) FROM register.toy_stations").fetchall() == [(3,)]
    assert path == filled.folder / "analyst.duckdb"
    assert [p.name for p in filled.folder.iterdir() if "analyst" in p.name] == ["analyst.duckdb"]


def test_the_copy_of_an_empty_home(home: Home) -> None:
    with duckdb.connect(str(rebuild(home.folder)), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM mart.figures").fetchall() == [(0,)]


def test_no_copy_without_a_home(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        rebuild(tmp_path)


def personal_kind() -> Kind:
    return define_kind(
        code="toy_people",
        prefix="PPL",
        title_zh="人员",
        title_en="people",
        purpose_zh="测试",
        filers=("carrier",),
        cadence="monthly",
        fields=[
            Field("area", "联系人", "contact", personal=True),
            Field("built", "号码", "number", Type.COUNT, personal=True),
        ],
    )


def test_personal_fields_stay_out_of_the_copy(home: Home) -> None:
    submit(home, Filed("CT", ["13800000000"], moment(2), kind=personal_kind()))
    with duckdb.connect(str(rebuild(home.folder)), read_only=True) as connection:
        found = connection.execute("SELECT * FROM register.toy_people")
        names = [column[0] for column in found.description or ()]
    assert names == ["_row", "_submission", "_filer", "_file", "_sheet", "_sha256", "_period"]
