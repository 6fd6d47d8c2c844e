"""Personal data stand in landing and registers and nowhere else; after their retention they stand nowhere at all."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from contracts.errors import ErasedError, StorageError
from contracts.kind import discover_kinds
from contracts.obligations import ZONE
from flows.batch import BatchResult, load_pack, run_plain
from flows.cli import app
from flows.settings import Settings
from tests.flows.personal_pack import (
    FORMULAS,
    HEADING,
    LOOSE,
    NOVEMBER,
    OCTOBER,
    PLAN,
    ROWS,
    leaked,
    leaks,
    write_personal_pack,
)
from tests.flows.small_pack import write_lines
from warehouse import erasure
from warehouse.database import reading
from warehouse.erased import erased_files
from warehouse.erasure import candidates, erase
from warehouse.home import Home

TODAY = date(2026, 1, 1)
NOW = datetime(2026, 1, 1, 9, tzinfo=ZONE)


@dataclass(frozen=True)
class Place:
    """A pack, the folder of its kind, and its home."""

    pack: Path
    kinds: Path
    home: Path

    @property
    def settings(self) -> Settings:
        return Settings(kinds=str(self.kinds))

    def run(self) -> BatchResult:
        return run_plain(load_pack(self.pack, self.settings), self.home, self.settings)

    def open(self) -> Home:
        return Home.open(self.home, bureau="XJ", title="小局")

    def erase(self) -> dict[str, int]:
        with self.open() as home:
            found = candidates(home, discover_kinds([self.kinds]), today=TODAY)
            return erase(home, found, by="信息处", basis="保存期满", at=NOW)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Run without Prefect. Nobody may change it."""
    folder = tmp_path_factory.mktemp("personal")
    place = Place(*write_personal_pack(folder), folder / "home")
    place.run()
    return place


@pytest.fixture
def own(finished: Place, tmp_path: Path) -> Place:
    """The same, to be changed."""
    shutil.copytree(finished.pack.parent, tmp_path / "own")
    return Place(*(tmp_path / "own" / name for name in ("pack", "kinds", "home")))


