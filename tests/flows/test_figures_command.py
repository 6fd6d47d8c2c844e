"""`jixiao figures`: quantities and dates out of running text and out of cells."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import UsageError
from flows.commands.figures import print_figures

CASES = list(csv.DictReader((Path(__file__).parents[1] / "contracts" / "quantities.csv").open(encoding="utf-8-sig")))
KEYS = [
    "start", "end", "text", "kind", "value", "low", "high", "low_closed", "high_closed", "unit", "comparator",
    "direction", "date",
]  # fmt: skip

Capture = pytest.CaptureFixture[str]


def figures(path: Path, capsys: pytest.CaptureFixture[str], *, cells: bool = False) -> list[dict[str, Any]]:
    print_figures(str(path), cells=cells, year=2020)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_running_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "截至11月30日，第三项任务累计开通5G基站3.1万个，\n同比降低15%以上；提高2.5个百分点，26个工作日内办结，零投诉。"
    )
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode("gb18030"))
    found = figures(path, capsys)
    assert [list(line) for line in found] == [KEYS] * len(found)
    assert all(text[line["start"] : line["end"]] == line["text"] for line in found)
    assert [(f["kind"], f["value"], f["low"], f["high"], f["unit"], f["comparator"], f["date"]) for f in found] == [
        ("date", None, None, None, None, None, "2020-11-30"),
        ("quantity", "31000", "30500", "31500", "个", "=", None),
        ("percentage", "15", "15", None, "%", ">=", None),
        ("percentage point", "2.5", "2.45", "2.55", "百分点", "=", None),
        ("working days", "26", "26", "26", "工作日", "=", None),
        ("zero", "0", "0", "0", "件", "=", None),
    ]
    assert [f["direction"] for f in found] == [None, 0, -1, 1, 0, 0]
    assert (found[1]["low_closed"], found[1]["high_closed"]) == (True, False)


def test_cells_are_read_whole_or_say_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cells.txt"
    path.write_text(
        "99%以上\n\n2020年11月30日\n5G\n开通30个、建成40个\n开通情况为30个\n" + "字" * 300, encoding="utf-8"
    )
    found = figures(path, capsys, cells=True)
    assert [f["kind"] for f in found] == ["percentage", "none", "date", "none", "none", "none", "none"]
    assert [f.get("reason", "").partition(" / ")[2].split(":")[0] for f in found][3:] == [
        "it states no quantity",
        "it states 2 quantities",
        "there is more than “为30个”",
        "too long",
    ]


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("共30729个".encode())))
    print_figures("-", cells=False, year=None)
    assert json.loads(capsys.readouterr().out)["value"] == "30729"


def test_the_cases_of_real_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `scan` finds is what is printed: one line for every quantity the cases count."""
    counted = [case for case in CASES if case["n"].isdigit()]
    path = tmp_path / "a.txt"
    different = []
    for case in counted:
        path.write_text(case["snippet"].replace("\\n", "\n"), encoding="utf-8")
        found = [line for line in figures(path, capsys) if line["kind"] != "date"]
        if len(found) != int(case["n"]):
            different.append(case["case_id"])
    assert different == []


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        print_figures(str(tmp_path / "none.txt"), cells=False, year=None)


def test_a_device_is_no_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # reading it would wait for ever
    with pytest.raises(UsageError):
        print_figures(str(pipe), cells=False, year=None)


def test_a_phrase_that_names_several_days_has_a_line_for_each(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "a.txt"
    path.write_text("于每季度末月15日前报送，2020年12月1日前完成，截至10月31日共3件", encoding="utf-8")
    found = figures(path, capsys)
    assert [(f["text"], f["comparator"], f["date"]) for f in found if f["kind"] == "date"] == [
        *(("每季度末月15日", "<=", f"2020-{month}-15") for month in ("03", "06", "09", "12")),
        ("2020年12月1日", "<=", "2020-12-01"),
        ("10月31日", None, "2020-10-31"),
    ]


NAMED_IN_THE_ISSUE = {
    "2.3万": ("quantity", "23000"), "1.68万亿": ("quantity", "1680000000000"), "16亿9466万": ("quantity", "1694660000"),
    "４．５亿": ("quantity", "450000000"), "三家": ("quantity", "3"), "十二万": ("quantity", "120000"),
    "百万用户": ("none", None), "3成": ("percentage", "30"), "三折": ("quantity", "0.3"),
    "超7000余": ("quantity", "7000"), "超7000余条": ("quantity", "7000"), "3,286 件": ("quantity", "3286"),
    "降低15%-20%": ("percentage", None),
    "5G": ("none", None), "第十二项": ("none", None), "2020-2022": ("none", None), "16+3+4": ("none", None),
    "7×24小时": ("none", None), "超大型": ("none", None), "《关于推进3000个村通光纤的通知》": ("none", None),
    "2.5个百分点": ("percentage point", "2.5"), "两年": ("duration", "2"), "8个工作日": ("working days", "8"),
    "每周": ("recurrence", "1"), "零投诉": ("zero", "0"),
}  # fmt: skip


def test_every_writing_that_the_issue_names(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "cells.txt"
    path.write_text("\n".join(NAMED_IN_THE_ISSUE), encoding="utf-8")
    found = figures(path, capsys, cells=True)
    assert {f["text"]: (f["kind"], f["value"]) for f in found} == NAMED_IN_THE_ISSUE
    for line in found:
        assert list(line) == (KEYS if line["kind"] != "none" else [*KEYS, "reason"])
        assert line["kind"] != "none" or "/" in line["reason"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("5G、第十二项、2020-2022、16+3+4、7×24小时、超大型、《关于3000个村的通知》", ["date"]),
        ("用户16亿9466万、十二万，百万用户申诉率3成，超7000余", ["quantity", "quantity", "percentage", "quantity"]),
        ("达\n95%，IP地址\n312个，7400台\n次", ["percentage", "quantity", "quantity"]),
    ],
)
def test_running_text_names_them_too(text: str, kinds: list[str], tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    assert [f["kind"] for f in figures(path, capsys)] == kinds
