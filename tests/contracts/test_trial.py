"""Trying a cell is judging the changed frame whole, whichever way the rules that read it are asked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import polars as pl
import pytest

from contracts.context import attach_context
from contracts.edits import mistyped, moved, number_edits
from contracts.errors import ContractError
from contracts.kind import Kind
from contracts.period import Period
from contracts.places import FIGURES, Place, address, last_period, neighbours, places
from contracts.reach import asks_a_frame, asks_a_row
from contracts.rule import Scope
from contracts.trial import Change, Effect, Trial, answers
from tests.contracts.right_rows import RIGHT, kinds, make_table, references
from tests.contracts.small_kind import FIELDS, make_rule, small_kind
from transforms.parsing import parse_column, parse_table


def trial_of(code: str) -> Trial:
    """The right rows of a kind, in their setting."""
    right = RIGHT[code]
    period = Period.parse(right.period)
    kind = kinds()[code].in_force(period)
    table = make_table(kind, right.rows, right.total)
    frame, totals = (parse_table(t, kind.fields, year=period.year) for t in (table, replace(table, frame=table.totals)))
    attach = partial(
        attach_context, kind, table, totals=totals, references=references(code, right), period=period,
        filer=right.filer,
    )  # fmt: skip
    return Trial(kind, table, attach(frame), lambda f, t: parse_column(t, f, year=period.year), attach)


def judged_whole(trial: Trial, changes: tuple[Change, ...]) -> Effect:
    """The long way: the changed texts parsed as a table, everything attached and every rule asked."""
    attach: Any = trial.attach
    frame, totals = trial.table.frame, trial.table.totals
    for change in changes:
        if change.row is not None:
            at = pl.int_range(pl.len()) == change.row
            put = pl.when(at).then(pl.lit(change.text, dtype=pl.String)).otherwise(change.field)
            frame = frame.with_columns(put.alias(change.field))
        else:
            totals = totals.with_columns(pl.lit(change.text, dtype=pl.String).alias(change.field))
    year = Period.parse(RIGHT[trial.kind.code].period).year
    fields = trial.kind.fields
    typed = parse_table(replace(trial.table, frame=frame), fields, year=year)
    total = parse_table(replace(trial.table, frame=totals), fields, year=year)
    now = answers(trial.rules.values(), attach(typed, totals=total))
    effect = Effect({}, {}, {}, {})
    for name, rule in trial.rules.items():
        rows = now[name].ne_missing(trial.base[name]).arg_true().to_list()
        for row in rows[:1] if rule.scope is Scope.FRAME else rows:
            effect.note(name, row, trial.base[name][row], now[name][row])
    return effect


FILED = sorted(code for code in RIGHT if any(places(kinds()[code], trial_of(code).table)))


@pytest.mark.parametrize("code", FILED)
def test_a_trial_is_the_judgment_on_the_changed_frame(code: str) -> None:
    trial, chance = trial_of(code), Random(code)
    cells = list(places(trial.kind, trial.table))
    asked: list[tuple[Change, ...]] = []
    for place in chance.sample(cells, min(12, len(cells))):
        text = trial.text(place.field, place.row) or ""
        edits = [e.text for make in (number_edits, mistyped, moved) for e in make(text)] + [None, "0", "999999", "x"]
        asked += [(Change(place.field, place.row, new),) for new in chance.sample(edits, 4)]
        beside = [p for p, _ in neighbours(trial, place)]
        if beside:
            other = chance.choice(beside)
            theirs = trial.text(other.field, other.row)
            asked.append((Change(place.field, place.row, theirs), Change(other.field, other.row, text)))
    assert [trial.effect(*changes) for changes in asked] == trial.effects(asked)
    for changes, effect in zip(asked, trial.effects(asked), strict=True):
        assert effect == judged_whole(trial, changes), changes
        for rule in trial.rules.values():
            only = trial.effects([changes], rule)[0]
            assert (only.broken.get(rule.id), only.moved - {rule.id}) == (effect.broken.get(rule.id), frozenset())


def test_every_way_of_asking_is_taken_by_some_rule_that_ships() -> None:
    rules = [r for code in FILED for r in kinds()[code].rules]
    ways = {(asks_a_row(r), asks_a_frame(r)) for r in rules}
    assert {(True, True), (False, True), (False, False)} <= ways
    by_id = {r.id: r for r in rules}
    assert asks_a_row(by_id["TF-04"])  # an interval relation
    assert asks_a_frame(by_id["NB-g5_built-total"])
    assert not asks_a_frame(by_id["NB-03"])  # a window of its own


@pytest.mark.parametrize(
    ("holds", "row", "frame"),
    [
        (pl.col("a") > 1, True, True),
        (pl.col("a").sum() == 3, False, True),
        (pl.col("a").drop_nulls().n_unique() == 1, False, True),
        (pl.col("a").filter(pl.col("b") > 0).first() == 1, False, True),
        ((pl.col("a") > 1).any(), False, True),
        (pl.len() > 1, False, True),
        (pl.col("a").quantile(0.5) > 1, False, True),
        (pl.col("a").shift() < pl.col("a"), False, False),
        (pl.col("a").cum_sum() < 9, False, False),
        (pl.len().over("name") == 1, False, False),
        (pl.col("a").is_in(pl.col("b").implode()), False, False),
        (pl.col("a").map_batches(lambda s: s > s.mean(), return_dtype=pl.Boolean), False, False),
        (pl.col("a").sort() > 1, False, False),
        (pl.col("a").shift().sum() > 1, False, False),
    ],
)
def test_how_far_an_expression_looks(holds: pl.Expr, row: bool, frame: bool) -> None:
    rule = make_rule(holds)
    assert (asks_a_row(rule), asks_a_frame(rule)) == (row, frame)


def small_trial(kind: Kind, rows: list[tuple[str, str, str]]) -> Trial:
    table = make_table(kind, [{"name": n, "a": a, "b": b} for n, a, b in rows])
    wide = parse_table(table, kind.fields, year=2020)
    return Trial(kind, table, wide, lambda f, t: parse_column(t, f, year=2020))


def test_what_differs_is_told_apart() -> None:
    kind = small_kind(make_rule(pl.col("a") >= pl.col("b"), fields=("a", "b")))
    trial = small_trial(kind, [("x", "5", "3"), ("y", "2", "3"), ("z", "1", "")])
    assert trial.effect(Change("a", 0, "1")).broken == {"SM-01": [0]}
    assert trial.effect(Change("a", 1, "4")).mended == {"SM-01": [1]}
    assert trial.effect(Change("a", 0, None)).lost == {"SM-01": [0]}
    assert trial.effect(Change("b", 2, "1")).told == {"SM-01": [2]}
    assert trial.effect(Change("a", 0, "6")).moved == frozenset()
    assert trial.effect(Change("a", 0, "？")).moved == {"SM-01", "SM-a-type"}


def test_a_rule_that_crashes_is_our_fault() -> None:
    kind = small_kind(make_rule(pl.col("a__text").cast(pl.Int64) > 1))
    trial = small_trial(kind, [("x", "5", "3")])
    assert trial.effect(Change("a", 0, "0")).broken == {"SM-01": [0]}
    with pytest.raises(ContractError, match="SM-01"):
        trial.effect(Change("a", 0, "五"))


def test_where_a_cell_stands_and_what_beside_it() -> None:
    trial = trial_of("network_build")
    place = Place("g5_opened", 1)
    said = {f"{zh}|{en}": address(trial.table, p) for p, (zh, en) in neighbours(trial, place)}
    assert list(said.values()) == ["B6", "D6", "C5", *(["C7"] if trial.wide.height > 2 else [])]
    assert {p.row for p in places(trial.kind, trial.table)} >= {0, 1, None}
    assert last_period(trial, place) is not None
    assert last_period(trial, Place("g5_shared", 1)) is None
    assert all(trial.fields[p.field].type in FIGURES for p, _ in neighbours(trial, Place("dc_added", 0)))
    assert FIELDS[1].name == "a"
