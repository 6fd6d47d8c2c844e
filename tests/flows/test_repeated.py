"""The same bytes filed again: no new version; what was returned may be filed again unchanged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from contracts.finding import Outcome
from flows.batch import BatchResult, load_pack, run_plain
from flows.settings import Settings
from tests.flows.small_pack import BUILD, FILES, RETURNED, write_lines, write_pack
from warehouse.home import Home

ACCEPTED = "submissions/network_build/CT_2020-11.csv"


def run(pack: Path, home: Path) -> BatchResult:
    return run_plain(load_pack(pack, Settings()), home, Settings())


def file_again(pack: Path, file: str, at: str, note: str = "again") -> str:
    """The same bytes under another name, listed in arrivals.csv."""
    name = file.replace(".csv", f"_{note}.csv")
    shutil.copyfile(pack / file, pack / name)
    with (pack / "arrivals.csv").open("a", encoding="utf-8") as lines:
        lines.write(f"{name},{at},报送系统\n")
    return name


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


def test_an_identical_file_is_refused_and_the_accepted_one_goes_on_standing(pack: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(pack, home)
    with Home.look(home) as opened:
        figures = opened.figures()
    name = file_again(pack, ACCEPTED, "2020-12-30T09:00:00+08:00")
    result = run(pack, home)
    assert (result.new, result.outcomes["returned"], result.judged_again) == (1, 2, ())
    with Home.look(home) as opened:
        stored = {s.file: s for s in opened.submissions()}
        (found,) = opened.findings(stored[name].id)
        assert (found.rule, found.filed, found.severity.value) == ("FILE-16", stored[ACCEPTED].id, "强制")
        assert stored[ACCEPTED].id in found.message_zh
        assert "goes on standing" in found.message_en
        assert (stored[ACCEPTED].stands, stored[ACCEPTED].superseded_by) == (True, None)
        assert opened.figures() == figures
        assert all(not c.failed for c in opened.counts(stored[name].id))
    assert run(pack, home).new == 0


def test_what_was_returned_may_come_again_unchanged(pack: Path, tmp_path: Path) -> None:
    name = file_again(pack, RETURNED, "2020-12-09T09:00:00+08:00")
    home = tmp_path / "home"
    run(pack, home)
    with Home.look(home) as opened:
        (again,) = [s for s in opened.submissions() if s.file == name]
        assert again.outcome is Outcome.RETURNED
        assert "FILE-16" not in {f.rule for f in opened.findings(again.id)}


def test_going_back_to_an_earlier_file_is_a_new_version(pack: Path, tmp_path: Path) -> None:
    """Only what stands counts: once another version was accepted, the first one's bytes say something new."""
    other = ACCEPTED.replace(".csv", "_v2.csv")
    write_lines(pack / other, [BUILD, "东市,33024,33024,0,,2,1,0,1,0,3,45007,2020-11-30"])
    with (pack / "arrivals.csv").open("a", encoding="utf-8") as lines:
        lines.write(f"{other},2020-12-29T09:00:00+08:00,报送系统\n")
    name = file_again(pack, ACCEPTED, "2020-12-30T09:00:00+08:00")
    home = tmp_path / "home"
    assert run(pack, home).submissions == len(FILES) + 2
    with Home.look(home) as opened:
        stored = {s.file: s for s in opened.submissions()}
        assert stored[other].superseded_by == stored[name].id
        assert stored[name].stands
