"""A reading laid down and taken up again is the same reading."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.finding import Cell, Finding, Severity
from transforms import carrying
from transforms.book import Book, Reading, Sheet, text_grid

FINDING = Finding(
    "FILE-07",
    Severity.MUST,
    "第二行\udcff",
    "row 2",
    "2",
    "约定",
    (Cell("", "A2", "name", "x"),),
    "name",
    "x",
    (1,),
    "某",
)
SHEET = Sheet(
    name="表\u202e",
    hidden=True,
    first_row=3,
    grid=text_grid([["甲", None], ["乙", "2"]], 2),
    types=text_grid([["text", None], ["text", "number"]], 2),
    merged=("A1:B1",),
    hidden_rows=(4,),
    hidden_columns=("B",),
    formulas=pl.DataFrame({"row": [4], "column": [1]}, schema={"row": pl.UInt32, "column": pl.UInt32}),
    prose=False,
    encoding="GB18030",
    delimiter=",",
)
PLAIN = Sheet("", False, 1, pl.DataFrame(), prose=True)


def same(one: Sheet, other: Sheet) -> None:
    for name in ("grid", "types", "formulas"):
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None)
        if a is not None:
            assert_frame_equal(a, b)
    plain = [{k: v for k, v in vars(s).items() if k not in ("grid", "types", "formulas")} for s in (one, other)]
    assert plain[0] == plain[1]


@pytest.mark.parametrize("mapped_from", [0, 1 << 30])
def test_it_is_the_same_reading(tmp_path: Path, mapped_from: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "_MAPPED_FROM", mapped_from)
    reading = Reading(Book("a.xlsx", "xlsx", (SHEET, PLAIN)), (FINDING,))
    folder = tmp_path / "reading"
    folder.mkdir()
    carrying.lay_down(reading, folder)
    taken = carrying.take_up(folder)
    shutil.rmtree(folder)
    assert taken.findings == reading.findings
    assert taken.book is not None
    assert (taken.book.name, taken.book.type) == ("a.xlsx", "xlsx")
    for one, other in zip(taken.book.sheets, (SHEET, PLAIN), strict=True):
        same(one, other)


def test_a_reading_without_a_book(tmp_path: Path) -> None:
    carrying.lay_down(Reading(None, (FINDING,)), tmp_path)
    assert carrying.take_up(tmp_path) == Reading(None, (FINDING,))
