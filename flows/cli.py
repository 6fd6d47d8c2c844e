"""The command line: `jixiao`. Runs a command, and sees to it that every end has the right status and one message.

0 done and nothing blocks; 1 `check` returned the file, or part of it, `read` could not read it, `rules test` found a
rule that would return an accepted file, or `verify` or `audit` something that does not hold; 2 misuse or our own fault.
The commands themselves stand in `flows.command_line`, in the order in which they are named here.
"""

from __future__ import annotations

import io
import os
import sys
from typing import NoReturn

import typer

from contracts.errors import JixiaoError
from flows.command_line import PROGRAM, EnoughRead, app
from flows.commands.usage import Misuse, Unreadable, misuse

# Commands belong to `app` once their module is imported; `--help` lists them in this order.
from flows.command_line import filing, days, asking, rule_book, keeping  # isort: skip

__all__ = ["app", "asking", "days", "filing", "keeping", "main", "rule_book"]


def main() -> NoReturn:
    """Run the command line; every fault of ours ends here as one message in both languages and status 2."""
    from flows.commands.terminal import inert
    from flows.settings import quiet_dependencies

    quiet_dependencies()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no ✗ (GBK, say) is told \u2717; that is no reason to end.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(_run(sys.argv[1:]))
    except SystemExit as ended:
        # Rich, with which Typer prints help, ends with 1 where the reader has had enough.
        sys.exit(0 if isinstance(ended.__context__, BrokenPipeError) else ended.code)
    except JixiaoError as error:
        usage = f"\n{error.usage}" if isinstance(error, Misuse) else ""
        print(inert(f"错误：{error.zh}\nerror: {error.en}{usage}"), file=sys.stderr)
        sys.exit(error.exit_status)
    except EnoughRead:
        # What is still buffered has no reader either: Python would try to write it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # the last door: no traceback reaches a user, and none is lost
        _leave_report(error)
        sys.exit(2)


def _run(arguments: list[str]) -> int:
    """Run the command that they name, and say the status it ends with. Raises `Misuse` where they cannot be read."""
    try:
        status = app(arguments, prog_name=PROGRAM, standalone_mode=False)
    except Unreadable as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # help was printed, and nothing done
            return 2
        raise misuse(error, typer.main.get_command(app), arguments) from error
    except typer.Abort:
        return 1
    return status if isinstance(status, int) else 0


def _leave_report(error: Exception) -> None:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="jixiao-", suffix=".log", delete=False, encoding="utf-8") as log:
        traceback.print_exception(error, file=log)
    print(
        f"错误：程序内部故障（{type(error).__name__}），详情已写入 {log.name}，请连同该文件报告。\n"
        f"error: a fault of ours ({type(error).__name__}); details are in {log.name}, please report it with that file.",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
