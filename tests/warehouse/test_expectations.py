"""Every promise of the warehouse: it holds on a good one, and each corruption by hand breaks the promise it should."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import (
    URL,
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    create_engine,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)

from contracts.errors import StorageError
from contracts.field import Field, Type
from contracts.finding import Outcome, Severity
from contracts.kind import Kind, define_kind
from contracts.period import Period
from tests.postgres import Cluster
from tests.warehouse import made_timetable, toy
from tests.warehouse.toy import Filed, moment, submit
from warehouse import expectations
from warehouse.database import writing
from warehouse.expectations import check_warehouse
from warehouse.home import Home
from warehouse.integrity import INTEGRITY, REFERENCES
from warehouse.promises import PROMISES, Promise
from warehouse.reconciliation import FILE_CHECKS
from warehouse.runs import append_run
from warehouse.tables import metadata
from warehouse.tallies import TALLIES

LOADED = [
    *(p.name for p in (*PROMISES, *INTEGRITY)),
    *(c.name for c in FILE_CHECKS if not c.nightly),
    *(c.name for c in TALLIES if not c.nightly),
]
CT = Filed("CT", ["3", "4"], moment(2))


def _strict() -> Kind:
    """Like the toy form, but a row that breaks its rule is kept out, and the others are taken."""
    (told,) = (rule for rule in toy.KIND.rules if rule.id == "TOY-01")
    rule = replace(told, id="STRICT-01", severity=Severity.MUST)
    return define_kind(
        code="strict", prefix="STRICT", title_zh="基站明细", title_en="Stations one by one", purpose_zh="测试",
        filers=("carrier",), cadence="monthly", fields=[Field("area", "地区", "area"),
        Field("built", "已建", "built", Type.COUNT)], rules=[rule], rows_stand_alone=True,
    )  # fmt: skip


STRICT = _strict()


def submit_in_part(home: Home, filed: Filed) -> None:
    submission = toy.receive(home, filed)
    table, frame, verdict = toy.judge_by_hand(filed)
    kept = [row for row in range(frame.height) if row not in {r for f in verdict.blocking for r in f.rows}]
    home.record(submission, filed.kind, verdict, frame[kept], table, [], [], filed.account)
    assert (verdict.outcome, verdict.quarantined) == (Outcome.PARTIAL, 1)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two filers, two months, a superseded submission, a returned one, and a publication. The path is a nasty one."""
    folder = tmp_path_factory.mktemp("good") / "a $b%20 c'd?e#f 绩效"
    with toy.open_home(folder) as home:
        fill(home)
    return folder


def fill(home: Home) -> None:
    submit(home, CT)
    submit(home, Filed("CM", ["5"], moment(3)))
    submit(home, replace(CT, built=["3", "400"], at=moment(4)))
    submit(home, replace(CT, built=["many"], at=moment(5)))
    submit(home, replace(CT, at=moment(6), period=Period.parse("2020-12")))
    submit_in_part(home, Filed("CU", ["7", "800", "9"], moment(7), kind=STRICT))
    home.publish_entry(2020, {"a": "0" * 64}, moment(31))
    home.keep_deadlines(2019, made_timetable.make(), made_timetable.ON, "cn")
    with writing(home.engine) as connection:
        append_run(connection, "run", moment(31, 8), moment(31), 2020, {})


@dataclass(frozen=True)
class Shared:
    """The same on PostgreSQL: a folder and its database; beside it one of its name and `_good`, to begin anew from."""

    folder: Path
    url: URL


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[Shared]:
    folder = tmp_path_factory.mktemp("shared")
    with cluster.fresh() as url:
        with Home.open(folder, bureau="JX", title="江西省通信管理局", database_url=url) as home:
            fill(home)
        cluster.run(f"CREATE DATABASE {url.database}_good TEMPLATE {url.database}")
        yield Shared(folder, url)


@pytest.fixture
def bad(good: Path, tmp_path: Path) -> Iterator[Home]:
    """A copy of the good one, to be spoilt."""
    with toy.open_home(Path(shutil.copytree(good, tmp_path / "bad"))) as home:
        yield home


