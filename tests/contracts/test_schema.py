"""A kind is its Pandera schema: Pandera and the judge say the same of every row, for real kinds and for any rules.

Also pins what the design rests on in Pandera, so that an upgrade which changes it is noticed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from contracts.errors import ContractError
from contracts.examples import Right
from contracts.field import Type
from contracts.finding import Severity
from contracts.judge import Judgment
from contracts.kind import Kind
from contracts.rule import Rule, Scope
from contracts.schema import DTYPES, TWINS, fields_of, keep_rules, passes, rules_of
from tests.contracts.right_rows import RIGHT, judge_right, kinds, typed
from tests.contracts.small_kind import judge_small, make_rule, small_kind
from tests.contracts.wrong_rows import WRONG

ALL = sorted(kinds())
Refused = set[tuple[str, int]]


def strict(schema: pa.DataFrameSchema, *, ignore_na: bool) -> pa.DataFrameSchema:
    """The same columns and functions, each check raising, `ignore_na` as given instead of Pandera's default."""
    checks = []
    for check in schema.checks:
        again = pa.Check(check._check_fn, name=check.name, ignore_na=ignore_na, raise_warning=False)
        again.rule = check.rule  # type: ignore[attr-defined]
        checks.append(again)
    return pa.DataFrameSchema(schema.columns, checks=checks)


def refused(schema: pa.DataFrameSchema, frame: pl.DataFrame) -> Refused:
    """What Pandera itself refuses, as (rule, position of the row)."""
    try:
        schema.validate(frame, lazy=True)
        return set()
    except SchemaErrors as error:
        refusal = error
    assert {str(one.reason_code.name) for one in refusal.schema_errors} == {"DATAFRAME_CHECK"}
    return set(refusal.failure_cases.select("check", "index").rows())


def answered(kind: Kind, judgment: Judgment) -> tuple[Refused, Refused]:
    """What the judge says fails, and what it says cannot be told, as (rule, position of the row)."""
    failed = {(finding.rule, row) for finding in judgment.verdict.findings for row in finding.rows}
    untold = set()
    for rule in kind.rules:
        answers = judgment.frame.lazy().select(pl.int_range(pl.len()).alias("_at"), rule.answer.alias("answer"))
        untold |= {(rule.id, row) for row in answers.filter(pl.col("answer").is_null()).collect()["_at"]}
    counts = {c.rule: c.not_evaluable for c in judgment.verdict.counts}
    assert {rule.id: sum(name == rule.id for name, _ in untold) for rule in kind.rules} == counts
    return failed, untold


def assert_alike(kind: Kind, judgment: Judgment) -> None:
    failed, untold = answered(kind, judgment)
    assert refused(strict(kind.schema, ignore_na=True), judgment.frame) == failed
    assert refused(strict(kind.schema, ignore_na=False), judgment.frame) == failed | untold


# --- the law, for real kinds


@st.composite
def submissions(draw: st.DrawFn) -> tuple[str, Right, bool]:
    """Right rows, some doubled or left out, with texts exchanged for others of the column, blanks and nonsense."""
    code = draw(st.sampled_from(ALL))
    right = RIGHT[code]
    rows = [dict(row) for row in draw(st.lists(st.sampled_from(right.rows), min_size=1, max_size=6))]
    for _ in range(draw(st.integers(0, 4))):
        row, name = draw(st.sampled_from(rows)), draw(st.sampled_from([f.name for f in kinds()[code].fields]))
        seen = [r[name] for r in right.rows if r.get(name)]
        row[name] = draw(
            st.sampled_from([*seen, "", "说不清", "0", "7", "999999", "2020-11-15", "2021-02", "降低150%"])
        )
    total = draw(st.sampled_from([right.total, None])) if right.total else None
    return code, Right(**(vars(right) | {"rows": tuple(rows), "total": total})), draw(st.booleans())


@given(submissions())
def test_pandera_and_the_judge_say_the_same_of_every_row(case: tuple[str, Right, bool]) -> None:
    code, right, compared = case
    assert_alike(kinds()[code], judge_right(code, right, given=None if compared else {}))


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.title)
def test_pandera_and_the_judge_say_the_same_of_what_is_known_to_be_wrong(wrong: Any) -> None:
    judgment = judge_right(wrong.code, wrong.right)
    assert answered(kinds()[wrong.code], judgment)[0]
    assert_alike(kinds()[wrong.code], judgment)


# --- the law, for any rules


