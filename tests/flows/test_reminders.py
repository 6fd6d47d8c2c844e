"""Reminders day after day: real mails and calls, a real home; every message once, whatever goes wrong in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from contracts.errors import PackError
from contracts.obligations import ZONE
from contracts.reminding import Contact, decide
from flows.batch import load_pack
from flows.duties import timetable
from flows.notice_blocks import Letter, MailNotice
from flows.reminders import MOST_ATTEMPTS, Round, Today, blocks, contacts_of, send_all, send_one, show
from flows.settings import Settings
from tests.flows.mailing import Hook, Mailbox, mail_server
from tests.flows.processes import free_port
from tests.flows.reminded_pack import CONTACTS, opened, write_pack
from tests.flows.test_notice_blocks import SENDER, webhook
from warehouse.reminders import INTERRUPTED, Intent, Reminders, Result, Sending, StoredReminder

LAST_DAY, MISSING = "2019-06-10", "2019-06-11"


@dataclass
class Office:
    """A bureau with its pack and home, a mail server and a robot of CM's."""

    pack: Path
    home: Path
    box: Mailbox
    hook: Hook
    mail: MailNotice
    clock: datetime = datetime(2019, 6, 1, tzinfo=ZONE)

    def tick(self) -> datetime:
        """A clock of the test's: every look at it is a second later."""
        self.clock += timedelta(seconds=1)
        return self.clock

    def deliver(self, contact: Contact, letter: Letter) -> Result:
        if contact.channel == "mail":
            return self.mail.deliver(letter)
        return webhook(name=contact.address, url=self.hook.url).deliver(letter)

    def send(self, kept: Reminders, intent: Intent, contact: Contact, repeated: bool) -> object:
        return send_one(kept, intent, contact, repeated, self.deliver, self.tick)

    def run(self, on: str, *, sends: bool = True) -> Round:
        """One run of the day, without Prefect."""
        moment = datetime.fromisoformat(f"{on}T08:30").replace(tzinfo=ZONE)
        with opened(self.pack, self.home) as (pack, home):
            day = pack.calendar.as_known_on(moment.date()).day(moment.date())
            frame = timetable(pack, home, moment).frame
            today = Today(pack, day, decide(frame, pack.calendar, moment, pack.settings.year), moment)
            kept = Reminders(home.engine, home.folder)
            return send_all(today, kept, self.send) if sends else show(today, kept)  # type: ignore[arg-type]

    def kept(self) -> list[StoredReminder]:
        with opened(self.pack, self.home) as (_, home):
            return Reminders(home.engine, home.folder).listed(2019)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    box = Mailbox()
    with mail_server(box) as port, Hook() as hook:
        pack = write_pack(tmp_path / "pack")
        yield Office(pack, tmp_path / "home", box, hook, MailNotice(port=port, **SENDER))


def states(found: Round) -> dict[str, str]:
    return {told.filer: str(told.state) for told in found.told}


def only_ct(office: Office) -> None:
    write_pack(office.pack, contacts=tuple(line for line in CONTACTS if not line.startswith("CM")))


def test_each_is_told_once_and_the_bureau_of_whoever_has_no_contact(office: Office) -> None:
    found = office.run(LAST_DAY)
    assert states(found) == {"XJ": "sent", "CT": "sent", "CM": "sent"}
    assert (found.held, found.unreached) == (0, ())
    assert office.box.to == ["banggongshi@ca.example.org", "baosong@ct.example.org"]
    bureau, carrier = office.box.mails
    assert "小联通" in bureau["Subject"]
    plain = bureau.get_body(("plain",))
    assert plain is not None
    assert "小联通在 contacts.csv 中没有联系方式" in plain.get_content()
    assert carrier["Subject"] == "【小局】报送提醒 2019-06-10：小电信 1 项"
    ((_, headers, _),) = office.hook.got
    stored = {s.filer: s for s in office.kept()}
    assert headers["Idempotency-Key"] == stored["CM"].message_id
    assert carrier["Message-ID"] == f"<{stored['CT'].message_id}@ca.example.org>"
    assert all(s.state is Sending.SENT and s.attempts == 1 and s.sent_at for s in stored.values())


