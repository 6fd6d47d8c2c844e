"""`jixiao read` as its users meet it: what it prints, how it ends, for files of every format."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from flows.commands.read import read_file

SAMPLES = Path(__file__).resolve().parents[1] / "transforms" / "samples"
TABLES = sorted(path.name for path in SAMPLES.glob("table.*") if path.suffix not in (".py", ".mjs"))
# What a table of this layout holds, in whatever format; `table.py` beside the samples says the same cell by cell.
CODES = ["0010", "0020", "0030", "0040"]


def read(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    status = read_file(path, as_json=True, rows=False)
    return status, json.loads(capsys.readouterr().out)


def read_rows(path: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert read_file(path, as_json=False, rows=True) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("name", TABLES)
def test_every_format_shows_the_same_table(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = SAMPLES / name
    status, told = read(path, capsys)
    assert status == 0
    assert told["file"] == name
    assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told["type"] == path.suffix[1:]
    cells = told["cells"]
    assert cells["nonempty"] == cells["used"] + cells["ignored"] + cells["found"] > 40
    (table,) = told["sheets"][0]["tables"]
    assert (table["range"], table["rows"], table["totals"]) == ("A3:M10", 4, 1)
    assert table["headings"][:5] == ["代码", "地区", "电话用户/移动/到达", "电话用户/移动/同比", "电话用户/固定/到达"]


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_printed_with_its_cells(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row for row in read_rows(SAMPLES / name, capsys) if row["sheet"] not in ("说明",)]
    assert [row["row"] for row in rows] == [6, 7, 8, 9]
    assert [row["cells"][0] for row in rows] == [
        {"address": f"A{number}", "heading": "代码", "text": code} for number, code in enumerate(CODES, 6)
    ]


def test_encodings_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert read(SAMPLES / "table.iconv.gb18030.csv", capsys)[1]["encoding"] == "GB18030"
    assert read(SAMPLES / "table.libreoffice.utf8.csv", capsys)[1]["encoding"] == "UTF-8"
    assert read(SAMPLES / "table.libreoffice.xlsx", capsys)[1]["encoding"] is None


def test_hidden_parts_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    _, told = read(SAMPLES / "table.libreoffice.xlsx", capsys)
    assert [(s["name"], s["hidden"], s["used"], s["reason"]) for s in told["sheets"]] == [
        ("用户表", False, True, None),
        ("说明", True, True, None),
        ("空表", False, False, "空白工作表 / an empty sheet"),
    ]
    assert {finding["rule"] for finding in told["findings"]} >= {"TABLE-02", "CELL-02", "HEAD-06"}


def test_an_archive_shows_what_is_in_each_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "报送.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(SAMPLES / "table.libreoffice.ods", "甲/表.ods")
        archive.write(SAMPLES / "table.iconv.gb18030.csv", "乙.csv")
        archive.writestr("封面.pdf", b"%PDF-1.7 ...")
    status, told = read(path, capsys)
    assert (status, told["type"]) == (0, "zip")
    assert [s["name"] for s in told["sheets"] if s["tables"]] == ["甲/表.ods/用户表", "甲/表.ods/说明", "乙.csv"]
    assert [f["rule"] for f in told["findings"] if f["rule"].startswith("FILE")] == ["FILE-11"]
    assert len(read_rows(path, capsys)) == 10


def test_what_cannot_be_read_ends_with_1_and_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes((SAMPLES / "table.libreoffice.xlsx").read_bytes()[:3000])
    status, told = read(path, capsys)
    assert (status, told["type"], told["sheets"], told["cells"]["nonempty"]) == (1, None, [], 0)
    assert [f["rule"] for f in told["findings"]] == ["FILE-04"]
    assert read_file(path, as_json=False, rows=False) == 1
    assert "无法读取" in capsys.readouterr().out


def test_the_text_says_what_the_json_says(capsys: pytest.CaptureFixture[str]) -> None:
    path = SAMPLES / "table.libreoffice.xlsx"
    _, told = read(path, capsys)
    assert read_file(path, as_json=False, rows=False) == 0
    text = capsys.readouterr().out
    for heading in told["sheets"][0]["tables"][0]["headings"]:
        assert heading in text
    cells = told["cells"]
    assert f"非空单元格 {cells['nonempty']} = 使用 {cells['used']}" in text
    assert all(finding["message_zh"] in text and finding["message_en"] in text for finding in told["findings"])


def test_what_a_filer_wrote_does_nothing_on_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,\u202e数量\n[bold]\x1b[31m甲,1\n".replace("\x1b", "\u009b"), encoding="utf-8")
    read_file(path, as_json=False, rows=False)
    read_file(path, as_json=False, rows=True)
    said = capsys.readouterr()
    assert not {"\x1b", "\u009b", "\u202e"} & set(said.out + said.err)
