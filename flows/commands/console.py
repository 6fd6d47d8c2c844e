"""The terminal as Rich writes to it, for every command that prints more than a line."""

from __future__ import annotations

import rich.console


class Console(rich.console.Console):
    """Rich's own would end with status 1 where a reader has had enough of what we print: `jixiao rules | head`."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError
