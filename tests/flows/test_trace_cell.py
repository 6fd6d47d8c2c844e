"""From a cell up to every figure, and from a figure down to a query that gives the rows, run where it says it runs."""

from __future__ import annotations

import json
import os
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from contracts.errors import UsageError
from flows.batch import load_pack, run_plain
from flows.commands.trace import trace_figure
from flows.commands.trace_cell import trace_cell
from flows.settings import Settings
from tests.flows.conftest import Finished
from tests.flows.small_pack import BUILD, write_pack
from tests.flows.test_again import file
from warehouse.areas import read_areas, rows_of
from warehouse.home import Home
from warehouse.row_sets import rows_behind
from warehouse.uses import uses_of


@pytest.mark.parametrize(
    ("areas", "rows"),
    [("B5", [(5, 5)]), ("C5:C15", [(5, 15)]), ("B2:B3;C4;D9", [(2, 4), (9, 9)]), ("$B$2", [(2, 2)]), ("", [])],
)
def test_areas_are_rows(areas: str, rows: list[tuple[int, int]]) -> None:
    assert rows_of(read_areas(areas)) == rows


@pytest.mark.parametrize("text", ["5B", "B0", "B5-C6", "B5:"])
def test_what_is_no_cell_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_areas(text)


def test_every_cell_of_every_figure_leads_back_to_it(jiangxi: Finished) -> None:
    with Home.look(jiangxi.home) as home:
        figures = home.figures()
        sources = {s: {f.figure_id for f in figures if s in f.sources} for f in figures for s in f.sources}
        for source, fed in sources.items():
            first = re.split("[:;]", source.cell)[0]
            uses = uses_of(home, source.submission, first, source.sheet)
            assert fed <= {u.figure.figure_id for u in uses if u.current}, source


def test_a_cell_feeds_all_levels(jiangxi: Finished, capsys: pytest.CaptureFixture[str]) -> None:
    with Home.look(jiangxi.home) as home:
        (figure,) = [f for f in home.figures() if f.figure_id == "g5_opened@CM.2020-11"]
    trace_cell(f"{figure.submission}!C7", jiangxi.home, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert [(u["level"], u["figure_id"]) for u in told["figures"] if u["current"]] == [
        (0, "g5_opened@CM.2020-11"),
        (1, "g5_opened@JXCA.2020-11"),
    ]
    trace_cell(f"{figure.submission}!填报表!C7", jiangxi.home, as_json=False)
    assert "figures now: 2, past versions: 0" in capsys.readouterr().out
    trace_cell(f"{figure.submission}!填报表!ZZ9", jiangxi.home, as_json=False)
    assert "No figure was made of this cell" in capsys.readouterr().out


def test_versions_of_before_are_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack, home = write_pack(tmp_path / "pack"), tmp_path / "home"
    row = "东市,33031,33031,0,,2,1,0,1,0,3,45007,2020-11-30"
    file(pack, "submissions/network_build/CT_2020-11_v2.csv", "2020-12-28T09:00:00+08:00", BUILD, row)
    run_plain(load_pack(pack, Settings()), home, Settings())
    with Home.look(home) as opened:
        first = next(s.id for s in opened.submissions() if s.file.endswith("CT_2020-11.csv"))
    trace_cell(f"{first}!B2", home, as_json=True)
    uses = json.loads(capsys.readouterr().out)["figures"]
    assert {(u["level"], u["figure_id"], u["current"]) for u in uses} == {
        (0, "g5_built@CT.2020-11", False),
        (1, "g5_built@XJ.2020-11", False),
    }


@pytest.mark.parametrize(
    "place", ["JXCA-2020-0001", "!B5", "JXCA-2020-9999!B5", "JXCA-2020-0001!5", "JXCA-2020-0009!错表!C5"]
)
def test_a_place_that_is_none_is_refused(jiangxi: Finished, place: str) -> None:
    with pytest.raises(UsageError):
        trace_cell(place, jiangxi.home, as_json=False)


@pytest.mark.parametrize("name", ["g5_opened@JXCA.2020-11", "complaints@JXCA.2020"])
def test_the_rows_are_what_the_query_gives(name: str, jiangxi: Finished, capsys: pytest.CaptureFixture[str]) -> None:
    trace_figure(name, jiangxi.home, as_json=True)
    told = json.loads(capsys.readouterr().out)
    with duckdb.connect(str(jiangxi.home / "analyst.duckdb"), read_only=True) as analyst:
        for source in told["sources"]:
            rows = source["rows"]
            found = analyst.sql(rows["query"]).pl()
            assert found.height == rows["count"] > 1
            assert analyst.execute(rows["proof"]).fetchall() == [(rows["count"], rows["sha256"])]


def test_the_rows_add_up_to_the_figure(jiangxi: Finished, capsys: pytest.CaptureFixture[str]) -> None:
    trace_figure("g5_opened@JXCA.2020-11", jiangxi.home, as_json=True)
    told = json.loads(capsys.readouterr().out)
    with duckdb.connect(str(jiangxi.home / "analyst.duckdb"), read_only=True) as analyst:
        frames = [analyst.sql(source["rows"]["query"]).pl() for source in told["sources"]]
    assert sum(frame["g5_opened"].sum() for frame in frames) == Decimal(told["value"])


def test_rows_that_stand_no_longer_are_read_from_their_register(tmp_path: Path) -> None:
    pack, home = write_pack(tmp_path / "pack"), tmp_path / "home"
    row = "东市,33031,33031,0,,2,1,0,1,0,3,45007,2020-11-30"
    file(pack, "submissions/network_build/CT_2020-11_v2.csv", "2020-12-28T09:00:00+08:00", BUILD, row)
    run_plain(load_pack(pack, Settings()), home, Settings())
    with Home.look(home) as opened:
        first, _ = opened.find_figure("g5_built@CT.2020-11")
        rows = rows_behind(opened, first.sources[0], opened.submissions())
    assert rows is not None
    assert "read_parquet('registers/" in rows.query
    before = Path.cwd()
    os.chdir(home)
    try:
        with duckdb.connect() as session:
            assert session.sql(f"SELECT g5_built FROM ({rows.query})").fetchall() == [(33023,)]
            assert session.execute(rows.proof).fetchall() == [(1, rows.sha256)]
    finally:
        os.chdir(before)