def test_a_second_run_on_the_same_day_says_nothing(office: Office) -> None:
    office.run(LAST_DAY)
    assert office.run(LAST_DAY).told == ()
    assert (len(office.box.raw), len(office.hook.got)) == (2, 1)


def test_every_stage_is_a_message_of_its_own(office: Office) -> None:
    for day in ("2019-06-04", "2019-06-05", "2019-06-06", LAST_DAY, MISSING, "2019-06-12", "2019-06-17", "2019-06-18"):
        office.run(day)
    told = [s.day for s in office.kept() if s.filer == "CT"]
    assert told == ["2019-06-04", LAST_DAY, MISSING, "2019-06-18"]
    assert len(office.box.raw) == 8
    assert len({mail["Message-ID"] for mail in office.box.mails}) == 8


def test_after_an_outage_of_ten_days_each_has_one_digest(office: Office) -> None:
    office.run("2019-06-04")
    office.run("2019-06-17")
    assert [s.day for s in office.kept() if s.filer == "CT"] == ["2019-06-04", "2019-06-17"]
    assert [mail["Subject"].split()[1] for mail in office.box.mails][2:] == ["2019-06-17：小联通", "2019-06-17：小电信"]


@pytest.mark.parametrize("day", ["2019-06-07", "2019-06-08", "2019-06-16"])
def test_nothing_on_a_day_off(office: Office, day: str) -> None:
    assert office.run(day) == Round((), 0, ())
    assert office.kept() == []


def test_only_shown_nothing_is_sent_and_nothing_kept(office: Office) -> None:
    assert states(office.run(LAST_DAY, sends=False)) == {"XJ": "None", "CT": "None", "CM": "None"}
    assert (office.kept(), office.box.raw, office.hook.got) == ([], [], [])


def test_no_address_is_kept_in_the_home(office: Office) -> None:
    office.run(LAST_DAY)
    with opened(office.pack, office.home) as (pack, _):
        addresses = [c.address.encode() for c in contacts_of(pack)]
        assert "contacts.csv" not in [a.file for a in pack.arrivals]
    found = [
        path.name
        for path in office.home.rglob("*")
        if path.is_file() and any(address in path.read_bytes() for address in addresses)
    ]
    assert len(addresses) == 3
    assert found == []


# --- what goes wrong


def test_no_answer_is_uncertain_and_repeated_under_the_same_number(office: Office) -> None:
    only_ct(office)
    office.box.behaviour = "take and vanish"
    office.hook.answer = "vanish"
    assert states(office.run(LAST_DAY)) == {"XJ": "uncertain", "CT": "uncertain"}
    office.box.behaviour = "take"
    again = office.run(LAST_DAY)
    assert [(t.filer, t.state, t.repeated, t.attempts) for t in again.told] == [
        ("XJ", "sent", True, 2),
        ("CT", "sent", True, 2),
    ]
    assert office.box.raw[:2] == office.box.raw[2:]
    assert office.run(LAST_DAY).told == ()


def test_a_call_without_an_answer_is_repeated_with_its_key(office: Office) -> None:
    office.hook.answer = "vanish"
    assert states(office.run(LAST_DAY))["CM"] == "uncertain"
    office.hook.answer = 200
    assert states(office.run(LAST_DAY)) == {"CM": "sent"}
    assert len({headers["Idempotency-Key"] for _, headers, _ in office.hook.got}) == 1
    assert office.hook.got[0][2] == office.hook.got[1][2]


def test_what_stays_uncertain_is_repeated_a_few_times_and_then_only_reported(office: Office) -> None:
    office.hook.answer = "vanish"
    found = [office.run(LAST_DAY) for _ in range(MOST_ATTEMPTS + 2)]
    assert [states(f)["CM"] for f in found] == ["uncertain"] * (MOST_ATTEMPTS + 2)
    assert len(office.hook.got) == MOST_ATTEMPTS
    assert [[t.repeated for t in f.told if t.filer == "CM"] for f in found] == [
        [False],
        [True],
        [True],
        [False],
        [False],
    ]


