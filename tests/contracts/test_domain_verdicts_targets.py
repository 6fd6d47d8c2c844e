"""The verdicts of rules.md section 6, targets and whether they are attained, by rule id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import polars as pl
import pytest

from contracts.context import Reference
from contracts.finding import Outcome
from contracts.measure import Context
from contracts.period import Period
from contracts.quantity import parse_quantity
from contracts.relations import part_of
from contracts.targets import State, attain
from contracts.terms import stated
from tests.contracts.right_rows import FORMS, RIGHT
from tests.contracts.stated_rows import number, typed
from tests.contracts.verdicts import (
    BLOCKED,
    ERROR,
    HOLDS,
    INFO,
    TEXT,
    WARN,
    Setting,
    aimed,
    condition,
    decides,
    figure,
    judged,
    quantity,
    relation,
    word,
)

YEAR = Period.parse("2022")


class Case(NamedTuple):
    """A target and its actual as written, an actual that would miss it, and what the document says of them."""

    target: str
    actual: str
    ratio: str  # actual over target in %, as far as the document computes it
    missed: str
    severity: str


CASES: Mapping[str, Case] = {
    "TA-1": Case("达98%", "99.5%", "", "96%", ERROR),
    "TA-2": Case("不少于6000个", "2.3万个", "383.3", "5400个", ERROR),
    "TA-3": Case("10万户", "66.2万户", "662", "8万户", ERROR),
    "TA-4": Case("50个", "86个", "172", "49个", ERROR),
    "TA-5": Case("18个", "18个", "100", "17个", ERROR),
    "TA-6": Case("6000家", "1.8万家", "300", "5999家", ERROR),
    "TA-7": Case("超过90亿个", "90.8亿个", "100.9", "88亿个", ERROR),
    "TA-8": Case("超过40亿次", "超过83.3亿次", "208", "38亿次", ERROR),
    "TA-9": Case("下降20%", "下降81.07%", "405", "下降18%", WARN),
    "TA-10": Case("19家", "19家", "100", "18家", ERROR),
    "TA-11": Case("超90%", "95%", "", "88%", ERROR),
    "TA-13": Case("超90%", "93%", "", "88%", ERROR),
    "TA-14": Case("达95%", "超98%", "", "93%", WARN),
    "TA-15": Case("超1万份", "超10万份", "1000", "9000份", INFO),
    "TA-16": Case("不发生重大及以上事故", "未发生重大及以上事故", "", "1起", ERROR),
}


@decides("TA-1", "TA-2", "TA-3", "TA-4", "TA-6", "TA-8", "TA-10", "TA-11", "TA-13", "TA-15", "TA-16")
@pytest.mark.parametrize("rule", CASES)
def test_ta_targets_that_are_met(rule: str) -> None:
    case = CASES[rule]
    found = aimed(case.target, case.actual)
    assert found.state is State.MET
    if case.ratio:
        assert found.ratio is not None
        decimals = len(case.ratio.partition(".")[2])
        assert f"{float(found.ratio) * 100:.{decimals}f}" == case.ratio
    missed = aimed(case.target, case.missed)
    assert missed.state is State.NOT_MET
    assert missed.margin is not None
    assert missed.margin < 0


@pytest.mark.parametrize("rule", [rule for rule in CASES if rule != "TA-16"])
def test_ta_a_missed_target_weighs_what_the_document_says(rule: str) -> None:
    """As a rule of a form that has both beside each other."""
    case = CASES[rule]
    unit = quantity(case.target).unit
    fields = [replace(number("target", unit), role="target"), number("actual", unit)]
    reached = relation(rule, case.severity, part_of(stated(fields[0]), stated(fields[1])))
    open_ended = case.target[0] in "超达" and case.actual.startswith("超")  # a bound beside a bound: `attain` says more
    assert word(reached, fields, {"target": case.target, "actual": case.actual}) == (BLOCKED if open_ended else HOLDS)
    assert word(reached, fields, {"target": case.target, "actual": case.missed}) == case.severity


def test_ta_1_by_a_point_and_a_half() -> None:
    assert aimed("达98%", "99.5%").margin == Fraction("1.45"), "[99.45, 99.55) ≥ 98"
    assert aimed("达98%", "97.9%").state is State.NOT_MET


@decides("TA-5")
def test_ta_5_met_exactly_tells_at_least_from_more_than() -> None:
    assert aimed(">=18个", "18个").state is State.MET
    assert aimed(">=18个", "18个").margin == 0
    assert aimed(">18个", "18个").state is State.NOT_MET
    assert aimed("18个", "17个").margin == -1


@decides("TA-7")
def test_ta_7_the_precision_decides() -> None:
    assert aimed("超90亿", "91亿").state is State.MET
    assert aimed("超90亿", "90亿").state is State.UNDECIDABLE
    assert aimed("超90亿", "90.8亿").margin == 75_000_000


@decides("TA-9")
def test_ta_9_met_only_as_of_october() -> None:
    target = figure("下降20%", role="target", period=YEAR)
    found = attain(target, figure("下降81.07%", period=YEAR, as_of=date(2022, 10, 31)))
    assert (found.state, found.otherwise) == (State.NOT_COMPARABLE, State.MET)
    named = attain(replace(target, scope="用户申诉率"), figure("下降81.07%", period=YEAR, scope="百万用户申诉率"))
    assert (named.state, named.otherwise) == (State.NOT_COMPARABLE, State.MET), "the name differs as well"
    counted = attain(
        figure("不少于6000个", role="target", period=YEAR),
        figure("2.3万个", period=YEAR, as_of=date(2022, 11, 30), cumulative=True),
    )
    assert counted.state is State.MET, "what only grows and has passed its target cannot fall short of it again"


@decides("TA-12")
def test_ta_12_necessary_but_not_sufficient() -> None:
    monthly = figure("20款", role="target", period=YEAR, each="月")
    found = attain(monthly, figure("308款", period=YEAR))
    assert (found.state, found.ratio) == (State.NECESSARY, Fraction(308, 240))
    assert attain(monthly, figure("239款", period=YEAR)).state is State.NOT_MET
    object_ = attain(replace(monthly, scope="隐私不合规APP"), figure("308款", period=YEAR, scope="问题App"))
    assert object_.state is State.NOT_COMPARABLE


@decides("TA-14")
def test_ta_14_another_scope_is_not_comparable() -> None:
    target = figure("达95%", role="target", scope="录音先导型")
    found = attain(target, figure("超98%", scope="录音型及自然人"))
    assert (found.state, found.otherwise) == (State.NOT_COMPARABLE, State.MET)


@decides("TA-17")
def test_ta_17_a_zero_that_nobody_confirmed_is_missing() -> None:
    assert aimed("不发生聚集性疫\n情", None).state is State.MISSING


@decides("TA-18")
def test_ta_18_one_zero_of_four_is_evidenced() -> None:
    reported = {"零重大\n事件": "无重大网络安全事件发生"}  # BJ 02-A18
    states = [aimed(goal, reported.get(goal)).state for goal in ("零事故", "零投诉", "零重大\n事件", "零感染")]
    assert states == [State.MISSING, State.MISSING, State.MET, State.MISSING]


@decides("TA-19")
def test_ta_19_far_beyond_or_a_power_of_ten_asks_for_a_unit_check() -> None:
    flagged = {rule for rule, case in CASES.items() if aimed(case.target, case.actual).check_unit}
    assert flagged == {"TA-2", "TA-3", "TA-9", "TA-15"}
    assert aimed("50个", "5个").check_unit


@decides("TA-20")
def test_ta_20_started_is_not_finished() -> None:
    found = attain(figure("100个", role="target", scope="建成"), figure("139个", scope="进场实施（含完工）"))
    assert (found.state, found.otherwise) == (State.NOT_COMPARABLE, State.MET)
    assert found.ratio == Fraction(139, 100)


@decides("TA-21")
def test_ta_21_a_bare_assertion_meets_only_the_bare_target_of_its_own_scope() -> None:
    asserted = figure("已完成降低 15%的目标", scope="中小企业宽带")
    title = figure("再降低 15%", role="target", scope="中小企业宽带")
    required = figure("降低 15%以上", role="target", scope="宽带和专线")
    assert attain(title, asserted).state is State.MET
    found = attain(required, asserted)
    assert (found.state, found.otherwise) == (State.NOT_COMPARABLE, State.MET)
    assert (asserted.comparator, asserted.value) == ("<=", Fraction(-15)), "a bound; no value was measured"


@decides("TA-22")
def test_ta_22_all_on_time_while_one_is_in_progress_is_found_and_keeps_nothing_out() -> None:
    """The report contradicts itself (C-5 and item 35): found by the form that ships, IF-05, and taken all the same."""
    missed = attain(figure("46个", role="target"), figure("45个"))
    assert (missed.state, missed.margin) == (State.NOT_MET, Fraction(-1))
    claim = {
        "indicator": "nodes_done",
        "name": "工作节点完成数",
        "value": "46个",
        "unit": "个",
        "as_of": "",
        "item_no": "",
    }
    right = replace(RIGHT["indicator_figures"], rows=(claim,), computed=(("nodes_done", "45", "45", "45"),))
    verdict = FORMS.judge("indicator_figures", right).verdict
    assert [(f.rule, f.awaits, f.expected) for f in verdict.findings] == [("IF-05", True, "45")]
    assert verdict.outcome is Outcome.ACCEPTED


OPEN = (  # HN 1.1-*, 1.3-*; AH 1-1, 1-5, 2-1, 2-8; MIIT2021 04-1, 05-1: target, year, day of the document
    ("100%", "2019", date(2019, 4, 2)), ("达到80%", "2019", date(2019, 4, 2)), ("达到55%", "2019", date(2019, 4, 2)),
    ("达到60%", "2019", date(2019, 4, 2)), ("降低 15%", "2019", date(2019, 4, 2)),
    ("降低 20%", "2019", date(2019, 4, 2)), ("三折", "2019", date(2019, 4, 2)),
    ("2.5万座", "2021", date(2021, 5, 14)), ("750万户以上", "2021", date(2021, 5, 14)),
    ("下降10%以上", "2021", date(2021, 5, 14)), ("再降10%", "2021", date(2021, 5, 14)),
    ("180万款", "2021", date(2021, 1, 11)), ("2000Gbps", "2021", date(2021, 1, 11)),
)  # fmt: skip


@decides("TA-23")
@pytest.mark.parametrize(("target", "year", "published"), OPEN)
def test_ta_23_a_target_that_is_not_due_owes_no_actual(target: str, year: str, published: date) -> None:
    aim = figure(target, role="target", period=Period.parse(year))
    assert attain(aim, None, on=published).state is State.OPEN
    assert attain(aim, None, on=date(int(year), 12, 31)).state is State.MISSING
    assert attain(aim, None).state is State.MISSING, "unless the day is said"


TOKENS = ("已完成", "提前完成", "跨年推进", "进行中", "未完成")
STATUSES = {  # BJ 02-S … 16-S: how each row's state opens
    "02": "圆满完成", "03": "圆满完成", "04": "有力支撑", "05": "已完成", "06": "已完成", "07": "已完成",
    "09": "已完成", "10": "已完成", "11": "已完成", "12": "已完成", "13": "已完成", "14": "已完成", "15": "已完成",
    "16": "圆满完成了",
}  # fmt: skip


@decides("TA-24")
def test_ta_24_a_target_without_a_number_takes_a_state_from_a_closed_list() -> None:
    assert parse_quantity("推进6G网络部署工作") is None
    fields = [number("row", type_=TEXT), number("state", type_=TEXT)]
    known = condition("TA-24", WARN, pl.col("state").is_in(TOKENS), "state")
    found = {row: word(known, fields, {"row": row, "state": state}) for row, state in STATUSES.items()}
    assert {row for row, said in found.items() if said == WARN} == {"02", "03", "04", "16"}
    assert set(found.values()) == {WARN, HOLDS}
    # The form that ships closes the list for its own filers, and there another word is an error.
    filed = RIGHT["work_nodes"].changed(0, state="圆满完成")
    findings = FORMS.judge("work_nodes", filed).verdict.findings
    assert [(f.rule, f.blocks) for f in findings if f.field == "state"] == [("WN-state-choice", True)]


TARGETS = {  # BJ: every numeric target row, as written
    "02-T1": "零事故", "02-T2": "零投诉", "02-T3": "零重大事件", "02-T4": "零感染", "04-T1": "不发生聚集性疫情",
    "05-T1": "6000个", "05-T2": "10万户", "05-T3": "不少于6000个", "07-T1": "100个", "08-T1": "不发生重大及以上事故",
    "11-T1": "50个", "11-T2": "18个", "11-T3": "6000家", "11-T4": "超过90亿个", "11-T5": "超过40亿次",
    "12-T1": "下降20%", "12-T2": "19家", "13-T1": "达98%", "14-T1": "超90%", "14-T2": "20款", "14-T3": "超90%",
    "15-T1": "达95%", "15-T2": "超1万份",
}  # fmt: skip
ACTUALS = {  # BJ: what facts.csv links to them; 05-T3 restates 05-T1
    "02-T3": "无重大网络安全事件发生", "05-T1": "2.3万个", "05-T2": "66.2万户", "05-T3": "2.3万个", "07-T1": "139个",
    "08-T1": "未发生重大及以上事故", "11-T1": "86个", "11-T2": "18个", "11-T3": "1.8万家", "11-T4": "90.8亿个",
    "11-T5": "超过83.3亿次", "12-T1": "下降81.07%", "12-T2": "19家", "13-T1": "99.5%", "14-T1": "95%",
    "14-T2": "308个", "14-T3": "达93%", "15-T1": "超98%", "15-T2": "超10万份",
}  # fmt: skip


@decides("TA-25")
def test_ta_25_every_numeric_target_has_one_actual_of_its_unit() -> None:
    """By a count of the rows that name it, as contexts count, and by what `attain` says of each."""
    fields = [number("fact", type_=TEXT), number("value")]
    linked = Context("actuals", ((pl.col("fact"), "target"),), (), "act_", "实际值", "actuals", count="rows")
    one = condition("TA-25", WARN, pl.col("act_rows") == 1, "fact", "act_rows")
    there = typed([number("target", type_=TEXT)], [{"target": target} for target in ACTUALS])
    setting = Setting(contexts=(linked,), references={"actuals": Reference(there, {"target": "A"}, "表", "实际.xlsx")})
    rows = [{"fact": fact, "value": text} for fact, text in TARGETS.items()]
    verdict = judged([one], fields, rows, setting).verdict
    without = [list(TARGETS)[f.rows[0]] for f in verdict.findings]
    assert without == ["02-T1", "02-T2", "02-T4", "04-T1"]
    assert all(f.awaits for f in verdict.findings)
    assert verdict.outcome is Outcome.ACCEPTED
    states = {fact: aimed(text, ACTUALS.get(fact)).state for fact, text in TARGETS.items()}
    assert [fact for fact, state in states.items() if state is State.MISSING] == without
    other_unit = [fact for fact, state in states.items() if state is State.NOT_COMPARABLE]
    assert other_unit == ["14-T2"], "20款 a month, reported as 308个"


def test_ta_25_two_tasks_in_one_cell_and_one_reported() -> None:
    """BJ 10-T1 asks for interworking and for the opening; only the day of the opening is reported."""
    fields = [number("task", type_=TEXT), replace(number("reply", type_=TEXT), required=False)]
    reported = condition("TA-25", WARN, pl.col("reply").is_not_null(), "task", "reply")
    rows: list[dict[str, str | None]] = [{"task": "互联互通", "reply": None}, {"task": "放号", "reply": "6月27日"}]
    assert [f.rows for f in judged([reported], fields, rows).verdict.findings] == [(0,)]


def test_a_target_of_another_unit_is_not_compared_but_a_multiple_is_converted() -> None:
    assert aimed("6000个", "7000户").state is State.NOT_COMPARABLE
    assert aimed("1Gbps", "1200Mbps").state is State.MET
    assert aimed("不超过5个", "3个").state is State.MET
    assert aimed("不超过5个", "6个").margin == -1
    assert aimed("0起", "1起").state is State.NOT_MET
    assert quantity("0起").value == Decimal(0)
