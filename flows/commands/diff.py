"""`jixiao diff`: what changed from one submission to another, and which published figures move by how much."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from contracts.errors import UsageError
from contracts.figure import Figure
from contracts.kind import discover_kinds
from flows.commands.console import Console, folded
from flows.commands.terminal import inert, print_json
from flows.commands.trace import only_home
from flows.differences import CellChange, Differences, RowChange, compare_submissions
from flows.homes import look
from flows.settings import Settings
from warehouse.comparison_of_submissions import Move
from warehouse.home import Home
from warehouse.stored import StoredSubmission


def diff_submissions(first: str, second: str, folder: Path | None, *, as_json: bool) -> None:
    """Print what differs between two submissions of one form, the first one's side first."""
    settings = Settings.of_environment()
    with look(folder or only_home(settings.var)) as home:
        before, after = _find(home, first), _find(home, second)
        if before.kind != after.kind:
            raise UsageError(
                f"{before.id} 是 {before.kind}，{after.id} 是 {after.kind}：只能比较同一种报表",
                f"{before.id} is {before.kind}, {after.id} is {after.kind}: both have to be the same form",
            )
        kinds = discover_kinds(settings.kind_folders())
        if before.kind not in kinds:
            raise UsageError(f"没有报表“{before.kind}”", f"there is no kind “{before.kind}”")
        with settings.reader() as reader:
            found = compare_submissions(home, kinds[before.kind], before, after, reader)
    if as_json:
        print_json(differences_json(found))
    else:
        _print(found)


def _find(home: Home, identity: str) -> StoredSubmission:
    known = {s.id: s for s in home.submissions()}
    if identity in known:
        return known[identity]
    near = difflib.get_close_matches(identity, known, 3, 0.6)
    zh, en = (f"；相近的有：{'、'.join(near)}", f"; near to it: {', '.join(near)}") if near else ("", "")
    raise UsageError(f"没有编号为 {identity} 的报送{zh}", f"there is no submission {identity}{en}")


def differences_json(found: Differences) -> dict[str, Any]:
    return {
        "before": _submission_json(found.before),
        "after": _submission_json(found.after),
        "matched_by": list(found.key),
        "cells": [vars(change) for change in found.cells],
        "rows_added": [vars(row) for row in found.added],
        "rows_removed": [vars(row) for row in found.removed],
        "figures": None if found.moves is None else [_move_json(move) for move in found.moves],
    }


def _submission_json(s: StoredSubmission) -> dict[str, Any]:
    told = {"submission": s.id, "file": s.file, "sha256": s.sha256, "filer": s.filer, "period": s.period.label}
    outcome = None if s.outcome is None else s.outcome.value
    return told | {"received_at": s.received_at.isoformat(), "outcome": outcome, "stands": s.stands}


def _move_json(move: Move) -> dict[str, Any]:
    return {
        "figure_id": move.figure_id,
        "name": move.name,
        "unit": move.unit,
        "derived": move.derived,
        "before": _figure_json(move.before),
        "after": _figure_json(move.after),
        "change": None if move.change is None else f"{move.change:f}",
    }


def _figure_json(figure: Figure | None) -> dict[str, str] | None:
    if figure is None:
        return None
    return {"comparator": figure.comparator, "value": f"{figure.value:f}", "as_written": figure.as_written}


def _print(found: Differences) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for mark, s in (("-", found.before), ("+", found.after)):
        outcome = s.outcome.zh if s.outcome else "未判定"
        state = "现行有效 stands" if s.stands else f"{outcome}，不是现行 does not stand"
        console.print(Text(inert(f"{mark} {s.id}  {s.file}  {s.received_at.isoformat()}  {state}"), "bold"))
    if found.before.sha256 == found.after.sha256:
        console.print("两个文件逐字节相同。 / The two files are the same bytes.")
    key = "、".join(found.key) or "行的次序 / their order"
    console.print(f"单元格 {len(found.cells)} 处不同（行按 {key} 对应） / cells that differ: {len(found.cells)}")
    if found.cells:
        console.print(_cells(found.cells))
    for heading, mark, rows in (
        ("新增的行 / rows added", "+", found.added),
        ("减少的行 / removed", "-", found.removed),
    ):
        if rows:
            console.print(f"{heading}: {len(rows)}", style="bold")
            for row in rows:
                console.print(Text(inert(f"  {mark} {_row(row)}")))
    _print_moves(console, found)


def _cells(changes: tuple[CellChange, ...]) -> Table:
    table = folded("行 row", "列 field", "单元格 cells", "原 before", "现 after")
    for c in changes:
        at = c.before_at if c.before_at == c.after_at else f"{c.before_at} → {c.after_at}"
        texts = (c.row, c.heading, at, _shown(c.before), _shown(c.after))
        table.add_row(*(Text(inert(text)) for text in texts))
    return table


def _row(row: RowChange) -> str:
    return f"第{row.number}行 row {row.number} {row.row}: " + "，".join(f"{n}={t}" for n, t in row.texts.items())


def _shown(text: str | None) -> str:
    return "（空）" if text is None else text


def _print_moves(console: Console, found: Differences) -> None:
    if found.moves is None:
        console.print("不是同一单位同一报告期的两次报送，不比较数字。 / Of another filer or period: no figure moves.")
        return
    without = [s.id for s in (found.before, found.after) if s.register is None]
    if without:
        console.print(
            f"{'、'.join(without)} 未被接受，没有数字。 / Not accepted, and without figures: {', '.join(without)}"
        )
    console.print(f"数字 {len(found.moves)} 个变动 / figures that move: {len(found.moves)}")
    if found.moves:
        table = folded("数字 figure", "名称 name", "原 before", "现 after", "变动 change")
        for move in found.moves:
            change = "—" if move.change is None else f"{move.change:+f}"
            texts = (move.figure_id, move.name, _value(move.before), _value(move.after), f"{change} {move.unit}")
            table.add_row(*(Text(inert(text)) for text in texts), style="bold" if move.derived else "")
        console.print(table)


def _value(figure: Figure | None) -> str:
    return "（无）" if figure is None else f"{figure.comparator} {figure.value:f}"
