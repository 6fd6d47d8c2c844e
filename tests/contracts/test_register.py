"""A register judged in batches: the same answers, row by row, as the judge gives of the whole, whatever the rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ContractError
from contracts.finding import Outcome, Severity
from contracts.judge import Judgment, judge
from contracts.kind import Kind
from contracts.register import RegisterJudgment, failing_rows, judge_register, part_register
from contracts.register_marks import Marks, mark
from contracts.register_plan import make_plan
from contracts.register_source import Register, copied_out
from contracts.rule import Rule, Scope
from contracts.structure import structure_finding
from contracts.table import Table
from contracts.together import Once, Totals
from contracts.waivers import Waiver
from tests.contracts.right_rows import RIGHT, kinds, make_table, references, typed
from tests.contracts.small_kind import PERIOD, make_rule, small_kind
from tests.contracts.test_schema import AGGREGATES, CONDITIONS, GROUPED
from transforms.parsing import parse_table
from transforms.parting import part

a, b, name = pl.col("a"), pl.col("b"), pl.col("name")
Rows = Sequence[tuple[str, str, str]]

# Row scope, and yet not row by row: such a rule must not be asked of a batch by itself.
SPANNING: tuple[Callable[[int], pl.Expr], ...] = (
    lambda n: a <= a.max() - n,
    lambda n: a.sum().over("name") > n,
    lambda _: a.shift(1) <= a,
    lambda _: name.is_first_distinct(),
    lambda n: a.cum_sum() < n * 3,
)
ONCE = Once(("name",))
SUMS: dict[str, pl.Expr] = {"_sum": a, "_gaps": a.is_null()}
KNOWN = pl.col("_gaps") == 0


def declared(number: int, n: int) -> dict[str, Any]:
    """Rules over several rows that say where to look."""
    complete = a.is_null().sum().over("name") == 0
    shapes: tuple[dict[str, Any], ...] = (
        {"holds": pl.len().over("name") == 1, "group": ("name",), "together": ONCE},
        {"holds": pl.len().over("name", "a") == 1, "group": ("name", "a"), "together": Once(("name", "a"))},
        {
            "holds": pl.when(complete).then(a.sum().over("name") == b),
            "group": ("name",),
            "together": Totals(("name",), SUMS, KNOWN & (pl.col("_sum") == b), ("b",)),
        },
        {
            "holds": pl.when(a.null_count() == 0).then(a.sum() < n),
            "scope": Scope.FRAME,
            "together": Totals((), SUMS, KNOWN & (pl.col("_sum") < n)),
        },
    )
    return {"scope": Scope.GROUP} | shapes[number % len(shapes)]


numbers = st.integers(0, 4)


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    made = []
    for number in range(draw(st.integers(1, 6))):
        n = draw(numbers)
        words: dict[str, Any]
        match draw(st.sampled_from(["row", "spanning", "group", "frame", "declared"])):
            case "row":
                words = {"holds": draw(st.sampled_from(CONDITIONS))(n)}
            case "spanning":
                words = {"holds": draw(st.sampled_from(SPANNING))(n)}
            case "group":
                words = {"holds": draw(st.sampled_from(GROUPED))(n), "scope": Scope.GROUP, "group": ("name",)}
            case "frame":
                words = {"holds": draw(st.sampled_from(AGGREGATES))(n), "scope": Scope.FRAME}
            case _:
                words = declared(draw(numbers), n)
        if words.get("scope") is not Scope.FRAME and draw(st.booleans()):
            words["when"] = draw(st.sampled_from(CONDITIONS))(draw(numbers))
        severity = draw(st.sampled_from(list(Severity)))
        made.append(make_rule(**words, id=f"SM-{number:02}", severity=severity, message_zh="{rows}：{a}"))
    return tuple(made)


small_numbers = st.sampled_from(["", "0", "1", "2", "3", "x"])
small_rows = st.lists(
    st.tuples(st.sampled_from(["甲", "乙", ""]), small_numbers, small_numbers), min_size=1, max_size=7
)


def judge_both(
    kind: Kind, rows: Rows, batch: int, seekable: bool, apart: int = 1, **given: Any
) -> tuple[Judgment, RegisterJudgment, pl.DataFrame]:
    """apart: how many rows of the file one row stands below the other."""
    table = make_table(kind, [{"name": n, "a": a, "b": b} for n, a, b in rows])
    frame = parse_table(table, kind.fields, year=2020).with_columns(pl.col("_row") * apart)
    setting: dict[str, Any] = {"period": PERIOD, "filer": "GLC", **given}
    whole = judge(kind, table, frame, **{name: value for name, value in setting.items() if name != "hold"})
    return whole, judge_register(kind, table, Register(frame.lazy(), seekable, batch), **setting), frame


def answered(judgment: Judgment, rules: Sequence[Rule]) -> dict[int, tuple[set[str], set[str]]]:
    """For each row that does not pass everything, which rules it breaks and which cannot be told."""
    told: dict[int, tuple[set[str], set[str]]] = {}
    for rule in rules:
        answers = (
            judgment.frame.lazy().select(pl.int_range(pl.len()).alias("_at"), rule.answer.alias("answer")).collect()
        )
        for at, answer in answers.filter(~pl.col("answer").fill_null(value=False)).rows():
            told.setdefault(at, (set(), set()))[answer is None].add(rule.id)
    return told


def assert_same(kind: Kind, whole: Judgment, batched: RegisterJudgment) -> None:
    assert batched.verdict.counts == whole.verdict.counts
    assert batched.verdict.outcome is whole.verdict.outcome
    assert batched.verdict.accepted == whole.verdict.accepted
    of_frame = {rule.id for rule in kind.rules if rule.scope is Scope.FRAME}
    marked = {at: (set(failed), set(unknown)) for at, failed, unknown in batched.marks.reasons().rows()}
    rest = [rule for rule in kind.rules if rule.id not in of_frame]
    assert {at: sets for at, sets in marked.items() if sets[0] | sets[1]} == answered(whole, rest)
    if whole.verdict.outcome is Outcome.PARTIAL:
        assert batched.faulty.to_list() == list(whole.quarantined)
    for rule in kind.rules:
        ours = [f for f in batched.verdict.findings if f.rule == rule.id]
        theirs = [f for f in whole.verdict.findings if f.rule == rule.id]
        if rule.id in of_frame:
            assert [(f.filed, f.expected, f.field, f.waived_by) for f in ours] == [
                (f.filed, f.expected, f.field, f.waived_by) for f in theirs
            ]
        else:
            assert sorted(ours, key=lambda f: f.rows) == sorted(theirs, key=lambda f: f.rows)


# --- the law


@given(rules(), small_rows, st.integers(1, 4), st.booleans(), st.booleans(), st.integers(1, 2))
def test_in_batches_every_row_gets_the_answer_that_it_gets_in_the_whole(
    made: tuple[Rule, ...], rows: Rows, batch: int, seekable: bool, alone: bool, apart: int
) -> None:
    kind = small_kind(*made, rows_stand_alone=alone)
    whole, batched, _ = judge_both(kind, rows, batch, seekable, apart)
    assert_same(kind, whole, batched)


@given(rules(), small_rows, st.integers(1, 4), st.booleans(), st.integers(1, 2), st.integers(0, 12))
def test_failing_rows_that_were_held_are_those_that_another_look_finds(
    made: tuple[Rule, ...], rows: Rows, batch: int, seekable: bool, apart: int, hold: int
) -> None:
    kind = small_kind(*made)
    whole, judged, frame = judge_both(kind, rows, batch, seekable, apart, hold=hold)
    assert_same(kind, whole, judged)
    register, positions = Register(frame.lazy(), seekable, batch), judged.marks.failing()
    found = [frame.clear(), *failing_rows(register, positions, judged.held)]
    assert pl.concat(found).equals(frame[positions])


def test_failing_rows_are_held_where_there_is_room_and_a_key_to_find_them_by() -> None:
    wrong, once = make_rule(holds=a > 0, id="SM-01"), make_rule(**declared(0, 0), id="SM-02")
    rows = [(f"n{row}", str(row % 5), "") for row in range(20)]
    held = {}
    for keyed, hold in ((True, 100), (True, 3), (True, 0), (False, 100)):
        kind = small_kind(wrong, *([once] if keyed else []))
        _, judged, _ = judge_both(kind, rows, 6, True, hold=hold)
        held[keyed, hold] = None if judged.held is None else judged.held["_at"].to_list()
    assert held == {(True, 100): [0, 5, 10, 15], (True, 3): None, (True, 0): None, (False, 100): None}
    _, clean, _ = judge_both(small_kind(wrong, once), [("n1", "1", ""), ("n2", "2", "")], 1, True, hold=100)
    assert clean.held is None


@given(rules(), small_rows, st.integers(1, 4), st.booleans(), st.booleans())
def test_accepted_and_quarantined_rows_are_those_of_the_whole(
    made: tuple[Rule, ...], rows: Rows, batch: int, seekable: bool, alone: bool
) -> None:
    kind = small_kind(*made, rows_stand_alone=alone)
    whole, batched, frame = judge_both(kind, rows, batch, seekable)
    parts = list(part_register(Register(frame.lazy(), seekable, batch), batched))
    kept, held = part(frame, whole.quarantined)
    assert pl.concat(one for one, _ in parts).equals(kept)
    assert pl.concat(one for _, one in parts).equals(held)


@pytest.mark.parametrize("code", sorted(kinds()))
def test_real_kinds_are_judged_the_same(code: str) -> None:
    kind, right = kinds()[code], RIGHT[code]
    rows = [dict(row) for row in right.rows * 2]
    rows[0] = dict.fromkeys(rows[0], "说不清")
    table = make_table(kind, rows)
    frame = typed(kind, rows)
    for given_there in ({}, references(code, right)):
        setting: dict[str, Any] = {"period": PERIOD, "filer": right.filer, "references": given_there}
        assert_same(
            kind,
            judge(kind, table, frame, **setting),
            judge_register(kind, table, Register(frame.lazy(), piece=2), **setting),
        )


# --- what the parts promise


def small_table(kind: Kind, rows: Rows) -> tuple[Table, pl.DataFrame]:
    table = make_table(kind, [{"name": n, "a": a, "b": b} for n, a, b in rows])
    return table, parse_table(table, kind.fields, year=2020)


def test_a_rule_over_single_rows_that_looks_at_others_is_not_asked_piece_by_piece() -> None:
    kind = small_kind(make_rule(a == a.max()), rows_stand_alone=True)
    table, frame = small_table(kind, [("甲", "1", ""), ("乙", "2", "")])
    judged = judge_register(kind, table, Register(frame.lazy(), piece=1))
    assert judged.faulty.to_list() == [0]


def test_a_declaration_that_suspects_too_much_invents_nothing() -> None:
    pairs = make_rule(pl.len().over("name", "a") == 1, scope=Scope.GROUP, group=("name", "a"), together=ONCE)
    whole, batched, _ = judge_both(small_kind(pairs), [("甲", "1", ""), ("甲", "2", ""), ("甲", "2", "")], 1, False)
    assert [f.rows for f in batched.verdict.findings] == [(1, 2)] == [f.rows for f in whole.verdict.findings]


def test_totals_of_floats_are_not_added_up_in_another_order() -> None:
    total = Totals(("name",), {"_sum": pl.col("x")}, pl.col("_sum") == 1.0)
    rule = make_rule(pl.col("x").sum().over("name") == 1.0, scope=Scope.GROUP, group=("name",), together=total)
    schema = pl.Schema({"_row": pl.Int64, "name": pl.String, "x": pl.Float64})
    assert make_plan([rule], schema).rest == (rule,)
    exact = pl.Schema({"_row": pl.Int64, "name": pl.String, "x": pl.Int64})
    assert make_plan([rule], exact).spans == (rule,)


def test_the_first_findings_are_told_and_all_are_counted_and_marked() -> None:
    kind = small_kind(make_rule(a < 10), rows_stand_alone=True)
    table, frame = small_table(kind, [("甲", "11", "")] * 9 + [("甲", "1", "")])
    judged = judge_register(kind, table, Register(frame.lazy(), piece=4), told=3)
    assert [f.rows for f in judged.verdict.findings] == [(0,), (1,), (2,)]
    assert (judged.verdict.counts[-1].failed, judged.verdict.quarantined) == (9, 9)
    assert judged.marks.failing().to_list() == list(range(9))


def test_a_waived_rule_keeps_no_row_out() -> None:
    kind = small_kind(make_rule(a < 10, severity=Severity.WAIVABLE), rows_stand_alone=True)
    rows = [("甲", "11", ""), ("乙", "1", "")]
    waivers = [Waiver("SM-01", "GLC", "2020-11", "示例局长", "割接")]
    whole, batched, _ = judge_both(kind, rows, 1, True, waivers=waivers)
    assert batched.verdict.outcome is whole.verdict.outcome is Outcome.ACCEPTED
    assert batched.marks.failing().to_list() == [0]


def test_rows_that_the_contract_does_not_speak_of_are_not_judged() -> None:
    missing = structure_finding("HEAD-02", "缺少列", "a column is missing", field="a")
    whole, batched, _ = judge_both(small_kind(make_rule(a < 10)), [("甲", "11", "")], 1, True, found=[missing])
    assert batched.verdict == whole.verdict


def test_a_register_without_rows_is_accepted() -> None:
    kind = small_kind(*(make_rule(id=f"SM-{n}", **declared(n, 1)) for n in range(4)), make_rule(a < 1))
    table, frame = small_table(kind, [("甲", "1", "")])
    judged = judge_register(kind, table, Register(frame.clear().lazy()))
    assert (judged.verdict.outcome, judged.verdict.received) == (Outcome.ACCEPTED, 0)


def test_a_rule_that_crashes_is_named() -> None:
    kind = small_kind(make_rule(name + pl.col("_period_start") == "x"))
    table, frame = small_table(kind, [("甲", "1", "")])
    with pytest.raises(ContractError, match="规则 SM-01 无法执行"):
        judge_register(kind, table, Register(frame.lazy()))


def test_a_register_that_changed_since_is_not_parted() -> None:
    kind = small_kind(make_rule(a < 10), rows_stand_alone=True)
    table, frame = small_table(kind, [("甲", "11", ""), ("乙", "1", "")])
    judged = judge_register(kind, table, Register(frame.lazy()))
    with pytest.raises(ContractError, match="changed"):
        list(part_register(Register(pl.concat([frame, frame]).lazy()), judged))


def test_failing_rows_come_in_their_order() -> None:
    frame = pl.DataFrame({"text": [f"行{n}" for n in range(10)]})
    positions = pl.Series([1, 4, 5, 9], dtype=pl.UInt32)
    pieces = list(failing_rows(Register(frame.lazy(), seekable=True, piece=3), positions))
    assert pl.concat(pieces)["text"].to_list() == ["行1", "行4", "行5", "行9"]


@pytest.mark.parametrize("count", [3, 8, 9, 40, 64, 65, 130])
def test_marks_hold_any_number_of_rules(count: int) -> None:
    ids = [f"R{n}" for n in range(count)]
    answers = pl.DataFrame({"_at": [7, 9]} | {i: [n % 3 != 0, None if n % 5 == 0 else True] for n, i in enumerate(ids)})
    marks = Marks.gather(ids, [mark(ids, answers)])
    assert marks.reasons().rows() == [(7, ids[::3], []), (9, [], ids[::5])]
    assert marks.failing().to_list() == [7]
    assert marks.failing(["R1"]).to_list() == []


def test_marks_of_a_row_from_two_looks_are_put_together() -> None:
    first = mark(["A", "B"], pl.DataFrame({"_at": [4, 8], "A": [False, False]}))
    second = mark(["A", "B"], pl.DataFrame({"_at": [2, 4], "B": [None, False]}, schema_overrides={"B": pl.Boolean}))
    marks = Marks.gather(["A", "B"], [first, second])
    assert marks.reasons().rows() == [(2, [], ["B"]), (4, ["A", "B"], []), (8, ["A"], [])]


def test_what_is_cut_out_of_a_piece_is_copied_out_unchanged() -> None:
    frame = pl.DataFrame(
        {"text": ["甲", None, "", "a long text that does not stand in the view itself"], "n": [1, 2, 3, None]}
    )
    assert copied_out(frame).equals(frame)
