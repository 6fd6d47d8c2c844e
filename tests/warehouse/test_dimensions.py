"""What the lists of a bureau say as tables: from when until when, and in which row of which submission."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import delete, inspect, select

from contracts.finding import Outcome
from contracts.kinds.user_complaints import MOST_DAYS
from tests.warehouse.filing_by_kind import FILERS, REGISTER, TREE, complaints, file, fill, open_at, receive, withdraw
from tests.warehouse.test_migrations import put_back
from tests.warehouse.toy import moment
from warehouse import dimension_tables as d
from warehouse import tables
from warehouse.database import reading, writing
from warehouse.dimensions import DIMENSIONS, without_personal
from warehouse.home import Home
from warehouse.load import Cause
from warehouse.resealing import FILLED
from warehouse.verification import verify

CAUSE = Cause("名录有变", "the list has changed")


def rows(home: Home, table: str, *columns: str) -> list[tuple[Any, ...]]:
    found = d.metadata.tables[table]
    with reading(home.engine) as connection:
        query = select(*[found.c[name] for name in columns]).order_by(found.c.key)
        return [tuple(row) for row in connection.execute(query)]


def test_a_row_says_where_it_was_filed(home: Home) -> None:
    file(home, "filer_list", FILERS, moment(1))
    found = rows(home, "organisations", "code", "name", "class", "submission", "sheet_row", "recorded_to")
    assert found[0] == ("JX", "示例局", "bureau", "JX-2020-0001", 2, None)
    assert [row[0] for row in found] == ["JX", "SSC", "CT", "CM", "CU"]
    assert [row[4] for row in found] == [2, 3, 4, 5, 6]
    (moved,) = [r for r in rows(home, "organisations", "code", "succeeds", "former_name", "valid_from") if r[1]]
    assert moved == ("CM", "TIETONG", "江西铁通", "2020-03-01")


def test_a_new_list_takes_the_place_of_the_one_before(home: Home) -> None:
    file(home, "filer_list", FILERS, moment(1))
    file(home, "filer_list", FILERS.replace("江西联通", "江西联通公司"), moment(3))
    found = rows(home, "organisations", "code", "name", "submission", "recorded_from", "recorded_to")
    first, second = "2020-12-01T09:00:00+08:00", "2020-12-03T09:00:00+08:00"
    assert [row for row in found if row[0] == "CU"] == [
        ("CU", "江西联通", "JX-2020-0001", first, second),
        ("CU", "江西联通公司", "JX-2020-0002", second, None),
    ]
    assert len(found) == 10


def test_another_year_is_another_list(home: Home) -> None:
    file(home, "filer_list", FILERS, moment(1))
    file(home, "filer_list", FILERS, moment(2), period="2021")
    assert set(rows(home, "organisations", "year", "recorded_to")) == {(2020, None), (2021, None)}


def test_a_list_that_is_returned_changes_nothing(home: Home) -> None:
    file(home, "filer_list", FILERS, moment(1))
    before = rows(home, "organisations", "code", "recorded_to")
    verdict = file(home, "filer_list", FILERS.replace("CM,", "CT,"), moment(2))
    assert verdict.outcome is Outcome.RETURNED
    assert rows(home, "organisations", "code", "recorded_to") == before


def test_an_earlier_list_that_is_judged_last_changes_nothing(home: Home) -> None:
    receive(home, "filer_list", FILERS, moment(1))
    file(home, "filer_list", FILERS.replace("江西联通", "江西联通公司"), moment(3))
    told = rows(home, "organisations", "name", "submission", "recorded_from", "recorded_to")
    file(home, "filer_list", FILERS, moment(1))
    assert rows(home, "organisations", "name", "submission", "recorded_from", "recorded_to") == told
    assert {row[1] for row in told} == {"JX-2020-0002"}


def test_a_list_that_is_withdrawn_is_known_no_longer(home: Home) -> None:
    file(home, "filer_list", FILERS, moment(1))
    file(home, "filer_list", FILERS.replace("江西联通", "江西联通公司"), moment(3))
    withdraw(home, "JX-2020-0002", "filer_list", moment(5))
    found = rows(home, "organisations", "submission", "recorded_to")
    assert set(found) == {
        ("JX-2020-0001", "2020-12-03T09:00:00+08:00"),
        ("JX-2020-0002", "2020-12-05T09:00:00+08:00"),
    }
    file(home, "filer_list", FILERS, moment(1), causes=[CAUSE], known=moment(5))  # it stands again
    current = rows(home, "organisations", "name", "submission", "recorded_from", "recorded_to")[-1]
    assert current == ("江西联通", "JX-2020-0001", "2020-12-05T09:00:00+08:00", None)


def test_what_is_judged_again_to_the_same_end_stays(home: Home) -> None:
    fill(home)
    before = {one.table.name: rows(home, one.table.name, "key", "recorded_to") for one in DIMENSIONS}
    file(home, "indicator_tree", TREE, moment(2, month=1), causes=[CAUSE])
    assert {one.table.name: rows(home, one.table.name, "key", "recorded_to") for one in DIMENSIONS} == before


def test_a_target_has_the_sign_of_its_direction(home: Home) -> None:
    tree = TREE.replace("90%以上", "降低15%以上")
    file(home, "indicator_tree", tree, moment(1))
    found = rows(home, "targets", "node", "comparator", "value", "low", "high", "low_closed", "high_closed", "nature")
    assert found[0] == ("1", "<=", "-15", None, "-15", False, True, "约束性")
    figure = next(f for f in home.figures() if f.indicator == "target/carrier_complaints_handled_rate")
    assert (figure.comparator, str(figure.value), figure.low, str(figure.high)) == ("<=", "-15", None, "-15")


def test_indicators_and_nodes_are_parted(home: Home) -> None:
    file(home, "indicator_tree", TREE, moment(1))
    assert rows(home, "indicators", "code", "level", "parent", "sheet_row") == [
        ("A", "1", None, 2), ("B", "2", "A", 3), ("1", "3", "B", 4),
    ]  # fmt: skip
    assert rows(home, "work_nodes", "code", "indicator", "department", "sheet_row") == [
        ("1-1", "1", "SSC", 5), ("1-2", "1", "SSC", 6),
    ]  # fmt: skip


def test_a_register_is_tallied(home: Home) -> None:
    file(home, "user_complaints", REGISTER, moment(1), filer="SSC", owing=("SSC",))
    found = rows(
        home, "complaint_tallies", "carrier", "category", "case_count", "close_days", "late_count", "sheet_row"
    )
    assert found == [
        ("江西电信", "收费争议", 2, 11, 0, None),
        ("江西电信", "网络质量", 1, 90, 1, None),
        ("江西移动", "其他", 2, 0, 0, None),
    ]
    assert str(MOST_DAYS) in d.complaint_tallies.c.late_count.info["zh"]


def test_a_register_without_a_row_leaves_none(home: Home) -> None:
    file(home, "user_complaints", REGISTER, moment(1), filer="SSC", owing=("SSC",))
    more = complaints("S-9,江西联通,其他,2020-05-01,2020-05-02,2020-05-03,2020-05-04,办结")
    file(home, "user_complaints", more, moment(2), filer="SSC", owing=("SSC",))
    current = [r[0] for r in rows(home, "complaint_tallies", "carrier", "recorded_to") if r[1] is None]
    assert current == ["江西联通"]


def test_an_older_home_is_filled_as_it_would_have_been(tmp_path: Path) -> None:
    with open_at(tmp_path / "home") as home:
        fill(home)
        file(home, "filer_list", FILERS.replace("江西联通", "江西联通公司"), moment(20))
        kept = content(home)
        with writing(home.engine) as connection:
            for table in (d.figure_pairs, *(one.table for one in DIMENSIONS)):
                connection.execute(delete(table))
    for _ in range(2):  # the second time nothing is left to fill
        with open_at(tmp_path / "home") as home:
            assert content(home) == kept
            assert home.verify_chain() == []
            assert events(home).count(FILLED) == 1


def test_a_home_of_the_version_before_is_filled_and_sealed(home: Home) -> None:
    fill(home)
    kept = content(home)
    put_back(home, "0006")
    with open_at(home.folder) as opened:
        assert content(opened) == kept
        assert events(opened)[-1] == FILLED
    # What was asked by then is lost with the table it stood in, and is missed; all else is what was sealed.
    assert {found.area for found in verify(home.folder).discrepancies} == {"rule_versions"}


def events(home: Home) -> list[str]:
    with reading(home.engine) as connection:
        return list(connection.scalars(select(tables.ledger.c.event).order_by(tables.ledger.c.sequence)))


def content(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in the tables, whatever the order in which it was put there."""
    with reading(home.engine) as connection:
        found = {}
        for table in (d.figure_pairs, *(one.table for one in DIMENSIONS)):
            columns = [c for c in table.columns if c.name != "key"]
            found[table.name] = sorted((tuple(r) for r in connection.execute(select(*columns))), key=repr)
        assert any(found["organisations"])
        assert any(found["figure_pairs"])
        return found


def test_what_a_contract_marks_personal_is_not_kept() -> None:
    frame = pl.DataFrame({"_row": [1], "name": ["张三"], "name__text": ["张三"], "named": [1]})
    assert without_personal(frame, ["name"]).columns == ["_row", "named"]


@pytest.mark.parametrize("one", DIMENSIONS, ids=lambda one: one.table.name)
def test_every_column_of_a_table_is_a_field_of_its_list(home: Home, one: Any) -> None:
    """Otherwise it would be empty for ever. Columns that are made of several are named here."""
    from tests.warehouse.filing_by_kind import KINDS

    made = {"work_nodes": {"indicator"}, "targets": {"indicator", "node", "name", "as_written"}}
    made["targets"] |= {"comparator", "value", "low", "high", "low_closed", "high_closed"}
    fields = {f.name for f in KINDS[one.kind].fields}
    own = {"key", "year", "submission", "sheet_row", "recorded_from", "recorded_to"}
    asked = {c.info["field"] for c in one.table.columns if c.name not in own | made.get(one.table.name, set())}
    assert one.tally is not None or asked <= fields
    assert one.table.name in inspect(home.engine).get_table_names()
