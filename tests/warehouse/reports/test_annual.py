"""The summary: counts, the sentence that may not be said lightly, paragraphs with bound numbers."""

from __future__ import annotations

import pytest

from contracts.finding import Outcome
from tests.warehouse.reports.bureau import BGS_DONE, BGS_OPEN, FZC_DONE, TREE, Inbox, Rows, edition, figure_row, node
from warehouse.reports.annual import Summary, write_summary
from warehouse.reports.citations import plain_text
from warehouse.reports.overview import Overview
from warehouse.reports.pages import render

ALL_DONE = "全部如期完成"


def summarise(
    inbox: Inbox, fzc: Rows | None = FZC_DONE, bgs: Rows | None = BGS_DONE, *figures: dict[str, str]
) -> Summary:
    inbox.file("indicator_tree", "JX", TREE, sheet="")
    for filer, rows in (("FZC", fzc), ("BGS", bgs)):
        if rows is not None:
            inbox.file("work_nodes", filer, rows)
    if figures:
        inbox.file("indicator_figures", "FZC", figures)
    return write_summary(inbox.home, edition())


def overview(summary: Summary) -> Overview:
    assert summary.overview is not None
    return summary.overview


def test_counts_come_from_the_tree_and_cite_its_figures(inbox: Inbox) -> None:
    basics = overview(summarise(inbox)).basics
    assert plain_text(basics) == (
        "2020年我局纳入绩效管理的工作共有一级指标1项，二级指标1项，三级指标2项，3个工作节点，"
        "分别涉及发展处、办公室等2个机关处室。"
    )
    assert [p.figure.indicator for p in basics if p.figure] == [
        "tree_level1", "tree_level2", "tree_level3", "tree_nodes", "tree_departments",
    ]  # fmt: skip


def test_all_done_on_time_is_said_when_it_is_so(inbox: Inbox) -> None:
    told = overview(summarise(inbox))
    assert plain_text(told.standing).endswith(f"3个工作节点各项工作{ALL_DONE}。")
    assert told.reasons == ()


UNDATED = (FZC_DONE[0], node("1-2", "已完成", due="2020-06-30"))


@pytest.mark.parametrize(
    ("fzc", "bgs", "reason"),
    [
        (FZC_DONE, BGS_OPEN, "第2项“做好督查工作”的工作节点2-1“办理督查事项”跨年推进：完成时限涉及跨年"),
        (FZC_DONE, None, "第2项“做好督查工作”的工作节点2-1“办理督查事项”未报送：责任处室办公室未报送"),
        (FZC_DONE[:1], BGS_DONE, "未报送：责任处室发展处未报送"),
        (UNDATED, BGS_DONE, "完成时限为2020-06-30，完成日期未填或不明确，无法核对是否如期"),
        (FZC_DONE, (node("2-1", "未完成", problem="经费未落实"),), "未完成：经费未落实"),
    ],
    ids=["cross-year", "department missing", "node missing", "limit cannot be checked", "not done"],
)
def test_all_done_is_withheld_and_the_reason_named(inbox: Inbox, fzc: Rows, bgs: Rows | None, reason: str) -> None:
    told = overview(summarise(inbox, fzc, bgs))
    assert ALL_DONE not in plain_text(told.standing)
    assert len(told.reasons) == 1
    assert reason in told.reasons[0].text


def test_a_returned_report_is_named_as_the_reason(inbox: Inbox) -> None:
    wrong = (node("2-1", "进行中", finished="2020-12-31", problem="无"),)  # unfinished, and no reason given
    summary = summarise(inbox, FZC_DONE, wrong)
    (returned,) = [s for s in inbox.home.submissions() if s.outcome is Outcome.RETURNED]
    (reason,) = overview(summary).reasons
    assert "办公室的报送被退回" in reason.text
    assert reason.submission == returned.id


