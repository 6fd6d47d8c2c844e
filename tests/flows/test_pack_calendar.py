"""A pack's own notices, in its folder `calendar/`: what they add, what they change, and how a wrong one is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contracts.calendar import Calendar, shipped_calendar
from contracts.errors import CalendarError
from contracts.kind import discover_kinds
from flows.pack_reading import read_pack
from tests.flows.small_pack import write_pack

CN = shipped_calendar("cn")
HEAD = """number = "甲〔2020〕8号"
title = "关于三月三放假的通知"
announced = 2020-02-01
year = 2020
"""
OWN = (
    HEAD
    + """
[[festival]]
name = "三月三"
name_en = "Sanyuesan"
rest = [2020-03-26, 2020-03-27]
work = []
"""
)
AMENDING = """number = "甲〔2020〕9号"
title = "调整劳动节放假的通知"
announced = 2020-04-01
year = 2020
amends = "2020"

[[festival]]
name = "劳动节"
name_en = "Labour Day"
rest = [2020-05-01]
work = []
"""


def calendar(folder: Path, **notices: str | bytes) -> Calendar:
    """The calendar of a pack with these files, `y2020` standing for calendar/2020.toml."""
    write_pack(folder)
    (folder / "calendar").mkdir()
    for name, text in notices.items():
        data = text if isinstance(text, bytes) else text.encode()
        (folder / "calendar" / f"{name.removeprefix('y')}.toml").write_bytes(data)
    return read_pack(folder, discover_kinds()).calendar


def test_a_pack_without_notices_has_the_shipped_calendar(tmp_path: Path) -> None:
    assert read_pack(write_pack(tmp_path / "pack"), discover_kinds()).calendar is CN


def test_a_notice_of_its_own_adds_its_days_and_nothing_else(tmp_path: Path) -> None:
    own = calendar(tmp_path / "pack", sanyuesan=OWN)
    day = own.day(date(2020, 3, 26))
    assert (day.is_workday, day.reason_zh) == (False, "周四，三月三放假")
    others = [
        d for d in CN.days(date(2019, 1, 1), date(2021, 12, 31)) if not date(2020, 3, 26) <= d.date <= date(2020, 3, 27)
    ]
    assert [own.day(d.date) for d in others] == others
    assert own.as_known_on(date(2020, 1, 31)).is_workday(date(2020, 3, 26)), "nobody knew yet"


def test_a_year_without_the_whole_countrys_notice_stays_provisional(tmp_path: Path) -> None:
    later = OWN.replace("2020", "2098")
    own = calendar(tmp_path / "pack", later=later)
    assert [own.day(date(2098, 3, day)).provisional for day in (25, 26, 28)] == [True, False, True]
    assert own.years == CN.years
    whole = calendar(tmp_path / "whole", later=later.replace("year = 2098", "year = 2098\narranges_year = true"))
    assert not whole.day(date(2098, 3, 25)).provisional


def test_a_notice_of_its_own_changes_a_shipped_one(tmp_path: Path) -> None:
    own = calendar(tmp_path / "pack", labour=AMENDING)
    assert not CN.is_workday(date(2020, 5, 4))
    assert own.is_workday(date(2020, 5, 4))
    assert not own.as_known_on(date(2020, 3, 31)).is_workday(date(2020, 5, 4))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("own", OWN.replace("2020-03-27", "2020-05-01"), "calendar/own.toml:9 2020-05-01 已由 2020.toml:"),
        ("y2020", OWN, "calendar/2020.toml:2 与 2020.toml:"),
        ("own", OWN + OWN.removeprefix(HEAD), "calendar/own.toml:13 节日“三月三”列了两次"),
        ("own", HEAD + "festival = [1]", "calendar/own.toml:5 节日应逐个写作 [[festival]]"),
        ("own", HEAD + 'amends = ["2020"]', "calendar/own.toml:5 amends 应为加引号的文本"),
        ("own", HEAD + 'amends = "1999"', "calendar/own.toml:5 所修改的通知“1999”不存在"),
        ("own", HEAD + 'unsourced = [["a"]]', "calendar/own.toml:5 unsourced 只能列"),
        ("own", HEAD + "rest =", "calendar/own.toml 无法解析："),
        ("own", OWN.encode("gb18030"), "calendar/own.toml 应为 UTF-8 编码："),
    ],
)  # fmt: skip
def test_a_wrong_notice_refuses_the_pack_with_file_and_line(
    tmp_path: Path, name: str, text: str | bytes, said: str
) -> None:
    with pytest.raises(CalendarError) as refused:
        calendar(tmp_path / "pack", **{name: text})
    assert said in refused.value.zh
    assert said.partition(" ")[0] in refused.value.en
