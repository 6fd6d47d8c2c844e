"""The terminal as Rich writes to it, for every command that prints more than a line."""

from __future__ import annotations

import rich.console
from rich.table import Table


class Console(rich.console.Console):
    """Rich's own would end with status 1 where a reader has had enough of what we print: `jixiao rules | head`."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def folded(*headings: str) -> Table:
    """A table that breaks what is too wide for the console into lines: an identifier cut short names nothing."""
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
