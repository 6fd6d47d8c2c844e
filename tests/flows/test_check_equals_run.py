"""`jixiao check` says of a file what the run records of it, at the moment the run comes to it, and stores nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contracts.submission import Arrival, Submission
from flows import stages
from flows.again import Due, Watch, work_through
from flows.commands.check import check_file
from flows.pack import Pack
from flows.reader import Reader
from flows.stages import Taken
from tests.flows.conftest import Finished
from tests.flows.home_contents import read_contents
from warehouse.home import Home
from warehouse.reports.validation import reconciliation
from warehouse.stored import StoredSubmission


def as_recorded(home: Home, submission: StoredSubmission) -> dict[str, Any]:
    """What is stored of a verdict, in the words of `check --format json`."""
    assert submission.outcome is not None
    return {
        "verdict": submission.outcome.value,
        "kind": submission.arrival.kind,
        "sha256": submission.sha256,
        "rows": {
            "received": submission.received,
            "accepted": submission.accepted,
            "quarantined": submission.quarantined,
        },
        "reconciliation": reconciliation(submission),
        "findings": [f.record(Path(submission.file).name) for f in home.findings(submission.id)],
        "not_evaluable": [
            {"rule": c.rule, "rows": c.not_evaluable, "reason_zh": c.reason_zh, "reason_en": c.reason_en}
            for c in home.counts(submission.id)
            if c.not_evaluable
        ],
    }


def checked(pack: Pack, arrival: Arrival, home: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON of `check`, told only what the file's name does not say."""
    named = arrival.file.startswith("submissions/")
    period, filer = (None, None) if named else (arrival.period.label, arrival.filer)
    status = check_file(pack.folder / arrival.file, arrival.kind, pack.folder, period, filer, home, shape="json")
    said = json.loads(capsys.readouterr().out)
    assert said.pop("file") == Path(arrival.file).name
    return status, said


def test_every_file_at_its_turn(jiangxi: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And whenever the run comes back to it, because what it is compared with has come."""
    pack = jiangxi.pack
    different, statuses, again = {}, {}, []
    with stages.open_home(tmp_path / "home", pack) as home, Reader() as reader:

        def compared(submission: Submission, judge: Callable[[], Taken | None]) -> Taken | None:
            file = submission.arrival.file
            statuses[file], said = checked(pack, submission.arrival, home.folder, capsys)
            taken = judge()
            recorded = as_recorded(home, next(s for s in home.submissions() if s.id == submission.id))
            if said != recorded:
                different[file] = (said, recorded)
            return taken

        def settle(submission: Submission, head: int | None) -> Taken | None:
            return compared(submission, lambda: stages.settle(home, pack, submission, reader, head))

        def judge_again(due: Due) -> Taken | None:
            again.append(due.submission.arrival.file)
            judge = partial(stages.judge_again, home, pack, due.submission, due.causes, reader, due.head)
            return compared(due.submission, judge)

        stages.keep_pack(home, pack, pack.settings.issued_at)
        received = [stages.receive(home, pack, arrival, pack.settings.issued_at) for arrival in pack.arrivals]
        taken = list(work_through(Watch(home, pack), pack, received, settle, judge_again))
    assert not different
    assert len(statuses) == len(pack.arrivals) == len(taken) - len(again)
    assert {Path(file).stem for file in again} == {"CT_2020-10", "CT_2020-11", "CT_2020-12", "CT_2020"}
    assert {file for file, status in statuses.items() if status} == {"submissions/network_build/CM_2020-11.xlsx"}
    with Home.look(jiangxi.home) as finished, Home.look(tmp_path / "home") as home:
        assert [as_recorded(finished, s) for s in finished.submissions()] == [
            as_recorded(home, s) for s in home.submissions()
        ]


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_check_stores_nothing(jiangxi: Finished, capsys: pytest.CaptureFixture[str]) -> None:
    arrival = next(a for a in jiangxi.pack.arrivals if a.file.endswith("CU_2020-12.csv"))
    # Row by row: a reader may move what is committed from SQLite's journal into its file.
    before = read_contents(jiangxi.home), files_of(jiangxi.pack.folder)
    assert checked(jiangxi.pack, arrival, jiangxi.home, capsys)[0] == 0
    assert (read_contents(jiangxi.home), files_of(jiangxi.pack.folder)) == before
