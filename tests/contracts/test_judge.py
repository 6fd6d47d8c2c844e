"""The judge: three answers, scopes, operands named to the cell, waivers, and what becomes of the rows."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.context import Reference
from contracts.errors import ContractError
from contracts.finding import Cell, Finding, Outcome, RuleCount, Severity
from contracts.judge import Judgment
from contracts.kind import Kind
from contracts.rule import Scope
from contracts.structure import structure_finding
from contracts.waivers import Waiver
from tests.contracts.right_rows import make_table
from tests.contracts.small_kind import (
    Setting,
    judge_small,
    make_rule,
    previous_context,
    small_kind,
)
from transforms.parsing import parse_table
from transforms.parting import part

A_IS_SMALL = pl.col("a") < 10
MISSING_COLUMN = structure_finding("HEAD-02", "缺少列", "a column is missing", field="a")
UNKNOWN_COLUMN = structure_finding("HEAD-03", "多出列", "an unknown column")


def count_of(judgment: Judgment, rule: str) -> RuleCount:
    (count,) = [c for c in judgment.verdict.counts if c.rule == rule]
    return count


def findings_of(judgment: Judgment, rule: str = "SM-01") -> list[Finding]:
    return [f for f in judgment.verdict.findings if f.rule == rule]


def one(judgment: Judgment, rule: str = "SM-01") -> Finding:
    (finding,) = findings_of(judgment, rule)
    return finding


# --- three answers


def test_a_row_passes_fails_or_cannot_be_told() -> None:
    judgment = judge_small(small_kind(make_rule(A_IS_SMALL)), [("甲", "1", ""), ("乙", "10", ""), ("丙", "", "")])
    count = count_of(judgment, "SM-01")
    assert (count.passed, count.failed, count.not_evaluable, count.not_applicable) == (1, 1, 1, 0)
    assert [finding.rows for finding in findings_of(judgment)] == [(1,)]
    assert count.reason_zh == "参与判定的数据缺失或无法识别：B7"
    assert count.reason_en == "an operand is missing or unreadable: B7"


def test_a_null_is_no_pass_but_blocks_nothing() -> None:
    judgment = judge_small(small_kind(make_rule(A_IS_SMALL)), [("甲", "", "")])
    assert judgment.verdict.outcome is Outcome.ACCEPTED
    assert count_of(judgment, "SM-01").passed == 0
    assert [c.rule for c in judgment.verdict.not_evaluable] == ["SM-01"]


def test_where_a_rule_does_not_apply_it_neither_passes_nor_fails() -> None:
    kind = small_kind(make_rule(A_IS_SMALL, when=pl.col("name") == "甲"))
    count = count_of(judge_small(kind, [("甲", "1", ""), ("乙", "10", ""), ("丙", "", "")]), "SM-01")
    assert (count.passed, count.failed, count.not_evaluable, count.not_applicable) == (1, 0, 0, 2)


def test_where_it_is_open_whether_a_rule_applies_it_cannot_be_told() -> None:
    kind = small_kind(make_rule(A_IS_SMALL, when=pl.col("b") > 0))
    count = count_of(judge_small(kind, [("甲", "10", "")]), "SM-01")
    assert (count.failed, count.not_evaluable, count.not_applicable) == (0, 1, 0)


def test_the_reason_names_what_there_was_nothing_to_compare_with() -> None:
    rule = make_rule(pl.col("a") >= pl.col("prev_a"), fields=("a", "prev_a"))
    kind = small_kind(rule, contexts=(previous_context(),))
    count = count_of(judge_small(kind, [("甲", "1", "")]), "SM-01")
    assert (count.not_evaluable, count.reason_zh) == (1, "没有可对照的上期报送")
    assert count.reason_en == "no earlier submission to compare with"


def test_the_reason_looks_at_all_that_the_rule_reads_and_not_only_at_what_it_names() -> None:
    kind = small_kind(make_rule(A_IS_SMALL, when=pl.col("prev_given")), contexts=(previous_context(),))
    assert count_of(judge_small(kind, [("甲", "1", "")]), "SM-01").reason_zh == "没有可对照的上期报送"


def test_the_reason_says_where_nothing_corresponds() -> None:
    rule = make_rule(pl.col("a") >= pl.col("prev_a"), fields=("a", "prev_a"))
    kind = small_kind(rule, contexts=(previous_context(),))
    table = make_table(kind, [{"name": "乙", "a": "9"}])
    earlier = {"previous": Reference(parse_table(table, kind.fields, year=2020), table.columns, "上月", "before.xlsx")}
    reasons = [
        count_of(judge_small(kind, [("甲", a, "")], Setting(references=earlier)), "SM-01").reason_zh for a in ("1", "")
    ]
    assert reasons == ["上期报送中没有对应的数据", "参与判定的数据缺失或无法识别：B5"]


counted = st.lists(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from(["", "1", "9", "10", "x"]), st.just("")))


@given(counted)
def test_every_row_gets_exactly_one_answer(rows: Sequence[tuple[str, str, str]]) -> None:
    rules = (
        make_rule(A_IS_SMALL, when=pl.col("name") != "丙"),
        make_rule(pl.len().over("name") == 1, id="SM-02", scope=Scope.GROUP, group=("name",)),
        make_rule(pl.col("a").sum() < 20, id="SM-03", scope=Scope.FRAME),
    )
    for count in judge_small(small_kind(*rules), rows).verdict.counts:
        answers = (count.passed, count.failed, count.not_evaluable, count.not_applicable)
        assert sum(answers) == len(rows)
        assert min(answers) >= 0


# --- scopes


def test_a_row_rule_finds_each_wrong_row_by_itself() -> None:
    judgment = judge_small(small_kind(make_rule(A_IS_SMALL)), [("甲", "11", ""), ("乙", "1", ""), ("丙", "12", "")])
    assert [(f.rows, f.cell, f.filed, f.message_zh) for f in findings_of(judgment)] == [
        ((0,), "B5", "11", "11 不对"),
        ((2,), "B7", "12", "12 不对"),
    ]


def test_a_group_rule_finds_each_wrong_group_once() -> None:
    alone = make_rule(
        pl.len().over("name") == 1,
        scope=Scope.GROUP,
        group=("name",),
        fields=("name",),
        message_zh="{name} 在第 {rows} 行",
        message_en="{name} in {rows}",
    )
    judgment = judge_small(
        small_kind(alone), [("甲", "", ""), ("乙", "", ""), ("甲", "", ""), ("丙", "", ""), ("丙", "", "")]
    )
    assert [(f.rows, f.message_zh, [c.address for c in f.cells]) for f in findings_of(judgment)] == [
        ((0, 2), "甲 在第 5、7 行", ["A5", "A7"]),
        ((3, 4), "丙 在第 8、9 行", ["A8:A9"]),
    ]


def test_a_frame_rule_finds_one_thing_about_all_rows() -> None:
    whole = make_rule(
        pl.col("a").sum() < 10,
        scope=Scope.FRAME,
        values={"sum": pl.col("a").sum()},
        expected=pl.lit("< ") + pl.lit("10"),
        message_zh="共 {sum}",
        message_en="{sum} in all",
    )
    finding = one(judge_small(small_kind(whole), [("甲", "4", ""), ("乙", "5", ""), ("丙", "6", "")]))
    assert finding.rows == (0, 1, 2)
    assert [c.address for c in finding.cells] == ["B5:B7"]
    assert (finding.message_zh, finding.message_en, finding.expected) == ("共 15", "15 in all", "< 10")


# --- operands


def test_every_operand_is_named_the_first_in_front() -> None:
    rule = make_rule(pl.col("b") > pl.col("a"), fields=("b", "a", "name"))
    finding = one(judge_small(small_kind(rule), [("甲", "3", "2")]))
    assert [(c.where, c.field, c.text) for c in finding.cells] == [
        ("表!C5", "b", "2"),
        ("表!B5", "a", "3"),
        ("表!A5", "name", "甲"),
    ]
    assert (finding.field, finding.filed, finding.cell) == ("b", "2", "C5")


def test_the_text_as_filed_is_told_and_not_what_it_was_read_as() -> None:
    finding = one(judge_small(small_kind(make_rule(A_IS_SMALL)), [("甲", " 1,200 ", "")]))
    assert finding.filed == " 1,200 "


def test_rows_that_do_not_touch_are_ranges_of_their_own() -> None:
    rule = make_rule(pl.len().over("name") < 3, scope=Scope.GROUP, group=("name",))
    rows = [("甲", "1", ""), ("甲", "1", ""), ("乙", "1", ""), ("甲", "1", ""), ("甲", "1", "")]
    assert [c.address for c in one(judge_small(small_kind(rule), rows)).cells] == ["B5:B6", "B8:B9"]


def test_an_operand_in_another_file_is_named_there() -> None:
    rule = make_rule(pl.col("a") >= pl.col("prev_a"), fields=("a", "prev_a"), message_zh="{a} < {prev_a}")
    kind = small_kind(rule, contexts=(previous_context(),))
    table = make_table(kind, [{"name": "乙", "a": "9"}, {"name": "甲", "a": "7"}])
    earlier = Reference(parse_table(table, kind.fields, year=2020), table.columns, "上月", "before.xlsx")
    finding = one(judge_small(kind, [("甲", "5", "")], Setting(references={"previous": earlier})))
    assert [c.where for c in finding.cells] == ["表!B5", "before.xlsx:上月!B6"]
    assert finding.message_zh == "5 < 7"


def test_the_total_row_is_named_as_the_operand_it_is() -> None:
    rule = make_rule(
        pl.col("a").sum() == pl.col("total_a"), scope=Scope.FRAME, fields=("a", "total_a"), message_zh="合计 {total_a}"
    )
    kind = small_kind(rule, total_in="name")
    finding = one(judge_small(kind, [("甲", "1", ""), ("乙", "2", "")], Setting(total={"name": "合计", "a": "4"})))
    assert [c.where for c in finding.cells] == ["表!B5:B6", "表!B7"]
    assert finding.message_zh == "合计 4"


def test_an_operand_the_file_has_no_column_for_has_no_cell() -> None:
    rule = make_rule(pl.col("a") > pl.col("b").fill_null(5), fields=("a", "b"))
    kind = small_kind(rule)
    judgment = judge_small(kind, [("甲", "1", "")])
    assert [c.address for c in one(judgment).cells] == ["B5", "C5"]


def test_a_blank_operand_is_said_to_be_blank() -> None:
    rule = make_rule(pl.col("a").is_not_null(), message_zh="填报{a}", message_en="{a}")
    assert one(judge_small(small_kind(rule), [("甲", "", "")])).message_zh == "填报（空）"


# --- waivers


def waiver(rule: str = "SM-01") -> Waiver:
    return Waiver(rule, "GLC", "2020-11", "示例局长", "割接")


@pytest.mark.parametrize("severity", [Severity.MUST, Severity.EXPLAIN, Severity.NOTE])
def test_only_a_waivable_rule_can_be_waived(severity: Severity) -> None:
    kind = small_kind(make_rule(A_IS_SMALL, severity=severity))
    with_waiver = judge_small(kind, [("甲", "11", "")], Setting(waivers=[waiver()]))
    without = judge_small(kind, [("甲", "11", "")])
    assert with_waiver.verdict == without.verdict
    assert one(with_waiver).waived_by is None


def test_a_waived_finding_stays_and_no_longer_blocks() -> None:
    kind = small_kind(make_rule(A_IS_SMALL, severity=Severity.WAIVABLE))
    rows = [("甲", "11", "")]
    assert judge_small(kind, rows).verdict.outcome is Outcome.RETURNED
    judgment = judge_small(kind, rows, Setting(waivers=[waiver()]))
    assert judgment.verdict.outcome is Outcome.ACCEPTED
    assert one(judgment).waived_by == "示例局长：割接"
    assert judge_small(kind, rows, Setting(waivers=[waiver("SM-99")])).verdict.outcome is Outcome.RETURNED


@pytest.mark.parametrize("severity", [Severity.EXPLAIN, Severity.NOTE])
def test_what_does_not_block_is_accepted_with_its_finding(severity: Severity) -> None:
    verdict = judge_small(small_kind(make_rule(A_IS_SMALL, severity=severity)), [("甲", "11", "")]).verdict
    assert (verdict.outcome, verdict.accepted, len(verdict.findings)) == (Outcome.ACCEPTED, 1, 1)


# --- what becomes of the rows


def test_a_form_is_returned_whole() -> None:
    judgment = judge_small(small_kind(make_rule(A_IS_SMALL)), [("甲", "11", ""), ("乙", "1", "")])
    assert (judgment.verdict.outcome, judgment.quarantined) == (Outcome.RETURNED, (0, 1))


def test_rows_that_stand_alone_are_quarantined_alone() -> None:
    kind = small_kind(make_rule(A_IS_SMALL), rows_stand_alone=True)
    judgment = judge_small(kind, [("甲", "11", ""), ("乙", "1", "")])
    assert (judgment.verdict.outcome, judgment.quarantined) == (Outcome.PARTIAL, (0,))
    assert (judgment.verdict.accepted, judgment.verdict.quarantined) == (1, 1)


def test_a_register_of_nothing_but_wrong_rows_is_returned() -> None:
    kind = small_kind(make_rule(A_IS_SMALL), rows_stand_alone=True)
    for rows in ([("甲", "11", "")], [("甲", "11", ""), ("乙", "12", "")]):
        judgment = judge_small(kind, rows)
        assert (judgment.verdict.outcome, judgment.verdict.accepted) == (Outcome.RETURNED, 0)


def test_a_fault_of_the_whole_returns_even_a_register_whole() -> None:
    kind = small_kind(make_rule(pl.col("a").sum() < 10, scope=Scope.FRAME), rows_stand_alone=True)
    judgment = judge_small(kind, [("甲", "11", ""), ("乙", "1", "")])
    assert (judgment.verdict.outcome, judgment.quarantined) == (Outcome.RETURNED, (0, 1))


def random_kind(stand_alone: bool) -> Kind:
    rules = (
        make_rule(A_IS_SMALL),
        make_rule(pl.len().over("name") == 1, id="SM-02", scope=Scope.GROUP, group=("name",)),
        make_rule(pl.col("a").sum() < 25, id="SM-03", scope=Scope.FRAME, severity=Severity.WAIVABLE),
    )
    return small_kind(*rules, rows_stand_alone=stand_alone)


@given(counted, st.booleans(), st.booleans(), st.sampled_from([(), (UNKNOWN_COLUMN,), (MISSING_COLUMN,)]))
def test_received_is_accepted_and_quarantined(
    rows: Sequence[tuple[str, str, str]], alone: bool, waived: bool, found: Sequence[Finding]
) -> None:
    waivers = [waiver("SM-03")] if waived else []
    judgment = judge_small(random_kind(alone), rows, Setting(waivers=waivers, found=found))
    verdict = judgment.verdict
    kept, held = part(judgment.frame, judgment.quarantined)
    assert verdict.received == len(rows) == kept.height + held.height
    assert (verdict.accepted, verdict.quarantined) == (kept.height, held.height)
    blocked = {row for f in verdict.blocking for row in f.rows}
    assert blocked <= set(judgment.quarantined)
    assert (verdict.outcome is Outcome.ACCEPTED) == (not verdict.blocking)
    if verdict.outcome is Outcome.PARTIAL:
        assert set(judgment.quarantined) == blocked
        assert verdict.accepted > 0
    if verdict.outcome is Outcome.RETURNED:
        assert verdict.accepted == 0


# --- the file's shape


def test_a_missing_column_leaves_every_rule_unjudged() -> None:
    kind = small_kind(make_rule(A_IS_SMALL), rows_stand_alone=True)
    judgment = judge_small(kind, [("甲", "11", ""), ("", "1", "")], Setting(found=[MISSING_COLUMN]))
    assert [f.rule for f in judgment.verdict.findings] == ["HEAD-02"]
    assert judgment.verdict.outcome is Outcome.RETURNED
    assert {(c.passed, c.failed, c.not_evaluable) for c in judgment.verdict.counts} == {(0, 0, 2)}
    assert {c.reason_zh for c in judgment.verdict.counts} == {"文件结构有误，未判定"}
    assert len(judgment.verdict.counts) == len(kind.rules)


def test_a_remark_about_the_shape_stops_nothing() -> None:
    judgment = judge_small(small_kind(make_rule(A_IS_SMALL)), [("甲", "11", "")], Setting(found=[UNKNOWN_COLUMN]))
    assert [f.rule for f in judgment.verdict.findings] == ["HEAD-03", "SM-01"]


def test_a_file_without_rows_is_returned_for_what_was_found() -> None:
    empty = structure_finding("TABLE-01", "没有数据行", "no rows", cells=(Cell("表", "A4"),))
    judgment = judge_small(small_kind(make_rule(A_IS_SMALL)), [], Setting(found=[empty]))
    assert (judgment.verdict.outcome, judgment.verdict.received) == (Outcome.RETURNED, 0)


# --- our own fault


@pytest.mark.parametrize("wrong", [pl.col("no_such_column") > 1, pl.col("name") + pl.col("_period_start") == "x"])
def test_a_rule_that_crashes_is_our_fault_and_no_finding(wrong: pl.Expr) -> None:
    with pytest.raises(ContractError, match="规则 SM-01 无法执行"):
        judge_small(small_kind(make_rule(wrong)), [("甲", "1", "")])


def test_a_total_that_cannot_be_told_names_the_row_that_lacks_the_number() -> None:
    adds_up = make_rule(
        pl.when(pl.col("a").null_count() == 0).then(pl.col("a").sum() == 3), scope=Scope.FRAME, fields=("a",)
    )
    judgment = judge_small(small_kind(adds_up), [("甲", "1", ""), ("乙", "很多", ""), ("丙", "2", "")])
    count = next(c for c in judgment.verdict.counts if c.rule == adds_up.id)
    assert count.not_evaluable == 3
    assert count.reason_zh.endswith("：B6")
