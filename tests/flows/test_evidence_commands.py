"""`jixiao verify`, `backup`, `restore` and `proof` as they are called: what they print, and how they end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.errors import JixiaoError, UsageError
from flows.cli import _run
from tests.warehouse.toy import Filed, corrupt, moment, open_home, submit
from warehouse.home import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    for name in ("JIXIAO_VAR", "JIXIAO_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JIXIAO_VAR", str(tmp_path / "var"))
    with open_home(tmp_path / "var" / "toy") as opened:
        submit(opened, Filed("CT", ["3", "400"], moment(2)))
        yield opened


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    status = _run([*words])
    return status, capsys.readouterr().out


def test_all_holds(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([str(home.folder)], ["--home", str(home.folder)], []):
        status, out = told(capsys, "verify", *words)
        assert status == 0
        assert out.rstrip().endswith("全部相符 / everything matches")
    status, out = told(capsys, "verify", str(home.folder), "--format", "json")
    said = json.loads(out)
    assert (status, said["holds"], said["discrepancies"], said["checked"]["figures"]) == (0, True, [], 3)


def test_a_pack_stands_for_its_home(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "pack.toml").touch()
    assert told(capsys, "verify", str(tmp_path / "toy"))[0] == 0


def test_what_does_not_match_is_named_and_ends_with_1(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    corrupt(home, "UPDATE figures SET value = '9' WHERE key = 1", "UPDATE submissions SET channel = '另一处'")
    status, out = told(capsys, "verify", str(home.folder))
    assert status == 1
    assert "figures key=1 figure_id=toy_stations.built@CT.2020-11" in out
    assert "submissions id=JX-2020-0001" in out
    assert "channel 与台账不一致" in out
    assert "2 处与台账不符 / 2 do not match the ledger" in out
    said = json.loads(told(capsys, "verify", str(home.folder), "--format", "json")[1])
    assert {d["where"]: d["columns"] for d in said["discrepancies"]} == {"figures": [], "submissions": ["channel"]}


def test_a_printed_head(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    head = json.loads(told(capsys, "verify", str(home.folder), "--format", "json")[1])["head"]
    assert told(capsys, "verify", str(home.folder), "--head", f"{head['sequence']}:{head['hash'][:16]}")[0] == 0
    assert told(capsys, "verify", str(home.folder), "--head", "0" * 64)[0] == 1
    with pytest.raises(UsageError):
        _run(["verify", str(home.folder), "--head", "头"])


def test_back_up_and_restore(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, again = str(tmp_path / "b.zip"), str(tmp_path / "again")
    status, out = told(capsys, "backup", str(home.folder), file)
    assert (status, "已备份" in out) == (0, True)
    status, out = told(capsys, "restore", file, again)
    assert (status, "全部相符" in out) == (0, True)
    assert (tmp_path / "again" / "analyst.duckdb").is_file()
    for words in (
        ["backup", str(home.folder), file],
        ["restore", file, again],
        ["restore", again, str(tmp_path / "x")],
    ):
        with pytest.raises(JixiaoError) as refused:
            _run(words)
        assert refused.value.exit_status == 2


def test_what_is_missing_from_a_backup_ends_with_1(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = next((home.folder / "landing").iterdir())
    lost.unlink()
    file = str(tmp_path / "b.zip")
    status, out = told(capsys, "backup", str(home.folder), file, "--format", "json")
    assert (status, json.loads(out)["missing"]) == (1, [f"landing/{lost.name}"])
    assert told(capsys, "restore", file, str(tmp_path / "again"))[0] == 1


def test_no_proof_of_what_was_not_published(home: Home, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有公布"):
        _run(["proof", "2020", "--home", str(home.folder), "--out", str(tmp_path / "p.zip")])
    assert not (tmp_path / "p.zip").exists()
