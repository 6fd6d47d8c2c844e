"""What arrived is a fact: who may file, what is added up, what a changed file is, and what a run says it did."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from contracts.finding import Outcome
from flows.batch import BatchResult, load_pack, run_plain
from flows.settings import Settings
from tests.flows.small_pack import BUILD, RETURNED, write_lines, write_pack
from warehouse.home import Home


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "small")


def run(pack: Path, home: Path) -> BatchResult:
    return run_plain(load_pack(pack, Settings()), home, Settings())


def list_arrival(pack: Path, file: str, moment: str) -> None:
    with (pack / "arrivals.csv").open("a", encoding="utf-8") as arrivals:
        arrivals.write(f"{file},{moment},报送系统\n")


def test_a_form_from_who_does_not_owe_it_is_questioned_and_not_added_up(pack: Path, tmp_path: Path) -> None:
    file = "submissions/network_build/GLC_2020-11.csv"
    write_lines(pack / file, [BUILD, "东市,1000,1000,0,,2,1,0,1,0,3,45007,2020-11-30"])
    list_arrival(pack, file, "2020-12-10T17:00:00+08:00")
    run(pack, tmp_path / "home")
    with Home.look(tmp_path / "home") as home:
        filed = next(s for s in home.submissions() if s.file == file)
        assert filed.outcome is Outcome.ACCEPTED
        (found,) = [f for f in home.findings(filed.id) if f.rule == "FILER-01"]
        assert found.severity.value == "核实"
        assert "department" in found.message_zh
        assert "department" in found.message_en
        (total,) = home.find_figure("g5_opened@XJ.2020-11")
        assert total.value == Decimal(33023 + 22039)
        assert set(total.parts) == {"g5_opened@CM.2020-11", "g5_opened@CT.2020-11"}


def test_a_file_that_is_no_longer_what_arrived_is_not_taken(pack: Path, tmp_path: Path) -> None:
    run(pack, tmp_path / "home")
    write_lines(pack / RETURNED, [BUILD, "东市,1,1,0,,1,0,0,0,0,1,47017,2020-11-30"])
    again = run(pack, tmp_path / "home")
    assert again.changed == (RETURNED,)
    assert again.new == 0
    with Home.look(tmp_path / "home") as home:
        versions = [s for s in home.submissions() if s.file == RETURNED]
        assert [s.outcome for s in versions] == [Outcome.RETURNED]


def test_a_list_that_was_maintained_is_a_new_version_and_is_said(pack: Path, tmp_path: Path) -> None:
    first = run(pack, tmp_path / "home")
    assert (first.new, first.new_lists) == (7, 3)
    text = (pack / "obligations.csv").read_text(encoding="utf-8")
    (pack / "obligations.csv").write_text(text.replace("+10d", "+12d", 1), encoding="utf-8")
    second = run(pack, tmp_path / "home")
    assert (second.new, second.new_lists, second.changed) == (0, 1, ())
    assert (run(pack, tmp_path / "home").new_lists) == 0


def test_a_pack_nobody_has_filed_to_yet_has_nothing_returned(pack: Path, tmp_path: Path) -> None:
    (pack / "arrivals.csv").write_text("file,received_at,channel\n", encoding="utf-8")
    result = run(pack, tmp_path / "home")
    assert result.submissions == 0
    with Home.look(tmp_path / "home") as home:
        assert {s.outcome for s in home.submissions()} == {Outcome.ACCEPTED}


def test_the_list_of_arrivals_is_as_old_as_its_last_line(pack: Path, tmp_path: Path) -> None:
    run(pack, tmp_path / "home")
    with Home.look(tmp_path / "home") as home:
        last = home.submissions()[-1]
        assert last.file == "arrivals.csv"
        assert last.received_at.isoformat() == "2020-12-10T16:00:00+08:00"
