"""The verdicts of rules.md section 8 on dates and their order, DL-9 to DL-22, by rule id.

Dates are those of the documents (Jiangxi 2020, Beijing 2022, Anhui 2021). DL-1 to DL-8, the calendar of Hunan 2019, are
decided over its pack in tests/flows/test_hunan.py.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from contracts.examples import Row
from contracts.finding import Outcome, Severity
from contracts.judge import Judgment
from contracts.partial_date import parse_date
from contracts.prose import scan
from contracts.relations import comes_before, not_after
from tests.contracts.right_rows import EXAMPLES, FORMS, RIGHT, judge_right, kinds, typed
from tests.contracts.stated_rows import number
from tests.contracts.verdicts import (
    BLOCKED,
    DATE,
    ERROR,
    HOLDS,
    INFO,
    WARN,
    As,
    condition,
    decides,
    quantity,
    said,
    told,
    verdict,
    word,
)

IDS = [f"DL-{n}" for n in range(9, 23)]
DAYS = As(kind=DATE)
NODE = {
    "indicator_no": "1",
    "node_no": "1-1",
    "node": "江西事项",
    "narrative": "已按要求完成本项工作。",
    "problem": "无",
}
DONE, CROSS_YEAR = {"state": "已完成"}, {"state": "跨年推进", "problem": "完成时限涉及跨年，正在办理"}


def test_every_rule_of_the_section_is_decided_by_one_test() -> None:
    tests = [test for name, test in vars(sys.modules[__name__]).items() if name.startswith("test_")]
    assert Counter(rule for test in tests for rule in getattr(test, "decides", ())) == Counter(IDS)


def nodes(*rows: dict[str, str]) -> Judgment:
    """Rows of the shipped form of work nodes, judged without a tree."""
    return FORMS.judge("work_nodes", replace(RIGHT["work_nodes"], rows=tuple(NODE | row for row in rows)), given={})


def node(rule: str, *rows: dict[str, str]) -> str:
    """What that rule of the shipped form says of them."""
    return told(rule, nodes(*rows))


def filed_nodes(root: Path) -> Sequence[Row]:
    """All work nodes of Jiangxi 2020, as the departments of the example report them."""
    with (root / "tests/examples/jiangxi_2020_nodes.csv").open(encoding="utf-8", newline="") as lines:
        return [NODE | row | {"indicator_no": row["node_no"].partition("-")[0]} for row in csv.DictReader(lines)]


@decides("DL-9")
def test_dl_9_three_events_of_the_whole_year_are_outside_it(root: Path) -> None:
    rows = filed_nodes(root)
    judgment = FORMS.judge("work_nodes", replace(RIGHT["work_nodes"], rows=tuple(rows)), given={})
    outside = [f for f in judgment.verdict.findings if f.rule == "WN-06"]
    assert [(rows[f.rows[0]]["node_no"], f.filed) for f in outside] == [
        ("13-1", "2019年12月10日"), ("13-2", "2019年12月18日"), ("28-1", "2019年12月25日-27日"),
    ]  # fmt: skip
    assert {(f.severity, f.state) for f in outside} == {(Severity.EXPLAIN, "open")}
    (asked,) = (c for c in judgment.verdict.counts if c.rule == "WN-06")
    assert (asked.passed, asked.failed) == (sum(bool(row["finished"]) for row in rows) - 3, 3)
    assert judgment.verdict.outcome is Outcome.ACCEPTED


# Each pair as the document has it: earlier, later. The shipped form asks it of 开始日期 and 完成日期 (WN-05).
ORDERED = {
    "DL-10": ("3 月 25 日", "5 月 1 日"),
    "DL-11": ("10 月", "12 月 23 日"),
    "DL-13": ("2019 年 12 月 10 日", "2019 年 12 月 18 日"),
    "DL-14": ("2020 年 11 月 18 日", "11 月 25 日"),
}


@decides(*ORDERED)
@pytest.mark.parametrize("rule", ORDERED)
def test_dl_10_11_13_14_the_earlier_step_is_not_after_the_later_one(rule: str) -> None:
    earlier, later = ORDERED[rule]
    assert verdict(rule, ERROR, not_after, [earlier, later], DAYS) == HOLDS
    assert verdict(rule, ERROR, not_after, [later, earlier], DAYS) == ERROR
    assert node("WN-05", DONE | {"started": earlier, "finished": later}) == HOLDS
    assert node("WN-05", DONE | {"started": later, "finished": earlier}) == ERROR


def test_dl_10_there_are_37_days_between_and_dl_11_counts_the_month_to_its_last_day() -> None:
    issued, online = parse_date("3 月 25 日", 2020), parse_date("5 月 1 日", 2020)
    assert issued
    assert online
    assert online.first - issued.last == timedelta(37)
    drafted = parse_date("10 月", 2020)
    assert drafted
    assert (drafted.last, drafted.granularity) == (date(2020, 10, 31), "month")
    assert said(not_after, "2020年10月", "2020-09-30", kind=DATE).holds is False
    assert said(not_after, "2020年10月", "2020-10-15", kind=DATE).holds is not False, "some days of it are not after"


@decides("DL-12")
def test_dl_12_a_notice_on_the_day_of_the_drill_is_suspicious() -> None:
    assert verdict("DL-12", WARN, comes_before, ["9 月 14 日", "9 月 22 日"], DAYS) == HOLDS
    assert verdict("DL-12", WARN, comes_before, ["6 月 22 日", "6 月 23 日"], DAYS) == HOLDS
    assert verdict("DL-12", WARN, comes_before, ["6 月 23 日", "6 月 23 日"], DAYS) == WARN
    assert verdict("DL-12", ERROR, not_after, ["6 月 23 日", "6 月 23 日"], DAYS) == HOLDS, "the same day is no error"
    assert said(comes_before, "6 月 24 日", "6 月 23 日", kind=DATE).holds is False


RANGES = {
    "6 月 8 日-13 日": ("2020-06-08", "2020-06-13"),
    "8 月 31 日-9 月 5 日": ("2020-08-31", "2020-09-05"),  # crosses the month
    "11 月 2 日-8 日": ("2020-11-02", "2020-11-08"),
    "7月20日-22日": ("2020-07-20", "2020-07-22"),
    "9 月 15 日-18 日": ("2020-09-15", "2020-09-18"),
    "2019 年 12 月 25 日-27 日": ("2019-12-25", "2019-12-27"),
}


@decides("DL-15")
def test_dl_15_a_range_runs_forward_and_an_omitted_month_is_the_first_ones() -> None:
    rows = [NODE | DONE | {"node_no": f"1-{n}", "finished": text} for n, text in enumerate(RANGES)]
    frame = typed(kinds()["work_nodes"], rows)
    read = zip(frame["finished__first"].cast(pl.String), frame["finished__last"].cast(pl.String), strict=True)
    assert dict(zip(RANGES, read, strict=True)) == RANGES
    assert set(frame["finished__granularity"]) == {"range"}
    assert node("WN-finished-type", *rows) == HOLDS
    for backwards in ("6 月 13 日-8 日", "9 月 5 日-8 月 31 日", "2019 年 12 月 27 日-25 日"):
        assert node("WN-finished-type", DONE | {"finished": backwards}) == ERROR


FUZZY = {
    "7月下旬": ("2020-07-21", "2020-07-31", "dekad"),
    "11 月底": ("2020-11-30", "2020-11-30", "day"),
    "5 月": ("2020-05-01", "2020-05-31", "month"),
    "10 月": ("2020-10-01", "2020-10-31", "month"),
}


@decides("DL-16")
def test_dl_16_a_fuzzy_date_is_kept_as_exact_as_it_was_written() -> None:
    rows = [NODE | DONE | {"node_no": f"1-{n}", "finished": text} for n, text in enumerate(FUZZY)]
    frame = typed(kinds()["work_nodes"], rows)
    read = frame.select(pl.col("finished__first", "finished__last").cast(pl.String), "finished__granularity")
    assert dict(zip(FUZZY, read.iter_rows(), strict=True)) == FUZZY
    assert frame["finished__text"].to_list() == list(FUZZY), "as filed"
    # Where the form asks for a day, a month is refused and never made one.
    filing = RIGHT["website_filing"]
    for fuzzy in ("11月下旬", "2020年11月"):
        assert told("WF-as_of-type", judge_right("website_filing", filing.changed(0, as_of=fuzzy))) == ERROR
    # And a figure of a month or of a span is dated by its period, not by a day made of it.
    (measure,) = (m for m in kinds()["work_nodes"].measures if m.indicator == "node_objects/{each}")
    assert measure.as_of is not None
    assert [frame[n : n + 1].select(measure.as_of).item() for n in range(4)] == [None, "2020-11-30", None, None]


@decides("DL-17")
def test_dl_17_targets_that_were_public_for_four_months_of_twelve() -> None:
    tree = RIGHT["indicator_tree"]
    at = next(i for i, row in enumerate(tree.rows) if row.get("target"))
    for published, found in {"2020-01-02": HOLDS, "2020-07-01": HOLDS, "2020-07-02": WARN, "2020-08-30": WARN}.items():
        judgment = judge_right("indicator_tree", tree.changed(at, published_on=published))
        assert told("IT-08", judgment) == found, published
    (finding,) = judgment.verdict.findings
    assert "考核期 2020-01-01 至 2020-12-31 中已过 242 日，只余 123 日" in finding.message_zh


@decides("DL-18")
@pytest.mark.parametrize("claim", ["已在规定时间内正常签收所有政协提案。", "于2月27日提前完成平台建设和功能调测。"])
def test_dl_18_on_time_cannot_be_told_without_a_limit(claim: str) -> None:
    fields = [replace(number(name, type_=DATE), required=False) for name in ("finished", "due")]
    in_time = condition("DL-18", ERROR, pl.col("finished__last") <= pl.col("due__last"), "finished", "due")
    limit = condition("DL-18w", WARN, pl.col("due__text").is_not_null(), "due")
    assert word(in_time, fields, {"finished": "2月27日", "due": None}) == BLOCKED
    assert word(limit, fields, {"finished": "2月27日", "due": None}) == WARN
    assert word(in_time, fields, {"finished": "2月27日", "due": "2月29日"}) == HOLDS
    assert not [span for span in scan(claim, year=2020) if span.deadline], "the claim names no limit either"
    # The form that ships: nobody is called late or in time, and what is called early is noted as unverified.
    early = {"state": "提前完成", "finished": "2月27日", "narrative": claim}
    assert node("WN-09", early) == "not asked"
    assert node("WN-10", early) == INFO
    assert node("WN-10", early | {"due": "2020-03-01"}) == HOLDS


@decides("DL-19")
def test_dl_19_a_task_across_the_years_is_in_progress_and_no_error_until_it_counts_as_done() -> None:
    open_ = nodes(CROSS_YEAR | {"due": "2021年"})
    assert open_.verdict.outcome is Outcome.ACCEPTED
    assert [f.rule for f in open_.verdict.findings] == []
    done, crossing = (
        next(m for m in kinds()["work_nodes"].measures if m.indicator == name)
        for name in ("nodes_done", "nodes_cross_year")
    )
    assert done.where is not None
    assert crossing.where is not None
    assert open_.frame.select(done.where, n=crossing.where).rows() == [(False, True)]
    assert node("WN-14", DONE | {"due": "2021年"}) == ERROR
    assert node("WN-14", DONE | {"due": "2021年", "finished": "2021-03-01"}) == ERROR
    assert node("WN-14", DONE | {"due": "2021年", "finished": "2020-12-20"}) == HOLDS, "done before its limit"


@decides("DL-20")
@pytest.mark.parametrize(
    ("span", "narrative", "years"),
    [
        ("2020-2022", "要求各基础电信企业通过三年时间努力完成整治。", "三年"),
        ("2021-2023", "落实5G应用“扬帆”三年行动计划的要求。", "三年"),
        ("2021-2025", "按照五年规划推进信息通信行业发展。", "五年"),
    ],
)
def test_dl_20_a_plan_is_as_long_as_its_first_and_last_year_counted(span: str, narrative: str, years: str) -> None:
    row = DONE | {"narrative": narrative}
    assert node("WN-13", row | {"span": span}) == HOLDS
    first, _, last = span.partition("-")
    assert node("WN-13", row | {"span": f"{first}-{int(last) + 1}"}) == WARN
    assert quantity(years).value == int(last) - int(first) + 1
    assert node("WN-13", DONE | {"narrative": "这是近三年来的第三年行动。", "span": "2020-2021"}) == "not asked"


STALENESS = {"2020-11-30": 31, "2020-12-08": 23, "2020-10-31": 61, "2020-12-20": 11}


@decides("DL-21")
def test_dl_21_a_yearly_figure_of_two_months_ago_is_asked_about() -> None:
    right = EXAMPLES["complaint_counts"].right
    for as_of, days in STALENESS.items():
        judgment = judge_right("complaint_counts", right.changed(0, as_of=as_of))
        assert told("EC-07", judgment) == (WARN if days > 31 else HOLDS), as_of
        assert (date(2020, 12, 31) - date.fromisoformat(as_of)).days == days
        said_ = [f.message_zh for f in judgment.verdict.findings if f.rule == "EC-07"]
        assert all(f"尚有 {days} 日" in text for text in said_)


@decides("DL-22")
@pytest.mark.parametrize(
    "written", ["第53个世界电信和信息社会日", "第53個(gè)世界電信和信息社會(huì)日", "第53届世界电信日"]
)
def test_dl_22_the_ordinal_of_a_kept_day_gives_the_year_nobody_wrote(written: str) -> None:
    on_day, named = (span for span in scan(f"在5月17日,{written}即将到来之际") if span.kind == "date")
    assert (on_day.text, on_day.date) == ("5月17日", None), "without a year there is no day"
    assert named.text == written
    assert named.date is not None
    assert (named.date.first, named.date.granularity) == (date(1969 + 52, 5, 17), "day")
    assert parse_date(on_day.text, named.date.first.year) == replace(named.date, text=on_day.text)
    # In a document of another year the two do not agree, and that is worth a note and no more.
    fields = [number(name, type_=DATE) for name in ("day", "named")]
    agree = condition("DL-22", INFO, pl.col("day__first") == pl.col("named__first"), "day", "named")
    for year, found in ((2021, HOLDS), (2020, INFO)):
        assert word(agree, fields, {"day": f"{year}-05-17", "named": named.date.iso}) == found
    assert [s.date.iso for s in scan("第1个世界电信日") if s.date] == ["1969-05-17"]
    assert [s.date for s in scan("第999个世界电信日")] == [None], "no year has that number"
    assert [(s.text, s.kind) for s in scan("517电信日")] == [("517", "name")]
