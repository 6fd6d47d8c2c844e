"""Findings and accounts as they are read on a terminal; whatever a filer wrote in them is inert."""

from __future__ import annotations

from rich.text import Text

from contracts.finding import Finding
from contracts.table import Account
from flows.commands.terminal import inert

MARK = {"强制": "✗", "准强制": "✗", "核实": "?", "提示": "·"}


def finding_text(finding: Finding, name: str) -> Text:
    """A finding as it is read; whatever a filer wrote in it is inert, markup and control characters alike."""
    where = "、".join(c.where for c in finding.cells) or name
    mark = f"\n{MARK[finding.severity.value]} {finding.severity.value} "
    line = Text(mark, "bold red" if finding.blocks else "bold yellow")
    line.append(inert(f"{finding.rule}  {where}\n"), "bold")
    line.append(inert(f"  {finding.message_zh}\n  {finding.message_en}\n"), "")
    line.append(inert(f"  {expected_text(finding)}\n"), "dim")
    for suggestion in suggestion_texts(finding):
        line.append(inert(f"  {suggestion}\n"), "cyan")
    line.append(inert(f"  依据 basis: {finding.basis}"), "dim")
    if finding.waived_by:
        line.append(inert(f"\n  已豁免 waived: {finding.waived_by}"), "dim")
    if finding.explained_by:
        line.append(inert(f"\n  已说明 explained: {finding.explained_by}"), "dim")
    return line


def expected_text(finding: Finding) -> str:
    """What would have been right, and where: in a broken sum it is one cell's value, if the others are right."""
    cell = finding.expected_in
    if cell is None:
        return f"应为 expected: {finding.expected}"
    total = (cell.field or "").startswith("total_")
    zh, en = (f"合计（{cell.where}）", f"the total in {cell.where}") if total else (cell.where, cell.where)
    given = ("若其余数正确，", " if the other figures are right") if finding.expected_if_rest_is_right else ("", "")
    return f"{given[0]}{zh}应为 {finding.expected} / expected in {en}{given[1]}: {finding.expected}"


def suggestion_texts(finding: Finding) -> list[str]:
    """What the filer may have meant, one line each; a guess to look at, and nothing that was done."""
    return [
        f"建议：{s.cell.where} 可能应为 {s.proposed}（{s.zh}） / {s.cell.where} may have to be {s.proposed} ({s.en})"
        for s in finding.suggestions
    ]


def reconciled(account: Account) -> str:
    """The account of a file's cells in one line of each language."""
    used = "、".join(sheet.name for sheet in account.sheets if sheet.used and sheet.name)
    where = f"工作表 {used}；" if used else ""
    return (
        f"{where}非空单元格 {account.nonempty} = 使用 {account.used} + 注明忽略 {account.ignored_cells}"
        f" + 列入问题 {account.found}\n"
        f"filled cells {account.nonempty} = used {account.used} + named as ignored {account.ignored_cells}"
        f" + found {account.found}"
    )