@pytest.fixture
def bad_shared(shared: Shared, cluster: Cluster, tmp_path: Path) -> Iterator[Home]:
    """The same on PostgreSQL."""
    shutil.copytree(shared.folder, tmp_path / "bad")
    name = shared.url.database  # a home knows the name of its database, so the copy gets the name
    cluster.run(f"DROP DATABASE {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {name}_good")
    with Home.look(tmp_path / "bad", database_url=shared.url) as home:
        yield home


@contextmanager
def hand(home: Home) -> Iterator[Connection]:
    """Somebody whom no foreign key stops."""
    engine = create_engine(home.engine.url)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        yield connection
    engine.dispose()


def corrupt(home: Home, statement: str) -> None:
    with hand(home) as connection:
        assert connection.execute(text(statement)).rowcount > 0


def names(home: Home) -> set[str]:
    return {name for name, _, _ in check_warehouse(home).failures}


def test_a_good_warehouse_passes(good: Path) -> None:
    with Home.look(good) as home:
        result = check_warehouse(home)
    assert result.failures == ()
    assert result.success
    assert [check.name for check in result.checks] == LOADED
    assert result.evaluated == len(LOADED)
    assert result.untested == ()
    assert {check.name for check in result.checks if check.looked_at == 0} <= {p.name for p in REFERENCES}


def test_an_empty_warehouse_passes(home: Home) -> None:
    assert check_warehouse(home).failures == ()


