"""The marts for people over two years of real forms, alike on SQLite, PostgreSQL, DuckDB; sums sum, ratios do not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import URL, literal, select

from contracts.quality import Family
from tests.postgres_contents import differences, read_marts
from tests.warehouse.filing_by_kind import FILERS, file, fill, open_at
from tests.warehouse.toy import moment
from warehouse.database import reading
from warehouse.dimension_tables import metadata, rule_versions
from warehouse.home import Home
from warehouse.mart_schema import written
from warehouse.marts import Mart, discover_marts
from warehouse.states import known_at

MARTS = {mart.name: mart for mart in discover_marts()}
RATE = "carrier_complaints_handled_rate"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with open_at(folder) as home:
        fill(home)
    return folder


@pytest.fixture
def filled(folder: Path) -> Iterator[Home]:
    with open_at(folder) as home:
        yield home


def read(home: Home, mart: str, at: str | None = None) -> list[dict[str, Any]]:
    """A mart now, or as it was known at a moment."""
    made = MARTS[mart]
    with reading(home.engine) as connection:
        query = made.select if at is None else made.make(known_at(literal(at)))
        return [dict(row) for row in connection.execute(query).mappings()]


def one(rows: list[dict[str, Any]], **wanted: object) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return found


def test_a_ratio_of_all_is_made_from_their_sums(filled: Home) -> None:
    rows = [r for r in read(filled, "annual_performance") if r["year"] == 2020 and r["indicator"] == RATE]
    rates = {r["filer"]: Decimal(r["value"]) for r in rows}
    assert rates == {"CT": 50, "CM": 90, "CU": 100, "JX": 90}
    assert sum(rates[f] for f in ("CT", "CM", "CU")) / 3 == 80  # what the mean of the rates would say
    handled = [r for r in read(filled, "annual_performance") if r["indicator"] == "carrier_complaints_handled"]
    parts = [Decimal(r["value"]) for r in handled if r["year"] == 2020 and r["filer"] != "JX"]
    assert Decimal(one(handled, year=2020, filer="JX")["value"]) == sum(parts) == 99


def test_a_mean_of_all_is_made_from_their_sums(filled: Home) -> None:
    rows = [r for r in read(filled, "complaint_timeliness") if r["carrier"] == "江西电信"]
    means = {r["category"]: r["close_days_mean"] for r in rows}
    assert means == {"收费争议": "5.50", "网络质量": "90.00", "*": "33.67"}  # the mean of the means is 47.75
    whole, *classes = rows
    for name in ("case_count", "closed_count", "close_days", "late_count"):
        assert whole[name] == sum(r[name] for r in classes)


def test_of_an_open_or_refused_complaint_no_days_are_counted(filled: Home) -> None:
    row = one(read(filled, "complaint_timeliness"), carrier="江西移动", category="*")
    told = [row[n] for n in ("case_count", "refused_count", "open_count", "close_case_count", "close_days_mean")]
    assert told == [2, 1, 1, 0, None]
    assert row["settled_pct"] == "50.00"


def test_the_figure_that_speaks_for_a_year_says_where_it_is_from(filled: Home) -> None:
    row = one(read(filled, "annual_performance"), indicator="carrier_complaints_received", filer="CU", year=2020)
    told = [row[n] for n in ("filer_name", "value", "version", "file", "cell", "part_count", "share_pct")]
    assert told == ["江西联通", "8", 2, "submissions/complaint_counts/CU_2020.csv", "B2", 0, "7.2727272727"]
    total = one(read(filled, "annual_performance"), indicator="carrier_complaints_received", filer="JX", year=2020)
    assert [total[n] for n in ("value", "part_count", "submission", "cell", "covers_year")] == ["110", 3, None, None, 1]


def test_what_all_are_to_reach_together_is_not_met_by_one(filled: Home) -> None:
    rows = [r for r in read(filled, "annual_performance") if r["year"] == 2020]
    received = {r["filer"]: r["attainment"] for r in rows if r["indicator"] == "carrier_complaints_received"}
    assert received == {"CT": None, "CM": None, "CU": None, "JX": "not met"}
    rates = {r["filer"]: r["attainment"] for r in rows if r["indicator"] == RATE}
    assert rates == {"CT": "not met", "CM": "met", "CU": "met", "JX": "met"}


def test_targets_are_met_missed_or_missing(filled: Home) -> None:
    rows = read(filled, "target_attainment")
    assert [(r["indicator"], r["state"], r["filer"], r["margin"], r["nature"]) for r in rows] == [
        (RATE, "met", "JX", "0", "约束性"),
        ("carrier_complaints_received", "not met", "JX", "-10", "预期性"),
        ("harmed", "missing actual", None, None, "预期性"),
    ]
    assert [r["state_zh"] for r in rows] == ["达到目标", "未达到目标", "未报告实际值"]


def test_without_a_figure_of_the_bureau_each_filer_answers(home: Home) -> None:
    fill(home)
    with_all = read(home, "target_attainment", at="2020-12-03T00:00:00+08:00")
    assert {r["state"] for r in with_all} == {"missing actual"}
    before = read(home, "target_attainment", at="2020-12-04T12:00:00+08:00")
    assert one(before, indicator=RATE)["actual"] == "95/106"


def test_a_series_has_its_change_on_the_year_before(filled: Home) -> None:
    rows = [r for r in read(filled, "indicator_series") if r["indicator"] == RATE and r["filer"] == "JX"]
    assert [(r["place"], r["period"], r["value"], r["year_before"]) for r in rows] == [
        (1, "2019", "44.811321", None),
        (2, "2020", "90", "44.811321"),
    ]
    low, high = Decimal(rows[1]["year_difference_low"]), Decimal(rows[1]["year_difference_high"])
    assert low < Decimal("45.1886792452") < high  # 90 − 95/212: the one before is known to six decimals


def test_the_families_of_a_submission(filled: Home) -> None:
    rows = [r for r in read(filled, "submission_quality") if r["submission"] == "JX-2020-0011"]
    assert [r["family"] for r in rows] == [family.value for family in Family]
    told = {r["family_zh"]: (r["failed_count"], r["broken_count"], r["passed_pct"]) for r in rows}
    assert told["时效性"] == (1, 1, "95.65")  # 22 of 23: UC-10 found one closed after 86 days
    assert told["完整性"] == (0, 0, "100.00")
    assert told["可访问性"] == (0, 0, "100.00")


def test_the_checks_of_a_submission_are_its_rules_and_three_more(filled: Home) -> None:
    for submission in filled.submissions():
        rows = [r for r in read(filled, "submission_quality") if r["submission"] == submission.id]
        assert sum(r["check_count"] for r in rows) == len(filled.counts(submission.id)) + 3


def test_the_health_of_a_contract(filled: Home) -> None:
    rule = one(read(filled, "contract_health"), kind="complaint_counts", rule="EC-03", year=2020)
    names = ("submission_count", "evaluated_count", "passed_count", "failed_count", "returned_count", "finding_count")
    assert [rule[n] for n in names] == [5, 5, 4, 1, 1, 1]
    assert [rule[n] for n in ("power_pct", "told_pct", "family", "severity")] == [
        "20.00",
        "100.00",
        "consistency",
        "强制",
    ]
    never = one(read(filled, "contract_health"), kind="complaint_counts", rule="EC-06", year=2020)
    assert (never["passed_count"] + never["failed_count"], never["power_pct"]) == (0, None)
    assert never["not_evaluable_count"] > 0


def test_the_rules_of_every_contract_that_was_used_are_kept(filled: Home) -> None:
    with reading(filled.engine) as connection:
        found = set(connection.execute(select(rule_versions.c.kind, rule_versions.c.contract_version)).tuples())
    assert found == {(s.kind, s.contract_version) for s in filled.submissions()}


def test_a_successor_is_found_over_several_years(home: Home) -> None:
    before = FILERS.replace("CM,江西移动,示例移动,basic_carrier,江西,TIETONG", "TIETONG,江西铁通,示例铁通,tower,江西,")
    file(home, "filer_list", before, moment(1), period="2018")
    file(home, "filer_list", FILERS, moment(2))
    file(home, "filer_list", FILERS.replace("CM,", "YD,").replace("TIETONG", "CM"), moment(3), period="2021")
    rows = read(home, "organisations")
    assert one(rows, year=2018, code="TIETONG")["present_code"] == "YD"
    assert one(rows, year=2020, code="CM")["present_code"] == "YD"
    assert {r["present_code"] for r in rows if r["code"] == "CT"} == {"CT"}


def test_a_circle_of_successors_comes_to_an_end(home: Home) -> None:
    file(home, "filer_list", FILERS.replace("TIETONG", "CU"), moment(1))
    turned = FILERS.replace("TIETONG", "").replace("示例联通,basic_carrier,江西,", "示例联通,basic_carrier,江西,CM")
    file(home, "filer_list", turned, moment(2), period="2021")
    assert len(read(home, "organisations")) == 10


def test_marts_as_of_a_day_are_what_they_were_on_it(tmp_path: Path, filled: Home) -> None:
    at = "2020-12-04T12:00:00+08:00"
    with open_at(tmp_path / "then") as then:
        fill(then, until=moment(4, 12))
        for name in MARTS:
            assert read(filled, name, at=at) == read(then, name), name


def test_sqlite_and_postgresql_tell_the_same(filled: Home, tmp_path: Path, database: URL) -> None:
    with open_at(tmp_path / "other", database) as other:
        fill(other)
        told = read_marts(filled)
        assert differences(told, read_marts(other)) == []
    assert [name for name, rows in told.items() if not rows] == [
        "deadline_record",
        "explanations",
        "obligations",
        "waivers",
    ]


@pytest.mark.parametrize("mart", MARTS.values(), ids=MARTS)
def test_duckdb_runs_what_is_written_for_postgresql(filled: Home, mart: Mart) -> None:
    with duckdb.connect() as connection, reading(filled.engine) as source:
        for table in metadata.sorted_tables:
            _copy(connection, table, source)
        found = [tuple(_plain(v) for v in row) for row in connection.execute(written(mart.select)).fetchall()]
        assert found == [tuple(row) for row in source.execute(mart.select)]


def _copy(connection: duckdb.DuckDBPyConnection, table: Any, source: Any) -> None:
    types = {"INTEGER": "INTEGER", "BOOLEAN": "BOOLEAN"}
    columns = ", ".join(f'"{c.name}" {types.get(str(c.type), "VARCHAR")}' for c in table.columns)
    connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
    if rows := [tuple(row) for row in source.execute(select(table))]:
        places = ", ".join("?" for _ in table.columns)
        connection.executemany(f'INSERT INTO "{table.name}" VALUES ({places})', rows)


def _plain(value: object) -> object:
    return int(value) if isinstance(value, Decimal) else value
