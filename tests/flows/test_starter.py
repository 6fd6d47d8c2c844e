"""The pack that `jixiao init` makes: it runs at once, says that it is made up, and writes over nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.errors import UsageError
from flows import starter
from flows.batch import load_pack, run_plain
from flows.pack_reading import read_pack
from flows.settings import Settings
from flows.starter import write_starter
from tests.contracts.right_rows import kinds


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_new_pack_runs_at_once_with_nothing_to_find_fault_with(tmp_path: Path) -> None:
    folder = tmp_path / "我的数据包"
    write_starter(folder)
    result = run_plain(load_pack(folder, Settings()), tmp_path / "home", Settings())
    assert result.submissions == result.outcomes["accepted"] >= 2
    assert (result.late, set(result.findings.values()), result.not_evaluable, result.unlisted) == (0, {0}, 0, ())
    summary = result.summary.read_text(encoding="utf-8")
    assert "示例数据（虚构）" in summary
    assert "99.502488" in summary


def test_it_has_every_list_and_is_the_same_every_time(tmp_path: Path) -> None:
    write_starter(tmp_path / "a")
    (tmp_path / "b").mkdir()
    write_starter(tmp_path / "b")
    written = files_of(tmp_path / "a")
    assert written == files_of(tmp_path / "b") == files_of(Path(str(starter.__file__)).parent / "pack")
    assert {"README.md", "pack.toml", "filers.csv", "indicators.csv", "obligations.csv", "arrivals.csv"} <= set(written)
    assert not any(name.endswith((".py", ".pyc")) for name in written)


@pytest.mark.parametrize("there", ["file", "folder with a file", "folder with a hidden file"])
def test_it_writes_over_nothing(tmp_path: Path, there: str) -> None:
    folder = tmp_path / "there"
    kept = folder
    if there != "file":
        folder.mkdir()
        kept = folder / (".hidden" if "hidden" in there else "pack.toml")
    kept.write_text("mine", encoding="utf-8")
    before = files_of(tmp_path)
    with pytest.raises(UsageError, match="未作改动"):
        write_starter(folder)
    assert files_of(tmp_path) == before


def test_a_folder_that_cannot_be_made_is_said_in_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="无法写入"):
        write_starter(tmp_path / "file" / "pack")


def test_it_can_be_emptied_as_its_readme_says(tmp_path: Path) -> None:
    write_starter(tmp_path / "p")
    arrivals = tmp_path / "p" / "arrivals.csv"
    heading = arrivals.read_text(encoding="utf-8").splitlines()[0]
    arrivals.write_text(heading + "\n", encoding="utf-8")
    pack = read_pack(tmp_path / "p", kinds())
    assert [arrival.channel for arrival in pack.arrivals] == ["数据包"] * 3
    assert len(pack.unlisted()) == 2


def test_the_readme_says_in_both_languages_how_to_make_it_ones_own(tmp_path: Path) -> None:
    write_starter(tmp_path / "p")
    text = (tmp_path / "p" / "README.md").read_text(encoding="utf-8")
    chinese, english = text.split("\n---\n")
    for part in (chinese, english):
        for name in ("pack.toml", "filers.csv", "indicators.csv", "obligations.csv", "arrivals.csv", "waivers.csv"):
            assert f"`{name}`" in part
        for command in ("jixiao run", "jixiao kinds", "jixiao template", "jixiao check", "jixiao rules"):
            assert command in part
    for name in kinds()["filer_list"].field("class").choices:
        assert f"`{name}`" in chinese
        assert f"`{name}`" in english