def test_nodes_without_a_limit_and_open_findings_are_named(inbox: Inbox) -> None:
    before = node("1-1", finished="2019-12-25", due="2020-06-30")
    early = node("1-2", "提前完成", finished="2020-02-27")
    summary = summarise(inbox, (before, early))
    notes = overview(summary).reservations
    assert [n.text.partition("：")[0] for n in notes] == [
        "另有2个节点未填完成时限，无法核对是否按期。", "第1项节点1-1（核实）", "第1项节点1-2（提示）",
    ]  # fmt: skip
    assert [n.anchor for n in notes] == ["", "item-1", "item-1"]
    assert notes[1].submission == inbox.home.submissions()[1].id
    dated = {"finished": "2020-06-01", "due": "2020-06-30"}
    inbox.file("work_nodes", "FZC", (node("1-1", **dated), node("1-2", **dated)))
    inbox.file("work_nodes", "BGS", (node("2-1", **dated),))
    assert overview(write_summary(inbox.home, edition())).reservations == ()


def test_states_are_counted(inbox: Inbox) -> None:
    standing = overview(summarise(inbox, FZC_DONE, BGS_OPEN)).standing
    assert plain_text(standing) == (
        "经自查，我局绩效管理指标体系所列工作节点3个，其中：已完成2个（含提前完成1个），"
        "跨年推进1个（第2项节点2-1）。三级指标2项中，各节点均已完成的有1项。"
    )
    assert [p.figure.figure_id for p in standing if p.figure] == [
        "tree_nodes@JX.2020", "nodes_done@JX.2020", "nodes_early@JX.2020", "nodes_cross_year@JX.2020",
        "tree_level3@JX.2020", "indicators_done@JX.2020",
    ]  # fmt: skip


def test_a_claim_that_the_reports_do_not_bear_out_is_cited(inbox: Inbox) -> None:
    claim = figure_row("", "nodes_done", "工作节点完成数", "3个", "个")
    summary = summarise(inbox, FZC_DONE, BGS_OPEN, claim)
    (told,) = overview(summary).claims
    assert "发展处" in told.text
    assert "填报为 3个" in told.text
    assert "2个" in told.text
    assert told.submission == inbox.home.submissions()[-1].id


def test_paragraphs_go_by_number_whatever_the_order_of_the_list(inbox: Inbox) -> None:
    paragraphs = summarise(inbox).paragraphs
    assert [(p.item.number, p.item.code, plain_text(p.title)) for p in paragraphs] == [
        (1, "1", "加快网络覆盖，资费再降低15%"),
        (2, "2", "做好督查工作"),
    ]
    assert [n.node.state for n in paragraphs[0].nodes] == ["已完成", "提前完成"]


def test_numbers_of_a_paragraph_are_bound_or_quoted_and_counted(inbox: Inbox) -> None:
    text = "6月23日印发通知（赣通局传字〔2020〕13号），组织4家企业完成8个科目，发放手册700余本。"
    drill = node("1-2", narrative=text, objects="电信、移动、联通、铁塔", object_name="参演企业数", object_unit="家")
    filed = figure_row("1", "drill_subjects", "演练科目数", "8个", "个")
    summary = summarise(inbox, (FZC_DONE[0], drill), BGS_DONE, filed)
    told = summary.paragraphs[0].nodes[1].told[0]
    assert plain_text(told.narrative) == text
    assert {p.text: p.figure.figure_id for p in told.narrative if p.figure} == {
        "4家": "node_objects/1-2@FZC.2020",
        "8个": "filed/drill_subjects@FZC.2020",
    }
    quoted = {p.text: p.span for p in told.narrative if p.kind == "quote"}
    assert quoted == {"6月23日": "date", "〔2020〕13号": "document_number", "700余本": "quantity"}
    assert {p.place for p in told.narrative if p.kind == "quote"} == {"submissions/work_nodes/FZC_2020.xlsx 填报表!I3"}
    names = 4  # 节点1-1, 节点2-1: two runs of digits each
    assert summary.numbers["date"] == 1
    assert summary.numbers["document_number"] == 1
    assert summary.numbers["figure"] == 2
    assert sum(summary.numbers.values()) - 4 - summary.numbers["quote"] == summary.numbers["name"] <= names
    assert summary.numbers["quote"] == 2  # 700余本, and the title's 15% that says more than the target


