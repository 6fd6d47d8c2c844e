"""What rows are compared with is joined on to them: the same rows in the same order, and every place named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.context import PLACES, Reference, References, attach_context, cells_at, place
from contracts.examples import Row
from contracts.finding import Cell
from contracts.kind import Kind
from contracts.measure import Context
from contracts.period import Period
from contracts.table import Table
from tests.contracts.right_rows import make_table
from tests.contracts.small_kind import PERIOD, previous_context, small_kind
from transforms.parsing import parse_table

PEER = Context("peer", ((pl.col("name"), "name"), (pl.lit("乙"), "_filer_name")), ("a", "b"), "peer_", "同期", "peer")
ONE_ROW = Context("previous", (), ("a",), "prev_", "上期", "earlier")


def attach(
    kind: Kind, rows: Sequence[Row], references: References, *, total: Row | None = None, period: Period | None = PERIOD
) -> pl.DataFrame:
    table = make_table(kind, rows, total)
    totals = parse_table(_only_totals(table), kind.fields, year=2020)
    frame = parse_table(table, kind.fields, year=2020)
    return attach_context(kind, table, frame, totals, references, period=period, filer="GLC")


def _only_totals(table: Table) -> Table:
    return Table(table.sheet, table.totals, table.columns, table.headings, table.totals)


def rows_of(*pairs: tuple[str, str]) -> list[Row]:
    return [{"name": name, "a": a} for name, a in pairs]


def reference(kind: Kind, rows: Sequence[Row], file: str = "before.xlsx", **extra: str) -> Reference:
    table = make_table(kind, rows)
    frame = parse_table(table, kind.fields, year=2020).with_columns(pl.lit(t).alias(n) for n, t in extra.items())
    return Reference(frame, table.columns, "上月", file)


def test_the_period_and_the_filer_stand_in_every_row() -> None:
    wide = attach(small_kind(), rows_of(("甲", "1"), ("乙", "2")), {})
    assert wide.select("_period_start", "_period_end", "_filer").unique().rows() == [(PERIOD.start, PERIOD.end, "GLC")]


def test_without_a_period_its_columns_are_null_dates() -> None:
    wide = attach(small_kind(), rows_of(("甲", "1")), {}, period=None)
    assert wide.schema["_period_start"] == pl.Date
    assert wide["_period_start"].to_list() == [None]


def test_a_row_is_compared_with_the_row_of_its_key() -> None:
    kind = small_kind(contexts=(previous_context(),))
    earlier = reference(kind, rows_of(("丙", "30"), ("甲", "10")))
    wide = attach(kind, rows_of(("甲", "1"), ("乙", "2"), ("丙", "3")), {"previous": earlier})
    assert wide.select("name", "prev_a", "prev_a__at", "prev_given").rows() == [
        ("甲", 10, place("before.xlsx", "上月", "B6"), True),
        ("乙", None, None, True),
        ("丙", 30, place("before.xlsx", "上月", "B5"), True),
    ]


def test_a_blank_key_is_compared_with_nothing() -> None:
    kind = small_kind(contexts=(previous_context(),))
    wide = attach(kind, rows_of(("", "1")), {"previous": reference(kind, rows_of(("", "10")))})
    assert wide["prev_a"].to_list() == [None]


def test_what_was_not_handed_in_is_null_of_the_fields_type() -> None:
    kind = small_kind(contexts=(previous_context(),))
    wide = attach(kind, rows_of(("甲", "1")), {})
    assert wide.select("prev_a", "prev_a__at", "prev_given").rows() == [(None, None, None)]
    assert [wide.schema[n] for n in ("prev_a", "prev_a__at", "prev_given")] == [pl.Int64, pl.String, pl.Boolean]


def test_several_peers_are_told_apart_by_who_filed() -> None:
    kind = small_kind(contexts=(PEER,))
    others = [
        reference(kind, rows_of(("甲", "5")), "c.xlsx", _filer_name="丙"),
        reference(kind, rows_of(("甲", "7")), "b.xlsx", _filer_name="乙"),
    ]
    wide = attach(kind, rows_of(("甲", "1")), {"peer": others})
    assert wide.select("peer_a", "peer_a__at").rows() == [(7, place("b.xlsx", "上月", "B5"))]


def test_a_form_of_one_row_needs_no_key() -> None:
    kind = small_kind(contexts=(ONE_ROW,))
    wide = attach(kind, rows_of(("甲", "1")), {"previous": reference(kind, rows_of(("乙", "9")))})
    assert wide["prev_a"].to_list() == [9]


MISSED = replace(previous_context(), missed="gone")


def test_the_keys_that_no_row_here_has_are_told_in_every_row() -> None:
    kind = small_kind(contexts=(MISSED,))
    before = {"previous": reference(kind, rows_of(("甲", "1"), ("乙", "2"), ("丙", "3"), ("乙", "4"), ("", "5")))}
    wide = attach(kind, rows_of(("丁", "9"), ("甲", "9")), before)
    assert wide.select("name", "prev_a", "prev_gone").rows() == [("丁", None, "乙、丙"), ("甲", 1, "乙、丙")]
    table = make_table(kind, rows_of(("丁", "9")))
    frame = parse_table(table, kind.fields, year=2020).lazy()
    lazy = attach_context(kind, table, frame, None, before, period=PERIOD, filer="GLC").collect()
    assert lazy["prev_gone"].to_list() == ["甲、乙、丙"]


def test_where_every_key_is_here_none_is_missed_and_without_a_source_it_is_not_known() -> None:
    kind = small_kind(contexts=(MISSED,))
    rows = rows_of(("甲", "9"), ("乙", "9"))
    assert attach(kind, rows, {"previous": reference(kind, rows_of(("乙", "2")))})["prev_gone"].to_list() == ["", ""]
    assert attach(kind, rows, {})["prev_gone"].to_list() == [None, None]


COUNT = Context("some_form", ((pl.col("name"), "name"),), (), "reg_", "台账", "register", count="rows")


def test_rows_with_the_key_are_counted_and_their_cells_named() -> None:
    kind = small_kind(contexts=(COUNT,))
    both = [
        reference(kind, rows_of(("甲", "1"), ("乙", "2"), ("甲", "3"), ("甲", "4")), "r.csv"),
        reference(kind, rows_of(("甲", "5")), "s.csv"),
    ]
    wide = attach(kind, rows_of(("甲", "9")), {"some_form": both})
    places = PLACES.join([place("r.csv", "上月", "A5;A7:A8"), place("s.csv", "上月", "A5")])
    assert wide.select("reg_rows", "reg_rows__at", "reg_given").rows() == [(4, places, True)]
    assert not [n for n in wide.columns if n.startswith("reg_") and n not in ("reg_rows", "reg_rows__at", "reg_given")]


def test_rows_too_scattered_to_be_followed_are_named_from_the_first_to_the_last() -> None:
    kind = small_kind(contexts=(COUNT,))
    register = rows_of(*[("甲" if number % 2 else "乙", "1") for number in range(40)])
    wide = attach(kind, rows_of(("甲", "9")), {"some_form": reference(kind, register, "r.csv")})
    assert wide.select("reg_rows", "reg_rows__at").rows() == [(20, place("r.csv", "上月", "A6:A44"))]


def test_where_no_row_has_the_key_none_is_the_count_of_all_that_were_looked_through() -> None:
    kind = small_kind(contexts=(COUNT,))
    given_ = {"some_form": reference(kind, rows_of(("乙", "2"), ("乙", "3")), "r.csv")}
    wide = attach(kind, rows_of(("甲", "9"), ("", "9")), given_)
    assert wide.select("reg_rows", "reg_rows__at").rows() == [(0, place("r.csv", "上月", "A5:A6")), (None, None)]


def test_without_anything_to_count_there_is_no_count() -> None:
    wide = attach(small_kind(contexts=(COUNT,)), rows_of(("甲", "9")), {})
    assert wide.select("reg_rows", "reg_rows__at", "reg_given").rows() == [(None, None, None)]
    assert wide.schema["reg_rows"] == pl.Int64


def test_rows_are_counted_lazily_as_well() -> None:
    kind = small_kind(contexts=(COUNT,))
    table = make_table(kind, rows_of(("甲", "1"), ("丙", "1")))
    frame = parse_table(table, kind.fields, year=2020).lazy()
    given_ = {"some_form": reference(kind, rows_of(("甲", "2")))}
    wide = attach_context(kind, table, frame, None, given_, period=PERIOD, filer=None)
    assert wide.collect()["reg_rows"].to_list() == [1, 0]


keys = st.lists(st.tuples(st.sampled_from(["甲", "乙", "丙", ""]), st.sampled_from(["1", "2", "x", ""])), max_size=5)


@given(keys, keys)
def test_rows_are_neither_lost_nor_doubled_nor_moved(
    mine: Sequence[tuple[str, str]], theirs: Sequence[tuple[str, str]]
) -> None:
    kind = small_kind(contexts=(previous_context(), PEER), total_in="name")
    references: References = {
        "previous": reference(kind, rows_of(*theirs)),
        "peer": [reference(kind, rows_of(*theirs), _filer_name="乙")],
    }
    frame = parse_table(make_table(kind, rows_of(*mine)), kind.fields, year=2020)
    for given_ in ({}, references):
        wide = attach(kind, rows_of(*mine), given_)
        assert wide.select(frame.columns).equals(frame)


# --- control totals


def test_the_total_row_stands_beside_every_row_with_its_place() -> None:
    kind = small_kind(total_in="name")
    wide = attach(kind, rows_of(("甲", "1"), ("乙", "2")), {}, total={"name": "合计", "a": "3"})
    assert wide.select("total_a", "total_a__at").unique().rows() == [(3, place("", "表", "B7"))]
    assert wide["total_b"].to_list() == [None, None]


def test_of_several_total_rows_the_last_speaks_of_the_whole() -> None:
    kind = small_kind(total_in="name")
    table = make_table(kind, rows_of(("小计", "1"), ("合计", "5")))
    frame = parse_table(table, kind.fields, year=2020)
    wide = attach_context(kind, table, frame.head(1), frame, {}, period=PERIOD, filer=None)
    assert wide.select("total_a", "total_a__at").rows() == [(5, place("", "表", "B6"))]


def test_without_a_total_row_its_columns_are_null_of_the_fields_type() -> None:
    wide = attach(small_kind(total_in="name"), rows_of(("甲", "1")), {})
    assert wide.select("total_a", "total_a__at").rows() == [(None, None)]
    assert [wide.schema[n] for n in ("total_a", "total_a__at")] == [pl.Int64, pl.String]


def test_a_form_without_totals_has_no_such_columns() -> None:
    assert not [n for n in attach(small_kind(), rows_of(("甲", "1")), {}).columns if n.startswith("total_")]


# --- places


@pytest.mark.parametrize(
    ("file", "sheet", "where"),
    [("a.xlsx", "表 1", "a.xlsx:表 1!B7"), ("a.csv", "", "a.csv:B7"), ("", "表", "表!B7"), ("", "", "B7")],
)
def test_a_place_reads_back_as_the_cell_it_names(file: str, sheet: str, where: str) -> None:
    (cell,) = cells_at(place(file, sheet, "B7"), "prev_a", "3")
    assert cell == Cell(sheet, "B7", "prev_a", "3", file or None)
    assert cell.where == where


def test_places_on_several_lines_are_several_cells() -> None:
    places = PLACES.join([place("a.xlsx", "表", "B7"), place("b.csv", "", "C2:C5")])
    assert [cell.where for cell in cells_at(places, "fig_value", None)] == ["a.xlsx:表!B7", "b.csv:C2:C5"]


def test_a_column_the_file_does_not_have_has_no_place() -> None:
    kind = small_kind()
    table = make_table(kind, rows_of(("甲", "1")))
    columns = {n: c for n, c in table.columns.items() if n != "b"}
    located = Reference(parse_table(table, kind.fields, year=2020), columns, "表", "a.xlsx").located()
    assert located["a__at"].to_list() == [place("a.xlsx", "表", "B5")]
    assert "b__at" not in located.columns
