"""A run keeps who owed what by when, as of the pack's own moment; who owes and never filed is named everywhere."""

from __future__ import annotations

import csv
import re
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from contracts.obligations import ZONE
from contracts.timeliness import State
from flows.batch import BatchResult, load_pack, run_plain
from flows.commands import run as run_command
from flows.settings import Settings
from flows.stages import looked_at
from tests.flows import small_pack
from tests.flows.conftest import EXAMPLES, Finished
from warehouse.home import Home

NEVER_CAME = "submissions/website_filing/GLC_2020-11.xlsx"


@pytest.fixture(scope="module")
def unfiled(tmp_path_factory: pytest.TempPathFactory) -> BatchResult:
    """Jiangxi's year, had one monthly report never come."""
    folder = tmp_path_factory.mktemp("unfiled")
    pack = folder / "jiangxi-2020"
    shutil.copytree(EXAMPLES / "jiangxi-2020", pack)
    (pack / NEVER_CAME).unlink()
    lines = (pack / "arrivals.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (pack / "arrivals.csv").write_text("".join(x for x in lines if NEVER_CAME not in x), encoding="utf-8")
    return run_plain(load_pack(pack, Settings()), folder / "home", Settings())


def test_jiangxi_owed_what_its_list_says_and_one_was_late(jiangxi: Finished) -> None:
    with (EXAMPLES / "jiangxi-2020" / "obligations.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    months = {"network_build": 3, "website_filing": 2}
    with Home.look(jiangxi.home) as home:
        kept = home.deadlines(2020)
    assert len(kept) == sum(months[row["kind"]] if row["cadence"] == "monthly" else 1 for row in listed)
    assert {d.judged_on for d in kept} == {datetime(2021, 1, 11, tzinfo=ZONE)}
    late = [d for d in kept if d.state is not State.ACCEPTED]
    assert [(d.key, d.state, d.days_late, d.workdays_late) for d in late] == [
        (("CU", "network_build", "2020-11"), State.ACCEPTED_LATE, 4, 2)
    ]
    assert (jiangxi.result.late, jiangxi.result.missing) == (1, 0)


def test_a_correction_in_time_or_after_is_told_from_what_was_late(jiangxi: Finished) -> None:
    """CM's November was returned and right on its last day: in time, although it was filed twice."""
    with Home.look(jiangxi.home) as home:
        (november,) = [d for d in home.deadlines(2020) if d.key == ("CM", "network_build", "2020-11")]
    assert november.state is State.ACCEPTED
    assert november.first_received_at is not None
    assert november.accepted_at is not None
    assert november.first_received_at < november.accepted_at
    assert "未被接受；2020年12月10日16:30收到并接受：按时接受" in november.why_zh


def test_who_owes_and_never_filed_is_said_everywhere(unfiled: BatchResult, capsys: pytest.CaptureFixture[str]) -> None:
    said = "信息通信管理处《网站备案与处置情况表》（2020年11月）"
    assert unfiled.missing == 1
    published = unfiled.home / "published"
    for name in ("annual/2020/summary.html", "annual/2020/summary.md", "validation/index.html", "deadlines/index.html"):
        assert said in re.sub(r"<[^>]+>", "", (published / name).read_text(encoding="utf-8")), name
    grid = (published / "deadlines/2020.html").read_text(encoding="utf-8")
    assert re.search(r'<td class="s missing".*?<span class="z">缺报</span>.*?\+32日', grid)
    assert "截至2021年1月11日00:00未收到：缺报，逾期32日（21个工作日，其间元旦放假3天）" in grid
    with duckdb.connect(str(unfiled.home / "analyst.duckdb"), read_only=True) as copy:
        query = "SELECT filer, kind, period, days_late FROM mart.deadline_record WHERE state = 'missing'"
        assert copy.execute(query).fetchall() == [("GLC", "website_filing", "2020-11", 32)]
    run_command._print(unfiled, "jiangxi-2020")
    assert re.search(r"缺报 missing +│ 1 ", capsys.readouterr().out)


def test_a_second_run_keeps_what_is_kept(tmp_path: Path) -> None:
    pack = load_pack(small_pack.write_pack(tmp_path / "pack"), Settings())
    run_plain(pack, tmp_path / "home", Settings())
    database = tmp_path / "home" / "warehouse.db"
    before = database.read_bytes()
    with Home.look(tmp_path / "home") as home:
        kept = home.deadlines()
    assert len(kept) == 6
    steps: list[str] = []
    run_plain(pack, tmp_path / "home", Settings(), pause=steps.append)
    assert steps[-6:] == ["deadlines", "check", "before publish", "before analyst", "publish", "note the run"]
    assert database.read_bytes() == before
    with Home.look(tmp_path / "home") as home:
        assert home.deadlines() == kept


def test_what_is_still_to_come_is_not_missing_and_what_is_past_is_seen(jiangxi: Finished) -> None:
    """In the middle of the year a run looks until this morning or what came since; afterwards past the last limit."""
    pack = jiangxi.pack
    with Home.look(jiangxi.home) as home:
        last = max(s.arrival.received_at for s in home.submissions(2020))
        over = datetime(2021, 1, 11, tzinfo=ZONE)  # a December report is due on 10 January, until midnight
        assert looked_at(home, pack, morning(2020, 3, 1)) == last
        assert looked_at(home, pack, morning(2021, 1, 5)) == max(last, datetime(2021, 1, 5, tzinfo=ZONE))
        assert looked_at(home, pack, morning(2021, 1, 11)) == looked_at(home, pack, morning(2030, 1, 1)) == over


def morning(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 8, tzinfo=ZONE)