a, b, name = pl.col("a"), pl.col("b"), pl.col("name")
CONDITIONS: tuple[Callable[[int], pl.Expr], ...] = (
    lambda n: n <= a,
    lambda n: a - b == n,
    lambda n: a.is_not_null() & (n < b),
    lambda n: name.is_in(["甲", "乙"][: n % 3]),
    lambda n: pl.when(b > n).then(a > b),
    lambda _: pl.lit(value=True),
    lambda _: pl.lit(value=False),
    lambda _: pl.lit(None, dtype=pl.Boolean),
)
AGGREGATES: tuple[Callable[[int], pl.Expr], ...] = (
    lambda n: a.sum() < n,
    lambda n: a.sum() == b.first() + n,
    lambda n: a.drop_nulls().n_unique() <= n,
    lambda _: a.null_count() == 0,
    lambda n: pl.when(a.null_count() == 0).then(a.max() > n),
    lambda _: a.max() > b.min(),
    lambda n: pl.len() > n,
)
GROUPED: tuple[Callable[[int], pl.Expr], ...] = (
    lambda n: pl.len().over("name") <= n,
    lambda n: a.sum().over("name") > n,
    lambda _: a.max().over("name") == b.max().over("name"),
)
numbers = st.integers(0, 4)


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    made = []
    for number in range(draw(st.integers(1, 4))):
        scope = draw(st.sampled_from(list(Scope)))
        shapes = {Scope.ROW: CONDITIONS, Scope.GROUP: GROUPED, Scope.FRAME: AGGREGATES}[scope]
        when = draw(st.sampled_from(CONDITIONS))(draw(numbers)) if scope is Scope.ROW and draw(st.booleans()) else None
        made.append(
            make_rule(
                draw(st.sampled_from(shapes))(draw(numbers)),
                id=f"SM-{number:02}",
                scope=scope,
                group=("name",) if scope is Scope.GROUP else (),
                severity=draw(st.sampled_from(list(Severity))),
                when=when,
            )
        )
    return tuple(made)


small_numbers = st.sampled_from(["", "0", "1", "2", "3", "x"])
small_rows = st.lists(
    st.tuples(st.sampled_from(["甲", "乙", ""]), small_numbers, small_numbers), min_size=1, max_size=6
)


@given(rules(), small_rows)
def test_whatever_the_rules_pandera_and_the_judge_say_the_same(
    made: tuple[Rule, ...], rows: Sequence[tuple[str, str, str]]
) -> None:
    kind = small_kind(*made)
    assert_alike(kind, judge_small(kind, rows))


@given(rules(), small_rows)
def test_what_the_judge_accepts_passes_the_gate_and_nothing_else_does(
    made: tuple[Rule, ...], rows: Sequence[tuple[str, str, str]]
) -> None:
    kind = small_kind(*made)
    judgment = judge_small(kind, rows)
    if judgment.verdict.blocking:
        with pytest.raises(ContractError):
            passes(kind.schema, judgment.frame)
        passes(kind.schema, judgment.frame, waived={f.rule for f in judgment.verdict.blocking})
    else:
        assert passes(kind.schema, judgment.frame).equals(judgment.frame)


# --- aggregates


def test_an_aggregate_answers_for_every_row() -> None:
    kind = small_kind(make_rule(a.sum() < 5, scope=Scope.FRAME))
    judgment = judge_small(kind, [("甲", "1", ""), ("乙", "2", ""), ("丙", "3", "")])
    assert refused(strict(kind.schema, ignore_na=True), judgment.frame) == {("SM-01", 0), ("SM-01", 1), ("SM-01", 2)}


def test_an_aggregate_compared_with_a_literal_column_answers_for_every_row() -> None:
    # Eagerly, Polars 2.1 gives this comparison one row and refuses to go on.
    frame = pl.DataFrame({"a": [1, 2]}).with_columns(pl.lit(4).alias("total"))
    answer = (a.sum() == pl.col("total")).alias("answer")
    assert frame.lazy().select(pl.int_range(pl.len()), answer).collect().height == 2


def test_a_false_aggregate_loses_no_rows_failure_beside_it() -> None:
    kind = small_kind(make_rule(a.sum() < 0, scope=Scope.FRAME), make_rule(a < 2, id="SM-02"))
    judgment = judge_small(kind, [("甲", "1", ""), ("乙", "2", "")])
    found = refused(strict(kind.schema, ignore_na=True), judgment.frame)
    assert found == {("SM-01", 0), ("SM-01", 1), ("SM-02", 1)}


# --- the gate


def test_the_gate_returns_the_frame_it_was_given() -> None:
    frame = judge_right("network_build", RIGHT["network_build"]).frame
    assert passes(kinds()["network_build"].schema, frame).equals(frame)


@pytest.mark.parametrize(
    "wrong", [w for w in WRONG if w.breaks[0] in ("NB-01", "UC-01", "WN-12")], ids=lambda w: w.title
)
def test_a_bad_frame_at_the_gate_is_our_fault(wrong: Any) -> None:
    frame = judge_right(wrong.code, wrong.right).frame
    with pytest.raises(ContractError, match=wrong.breaks[0]) as caught:
        passes(kinds()[wrong.code].schema, frame)
    assert "Pandera" in caught.value.en
    assert passes(kinds()[wrong.code].schema, frame, waived=wrong.breaks).height == frame.height


