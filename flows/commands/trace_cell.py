"""`jixiao trace --cell`: one cell up to every published figure it feeds, of now and of before."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from rich.text import Text

from contracts.errors import UsageError
from flows.commands.console import Console, folded
from flows.commands.terminal import inert, print_json
from flows.commands.trace import only_home
from flows.homes import look
from flows.settings import Settings
from warehouse.home import Home
from warehouse.stored import StoredSubmission
from warehouse.uses import Use, uses_of


def trace_cell(place: str, folder: Path | None, *, as_json: bool) -> None:
    """Print every figure that `place` (SUBMISSION!B5 or SUBMISSION!SHEET!B5) feeds, at every level."""
    identity, sheet, cell = _parted(place)
    with look(folder or only_home(Settings.of_environment().var)) as home:
        submission = _find(home, identity)
        _check_sheet(submission, sheet)
        uses = uses_of(home, identity, cell, sheet)
    if as_json:
        print_json(_as_json(submission, sheet, cell, uses))
    else:
        _print(submission, sheet, cell, uses)


def _parted(place: str) -> tuple[str, str | None, str]:
    identity, _, rest = place.partition("!")
    sheet, _, cell = rest.rpartition("!")
    if not identity or not cell:
        raise UsageError(
            f"“{place}”应为 报送编号!单元格 或 报送编号!工作表!单元格",
            f"“{place}” should be SUBMISSION!CELL or SUBMISSION!SHEET!CELL",
        )
    return identity, sheet or None, cell


def _find(home: Home, identity: str) -> StoredSubmission:
    submissions = {s.id: s for s in home.submissions()}
    if identity in submissions:
        return submissions[identity]
    near = difflib.get_close_matches(identity, submissions, 3, 0.6)
    zh, en = (f"；相近的有：{'、'.join(near)}", f"; near to it: {', '.join(near)}") if near else ("", "")
    raise UsageError(f"没有编号为 {identity} 的报送{zh}", f"there is no submission {identity}{en}")


def _check_sheet(submission: StoredSubmission, sheet: str | None) -> None:
    """A sheet that the file does not have feeds nothing either, and would pass for one that nobody uses."""
    there = [s.name for s in submission.account.sheets] if submission.account else []
    if sheet is not None and there and sheet not in there:
        raise UsageError(
            f"{submission.file} 没有工作表“{sheet}”；有：{'、'.join(there)}",
            f"{submission.file} has no sheet “{sheet}”; there are: {', '.join(there)}",
        )


def _as_json(submission: StoredSubmission, sheet: str | None, cell: str, uses: list[Use]) -> dict[str, Any]:
    return {
        "submission": submission.id,
        "file": submission.file,
        "sha256": submission.sha256,
        "sheet": sheet,
        "cell": cell,
        "figures": [
            {
                "figure_id": use.figure.figure_id,
                "name": use.figure.name,
                "level": use.level,
                "version": use.figure.version,
                "current": use.current,
                "value": f"{use.figure.value:f}",
                "unit": use.figure.unit,
                "comparator": use.figure.comparator,
                "method": use.figure.method.value,
                "recorded_from": use.figure.recorded_from.isoformat(),
                "recorded_to": use.figure.recorded_to.isoformat() if use.figure.recorded_to else None,
            }
            for use in uses
        ],
    }


def _print(submission: StoredSubmission, sheet: str | None, cell: str, uses: list[Use]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    where = f"{sheet}!{cell}" if sheet else cell
    now = sum(use.current for use in uses)
    console.print(Text(inert(f"{submission.file}  {where}"), "bold"))
    console.print(Text(inert(f"报送 {submission.id} · sha256 {submission.sha256}"), "dim"))
    if not uses:
        console.print("没有数字取自这个单元格。 / No figure was made of this cell.")
        return
    console.print(
        f"现行数字 {now} 个，以往版本 {len(uses) - now} 个 / figures now: {now}, past versions: {len(uses) - now}"
    )
    table = folded("层级 level", "数字 figure", "数值 value", "取得方式 method", "版本 version", "状态 state")
    for use in uses:
        figure = use.figure
        until = f"至 {figure.recorded_to.isoformat()} / past" if figure.recorded_to else "现行 / current"
        value = f"{figure.comparator} {figure.value:f} {figure.unit}"
        style = "" if use.current else "dim"
        texts = (str(use.level), figure.figure_id, value, figure.method.zh, str(figure.version), until)
        table.add_row(*(Text(inert(text)) for text in texts), style=style)
    console.print(table)
