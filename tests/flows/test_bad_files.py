"""A file that cannot be read, or a pack that is wrong, is told once and clearly in both languages; others go on."""

from __future__ import annotations

import io
import shutil
import struct
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from contracts.errors import PackError
from contracts.finding import Finding, Outcome
from flows.batch import BatchResult, load_pack, run_plain
from flows.cli import main
from flows.settings import Settings
from tests.flows.conftest import EXAMPLES, Finished
from tests.transforms.made_files import png, zipped
from warehouse.home import Home
from warehouse.stored import StoredSubmission

JIANGXI = EXAMPLES / "jiangxi-2020"
WORKBOOK = JIANGXI / "submissions" / "network_build" / "CM_2020.xlsx"
REGISTER = JIANGXI / "submissions" / "network_build" / "CU_2020.csv"


def locked() -> bytes:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(WORKBOOK.read_bytes())).encrypt("密码", out)
    return out.getvalue()


def bomb() -> bytes:
    """A workbook of 600 MiB in 600 KiB: one stream that repeats a compressed block."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    stream = block * 600 + packer.flush(zlib.Z_FINISH)
    name, size = b"xl/workbook.xml", 600 << 20
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, 0, len(stream), size, len(name), 0)
    local = b"PK\x03\x04" + common + name + stream
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def broken_byte() -> bytes:
    data = REGISTER.read_bytes()
    at = data.index(b"2603")
    return data[:at] + b"\xff" + data[at + 1 :]


# File, its bytes, the one rule it breaks, and what the message has to name.
BAD: dict[str, tuple[Callable[[], bytes], str, tuple[str, ...]]] = {
    "network_build/CM_2020_zero.xlsx": (lambda: b"", "FILE-01", ("0",)),
    "network_build/CM_2020_image.xlsx": (png, "FILE-02", ("PNG",)),
    "network_build/CM_2020_locked.xlsx": (locked, "FILE-03", ()),
    "network_build/CU_2020_byte.csv": (broken_byte, "FILE-05", ("0xFF", "3")),
    "network_build/CM_2020_cut.xlsx": (lambda: WORKBOOK.read_bytes()[:3000], "FILE-04", ()),
    "network_build/CM_2020_bomb.xlsx": (bomb, "FILE-08", ("512 MiB",)),
    "network_build/CM_2020_letter.docx": (lambda: zipped({"word/document.xml": b"<w/>"}), "FILE-01", ("docx",)),
    "network_build/CM_2020_scan.pdf": (lambda: b"%PDF-1.7\n1 0 obj\n", "FILE-02", ("PDF",)),
    "network_build/CM_2020_both.zip": (lambda: zipped({"../a.csv": b"a,b\n1,2\n"}), "FILE-10", ("../a.csv",)),
}


@dataclass(frozen=True)
class Batch:
    result: BatchResult
    verdicts: dict[str, StoredSubmission]
    findings: dict[str, list[Finding]]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """The Jiangxi pack with every bad file in it, arriving before the others' last ones, run to its end."""
    folder = tmp_path_factory.mktemp("bad") / "jiangxi-2020"
    shutil.copytree(JIANGXI, folder)
    with (folder / "arrivals.csv").open("a", encoding="utf-8", newline="") as arrivals:
        for minute, (file, (make, _, _)) in enumerate(BAD.items()):
            (folder / "submissions" / file).write_bytes(make())
            arrivals.write(f"submissions/{file},2020-12-31T16:{30 + minute}:00+08:00,电子邮件\n")
    pack = load_pack(folder, Settings())
    result = run_plain(pack, folder.parent / "home", Settings())
    with Home.look(result.home) as home:
        stored = {s.arrival.file.removeprefix("submissions/"): s for s in home.submissions()}
        return Batch(result, stored, {file: home.findings(stored[file].id) for file in stored})


@pytest.mark.parametrize("file", BAD)
def test_a_bad_file_gets_one_clear_message(file: str, batch: Batch) -> None:
    _, rule, words = BAD[file]
    assert batch.verdicts[file].outcome is Outcome.RETURNED
    (finding,) = batch.findings[file]
    assert (finding.rule, finding.blocks) == (rule, True)
    for message in (finding.message_zh, finding.message_en):
        assert Path(file).name in message
        assert all(word in message for word in words), message
        assert "Traceback" not in message
    assert any("\u4e00" <= c <= "\u9fff" for c in finding.message_zh)
    assert not any("\u4e00" <= c <= "\u9fff" for c in finding.message_en.replace(file, ""))
    assert finding.expected


def test_every_file_got_its_verdict_and_the_others_are_as_ever(batch: Batch, jiangxi: Finished) -> None:
    assert all(s.outcome is not None for s in batch.verdicts.values())
    assert batch.result.submissions == jiangxi.result.submissions + len(BAD)
    assert batch.result.outcomes["returned"] == jiangxi.result.outcomes["returned"] + len(BAD)
    assert batch.result.outcomes["accepted"] == jiangxi.result.outcomes["accepted"]
    figures = Path("published", "annual", "2020", "figures.csv")
    assert (batch.result.home / figures).read_bytes() == (jiangxi.home / figures).read_bytes()


def test_every_bad_file_has_its_report(batch: Batch) -> None:
    for file in BAD:
        report = batch.result.validation.parent / f"{batch.verdicts[file].id}.html"
        assert BAD[file][1] in report.read_text(encoding="utf-8")


