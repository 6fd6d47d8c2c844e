"""The report of one submission."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from contracts.finding import Severity
from contracts.submission import Submission
from contracts.table import Ignored
from tests.warehouse.reports.bureau import BGS_DONE, CHINA, FZC_DONE, TREE, Inbox, edition, node
from warehouse.reports.pages import render
from warehouse.reports.validation import SHOWN, Report, read_report, report_json
from warehouse.reports.validation_index import ledger_head, sum_up

WRONG = (node("1-1", finished="2020-07-01", due="2020-06-30"), node("1-2", "跨年推进", due="2021-06-30"))
NOTE = Ignored("填报表", "A9:C9", 2, "表后备注", "a note below the table")
DUE = datetime(2020, 11, 28, 23, 59, 59, tzinfo=CHINA)


def report(inbox: Inbox, submission: Submission) -> Report:
    everything = inbox.home.submissions()
    return read_report(inbox.home, edition(), next(s for s in everything if s.id == submission.id), everything)


def content(of: Report) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(report_json(of))
    return loaded


def page(of: Report) -> str:
    return render("submission.html.j2", edition=edition(), r=of).decode()


def test_the_json_says_everything_in_the_agreed_words(inbox: Inbox) -> None:
    inbox.file("indicator_tree", "JX", TREE, sheet="")
    returned, _ = inbox.file("work_nodes", "FZC", WRONG, due=DUE, ignored=(NOTE,))
    told = content(report(inbox, returned))
    assert list(told) == [
        "submission", "verdict", "kind", "file", "sha256", "filer", "period", "received_at", "due_at", "days_late",
        "version", "contract_version", "rows", "findings", "not_evaluable", "rules", "reconciliation", "ignored",
        "not_compared", "judgments", "ledger",
    ]  # fmt: skip
    assert told["verdict"] == "returned"
    assert told["received_at"] == "2020-12-01T11:00:00+08:00"
    assert told["days_late"] == 3
    assert told["rows"] == {"received": 2, "accepted": 0, "quarantined": 2}
    assert [(f["rule"], f["severity"], f["cell"]) for f in told["findings"]] == [
        ("WN-07", "强制", "N3"), ("WN-09", "核实", "F2"),
    ]  # fmt: skip
    late = told["findings"][1]
    assert {n: late[n] for n in ("sheet", "field", "filed", "expected", "basis")} == {
        "sheet": "填报表", "field": "finished", "filed": "2020-07-01", "expected": "≤ 2020-06-30",
        "basis": "年度绩效管理指标体系",
    }  # fmt: skip
    assert late["cells"][1] == {
        "file": "submissions/work_nodes/FZC_2020.xlsx", "sheet": "填报表", "cell": "G2", "field": "due",
        "text": "2020-06-30",
    }  # fmt: skip
    assert told["ignored"] == [
        {"sheet": "填报表", "area": "A9:C9", "cells": 2, "reason_zh": "表后备注", "reason_en": "a note below the table"}
    ]
    assert {r["rule"]: r["failed"] for r in told["rules"]}["WN-09"] == 1


def test_a_cell_of_another_file_names_that_file(inbox: Inbox) -> None:
    inbox.file("indicator_tree", "JX", TREE, name="indicators.csv", sheet="")
    moved, _ = inbox.file("work_nodes", "FZC", [node("1-1", indicator_no="2")])
    (finding,) = [f for f in content(report(inbox, moved))["findings"] if f["rule"] == "WN-03"]
    assert ("indicators.csv", "", "C7") in [(c["file"], c["sheet"], c["cell"]) for c in finding["cells"]]


def test_findings_are_grouped_gravest_first_with_exact_totals(inbox: Inbox) -> None:
    rows = [node(f"1-{n}", narrative="短") for n in range(1, SHOWN + 4)]
    rows[0] |= {"state": "进行中"}
    returned, _ = inbox.file("work_nodes", "FZC", rows)
    told = report(inbox, returned)
    assert [(s, n, [b.rule for b in rules]) for s, n, rules in told.severities] == [
        (Severity.MUST, 1, ["WN-07"]),
        (Severity.EXPLAIN, SHOWN + 3, ["WN-11"]),
    ]
    assert len(told.severities[1][2][0].findings) == SHOWN
    assert f"以上列出前 {SHOWN} 项，全部 {SHOWN + 3} 项见" in page(told)
    assert len(content(told)["findings"]) == SHOWN + 4


def test_what_could_not_be_told_is_said_with_its_reason(inbox: Inbox) -> None:
    alone, _ = inbox.file("work_nodes", "FZC", FZC_DONE)
    told = report(inbox, alone)
    unknown = {c.rule: c for c in told.unknown}
    assert unknown["WN-02"].not_evaluable == 2
    assert unknown["WN-02"].reason_zh in page(told)
    assert content(told)["not_evaluable"][0] == {
        "rule": "WN-02", "count": 2, "reason_zh": unknown["WN-02"].reason_zh, "reason_en": unknown["WN-02"].reason_en,
    }  # fmt: skip


def test_the_page_says_the_verdict_in_words_and_shape(inbox: Inbox) -> None:
    inbox.file("indicator_tree", "JX", TREE, sheet="")
    returned, _ = inbox.file("work_nodes", "FZC", WRONG, due=DUE)
    again, _ = inbox.file("work_nodes", "FZC", FZC_DONE)
    text = page(report(inbox, returned))
    assert '<div class="verdict returned"><span class="shape" aria-hidden="true">✕</span>' in text
    assert "<strong>退回</strong>" in text
    assert "迟报 3 天" in text
    assert "收到 2 = 接受 0 + 隔离 2" in text
    assert f'同期各版：{returned.id}、<a href="{again.id}.html">' in text
    assert f'更正后重报：<a href="{again.id}.html">{again.id}</a>（接受）' in text
    assert "第 2 版" in page(report(inbox, again))


def test_versions_lead_to_each_other(inbox: Inbox) -> None:
    first, _ = inbox.file("work_nodes", "BGS", BGS_DONE)
    second, _ = inbox.file("work_nodes", "BGS", [node("2-1", finished="2020-10")])
    assert report(inbox, second).supersedes == first.id
    assert f'取代 <a href="{first.id}.html">' in page(report(inbox, second))
    assert f'已由 <a href="{second.id}.html">' in page(report(inbox, first))


def test_a_submission_that_waits_for_its_verdict_has_a_report_too(inbox: Inbox) -> None:
    submission, _ = inbox.file("work_nodes", "BGS", BGS_DONE)
    arrival = next(s for s in inbox.home.submissions()).arrival
    waiting = inbox.home.receive(arrival, b"other bytes")
    assert content(report(inbox, waiting))["verdict"] is None
    assert "尚未判定" in page(report(inbox, waiting))
    totals = sum_up([report(inbox, waiting), report(inbox, submission)])
    assert totals.verdicts == {"waiting": 1, "accepted": 1}
    assert (totals.received, totals.accepted, totals.quarantined) == (1, 1, 0)


def test_the_index_names_a_ledger_entry_that_publishing_does_not_move(inbox: Inbox) -> None:
    assert ledger_head(inbox.home) is None
    inbox.file("work_nodes", "BGS", BGS_DONE)
    before = ledger_head(inbox.home)
    inbox.home.publish_entry(2020, {"a": "b"}, datetime(2020, 12, 31, tzinfo=CHINA))
    assert before is not None
    assert ledger_head(inbox.home) == before


def test_lists_of_the_pack_are_counted_and_listed_apart(inbox: Inbox) -> None:
    listed, _ = inbox.file("indicator_tree", "JX", TREE, sheet="")
    inbox.file("work_nodes", "FZC", WRONG, due=DUE)
    inbox.file("work_nodes", "BGS", BGS_DONE)
    reports = [report(inbox, s) for s in inbox.home.submissions()]
    totals = sum_up(reports)
    text = render("index.html.j2", edition=edition(), reports=reports, totals=totals, head=None).decode()
    assert "报送 2 份（接受 1，退回 1，迟报 1），另有基础名录 1 份。" in text
    rows = re.findall(r'<a href="([^"]*)\.html">|(基础名录（随数据包）)', text)
    assert rows[-2:] == [("", "基础名录（随数据包）"), (listed.id, "")]


def test_an_accepted_report_with_mere_hints_asks_for_nothing(inbox: Inbox) -> None:
    hinted, _ = inbox.file("work_nodes", "FZC", [node("1-2", "提前完成")])
    told = report(inbox, hinted)
    assert {f.severity for f in told.findings} == {Severity.NOTE}
    assert "没有阻断性问题；另有提示，供参考。" in page(told)