def test_a_repeat_that_fails_for_certain_leaves_the_first_one_uncertain(office: Office) -> None:
    office.hook.answer = "vanish"
    office.run(LAST_DAY)
    office.hook.answer = 503
    (told,) = office.run(LAST_DAY).told
    assert (told.state, told.repeated) == (Sending.UNCERTAIN, True)
    assert "503" in told.said


def test_what_is_uncertain_and_overtaken_is_not_repeated(office: Office) -> None:
    office.hook.answer = "vanish"
    office.run(LAST_DAY)
    office.hook.answer = 200
    found = office.run(MISSING)
    assert states(found)["CM"] == "sent"
    assert not any(told.repeated for told in found.told)
    assert [s.state for s in office.kept() if s.filer == "CM"] == [Sending.UNCERTAIN, Sending.SENT]


def test_a_run_that_dies_between_intent_and_result_is_found_uncertain(office: Office) -> None:
    class Died(BaseException):  # as what ends a process is
        pass

    def dies(kept: Reminders, intent: Intent, contact: Contact, repeated: bool) -> object:
        def deliver(contact: Contact, letter: Letter) -> Result:
            office.deliver(contact, letter)
            raise Died

        return send_one(kept, intent, contact, repeated, deliver, office.tick)

    whole = office.send
    office.send = dies  # type: ignore[method-assign]
    with pytest.raises(Died):
        office.run(LAST_DAY)
    assert [(s.filer, s.state) for s in office.kept()] == [("XJ", Sending.INTENDED)]
    office.send = whole  # type: ignore[method-assign]
    found = office.run(LAST_DAY)
    assert [(t.filer, t.state, t.repeated) for t in found.told] == [
        ("XJ", "sent", True),
        ("CT", "sent", False),
        ("CM", "sent", False),
    ]
    first, second, _ = office.box.raw
    assert first == second


def test_an_error_with_one_contact_is_uncertain_and_every_other_one_is_reminded(office: Office) -> None:
    whole = office.deliver

    def deliver(contact: Contact, letter: Letter) -> Result:
        if contact.filer == "XJ":
            raise RuntimeError("Geheim-5309")
        return whole(contact, letter)

    office.deliver = deliver  # type: ignore[method-assign]
    found = office.run(LAST_DAY)
    assert states(found) == {"XJ": "uncertain", "CT": "sent", "CM": "sent"}
    assert "RuntimeError" in found.told[0].said
    assert "Geheim" not in str(found) + str(office.kept())


def test_a_block_that_cannot_be_asked_for_is_failed(office: Office) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/api"
    letter = Letter("ct@example.org", "岗", "题", "文", "0" * 32, office.clock)
    with temporary_settings({PREFECT_API_URL: nowhere}):
        for channel in ("mail", "webhook"):
            result = blocks("jixiao-mail")(Contact("CT", channel, "cm-robot", "岗"), letter)
            assert result.state is Sending.FAILED
            assert "Error" in result.said
            assert " / " in result.said


def test_what_was_not_taken_over_is_tried_again_by_the_next_run(office: Office) -> None:
    office.box.behaviour = "busy"
    assert states(office.run(LAST_DAY)) == {"XJ": "deferred", "CT": "deferred", "CM": "sent"}
    office.box.behaviour = "take"
    found = office.run(LAST_DAY)
    assert states(found) == {"XJ": "sent", "CT": "sent"}
    assert [t.attempts for t in found.told] == [2, 2]
    assert len(office.box.raw) == 2


def test_a_server_that_takes_nothing_is_not_waited_for_by_everybody(office: Office) -> None:
    many = [f"CT,mail,post{n}@ct.example.org,岗位{n}" for n in range(6)]
    write_pack(office.pack, contacts=(*CONTACTS, *many))
    office.box.behaviour = "busy"
    found = office.run(LAST_DAY)
    assert [t.state for t in found.told] == ["deferred", "deferred", "sent", "deferred"]
    assert found.put_off == 5
    office.box.behaviour = "take"
    again = office.run(LAST_DAY)
    assert (len(again.told), again.put_off) == (8, 0)
    assert len(office.box.raw) == 8


