"""`jixiao calendar`: the days as a table, as a file to subscribe to, as JSON and as a view; through real processes."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import icalendar
import pytest

from contracts.calendar import shipped_calendar
from contracts.errors import CalendarError, UsageError
from flows.commands.calendar import Asked, show_calendar
from flows.commands.terminal import day_or_today

CN = shipped_calendar("cn")
Output = pytest.CaptureFixture[bytes]


def jixiao(*words: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "flows.cli", "calendar", *words]
    return subprocess.run(command, env=os.environ | environ, capture_output=True, timeout=120)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def show(shape: str, first: date, last: date, known_on: date | None = None) -> None:
    show_calendar(Asked("cn", first, last, known_on), shape, None)
    sys.stdout.flush()


# --- csv


def test_every_day_with_its_reason_and_its_notice() -> None:
    answer = jixiao("--from", "2018-01-01", "--to", "2026-12-31", "--format", "csv")
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert answer.stdout.startswith(b"date,is_workday,reason,notice\n2018-01-01,false,")
    rows = table(answer.stdout.decode())
    assert len(rows) == 3287
    assert {row["date"]: row["is_workday"] == "true" for row in rows} == {
        day.date.isoformat(): day.is_workday for day in CN.days(date(2018, 1, 1), date(2026, 12, 31))
    }
    by_date = {row["date"]: (row["is_workday"], row["reason"], row["notice"]) for row in rows}
    assert by_date["2018-12-29"] == ("true", "周六，元旦调休上班", "国办发明电〔2018〕15号")
    assert by_date["2019-05-02"] == ("false", "周四，劳动节放假", "国办发明电〔2019〕3号")
    assert by_date["2019-06-14"] == ("true", "周五", "")
    assert by_date["2026-12-27"] == ("false", "周日", "")
    assert by_date["2026-12-28"] == ("true", "周一，2027年放假安排尚未公布（暂定）", "")


def test_the_days_as_they_were_known(capfdbinary: Output) -> None:
    worked = []
    for known_on in (date(2019, 3, 21), date(2019, 3, 22)):
        show("csv", date(2019, 4, 28), date(2019, 5, 5), known_on)
        rows = table(capfdbinary.readouterr().out.decode())
        worked.append([int(row["date"][8:]) for row in rows if row["is_workday"] == "true"])
    assert worked == [[29, 30, 2, 3], [28, 29, 30, 5]]


def test_days_before_the_first_notice_are_not_said_to_wait_for_one(capfdbinary: Output) -> None:
    show("csv", date(2006, 12, 29), date(2006, 12, 30))
    show("csv", date(2027, 5, 1), date(2027, 5, 1))
    show("csv", date(2006, 5, 1), date(2006, 5, 1), known_on=date(2006, 5, 1))
    assert [line for line in capfdbinary.readouterr().out.decode().splitlines() if line[0] == "2"] == [
        "2006-12-29,true,周五，日历自2007年起（暂定）,",
        "2006-12-30,true,周六，元旦调休上班,国办发明电〔2006〕49号",
        "2027-05-01,false,周六，2027年放假安排尚未公布（暂定）,",
        "2006-05-01,true,周一，2006年放假安排尚未公布（暂定）,",
    ]


# --- ics


def events(data: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def test_a_calendar_file_holds_what_the_notices_name_and_nothing_else() -> None:
    words = ("--from", "2006-01-01", "--to", "2030-12-31", "--format", "ics")
    answer, again = jixiao(*words), jixiao(*words, TZ="America/New_York", PYTHONIOENCODING="gbk", PYTHONHASHSEED="7")
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert again.stdout == answer.stdout, "no clock, no time zone, no terminal"
    found = {event.decoded("dtstart"): event for event in events(answer.stdout)}
    arranged = {day.date: day for day in CN.days(date(2006, 1, 1), date(2030, 12, 31)) if day.festival}
    assert list(found) == sorted(arranged)
    assert len({str(event["uid"]) for event in found.values()}) == len(found)
    for at, day in arranged.items():
        event = found[at]
        assert (event.decoded("dtend") - at).days == 1
        assert ("上班" in event["summary"]) == day.is_workday
        assert day.notice is not None
        assert day.notice.announced is not None
        assert event.decoded("dtstamp") == datetime.combine(day.notice.announced, datetime.min.time(), UTC)
        assert day.notice.cited in event["description"]


def test_a_calendar_file_is_one_by_the_standard(capfdbinary: Output) -> None:
    show("ics", date(2020, 1, 1), date(2020, 2, 29))
    lines = capfdbinary.readouterr().out.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    assert [lines[0], lines[-2], lines[-1]] == [b"BEGIN:VCALENDAR", b"END:VCALENDAR", b""]
    assert {b"VERSION:2.0", b"DTSTART;VALUE=DATE:20200201", b"UID:2020-02-01@cn.calendar.jixiao"} <= set(lines)
    names = Counter(line.split(b":")[0].split(b";")[0] for line in lines)
    assert names[b"DTSTAMP"] == names[b"UID"] == names[b"BEGIN"] - 1 > 0


def test_an_amended_day_keeps_its_uid(capfdbinary: Output) -> None:
    show("ics", date(2020, 1, 31), date(2020, 2, 1), known_on=date(2020, 1, 26))
    (before,) = events(capfdbinary.readouterr().out)
    show("ics", date(2020, 1, 31), date(2020, 2, 1), known_on=date(2020, 1, 27))
    after = events(capfdbinary.readouterr().out)
    assert [str(event["summary"]) for event in (before, *after)] == ["春节 调休上班", "春节 休", "春节 休"]
    assert before["uid"] == after[1]["uid"] != after[0]["uid"]
    assert before["sequence"] < after[1]["sequence"]


# --- json and text


def test_json_tells_the_notices_in_full(capfdbinary: Output) -> None:
    show("json", date(2015, 9, 1), date(2015, 9, 30), known_on=date(2015, 6, 1))
    told = json.loads(capfdbinary.readouterr().out)
    assert (told["calendar"], told["as_known_on"], len(told["days"])) == ("cn", "2015-06-01", 30)
    assert [(n["number"], n["announced"], n["amends"]) for n in told["notices"]] == [
        ("国发明电〔2015〕1号", "2015-05-13", "2015"),
        ("国办发明电〔2014〕28号", "2014-12-16", None),
    ]
    third = told["days"][2]
    assert third == {
        "date": "2015-09-03",
        "is_workday": False,
        "is_holiday": True,
        "provisional": False,
        "reason": "周四，中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日放假",
        "reason_en": "Thursday, off for 70th Anniversary of Victory in the War of Resistance",
        "festival": "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日",
        "notice": "2015-victory-day",
    }


def test_a_year_to_hang_on_a_wall(capfdbinary: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = {}
    for width in ("80", "160"):
        monkeypatch.setenv("COLUMNS", width)
        show("text", date(2019, 1, 1), date(2019, 12, 31))
        lines = capfdbinary.readouterr().out.decode().splitlines()
        assert "2019年  工作日 250 天，放假 22 天，调休上班 6 天 / 250 working days" in lines
        months = [line.split("工作日")[:-1] for line in lines if line.endswith("天 ") or "天  " in line]
        titles = [piece.split()[-1] for line in months for piece in line if piece.split()[-1].endswith("月")]
        assert titles == [f"{month}月" for month in range(1, 13)]
        beside[width] = max(map(len, months))
        assert [line.split() for line in lines if line.startswith("劳动节")] == [
            ["劳动节", "5月1日至4日", "4月28日、5月5日", "国办发明电〔2019〕3号"]
        ]
        assert any(" 1休  2休  3休  4休  5班" in line for line in lines)
        assert not any(line.startswith("按 ") for line in lines)
    assert beside == {"80": 2, "160": 4}


def test_what_is_provisional_is_marked_in_the_view(capfdbinary: Output) -> None:
    show("text", date(2026, 12, 21), date(2027, 1, 31), known_on=date(2026, 6, 1))
    said = capfdbinary.readouterr().out.decode()
    assert "按 2026-06-01 所知" in said
    assert "28?  29?  30?  31?" in said
    assert "27?" not in said
    assert "2027年放假安排尚未公布（暂定）：只按周末推算" in said.partition("2027年")[2]


# --- where it goes, and what is refused


@pytest.mark.parametrize("shape", ["csv", "json", "ics", "text"])
def test_a_file_holds_what_is_shown(
    tmp_path: Path, shape: str, capfdbinary: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    out, asked = tmp_path / f"日历.{shape}", Asked("cn", date(2019, 4, 1), date(2019, 6, 30), None)
    show_calendar(asked, shape, None)
    show_calendar(asked, shape, out)
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == out.read_bytes() + f"已写入 {out} / written\n".encode()
    with pytest.raises(UsageError, match="已存在，未覆盖"):
        show_calendar(asked, shape, out)


def test_without_days_it_is_this_year() -> None:
    before = day_or_today(None)
    rows = table(jixiao("--format", "csv").stdout.decode())
    assert date.fromisoformat(rows[0]["date"]).year in {before.year, day_or_today(None).year}
    assert (rows[0]["date"][4:], rows[-1]["date"][4:]) == ("-01-01", "-12-31")
    assert table(jixiao("--to", "2019-03-01", "--format", "csv").stdout.decode())[0]["date"] == "2019-01-01"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "2020-01-02", "--to", "2020-01-01"], "起始日 2020-01-02 晚于截止日 2020-01-01"),
        (["--calendar", "atlantis"], "没有日历“atlantis”；有：cn"),
        (["--from", "1999-12-31"], "日历只到 2000-01-01 至 2100-12-31"),
        (["--from", "2019-01-01", "--out", "nowhere/x.csv"], "无法写入 nowhere/x.csv"),
    ],
)
def test_what_cannot_be_told_is_said_in_both_languages(words: list[str], said: str) -> None:
    answer = jixiao(*words)
    assert (answer.returncode, answer.stdout) == (2, b"")
    first, second, *_ = answer.stderr.decode().splitlines()
    assert first.startswith("错误：")
    assert said in first
    assert second.startswith("error: ")


def test_nothing_is_shown_of_days_that_cannot_be_told(capfdbinary: Output) -> None:
    with pytest.raises(UsageError):
        show("csv", date(2020, 1, 2), date(2020, 1, 1))
    with pytest.raises(CalendarError):
        show_calendar(Asked("atlantis", date(2020, 1, 1), date(2020, 1, 1), None), "csv", None)
    assert capfdbinary.readouterr().out == b""


@pytest.mark.parametrize("shape", ["csv", "ics"])
def test_a_reader_who_has_had_enough_is_no_error(shape: str) -> None:
    command = f"{sys.executable} -m flows.cli calendar --from 2000-01-01 --to 2100-12-31 --format {shape}"
    answer = subprocess.run(["bash", "-c", f"set -o pipefail; {command} | head -1"], capture_output=True, timeout=120)
    assert (answer.returncode, answer.stderr) == (0, b"")