@pytest.fixture(autouse=True)
def environment(finished: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIXIAO_KINDS", str(finished.kinds))


def told(*arguments: object) -> str:
    """What a command prints, on either stream, whatever status it ends with."""
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    said = result.output + (result.stderr if result.stderr_bytes else "")
    if isinstance(result.exception, Exception):
        said += f"{result.exception}"
    return said


def figures(home: Home) -> list[tuple[Any, ...]]:
    return [(f.figure_id, f.value, f.version, f.sources, f.recorded_from) for f in home.figures()]


# --- nothing comes out


def test_the_test_itself_would_see_a_leak(finished: Place) -> None:
    found = {line.partition("/")[0] for line in leaks(finished.home)}
    assert found == {"landing"} or found == {"landing", "registers"}
    with finished.open() as home:
        frames = [home.registers.read(s.kind, s.register) for s in home.submissions() if s.register]
    rows = "".join(str(frame.rows()) for frame in frames)
    assert {"龘靐齉", "13987650001", "麣鼊齽", "13987659991"} <= set(leaked(rows.encode()))


def test_nothing_that_is_kept_or_published_holds_a_personal_value(finished: Place) -> None:
    assert list(leaks(finished.home, but=("landing", "registers"))) == []


def test_the_rules_judged_what_was_filed(finished: Place) -> None:
    with finished.open() as home:
        filed = {s.file: s for s in home.submissions()}
        rules = {f.rule for f in home.findings(filed[NOVEMBER].id)}
        assert rules == {f"VR-0{n}" for n in range(1, 9)}
        assert filed[NOVEMBER].quarantined == 1
        assert "CELL-01" in {f.rule for f in home.findings(filed[FORMULAS].id)}
        assert "HEAD-09" in {f.rule for f in home.findings(filed[LOOSE].id)}


def test_no_command_prints_a_personal_value(finished: Place) -> None:
    pack, home = finished.pack, finished.home
    with Home.look(home) as opened:
        ids = {s.file: s.id for s in opened.submissions()}
        figure_ids = [f.figure_id for f in opened.figures()]
    said = {}
    for file in (OCTOBER, NOVEMBER, FORMULAS, LOOSE):
        for shape in ("text", "json", "junit", "sarif"):
            beside = ("--pack", pack, "--home", home, "--format", shape)
            said[f"check {file} {shape}"] = told("check", pack / file, "--kind", "visitors", *beside)
    said["check alone"] = told("check", pack / PLAN, "--kind", "work_plan", "--format", "json")
    for command in ("explain", "waive", "due"):
        for shape in ("text", "json"):
            said[f"{command} {shape}"] = told(command, pack, "--home", home, "--format", shape)
    for figure in figure_ids:
        said[f"trace {figure}"] = told("trace", figure, "--home", home, "--format", "json")
    said["erase"] = told("erase", pack, "--home", home, "--due") + told("erase", home, "--due", "--format", "json")
    said["rules test"] = told("rules", "test", pack, "--home", home, "--kind", "visitors", "--format", "json")
    said["backtest"] = told("rules", "backtest", pack, "--home", home, "--rule", "VR-01", "--format", "json")
    if "diff" in {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}:
        said["diff"] = told("diff", ids[OCTOBER], ids[NOVEMBER], "--home", home, "--format", "json")
        assert "D-3" in said["diff"]
    assert {name: leaked(text.encode()) for name, text in said.items() if leaked(text.encode())} == {}
    assert all(text.strip() for text in said.values())
    assert "139****0003" in said[f"check {NOVEMBER} text"]
    assert "VR-02@CT.visitors.2020-11:visitor:齾**" in said["explain text"]


def test_before_any_contract_what_a_heading_or_a_number_says_of_itself_is_masked(tmp_path: Path) -> None:
    rows = ("麣鼊齽,0731-80007711,回拨13987659991,5", "龘靐齉,13987650001,无,7")
    write_lines(tmp_path / "x.csv", ["联系人,联系电话,备注,次数", *rows])
    for arguments in (("--rows",), ("--format", "json"), ()):
        said = told("read", tmp_path / "x.csv", *arguments)
        assert leaked(said.encode()) == []
        assert said
    lines = [json.loads(line) for line in told("read", tmp_path / "x.csv", "--rows").splitlines() if line[0] == "{"]
    assert [cell["text"] for cell in lines[0]["cells"]] == ["麣**", "***", "回拨139****9991", "5"]
    (tmp_path / "x.txt").write_text("13987650001\n5个\n", encoding="utf-8")
    assert leaked(told("figures", tmp_path / "x.txt", "--cells").encode()) == []


def test_a_run_under_prefect_leaves_no_trace_of_a_person(tmp_path: Path) -> None:
    pack, kinds = write_personal_pack(tmp_path / "filed")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    own = {"JIXIAO_KINDS": kinds, "TMPDIR": scratch, "PREFECT_HOME": tmp_path / "home" / "prefect"}
    environment = os.environ | {name: str(at) for name, at in own.items()} | {"PREFECT_LOGGING_LEVEL": "DEBUG"}
    command = [sys.executable, "-m", "flows.cli", "run", str(pack), "--home", str(tmp_path / "home")]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=300, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr.decode()
    assert leaked(done.stdout + done.stderr) == []
    assert list(leaks(tmp_path / "home", but=("landing", "registers"))) == []
    assert list(leaks(scratch)) == []
    assert list((tmp_path / "home" / "prefect").rglob("*.db"))


# --- and after a while nothing is left


def test_what_is_due_is_listed_and_nothing_is_done_without_a_confirmation(own: Place) -> None:
    before = {p: p.read_bytes() for p in (own.home / "landing").iterdir()}
    listed = json.loads(told("erase", own.home, "--before", "2020-11-01", "--format", "json"))["due"]
    assert {one["file"] for one in listed} == {OCTOBER, FORMULAS}
    assert {one["over_on"] for one in listed} == {"2021-11-01"}
    due = json.loads(told("erase", own.pack, "--home", own.home, "--due", "--format", "json"))["due"]
    assert {one["file"] for one in due} == {OCTOBER, NOVEMBER, FORMULAS, LOOSE, PLAN}
    assert {p: p.read_bytes() for p in (own.home / "landing").iterdir()} == before
    for wrong in (
        (),
        ("--due", "--before", "2020-11-01"),
        ("--due", "--confirm"),
        ("--due", "--confirm", "--by", "某"),
    ):
        assert "--" in told("erase", own.home, *wrong)
    assert {p: p.read_bytes() for p in (own.home / "landing").iterdir()} == before


def test_after_an_erasure_nothing_personal_is_in_any_byte_and_all_else_stands(own: Place) -> None:
    with own.open() as home:
        before = figures(home), {s.id: home.findings(s.id) for s in home.submissions()}, home.submissions()
    said = told("erase", own.pack, "--home", own.home, "--due", "--confirm", "--by", "信息处", "--basis", "保存期满")
    assert PLAN in said
    assert list(leaks(own.home)) == []
    with own.open() as home:
        assert home.verify_chain() == []
        assert (figures(home), {s.id: home.findings(s.id) for s in home.submissions()}, home.submissions()) == before
        with reading(home.engine) as connection:
            gone = erased_files(connection)
        erased = [s for s in home.submissions() if s.file in (OCTOBER, NOVEMBER, FORMULAS, LOOSE, PLAN)]
        registers = [s.register for s in erased if s.register]
        assert set(gone) == {s.sha256 for s in erased} | set(registers)
        assert {gone[h].by for h in gone} == {"信息处"}
        for s in erased:
            assert not (home.landing.folder / s.sha256).exists()
            with pytest.raises(ErasedError, match=s.id):
                home.landing.path(s.sha256)
            if s.register:
                rows = home.registers.read(s.kind, s.register)
                assert rows.height == s.accepted
                personal = [f.name for f in s.fields or () if f.personal]
                assert rows.select(personal).null_count().row(0) == (rows.height,) * len(personal)
        visits = home.registers.read("visitors", next(s.register or "" for s in erased if s.file == OCTOBER))["visits"]
        assert visits.to_list() == [2, 3]
        assert home.sweep_registers() == []
    for figure in ("visits@CT.2020-10", "visits@XJ.2020-11"):
        assert "已清除" in told("trace", figure, "--home", own.home)


def test_a_later_run_neither_brings_the_bytes_back_nor_stumbles(own: Place) -> None:
    with own.open() as home:
        before = figures(home)
    own.erase()
    result = own.run()
    assert set(result.erased) == {OCTOBER, NOVEMBER, FORMULAS, LOOSE, PLAN}
    assert (result.new, result.changed, result.not_judged_again) == (0, (), ())
    assert list(leaks(own.home)) == []
    with own.open() as home:
        assert (figures(home), home.verify_chain()) == (before, [])
    # Its keeper empties one file, and removes another with its line.
    (own.pack / OCTOBER).write_bytes(b"")
    (own.pack / PLAN).unlink()
    lines = (own.pack / "arrivals.csv").read_text(encoding="utf-8").splitlines()
    write_lines(own.pack / "arrivals.csv", [line for line in lines if PLAN not in line])
    result = own.run()
    assert set(result.erased) == {NOVEMBER, FORMULAS, LOOSE}
    assert result.changed == ()
    with own.open() as home:
        assert (figures(home), home.verify_chain()) == (before, [])


def test_the_run_says_which_files_are_to_be_removed_by_hand(own: Place, capsys: pytest.CaptureFixture[str]) -> None:
    from flows.commands.closing import print_open
    from flows.commands.console import Console

    own.erase()
    print_open(Console(), own.run(), "pack")
    printed = capsys.readouterr().out
    assert NOVEMBER in printed
    assert "remove them by hand" in printed


def test_erased_bytes_are_not_taken_as_something_new(own: Place) -> None:
    own.erase()
    again = "submissions/visitors/CM_2020-10_v2.csv"
    shutil.copy(own.pack / OCTOBER, own.pack / again)
    with (own.pack / "arrivals.csv").open("a", encoding="utf-8") as arrivals:
        arrivals.write(f"{again},2020-12-20T10:00:00+08:00,报送系统\n")
    with pytest.raises(ErasedError) as refused:
        own.run()
    assert again in refused.value.zh
    assert again in refused.value.en
    assert list(leaks(own.home)) == []


def test_what_ought_to_be_judged_again_and_cannot_is_said_and_the_run_goes_on(own: Place) -> None:
    own.erase()
    corrected = "submissions/visitors/CT_2020-10_v2.csv"
    write_lines(own.pack / corrected, [HEADING, *(row.replace("1398765000", "1388765000") for row in ROWS[OCTOBER])])
    with (own.pack / "arrivals.csv").open("a", encoding="utf-8") as arrivals:
        arrivals.write(f"{corrected},2020-12-20T10:00:00+08:00,报送系统\n")
    result = own.run()
    assert result.new == 1
    ((file, zh, en),) = result.not_judged_again
    assert file == NOVEMBER
    assert corrected in zh
    assert corrected in en
    with own.open() as home:
        assert home.verify_chain() == []
        november = next(s for s in home.submissions() if s.file == NOVEMBER)
        assert november.pass_number == 1
    # Its own retention is over as well, and it was not erased yet.
    assert list(own.erase()) == [next(s.id for s in own_submissions(own) if s.file == corrected)]
    assert list(leaks(own.home)) == []


def own_submissions(place: Place) -> list[Any]:
    with place.open() as home:
        return list(home.submissions())


def test_an_erasure_that_died_before_the_bytes_went_is_finished_by_the_next_run(
    own: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        # What a power cut does: everything up to the commit, nothing after it.
        patch.setattr(erasure, "_bury_erased", lambda _: 0)
        assert own.erase()
    assert list(leaks(own.home)) != []
    with own.open() as home:
        home.sweep_registers()  # takes nothing that the entries lead to
        assert erasure.finish(home) > 0
        assert erasure.finish(home) == 0
        assert home.verify_chain() == []
    own.run()
    assert list(leaks(own.home)) == []


def test_what_another_submission_still_needs_stays_until_that_is_due_too(own: Place) -> None:
    same = "submissions/visitors/CM_2024-10.csv"
    settings = (own.pack / "pack.toml").read_text(encoding="utf-8")
    other = own.pack.parent / "other"
    shutil.copytree(own.pack, other)
    shutil.rmtree(other / "submissions")
    (other / "pack.toml").write_text(settings.replace("2020", "2024"), encoding="utf-8")
    (other / "obligations.csv").write_text(
        (own.pack / "obligations.csv").read_text(encoding="utf-8").replace("2020", "2024"), encoding="utf-8"
    )
    (other / same).parent.mkdir(parents=True)
    shutil.copy(own.pack / OCTOBER, other / same)
    write_lines(other / "arrivals.csv", ["file,received_at,channel", f"{same},2024-11-05T10:00:00+08:00,报送系统"])
    run_plain(load_pack(other, own.settings), own.home, own.settings)
    with own.open() as home:
        found = candidates(home, discover_kinds([own.kinds]), today=date(2025, 6, 1))
        (held,) = (c for c in found if c.held)
        newer = next(s for s in home.submissions() if s.file == same)
        assert held.submission.file == OCTOBER
        assert newer.id in held.held_zh
        assert newer.id in held.held_en
        assert held.submission.id not in erase(home, found, by="某", basis="某", at=NOW)
        assert home.landing.read(newer.sha256)
        found = candidates(home, discover_kinds([own.kinds]), today=TODAY)
        assert {c.submission.id for c in found} == {held.submission.id, newer.id}
        assert not any(c.held for c in found)
        assert len(erase(home, found, by="某", basis="某", at=NOW)) == 2
    assert list(leaks(own.home)) == []


def test_a_changed_note_of_an_erasure_is_no_licence(own: Place) -> None:
    own.erase()
    stone = next((own.home / "landing").glob("*.erased"))
    stone.chmod(0o644)
    stone.write_text("{}", encoding="utf-8")
    with own.open() as home, pytest.raises(StorageError, match="erasure"):
        home.landing.path(stone.name.removesuffix(".erased"))


def test_the_free_pages_of_the_database_never_held_any(own: Place) -> None:
    own.erase()
    with closing(sqlite3.connect(own.home / "warehouse.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert leaked((own.home / "warehouse.db").read_bytes()) == []
