"""Lists of duties that contradict themselves or do nothing: refused with file, line, column and what was expected."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from contracts.errors import PackError
from flows.batch import load_pack
from flows.pack import Pack
from flows.settings import Settings
from tests.flows.small_pack import write_lines, write_pack

HEADING = "filer,kind,class,cadence,due,roll,by,cutoff,from,until,issued,nil,awaits,assumed,basis"
MONTHLY = "CT,network_build,,monthly,+10d,none,,,2020-10,2020-11,,,,,约定"
OWED = (
    MONTHLY,
    "*,tariffs,basic_carrier,quarterly,last-month-15,next-workday,close,last-month-end,,,2020-04-02,yes,,,约定",
    "GLC,work_nodes,,once,2020-04-15,none,,,,,,,,,约定",
    "GLC,website_filing,,weekly,next-fri,previous-workday,12:00,,2020-W24,2020-W26,,,,,约定",
    "CM,network_build,basic_carrier,event,+3wd incl,none,,,,,,yes,,,约定",
    "GLC,indicator_figures,,yearly,next-year-01-31,next-after-holiday,,12-31,,,,no,work_nodes,日期由局办公室定,约定",
)
EXTENSIONS = "filer,kind,period,until,approver,reason,granted_on"
NIL = "filer,kind,period,declared_on,by,reason"
EVENTS = "filer,kind,occurred_on,title,document"
RIGHT = {
    "extensions.csv": (EXTENSIONS, "CT,network_build,2020-11,2020-12-18,张局长,计费系统割接未完成,2020-12-09"),
    "nil_returns.csv": (NIL, "CT,tariffs,2020Q3,2020-09-14,市场部,本季未调整资费"),
    "events.csv": (EVENTS, "CM,network_build,2020-07-14,主干光缆中断,甲〔2020〕8号"),
}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = write_pack(tmp_path / "pack")
    write_lines(folder / "obligations.csv", [HEADING, *OWED])
    for file, lines in RIGHT.items():
        write_lines(folder / file, lines)
    return folder


def load(folder: Path) -> Pack:
    return load_pack(folder, Settings())


def refused(folder: Path) -> tuple[str, str]:
    with pytest.raises(PackError) as raised:
        load(folder)
    return raised.value.zh, raised.value.en


def test_a_pack_with_every_list_is_read_and_expanded(pack: Path) -> None:
    read = load(pack)
    assert set(RIGHT) <= {arrival.file for arrival in read.arrivals}
    found = read.duties.instances(read.period)
    assert dict(found["kind"].value_counts(sort=True).rows()) == {
        "tariffs": 8, "website_filing": 3, "network_build": 3, "work_nodes": 1, "indicator_figures": 1,
    }  # fmt: skip
    assert found.filter(cadence="event")["period"].to_list() == ["2020-07-14"]


# One change of one line of the list of obligations, and what both messages have to name.
@pytest.mark.parametrize(
    ("line", "right", "wrong", "words"),
    [
        (2, "+10d", "02-30", ("obligations.csv:2:E", "02-30", "01-01 … 12-31")),
        (2, "+10d", "02-29", ("obligations.csv:2:E", "02-29", "02-28, 03-01")),
        (2, "+10d", "十日内", ("obligations.csv:2:E", "十日内", "+5wd incl")),
        (2, "none", "next-day", ("obligations.csv:2:F", "next-day", "next-workday")),
        (3, "close", "17：30", ("obligations.csv:3:G", "17：30", "24:00, close, 12:00")),
        (3, "last-month-end", "last-month-31", ("obligations.csv:3:H", "last-month-31", "last-month-28")),
        (2, "2020-10", "2020-W60", ("obligations.csv:2:I", "2020-W60", "2019-W24")),
        (2, "2020-11", "2020-09", ("obligations.csv:2:I", "2020-10", "2020-09")),
        (3, "2020-04-02", "4月2日前后", ("obligations.csv:3:K", "4月2日前后")),
        (3, "yes", "maybe", ("obligations.csv:3:L", "maybe", "yes")),
        (7, "work_nodes", "work_node", ("obligations.csv:7:M", "work_node", "work_nodes")),
        (7, "work_nodes", "user_complaints", ("obligations.csv:7:M", "user_complaints", "work_nodes")),
        (2, "network_build", "network_bild", ("obligations.csv:2:B", "network_bild", "network_build")),
        (2, "network_build", "filer_list", ("obligations.csv:2:B", "filer_list", "network_build")),
        (2, "monthly", "daily", ("obligations.csv:2:D", "daily", "weekly")),
        (2, "CT", "CX", ("obligations.csv:2:A", "CX")),
        (3, "basic_carrier", "tower", ("obligations.csv:3:C", "tower")),
        (2, "CT,network_build,,", "CT,network_build,tower,", ("obligations.csv:2:C", "tower", "basic_carrier")),
    ],
)
def test_a_wrong_obligation_is_named(pack: Path, line: int, right: str, wrong: str, words: tuple[str, ...]) -> None:
    lines = [HEADING, *OWED]
    assert right in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(right, wrong, 1)
    write_lines(pack / "obligations.csv", lines)
    for message in refused(pack):
        assert all(word in message for word in words), message


@pytest.mark.parametrize(
    ("more", "words"),
    [
        # the same row once more, then rows that differ and still meet in a period
        (MONTHLY, ("obligations.csv:2:A", "2、8")),
        (MONTHLY.replace("2020-10,2020-11", "2020-11,"), ("obligations.csv:8:A", "2020-11", "CT", "network_build")),
        (MONTHLY.replace("+10d", "+5d").replace("CT", "*").replace(",,monthly", ",basic_carrier,monthly"),
         ("obligations.csv:8:A", "CT", "2020-10")),
        ("CM,tariffs,,quarterly,+5d,none,,,2020Q4,,,,,,约定", ("obligations.csv:8:A", "CM", "tariffs", "2020Q4")),
        ("GLC,work_nodes,,yearly,12-31,none,,,,,,,,,约定", ("obligations.csv:8:A", "GLC", "2020")),
        ("CM,network_build,,event,+5wd,none,,,2020-06-30,2020-06-30,,,,,约定", ("obligations.csv:8:A", "2020-06-30")),
    ],
)  # fmt: skip
def test_two_rows_that_make_one_filer_owe_a_form_twice(pack: Path, more: str, words: tuple[str, ...]) -> None:
    write_lines(pack / "obligations.csv", [HEADING, *OWED, more])
    for message in refused(pack):
        assert all(word in message for word in words), message


def test_rows_that_are_parted_by_class_period_or_cadence_do_not_overlap(pack: Path) -> None:
    more = (
        MONTHLY.replace("2020-10,2020-11", "2020-12,"),
        MONTHLY.replace("monthly", "yearly").replace("2020-10,2020-11", ","),
        MONTHLY.replace("CT", "*").replace(",,monthly", ",department,monthly"),
    )
    write_lines(pack / "obligations.csv", [HEADING, *OWED, *more])
    assert len(load(pack).duties.rows) == len(OWED) + len(more)


@pytest.mark.parametrize(
    ("file", "right", "wrong", "words"),
    [
        ("extensions.csv", "2020-11", "2020-09", ("extensions.csv:2:C", "CT", "network_build", "2020-09")),
        ("extensions.csv", "2020-11", "2020-13", ("extensions.csv:2:C", "2020-13", "2019-W24")),
        ("extensions.csv", "2020-11", "2020-11..2020-11", ("extensions.csv:2:C", "2020-11..2020-11", "2020-11")),
        ("extensions.csv", "CT,", "GLC,", ("extensions.csv:2:C", "GLC", "network_build", "obligations.csv")),
        ("extensions.csv", "CT,", "CX,", ("extensions.csv:2:A", "CX")),
        ("extensions.csv", "network_build", "network_bild", ("extensions.csv:2:B", "network_bild", "network_build")),
        ("extensions.csv", "2020-12-18", "2020-12-10", ("extensions.csv:2:D", "2020-12-10")),
        ("extensions.csv", "2020-12-18", "2020-12-08", ("extensions.csv:2:D", "2020-12-08", "2020-12-09")),
        ("extensions.csv", "2020-12-09", "2020-12-11", ("extensions.csv:2:G", "2020-12-11", "2020-12-10")),
        ("extensions.csv", "计费系统割接未完成", "情况属实", ("extensions.csv:2:F", "情况属实")),
        ("extensions.csv", "张局长", "", ("extensions.csv:2:E",)),
        ("nil_returns.csv", "CT,tariffs,2020Q3", "CT,network_build,2020-11", ("nil_returns.csv:2:B", "nil", "yes")),
        ("nil_returns.csv", "2020Q3", "2020-09", ("nil_returns.csv:2:C", "2020-09", "tariffs")),
        ("nil_returns.csv", "2020Q3", "2021Q3", ("nil_returns.csv:2:C", "2021Q3", "2020")),
        ("nil_returns.csv", "CT,tariffs", "GLC,tariffs", ("nil_returns.csv:2:C", "GLC", "tariffs")),
        ("nil_returns.csv", "CT,tariffs,2020Q3", "CM,network_build,2020-07-15", ("nil_returns.csv:2:C", "2020-07-15")),
        ("events.csv", "CM,", "CT,", ("events.csv:2:A", "CT", "network_build", "event")),
        ("events.csv", "network_build", "tariffs", ("events.csv:2:A", "tariffs", "event")),
        ("events.csv", "network_build", "outage", ("events.csv:2:B", "outage", "network_build")),
        ("events.csv", "2020-07-14", "2021-07-14", ("events.csv:2:C", "2021-07-14", "2020-01-01")),
    ],
)
def test_what_would_do_nothing_without_a_word_is_named(
    pack: Path, file: str, right: str, wrong: str, words: tuple[str, ...]
) -> None:
    heading, line = RIGHT[file]
    assert right in line
    write_lines(pack / file, [heading, line.replace(right, wrong, 1)])
    for message in refused(pack):
        assert all(word in message for word in words), message


def test_a_nil_return_for_an_event_that_happened_is_taken(pack: Path) -> None:
    write_lines(pack / "nil_returns.csv", [NIL, "CM,network_build,2020-07-14,2020-07-15,网络部,中断未影响业务"])
    assert load(pack).rows("nil_returns.csv").height == 1


def test_an_extension_is_later_than_the_deadline_as_it_was_known_when_it_was_granted(pack: Path) -> None:
    """Spring Festival of 2020 was made longer on 27 January: until then 31 January was a working day."""
    lines = [line.replace("2020-04-15,none", "2020-01-31,next-workday") for line in (HEADING, *OWED)]
    write_lines(pack / "obligations.csv", lines)
    granted = "GLC,work_nodes,2020,2020-02-03,张局长,人员在外地未返回,"
    write_lines(pack / "extensions.csv", [EXTENSIONS, granted + "2020-01-20"])
    assert load(pack).rows("extensions.csv").height == 1
    write_lines(pack / "extensions.csv", [EXTENSIONS, granted + "2020-01-28"])
    assert all("extensions.csv:2:D" in message and "2020-02-03" in message for message in refused(pack))


def test_an_extension_is_granted_before_the_limit_has_passed(pack: Path) -> None:
    """On the limit's own day still; after it only what an earlier extension had kept open."""
    heading, line = RIGHT["extensions.csv"]
    on_the_day = line.replace("2020-12-09", "2020-12-10")
    again = line.replace("2020-12-18", "2020-12-25").replace("2020-12-09", "{}")
    write_lines(pack / "extensions.csv", [heading, on_the_day, again.format("2020-12-18")])
    assert load(pack).rows("extensions.csv").height == 2
    write_lines(pack / "extensions.csv", [heading, on_the_day, again.format("2020-12-19")])
    for message in refused(pack):
        assert all(word in message for word in ("extensions.csv:3:G", "2020-12-19", "2020-12-18")), message


