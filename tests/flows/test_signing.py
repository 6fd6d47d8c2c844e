"""Draft, final, corrected: who signed, what moved since, and that what was signed is kept as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from contracts.errors import StorageError, UsageError
from flows.batch import BatchResult, load_pack, run_plain
from flows.commands.adjust import adjust_pack
from flows.commands.sign import Signature, sign_pack
from flows.past import known
from flows.settings import Settings
from flows.stages import make_edition
from tests.flows.small_pack import BUILD, write_pack
from tests.flows.test_adjusting import DECISION
from tests.flows.test_again import file
from warehouse.editions import list_editions
from warehouse.home import Home
from warehouse.reports.publish import documents
from warehouse.verification import verify

SIGNED = Signature("张局长", "", "", date(2021, 1, 20))
AGAIN = replace(SIGNED, reason="11月数据更正", on=date(2021, 2, 20))
CORRECTED = ("submissions/network_build/CT_2020-11_v2.csv", "2021-02-01T09:00:00+08:00", BUILD,
             "东市,33031,33031,0,,2,1,0,1,0,3,45007,2020-11-30")  # fmt: skip


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    pack, home = write_pack(tmp_path / "pack"), tmp_path / "home"
    run(pack, home)
    return pack, home


def run(pack: Path, home: Path) -> BatchResult:
    return run_plain(load_pack(pack, Settings()), home, Settings())


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def summary(home: Path) -> str:
    return (home / "published/annual/2020/summary.html").read_text(encoding="utf-8")


def last_entry(home: Path) -> int:
    with Home.look(home) as opened:
        return opened.last_entry()


def test_nobody_has_signed_a_draft(places: tuple[Path, Path]) -> None:
    assert "草稿（尚未签发）" in summary(places[1])
    assert "草稿（尚未签发）" in (places[1] / "published/annual/2020/summary.md").read_text(encoding="utf-8")


def test_signing_makes_it_final_and_a_run_leaves_it_so(places: tuple[Path, Path]) -> None:
    pack, home = places
    sign_pack(*places, SIGNED, as_json=False)
    assert "定稿，张局长2021年1月20日" in summary(home)
    kept = files(home / "published/editions/2020-1")
    assert kept["annual/2020/summary.html"] == summary(home).encode()
    before, entries = files(home / "published"), last_entry(home)
    run(pack, home)
    assert files(home / "published") == before
    assert last_entry(home) == entries
    with Home.look(home) as opened:
        (edition,) = list_editions(opened, 2020)
        assert (edition.state, edition.number, edition.signed_by) == ("final", 1, "张局长")
        assert edition.files.keys() == kept.keys()
        assert opened.verify_chain() == []
    assert verify(home).discrepancies == []


def test_what_moved_is_told_and_signed_again(places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    pack, home = places
    sign_pack(*places, SIGNED, as_json=False)
    first = files(home / "published/editions/2020-1")
    file(pack, *CORRECTED)
    run(pack, home)
    page = summary(home)
    assert "更正第1次（草稿，尚未签发）：张局长2021年1月20日" in page
    assert "有 4 个数字变动" in page
    assert page.count("新的报送") == 4
    capsys.readouterr()
    sign_pack(*places, AGAIN, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["number"], told["state"]) == (2, "corrected")
    moved = {m["figure_id"]: (m["before"], m["after"]) for m in told["moved"]}
    assert moved["g5_built@XJ.2020-11"] == ("55062", "55070")
    assert "更正第1次，张局长2021年2月20日" in summary(home)
    assert 'id="erratum"' in summary(home)
    assert files(home / "published/editions/2020-1") == first
    before = files(home / "published")
    run(pack, home)
    assert files(home / "published") == before
    assert verify(home).discrepancies == []


def test_an_adjustment_is_named_as_what_moved_it_and_marked(places: tuple[Path, Path]) -> None:
    sign_pack(*places, SIGNED, as_json=False)
    adjust_pack(*places, DECISION, as_json=False)
    run(*places)
    page = summary(places[1])
    assert "有 2 个数字变动" in page
    assert page.count('<td data-h="原因">人工调整') == 2
    assert "※" in page
    assert "原报 33023，调整为 33025 个。张局长（2020-12-20）：漏计东市两个站点（小通函〔2020〕9号）" in page


def test_nothing_is_signed_twice_or_unseen(places: tuple[Path, Path]) -> None:
    pack, home = places
    sign_pack(*places, SIGNED, as_json=False)
    with pytest.raises(UsageError, match="没有变动"):
        sign_pack(*places, AGAIN, as_json=False)
    file(pack, *CORRECTED)
    run(pack, home)
    with pytest.raises(UsageError, match="--reason"):
        sign_pack(*places, replace(AGAIN, reason=""), as_json=False)
    (home / "published/annual/2020/summary.md").write_text("别的", encoding="utf-8")
    with pytest.raises(UsageError, match="先运行 jixiao run"):
        sign_pack(*places, AGAIN, as_json=False)


def test_no_home_is_made_by_signing(places: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        sign_pack(places[0], tmp_path / "nowhere", SIGNED, as_json=False)
    assert not (tmp_path / "nowhere").exists()


def test_a_signed_file_that_was_changed_is_noticed(places: tuple[Path, Path]) -> None:
    pack, home = places
    sign_pack(*places, SIGNED, as_json=False)
    kept = home / "published/editions/2020-1/annual/2020/figures.csv"
    kept.write_bytes(kept.read_bytes().replace(b"33023", b"33024"))
    assert [f"{d.which}" for d in verify(home).discrepancies] == ["published/editions/2020-1/annual/2020/figures.csv"]
    with pytest.raises(StorageError, match="已签发的文件已被改动"):
        run(pack, home)


def test_what_is_new_without_a_figure_moving_is_said(places: tuple[Path, Path]) -> None:
    pack, home = places
    sign_pack(*places, SIGNED, as_json=False)
    wrong = "东市,5,6,0,,2,1,0,1,0,3,45007,2020-11-30"
    file(pack, "submissions/network_build/CT_2020-11_v2.csv", "2021-02-01T09:00:00+08:00", BUILD, wrong)
    run(pack, home)
    assert "签发之后文字有更新，公布的数字未变" in summary(home)
    before = files(home / "published")
    run(pack, home)
    assert files(home / "published") == before


def test_as_of_a_day_it_is_what_it_was_then(places: tuple[Path, Path]) -> None:
    pack, home = places
    sign_pack(*places, SIGNED, as_json=False)
    final = summary(home)
    file(pack, *CORRECTED)
    run(pack, home)
    sign_pack(*places, AGAIN, as_json=False)
    kinds = load_pack(pack, Settings()).kinds
    with Home.look(home) as opened:
        moment = datetime.fromisoformat("2021-01-25T00:00:00+08:00")
        with known(opened, 2020, kinds, moment) as (then, past):
            made = dict(documents(then, make_edition(then, past)))
    assert "定稿，张局长2021年1月20日" in made["annual/2020/summary.html"].decode()
    assert made["annual/2020/summary.html"].decode() == final
