"""`jixiao trace`: one published figure down to the cells it was made of, read again from the files that were kept."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Any

from rich.text import Text
from rich.tree import Tree

from contracts.errors import UsageError
from contracts.figure import Source
from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.reader import Reader
from flows.settings import Settings
from transforms.book import Book, column_index
from warehouse.home import Home
from warehouse.stored import StoredFigure

CELL = re.compile(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")
SHOWN = 40
WIDEST = 32_000  # characters; a cell of a workbook holds no more


def trace_figure(figure_id: str, folder: Path | None, *, as_json: bool) -> None:
    """Print the current version of `figure_id`, its parts and its cells."""
    with Home.look(folder or _only_home(Settings.of_environment().var)) as home:
        versions = home.find_figure(figure_id)
        if not versions:
            near = difflib.get_close_matches(figure_id, [f.figure_id for f in home.figures()], 5, 0.4)
            hint = f"；相近的有：{'、'.join(near)}" if near else ""
            hint_en = f"; near to it: {', '.join(near)}" if near else ""
            raise UsageError(f"没有编号为 {figure_id} 的数字{hint}", f"there is no figure {figure_id}{hint_en}")
        current = versions[-1]
        parts = {f.figure_id: f for f in home.figures() if f.figure_id in current.parts}
        with Settings.of_environment().reader() as reader:
            cells = {source: _texts(home, reader, source) for source in current.sources}
    if as_json:
        print_json(_as_json(current, len(versions), cells))
    else:
        _print(current, len(versions), parts, cells)


def _only_home(var: Path) -> Path:
    homes = sorted(p.parent for p in var.glob("*/warehouse.db"))
    if len(homes) == 1:
        return homes[0]
    found = "、".join(str(h) for h in homes) or "没有"
    raise UsageError(
        f"请用 --home 指定数据目录（{var} 下：{found}）",
        f"say which home with --home (under {var}: {', '.join(map(str, homes)) or 'none'})",
    )


def _texts(home: Home, reader: Reader, source: Source) -> list[tuple[str, str | None]]:
    """Each cell of a source with what stands in it, read again from the kept bytes (whose hash is checked)."""
    book = reader.read(home.landing.path(source.sha256), source.file).book
    return [] if book is None else [pair for area in source.cell.split(";") for pair in _area(book, source.sheet, area)]


def _area(book: Book, sheet_name: str, area: str) -> list[tuple[str, str | None]]:
    sheet = next((s for s in book.sheets if s.name == sheet_name), None)
    found = CELL.fullmatch(area)
    if sheet is None or found is None:
        return []
    letter, first, last_letter, last = found[1], int(found[2]), found[3] or found[1], int(found[4] or found[2])
    letters = [c for c in sheet.grid.columns if column_index(letter) <= column_index(c) <= column_index(last_letter)]
    rows = range(first, last + 1)
    return [(f"{c}{r}", sheet.grid[c][r - sheet.first_row]) for c in letters for r in rows]


def _as_json(figure: StoredFigure, versions: int, cells: dict[Source, list[tuple[str, str | None]]]) -> dict[str, Any]:
    return {
        "figure_id": figure.figure_id,
        "name": figure.name,
        "value": f"{figure.value:f}",
        "unit": figure.unit,
        "comparator": figure.comparator,
        "as_written": figure.as_written,
        "method": figure.method.value,
        "period": figure.period.label,
        "as_of": figure.as_of,
        "version": figure.version,
        "versions": versions,
        "recorded_from": figure.recorded_from.isoformat(),
        "parts": list(figure.parts),
        "sources": [
            {
                "submission": s.submission,
                "file": s.file,
                "sheet": s.sheet,
                "cell": s.cell,
                "sha256": s.sha256,
                "cells": [{"cell": a, "text": t} for a, t in texts],
            }
            for s, texts in cells.items()
        ],
    }


def _print(
    figure: StoredFigure,
    versions: int,
    parts: dict[str, StoredFigure],
    cells: dict[Source, list[tuple[str, str | None]]],
) -> None:
    head = Text(inert(f"{figure.name} "), "bold")
    head.append(inert(f"{figure.comparator} {figure.value:f} {figure.unit}"), "bold cyan")
    head.append(f"\n{figure.figure_id} · {figure.method.zh} · 时点 {figure.as_of or figure.period.label}", "dim")
    head.append(f" · 第{figure.version}版（共{versions}版），自 {figure.recorded_from.isoformat()} 起", "dim")
    tree = Tree(head)
    for part in figure.parts:
        other = parts.get(part)
        tree.add(Text(inert(f"由 {part}" + (f" = {other.value:f} {other.unit}" if other else ""))))
    for source, texts in cells.items():
        where = f"{source.sheet}!{source.cell}" if source.sheet else source.cell
        branch = tree.add(Text(inert(f"{source.file}  {where}"), "bold"))
        branch.add(Text(f"报送 {source.submission} · sha256 {source.sha256}", "dim"))
        for address, text in texts[:SHOWN]:
            branch.add(Text(inert(f"{address} = {text if text is not None else '（空）'}")))
        if len(texts) > SHOWN:
            more = f"…… 共 {len(texts)} 个单元格，全部见 --format json / {len(texts)} cells in all, see --format json"
            branch.add(Text(more, "dim"))
    # Rich cuts a tree to the console's width; half a hash is no hash. A narrow terminal wraps by itself.
    Console(highlight=False, width=WIDEST).print(tree, soft_wrap=True)