def test_what_has_no_day_cannot_be_extended(pack: Path) -> None:
    write_lines(pack / "obligations.csv", [line.replace("+10d", "unstated") for line in (HEADING, *OWED)])
    for message in refused(pack):
        assert all(word in message for word in ("extensions.csv:2:B", "CT", "network_build", "due")), message


# A first or last period inside one of the row's own would drop that one without a word.
@pytest.mark.parametrize(
    ("line", "bounds", "words"),
    [
        (7, ("2020-04", ""), ("obligations.csv:7:I", "2020-04", "yearly", "2020", "2021")),
        (7, ("", "2020-11"), ("obligations.csv:7:J", "2020-11", "yearly", "2019", "2020")),
        (4, ("2020-04", ""), ("obligations.csv:4:I", "2020-04", "once", "2020", "2021")),
        (3, ("2020-02", ""), ("obligations.csv:3:I", "2020-02", "quarterly", "2020Q1", "2020Q2")),
        (3, ("", "2020-08"), ("obligations.csv:3:J", "2020-08", "quarterly", "2020Q2", "2020Q3")),
        (2, ("2020-W44", ""), ("obligations.csv:2:I", "2020-W44", "monthly", "2020-10", "2020-11")),
        (2, ("", "2020-12-15"), ("obligations.csv:2:J", "2020-12-15", "monthly", "2020-11", "2020-12")),
    ],
)
def test_a_bound_inside_a_period_is_named(
    pack: Path, line: int, bounds: tuple[str, str], words: tuple[str, ...]
) -> None:
    lines = [HEADING, *OWED]
    fields = lines[line - 1].split(",")
    fields[8:10] = bounds
    lines[line - 1] = ",".join(fields)
    write_lines(pack / "obligations.csv", lines)
    for message in refused(pack):
        assert all(word in message for word in words), message


