"""`jixiao verify`: whether everything a home keeps is still what its ledger says it is; what is not, by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from contracts.errors import UsageError
from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.settings import Settings
from warehouse.discrepancies import Discrepancy, Verification
from warehouse.place import homes_under
from warehouse.verification import verify

_FILES: Final = {"landing": "收到的文件", "registers": "数据登记文件", "published": "公布的文件"}


def verify_home(folder: Path | None, head: str, *, as_json: bool) -> bool:
    """Print what was looked at and what does not match; whether everything holds."""
    settings = Settings.of_environment()
    home = home_of(folder, settings.var)
    found = verify(home, head=head, database_url=settings.database())
    if as_json:
        print_json(record_of(home, found))
    else:
        print_verification(home, found)
    return found.holds


def home_of(told: Path | None, var: Path) -> Path:
    """The folder of a home: as told, that of a pack's name, or the only one there is."""
    if told is None:
        homes = homes_under(var)
        if len(homes) == 1:
            return homes[0]
        zh = f"请指明数据目录（{var} 下：{'、'.join(map(str, homes)) or '没有'}）"
        raise UsageError(zh, f"say which home (under {var}: {', '.join(map(str, homes)) or 'none'})")
    return var / told.resolve().name if (told / "pack.toml").is_file() else told


def record_of(home: Path, found: Verification) -> dict[str, Any]:
    return {
        "home": str(home),
        "holds": found.holds,
        "head": None if found.head is None else {"sequence": found.head[0], "hash": found.head[1]},
        "checked": dict(sorted(found.checked.items())),
        "discrepancies": [d.told() for d in found.discrepancies],
        "unsealed": [d.told() for d in found.unsealed],
        "left": found.left,
    }


def print_verification(home: Path, found: Verification) -> None:
    console = Console(highlight=False)
    table = Table("核对 checked", "数量 count", title=Text(inert(f"{home}"), "bold"), title_justify="left")
    for name, count in sorted(found.checked.items(), key=lambda told: (told[0] in _FILES, told[0])):
        table.add_row(f"{_FILES[name]} {name}" if name in _FILES else name, str(count))
    console.print(table)
    _list(console, "未封存，无从查证 / nobody vouches for", found.unsealed, "yellow")
    for path in found.left:
        console.print(
            Text(inert(f"未完成的运行留下的文件 / left by a run that did not end: {path}"), "dim"), soft_wrap=True
        )
    _list(console, "不符 / does not match", found.discrepancies, "red")
    if found.head is not None:
        console.print(Text(f"台账 ledger {found.head[0]}:{found.head[1]}", "dim"), soft_wrap=True)
    if found.holds:
        console.print("全部相符 / everything matches")
    else:
        number = len(found.discrepancies)
        console.print(Text(f"{number} 处与台账不符 / {number} do not match the ledger", "bold red"))


def _list(console: Console, title: str, told: list[Discrepancy], style: str) -> None:
    for one in told:
        where = f"{one.which}" if one.which.startswith(f"{one.area}/") else f"{one.area} {one.which}"
        line = Text(f"{title}: ", style)
        line.append(inert(where.strip()), "bold")
        line.append(inert(f"\n  {one.zh}\n  {one.en}"))
        console.print(line, soft_wrap=True)
