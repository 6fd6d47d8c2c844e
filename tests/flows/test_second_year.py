"""A home is one bureau and many years: another year's pack goes into it and leaves the first year as it was."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.errors import UsageError
from flows.batch import BatchResult, load_pack, run_plain
from flows.settings import Settings
from tests.flows.conftest import EXAMPLES, Finished
from tests.flows.falsifying import falsify
from warehouse.home import Home

JIANGXI = EXAMPLES / "jiangxi-2020"
DAYS = ";".join(f"M{row}=2021-12-31" for row in range(5, 16))
# 100 stations more in one prefecture, all of them its own, and what was closing stock opens the year.
GROWN = "B5=1533;B16=5612;C5=2703;C16=10112;F5=6;F16=12;K5=8;K16=21;" + DAYS
FILES = {
    "network_build/CT_2021.xlsx": ("network_build/CT_2020.xlsx", GROWN),
    "website_filing/GLC_2021-01.xlsx": ("website_filing/GLC_2020-11.xlsx", "F4=2021-01-31;B4=12;C4=12"),
}


@dataclass(frozen=True)
class Years:
    result: BatchResult
    before: dict[str, bytes]  # what was published for 2020, before 2021 came
    pack: Path


def make_pack(folder: Path) -> Path:
    """2021, cut down: the lists of 2020 moved by a year, and two submissions."""
    for name in ("pack.toml", "filers.csv", "indicators.csv", "obligations.csv"):
        text = (JIANGXI / name).read_text(encoding="utf-8")
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text.replace("2020", "2021"), encoding="utf-8", newline="")
    lines = ["file,received_at,channel"]
    for at, (file, (model, edits)) in enumerate(FILES.items()):
        path = folder / "submissions" / file
        path.parent.mkdir(parents=True)
        path.write_bytes(falsify((JIANGXI / "submissions" / model).read_bytes(), edits))
        lines.append(f"submissions/{file},2021-12-31T1{at}:00:00+08:00,报送系统")
    (folder / "arrivals.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def published(home: Path, year: int) -> dict[str, bytes]:
    folder = home / "published" / "annual" / str(year)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def years(jiangxi: Finished, tmp_path_factory: pytest.TempPathFactory) -> Years:
    home = tmp_path_factory.mktemp("years") / "home"
    shutil.copytree(jiangxi.home, home)
    before = published(home, 2020)
    pack = make_pack(home.parent / "jiangxi-2021")
    return Years(run_plain(load_pack(pack, Settings()), home, Settings()), before, pack)


def figures_csv(home: Path, year: int) -> list[dict[str, str]]:
    with (home / "published" / "annual" / str(year) / "figures.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_both_years_stand(years: Years, jiangxi: Finished) -> None:
    assert (years.result.year, years.result.new, years.result.outcomes["accepted"]) == (2021, 2, 2)
    with Home.look(years.result.home) as home, Home.look(jiangxi.home) as alone:
        assert home.figures(2020) == alone.figures(2020)
        assert home.verify_chain() == []
        values = {f.figure_id: f.value for f in home.figures()}
    assert values["g5_opened@CT.2020"] == Decimal(10012)
    assert values["g5_opened@CT.2021"] == Decimal(10112)
    assert values["tree_nodes@JXCA.2020"] == values["tree_nodes@JXCA.2021"] == Decimal(46)


def test_what_was_published_for_the_first_year_is_unchanged(years: Years) -> None:
    assert "figures.csv" in years.before
    assert published(years.result.home, 2020) == years.before


def test_the_second_year_publishes_itself_alone(years: Years) -> None:
    rows = figures_csv(years.result.home, 2021)
    assert {row["period_end"][:4] for row in rows} == {"2021"}
    assert {row["file"] for row in rows if row["indicator"] == "g5_built"} == {"submissions/network_build/CT_2021.xlsx"}
    # One carrier of three has filed: the bureau's own total is withheld.
    assert not [row for row in rows if row["figure_id"] == "g5_built@JXCA.2021"]


def test_the_earlier_year_is_what_the_later_is_compared_with(years: Years) -> None:
    with Home.look(years.result.home) as home:
        stored = {s.arrival.file: s for s in home.submissions()}
        counts = {c.rule: c for c in home.counts(stored["submissions/network_build/CT_2021.xlsx"].id)}
    assert counts["NB-g5_built-falls"].passed == 11
    # The opening stock and what was added begin anew with the year.
    assert counts["NB-08"].not_applicable == counts["NB-racks_added-falls"].not_applicable == 11


def test_running_the_first_year_again_changes_nothing(years: Years) -> None:
    again = run_plain(load_pack(JIANGXI, Settings()), years.result.home, Settings())
    assert again.new == 0
    assert published(years.result.home, 2020) == years.before
    with Home.look(years.result.home) as home:
        assert len(home.submissions(2021)) == len(load_pack(years.pack, Settings()).arrivals)


def test_another_bureau_is_refused(years: Years) -> None:
    other = load_pack(EXAMPLES / "published-bulletins", Settings())
    before = published(years.result.home, 2020), published(years.result.home, 2021)
    with pytest.raises(UsageError) as raised:
        run_plain(other, years.result.home, Settings())
    for message in (raised.value.zh, raised.value.en):
        assert "JXCA" in message
        assert other.settings.bureau in message
    assert (published(years.result.home, 2020), published(years.result.home, 2021)) == before
    with Home.look(years.result.home) as home:
        assert {s.arrival.period.start.year for s in home.submissions()} == {2020, 2021}