# A mistake in a pack: its file, what stands there, what is written instead, and what both messages have to name.
Change = tuple[str, str, str]
PACK: dict[str, tuple[Change, tuple[str, ...]]] = {
    "toml that cannot be parsed": (("pack.toml", 'title = "', "title = "), ("pack.toml", "line 1, column 9")),
    "a setting left out": (("pack.toml", "year = 2020\n", ""), ("pack.toml", "year")),
    "a setting nobody knows": (("pack.toml", "form =", "forme ="), ("pack.toml", "8", "forme")),
    "a moment without a zone": (("pack.toml", "09:00:00+08:00", "09:00:00"), ("pack.toml", "5", "issued_at")),
    "a bureau that is not listed": (("pack.toml", "JXCA", "XXCA"), ("pack.toml", "2", "bureau", "XXCA", "filers.csv")),
    "an unknown class": (("filers.csv", "tower", "towers"), ("filers.csv:12:D", "towers", "tower")),
    "a code twice": (("filers.csv", "TT,", "CU,"), ("filers.csv:11:A", "CU", "11、12")),
    "a column left out": (("filers.csv", "code,name,", "code,nom,"), ("filers.csv:1:B", "name")),
    "an unknown kind": (
        ("arrivals.csv", "network_build/CT_2020-10", "network_bild/CT_2020-10"),
        ("arrivals.csv:2:A", "network_bild", "network_build"),
    ),
    "an unknown filer": (("arrivals.csv", "CT_2020-10", "CX_2020-10"), ("arrivals.csv:2:A", "CX", "filers.csv")),
    "a file that is not there": (
        ("arrivals.csv", "CT_2020-10", "CT_2020-09"),
        ("arrivals.csv:2:A", "submissions/network_build/CT_2020-09.xlsx"),
    ),
    "a file twice": (("arrivals.csv", "CT_2020-11", "CT_2020-10"), ("arrivals.csv:2:A", "CT_2020-10.xlsx", "2、6")),
    "a way out of the pack": (
        ("arrivals.csv", "submissions/network_build/CT_2020-10", "submissions/../CT_2020-10"),
        ("arrivals.csv:2:A", "submissions/../CT_2020-10.xlsx", "submissions/<kind>/<FILER>_<period>"),
    ),
    "an absolute path": (
        ("arrivals.csv", "submissions/network_build/CT_2020-10.xlsx", "/etc/passwd"),
        ("arrivals.csv:2:A", "/etc/passwd", "submissions/<kind>/<FILER>_<period>"),
    ),
    "a moment of arrival without a zone": (
        ("arrivals.csv", "2020-11-06T10:12:00+08:00", "2020-11-06 10:12"),
        ("arrivals.csv:2:B", "2020-11-06 10:12", "2020-12-10T16:30:00+08:00"),
    ),
    "a moment of arrival that does not exist": (
        ("arrivals.csv", "2020-11-06T10:12:00+08:00", "2020-13-06T10:12:00+08:00"),
        ("arrivals.csv:2:B", "2020-13-06T10:12:00+08:00", "2020-12-10T16:30:00+08:00"),
    ),
    "a due term nobody can read": (("obligations.csv", "+10d", "10 days"), ("obligations.csv:2:D", "10 days", "+10d")),
    "a due day that does not exist": (("obligations.csv", "12-31", "02-30"), ("obligations.csv:3:D", "02-30")),
    "a form nobody knows": (
        ("obligations.csv", "CT,network_build", "CT,network_bild"),
        ("obligations.csv:2:B", "network_bild"),
    ),
    "a first period nobody can read": (
        ("obligations.csv", ",2020-10,", ",2020-1x,"),
        ("obligations.csv:2:F", "2020-1x"),
    ),
    "a filer who is not listed": (("obligations.csv", "CT,network", "CX,network"), ("obligations.csv:2:A", "CX")),
    "a node twice": (("indicators.csv", "\n2-1,node", "\n1-1,node"), ("indicators.csv:5:A", "1-1", "5、12")),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    shutil.copytree(JIANGXI, folder)
    return folder


@pytest.mark.parametrize("mistake", PACK)
def test_a_mistake_in_a_pack_is_named(
    mistake: str, copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (file, right, wrong), words = PACK[mistake]
    text = (copy / file).read_text(encoding="utf-8")
    assert right in text
    (copy / file).write_text(text.replace(right, wrong, 1), encoding="utf-8", newline="")
    with pytest.raises(PackError) as raised:
        load_pack(copy, Settings())
    for message in (raised.value.zh, raised.value.en):
        assert all(word in message for word in words), message
    assert_told(copy, raised.value, monkeypatch, capsys)


@pytest.mark.parametrize("file", ["pack.toml", "filers.csv", "arrivals.csv"])
def test_a_pack_without_its_lists(
    file: str, copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / file).unlink()
    with pytest.raises(PackError) as raised:
        load_pack(copy, Settings())
    assert file in raised.value.zh
    assert file in raised.value.en
    assert_told(copy, raised.value, monkeypatch, capsys)


def assert_told(
    pack: Path, error: PackError, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends with 2 and that one message, before Prefect is started and before a home is made."""
    home = pack.parent / "home"
    monkeypatch.setattr(sys, "argv", ["jixiao", "run", str(pack), "--home", str(home)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.err == f"错误：{error.zh}\nerror: {error.en}\n"
    assert said.out == ""
    assert not home.exists()


def test_what_a_pack_may_leave_out(copy: Path) -> None:
    (copy / "indicators.csv").unlink()
    (copy / "obligations.csv").unlink()
    (copy / "explanations.csv").unlink()
    (copy / "arrivals.csv").write_text("file,received_at,channel\n", encoding="utf-8")
    assert {a.file for a in load_pack(copy, Settings()).arrivals} == {"filers.csv"}
