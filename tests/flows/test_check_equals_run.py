"""`jixiao check` says of a file what the run records of it, at the moment the run comes to it, and stores nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.submission import Arrival
from flows import stages
from flows.commands.check import check_file
from flows.pack import Pack
from flows.reader import Reader
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
    status = check_file(pack.folder / arrival.file, arrival.kind, pack.folder, period, filer, home, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert said.pop("file") == Path(arrival.file).name
    return status, said


def test_every_file_at_its_turn(jiangxi: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = jiangxi.pack
    different = {}
    statuses: dict[str, int] = {}
    with stages.open_home(tmp_path / "home", pack) as home, Reader() as reader:
        for received in [stages.receive(home, pack, arrival) for arrival in pack.arrivals]:
            statuses[received.arrival.file], said = checked(pack, received.arrival, home.folder, capsys)
            stages.settle(home, pack, received, reader)
            recorded = as_recorded(home, next(s for s in home.submissions() if s.id == received.id))
            if said != recorded:
                different[received.arrival.file] = (said, recorded)
    assert not different
    assert len(statuses) == len(pack.arrivals)
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
