"""Every promise of the warehouse: it holds on a good one, and each corruption by hand breaks the promise it should."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from contracts.errors import StorageError
from contracts.period import Period
from tests.warehouse import made_timetable, toy
from tests.warehouse.toy import Filed, corrupt, moment, submit
from warehouse import expectations
from warehouse.expectations import check_warehouse
from warehouse.home import Home
from warehouse.promises import PROMISES, Promise
from warehouse.reconciliation import COUNT

RECONCILIATIONS = (
    "landing_holds_what_was_received",
    "registers_hold_the_accepted_rows",
    "ledger_chain_holds",
    "figures_lead_to_cells",
)
CT = Filed("CT", ["3", "4"], moment(2))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two filers, two months, a superseded submission, a returned one, and a publication. The path is a nasty one."""
    folder = tmp_path_factory.mktemp("good") / "a $b%20 c'd?e#f 绩效"
    with toy.open_home(folder) as home:
        submit(home, CT)
        submit(home, Filed("CM", ["5"], moment(3)))
        submit(home, replace(CT, built=["3", "400"], at=moment(4)))
        submit(home, replace(CT, built=["many"], at=moment(5)))
        submit(home, replace(CT, at=moment(6), period=Period.parse("2020-12")))
        home.publish_entry(2020, {"a": "0" * 64}, moment(31))
        home.keep_deadlines(2019, made_timetable.make(), made_timetable.ON, "cn")
    return folder


@pytest.fixture
def bad(good: Path, tmp_path: Path) -> Home:
    """A copy of it, to be spoilt."""
    shutil.copytree(good, tmp_path / "bad")
    return toy.open_home(tmp_path / "bad")


def names(home: Home) -> set[str]:
    return {name for name, _, _ in check_warehouse(home).failures}


def test_a_good_warehouse_passes(good: Path) -> None:
    with Home.look(good) as home:
        result = check_warehouse(home)
    assert result.failures == ()
    assert result.success
    assert result.evaluated == len(PROMISES) + len(RECONCILIATIONS) == len(PROMISES) + COUNT


def test_an_empty_warehouse_passes(home: Home) -> None:
    assert check_warehouse(home).failures == ()


