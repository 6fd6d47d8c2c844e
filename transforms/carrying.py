"""A reading laid down in a folder by the process that read, and taken up by the one that asked.

Frames travel as Arrow files, everything else as JSON: whoever takes it up executes nothing of what it was given.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from contracts.finding import Cell, Finding, Severity, Suggestion
from transforms.book import Book, Reading, Sheet
from transforms.readers.shelf import map_frame, write_frame

_MANIFEST = "reading.json"
_FRAMES = ("grid", "types", "formulas")
_MAPPED_FROM = 32 * 1024 * 1024  # smaller frames are read; larger ones stay on disk and are mapped


def lay_down(reading: Reading, folder: Path) -> None:
    """Write `reading` into `folder`, which exists."""
    told: dict[str, Any] = {"book": None, "findings": [asdict(finding) for finding in reading.findings]}
    if reading.book is not None:
        sheets = [_lay_sheet(sheet, folder, number) for number, sheet in enumerate(reading.book.sheets)]
        told["book"] = {"name": reading.book.name, "type": reading.book.type, "sheets": sheets}
    (folder / _MANIFEST).write_text(json.dumps(told), encoding="utf-8", errors="surrogatepass")


def take_up(folder: Path) -> Reading:
    """The reading in `folder`, which may be removed then: what is mapped stays, where a system keeps open files."""
    told = json.loads((folder / _MANIFEST).read_text(encoding="utf-8", errors="surrogatepass"))
    findings = tuple(_finding(finding) for finding in told["findings"])
    if told["book"] is None:
        return Reading(None, findings)
    sheets = tuple(_take_sheet(sheet, folder, number) for number, sheet in enumerate(told["book"]["sheets"]))
    return Reading(Book(told["book"]["name"], told["book"]["type"], sheets), findings)


def _lay_sheet(sheet: Sheet, folder: Path, number: int) -> dict[str, Any]:
    for name in _FRAMES:
        frame: pl.DataFrame | None = getattr(sheet, name)
        if frame is not None:
            write_frame(frame, folder / f"{number}-{name}.arrow")
    plain = {key: value for key, value in vars(sheet).items() if key not in _FRAMES}
    return plain | {name: getattr(sheet, name) is not None for name in _FRAMES}


def _take_sheet(told: dict[str, Any], folder: Path, number: int) -> Sheet:
    frames = {name: _frame(folder / f"{number}-{name}.arrow") if told.pop(name) else None for name in _FRAMES}
    lists = {key: tuple(value) for key, value in told.items() if isinstance(value, list)}
    return Sheet(**told | lists, **frames)  # type: ignore[arg-type]


def _frame(path: Path) -> pl.DataFrame:
    if path.stat().st_size < _MAPPED_FROM:
        return pl.read_ipc(path)
    return map_frame(path)


def _finding(told: dict[str, Any]) -> Finding:
    cells = tuple(Cell(**cell) for cell in told.pop("cells"))
    rows = tuple(told.pop("rows"))
    suggestions = tuple(Suggestion(**one | {"cell": Cell(**one["cell"])}) for one in told.pop("suggestions"))
    return Finding(**told | {"severity": Severity(told["severity"])}, cells=cells, rows=rows, suggestions=suggestions)