def test_the_next_day_says_what_is_so_then_and_not_what_could_not_be_sent(office: Office) -> None:
    office.box.behaviour = "no such user"
    assert states(office.run(LAST_DAY))["CT"] == "failed"
    office.box.behaviour = "take"
    assert states(office.run(MISSING)) == {"XJ": "sent", "CT": "sent", "CM": "sent"}
    assert [mail["Subject"].split()[1] for mail in office.box.mails] == ["2019-06-11：小联通", "2019-06-11：小电信"]


def test_a_second_digest_on_one_day_waits(office: Office) -> None:
    office.run(LAST_DAY)
    lines = (office.pack / "obligations.csv").read_text(encoding="utf-8")
    more = "CT,website_filing,monthly,+10d,none,2019-05,2019-05,测试约定\n"
    (office.pack / "obligations.csv").write_text(lines + more, encoding="utf-8")
    held = office.run(LAST_DAY)
    assert (held.told, held.held) == ((), 1)
    assert states(office.run(MISSING))["CT"] == "sent"
    assert "小电信 2 项" in office.box.mails[-1]["Subject"]


def test_without_any_contact_the_filers_are_named(office: Office) -> None:
    write_pack(office.pack, contacts=())
    (office.pack / "contacts.csv").unlink()
    assert office.run(LAST_DAY) == Round((), 0, ("CT", "CM", "CU"))


def test_two_runs_at_once_send_each_message_once(office: Office) -> None:
    with opened(office.pack, office.home):
        pass
    found: list[Round] = []
    threads = [threading.Thread(target=lambda: found.append(office.run(LAST_DAY))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(len(f.told) for f in found) == [0, 3]
    assert (len(office.box.raw), len(office.hook.got)) == (2, 1)


def test_an_interrupted_message_says_so_once_it_can_no_longer_be_repeated(office: Office) -> None:
    with opened(office.pack, office.home) as (pack, home):
        kept = Reminders(home.engine, home.folder)
        moment = datetime.fromisoformat(f"{LAST_DAY}T08:30").replace(tzinfo=ZONE)
        reminders = decide(timetable(pack, home, moment).frame, pack.calendar, moment, 2019)
        today = Today(pack, pack.calendar.day(moment.date()), reminders, moment)
        digest = next(d for d in today.plan([]).digests if d.contact.filer == "CT")
        for _ in range(MOST_ATTEMPTS):
            kept.intend(today.intent(digest), moment)
    told = {t.filer: t for t in office.run(LAST_DAY).told}
    assert (told["CT"].state, told["CT"].said, told["CT"].attempts) == (Sending.UNCERTAIN, INTERRUPTED, MOST_ATTEMPTS)
    assert office.box.to == ["banggongshi@ca.example.org"]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("CT,webhook,https://example.org/robot?key=5309,群", "contacts.csv:2:C"),
        ("CT,mail,a@example.org b@example.org,报送岗", "contacts.csv:2:C"),
        ("CT,mail,5309..b@example.org,报送岗", "contacts.csv:2:C"),
        ("CT,mail,.5309@example.org,报送岗", "contacts.csv:2:C"),
        ("CT,mail,5309.@example.org,报送岗", "contacts.csv:2:C"),
        (f"CT,mail,5309.{'a' * 60}@example.org,报送岗", "contacts.csv:2:C"),
        ("CX,mail,a@example.org,报送岗", "contacts.csv:2:A"),
        ("CT,fax,0791-5309,报送岗", "contacts.csv:2:B"),
    ],
)
def test_a_contact_that_cannot_be_used_is_refused_and_its_address_not_repeated(
    tmp_path: Path, line: str, place: str
) -> None:
    pack = write_pack(tmp_path / "pack", contacts=(CONTACTS[0], line))
    with pytest.raises(PackError) as refused:
        load_pack(pack, Settings())
    assert place in str(refused.value)
    assert "5309" not in str(refused.value)
    assert "a@example.org" not in str(refused.value)