TOTAL = "(SELECT key FROM figures WHERE figure_id = 'toy_stations.total@JX.2020-11' AND recorded_to IS NULL)"
CORRUPTIONS = {
    "figure_values_are_decimals": "UPDATE figures SET value = '7.0' WHERE key = 1",
    "figure_lows_are_decimals": "UPDATE figures SET low = '1e0' WHERE key = 1",
    "figure_highs_are_decimals": "UPDATE figures SET high = '9,000' WHERE key = 1",
    "figure_values_lie_in_their_bounds": "UPDATE figures SET value = '1000' WHERE key = 1",
    "figure_units_are_given": "UPDATE figures SET unit = '' WHERE key = 1",
    "figure_comparators_are_known": "UPDATE figures SET comparator = '大于' WHERE key = 1",
    "open_figures_are_unique": "UPDATE figures SET recorded_to = NULL WHERE key = 1",
    "figure_versions_run_forward": "UPDATE figures SET recorded_to = '2020-12-01T00:00:00+08:00' WHERE key = 1",
    "figure_versions_follow_each_other": "UPDATE figures SET recorded_to = '2020-12-30T00:00:00+08:00' WHERE key = 1",
    "figures_come_from_accepted_submissions": "UPDATE figures SET submission = 'JX-2020-0004' WHERE key = 1",
    "current_figures_come_from_standing_submissions": """UPDATE figures SET submission = 'JX-2020-0001'
        WHERE submission = 'JX-2020-0003'""",
    "filed_figures_have_cells": "DELETE FROM figure_cells WHERE figure = 1",
    "derived_figures_have_parts": f"DELETE FROM figure_parts WHERE figure = {TOTAL}",
    "current_figures_are_made_of_current_figures": f"UPDATE figure_parts SET part = 1 WHERE figure = {TOTAL}",
    "rows_add_up": "UPDATE submissions SET quarantined = 1 WHERE sequence = 1",
    "outcomes_are_known": "UPDATE submissions SET outcome = 'rejected' WHERE sequence = 4",
    "hashes_are_sha256": "UPDATE submissions SET sha256 = upper(sha256) WHERE sequence = 1",
    "moments_have_their_zone": "UPDATE submissions SET received_at = '2020-12-02T09:00:00' WHERE sequence = 1",
    "one_submission_stands": "UPDATE submissions SET superseded_by = NULL WHERE sequence = 1",
    "superseded_by_a_later_accepted_one": "UPDATE submissions SET superseded_by = 'JX-2020-0002' WHERE sequence = 1",
    "accepted_submissions_have_registers": "UPDATE submissions SET register = NULL WHERE sequence = 1",
    "current_verdicts_are_the_last_judgments": """UPDATE judgments SET outcome = 'accepted'
        WHERE submission = 'JX-2020-0004'""",
    "judgments_are_numbered_without_gaps": """INSERT INTO judgments SELECT submission, 0, entry, at, outcome, received,
        accepted, quarantined, contract_version, register, causes, compared FROM judgments WHERE entry = 2""",
    "nothing_waits_to_be_judged_again": "UPDATE submissions SET again = '原因 / why' WHERE sequence = 3",
    "deadline_states_are_known": "UPDATE deadlines SET state = '迟报' WHERE ordinal = 1",
    "late_is_what_was_accepted_after_its_limit": """UPDATE deadlines SET state = 'accepted'
        WHERE state = 'accepted_late' AND kind = 'plan'""",
    "missing_is_what_never_came": """UPDATE deadlines SET received_at = '2019-07-01T09:00:00+08:00'
        WHERE state = 'missing'""",
    "nothing_is_owed_twice": "UPDATE deadlines SET period = '2019-11' WHERE period = '2019-12'",
    "ledger_has_no_gaps": "DELETE FROM ledger WHERE sequence = 3",
    "ledger_chain_holds": "UPDATE ledger SET at = '2020-12-24T00:00:00+08:00' WHERE sequence = 3",
    "figures_lead_to_cells": "UPDATE figure_cells SET submission = 'JX-2020-0099'",
}
# What cannot be broken alone.
ALSO = {
    "outcomes_are_known": {"current_verdicts_are_the_last_judgments"},
    "open_figures_are_unique": {"figure_versions_follow_each_other", "current_figures_come_from_standing_submissions"},
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_breaks_its_promise_and_no_other(bad: Home, name: str) -> None:
    corrupt(bad, CORRUPTIONS[name])
    assert names(bad) == {name} | ALSO.get(name, set())


def _drop_landed(home: Home) -> None:
    (home.landing.folder / home.submissions()[0].sha256).unlink()


def _change_landed(home: Home) -> None:
    path = home.landing.folder / home.submissions()[0].sha256
    path.chmod(0o644)
    path.write_bytes(b"other")


def _drop_register(home: Home) -> None:
    next(home.registers.folder.glob("*/*.parquet")).unlink()


def _shorten_register(home: Home) -> None:
    """A register of its own hash, but with fewer rows than were accepted; the ledger is told, too."""
    one = home.submissions()[0]
    assert one.register is not None
    rows = home.registers.read(one.kind, one.register)
    short = home.registers.write(one.kind, rows.head(1))
    corrupt(home, f"UPDATE submissions SET register = '{short}' WHERE sequence = 1")


@pytest.mark.parametrize(
    ("spoil", "broken"),
    [
        (_drop_landed, {"landing_holds_what_was_received"}),
        (_change_landed, {"landing_holds_what_was_received"}),
        (_drop_register, {"registers_hold_the_accepted_rows"}),
        (_shorten_register, {"registers_hold_the_accepted_rows", "ledger_chain_holds"}),
    ],
)
def test_spoilt_files_are_found(bad: Home, spoil: Callable[[Home], None], broken: set[str]) -> None:
    spoil(bad)
    assert names(bad) == broken


def test_every_promise_is_broken_by_some_test() -> None:
    files = {"landing_holds_what_was_received", "registers_hold_the_accepted_rows"}
    assert set(CORRUPTIONS) | files == {p.name for p in PROMISES} | set(RECONCILIATIONS)
    assert len({p.name for p in PROMISES}) == len(PROMISES)


def test_a_failure_is_told_in_both_languages(bad: Home) -> None:
    corrupt(bad, CORRUPTIONS["rows_add_up"])
    ((name, zh, en),) = check_warehouse(bad).failures
    assert name == "rows_add_up"
    assert "收到行数" in zh
    assert "quarantined" in en


@pytest.mark.parametrize(
    "wrong",
    [
        {
            "expectation": "UnexpectedRowsExpectation",
            "settings": {"unexpected_rows_query": "SELECT nothing FROM {batch}"},
        },
        {"expectation": "ExpectColumnValuesToMatchRegex", "settings": {"column": "nothing", "regex": "^a$"}},
    ],
)
def test_what_cannot_be_evaluated_is_our_fault_not_bad_data(
    home: Home, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, object]
) -> None:
    impossible = replace(Promise("impossible", "", "", "figures", "", {}), **wrong)  # type: ignore[arg-type]
    monkeypatch.setattr(expectations, "PROMISES", (*PROMISES, impossible))
    with pytest.raises(StorageError, match="impossible"):
        check_warehouse(home)


def test_rows_of_the_register_are_counted_as_accepted(good: Path) -> None:
    with Home.look(good) as home:
        for submission in home.submissions():
            if submission.register:
                path = home.registers.path(submission.kind, submission.register)
                assert pl.scan_parquet(path).select(pl.len()).collect().item() == submission.accepted
