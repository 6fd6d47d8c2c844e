"""`jixiao rules backtest`: which past submissions a rule would have returned or questioned."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from rich.table import Column
from rich.table import Table as Grid
from rich.text import Text

from contracts.errors import UsageError
from contracts.finding import Outcome, Severity
from contracts.kind import Kind, load_kinds
from contracts.rule import Rule
from flows.backtesting import Answer, Past, backtest
from flows.batch import load_pack
from flows.commands.console import Console
from flows.commands.run import shown
from flows.commands.terminal import inert, print_json
from flows.rehearsal import home_to_try
from flows.settings import Settings

CELLS = 5
WOULD = {
    Severity.MUST: ("会被退回", "would be returned"),
    Severity.WAIVABLE: ("会被退回（可豁免）", "would be returned unless waived"),
    Severity.EXPLAIN: ("须说明", "would have to be explained"),
    Severity.NOTE: ("会有提示", "would be noted"),
}


def backtest_rule(folder: Path, rule_id: str, home: Path | None, drafts: Path | None, *, as_json: bool) -> None:
    """Put one rule to every stored submission of its form and print what it says of each.

    drafts: a folder of kind modules; a form in it stands in for the one of the same code that is in use.
    """
    settings = Settings.of_environment()
    pack = load_pack(folder, settings)
    kinds = dict(pack.kinds) | (load_kinds(drafts) if drafts else {})
    kind, rule = _find(kinds, rule_id)
    with (
        shown("回溯 looking back", quiet=as_json),
        settings.reader() as reader,
        home_to_try(pack, home, reader) as opened,
    ):
        past = backtest(pack, opened, reader, kind, rule.id)
    if as_json:
        print_json(_as_json(kind, rule, past))
    else:
        _print(kind, rule, past)


def _find(kinds: dict[str, Kind], rule_id: str) -> tuple[Kind, Rule]:
    """The rule and its form. Raises UsageError for an id that no form has, naming those that begin alike."""
    rules = {rule.id: (kind, rule) for kind in kinds.values() for rule in kind.rules}
    if rule_id in rules:
        return rules[rule_id]
    alike = [i for i in rules if i.split("-")[0] == rule_id.upper().split("-")[0]] or list(kinds)
    raise UsageError(
        f"没有规则“{rule_id}”；有：{'、'.join(alike)}（全部见 jixiao rules）",
        f"there is no rule “{rule_id}”; there are: {', '.join(alike)} (all of them: jixiao rules)",
    )


def _as_json(kind: Kind, rule: Rule, past: list[Past]) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "kind": kind.code,
        "severity": rule.severity.value,
        "submissions": [
            {
                "submission": p.submission.id,
                "file": p.submission.file,
                "filer": p.submission.filer,
                "period": p.submission.period.label,
                "version": p.submission.version,
                "verdict": p.outcome.value if p.outcome else None,
                "answer": p.answer.value,
                "waived": p.waived,
                "findings": p.findings,
                "cells": [
                    {"file": c.file or p.submission.file, "sheet": c.sheet, "cell": c.address, "text": c.text}
                    for c in p.cells
                ],
                "reason_zh": p.reason_zh,
                "reason_en": p.reason_en,
            }
            for p in past
        ],
        "summary": _counts(past) | {"newly": len(_newly(past))},
    }


def _counts(past: list[Past]) -> dict[str, int]:
    counted = Counter(p.answer for p in past)
    return {answer.value: counted[answer] for answer in Answer}


def _newly(past: list[Past]) -> list[Past]:
    """What was accepted whole and would not have gone through without a word."""
    return [p for p in past if p.answer is Answer.FAIL and p.outcome is Outcome.ACCEPTED and not p.waived]


def _print(kind: Kind, rule: Rule, past: list[Past]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(f"{rule.id} {rule.severity.value} · {kind.title_zh} {kind.code}：{rule.title_zh}", "bold"))
    console.print(Text(rule.title_en, "dim"))
    if not past:
        console.print(Text(f"没有可回溯的报送：尚无人报送《{kind.title_zh}》（{kind.code}）。", "bold"))
        console.print(Text(f"Nothing to look back on: no {kind.title_en} ({kind.code}) was filed here."))
        return
    grid = Grid(
        Column("编号 submission", no_wrap=True), "填报单位", Column("报告期", no_wrap=True), "版", "当时结论",
        Column("该规则 answer", no_wrap=True), Column("单元格 cells", overflow="fold"),
    )  # fmt: skip
    for p in past:
        then = p.outcome.zh if p.outcome else "—"
        said = f"{p.answer.zh} {p.answer.value}" + ("（已豁免 waived）" if p.waived else "")
        style = {Answer.FAIL: "bold red", Answer.UNKNOWN: "yellow"}.get(p.answer, "")
        s = p.submission
        grid.add_row(
            s.id, Text(inert(s.filer)), s.period.label, str(s.version), then, Text(said, style), Text(inert(_where(p)))
        )
    console.print(grid)
    told = "，".join(f"{answer.zh} {n}" for answer in Answer if (n := _counts(past)[answer.value]))
    zh, en = WOULD[rule.severity]
    failed, newly = _counts(past)["fail"], len(_newly(past))
    console.print(Text(f"{len(past)} 件报送：{told or '无'}。其中 {newly} 件当时接受、按此规则{zh}。", "bold"))
    console.print(Text(f"{len(past)} submissions, {failed} fail; {newly} of them were accepted and {en}."))


def _where(past: Past) -> str:
    if past.answer is Answer.UNKNOWN:
        return f"{past.reason_zh} / {past.reason_en}"
    more = f" … 共 {len(past.cells)}" if len(past.cells) > CELLS else ""
    return "、".join(cell.where for cell in past.cells[:CELLS]) + more
