"""A judged file as a person reads it on a terminal: the verdict, every finding with its cells, and what nobody can
tell."""

from __future__ import annotations

from rich.text import Text

from contracts.finding import Outcome, RuleCount
from flows.commands.console import Console
from flows.commands.formats.checked import Checked
from flows.commands.telling import finding_text, reconciled
from flows.commands.terminal import inert, one_line

STYLE = {Outcome.ACCEPTED: "bold green", Outcome.PARTIAL: "bold yellow", Outcome.RETURNED: "bold red"}


def print_text(checked: Checked) -> None:
    verdict, kind = checked.verdict, checked.kind
    console = Console(highlight=False, soft_wrap=True)
    head = Text()
    head.append(f"{verdict.outcome.zh} {verdict.outcome.value}", STYLE[verdict.outcome])
    head.append(f"  {one_line(checked.file)} · {kind.title_zh} {kind.code}")
    head.append(
        f" · 报告期 {checked.period.label if checked.period else '未指定（--period）'}"
        f" · 填报单位 {inert(checked.filer or '未指定（--filer）')}",
        "dim",
    )
    console.print(head)
    console.print(f"收到 {verdict.received} 行 = 接受 {verdict.accepted} + 隔离 {verdict.quarantined}", style="dim")
    if checked.account is not None:
        console.print(Text(inert(reconciled(checked.account)), "dim"))
    for finding in checked.findings:
        console.print(finding_text(finding, checked.file))
    missing = verdict.not_evaluable
    if missing:
        console.print(
            f"\n未能判定 {len(missing)} 条规则（不算通过） / {len(missing)} rules could not be evaluated:",
            style="yellow",
        )
        for group in checked.untold:
            console.print(Text(inert(_untold(group)), "dim"))
    passed = sum(1 for c in verdict.counts if c.passed and not c.failed)
    console.print(
        f"\n{len(verdict.findings)} 项问题；{passed} 条规则通过。"
        f" / Findings: {len(verdict.findings)}; rules passed: {passed}."
    )


def _untold(group: list[RuleCount]) -> str:
    """One line for all the rules that lack the same thing."""
    ids = "、".join(count.rule for count in group)
    return f"  {group[0].reason_zh} / {group[0].reason_en}：{ids}"
