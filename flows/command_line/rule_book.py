"""What is promised: kinds of forms and their rules. Thin: each command asks a module of `flows.commands`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from flows.command_line import Catalogue, Format, FormatOption, PackArg, TriedHome, app

PANEL = "规则 what is promised"
command = partial(app.command, rich_help_panel=PANEL)


@command(epilog="示例: jixiao kinds --format json")
def kinds(format: FormatOption = Format.TEXT) -> None:
    """列出全部报表。 / Every kind of submission."""
    from flows.commands.catalogue import list_kinds

    list_kinds(as_json=format is Format.JSON)


class RuleBook(TyperGroup):
    """`jixiao rules`: a word that is none of its commands is a form or a rule to show."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """`jixiao rules NB-01` and `jixiao rules network_build` are `jixiao rules show …`."""
        known = args[0].startswith("-") or args[0] in self.commands
        return super().resolve_command(ctx, args if known else ["show", *args])


rules = typer.Typer(cls=RuleBook, invoke_without_command=True)
app.add_typer(
    rules, name="rules", rich_help_panel=PANEL, epilog="示例: jixiao rules --kind network_build\n\njixiao rules NB-04"
)


@rules.callback()
def rule_book(
    context: typer.Context,
    kind: Annotated[
        str | None, typer.Option("--kind", help="报表代码，省略则列出全部 / code of a kind", metavar="KIND")
    ] = None,
    format: Annotated[Catalogue, typer.Option("--format", help="输出格式 / output")] = Catalogue.TABLE,
) -> None:
    """规则目录：编号、级别、层级、内容、依据、正误示例。 / The rule book: severity, level, text, basis, examples."""
    if context.invoked_subcommand is None:
        from flows.commands.catalogue import list_rules

        list_rules(kind, format.value)
    context.obj = format


@rules.command("show", epilog="示例: jixiao rules show NB-04\n\njixiao rules network_build --format md")
def show_rules(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(help="规则编号或报表代码 / id of a rule or code of a kind", metavar="RULE-ID|KIND")
    ],
    format: Annotated[Catalogue | None, typer.Option("--format", help="输出格式 / output")] = None,
) -> None:
    """一条规则的全部内容，或一张报表的全部规则；show 可省略。 / One rule in full, or all of one form; "show" may be
    left out."""
    from flows.commands.catalogue import show

    show(what, (format or context.obj).value)


@rules.command(
    "test", epilog="示例: jixiao rules test examples/jiangxi-2020\n\njixiao rules test 我局2026 --home var/我局2026"
)
def prove_rules(
    pack: PackArg,
    home: TriedHome = None,
    kind: Annotated[str | None, typer.Option("--kind", help="只试这一报表 / only this kind", metavar="KIND")] = None,
    seed: Annotated[int, typer.Option("--seed", help="抽取改错的种子 / what is drawn by lot is drawn from this")] = 0,
    format: FormatOption = Format.TEXT,
) -> None:
    """把已接受的报送逐个数字改错再判定，报告哪些规则发现、哪些数字无人看管。退出码 1 表示有误报。
    / Accepted submissions made wrong one figure at a time: who notices, what nobody watches. Exit 1: false alarms."""
    from flows.commands.rules_test import try_rules

    raise typer.Exit(try_rules(pack, home, kind, seed, as_json=format is Format.JSON))


@rules.command(
    "backtest",
    epilog="示例: jixiao rules backtest examples/jiangxi-2020 --rule NB-09\n\n"
    "jixiao rules backtest 我局2026 --home var/我局2026 --rule NB-20 --rules-from 草案",
)
def backtest_rule(
    pack: PackArg,
    rule: Annotated[str, typer.Option("--rule", help="规则编号 / id of the rule", metavar="ID")],
    home: TriedHome = None,
    rules_from: Annotated[
        Path | None,
        typer.Option(
            "--rules-from", help="含新拟或修改的报表模块的文件夹 / folder of drafted kind modules", metavar="DIR"
        ),
    ] = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """一条规则用于全部往期报送：会退回哪些、要求说明哪些。
    / Which past submissions a rule would have returned or questioned."""
    from flows.commands.rules_backtest import backtest_rule as look_back

    look_back(pack, rule, home, rules_from, as_json=format is Format.JSON)
