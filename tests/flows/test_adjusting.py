"""Adjustments by hand: what was filed stays, what is published says by whom and why, and a new filing lets it lapse."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.errors import UsageError
from contracts.measure import Method
from flows.batch import BatchResult, load_pack, run_plain
from flows.commands.adjust import Decision, adjust_pack
from flows.commands.trace import trace_figure
from flows.settings import Settings
from tests.flows.small_pack import BUILD, write_lines, write_pack
from tests.flows.test_again import file
from warehouse.expectations import check_warehouse
from warehouse.home import Home

FIGURE, TOTAL = "g5_built@CT.2020-11", "g5_built@XJ.2020-11"
DECISION = Decision(FIGURE, "33025", "张局长", "漏计东市两个站点", "小通函〔2020〕9号", date(2020, 12, 20))
NOTHING = Decision(None, None, None, None, None, date(2020, 12, 20))
LINE = f"{FIGURE},33023,33025,个,张局长,漏计东市两个站点,小通函〔2020〕9号,2020-12-20"


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    pack, home = write_pack(tmp_path / "pack"), tmp_path / "home"
    run(pack, home)
    return pack, home


def run(pack: Path, home: Path) -> BatchResult:
    return run_plain(load_pack(pack, Settings()), home, Settings())


def adjusted(places: tuple[Path, Path]) -> BatchResult:
    adjust_pack(*places, DECISION, as_json=False)
    return run(*places)


def values(home: Path, name: str) -> list[tuple[Decimal, str]]:
    with Home.look(home) as opened:
        return [(f.value, f.method.value) for f in opened.find_figure(name)]


def test_an_entry_is_a_line_of_the_packs_list(places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    adjust_pack(*places, DECISION, as_json=False)
    lines = (places[0] / "adjustments.csv").read_text(encoding="utf-8").splitlines()
    assert lines == ["figure_id,from,to,unit,approver,reason,evidence,decided_on", LINE]
    capsys.readouterr()
    adjust_pack(*places, NOTHING, as_json=True)
    assert [a["state_en"] for a in json.loads(capsys.readouterr().out)] == [
        "from the next run, or replaced by a later line"
    ]
    run(*places)
    adjust_pack(*places, NOTHING, as_json=True)
    assert [a["state_en"] for a in json.loads(capsys.readouterr().out)] == ["in force"]


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (replace(DECISION, figure="g5_bilt@CT.2020-11"), "g5_built@CT.2020-11"),
        (replace(DECISION, figure=TOTAL), "计算而来"),
        (replace(DECISION, to="很多"), "不是数值"),
        (replace(DECISION, to="33023"), "没有调整"),
        (replace(DECISION, reason="更正"), "过于简略"),
        (replace(DECISION, approver=None), "--approver"),
    ],
)
def test_an_entry_that_says_nothing_is_not_written(places: tuple[Path, Path], decision: Decision, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        adjust_pack(*places, decision, as_json=False)
    assert not (places[0] / "adjustments.csv").exists()


def test_the_filed_figure_stays_and_what_is_made_of_it_follows(places: tuple[Path, Path]) -> None:
    pack, home = places
    before = values(home, TOTAL)
    result = adjusted(places)
    assert result.judged_again == ("submissions/network_build/CT_2020-11.csv",)
    assert values(home, FIGURE) == [(Decimal(33023), "sum"), (Decimal(33025), "adjusted")]
    assert values(home, TOTAL) == [*before, (Decimal(33025 + 22039), "sum")]
    # Nothing else of the same file was recorded anew.
    assert len(values(home, "g5_opened@CT.2020-11")) == 1
    with Home.look(home) as opened:
        filed, now = opened.find_figure(FIGURE)
        assert filed.recorded_to == now.recorded_from
        assert [s.file for s in now.sources] == ["adjustments.csv", filed.sources[0].file]
        assert now.sources[0].cell == "A2:H2"
        assert opened.verify_chain() == []
        assert check_warehouse(opened).failures == ()
    assert run(pack, home).judged_again == ()


def test_both_ends_are_in_the_trace(places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    adjusted(places)
    capsys.readouterr()
    trace_figure(TOTAL, places[1], as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert {s["file"] for s in told["sources"]} >= {"adjustments.csv", "submissions/network_build/CT_2020-11.csv"}
    assert [(a["filed"], a["value"], a["approver"]) for a in told["adjustments"]] == [("33023", "33025", "张局长")]
    trace_figure(FIGURE, places[1], as_json=False)
    out = capsys.readouterr().out
    assert "人工调整" in out
    assert f"原报 {FIGURE} = 33023 个" in out
    assert "漏计东市两个站点（小通函〔2020〕9号）" in out


def test_a_new_filing_lets_it_lapse_and_is_asked_about(places: tuple[Path, Path]) -> None:
    pack, home = places
    adjusted(places)
    row = "东市,33031,33031,0,,2,1,0,1,0,3,45007,2020-11-30"
    file(pack, "submissions/network_build/CT_2020-11_v2.csv", "2020-12-28T09:00:00+08:00", BUILD, row)
    result = run(pack, home)
    assert [a.figure_id for a in result.questions.adjustments_lapsed] == [FIGURE]
    assert values(home, FIGURE)[-1] == (Decimal(33031), "sum")
    assert values(home, TOTAL)[-1] == (Decimal(33031 + 22039), "sum")


def test_one_taken_back_gives_what_was_filed(places: tuple[Path, Path]) -> None:
    pack, home = places
    adjusted(places)
    write_lines(pack / "adjustments.csv", ["figure_id,from,to,unit,approver,reason,evidence,decided_on",
                                           LINE.replace("CT", "ZZ")])  # fmt: skip
    result = run(pack, home)
    assert [a.figure_id for a in result.questions.adjustments_unused] == ["g5_built@ZZ.2020-11"]
    assert values(home, FIGURE) == [(Decimal(33023), "sum"), (Decimal(33025), "adjusted"), (Decimal(33023), "sum")]


def test_a_replay_comes_to_the_same_history(places: tuple[Path, Path], tmp_path: Path) -> None:
    """A home that sees file and adjustment in one run knows the figure as filed until the day of the decision."""
    pack, _ = places
    write_lines(pack / "adjustments.csv", ["figure_id,from,to,unit,approver,reason,evidence,decided_on", LINE])
    run(pack, tmp_path / "anew")
    with Home.look(tmp_path / "anew") as opened:
        filed, now = opened.find_figure(FIGURE)
        assert (filed.method, now.method) == (Method.SUM, Method.ADJUSTED)
        assert filed.recorded_from.isoformat() == "2020-12-07T09:00:00+08:00"
        assert now.recorded_from.date() == date(2020, 12, 20)


def test_a_ratio_of_what_was_adjusted_is_computed_anew(tmp_path: Path) -> None:
    pack, home = write_pack(tmp_path / "pack"), tmp_path / "home"
    shutil.rmtree(pack / "submissions")
    write_lines(pack / "arrivals.csv", ["file,received_at,channel"])
    heading = "企业,举报查实数,已处置数"
    file(pack, "submissions/nuisance_calls/GLC_2020.csv", "2020-12-20T09:00:00+08:00", heading, "小电信,200,180")
    run(pack, home)
    with Home.look(home) as opened:
        own = {f.indicator: f for f in opened.figures() if f.filer == "GLC"}
    (ratio,) = [f for f in own.values() if f.method is Method.RATIO]
    handled = next(f for f in own.values() if f.value == 180)
    adjust_pack(pack, home, replace(DECISION, figure=handled.figure_id, to="190"), as_json=False)
    run(pack, home)
    assert values(home, ratio.figure_id) == [(Decimal(90), "ratio"), (Decimal(95), "ratio")]
    with Home.look(home) as opened:
        assert "adjustments.csv" in {s.file for s in opened.find_figure(ratio.figure_id)[-1].sources}
        assert check_warehouse(opened).failures == ()
