"""The words of a digest: its subject in one line, and its text in Chinese and English.

What a filer or a pack wrote goes in as it is read, but on one line and without characters that steer a terminal, a
mail program or the direction of writing. Nothing is decided here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from contracts.calendar import Day
from contracts.reminding import Digest, Reminder, Stage

_ORDER: Final = (Stage.LAST_DAY, Stage.RETURNED_LATE, Stage.MISSING, Stage.RETURNED, Stage.DUE_SOON)
_LONGEST: Final = 120  # characters of a subject


def one_line(text: str) -> str:
    """The text on one line: runs of blanks are one, and characters that are not seen are left out."""
    return " ".join("".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C").split())


def subject_of(digest: Digest, bureau_name: str) -> str:
    """【示例局】报送提醒 2019-06-12：甲电信 3 项."""
    names = list(dict.fromkeys(r.filer_name for r in digest.reminders))
    whose = names[0] if len(names) == 1 else f"{len(names)} 家单位"
    said = one_line(f"【{bureau_name}】报送提醒 {digest.day}：{whose} {len(digest.reminders)} 项")
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"


def text_of(digest: Digest, bureau_name: str, day: Day) -> str:
    """The whole digest as plain text, most pressing first, each instance with its sentence in both languages."""
    return "\n".join(_lines(digest, one_line(bureau_name), day))


def _lines(digest: Digest, bureau_name: str, day: Day) -> Iterator[str]:
    yield f"{bureau_name}报送提醒，{digest.day}（{one_line(day.reason_zh)}）。"
    yield f"What {bureau_name} expects, as of {digest.day} ({one_line(day.reason_en)})."
    if digest.stands_in:
        yield ""
        names = dict.fromkeys(one_line(r.filer_name) for r in digest.reminders if r.filer != digest.bureau)
        yield f"{'、'.join(names)}在 contacts.csv 中没有联系方式，故发至主管局，请代为转告。"
        yield "These filers have no contact in contacts.csv: the bureau is told instead and asked to pass it on."
    ordered = sorted(digest.reminders, key=lambda r: (_ORDER.index(r.stage), r.filer))
    for stage, group in groupby(ordered, key=lambda r: r.stage):
        yield ""
        yield f"■ {stage.zh} / {stage.en}"
        for number, reminder in enumerate(group, 1):
            yield from _item(number, reminder)
    yield ""
    yield "已报送的，以收到回执为准；对期限有异议的，请依据所列规定向主管局提出。"
    yield "A deadline can be disputed with the bureau by the terms named above."
    yield f"（自动发出，编号 {digest.message_id}；编号相同的为重发。 / Sent automatically; the same number, a repeat.）"


def _item(number: int, reminder: Reminder) -> Iterator[str]:
    again = f"（第{reminder.week + 1}周）" if reminder.week else ""
    yield f"{number}. {one_line(reminder.why_zh)}{again}"
    again = f" (week {reminder.week + 1})" if reminder.week else ""
    yield f"   {one_line(reminder.why_en)}{again}"
