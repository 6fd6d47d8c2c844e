"""`jixiao proof`: one file that proves a year's published figures again, on any machine with Python."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.commands.verify import home_of
from flows.settings import Settings
from warehouse.proof import write_proof


def make_proof(year: int, folder: Path | None, file: Path, *, as_json: bool) -> bool:
    """Write the proof, prove it once; whether everything matched."""
    settings = Settings.of_environment()
    proof = write_proof(home_of(folder, settings.var), year, file, database_url=settings.database())
    if as_json:
        checked, cannot = dict(sorted(proof.checked.items())), dict(sorted(proof.cannot.items()))
        print_json({"file": str(file), "checked": checked, "could_not": cannot, "wrong": proof.wrong})
        return not proof.wrong
    console = Console(highlight=False)
    for what, number in sorted(proof.checked.items()):
        console.print(Text(inert(f"核对 checked {number:>7}  {what}")), soft_wrap=True)
    for what, number in sorted(proof.cannot.items()):
        console.print(Text(inert(f"未能核对 could not {number:>3}  {what}"), "yellow"), soft_wrap=True)
    for told in proof.wrong:
        console.print(Text(inert(f"不符 does not match: {told}"), "bold red"), soft_wrap=True)
    console.print(
        Text(inert(f"已写出 {file}；在任何机器上 / written; on any machine: python3 prove.py {file.name}")),
        soft_wrap=True,
    )
    return not proof.wrong
