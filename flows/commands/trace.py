"""`jixiao trace`: one published figure down to the cells it was made of, read again from the files that were kept."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.text import Text
from rich.tree import Tree

from contracts.errors import UsageError
from contracts.figure import Source
from contracts.masking import masked, masked_prose
from contracts.measure import Method
from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.homes import look
from flows.reader import Reader
from flows.settings import Settings
from transforms.book import Book, column_index
from warehouse.adjusted import Decided, as_filed, decisions
from warehouse.home import Home
from warehouse.place import homes_under
from warehouse.row_sets import RowSet, rows_behind
from warehouse.stored import StoredFigure

CELL = re.compile(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")
SHOWN = 40
ERASED = "（原件已清除 / the original was erased）"
WIDEST = 32_000  # characters; a cell of a workbook holds no more


def trace_figure(figure_id: str, folder: Path | None, *, as_json: bool) -> None:
    """Print the current version of `figure_id`, its parts and its cells."""
    with look(folder or only_home(Settings.of_environment().var)) as home:
        versions = home.find_figure(figure_id)
        if not versions:
            near = difflib.get_close_matches(figure_id, [f.figure_id for f in home.figures()], 5, 0.4)
            hint = f"；相近的有：{'、'.join(near)}" if near else ""
            hint_en = f"; near to it: {', '.join(near)}" if near else ""
            raise UsageError(f"没有编号为 {figure_id} 的数字{hint}", f"there is no figure {figure_id}{hint_en}")
        current = versions[-1]
        # An adjusted figure is made of the one that was filed, under the same name; others of what is known now.
        known = as_filed(home, {figure_id}).values() if current.method is Method.ADJUSTED else home.figures()
        parts = {f.figure_id: f for f in known if f.figure_id in current.parts}
        decided = decisions(home, [current]).get(figure_id, ())
        with Settings.of_environment().reader() as reader:
            cells = {source: _texts(home, reader, source) for source in current.sources}
        submissions = home.submissions()
        rows = {source: rows_behind(home, source, submissions) for source in current.sources}
    if as_json:
        print_json(_as_json(current, len(versions), cells, rows, decided))
    else:
        _print(current, len(versions), parts, cells, rows, decided)


def only_home(var: Path) -> Path:
    homes = homes_under(var)
    if len(homes) == 1:
        return homes[0]
    found = "、".join(str(h) for h in homes) or "没有"
    raise UsageError(
        f"请用 --home 指定数据目录（{var} 下：{found}）",
        f"say which home with --home (under {var}: {', '.join(map(str, homes)) or 'none'})",
    )


def _texts(home: Home, reader: Reader, source: Source) -> list[tuple[str, str | None]]:
    """Each cell of a source with what stands in it, read again from the kept bytes (whose hash is checked)."""
    if home.landing.erased(source.sha256) is not None:
        return [(area, ERASED) for area in source.cell.split(";")]
    book = reader.read(home.landing.path(source.sha256), source.file).book
    pairs = [pair for area in source.cell.split(";") for pair in _area(book, source.sheet, area)] if book else []
    hidden = _personal_letters(home, source)
    return [(at, text and (masked if at.rstrip("0123456789") in hidden else masked_prose)(text)) for at, text in pairs]


def _personal_letters(home: Home, source: Source) -> set[str]:
    """The columns of a source's file that its contract calls personal."""
    found = next(s for s in home.submissions() if s.id == source.submission)
    personal = {field.name for field in found.fields or () if field.personal}
    return {letter for name, letter in (found.columns or {}).items() if name in personal}


def _area(book: Book, sheet_name: str, area: str) -> list[tuple[str, str | None]]:
    sheet = next((s for s in book.sheets if s.name == sheet_name), None)
    found = CELL.fullmatch(area)
    if sheet is None or found is None:
        return []
    letter, first, last_letter, last = found[1], int(found[2]), found[3] or found[1], int(found[4] or found[2])
    letters = [c for c in sheet.grid.columns if column_index(letter) <= column_index(c) <= column_index(last_letter)]
    rows = range(first, last + 1)
    return [(f"{c}{r}", sheet.grid[c][r - sheet.first_row]) for c in letters for r in rows]


def _as_json(
    figure: StoredFigure,
    versions: int,
    cells: dict[Source, list[tuple[str, str | None]]],
    rows: dict[Source, RowSet | None],
    decided: Sequence[Decided],
) -> dict[str, Any]:
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
        "adjustments": [vars(one) | {"value": f"{one.value:f}"} for one in decided],
        "sources": [
            {
                "submission": s.submission,
                "file": s.file,
                "sheet": s.sheet,
                "cell": s.cell,
                "sha256": s.sha256,
                "cells": [{"cell": a, "text": t} for a, t in texts],
                "rows": _rows_json(rows[s]),
            }
            for s, texts in cells.items()
        ],
    }


def _rows_json(rows: RowSet | None) -> dict[str, Any] | None:
    """The set of rows that the cells stand in; `query` returns them, `proof` their count and hash."""
    if rows is None:
        return None
    return {
        "count": rows.count,
        "sha256": rows.sha256,
        "columns": list(rows.columns),
        "query": rows.query,
        "proof": rows.proof,
    }


def _print(
    figure: StoredFigure,
    versions: int,
    parts: dict[str, StoredFigure],
    cells: dict[Source, list[tuple[str, str | None]]],
    rows: dict[Source, RowSet | None],
    decided: Sequence[Decided],
) -> None:
    head = Text(inert(f"{figure.name} "), "bold")
    head.append(inert(f"{figure.comparator} {figure.value:f} {figure.unit}"), "bold cyan")
    head.append(f"\n{figure.figure_id} · {figure.method.zh} · 时点 {figure.as_of or figure.period.label}", "dim")
    head.append(f" · 第{figure.version}版（共{versions}版），自 {figure.recorded_from.isoformat()} 起", "dim")
    tree = Tree(head)
    for part in figure.parts:
        other = parts.get(part)
        how = "原报" if figure.method is Method.ADJUSTED else "由"
        tree.add(Text(inert(f"{how} {part}" + (f" = {other.value:f} {other.unit}" if other else ""))))
    for one in decided:
        change = f"{one.figure_id} {one.filed} → {one.value:f} {one.unit}"
        tree.add(Text(inert(f"人工调整 adjusted: {change}  {one.told}"), "yellow"))
    for source, texts in cells.items():
        where = f"{source.sheet}!{source.cell}" if source.sheet else source.cell
        branch = tree.add(Text(inert(f"{source.file}  {where}"), "bold"))
        branch.add(Text(f"报送 {source.submission} · sha256 {source.sha256}", "dim"))
        for address, text in texts[:SHOWN]:
            branch.add(Text(inert(f"{address} = {text if text is not None else '（空）'}")))
        if len(texts) > SHOWN:
            more = f"…… 共 {len(texts)} 个单元格，全部见 --format json / {len(texts)} cells in all, see --format json"
            branch.add(Text(more, "dim"))
        found = rows[source]
        if found is not None and found.count > 1:
            branch.add(Text(inert(f"{found.count} 行 / rows · sha256 {found.sha256}\n{found.query}"), "dim"))
    # Rich cuts a tree to the console's width; half a hash is no hash. A narrow terminal wraps by itself.
    Console(highlight=False, width=WIDEST).print(tree, soft_wrap=True)