def test_a_frame_of_wrong_types_or_without_a_column_is_our_fault_at_the_gate() -> None:
    frame = judge_right("nuisance_calls", RIGHT["nuisance_calls"]).frame
    schema = kinds()["nuisance_calls"].schema
    with pytest.raises(ContractError):
        passes(schema, frame.drop("handled__text"))
    with pytest.raises(ContractError):
        passes(schema, frame.with_columns(pl.col("handled").cast(pl.Float64)))


def test_the_gate_says_nothing_of_rules_that_do_not_block() -> None:
    kind = small_kind(make_rule(a > 5, severity=Severity.EXPLAIN), make_rule(a > 5, id="SM-02", severity=Severity.NOTE))
    judgment = judge_small(kind, [("甲", "1", "")])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert passes(kind.schema, judgment.frame).height == 1


def test_a_rule_that_does_not_block_warns_in_pandera_itself() -> None:
    kind = small_kind(make_rule(a > 5, severity=Severity.NOTE))
    with pytest.warns(Warning, match="SM-01"):
        kind.schema.validate(judge_small(kind, [("甲", "1", "")]).frame, lazy=True)


# --- built and walked


@pytest.mark.parametrize("code", ALL)
def test_a_typed_frame_has_the_columns_and_types_the_schema_promises(code: str) -> None:
    kind = kinds()[code]
    frame = typed(kind, RIGHT[code].rows)
    assert list(kind.schema.columns) == frame.columns
    assert {n: str(c.dtype) for n, c in kind.schema.columns.items()} == {n: str(t) for n, t in frame.schema.items()}


@pytest.mark.parametrize("code", ALL)
def test_fields_and_rules_live_in_the_schema(code: str) -> None:
    kind = kinds()[code]
    assert fields_of(kind.schema) == kind.fields
    assert [rule.id for rule in rules_of(kind.schema)] == [check.name for check in kind.schema.checks]
    assert [check.raise_warning for check in kind.schema.checks] == [not rule.severity.blocks for rule in kind.rules]
    some = {rule.id for rule in kind.rules[::2]}
    assert {rule.id for rule in rules_of(keep_rules(kind.schema, some))} == some


def test_every_type_has_its_columns() -> None:
    assert set(DTYPES) == set(Type)
    assert set(TWINS) <= set(Type)


# --- what the design rests on in Pandera


def one_column(*checks: Any) -> pa.DataFrameSchema:
    return pa.DataFrameSchema({"a": pa.Column(pl.Int64, nullable=True)}, checks=list(checks))


def column_check(expression: pl.Expr, **options: Any) -> Any:
    return pa.Check(lambda data: data.lazyframe.select(expression.alias("_answer")), name="X-01", **options)


def test_pinned_a_lazy_frame_is_passed_without_a_look_at_its_values() -> None:
    bad = pl.LazyFrame({"a": [1, 99]})
    assert one_column(column_check(a < 10)).validate(bad, lazy=True).collect().height == 2
    with pytest.raises(SchemaErrors):
        one_column(column_check(a < 10)).validate(bad.collect(), lazy=True)


def test_pinned_nulls_pass_unless_told_otherwise() -> None:
    frame = pl.DataFrame({"a": [1, None]}, schema={"a": pl.Int64})
    assert one_column(column_check(a < 10)).validate(frame, lazy=True).height == 2
    with pytest.raises(SchemaErrors):
        one_column(column_check(a < 10, ignore_na=False)).validate(frame, lazy=True)


def test_pinned_an_aggregate_that_gives_one_row_blames_the_first() -> None:
    frame = pl.DataFrame({"a": [1, 2, 3]})
    with pytest.raises(SchemaErrors) as caught:
        one_column(column_check(a.sum() < 5)).validate(frame, lazy=True)
    assert caught.value.failure_cases["index"].to_list() == [0]


def test_pinned_a_check_that_raises_is_a_failure_and_no_exception_of_its_own() -> None:
    with pytest.raises(SchemaErrors) as caught:
        one_column(column_check(pl.col("no_such") < 5)).validate(pl.DataFrame({"a": [1]}), lazy=True)
    assert [str(one.reason_code.name) for one in caught.value.schema_errors] == ["CHECK_ERROR"]


def test_pinned_what_is_set_on_a_check_stays_on_it() -> None:
    check = column_check(a < 10)
    check.rule = "ours"
    assert [c.rule for c in one_column(check).checks] == ["ours"]


def test_pinned_a_check_cannot_be_subclassed() -> None:
    class Ours(pa.Check):
        pass

    check = Ours(lambda data: data.lazyframe.select(a < 10), name="X-01")
    with pytest.raises(Exception, match="Backend not found"):
        one_column(check).validate(pl.DataFrame({"a": [99]}), lazy=False)


def test_pinned_coercing_cuts_numbers() -> None:
    schema = pa.DataFrameSchema({"a": pa.Column(pl.Int64, coerce=True)})
    assert schema.validate(pl.DataFrame({"a": [2.7]}), lazy=True)["a"].to_list() == [2]


def test_no_column_of_ours_is_ever_coerced() -> None:
    for kind in kinds().values():
        assert not kind.schema.coerce
        assert not any(column.coerce for column in kind.schema.columns.values())
