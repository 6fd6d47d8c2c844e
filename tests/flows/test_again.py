"""What arrives later is held against what is there: judged again, withdrawn where it no longer holds, said loudly."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from flows.batch import BatchResult, load_pack, run_plain
from flows.settings import Settings
from tests.flows import small_pack
from tests.flows.small_pack import BUILD, FILING, write_lines
from warehouse.home import Home
from warehouse.stored import StoredSubmission

FALLING = "WF-04"


def run(pack: Path, home: Path) -> BatchResult:
    return run_plain(load_pack(pack, Settings()), home, Settings())


def file(pack: Path, name: str, at: str, heading: str, row: str) -> None:
    """One file more in the inbox, listed in arrivals.csv."""
    write_lines(pack / name, [heading, row])
    with (pack / "arrivals.csv").open("a", encoding="utf-8") as lines:
        lines.write(f"{name},{at},报送系统\n")


def stored(home: Path) -> dict[str, StoredSubmission]:
    with Home.look(home) as opened:
        return {s.file: s for s in opened.submissions()}


def open_pack(folder: Path, filed: Sequence[tuple[str, str, str, str]]) -> Path:
    """The small pack with other submissions in it."""
    small_pack.write_pack(folder)
    shutil.rmtree(folder / "submissions")
    write_lines(folder / "arrivals.csv", ["file,received_at,channel"])
    for one in filed:
        file(folder, *one)
    return folder


CT = ("submissions/network_build/CT_2020-12.csv", "2021-01-06T10:00:00+08:00", BUILD,
      "东市,34031,34038,7,小移动,2,1,0,1,0,3,45007,2020-12-31")  # fmt: skip
CM = ("submissions/network_build/CM_2020-12.csv", "2021-01-07T09:00:00+08:00", BUILD,
      "东市,5,5,0,,1,0,0,0,0,1,47017,2020-12-31")  # fmt: skip
GLC_10 = ("submissions/website_filing/GLC_2020-10.csv", "2020-12-20T10:00:00+08:00",
          FILING, "99.5%以上,53003,52051,119,每周1次,2020-10-31")  # fmt: skip
GLC_11 = ("submissions/website_filing/GLC_2020-11.csv", "2020-12-09T11:00:00+08:00",
          FILING, "99.5%以上,53003,52009,119,每周1次,2020-11-30")  # fmt: skip


def test_a_partner_that_files_later_is_compared_with_at_once(tmp_path: Path) -> None:
    pack, home = open_pack(tmp_path / "pack", [CT]), tmp_path / "home"
    first = run(pack, home)
    (missing,) = [m for m in first.questions.missing if m.title_zh == "共享方同期报送"]
    assert (missing.file, missing.rules) == (CT[0], ("NB-09", "NB-10"))
    assert first.findings["核实"] == 0
    with Home.look(home) as opened:
        figures = opened.figures()
    file(pack, *CM)
    second = run(pack, home)
    assert (second.new, second.judged_again, second.withdrawn) == (1, (CT[0],), ())
    assert [m for m in second.questions.missing if m.title_zh == "共享方同期报送"] == []
    with Home.look(home) as opened:
        again = stored(home)[CT[0]]
        assert {f.rule for f in opened.findings(again.id)} == {"NB-09", "NB-10"}
        assert opened.findings(again.id, 1) == []
        assert {c.rule for c in opened.counts(again.id, 1) if c.not_evaluable} >= {"NB-09", "NB-10"}
        one, two = opened.judgments(again.id)
        assert (one.at, two.at) == (again.received_at, stored(home)[CM[0]].received_at)
        assert [c.zh for c in two.causes] == [f"共享方同期报送已收到：{CM[0]}"]
        # Nothing about its own figures was new, so none of them was recorded anew.
        assert [f for f in opened.figures() if f.filer == "CT"] == [f for f in figures if f.filer == "CT"]
    assert run(pack, home).judged_again == ()


def test_an_earlier_period_that_arrives_late_can_undo_a_later_one(tmp_path: Path) -> None:
    pack, home = open_pack(tmp_path / "pack", [GLC_11]), tmp_path / "home"
    assert run(pack, home).outcomes["accepted"] == 1
    with Home.look(home) as opened:
        assert "sites_handled@GLC.2020-11" in {f.figure_id for f in opened.figures()}
    file(pack, *GLC_10)
    result = run(pack, home)
    assert result.withdrawn == (GLC_11[0],)
    assert (result.outcomes["accepted"], result.outcomes["returned"]) == (1, 1)
    withdrawn = stored(home)[GLC_11[0]]
    with Home.look(home) as opened:
        assert [f.rule for f in opened.findings(withdrawn.id) if f.blocks] == [FALLING]
        assert not [f for f in opened.figures() if f.period.label == "2020-11"]
        (closed,) = opened.find_figure("sites_handled@GLC.2020-11")
        assert closed.recorded_to == stored(home)[GLC_10[0]].received_at
        assert opened.verify_chain() == []
    report = (home / "published" / "validation" / f"{withdrawn.id}.html").read_text(encoding="utf-8")
    assert "已撤回：" in report
    assert "首次判定" in report
    # Filed right, it stands again.
    file(pack, "submissions/website_filing/GLC_2020-11_v2.csv", "2020-12-21T11:00:00+08:00",
         FILING, "99.5%以上,53003,52099,119,每周1次,2020-11-30")  # fmt: skip
    result = run(pack, home)
    assert (result.withdrawn, result.outcomes["accepted"]) == ((), 2)


def test_two_that_each_upset_the_other_come_to_an_end(tmp_path: Path) -> None:
    """One may stand only beside a partner, the other only alone: no state of the two is right."""
    kinds = tmp_path / "kinds"
    kinds.mkdir()
    (kinds / "quarrel.py").write_text(QUARREL, encoding="utf-8")
    settings = Settings(kinds=str(kinds))
    row, heading = "东市,1", "地区,数"
    alone = ("submissions/quarrel/CT_2020-11.csv", "2020-12-01T10:00:00+08:00", heading, row)
    beside = ("submissions/quarrel/CM_2020-11.csv", "2020-12-02T10:00:00+08:00", heading, "东市,2")
    pack, home = open_pack(tmp_path / "pack", [alone, beside]), tmp_path / "home"
    result = run_plain(load_pack(pack, settings), home, settings)
    assert result.submissions == 2
    assert 2 <= max(s.pass_number or 0 for s in stored(home).values()) <= 5
    with Home.look(home) as opened:
        assert opened.verify_chain() == []
        passes = len(opened.judgments())
    assert run_plain(load_pack(pack, settings), home, settings).judged_again == ()
    with Home.look(home) as opened:
        assert len(opened.judgments()) == passes


QUARREL = """
import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context, Measure, Method
from contracts.rule import Rule, Scope

