"""A file filed as the wrong form: HEAD-01 names the form whose headings it has, in `check` and in a run alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contracts.kind import discover_kinds
from flows.batch import load_pack, run_plain
from flows.commands.check import check_file
from flows.settings import Settings
from tests.flows.small_pack import BUILD, FILING, LATE, write_lines, write_pack
from transforms.other_forms import best_fitting
from transforms.reading import read_book
from warehouse.home import Home

FIELDS = {code: kind.fields for code, kind in discover_kinds().items()}
ZH = "文件中的列名更像报表《网站备案与处置情况表》（website_filing）"
EN = "The headings look more like those of the form website_filing"


def best(*lines: str) -> str | None:
    book = read_book("\n".join(lines).encode(), "a.csv").book
    assert book is not None
    return best_fitting(book, FIELDS)


def test_the_form_with_most_of_its_headings_is_the_one() -> None:
    assert best("小局", FILING, "99.5%,1,1,0,每周1次,2020-10-31") == "website_filing"
    assert best(BUILD, "东市,1,1,0,,2,1,0,1,0,3,4,2020-10-31") == "network_build"
    assert best("企业,举报查实数,已处置数", "甲,1,1") == "nuisance_calls"


def test_half_of_a_forms_headings_is_the_least() -> None:
    assert best("企业,举报查实数,备注", "甲,1,1") == "nuisance_calls"  # two of three
    assert best("企业,甲,乙", "甲,1,1") is None
    assert best("甲,乙,丙", "1,2,3") is None


def test_check_and_run_name_the_other_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_pack(tmp_path / "pack")
    write_lines(folder / LATE, [FILING, "99.5%以上,51001,50021,117,每周1次,2020-10-31"])
    assert check_file(folder / LATE, "network_build", folder, None, None, None, shape="json") == 1
    (checked,) = json.loads(capsys.readouterr().out)["findings"]
    assert checked["rule"] == "HEAD-01"
    assert ZH in checked["message_zh"]
    assert EN in checked["message_en"]
    run_plain(load_pack(folder, Settings()), tmp_path / "home", Settings())
    with Home.look(tmp_path / "home") as home:
        (submission,) = (s for s in home.submissions() if s.file == LATE)
        (recorded,) = home.findings(submission.id)
    assert recorded.rule == "HEAD-01"
    assert ZH in recorded.message_zh
    assert EN in recorded.message_en


def test_headings_of_no_form_name_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_lines(tmp_path / "a.csv", ["甲,乙", "1,2"])
    assert check_file(tmp_path / "a.csv", "network_build", None, None, None, None, shape="json") == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["rule"] == "HEAD-01"
    assert "更像" not in finding["message_zh"]
