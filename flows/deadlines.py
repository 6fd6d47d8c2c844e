"""The flow `deadlines`: every day, what is due soon, late and missing, and a reminder to whoever it concerns.

It asks the calendar itself whether the day is worked, and does nothing on one that is not. What a run missed is not
made up for: the next one says how things stand then. It judges nothing and publishes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
from prefect import State, flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run
from prefect.states import Completed

from contracts.calendar import Day
from contracts.obligations import ZONE
from contracts.reminding import WEEKS, Contact, count_past, decide
from contracts.reminding_words import one_line
from contracts.timeliness import State as Standing
from flows import stages
from flows.batch import load_pack
from flows.duties import timetable
from flows.intake import artifact_key
from flows.moments import moment_of
from flows.pack import Pack
from flows.reminder_page import markdown, sentence
from flows.reminders import Round, Today, Told, blocks, contacts_of, send_all, send_one, show
from flows.settings import Settings
from warehouse.home import Home
from warehouse.reminders import Intent, Reminders, Sending

OPEN: Final = (Standing.DUE_SOON, Standing.EXTENDED, Standing.RECEIVED, Standing.RETURNED, Standing.MISSING)
INCOMPLETE: Final = "RemindersIncomplete"  # the name of the run's state when a message failed or is uncertain


@dataclass(frozen=True)
class DayResult:
    """What a run saw and said. notice: the one that arranges the day; None where the weekday decides.

    states: how many instances are in each; open: filer → its open ones in words. told: every message. held: reminders
    that wait, because the recipient had a digest today. put_off: messages not tried, because the server took none.
    unreached: filers nobody is named for. unprocessed: files that arrived and were not taken in yet; what they are
    about is not reminded of. past: missing for so long that it is no longer said.
    """

    on: datetime
    is_workday: bool
    reason_zh: str
    reason_en: str
    notice: str | None
    states: dict[str, int]
    open: dict[str, str]
    told: tuple[Told, ...] = ()
    held: int = 0
    put_off: int = 0
    unreached: tuple[str, ...] = ()
    unprocessed: tuple[str, ...] = ()
    past: int = 0


def _name_sending() -> str:
    return f"{task_run.parameters['intent'].filer}·{task_run.parameters['intent'].message_id[:8]}"


@task(name="remind", task_run_name=_name_sending, cache_policy=NO_CACHE, persist_result=False)
def remind(kept: Reminders, intent: Intent, contact: Contact, repeated: bool, mail: str) -> Told:
    """One message. Never retried within a run: whether it arrived is what the next run decides by."""
    return send_one(kept, intent, contact, repeated, blocks(mail), lambda: datetime.now(ZONE))


@flow(name="deadlines", flow_run_name="deadlines {pack}", validate_parameters=False)
def deadlines(
    pack: str, home: str | None = None, on: str | None = None, send: bool | None = None, mail: str = "jixiao-mail"
) -> Any:
    """What is due soon, late and missing in the pack in folder `pack`, and the reminders of it.

    home: its home (var/<pack name> by default); on: a moment other than now, as ISO text, or a day, which means its
    end; send: whether reminders are sent, by default where the pack has contacts and `on` is not given; mail: the
    name of the MailNotice block.
    Returns a DayResult.
    """
    settings = Settings.of_environment()
    contents = load_pack(Path(pack), settings)
    moment = datetime.now(ZONE) if on is None else moment_of(on, "on")
    day = contents.calendar.as_known_on(moment.date()).day(moment.date())
    if not day.is_workday:
        get_run_logger().info("%s", _idle(day))
        return _result(moment, day, {}, {})
    sends = bool(contacts_of(contents)) and on is None if send is None else send
    folder = Path(home) if home else settings.var / contents.name
    with stages.open_home(folder, contents, settings.database()) as opened:
        result = _say(contents, opened, moment, day, mail if sends else None)
    return _ended(result)


def _say(pack: Pack, home: Home, moment: datetime, day: Day, mail: str | None) -> DayResult:
    """Decide, send (where a mail block is named), and tell the log and the UI."""
    frame = timetable(pack, home, moment).frame
    unprocessed = {a.file: (a.filer, a.kind, a.period.label) for a in _unprocessed(pack, home, moment)}
    settled = frame.filter(
        ~pl.Series(
            [key in unprocessed.values() for key in frame.select("filer", "kind", "period").rows()], dtype=pl.Boolean
        )
    )
    reminders = decide(settled, pack.calendar, moment, pack.settings.year, pack.settings.due_soon_workdays)
    today, kept = Today(pack, day, reminders, moment), Reminders(home.engine, home.folder)
    if mail is None:
        round_ = show(today, kept)
    else:
        name = mail
        round_ = send_all(today, kept, lambda k, i, c, again: remind(k, i, c, again, name))
    states = dict(sorted(frame["state"].value_counts().rows()))
    result = _result(
        moment,
        day,
        states,
        open_=_open(frame),
        told=round_.told,
        held=round_.held,
        put_off=round_.put_off,
        unreached=round_.unreached,
        unprocessed=tuple(unprocessed),
        past=count_past(settled, pack.calendar, moment),
    )
    _describe(pack, day, result, round_)
    return result


def _describe(pack: Pack, day: Day, result: DayResult, round_: Round) -> None:
    """The same in the run's log and as an artifact."""
    logger = get_run_logger()
    names = pack.filer_names()
    open_ = [(names[filer], said) for filer, said in result.open.items()]
    for filer, said in open_:
        logger.info("%s", one_line(f"{filer}：{said}"))
    notes = _notes(result, names)
    for note in notes:
        logger.warning("%s", one_line(note))
    for told in result.told:
        failed = told.state in (Sending.FAILED, Sending.DEFERRED, Sending.UNCERTAIN)
        (logger.warning if failed else logger.info)("%s", sentence(told))
    text = markdown(f"{pack.settings.title}：报送期限", day, open_, round_, notes)
    create_markdown_artifact(
        markdown=text, key=f"deadlines-{artifact_key(pack.name)}", description=f"{len(open_)} 家有未了事项"
    )


