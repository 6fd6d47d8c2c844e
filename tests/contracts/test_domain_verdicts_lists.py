"""The verdicts of rules.md section 10 on cells, items and lists, by rule id: TC-7 and from TC-9 on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import polars as pl
import pytest

from contracts.field import Field
from contracts.finding import Outcome
from contracts.prose import scan
from contracts.relations import part_of, rate_of, same_as
from tests.contracts.stated_rows import number, operands
from tests.contracts.verdicts import (
    BLOCKED,
    COUNT,
    ERROR,
    HOLDS,
    INFO,
    ITEMS,
    NOT_ASKED,
    TEXT,
    WARN,
    Setting,
    condition,
    decides,
    judged,
    relation,
    told,
    without_gaps,
    word,
)


def listed(rule: str, severity: str, count: str, names: str, *, all_named: bool = True) -> str:
    """What is said of an announced number beside the names that follow."""
    fields = [number("count", type_=COUNT), number("names", type_=ITEMS)]
    announced, named = operands(fields)
    asked = same_as(announced, named) if all_named else part_of(named, announced)
    return word(relation(rule, severity, asked), fields, {"count": count, "names": names})


DEPARTMENTS = "办公室、信息通信发展处、信息通信管理处、网络安全管理处、政策法规处"


@decides("TC-7")
def test_tc_7_as_many_departments_as_are_named() -> None:
    assert listed("TC-7", ERROR, "5", DEPARTMENTS) == HOLDS
    assert listed("TC-7", ERROR, "6", DEPARTMENTS) == ERROR
    assert listed("TC-7", ERROR, "5", DEPARTMENTS.rpartition("、")[0]) == ERROR


SELF_CHECK = [
    Field("dimension", "考评维度", "dimension"), Field("task", "自查内容", "task"), Field("reply", "落实情况", "reply"),
    Field("problem", "存在问题及原因", "problem and cause"),
]  # fmt: skip
SIXTEEN = [
    {"dimension": "全面高效履职", "task": f"第{i}项年度任务。", "reply": "已完成。", "problem": "无"}
    for i in range(1, 17)
]


@decides("TC-9")
def test_tc_9_every_row_has_its_four_cells_and_none_is_a_word() -> None:
    found = judged([], SELF_CHECK, SIXTEEN)
    assert found.verdict.outcome is Outcome.ACCEPTED
    assert found.verdict.findings == ()
    assert found.frame["problem"].to_list() == ["无"] * 16
    assert found.frame["dimension"].n_unique() == 1
    for name in ("dimension", "task", "reply", "problem"):
        blank = judged([], SELF_CHECK, [*SIXTEEN[:15], SIXTEEN[15] | {name: ""}]).verdict
        assert [(f.rule, f.rows, f.blocks) for f in blank.findings] == [(f"SEED-{name}-required", (15,), True)]


REPLIES = {  # how the items of a reply open in the Beijing self-check, by row
    2: "1.局领导以时时放心不下的责任感\n2.统筹行业资源",
    4: "有力支撑首都疫情防控。\n1.全行业坚持7*24小时在岗在班\n2.今年累计为\n3.为进（返）京\n4.为全市超过1.6万\n"
    "5.为全市涉疫人员\n6.公安检查站\n7.为1.5万间隔离用房\n8.迅速完成96010防疫专用码号\n9.将全市重点区域的2万多个基站\n10.组织为120急救电话\n"
    "11.在防疫“二合一”系统方面",
    5: "1.今年以来，\n2.在千兆宽带业务发展方面",
    15: "1.充分发挥反诈系统的作用\n2.持续深化警通合作\n3.开展线上线下联合反诈宣传",
}


def items(cell: str) -> list[dict[str, str]]:
    """The list markers of a cell, as our own reading of prose finds them."""
    return [{"no": s.text.rstrip(".")} for s in scan(cell) if s.kind == "ordinal" and re.fullmatch(r"\d+\.", s.text)]


@decides("TC-10")
@pytest.mark.parametrize("row", REPLIES)
def test_tc_10_items_in_a_cell_run_without_gaps(row: int) -> None:
    rule, fields = without_gaps("TC-10", INFO, "no"), [number("no", type_=COUNT)]
    found = items(REPLIES[row])
    assert told("TC-10", judged([rule], fields, found)) == HOLDS
    assert told("TC-10", judged([rule], fields, found[1:])) == INFO


def test_tc_10_replies_need_not_match_the_tasks() -> None:
    tasks = {4: "1.全面落实市委市政府\n2.充分发挥行业技术优势", 15: "1.通过电信网\n2.加大高风险\n3.积极组织"}
    counts = {row: (len(items(task)), len(items(REPLIES[row]))) for row, task in tasks.items()}
    assert counts == {4: (2, 11), 15: (3, 3)}


@decides("TC-11")
@pytest.mark.parametrize(
    ("count", "names"),
    [
        ("4", "江西电信、江西移动、江西联通、江西铁塔"),  # JX 017-2
        ("5", "加强渠道管理、完善入网协议、加快手段建设、加强协同联动、开展社会宣传"),  # JX 024-2
        ("2", "督办函、办理责任分工的函"),  # JX 035-1
        ("3", "江西电信、江西移动、江西联通"),  # JX 001-5
        ("4", "一是、二是、三是、四是"),  # MIIT2021 01-1
        ("4", "零事故、零投诉、零重大事件、零感染"),  # BJ 02-T5
    ],
)
def test_tc_11_as_many_as_announced(count: str, names: str) -> None:
    assert listed("TC-11", WARN, count, names) == HOLDS
    assert listed("TC-11", WARN, str(int(count) + 1), names) == WARN


@decides("TC-12")
@pytest.mark.parametrize(
    ("announced", "named"),
    [("10", 2), ("25", 3), ("16", 5), ("32", 24)],  # JX 004-1; BJ 02-A12, 16-A1, 02-A2
)
def test_tc_12_named_at_most_announced(announced: str, named: int) -> None:
    names = "、".join(f"名称{i}" for i in range(named))
    assert listed("TC-12", ERROR, announced, names, all_named=False) == HOLDS
    assert listed("TC-12", ERROR, str(named - 1), names, all_named=False) == ERROR


def closed_scope(words: str, done: str | None = None, of: str | None = None) -> tuple[str, str]:
    """What is said of 均, 全部 or 所有: whether there is a count, and whether the count is all of them."""
    fields = [number("words", type_=TEXT), number("all", "%")]
    fields += [replace(number(name, type_=COUNT), required=False) for name in ("done", "of")]
    every = pl.col("words").str.contains("均|全部|所有")
    whole = relation("TC-13", ERROR, rate_of(*operands(fields[1:])), when=every)
    counted = condition("TC-13w", WARN, pl.col("of").is_not_null(), "of", "words", when=every)
    row: Mapping[str, str | None] = {"words": words, "all": "100%", "done": done, "of": of}
    return word(whole, fields, row, Setting((counted,))), word(counted, fields, row, Setting((whole,)))


@decides("TC-13")
def test_tc_13_all_means_a_hundred_percent_and_asks_how_many() -> None:
    planned = "11 个设区市均完成规划的审议、印发。"  # JX 002-2
    (eleven,) = (span.quantity for span in scan(planned) if span.quantity)
    assert closed_scope(planned, str(eleven.value), "11") == (HOLDS, HOLDS)
    assert closed_scope(planned, "10", "11") == (ERROR, HOLDS)
    for feedback in ("反馈均为“满意”", "所有建议办理工作均反馈满意"):  # JX 030-1, 034-1
        assert not any(span.quantity for span in scan(feedback))
        assert closed_scope(feedback) == (BLOCKED, WARN)
    assert closed_scope("部分设区市完成", "10", "11") == (NOT_ASKED, NOT_ASKED)
