"""What is said on which day: every stage at its boundary, nothing on days off, nothing twice, no flood afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from contracts.obligations import ZONE
from contracts.reminding import WEEKS, Contact, Plan, Reminder, Stage, count_past, decide, gather
from contracts.reminding_words import one_line, subject_of, text_of
from contracts.timeliness import Kept, judge_timeliness
from tests.contracts.test_timeliness import CALENDAR, YEAR, at, duties, kept

# The second quarter of 2019 is due on Saturday 15 June and not moved; 7 June (Friday) is Dragon Boat Festival.
QUARTERLY = duties({})
MONTHLY = duties({"cadence": "monthly", "due": "+10d", "from": "2019-05", "until": "2019-05"})  # Monday 10 June
NOTHING = kept()
OFFICE = Contact("CA", "mail", "office@example.org", "办公室")
OURS = Contact("CT", "mail", "ct@example.org", "报送岗")


def said_on(on: str, known: Kept = NOTHING, owed: Any = MONTHLY) -> list[Reminder]:
    """What is to be said of the second quarter or of May."""
    moment = at(on) if len(on) > 10 else at(f"{on}T08:30")
    instances = owed.instances(YEAR, moment.date())
    frame = judge_timeliness(instances, known, moment, CALENDAR).with_columns(
        filer_name=pl.lit("甲电信"), why_zh=pl.lit("甲\n电信"), why_en=pl.lit("CT")
    )
    found = decide(frame, CALENDAR, moment, 2019)
    return [r for r in found if r.period in ("2019Q2", "2019-05")]


def stages(on: str, known: Kept = NOTHING, owed: Any = MONTHLY) -> list[tuple[str, int]]:
    return [(r.stage.value, r.week) for r in said_on(on, known, owed)]


@pytest.mark.parametrize(
    ("on", "stage"),
    [
        ("2019-06-03", []),  # four working days before: 4, 5, 6, 10 June
        ("2019-06-04", [("due_soon", 0)]),
        ("2019-06-06", [("due_soon", 0)]),
        ("2019-06-07", []),  # a festival
        ("2019-06-08", []),  # a Saturday
        ("2019-06-10", [("last_day", 0)]),
        ("2019-06-10T23:59:59", [("last_day", 0)]),
        ("2019-06-11", [("missing", 0)]),
        ("2019-06-15", []),
        ("2019-06-17", [("missing", 0)]),
        ("2019-06-18", [("missing", 1)]),
        ("2019-09-10", [("missing", 13)]),
        ("2019-09-16", [("missing", 13)]),
        ("2019-09-17", []),  # a quarter of a year is enough
    ],
)
def test_the_stage_of_a_day(on: str, stage: list[tuple[str, int]]) -> None:
    assert stages(on) == stage


def test_what_is_past_is_what_is_said_no_more_even_where_a_holiday_follows_the_limit() -> None:
    # Due on Thursday 6 June: Dragon Boat Festival and a weekend follow, so that it is missing since Monday 10 June.
    sixth = duties({"cadence": "monthly", "due": "+6d", "from": "2019-05", "until": "2019-05"})
    for on, number in (("2019-09-12", 0), ("2019-09-16", 1)):
        moment = at(f"{on}T08:30")
        frame = judge_timeliness(sixth.instances(YEAR, moment.date()), NOTHING, moment, CALENDAR)
        assert count_past(frame, CALENDAR, moment) == number
        assert stages(on, owed=sixth) == [("missing", WEEKS)] * (1 - number)
    assert count_past(frame.clear(), CALENDAR, moment) == 0


def test_a_limit_on_a_day_off_has_its_last_working_day_before_it() -> None:
    assert stages("2019-06-13", owed=QUARTERLY) == [("due_soon", 0)]
    assert stages("2019-06-14", owed=QUARTERLY) == [("last_day", 0)]
    assert stages("2019-06-15", owed=QUARTERLY) == stages("2019-06-16", owed=QUARTERLY) == []
    assert stages("2019-06-17", owed=QUARTERLY) == [("missing", 0)]


def test_nothing_is_said_in_the_hours_between_a_limit_at_noon_and_the_next_working_day() -> None:
    noon = duties({"by": "12:00", "cadence": "monthly", "due": "+10d", "from": "2019-05", "until": "2019-05"})
    assert stages("2019-06-10T12:00:00", owed=noon) == [("last_day", 0)]
    assert stages("2019-06-10T12:00:01", owed=noon) == []
    assert stages("2019-06-11", owed=noon) == [("missing", 0)]


def test_a_day_worked_in_exchange_is_a_working_day() -> None:
    # Sunday 28 April 2019 is worked for Labour Day, as a notice of 22 March has it.
    april = duties({"cadence": "monthly", "due": "+29d", "from": "2019-03", "until": "2019-03"})
    moment = at("2019-04-28T08:30")
    frame = judge_timeliness(april.instances(YEAR, moment.date()), NOTHING, moment, CALENDAR).with_columns(
        filer_name=pl.lit(""), why_zh=pl.lit(""), why_en=pl.lit("")
    )
    assert [r.stage for r in decide(frame, CALENDAR, moment, 2019)] == [Stage.DUE_SOON]


@pytest.mark.parametrize(
    ("outcome", "on", "stage"),
    [
        ("accepted", "2019-06-11", []),
        ("partial", "2019-06-11", []),
        (None, "2019-06-11", []),  # received, and ours to judge
        ("returned", "2019-06-05", [("returned", 0)]),
        ("returned", "2019-06-10", [("last_day", 0)]),
        ("returned", "2019-06-11", [("returned_late", 0)]),
        ("returned", "2019-06-18", [("returned_late", 1)]),
    ],
)
def test_what_was_filed(outcome: str | None, on: str, stage: list[tuple[str, int]]) -> None:
    assert stages(on, kept(("report", "2019-05", "2019-06-04T10:00", outcome))) == stage


def test_a_second_return_is_another_matter_than_the_first() -> None:
    first = ("report", "2019-05", "2019-06-12T10:00", "returned")
    once = said_on("2019-06-13", kept(first))
    twice = said_on("2019-06-14", kept(first, ("report", "2019-05", "2019-06-13T10:00", "returned")))
    assert [r.stage for r in once + twice] == [Stage.RETURNED_LATE] * 2
    assert [r.about for r in once + twice] == ["S-0", "S-1"]
    assert once[0].key != twice[0].key
    # The weeks are counted from the return, where that came after the limit.
    assert stages("2019-06-18", kept(first)) == [("returned_late", 0)]
    assert stages("2019-06-19", kept(first)) == [("returned_late", 1)]


def test_an_extension_starts_anew() -> None:
    granted = ("CT", "report", "2019-05", date(2019, 6, 20), "局长", "灾害", date(2019, 6, 12))
    extended = kept(extended=[granted])
    before = said_on("2019-06-10", extended)
    assert [r.stage for r in before] == [Stage.LAST_DAY]
    assert stages("2019-06-12", extended) == []
    after = said_on("2019-06-20", extended)
    assert [r.stage for r in after] == [Stage.LAST_DAY]
    assert before[0].key != after[0].key
    assert stages("2019-06-21", extended) == [("missing", 0)]


def test_what_was_declared_nil_is_not_asked_for() -> None:
    nil = kept(nil=[("CT", "report", "2019-05", date(2019, 6, 5), "甲", "无")])
    assert stages("2019-06-11", nil) == []


def test_what_has_no_day_or_does_not_apply_is_not_asked_for() -> None:
    assert stages("2019-07-11", owed=duties({"due": "unstated"})) == []
    assert stages("2019-07-11", owed=duties({"issued": date(2019, 6, 20)})) == []


def test_the_hour_of_another_zone_is_the_same_day() -> None:
    moment = datetime(2019, 6, 10, 0, 30, tzinfo=UTC)
    frame = judge_timeliness(MONTHLY.instances(YEAR, date(2019, 6, 10)), NOTHING, moment, CALENDAR).with_columns(
        filer_name=pl.lit(""), why_zh=pl.lit(""), why_en=pl.lit("")
    )
    assert [r.stage for r in decide(frame, CALENDAR, moment, 2019)] == [Stage.LAST_DAY]


def days(first: str, last: str) -> Iterator[str]:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        yield day.isoformat()
        day += timedelta(days=1)


def through(on_days: list[str]) -> list[tuple[str, str, int]]:
    """What is newly said on each of the days, with what was said before remembered."""
    said: set[str] = set()
    told = []
    for day in on_days:
        new = [r for r in said_on(day) if r.key not in said]
        said |= {r.key for r in new}
        told += [(day, r.stage.value, r.week) for r in new]
    return told


def test_every_stage_is_said_once_and_what_is_missing_once_a_week() -> None:
    told = through(list(days("2019-05-31", "2019-12-31")))
    assert told[:5] == [
        ("2019-06-04", "due_soon", 0),
        ("2019-06-10", "last_day", 0),
        ("2019-06-11", "missing", 0),
        ("2019-06-18", "missing", 1),
        ("2019-06-25", "missing", 2),
    ]
    assert len(told) == 3 + WEEKS


def test_after_an_outage_only_the_stage_of_today_is_said() -> None:
    told = through([d for d in days("2019-05-31", "2019-06-30") if not "2019-06-04" <= d <= "2019-06-19"])
    assert told == [("2019-06-20", "missing", 1), ("2019-06-25", "missing", 2)]


# --- to whom


def plan(
    *contacts: Contact, filers: tuple[str, ...] = ("CT",), said: dict[tuple[str, str], set[str]] | None = None
) -> Plan:
    (one,) = said_on("2019-06-11")
    reminders = [Reminder(**vars(one) | {"filer": f, "filer_name": f"{f}\r\nBcc: x@example.org"}) for f in filers]
    return gather(reminders, contacts, "CA", date(2019, 6, 11), said or {})


def test_one_digest_a_contact_with_everything_of_its_filer() -> None:
    other = Contact("CT", "webhook", "robot", "群")
    found = plan(OFFICE, OURS, other, filers=("CT", "CT"))
    assert [(d.contact, len(d.reminders), d.stands_in) for d in found.digests] == [(OURS, 2, False), (other, 2, False)]
    assert found.unreached == ()


def test_the_bureau_stands_in_for_all_who_have_no_contact_and_says_so() -> None:
    found = plan(OFFICE, OURS, filers=("CA", "CT", "CM", "CU"))
    assert [(d.contact.filer, [r.filer for r in d.reminders]) for d in found.digests] == [
        ("CA", ["CA", "CM", "CU"]),
        ("CT", ["CT"]),
    ]
    day = CALENDAR.day(date(2019, 6, 11))
    first, second = (text_of(d, "示例局", day) for d in found.digests)
    assert "CM Bcc: x@example.org、CU Bcc: x@example.org在 contacts.csv 中没有联系方式" in first
    assert "没有联系方式" not in second


def test_without_anybody_to_tell_the_filers_are_named() -> None:
    assert plan(filers=("CM", "CT", "CM")) == Plan((), ("CM", "CT"))


def test_what_was_said_is_not_said_to_the_same_contact_again_but_to_a_new_one() -> None:
    (first,) = plan(OURS).digests
    said = {OURS.key: set(first.keys)}
    assert plan(OURS, said=said).digests == ()
    new = Contact("CT", "mail", "new@example.org", "新岗位")
    assert [d.contact for d in plan(OURS, new, said=said).digests] == [new]


def test_the_message_id_is_the_intents_and_not_the_addresss() -> None:
    (first,) = plan(OURS).digests
    (again,) = plan(Contact("CT", "mail", "other@example.org", "报送岗")).digests
    assert first.message_id == again.message_id
    assert len(first.message_id) == 32
    others = [
        plan(Contact("CT", "mail", "ct@example.org", "值班岗")).digests[0],
        plan(OURS, filers=("CT", "CT")).digests[0],
        gather(said_on("2019-06-11"), [OURS], "CB", date(2019, 6, 11), {}).digests[0],
        gather(said_on("2019-06-11"), [OURS], "CA", date(2019, 6, 12), {}).digests[0],
        gather(said_on("2019-06-18"), [OURS], "CA", date(2019, 6, 11), {}).digests[0],
    ]
    assert len({first.message_id, *(d.message_id for d in others)}) == 6


def test_an_address_is_not_in_what_is_printed_of_a_contact() -> None:
    assert "ct@example.org" not in repr(plan(OURS))


# --- in which words


def test_a_subject_is_one_line_whatever_a_name_holds() -> None:
    (digest,) = plan(OURS).digests
    subject = subject_of(digest, "示例\u202e局")
    assert subject == "【示例局】报送提醒 2019-06-11：CT Bcc: x@example.org 1 项"
    (digest,) = plan(OURS, filers=("CT",)).digests
    assert len(subject_of(digest, "局" * 500)) == 120


def test_a_text_says_the_stage_the_sentence_and_the_number() -> None:
    (digest,) = plan(OURS).digests
    lines = text_of(digest, "示例局", CALENDAR.day(date(2019, 6, 11))).splitlines()
    assert lines[0] == "示例局报送提醒，2019-06-11（周二）。"
    assert "■ 逾期未报 / missing" in lines
    assert "1. 甲 电信" in lines
    assert digest.message_id in lines[-1]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\r\nb", "a b"), ("a\u2028b\u0085c", "a b c"), ("\x1b[31m红\u200b\ufeff", "[31m红"), ("  甲  乙 ", "甲 乙")],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_moments_of_keys_bear_the_zone() -> None:
    (one,) = said_on("2019-06-11")
    assert one.limit_at is not None
    assert one.limit_at.tzinfo is not None
    assert one.key == "2019/CT/report/2019-05/missing/0/2019-06-10T23:59:59+08:00/"
    assert ZONE.key == "Asia/Shanghai"