KIND = define_kind(
    code="quarrel",
    prefix="QL",
    title_zh="相争表",
    title_en="quarrel",
    purpose_zh="测试",
    filers=("basic_carrier",),
    cadence="monthly",
    fields=(Field("area", "地区", "area"), Field("n", "数", "n", Type.COUNT)),
    rules=(
        Rule(
            id="QL-01",
            severity=Severity.MUST,
            scope=Scope.ROW,
            title_zh="一单独，二成对",
            title_en="one alone, two in company",
            holds=(pl.col("n") == 1) == pl.col("peer_n").is_null(),
            fields=("n",),
            expected="另一状态 / the other state",
            message_zh="{n} 不相容",
            message_en="{n} does not fit",
            basis="测试",
        ),
    ),
    measures=(Measure("quarrel_n", "数", "n", "个", Method.SUM, pl.col("n").sum(), cells=("n",), across=True),),
    contexts=(Context("peer", ((pl.col("area"), "area"),), ("n",), "peer_", "同期报送", "peer"),),
)
"""


def test_figures_of_the_bureau_are_those_without_what_was_withdrawn(tmp_path: Path) -> None:
    pack, home = small_pack.write_pack(tmp_path / "pack", upsetting=True), tmp_path / "home"
    result = run(pack, home)
    assert result.withdrawn == (small_pack.WITHDRAWN,)
    assert stored(home)[small_pack.STANDS_AGAIN].stands
    with Home.look(home) as opened:
        values = [f.value for f in opened.find_figure("sites_handled@GLC.2020-12")]
        assert values == [Decimal(52103), Decimal(52011), Decimal(52103)]
        assert [f.recorded_to is None for f in opened.find_figure("sites_handled@GLC.2020-12")] == [False, False, True]


@pytest.mark.parametrize("order", [(CT, CM), (CM, CT)])
def test_whoever_comes_first_the_findings_are_the_same(tmp_path: Path, order: tuple[tuple[str, ...], ...]) -> None:
    moments = ("2021-01-06T10:00:00+08:00", "2021-01-07T10:00:00+08:00")
    filed = [(name, at, heading, row) for (name, _, heading, row), at in zip(order, moments, strict=True)]
    pack, home = open_pack(tmp_path / "pack", filed), tmp_path / "home"
    run(pack, home)
    with Home.look(home) as opened:
        found = {s.file: sorted(f.rule for f in opened.findings(s.id)) for s in opened.submissions() if s.filer != "XJ"}
    assert found[CT[0]] == ["NB-09", "NB-10"]
    assert found[CM[0]] == []
