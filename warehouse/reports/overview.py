"""The sentences a summary opens with: how many indicators there are, and how they stand. Computed, never taken over.

"全部如期完成" is said only when every node of the tree was reported, is done, and kept its limit; else it is withheld
and every reason is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.finding import Finding
from warehouse.home import Home
from warehouse.reports.attachments import FILED_FIGURES
from warehouse.reports.citations import Citations, Piece
from warehouse.reports.edition import Edition
from warehouse.reports.nodes import CROSS_YEAR, EARLY, MISSING, NODES, STATES, Item, Node, Tree
from warehouse.reports.reason import Reason, answer
from warehouse.reports.reservations import write_reservations
from warehouse.stored import StoredFigure, StoredSubmission

CONTRADICTS: Final = "IF-05"  # a filed figure is not what the forms yield
_OPEN: Final = tuple(s for s in STATES if s not in ("已完成", EARLY))
_LEVELS: Final = (("1", "一级指标", "项"), ("2", "二级指标", "项"), ("3", "三级指标", "项"), ("node", "", "个"))


@dataclass(frozen=True)
class Overview:
    """basics and standing are sentences in pieces; `reasons` is empty exactly when all is done on time.

    reservations: what else is known of nodes that count as done. claims: filed counts that the reports contradict.
    """

    basics: tuple[Piece, ...]
    standing: tuple[Piece, ...]
    reasons: tuple[Reason, ...]
    reservations: tuple[Reason, ...]
    claims: tuple[Reason, ...]


class _Counts:
    """Counts as figures where the warehouse holds a figure of the bureau that says the same, else as plain numbers."""

    def __init__(self, edition: Edition, figures: Iterable[StoredFigure], citations: Citations) -> None:
        own = [f for f in figures if f.filer == edition.bureau_code and f.period.year == edition.year]
        self.by_indicator = {f.indicator: f for f in own}
        self.citations = citations

    def say(self, indicator: str, count: int, unit: str) -> Piece:
        figure = self.by_indicator.get(indicator)
        if figure is None or figure.value != Decimal(count) or figure.unit != unit:
            return Piece(f"{count}{unit}")
        return self.citations.cite(figure, f"{count}{unit}")


def write_overview(
    home: Home, edition: Edition, tree: Tree, figures: Iterable[StoredFigure], citations: Citations
) -> Overview:
    counts = _Counts(edition, figures, citations)
    submissions = home.submissions(edition.year)
    reasons = tuple(_reasons(edition, tree, submissions))
    return Overview(
        basics=tuple(_basics(edition, tree, counts)),
        standing=tuple(_all_done(tree, counts) if tree.nodes and not reasons else _standing(tree, counts)),
        reasons=reasons,
        reservations=tuple(write_reservations(home, tree, submissions)),
        claims=tuple(_claims(home, edition, submissions)),
    )


def _basics(edition: Edition, tree: Tree, counts: _Counts) -> Iterable[Piece]:
    yield Piece(f"{edition.year}年我局纳入绩效管理的工作共有")
    yield from _levels(tree, counts)
    names = "、".join(edition.filer_name(code) for code in tree.departments)
    yield Piece(f"个工作节点，分别涉及{names}等")
    yield counts.say("tree_departments", len(tree.departments), "个")
    yield Piece("机关处室。")


def _levels(tree: Tree, counts: _Counts) -> Iterable[Piece]:
    """一级指标14项，二级指标23项，三级指标37项，46 — the count of nodes without its unit, which reads 个工作节点."""
    for level, name, unit in _LEVELS:
        indicator = f"tree_level{level}" if level != "node" else "tree_nodes"
        said = counts.say(indicator, tree.levels[level], unit)
        if level == "node":
            yield Piece(said.text.removesuffix(unit), said.kind, said.figure, said.number)
        else:
            yield Piece(name)
            yield said
            yield Piece("，")


def _all_done(tree: Tree, counts: _Counts) -> Iterable[Piece]:
    yield Piece("经自查，我局绩效管理指标体系中所列")
    yield from _levels(tree, counts)
    yield Piece("个工作节点各项工作全部如期完成。")


def _standing(tree: Tree, counts: _Counts) -> Iterable[Piece]:
    done = [n for n in tree.nodes if n.done]
    yield Piece("经自查，我局绩效管理指标体系所列工作节点")
    yield counts.say("tree_nodes", len(tree.nodes), "个")
    yield Piece("，其中：已完成")
    yield counts.say("nodes_done", len(done), "个")
    early = len([n for n in done if n.state == EARLY])
    if early:
        yield Piece("（含提前完成")
        yield counts.say("nodes_early", early, "个")
        yield Piece("）")
    indicators = {CROSS_YEAR: "nodes_cross_year"}
    for state in _OPEN:
        found = tree.in_state(state)
        if found:
            yield Piece(f"，{state}")
            yield counts.say(indicators.get(state, ""), len(found), "个")
            yield Piece(f"（{'、'.join(f'第{item.number}项节点{node.code}' for item, node in found)}）")
    yield Piece("。三级指标")
    yield counts.say("tree_level3", len(tree.items), "项")
    yield Piece("中，各节点均已完成的有")
    yield counts.say("indicators_done", len([i for i in tree.items if all(n.done for n in i.nodes)]), "项")
    yield Piece("。")


def _reasons(edition: Edition, tree: Tree, submissions: list[StoredSubmission]) -> Iterable[Reason]:
    for item in tree.items:
        for node in item.nodes:
            if not node.on_time:
                yield _reason(edition, item, node, submissions)


def _reason(edition: Edition, item: Item, node: Node, submissions: list[StoredSubmission]) -> Reason:
    anchor = f"item-{item.number}"
    opening = f"第{item.number}项“{item.title}”的工作节点{node.code}“{node.title}”"
    if node.state == MISSING:
        who = edition.filer_name(node.department)
        returned = [s for s in submissions if s.kind == NODES and s.filer == node.department and not s.stands]
        why = f"{who}的报送被退回或尚无结论" if returned else f"责任处室{who}未报送"
        return Reason(f"{opening}{MISSING}：{why}。", anchor, returned[-1].id if returned else "")
    report = next((r for r in node.reports if not r.done or r.kept is not True), node.reports[0])
    if report.done:
        unclear = f"完成时限为{report.due}，完成日期未填或不明确，无法核对是否如期"
        late = f"完成日期{report.finished}晚于完成时限{report.due}"
        return Reason(f"{opening}：{late if report.kept is False else unclear}。", anchor, report.submission)
    why = (report.problem or "未说明原因").rstrip("。；; \n")
    return Reason(f"{opening}{report.state}：{why}。", anchor, report.submission)


def _claims(home: Home, edition: Edition, submissions: list[StoredSubmission]) -> Iterable[Reason]:
    """Filed counts of what is done that the reports themselves do not bear out."""
    filed = {
        (r["_submission"], r["value__at"]): str(r["indicator"])
        for r in home.rows(FILED_FIGURES, edition.year).to_dicts()
    }
    for submission in submissions:
        if submission.kind != FILED_FIGURES or not submission.stands:
            continue
        for finding in home.findings(submission.id):
            if finding.rule == CONTRADICTS and _is_count(filed, submission.id, finding):
                who = edition.filer_name(submission.filer)
                yield Reason(f"{who}：{finding.message_zh}{answer(finding)}", submission=submission.id)


def _is_count(filed: Mapping[tuple[str, str], str], submission: str, finding: Finding) -> bool:
    return filed.get((submission, finding.cell or ""), "").startswith(("nodes_", "indicators_", "tree_"))
