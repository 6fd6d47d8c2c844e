"""`jixiao audit`: all checks over a home and all it keeps against its ledger; what does not hold, by its name."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from contracts.kind import discover_kinds
from contracts.obligations import ZONE
from flows.auditing import Audit, audit_home, home_of, publish_audit
from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.homes import look
from flows.settings import Settings
from warehouse.data_docs import PLACES
from warehouse.home import Home

SHOWN = 20


def audit_pack_or_home(told: Path, *, publishes: bool, as_json: bool) -> bool:
    """Print what was found in the home that is told, or that of the pack that is; whether everything holds.

    publishes: whether the page of the checks is rewritten and the audit noted, as the nightly flow does.
    """
    began = datetime.now(ZONE)
    settings = Settings.of_environment()
    folder, kinds = home_of(told, settings), discover_kinds(settings.kind_folders())
    with look(folder) as home:
        found = audit_home(home, kinds, settings.database())
        bureau, title = home.bureau, home.title
    if publishes:
        with Home.open(folder, bureau=bureau, title=title, database_url=settings.database()) as home:
            publish_audit(home, found, "", began, lambda: datetime.now(ZONE))
    if as_json:
        print_json(_record(folder, found))
    else:
        _print(folder, found, title)
    return found.holds


def _record(folder: Path, found: Audit) -> dict[str, Any]:
    return {"home": str(folder), "holds": found.holds, "head": found.head, **found.record()}


def _print(folder: Path, found: Audit, title: str) -> None:
    console = Console(highlight=False)
    grid = Table(title=Text(inert(f"{title} {folder}"), "bold"), title_justify="left")
    for heading, justify in (("检查 checks of", "left"), ("项 checks", "right"), ("查看 looked at", "right")):
        grid.add_column(heading, justify="right" if justify == "right" else "left")
    grid.add_column("不成立 broken", justify="right")
    for place in sorted({check.place for check in found.checks.checks}, key=lambda p: (p in PLACES, p)):
        of = [check for check in found.checks.checks if check.place == place]
        broken = sum(check.broken > 0 for check in of)
        name = PLACES[place][0] if place in PLACES else place
        seen = max(check.looked_at for check in of)
        grid.add_row(name, str(len(of)), str(seen), Text(str(broken), "bold red" if broken else ""))
    console.print(grid)
    for name, zh, en in found.checks.failures:
        _tell(console, name, zh, en)
    for one in found.mismatches[:SHOWN]:
        _tell(console, f"{one.area} {one.which}", one.zh, one.en)
    if len(found.mismatches) > SHOWN:
        more = len(found.mismatches) - SHOWN
        console.print(f"另有 {more} 处与台账不符，见 jixiao verify / {more} more, see jixiao verify")
    if found.checks.untested:
        number = len(found.checks.untested)
        console.print(Text(f"{number} 项因此未检查 / {number} were not tested because of that", "yellow"))
    if found.absent:
        number = len(found.absent)
        console.print(f"到期未报 {number} 项（jixiao due） / due and absent: {number}")
    _conclude(console, found)


def _tell(console: Console, name: str, zh: str, en: str) -> None:
    line = Text(inert(name), "bold red")
    line.append(inert(f" {zh}"), "default")
    console.print(line, soft_wrap=True)
    console.print(Text(inert(f"  {en}"), "dim"), soft_wrap=True)


def _conclude(console: Console, found: Audit) -> None:
    if found.holds:
        console.print(f"{found.checks.evaluated} 项检查全部成立，与台账相符 / all checks hold, everything matches")
        return
    broken = sum(check.broken > 0 for check in found.checks.checks)
    said = f"{broken} 项检查不成立，{len(found.mismatches)} 处与台账不符"
    console.print(
        Text(f"{said} / {broken} checks do not hold, {len(found.mismatches)} things do not match", "bold red")
    )
