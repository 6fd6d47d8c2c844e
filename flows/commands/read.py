"""`jixiao read`: what is understood of a file before any contract is held against it; nothing is stored or judged.

It is what an engineer looks at when adding a kind: sheets, tables, headings, types, and the account of every cell.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from rich.text import Text

from contracts.finding import Finding
from contracts.masking import is_personal_heading, masked, masked_prose, prose_of
from contracts.table import SheetAccount
from flows.commands.console import Console
from flows.commands.telling import finding_text, reconciled
from flows.commands.terminal import inert, one_line, print_json, snapshot
from flows.settings import Settings
from transforms.understanding import SeenTable, TableCell, Understanding, understand

_TYPES_SHOWN = 3


def read_file(file: Path, *, as_json: bool, rows: bool) -> int:
    """Print what `file` holds: its understanding, or with `rows` every row of data. The exit status: 1 unreadable."""
    with Settings.of_environment().reader() as reader, snapshot(file) as (copy, sha256):
        reader.start()
        reading = reader.read(copy, file.name)
    seen = understand(reading.book) if reading.book else None
    findings = tuple(map(prose_of, (*reading.findings, *(seen.findings if seen else ()))))
    if rows and seen is not None:
        _print_rows(seen)
    if rows:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        for finding in findings:
            console.print(finding_text(finding, file.name))
    elif as_json:
        print_json(_as_json(file.name, sha256, seen, findings))
    else:
        _print(file.name, sha256, seen, findings)
    return 0 if seen is not None else 1


def _print_rows(seen: Understanding) -> None:
    """One line of JSON a row; written, not collected: a register may have millions."""
    for tables in seen.tables:
        for table in tables:
            for number, cells in table.cells():
                line = {"sheet": table.sheet.name, "row": number, "cells": [_cell(cell) for cell in cells]}
                sys.stdout.write(inert(json.dumps(line, ensure_ascii=False)) + "\n")


def _cell(cell: TableCell) -> dict[str, str]:
    """A cell as it is shown: no contract says here what is personal, but its heading or the text itself may."""
    mask = masked if _says_personal(cell.heading) else masked_prose
    return vars(cell) | {"text": mask(cell.text)}


_says_personal = cache(is_personal_heading)


def _as_json(name: str, sha256: str, seen: Understanding | None, findings: tuple[Finding, ...]) -> dict[str, Any]:
    account = seen.account if seen else None
    nothing = {"nonempty": 0, "used": 0, "ignored": 0, "found": 0}
    return {
        "file": name,
        "sha256": sha256,
        "type": account.type if account else None,
        "encoding": account.encoding if account else None,
        "delimiter": seen.book.delimiter if seen else None,
        "sheets": [_sheet(s, t) for s, t in zip(account.sheets, seen.tables, strict=True)] if account and seen else [],
        "rows": account.rows if account else {},
        "cells": account.record()["cells"] if account else nothing,
        "ignored": [vars(area) for area in account.ignored] if account else [],
        "findings": [finding.record(name) for finding in findings],
    }


def _sheet(account: SheetAccount, tables: tuple[SeenTable, ...]) -> dict[str, Any]:
    return {
        "name": account.name,
        "hidden": account.hidden,
        "used": account.used,
        "reason": f"{account.reason_zh} / {account.reason_en}" if account.reason_zh else None,
        "rows": account.rows,
        "cells": account.cells,
        "tables": [
            {
                "range": table.area,
                "headings": list(table.columns.values()) if table.found.block else [],
                "rows": table.rows,
                "totals": table.totals,
                "columns": [
                    {"column": letter, "heading": heading, "types": table.types[letter] if table.types else None}
                    for letter, heading in table.columns.items()
                ],
            }
            for table in tables
        ],
    }


def _print(name: str, sha256: str, seen: Understanding | None, findings: tuple[Finding, ...]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    head = Text(one_line(name), "bold")
    if seen is None:
        head.append("  无法读取 / unreadable", "bold red")
    else:
        head.append(f"  {seen.book.type}")
        if seen.book.encoding:
            mark = {"\t": "\\t"}.get(seen.book.delimiter or "", seen.book.delimiter)
            head.append(f" · 编码 encoding {seen.book.encoding}")
            head.append(f" · 分隔符 delimiter {mark}" if mark else "")
    head.append(f"\nSHA-256 {sha256}", "dim")
    console.print(head)
    if seen is not None:
        for account, tables in zip(seen.account.sheets, seen.tables, strict=True):
            console.print(_sheet_text(account, tables))
        console.print(Text("\n" + inert(reconciled(seen.account)), "dim"))
        for area in seen.account.ignored:
            where = f"{area.sheet}!{area.area}" if area.sheet else area.area
            console.print(Text(inert(f"  {where}  {area.cells}  {area.reason_zh} / {area.reason_en}"), "dim"))
    for finding in findings:
        console.print(finding_text(finding, name))
    console.print(f"\n{len(findings)} 项问题 / findings: {len(findings)}")


def _sheet_text(account: SheetAccount, tables: tuple[SeenTable, ...]) -> Text:
    text = Text()
    if account.name:
        text.append(f"\n工作表 sheet {inert(account.name)}", "bold")
    text.append("（隐藏 hidden）" if account.hidden else "", "yellow")
    text.append(f"  {account.reason_zh} / {account.reason_en}" if account.reason_zh else "", "dim")
    for table in tables:
        text.append(f"\n  表 table {table.area}", "bold cyan")
        text.append(f"  {table.rows} 行 rows")
        text.append(f"，{table.totals} 行合计 totals" if table.totals else "")
        for letter, heading in table.columns.items():
            text.append(f"\n    {letter:>3}  ", "dim")
            text.append(inert(heading) or "（无表头 no heading）", "" if heading else "yellow")
            text.append(_types_text(table, letter), "dim")
    return text


def _types_text(table: SeenTable, letter: str) -> str:
    if not table.types or not table.types[letter]:
        return ""
    counts = list(table.types[letter].items())
    more = " …" if len(counts) > _TYPES_SHOWN else ""
    return "  " + ", ".join(f"{kind} {count}" for kind, count in counts[:_TYPES_SHOWN]) + more
