"""Every numeric fact of Jiangxi's 2020 summary comes out of its submissions, and leads back to cells that say it."""

from __future__ import annotations

import csv
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from flows.batch import load_pack, run_plain
from flows.settings import Settings
from tests.flows.conftest import EXAMPLES, Finished
from transforms.reading import read_book
from warehouse.home import Home
from warehouse.stored import StoredFigure

HEADER = (
    "figure_id,indicator,name,filer,unit,comparator,value,low,high,as_written,"
    "period_start,period_end,as_of,submission,file,sheet,cell,sha256"
)
# How many of the 52 a form yields; the other 19 exist only as somebody wrote them (targets, bounds, definitions).
COMPUTED_AT_LEAST = 33


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def facts() -> list[dict[str, str]]:
    return read_csv(EXAMPLES / "jiangxi-2020" / "expected.csv")


@pytest.fixture(scope="module")
def matched(jiangxi: Finished) -> dict[str, str]:
    return {row["fact_id"]: row["figure_id"] for row in read_csv(jiangxi.annual / "expected-report.csv")}


@pytest.fixture(scope="module")
def published(jiangxi: Finished) -> dict[str, dict[str, str]]:
    return {row["figure_id"]: row for row in read_csv(jiangxi.annual / "figures.csv")}


@pytest.fixture(scope="module")
def stored(jiangxi: Finished) -> dict[str, StoredFigure]:
    with Home.look(jiangxi.home) as home:
        return {f.figure_id: f for f in home.figures()}


def test_every_fact_has_its_figure(
    facts: list[dict[str, str]], matched: dict[str, str], published: dict[str, dict[str, str]]
) -> None:
    assert len(facts) == 52
    assert [f["fact_id"] for f in facts if not matched[f["fact_id"]]] == []
    wrong = []
    for fact in facts:
        figure = published[matched[fact["fact_id"]]]
        same = (
            Decimal(figure["value"]) == Decimal(fact["value"])
            and figure["unit"] == fact["unit"]
            and figure["comparator"] == fact["comparator"]
            and figure["as_of"] == (fact["as_of"] or figure["as_of"])
        )
        if not same or bool(fact["as_of"]) != bool(figure["as_of"]):
            wrong.append((fact, figure))
    assert wrong == []


def test_what_a_form_yields_is_computed(
    facts: list[dict[str, str]], matched: dict[str, str], stored: dict[str, StoredFigure]
) -> None:
    computed = [f for f in facts if stored[matched[f["fact_id"]]].method.value != "as filed"]
    for fact in facts:
        stated = stored[matched[fact["fact_id"]]].method.value == "as filed"
        assert stated != (fact["computed"] == "yes"), fact
        assert not stated or fact["reason"], f"{fact['fact_id']} is not computed and gives no reason"
    print(f"\n{len(computed)} of {len(facts)} facts are computed; as filed, with the reason:")
    for fact in facts:
        if fact["computed"] != "yes":
            print(f"  {fact['fact_id']} {fact['name']}: {fact['reason']}")
    assert len(computed) >= COMPUTED_AT_LEAST


def test_every_trace_ends_in_cells_that_are_there(
    jiangxi: Finished, matched: dict[str, str], stored: dict[str, StoredFigure]
) -> None:
    with Home.look(jiangxi.home) as home:
        for figure_id in set(matched.values()):
            sources = stored[figure_id].sources
            assert sources, figure_id
            for source in sources:
                data = home.landing.read(source.sha256)
                assert data == (jiangxi.pack.folder / source.file).read_bytes()
                book = read_book(data, source.file).book
                assert book is not None
                assert source.sheet in {s.name for s in book.sheets}
                assert source.cell


def test_sums_are_the_sums_of_their_cells(jiangxi: Finished, stored: dict[str, StoredFigure]) -> None:
    """g5_opened again, straight from the cells its trace names."""
    figure = stored["g5_opened@JXCA.2020-11"]
    with Home.look(jiangxi.home) as home:
        total = 0
        for source in figure.sources:
            book = read_book(home.landing.read(source.sha256), source.file).book
            assert book is not None
            sheet = next(s for s in book.sheets if s.name == source.sheet)
            first, last = source.cell.split(":")
            rows = range(int(first[1:]) - sheet.first_row, int(last[1:]) - sheet.first_row + 1)
            total += sum(int(sheet.grid[first[0]][row]) for row in rows)
    assert total == figure.value == 30729


def test_figures_csv_has_the_promised_shape(jiangxi: Finished) -> None:
    text = (jiangxi.annual / "figures.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == HEADER
    rows = read_csv(jiangxi.annual / "figures.csv")
    assert [r["figure_id"] for r in rows] == sorted({r["figure_id"] for r in rows})
    for row in rows:
        counts = {len(row[name].split(";")) for name in ("submission", "file", "sha256")}
        assert len(counts) == 1, row
        assert row["cell"]


def test_expectations_feed_nothing_back(jiangxi: Finished, tmp_path: Path) -> None:
    """Without expected.csv the figures are the same bytes."""
    shutil.copytree(jiangxi.pack.folder, tmp_path / "jiangxi-2020")
    (tmp_path / "jiangxi-2020" / "expected.csv").unlink()
    pack = load_pack(tmp_path / "jiangxi-2020", Settings())
    result = run_plain(pack, tmp_path / "home", Settings())
    annual = result.summary.parent
    assert not (annual / "expected-report.csv").exists()
    assert (annual / "figures.csv").read_bytes() == (jiangxi.annual / "figures.csv").read_bytes()


def test_the_headline_is_withheld(jiangxi: Finished) -> None:
    """Item 35 runs across the year's end: 全部如期完成 may not be printed as what came out."""
    text = (jiangxi.annual / "summary.md").read_text(encoding="utf-8")
    assert "45" in text
    assert "跨年" in text
    assert "各项工作全部如期完成。" not in text


def test_the_story_of_the_year(jiangxi: Finished) -> None:
    result = jiangxi.result
    assert result.outcomes == {"accepted": 27, "partial": 0, "returned": 1}
    assert result.late == 1
    assert result.findings["强制"] == 1
    assert result.findings["核实"] >= 1
    assert sum(result.outcomes.values()) == result.submissions
    assert result.unlisted == ()
