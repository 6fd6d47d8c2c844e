"""The intake flow: everything filed in a pack, from bytes to published pages. Prefect is a coat over `flows.stages`.

One flow run a batch; one task run for each submission, named by filer, form and period. Retried is only what a second
try can mend (a busy database); a filer's mistake is a verdict, not a failure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect import State, Task, flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.runtime import task_run

from contracts.errors import StorageError
from contracts.finding import Outcome
from contracts.obligations import ZONE
from contracts.submission import Arrival, Submission
from flows import stages
from flows.again import Due, Watch, work_through
from flows.batch import BatchResult, conclude, load_pack
from flows.pack import Pack
from flows.progress import tell
from flows.reader import Reader
from flows.settings import Settings
from flows.stages import Taken
from warehouse.check_result import CheckResult
from warehouse.home import Home


def _worth_retrying(_: Task[..., Any], __: TaskRun, state: State[Any]) -> bool:
    """Only what may have passed by the next try: the database was busy or out of reach."""
    return isinstance(state.result(raise_on_failure=False), StorageError)


def _name_settling() -> str:
    arrival: Arrival = task_run.parameters["submission"].arrival
    names = task_run.parameters["pack"].filer_names()
    return f"{names[arrival.filer]}·{arrival.kind}·{arrival.period.label}"


@task(
    name="receive", cache_policy=NO_CACHE, persist_result=False,
    retries=3, retry_delay_seconds=[1, 5, 20], retry_condition_fn=_worth_retrying,
)  # fmt: skip
def receive_all(home: Home, pack: Pack, now: datetime) -> list[Submission]:
    """Store every file that arrived, before anything opens one."""
    stages.keep_pack(home, pack, now)
    return [stages.receive(home, pack, arrival, now) for arrival in pack.arrivals]


@task(
    name="settle", task_run_name=_name_settling, cache_policy=NO_CACHE, persist_result=False,
    retries=3, retry_delay_seconds=[1, 5, 20], retry_condition_fn=_worth_retrying,
)  # fmt: skip
def settle_one(home: Home, pack: Pack, submission: Submission, reader: Reader, head: int | None) -> Taken | None:
    """Read, parse, judge, part, record and load one submission."""
    return stages.settle(home, pack, submission, reader, head)


@task(
    name="judge again", task_run_name=_name_settling, cache_policy=NO_CACHE, persist_result=False,
    retries=3, retry_delay_seconds=[1, 5, 20], retry_condition_fn=_worth_retrying,
)  # fmt: skip
def judge_again(home: Home, pack: Pack, submission: Submission, due: Due, reader: Reader) -> Taken | None:
    """Judge a submission once more: what it is compared with, or what was said of it, has come or changed."""
    return stages.judge_again(home, pack, submission, due.causes, reader, due.head)


@task(
    name="judge timeliness", cache_policy=NO_CACHE, persist_result=False,
    retries=3, retry_delay_seconds=[1, 5, 20], retry_condition_fn=_worth_retrying,
)  # fmt: skip
def keep_timetable(home: Home, pack: Pack, now: datetime) -> None:
    """Who owed what by when, and whether it came on time."""
    stages.keep_timetable(home, pack, now)


@task(name="check the warehouse", cache_policy=NO_CACHE, persist_result=False)
def check(home: Home) -> CheckResult:
    """Great Expectations over the loaded warehouse; a failure holds publication."""
    return stages.check(home)


@task(
    name="publish", cache_policy=NO_CACHE, persist_result=False,
    retries=3, retry_delay_seconds=[1, 5, 20], retry_condition_fn=_worth_retrying,
)  # fmt: skip
def publish(home: Home, pack: Pack, checked: CheckResult, began: datetime) -> dict[str, str]:
    """The annual summary, figures.csv, validation reports and the analyst's copy; then the run is noted."""
    files = stages.publish_all(home, pack)
    stages.note_run(home, pack, checked, began, datetime.now(ZONE))
    return files


@flow(name="intake", flow_run_name="intake {pack}", validate_parameters=False)
def intake(pack: str, home: str | None = None) -> BatchResult:
    """Everything filed in the pack in folder `pack`, into the home in folder `home` (var/<pack name> by default)."""
    settings, began = Settings.of_environment(), datetime.now(ZONE)
    contents = load_pack(Path(pack), settings)
    folder = Path(home) if home else settings.var / contents.name
    with stages.open_home(folder, contents, settings.database()) as opened, settings.reader() as reader:
        received = receive_all(opened, contents, began)
        done: list[str] = []

        def settle(submission: Submission, head: int | None) -> Taken | None:
            tell(submission.arrival.file, len(done), len(received))
            taken = settle_one(opened, contents, submission, reader, head)
            done.extend([submission.id] if taken is not None else [])
            return taken

        def again(due: Due) -> Taken | None:
            tell(due.submission.arrival.file, len(done), len(received))
            return judge_again(opened, contents, due.submission, due, reader)

        taken = list(work_through(Watch(opened, contents), contents, received, settle, again))
        keep_timetable(opened, contents, began)
        tell("check", len(done), len(received))
        checked = check(opened)
        tell("publish", len(done), len(received))
        publish(opened, contents, checked, began)
        _describe(opened, contents, taken)
        return conclude(opened, contents, taken)


def _describe(home: Home, pack: Pack, taken: Sequence[Taken]) -> None:
    """A table of the batch in Prefect's UI, and one for each submission returned in this run; no filed value in any."""
    names, lateness = pack.filer_names(), home.lateness()
    stored = {s.id: s for s in home.submissions()}
    rows = [_row(t, names, lateness.days(stored[t.submission.id])) for t in taken]
    # A key names one artifact through all its versions; Prefect takes lower case, digits and dashes.
    create_table_artifact(
        rows, key=f"intake-{artifact_key(pack.name)}", description=f"{pack.settings.title}：{len(rows)} 件报送"
    )
    for t in taken:
        if t.new and t.outcome is Outcome.RETURNED:
            report = home.folder.absolute() / "published" / "validation" / f"{t.submission.id}.html"
            found = [
                {"规则": f.rule, "级别": f.severity.value, "位置": "；".join(c.where for c in f.cells[:5])}
                for f in home.findings(t.submission.id)
            ]
            text = f"{t.submission.arrival.file} 退回。[校验报告]({report.as_uri()})"
            create_table_artifact(found, key=f"returned-{artifact_key(t.submission.id)}", description=text)


def _row(taken: Taken, names: dict[str, str], days_late: int | None) -> dict[str, Any]:
    submission, arrival = taken.submission, taken.submission.arrival
    return {
        "编号": submission.id,
        "填报单位": names[arrival.filer],
        "报表": arrival.kind,
        "报告期": arrival.period.label,
        "版本": submission.version,
        "结论": taken.outcome.zh,
        "迟报天数": days_late or 0,
        "本次处理": "重新判定" if taken.again else "是" if taken.new else "否（此前已处理）",
    }


def artifact_key(text: str) -> str:
    """A name as part of an artifact's key."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower()).strip("-") or "pack"