TOTAL = "(SELECT key FROM figures WHERE figure_id = 'toy_stations.total@JX.2020-11' AND recorded_to IS NULL)"
THOUSANDS = "(SELECT key FROM figures WHERE figure_id = 'toy_stations.thousands@JX.2020-11' AND recorded_to IS NULL)"
PASS = ", ".join("{}" if c.name == "pass_number" else c.name for c in metadata.tables["judgments"].columns)
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
    "judgments_are_numbered_without_gaps": f"""INSERT INTO judgments ({PASS.format("pass_number")})
        SELECT {PASS.format("0")} FROM judgments WHERE entry = 2""",
    "nothing_waits_to_be_judged_again": "UPDATE submissions SET again = '原因 / why' WHERE sequence = 3",
    "deadline_states_are_known": "UPDATE deadlines SET state = '迟报' WHERE ordinal = 1",
    "late_is_what_was_accepted_after_its_limit": """UPDATE deadlines SET state = 'accepted'
        WHERE state = 'accepted_late' AND kind = 'plan'""",
    "missing_is_what_never_came": """UPDATE deadlines SET received_at = '2019-07-01T09:00:00+08:00'
        WHERE state = 'missing'""",
    "nothing_is_owed_twice": "UPDATE deadlines SET period = '2019-11' WHERE period = '2019-12'",
    "ledger_has_no_gaps": "DELETE FROM ledger WHERE sequence = 3",
    "ledger_chain_holds": "UPDATE ledger SET at = '2020-12-24T00:00:00+08:00' WHERE sequence = 3",
    # A total that is its own part and nobody else's: it leads nowhere, and so does what is made of it.
    "figures_lead_to_cells": f"UPDATE figure_parts SET part = {TOTAL} WHERE figure = {TOTAL}",
    "no_figure_is_made_of_itself": f"INSERT INTO figure_parts SELECT {TOTAL}, 9, {THOUSANDS}",
    "figures_are_those_of_their_submission": """UPDATE figures SET kind = 'toy_masts'
        WHERE submission = 'JX-2020-0001'""",
    "cells_are_those_of_the_figures_submission": "UPDATE figure_cells SET submission = 'JX-2020-0002' WHERE figure = 1",
    "passes_have_their_entry": "UPDATE judgments SET entry = 1 WHERE submission = 'JX-2020-0002'",
    "findings_belong_to_a_pass": "UPDATE findings SET pass_number = 2",
    "rule_counts_belong_to_a_pass": "UPDATE rule_counts SET pass_number = 2 WHERE submission = 'JX-2020-0002'",
    "absence_is_told": "UPDATE deadlines SET state = 'received' WHERE state = 'missing'",
    "runs_chain_holds": "UPDATE runs SET started_at = '2020-12-31T07:00:00+08:00'",
    "rows_are_those_of_the_ledger": """UPDATE submissions SET received = received + 1, quarantined = quarantined + 1
        WHERE sequence = 4""",
    "quarantine_holds_what_was_not_accepted": "UPDATE findings SET rows = '[]' WHERE submission = 'JX-2020-0006'",
}
# What cannot be broken alone.
ALSO = {
    "figures_come_from_accepted_submissions": {"cells_are_those_of_the_figures_submission"},
    "current_figures_come_from_standing_submissions": {"cells_are_those_of_the_figures_submission"},
    "filed_figures_have_cells": {"figures_lead_to_cells"},
    "derived_figures_have_parts": {"figures_lead_to_cells"},
    "figures_lead_to_cells": {"no_figure_is_made_of_itself"},
    "outcomes_are_known": {"current_verdicts_are_the_last_judgments"},
    "open_figures_are_unique": {"figure_versions_follow_each_other", "current_figures_come_from_standing_submissions"},
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_breaks_its_promise_and_no_other(bad: Home, name: str) -> None:
    corrupt(bad, CORRUPTIONS[name])
    assert names(bad) == {name} | ALSO.get(name, set())


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_on_postgresql_it_is_the_same(bad_shared: Home, name: str) -> None:
    corrupt(bad_shared, CORRUPTIONS[name])
    assert names(bad_shared) == {name} | ALSO.get(name, set())


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


# What a reference that leads nowhere breaks besides: what is said of where it leads.
BESIDE = {
    "submissions_superseded_by_is_there": {"superseded_by_a_later_accepted_one"},
    "figures_submission_is_there": {
        "figures_come_from_accepted_submissions",
        "cells_are_those_of_the_figures_submission",
    },
    "figure_cells_figure_is_there": {"filed_figures_have_cells", "figures_lead_to_cells"},
    "figure_cells_submission_is_there": {"cells_are_those_of_the_figures_submission"},
    "figure_parts_figure_is_there": {"derived_figures_have_parts", "figures_lead_to_cells"},
    "figure_parts_part_is_there": {"figures_lead_to_cells"},
    "findings_submission_is_there": {"findings_belong_to_a_pass"},
    "rule_counts_submission_is_there": {"rule_counts_belong_to_a_pass"},
    "judgments_submission_is_there": {
        "figures_come_from_accepted_submissions",
        "current_verdicts_are_the_last_judgments",
        "rule_counts_belong_to_a_pass",
        "passes_have_their_entry",
    },
}


@pytest.mark.parametrize("name", [promise.name for promise in REFERENCES])
def test_a_reference_that_leads_nowhere_is_found(bad: Home, name: str) -> None:
    break_reference(bad, name)
    assert names(bad) == {name} | BESIDE.get(name, set())


def test_on_postgresql_too(bad_shared: Home) -> None:
    """Its keys hold unless its superuser puts them to sleep; the queries are all made alike."""
    for name in ("ignored_cells_submission_is_there", "publications_entry_is_there"):
        break_reference(bad_shared, name)
    assert names(bad_shared) == {"ignored_cells_submission_is_there", "publications_entry_is_there"}


def break_reference(home: Home, name: str) -> None:
    (promise,) = (p for p in REFERENCES if p.name == name)
    table = metadata.tables[promise.table]
    column = next(c for c in table.columns if c.foreign_keys and f"{table.name}_{c.name}_is_there" == name)
    with hand(home) as connection:
        if connection.scalar(select(func.count()).select_from(table)) == 0:
            row = {c.name: {Integer: 1, Boolean: True}.get(type(c.type), "2020-12-31") for c in table.columns}
            connection.execute(insert(table).values(row))
        nowhere = 99999 if isinstance(column.type, Integer) else "JX-2020-0099"
        one: ColumnElement[Any] = literal_column("rowid" if connection.dialect.name == "sqlite" else "ctid")
        first = select(one).select_from(table).order_by(*table.primary_key.columns).limit(1).scalar_subquery()
        connection.execute(update(table).where(one == first).values({column.name: nowhere}))


def test_every_check_is_broken_by_some_test() -> None:
    files = {"landing_holds_what_was_received", "registers_hold_the_accepted_rows"}
    assert set(CORRUPTIONS) | files | {p.name for p in REFERENCES} == set(LOADED)
    assert len(set(LOADED)) == len(LOADED)


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