def _notes(result: DayResult, names: dict[str, str]) -> list[str]:
    """What whoever runs this should know."""
    notes = []
    if result.unreached:
        who = "、".join(names[filer] for filer in result.unreached)
        notes.append(f"没有联系方式，未提醒：{who} / nobody to remind: {', '.join(result.unreached)}")
    if result.unprocessed:
        files = "、".join(result.unprocessed)
        notes.append(f"已到而未处理，暂不提醒：{files} / arrived and not taken in yet, so not reminded of")
    if result.held:
        notes.append(f"今日已提醒过，{result.held} 项留待下一工作日 / {result.held} wait for the next working day")
    if result.put_off:
        notes.append(
            f"服务器接连不收，{result.put_off} 件留待下一次运行 / {result.put_off} were not tried: none was taken"
        )
    if result.past:
        notes.append(f"缺报超过 {WEEKS} 周，不再提醒：{result.past} 项 / missing for more than {WEEKS} weeks")
    return notes


def _open(frame: pl.DataFrame) -> dict[str, str]:
    """filer → how many of its instances are open, by state, and how many of them are late."""
    said = {}
    for (filer,), rows in frame.filter(pl.col("state").is_in(OPEN)).group_by("filer", maintain_order=True):
        counts = dict(rows["state"].value_counts().rows())
        late = int(rows["overdue"].sum())
        words = [f"{state.zh} {counts[state]}" for state in OPEN if state in counts]
        said[str(filer)] = "，".join(words) + (f"（已逾期 {late}）" if late else "")
    return said


def _unprocessed(pack: Pack, home: Home, moment: datetime) -> list[Any]:
    """Arrivals by then that the home does not know: nobody is called missing whose file lies at the door."""
    taken = {(s.arrival.file, s.arrival.received_at) for s in home.submissions()}
    return [
        a
        for a in pack.arrivals
        if not pack.is_list(a.kind) and a.received_at <= moment and (a.file, a.received_at) not in taken
    ]


def _result(moment: datetime, day: Day, states: dict[str, int], open_: dict[str, str], **told: Any) -> DayResult:
    notice = None if day.notice is None else day.notice.cited
    return DayResult(moment, day.is_workday, day.reason_zh, day.reason_en, notice, states, open_, **told)


def _idle(day: Day) -> str:
    cited = f"，{day.notice.cited}" if day.notice else ""
    return f"{day.date} 不是工作日（{day.reason_zh}{cited}），不提醒 / not a working day ({day.reason_en}{cited})"


def _ended(result: DayResult) -> DayResult | State[DayResult]:
    """The result; in a state whose name says so where a message failed or is uncertain, for an automation to watch."""
    unsettled = [t for t in result.told if t.state not in (None, Sending.SENT)]
    if not unsettled:
        return result
    said = f"{len(unsettled)} 件提醒未能确认送达 / {len(unsettled)} reminders failed or are uncertain"
    return Completed(name=INCOMPLETE, message=said, data=result)
