"""Calendar files of what is owed: entries that stay themselves, and nothing in them that acts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import icalendar
import pytest

from flows.commands.due import show_due
from flows.commands.formats.ics import Entry, calendar_file
from tests.flows.reminded_pack import PACK, write_pack
from tests.flows.small_pack import write_lines


def test_what_would_act_on_a_terminal_is_left_out() -> None:
    evil = "甲\x1b]0;evil\x07\x00\x9b2J\u202e\udc80\r\n乙"
    day = date(2019, 6, 10)
    written = calendar_file(evil, [Entry(evil, day, evil, evil, evil, day)])
    assert not {c for c in written.decode() if c not in "\r\n" and not c.isprintable()}
    (event,) = icalendar.Calendar.from_ical(written).walk("VEVENT")
    assert (event["SUMMARY"], event["DESCRIPTION"]) == ("甲]0;evil2J\n乙",) * 2


def events(pack: Path, capfdbinary: pytest.CaptureFixture[bytes], on: str) -> dict[str, tuple[str, int]]:
    """UID → the day and the revision, as of `on`."""
    show_due(pack, on, None, None, None, shape="ics", all_=False)
    found = icalendar.Calendar.from_ical(capfdbinary.readouterr().out).walk("VEVENT")
    return {str(e["UID"]): (str(e.decoded("DTSTART")), int(str(e["SEQUENCE"]))) for e in found}


def test_two_bureaus_have_no_entry_in_common(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    ours = events(write_pack(tmp_path / "ours"), capfdbinary, "2019-06-01")
    theirs = write_pack(tmp_path / "theirs")
    for file in theirs.iterdir():
        if file.suffix in (".csv", ".toml"):
            file.write_text(file.read_text(encoding="utf-8").replace("XJ", "YJ"), encoding="utf-8")
    assert 'bureau = "XJ"' in PACK
    other = events(theirs, capfdbinary, "2019-06-01")
    assert len(ours) == len(other) == 3
    assert not set(ours) & set(other)


def test_every_extension_is_a_later_revision_of_the_same_entry(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    pack = write_pack(tmp_path / "pack")
    write_lines(
        pack / "extensions.csv",
        [
            "filer,kind,period,until,approver,reason,granted_on",
            "CT,network_build,2019-05,2019-06-14,示例处长,系统故障,2019-06-05",
            "CT,network_build,2019-05,2019-06-20,示例处长,系统仍未恢复,2019-06-12",
        ],
    )
    found = [events(pack, capfdbinary, on) for on in ("2019-06-04", "2019-06-05", "2019-06-12")]
    (uid,) = [uid for uid in found[0] if "-CT@" in uid]
    days, revisions = zip(*(each[uid] for each in found), strict=True)
    assert days == ("2019-06-10", "2019-06-14", "2019-06-20")
    assert revisions[0] == 0 < revisions[1] < revisions[2]
    assert {each[other] for each in found for other in each if other != uid} == {("2019-06-10", 0)}
