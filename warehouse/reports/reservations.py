"""What a reader should know about nodes that count as done: no limit filed, or findings that ask for an explanation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from contracts.finding import Finding, Severity
from warehouse.home import Home
from warehouse.reports.cells import rows_of
from warehouse.reports.nodes import NODES, Tree
from warehouse.reports.reason import Reason, answer
from warehouse.stored import StoredSubmission

UNVERIFIED_EARLY: Final = "WN-10"  # reported as finished early, without the days that would show it


def write_reservations(home: Home, tree: Tree, submissions: Sequence[StoredSubmission]) -> Iterable[Reason]:
    """First how many nodes name no limit, then the findings in the order of the tree, each with what was said of it."""
    undated = sum(any(not report.due for report in node.reports) for node in tree.nodes)
    if undated:
        yield Reason(f"另有{undated}个节点未填完成时限，无法核对是否按期。")
    asking = {s.id: [f for f in home.findings(s.id) if _asks(f)] for s in submissions if s.kind == NODES and s.stands}
    for item in tree.items:
        for node in item.nodes:
            for report in node.reports:
                for finding in asking.get(report.submission, ()):
                    if rows_of(finding.cell or "", 1) == {report.row}:
                        who = f"第{item.number}项节点{node.code}（{finding.severity.value}）"
                        text = f"{who}：{finding.message_zh}{answer(finding)}"
                        yield Reason(text, f"item-{item.number}", report.submission)


def _asks(finding: Finding) -> bool:
    return finding.waived_by is None and (finding.severity is Severity.EXPLAIN or finding.rule == UNVERIFIED_EARLY)
