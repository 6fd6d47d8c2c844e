"""A proof convinces plain Python on a machine with nothing installed; one byte changed, and it does not."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from contracts.errors import UsageError
from flows.batch import load_pack, run_plain
from flows.settings import Settings
from warehouse import prove
from warehouse.proof import write_proof


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A real home after a run."""
    folder = tmp_path_factory.mktemp("whole") / "home"
    settings = Settings(var=folder.parent, kinds="")
    run_plain(load_pack(root / "examples" / "jiangxi-2020", settings), folder, settings)
    return folder


@pytest.fixture(scope="module")
def proof(whole: Path) -> Path:
    file = whole.parent / "2020.zip"
    assert write_proof(whole, 2020, file).wrong == []
    return file


def elsewhere(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run prove.py as on another machine: no packages, no environment, not our folder."""
    command = [sys.executable, "-I", "-S", "prove.py", *arguments]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, encoding="utf-8", timeout=120)


@pytest.fixture
def unpacked(proof: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(proof) as archive:
        archive.extractall(tmp_path / "proof")
    return tmp_path / "proof"


def test_it_proves_every_printed_figure_with_nothing_installed(whole: Path, unpacked: Path, proof: Path) -> None:
    answer = elsewhere(unpacked)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "全部相符 / everything matches" in answer.stdout
    assert elsewhere(unpacked, str(proof)).stdout == answer.stdout
    with closing(sqlite3.connect(whole / "warehouse.db")) as connection:
        sequence, head = connection.execute("SELECT MAX(sequence), hash FROM ledger").fetchone()
        (figures,) = connection.execute("SELECT COUNT(*) FROM figures WHERE recorded_to IS NULL").fetchone()
    assert f"{sequence}:{head}" in answer.stdout
    told = prove.prove(proof)
    values = sum(n for what, n in told.checked.items() if what.startswith("values: "))
    assert told.checked["stored rows of figures"] == figures
    assert values + sum(n for what, n in told.cannot.items() if what.startswith("values: ")) == figures
    assert values > 0.9 * figures
    assert {w for w in told.checked if w.startswith("values: ")} >= {
        "values: sum of parts", "values: ratio of parts", "values: hull of parts", "values: sum of cells",
        "values: text of the cell", "values: count of rows", "values: ratio as written",
    }  # fmt: skip


def test_one_byte_of_any_file_is_found(unpacked: Path) -> None:
    paths = sorted(p for p in unpacked.rglob("*") if p.is_file() and p.name not in ("prove.py", "manifest.json"))
    for path in paths[:: max(1, len(paths) // 9)]:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        before = path.read_bytes()
        path.write_bytes(data)
        name = path.relative_to(unpacked).as_posix()
        answer = elsewhere(unpacked)
        path.write_bytes(before)
        assert answer.returncode == 1, name
        assert name in answer.stdout or "损坏" in answer.stdout
    (unpacked / "more").write_text("x")
    assert elsewhere(unpacked).returncode == 1


def forge(folder: Path, name: str, data: bytes) -> None:
    """Change a file and put the manifest right again, as somebody would who knows how a proof is made."""
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"][name] = hashlib.sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_a_figure_changed_with_its_manifest_is_found_by_the_chain(unpacked: Path) -> None:
    told = json.loads((unpacked / "figures.json").read_bytes())
    row = next(r for r in told["figures"] if r["method"] == "sum" and r["key"] in told["current"])
    row["value"] = row["low"] = row["high"] = "7777"
    forge(unpacked, "figures.json", json.dumps(told, ensure_ascii=False).encode())
    answer = elsewhere(unpacked)
    assert answer.returncode == 1
    assert "stored rows of figures" in answer.stdout
    assert f"{row['figure_id']}: " in answer.stdout  # nor is it what was printed
    assert f"{row['figure_id']} = 7777" in answer.stdout  # nor what the cells come to


def test_a_printed_number_changed_with_its_manifest_is_found(unpacked: Path) -> None:
    name = "published/annual/2020/figures.csv"
    data = (unpacked / name).read_bytes().replace(b",4650,4650,4650,", b",4651,4651,4651,", 1)
    forge(unpacked, name, data)
    answer = elsewhere(unpacked)
    assert answer.returncode == 1
    assert "printed figures" in answer.stdout
    assert "published files" in answer.stdout


def test_a_printed_head_is_looked_up_in_the_chain(unpacked: Path) -> None:
    page = (unpacked / "published/annual/2020/summary.md").read_text(encoding="utf-8")
    told = prove.PRINTED.search(page)
    assert told is not None
    printed, last = f"{told[1]}:{told[2]}", json.loads((unpacked / "manifest.json").read_bytes())["head"]
    assert last["hash"] != told[2]  # a later entry notes that the page was published
    for head in (printed, told[2][:8]):
        answer = elsewhere(unpacked, "--head", head)
        assert (answer.returncode, f"found in the chain: {head}" in answer.stdout) == (0, True)
    for head in (f"{int(told[1]) + 1}:{told[2]}", "0" * 64):
        answer = elsewhere(unpacked, "--head", head)
        assert (answer.returncode, f"not in the chain: {head}" in answer.stdout) == (1, True)
        assert "found in the chain" not in answer.stdout
    assert elsewhere(unpacked, "--head", "xyz").returncode == 2


def test_a_summary_whose_head_is_of_another_chain_is_found_without_being_asked(unpacked: Path) -> None:
    assert "printed head of summary.md" in elsewhere(unpacked).stdout
    name = "published/annual/2020/summary.md"
    page = (unpacked / name).read_text(encoding="utf-8")
    told = prove.PRINTED.search(page)
    assert told is not None
    forge(unpacked, name, page.replace(told[2], "0" * 64).encode())
    answer = elsewhere(unpacked)
    assert answer.returncode == 1
    assert f"printed head of summary.md: 台账中没有 / not in the chain: {told[1]}:{'0' * 64}" in answer.stdout


def test_an_entry_taken_out_of_the_chain_is_found(unpacked: Path) -> None:
    lines = (unpacked / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    forge(unpacked, "ledger.jsonl", b"".join(lines[:40] + lines[41:]))
    answer = elsewhere(unpacked)
    assert answer.returncode == 1
    assert "entry 41" in answer.stdout


def test_an_input_changed_with_its_name_is_found(unpacked: Path) -> None:
    path = next(p for p in sorted((unpacked / "inputs").iterdir()) if p.read_bytes()[:2] == b"PK")
    data = path.read_bytes() + b"x"
    (unpacked / "inputs" / path.name).unlink()
    manifest = json.loads((unpacked / "manifest.json").read_bytes())
    del manifest["files"][f"inputs/{path.name}"]
    (unpacked / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    forge(unpacked, f"inputs/{hashlib.sha256(data).hexdigest()}", data)
    answer = elsewhere(unpacked)
    assert answer.returncode == 1
    assert "received files" in answer.stdout


def test_a_home_whose_figures_are_no_longer_those_published_is_told(whole: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(whole, tmp_path / "copy"))
    with closing(sqlite3.connect(copy / "warehouse.db")) as connection:
        connection.execute("UPDATE figures SET value = '1' WHERE figure_id = 'basic_carriers@JXCA.2020'")
        connection.commit()
    wrong = write_proof(copy, 2020, tmp_path / "p.zip").wrong
    assert any("basic_carriers@JXCA.2020" in told for told in wrong)


def test_misuse(whole: Path, proof: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="already"):
        write_proof(whole, 2020, proof)
    with pytest.raises(UsageError, match="2019"):
        write_proof(whole, 2019, tmp_path / "p.zip")
    assert list(tmp_path.iterdir()) == []
    shutil.copy(Path(prove.__file__), tmp_path / "prove.py")
    assert elsewhere(tmp_path, "nowhere.zip").returncode == 2


def test_what_was_filed_is_read_as_we_read_it() -> None:
    assert prove.addresses("B2:C3;AA10") == ["B2", "B3", "C2", "C3", "AA10"]
    assert [prove.letters(prove.index(name)) for name in ("A", "Z", "AA", "XFD")] == ["A", "Z", "AA", "XFD"]
    book = prove.read_book('地区,数\n甲,"1,2"\n'.encode("gb18030"))
    assert book[""] == {"A1": "地区", "B1": "数", "A2": "甲", "B2": "1,2"}
    assert prove.read_book(b"PK\x03\x04 no workbook") == {}
