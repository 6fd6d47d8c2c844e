"""`jixiao backup` and `jixiao restore`: a home into one file, while others work on it, and back."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.commands.verify import home_of, print_verification, record_of
from flows.settings import Settings
from warehouse.analyst import rebuild
from warehouse.backup import write_backup
from warehouse.restoring import restore_backup
from warehouse.verification import verify


def back_up(folder: Path | None, file: Path, *, as_json: bool) -> bool:
    """Write `file`; whether everything that the ledger names was there."""
    settings = Settings.of_environment()
    home = home_of(folder, settings.var)
    made = write_backup(home, file, database_url=settings.database())
    if as_json:
        about = {"file": str(file), "head": made.head, "revision": made.revision}
        print_json(about | {"rows": made.rows, "files": len(made.members), "missing": made.missing})
        return not made.missing
    console = Console(highlight=False)
    console.print(
        Text(
            inert(
                f"已备份 {home} 到 {file}：{sum(made.rows.values())} 行，{len(made.members)} 个文件\n"
                f"backed up: {sum(made.rows.values())} rows, {len(made.members)} files"
            )
        ),
        soft_wrap=True,
    )
    console.print(Text(f"台账 ledger {made.head}", "dim"), soft_wrap=True)
    for path in made.missing:
        console.print(Text(inert(f"缺失，未能备份 / missing, not in it: {path}"), "bold red"), soft_wrap=True)
    return not made.missing


def restore(file: Path, folder: Path, *, as_json: bool) -> bool:
    """Make the home, then verify it; whether everything holds."""
    url = Settings.of_environment().database()
    restore_backup(file, folder, database_url=url)
    rebuild(folder, url)
    found = verify(folder, database_url=url)
    if as_json:
        print_json(record_of(folder, found))
    else:
        print_verification(folder, found)
    return found.holds
