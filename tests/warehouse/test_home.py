"""Opening a home, receiving, recording, and reading back."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from contracts.errors import ContractError, StorageError, UsageError
from contracts.finding import Outcome
from contracts.period import Period
from tests.warehouse import toy
from tests.warehouse.toy import Filed, moment, receive, submit
from warehouse import database
from warehouse.home import Home
from warehouse.tables import metadata

CT = Filed("CT", ["3", "4"], moment(2))
CM = Filed("CM", ["5"], moment(3))
FIGURE = "toy_stations.built@CT.2020-11"
TOTAL = "toy_stations.total@JX.2020-11"
THOUSANDS = "toy_stations.thousands@JX.2020-11"


def test_a_home_is_opened_again_as_it_was(tmp_path: Path) -> None:
    with toy.open_home(tmp_path / "home") as home:
        submit(home, CT)
        told = home.submissions()
    with Home.open(tmp_path / "home", bureau="JX", title="another title") as again:
        assert again.submissions() == told
        assert again.title == "江西省通信管理局"


def test_a_home_belongs_to_one_bureau(home: Home) -> None:
    with pytest.raises(UsageError, match="JX"):
        Home.open(home.folder, bureau="BJ", title="北京")


def test_a_folder_with_registers_is_not_opened_with_an_empty_database(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with toy.open_home(folder) as home:
        submit(home, CT)
    kept = {p: p.read_bytes() for p in folder.glob("*/*/*")}
    (folder / "warehouse.db").rename(tmp_path / "away.db")
    for _ in range(2):
        with pytest.raises(StorageError, match="jixiao restore") as refused:
            toy.open_home(folder)
        assert str(folder) in refused.value.zh
        assert not (folder / "warehouse.db").exists()
    toy.open_home(tmp_path / "other").close()
    (tmp_path / "other" / "warehouse.db").rename(folder / "warehouse.db")
    with pytest.raises(StorageError, match="jixiao restore"):
        toy.open_home(folder)
    assert {p: p.read_bytes() for p in folder.glob("*/*/*")} == kept != {}
    (tmp_path / "away.db").rename(folder / "warehouse.db")
    with toy.open_home(folder) as home:
        assert home.sweep_registers() == []


def test_looking_makes_no_home(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="warehouse"):
        Home.look(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_looking_cannot_write(home: Home) -> None:
    submit(home, CT)
    with Home.look(home.folder) as looked:
        assert looked.bureau == "JX"
        assert looked.figures() == home.figures()
        with pytest.raises(StorageError, match="readonly"):
            looked.receive(CM.arrival, CM.data, None)
    assert len(home.submissions()) == 1


def test_a_database_from_the_future_is_refused(home: Home) -> None:
    with home.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="9999"):
        toy.open_home(home.folder)
    with pytest.raises(StorageError, match="9999"):
        Home.look(home.folder)


def test_migrations_make_the_tables_that_the_code_declares(home: Home) -> None:
    with home.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert database.current_revision(connection) == database.HEAD


def test_no_number_is_stored_as_a_float(home: Home) -> None:
    submit(home, CT)
    with sqlite3.connect(home.folder / "warehouse.db") as connection:
        for table in metadata.tables:
            for column in connection.execute(f"PRAGMA table_info({table})").fetchall():
                kinds = connection.execute(f'SELECT DISTINCT typeof("{column[1]}") FROM {table}').fetchall()
                assert ("real",) not in kinds, (table, column)


def test_every_connection_is_set_up(home: Home) -> None:
    with home.engine.connect() as connection:
        told = {p: connection.execute(text(f"PRAGMA {p}")).scalar() for p in PRAGMAS}
    assert told == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 10000}


# Receiving


def test_receiving_twice_is_receiving_once(home: Home) -> None:
    first = receive(home, CT)
    assert receive(home, CT) == first
    assert (first.id, first.sequence, first.version) == ("JX-2020-0001", 1, 1)
    assert home.landing.read(first.sha256) == CT.data
    assert len(home.submissions()) == 1
    with home.engine.connect() as connection:
        assert connection.execute(text("SELECT event FROM ledger")).scalars().all() == ["received"]


@pytest.mark.parametrize(
    "other",
    [replace(CT, at=moment(4)), replace(CT, built=["3", "9"])],
    ids=["later", "other content"],
)
def test_another_arrival_is_another_version(home: Home, other: Filed) -> None:
    receive(home, CT)
    receive(home, CM)
    again = receive(home, other)
    assert (again.id, again.sequence, again.version) == ("JX-2020-0003", 3, 2)


def test_a_submission_is_read_back_as_it_came(home: Home) -> None:
    given = receive(home, CT)
    (stored,) = home.submissions()
    for name in ("id", "sequence", "arrival", "sha256", "size", "version", "due_at", "late", "days_late"):
        assert getattr(stored, name) == getattr(given, name)
    assert stored.outcome is None
    assert not home.judged(given.id)
    assert home.submissions(2021) == []


def test_lateness_survives_storage(home: Home) -> None:
    receive(home, replace(CT, at=moment(8)))
    (stored,) = home.submissions()
    assert stored.late
    assert stored.days_late == 4


def test_a_moment_without_a_zone_is_refused(home: Home) -> None:
    with pytest.raises(UsageError, match="zone"):
        receive(home, replace(CT, at=datetime(2020, 12, 2)))
    assert home.submissions() == []


def test_landed_bytes_that_changed_are_not_given_out(home: Home) -> None:
    sha256 = home.landing.keep(b"one")
    path = home.landing.folder / sha256
    path.chmod(0o644)
    path.write_bytes(b"two")
    with pytest.raises(StorageError, match=sha256):
        home.landing.read(sha256)
    with pytest.raises(StorageError):
        home.landing.read("0" * 64)


# Recording


def test_what_was_judged_is_read_back(home: Home) -> None:
    filed = replace(CT, built=["3", "400"])
    submission = receive(home, filed)
    verdict = toy.record(home, filed, submission)
    (stored,) = home.submissions()
    assert home.judged(submission.id)
    assert tuple(home.findings(submission.id)) == verdict.findings != ()
    assert tuple(home.counts(submission.id)) == verdict.counts
    assert tuple(home.ignored(submission.id)) == toy.IGNORED
    assert (stored.outcome, stored.received, stored.accepted, stored.quarantined) == (Outcome.ACCEPTED, 2, 2, 0)
    assert stored.contract_version == toy.KIND.version
    assert stored.explained
    assert stored.stands


def test_accepted_rows_are_read_back_with_their_places(home: Home) -> None:
    submission = submit(home, CT)
    rows = home.rows("toy_stations", 2020)
    assert rows["built"].to_list() == [3, 4]
    assert rows["built__at"].to_list() == ["B2", "B3"]
    assert rows["_submission"].unique().to_list() == [submission.id]
    assert rows["_sha256"].unique().to_list() == [submission.sha256]
    assert home.rows("toy_stations", 2021).is_empty()


def test_columns_of_other_submissions_stay_out_of_the_register(home: Home) -> None:
    submission = receive(home, CM)
    table, frame, verdict = toy.judge_by_hand(CM)
    wide = frame.with_columns(pl.lit(1).alias("previous_built"))
    home.record(submission, CM.kind, verdict, wide, table, [], [], None)
    assert "previous_built" not in home.rows("toy_stations", 2020).columns


def test_recording_twice_is_recording_once(home: Home) -> None:
    submission = submit(home, CT)
    told = (home.submissions(), home.figures(), home.findings(submission.id))
    toy.record(home, CT, submission)
    assert (home.submissions(), home.figures(), home.findings(submission.id)) == told
    assert len(home.find_figure(FIGURE)) == 1


def test_what_was_never_received_cannot_be_recorded(home: Home, tmp_path: Path) -> None:
    with toy.open_home(tmp_path / "other") as other:
        submission = receive(other, CT)
    with pytest.raises(StorageError, match="JX-2020-0001"):
        toy.record(home, CT, submission)


def test_rows_that_do_not_match_the_verdict_are_refused(home: Home) -> None:
    submission = receive(home, CT)
    table, frame, verdict = toy.judge_by_hand(CT)
    with pytest.raises(StorageError, match="accepted rows"):
        home.record(submission, CT.kind, verdict, frame.head(1), table, [], [], None)
    assert not home.judged(submission.id)


def test_a_resubmission_supersedes(home: Home) -> None:
    first = submit(home, CT)
    second = submit(home, replace(CT, built=["3", "5"], at=moment(4)))
    before, after = home.find_figure(FIGURE)
    assert (before.value, before.submission, before.version) == (Decimal(7), first.id, 1)
    assert (after.value, after.submission, after.version) == (Decimal(8), second.id, 2)
    assert before.recorded_to == after.recorded_from == moment(4)
    assert after.recorded_to is None
    assert [s.superseded_by for s in home.submissions()] == [second.id, None]
    assert [s.stands for s in home.submissions()] == [False, True]
    assert home.rows("toy_stations", 2020)["built"].to_list() == [3, 5]


def test_figures_that_a_resubmission_no_longer_gives_are_closed(home: Home) -> None:
    submit(home, CT)
    again = replace(CT, at=moment(4))
    submission = receive(home, again)
    table, frame, verdict = toy.judge_by_hand(again)
    other = toy.figure("other", "CT", 1, toy.NOVEMBER, cells="B2")
    home.record(submission, CT.kind, verdict, frame, table, [other], [], None)
    assert [f.figure_id for f in home.figures()] == [other.figure_id]
    assert [f.recorded_to for f in home.find_figure(FIGURE)] == [moment(4)]


def test_a_returned_resubmission_leaves_the_accepted_one_standing(home: Home) -> None:
    submit(home, CT)
    figures = home.figures()
    returned = submit(home, replace(CT, built=["3", "many"], at=moment(4)))
    assert home.figures() == figures
    assert [s.outcome for s in home.submissions()] == [Outcome.ACCEPTED, Outcome.RETURNED]
    assert [s.stands for s in home.submissions()] == [True, False]
    assert [f.rule for f in home.findings(returned.id)] == ["TOY-built-type"]
    assert home.submissions()[1].register is None


def test_an_earlier_submission_judged_later_does_not_undo_the_later_one(home: Home) -> None:
    first = receive(home, CT)
    later = replace(CT, built=["9"], at=moment(4))
    second = submit(home, later)
    figures = home.figures()
    toy.record(home, CT, first)
    assert home.figures() == figures
    assert [s.superseded_by for s in home.submissions()] == [second.id, None]


def test_known_at_a_past_moment(home: Home) -> None:
    submit(home, CT)
    submit(home, replace(CT, built=["8"], at=moment(4)))
    values = {at: [f.value for f in home.figures(at=at) if f.figure_id == FIGURE] for at in MOMENTS}
    assert list(values.values()) == [[], [Decimal(7)], [Decimal(7)], [Decimal(8)]]


MOMENTS = (moment(2) - timedelta(seconds=1), moment(2), moment(4) - timedelta(seconds=1), moment(4))


# Derived figures


def test_a_derived_figure_gets_a_version_only_when_something_changed(home: Home) -> None:
    submit(home, CT)
    submit(home, CM)
    submit(home, replace(CM, at=moment(4), period=Period.parse("2020-12")))
    november = home.find_figure(TOTAL)
    assert [(f.value, f.recorded_from) for f in november] == [(Decimal(7), moment(2)), (Decimal(12), moment(3))]
    assert november[-1].parts == ("toy_stations.built@CM.2020-11", FIGURE)
    assert november[-1].recorded_to is None


def test_a_derived_figure_follows_a_new_version_of_a_part_of_the_same_value(home: Home) -> None:
    submit(home, CT)
    again = submit(home, replace(CT, at=moment(4)))
    first, second = home.find_figure(THOUSANDS)
    assert first.value == second.value == Decimal("0.007")
    assert first.recorded_to == second.recorded_from == moment(4)
    assert [s.submission for s in second.sources] == [again.id]


def test_sources_of_a_derived_figure_are_those_of_its_parts(home: Home) -> None:
    submissions = {s.arrival.filer: s for s in (submit(home, CT), submit(home, CM))}
    figure = home.find_figure(THOUSANDS)[-1]
    assert figure.parts == (TOTAL,)
    assert figure.submission is None
    assert [(s.submission, s.file, s.sheet, s.cell, s.sha256) for s in figure.sources] == [
        (submissions[filer].id, filed.arrival.file, "一", cells, submissions[filer].sha256)
        for filer, filed, cells in (("CM", CM, "B2:B2"), ("CT", CT, "B2:B3"))
    ]


def test_old_versions_keep_their_own_sources(home: Home) -> None:
    first = submit(home, CT)
    submit(home, replace(CT, at=moment(4)))
    assert [s.submission for s in home.find_figure(TOTAL)[0].sources] == [first.id]


def test_a_derived_figure_that_is_no_longer_made_is_closed(home: Home) -> None:
    submit(home, CT)
    other = Filed("CM", ["5"], moment(3), Period.parse("2021-01"))
    submit(home, other)
    submission = receive(home, CM)
    table, frame, verdict = toy.judge_by_hand(CM)
    home.record(submission, CM.kind, verdict, frame, table, [], [], None)
    assert [f.recorded_to for f in home.find_figure(TOTAL)] == [moment(3)]
    assert [f.recorded_to for f in home.find_figure("toy_stations.total@JX.2021-01")] == [None]


def test_versions_never_run_backwards_when_an_early_arrival_is_worked_on_late(home: Home) -> None:
    submit(home, replace(CM, at=moment(5)))
    submit(home, CT)  # received on the second, after the fifth was worked on
    spans = [(f.recorded_from, f.recorded_to) for f in home.find_figure(TOTAL)]
    assert spans == [(moment(5), moment(5)), (moment(5), None)]


@pytest.mark.parametrize(
    ("own", "derived", "message"),
    [
        (["CT", "CT"], [], "twice"),
        (["CT"], [("JX", ("nobody@CT.2020",))], "nobody"),
        ([], [("JX", ("x@BJ.2020-11",)), ("BJ", ("x@JX.2020-11",))], "parts of each other"),
    ],
)
def test_figures_that_make_no_sense_are_our_fault_and_leave_nothing(
    home: Home, own: list[str], derived: list[tuple[str, tuple[str, ...]]], message: str
) -> None:
    submission = receive(home, CM)
    table, frame, verdict = toy.judge_by_hand(CM)
    mine = [toy.figure("x", filer, 1, toy.NOVEMBER, cells="B2") for filer in own]
    made = [toy.figure("x", filer, 1, toy.NOVEMBER, parts=parts) for filer, parts in derived]
    with pytest.raises(ContractError, match=message):
        home.record(submission, CM.kind, verdict, frame, table, mine, made, None)
    assert home.figures() == []
    assert not home.judged(submission.id)
    assert home.verify_chain() == []


# Reading back


def test_figures_are_chosen_by_year_and_kind(home: Home) -> None:
    submit(home, CT)
    submit(home, Filed("CT", ["1"], moment(3), Period.parse("2021-01"), toy.make_kind("other")))
    assert {f.period.year for f in home.figures(2020)} == {2020}
    assert {f.kind for f in home.figures(kinds=["other"])} == {"other"}
    assert [f.figure_id for f in home.figures(2020, own_only=True)] == [FIGURE]
    ids = [f.figure_id for f in home.figures()]
    assert ids == sorted(ids)
    assert len(ids) == 6


def test_numbers_come_back_exact(home: Home) -> None:
    submission = receive(home, CM)
    table, frame, verdict = toy.judge_by_hand(CM)
    given = replace(
        toy.figure("x", "CM", Decimal("-15.500"), toy.NOVEMBER, cells="B2"),
        low=None,
        high=Decimal("98700000000000000000.000001"),
        high_closed=False,
    )
    home.record(submission, CM.kind, verdict, frame, table, [given], [], None)
    (found,) = home.figures()
    assert (found.value, found.low, found.high) == (given.value, None, given.high)
    assert (found.low_closed, found.high_closed) == (True, False)
    with home.engine.connect() as connection:
        assert connection.execute(text("SELECT value FROM figures")).scalar() == "-15.5"


def test_the_previous_submission_is_the_last_standing_one_before(home: Home) -> None:
    for month, built in (("2020-09", "1"), ("2020-10", "2"), ("2020-11", "3")):
        submit(home, Filed("CT", [built], moment(1), Period.parse(month)))
    submit(home, Filed("CT", ["20"], moment(2), Period.parse("2020-10")))
    submit(home, Filed("CT", ["many"], moment(3), Period.parse("2020-10")))
    submit(home, Filed("CM", ["7"], moment(3), Period.parse("2020-10")))
    found = home.previous("toy_stations", "CT", toy.NOVEMBER)
    assert found is not None
    assert found.frame["built"].to_list() == [20]
    assert (found.file, found.sheet, found.columns) == (
        "toy_stations-CT-2020-10.csv",
        "一",
        {"area": "A", "built": "B"},
    )
    assert found.frame["_row"].to_list() == [2]
    assert found.frame["_filer"].to_list() == ["CT"]
    assert home.previous("toy_stations", "CT", Period.parse("2020-09")) is None
    assert home.previous("toy_stations", "CU", toy.NOVEMBER) is None


def test_a_year_follows_its_december_and_is_followed_by_the_next_january(home: Home) -> None:
    december, year, january = (Period.parse(text) for text in ("2020-12", "2020", "2021-01"))
    submit(home, Filed("CT", ["1"], moment(1), toy.NOVEMBER))
    submit(home, Filed("CT", ["12"], moment(2), december))
    submit(home, Filed("CT", ["2020"], moment(3), year))
    before = {p.label: home.previous("toy_stations", "CT", p) for p in (december, year, january)}
    assert {label: p and p.frame["built"].to_list() for label, p in before.items()} == {
        "2020-12": [1],
        "2020": [12],
        "2021-01": [2020],
    }


def test_peers_are_the_others_of_the_period(home: Home) -> None:
    for filer, built in (("CT", "1"), ("CM", "2"), ("CU", "many")):
        submit(home, Filed(filer, [built], moment(1)))
    submit(home, Filed("CM", ["9"], moment(1), Period.parse("2020-10")))
    peers = home.peer_submissions("toy_stations", toy.NOVEMBER, "CT")
    assert [home.refer(p).frame["built"].to_list() for p in peers] == [[2]]


def test_a_reference_is_that_of_the_year(home: Home) -> None:
    submit(home, Filed("JX", ["1"], moment(1), Period.parse("2020")))
    submit(home, Filed("JX", ["2"], moment(2), Period.parse("2020")))
    submit(home, Filed("JX", ["3"], moment(3), Period.parse("2021")))
    found = home.reference("toy_stations", 2020)
    assert found is not None
    assert found.frame["built"].to_list() == [2]
    assert home.reference("toy_stations", 2019) is None


# Registers


def test_the_same_rows_give_the_same_register(home: Home, tmp_path: Path) -> None:
    submit(home, CT)
    with toy.open_home(tmp_path / "other") as other:
        submit(other, CM)
        submit(other, CT)
        assert home.submissions()[0].register == other.submissions()[1].register


def test_sweeping_keeps_what_is_named(home: Home) -> None:
    submit(home, CT)
    named = sorted(home.registers.folder.glob("*/*"))
    home.registers.write("toy_stations", pl.DataFrame({"a": [1]}))
    (home.registers.folder / "toy_stations" / ".half.parquet.part").write_bytes(b"PAR1")
    assert len(home.sweep_registers()) == 2
    assert sorted(home.registers.folder.glob("*/*")) == named
    assert home.sweep_registers() == []


def test_a_changed_register_is_not_given_out(home: Home) -> None:
    submit(home, CT)
    (path,) = home.registers.folder.glob("*/*.parquet")
    os.chmod(path, 0o644)
    pl.DataFrame({"built": [8]}).write_parquet(path)
    with pytest.raises(StorageError, match="has changed"):
        home.rows("toy_stations", 2020)
