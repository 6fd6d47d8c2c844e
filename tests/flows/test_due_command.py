"""`jixiao due`: what every filer owed as of a day, through a real process and over a finished home."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import icalendar
import polars as pl
import pytest

from contracts.errors import UsageError
from contracts.timeliness import State
from flows.commands.due import show_due
from tests.flows.conftest import EXAMPLES, Finished
from tests.flows.reminded_pack import write_pack
from tests.flows.small_pack import write_lines
from warehouse.home import Home

JIANGXI = EXAMPLES / "jiangxi-2020"


def due(jiangxi: Finished, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "flows.cli", "due", str(JIANGXI), "--home", str(jiangxi.home), *words]
    return subprocess.run(command, env=os.environ | {"COLUMNS": "100"}, capture_output=True, timeout=120)


def told(jiangxi: Finished, *words: str) -> list[dict[str, Any]]:
    answer = due(jiangxi, "--format", "json", *words)
    assert (answer.returncode, answer.stderr) == (0, b"")
    instances: list[dict[str, Any]] = json.loads(answer.stdout)["instances"]
    return instances


def test_the_late_carrier_is_told_when_it_was_due_and_by_how_much(jiangxi: Finished) -> None:
    answer = due(jiangxi, "--on", "2020-12-15", "--filer", "CU")
    said = answer.stdout.decode()
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert "2020-12-10 周四" in said
    assert "2020年12月14日09:05收到并接受：迟报接受，逾期4日（2个工作日）。依据：示例：网络建设月报约定。" in said
    assert "accepted late, 4 days late (2 working days)" in said
    assert "江西移动" not in said


def test_every_instance_of_the_year_is_said_once_and_counted(jiangxi: Finished) -> None:
    rows = told(jiangxi, "--on", "2020-12-31")
    keys = [(r["filer"], r["kind"], r["cadence"], r["period"]) for r in rows]
    assert len(keys) == len(set(keys)) == jiangxi.pack.duties.instances(jiangxi.pack.period).height
    known = {state.value: state.zh for state in State}
    assert all(known[r["state"]] == r["state_zh"] and r["state_zh"] in r["why_zh"] for r in rows)
    assert all((r["days_late"] > 0) == r["overdue"] for r in rows)


def test_what_came_after_the_day_is_not_known_on_it(jiangxi: Finished) -> None:
    november = {
        (r["filer"], r["period"]): r["state"] for r in told(jiangxi, "--on", "2020-12-12", "--state", "missing")
    }
    assert november == {("CU", "2020-11"): "missing"}
    at_noon = told(jiangxi, "--on", "2020-12-14T09:04", "--filer", "CU", "--state", "missing")
    assert [r["period"] for r in at_noon] == ["2020-11"]
    assert told(jiangxi, "--on", "2020-12-14T09:05", "--filer", "CU", "--state", "missing") == []


def test_the_verdict_is_that_of_the_moment_asked_about(jiangxi: Finished) -> None:
    """What was judged again, or filed again, since then counts since then."""
    mobile = ("--filer", "CM", "--on")
    returned = [r for r in told(jiangxi, *mobile, "2020-12-09") if r["period"] == "2020-11"]
    assert [r["state"] for r in returned] == ["returned"]
    with Home.look(jiangxi.home) as home:
        first = next(s for s in home.submissions(2020) if s.file.endswith("CM_2020-11.xlsx"))
    assert returned[0]["submission"] == first.id
    later = [r for r in told(jiangxi, *mobile, "2020-12-11") if r["period"] == "2020-11"]
    assert [r["state"] for r in later] == ["accepted"]


def test_what_is_late_within_its_day_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = write_pack(tmp_path / "pack")
    owed = (
        "filer,kind,cadence,due,by,roll,from,until,basis",
        "CT,network_build,monthly,+10d,12:00,none,2019-05,2019-05,测试约定",
    )
    write_lines(pack / "obligations.csv", owed)
    for on, late in (("2019-06-10T12:00:00", False), ("2019-06-10T12:00:30", True), ("2019-06-10", True)):
        show_due(pack, on, None, None, None, shape="text", all_=False)
        (line,) = [line for line in capsys.readouterr().out.splitlines() if "2019-06-10 周一" in line]
        assert ("当日逾时" in line) is late
        assert "0日" not in line


def test_midnight_is_a_moment_and_a_day_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = write_pack(tmp_path / "pack")
    told = []
    for on in ("2019-06-11T00:00", "2019-06-11", "2019-06-10T23:59:59"):
        show_due(pack, on, "CT", None, None, shape="json", all_=False)
        answer = json.loads(capsys.readouterr().out)
        told.append((answer["on"], answer["instances"][0]["days_late"]))
    assert [on for on, _ in told] == [
        *("2019-06-11T00:00:00+08:00", "2019-06-11T23:59:59+08:00", "2019-06-10T23:59:59+08:00")
    ]
    with pytest.raises(UsageError, match="“gestern”不能用作 --on 的值"):
        show_due(pack, "gestern", None, None, None, shape="json", all_=False)


def test_lines_stand_in_the_order_of_the_days_they_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = write_pack(tmp_path / "pack")
    owed = (
        "filer,kind,cadence,due,roll,from,until,basis",
        "CT,network_build,monthly,+10d,none,2019-05,2019-06,测试约定",
    )
    write_lines(pack / "obligations.csv", owed)
    granted = "CT,network_build,2019-05,2019-07-20,示例处长,系统故障,2019-06-05"
    write_lines(pack / "extensions.csv", ("filer,kind,period,until,approver,reason,granted_on", granted))
    show_due(pack, "2019-06-30", "CT", None, None, shape="text", all_=False)
    shown = re.findall(r"(2019-\d\d-\d\d) 周", capsys.readouterr().out)
    assert shown == ["2019-07-10", "2019-07-20"]


def test_a_calendar_file_has_an_entry_for_each_dated_instance(jiangxi: Finished) -> None:
    answer = due(jiangxi, "--on", "2020-12-15", "--format", "ics")
    again = due(jiangxi, "--on", "2020-12-15", "--format", "ics")
    assert answer.stdout == again.stdout
    events = icalendar.Calendar.from_ical(answer.stdout).walk("VEVENT")
    rows = [r for r in told(jiangxi, "--on", "2020-12-15") if r["limit_at"]]
    assert len({str(event["UID"]) for event in events}) == len(events) == len(rows)
    assert sorted(str(event.decoded("DTSTART")) for event in events) == sorted(r["limit_at"][:10] for r in rows)


def test_a_filer_nobody_knows_is_named_with_those_there_are(jiangxi: Finished) -> None:
    answer = due(jiangxi, "--on", "2020-12-15 08:30")
    assert answer.returncode == 2
    assert "“2020-12-15 08:30”不能用作 --on 的值" in answer.stderr.decode()
    assert "is no value of --on; it has to be a day" in answer.stderr.decode()
    answer = due(jiangxi, "--filer", "XX")
    assert answer.returncode == 2
    assert "没有填报单位“XX”；有：JXCA" in answer.stderr.decode()
    with pytest.raises(UsageError, match="没有状态“lost”；有：not_applicable"):
        show_due(JIANGXI, None, None, "lost", jiangxi.home, shape="json", all_=False)


def test_a_pack_without_a_home_is_run_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    show_due(EXAMPLES / "published-bulletins", None, None, None, None, shape="json", all_=False)
    rows = pl.DataFrame(json.loads(capsys.readouterr().out)["instances"])
    assert rows["state"].to_list() == ["accepted"]