def test_a_number_that_a_figure_contradicts_is_listed_and_counted(inbox: Inbox) -> None:
    text = "全省演练科目数为9个，演练科目数为8个。"
    filed = figure_row("1", "drill_subjects", "演练科目数", "8个", "个")
    summary = summarise(inbox, (FZC_DONE[0], node("1-2", narrative=text)), BGS_DONE, filed)
    (told,) = summary.paragraphs[0].nodes[1].told
    assert plain_text(told.narrative) == text
    assert [(p.text, p.kind) for p in told.narrative if p.kind != "plain"] == [
        ("为9个", "differs"),
        ("为8个", "figure"),
    ]
    (listed,) = summary.differences
    assert (listed.number, listed.said.context, listed.counted.text) == (1, "全省演练科目数为9个", "8个")
    assert listed.submission == told.report.submission
    assert summary.numbers["differs"] == 1
    page = render("summary.html.j2", edition=edition(), s=summary).decode()
    assert "正文“…全省演练科目数为9个”与指标数据不符：<code>filed/drill_subjects@FZC.2020</code> 为 " in page
    assert "与指标数据不符 1 处。" in page
    assert '<mark class="differs"' in page
    assert "**为9个**≠[^" in render("summary.md.j2", edition=edition(), s=summary).decode()


def test_prose_is_not_bound_to_how_many_rows_a_list_has(inbox: Inbox) -> None:
    summary = summarise(inbox, (FZC_DONE[0], node("1-2", narrative="我局有2个工作节点，已办结2个。")), BGS_DONE)
    assert [p.kind for p in summary.paragraphs[0].nodes[1].told[0].narrative if p.kind != "plain"] == ["quote"] * 2


def test_prose_of_one_node_is_not_bound_to_what_another_lists(inbox: Inbox) -> None:
    listing = {"objects": "甲、乙、丙、丁", "object_name": "参演企业数", "object_unit": "家"}
    rows = (node("1-1", narrative="走访4家。"), node("1-2", narrative="组织4家。", **listing))
    first, second = summarise(inbox, rows).paragraphs[0].nodes
    assert [p.text for p in first.told[0].narrative if p.figure] == []
    assert [p.text for p in second.told[0].narrative if p.figure] == ["4家"]


def test_an_open_node_shows_its_problem_and_cause(inbox: Inbox) -> None:
    told = summarise(inbox, FZC_DONE, BGS_OPEN).paragraphs[1].nodes[0].told[0]
    assert plain_text(told.problem) == "完成时限涉及跨年"
    assert summarise(inbox).paragraphs[0].nodes[0].told[0].problem == ()


def test_every_figure_is_listed_once_under_its_indicator_or_form(inbox: Inbox) -> None:
    filed = figure_row("1", "drill_subjects", "演练科目数", "8个", "个")
    summary = summarise(inbox, FZC_DONE, BGS_DONE, filed)
    listed = [line.value.figure.figure_id for g in summary.groups for line in g.lines if line.value.figure]
    assert sorted(listed) == [f.figure_id for f in inbox.home.figures()]
    first = summary.groups[0]
    assert first.title == "第1项　加快网络覆盖，资费再降低15%"
    assert ("演练科目数", "8个") in [(line.name, line.value.text) for line in first.lines]
    assert [g.title for g in summary.groups if not g.of_item] == ["绩效指标体系", "工作节点完成情况表"]


def test_figures_are_numbered_in_the_order_of_the_text(inbox: Inbox) -> None:
    citations = summarise(inbox).citations
    assert [f.indicator for f in citations.figures[:3]] == ["tree_level1", "tree_level2", "tree_level3"]
    assert [citations.number(f) for f in citations.figures] == list(range(1, len(citations.figures) + 1))


def test_without_a_tree_there_are_no_paragraphs_and_nothing_is_claimed(inbox: Inbox) -> None:
    inbox.file("indicator_figures", "FZC", [figure_row("1", "drill_subjects", "演练科目数", "8个", "个")])
    summary = write_summary(inbox.home, edition())
    assert (summary.overview, summary.paragraphs) == (None, ())
    assert len(summary.groups) == 1


def test_quality_counts_what_became_of_submissions(inbox: Inbox) -> None:
    wrong = (node("2-1", "进行中", finished="2020-12-31", problem="无"),)  # unfinished, and no reason given
    quality = summarise(inbox, FZC_DONE, wrong).quality
    assert (quality.received, quality.accepted, quality.returned, quality.late) == (2, 1, 1, 0)
    assert quality.lists == 1
    assert [n.outcome for n in quality.notable] == [Outcome.RETURNED]