def test_a_bound_that_another_cadence_has_is_taken_where_it_is_one_of_the_rows_own(pack: Path) -> None:
    """A half-year from the third quarter, a month from a quarter, weeks and events from a month."""
    more = (
        "CM,network_build,,half-yearly,+10d,none,,,2020Q3,2020-12,,,,,约定",
        "GLC,tariffs,,monthly,+10d,none,,,2020Q3,2020H2,,,,,约定",
        "GLC,work_nodes,,weekly,+10d,none,,,2020-06,2020-06,,,,,约定",
        "CM,website_filing,,event,+10d,none,,,2020-06,2020-W26,,,,,约定",
    )
    write_lines(pack / "obligations.csv", [HEADING, *OWED, *more])
    found = load(pack)
    told = found.duties.instances(found.period).filter(pl.col("cadence").is_in(["half-yearly", "monthly", "weekly"]))
    counts = {(filer, kind): number for filer, kind, number in told.group_by("filer", "kind").len().rows()}
    assert counts == {
        ("CT", "network_build"): 2, ("GLC", "website_filing"): 3, ("CM", "network_build"): 1, ("GLC", "tariffs"): 6,
        ("GLC", "work_nodes"): 4,
    }  # fmt: skip


def test_lists_of_duties_may_be_left_out_but_not_what_they_speak_of(pack: Path) -> None:
    (pack / "obligations.csv").unlink()
    zh, en = refused(pack)
    assert "events.csv:2:A" in zh
    assert "events.csv:2:A" in en
    for file in RIGHT:
        (pack / file).unlink()
    assert load(pack).duties.instances(load(pack).period).is_empty()


def test_a_week_is_a_period_that_a_file_can_be_filed_for(pack: Path) -> None:
    arrivals = (pack / "arrivals.csv").read_text(encoding="utf-8").splitlines()
    old = pack / "submissions" / "website_filing" / "GLC_2020-10.csv"
    old.rename(old.with_name("GLC_2020-W24.csv"))
    write_lines(pack / "arrivals.csv", [line.replace("GLC_2020-10", "GLC_2020-W24") for line in arrivals])
    assert "2020-W24" in {arrival.period.label for arrival in load(pack).arrivals}
