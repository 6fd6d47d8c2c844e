"""What the commands of `jixiao` share: the group they belong to, and the arguments and options that several take.

Heavy libraries are imported by the command that needs them, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from flows.commands.usage import no_such_command

PROGRAM = "jixiao"


class EnoughRead(Exception):
    """Whoever read our output has closed it: `jixiao read FILE --rows | head`."""


class Commands(TyperGroup):
    """All of them. Typer itself would end with status 1 where a reader has had enough of what we print."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise no_such_command(ctx, args[0], self.commands)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError as error:
            raise EnoughRead from error


app = typer.Typer(
    name=PROGRAM,
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="绩效 jixiao：从报送文件到可追溯的年度绩效总结。\n\n"
    "From filed forms to an annual summary in which every figure leads back to its cell.",
    epilog="示例 example: [bold]jixiao run examples/jiangxi-2020[/bold]",
)


def _say_version(asked: bool) -> None:
    if asked:
        from flows.commands.version import version_line

        print(version_line())
        raise typer.Exit


@app.callback()
def commands(
    version: Annotated[
        bool,
        typer.Option("--version", help="显示版本 / the version", is_eager=True, callback=_say_version),
    ] = False,
) -> None:
    """What may stand before a command."""


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


class Report(StrEnum):
    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"


class Catalogue(StrEnum):
    TABLE = "table"
    MD = "md"
    JSON = "json"


class Due(StrEnum):
    TEXT = "text"
    JSON = "json"
    ICS = "ics"


class Days(StrEnum):
    TEXT = "text"
    CSV = "csv"
    JSON = "json"
    ICS = "ics"


class Answers(StrEnum):
    TABLE = "table"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSON = "json"


PackArg = Annotated[Path, typer.Argument(help="数据包文件夹 / folder of a pack", metavar="PACK")]
HomeOption = Annotated[
    Path | None, typer.Option("--home", help="数据目录，默认 var/<数据包名> / home folder", metavar="DIR")
]
FormatOption = Annotated[Format, typer.Option("--format", help="输出格式 / output")]
TriedHome = Annotated[
    Path | None,
    typer.Option("--home", help="数据目录，省略则临时处理数据包 / a home; default: the pack run for it", metavar="DIR"),
]
KindArg = Annotated[str, typer.Argument(help="报表代码，见 jixiao kinds / code of a kind", metavar="KIND")]
