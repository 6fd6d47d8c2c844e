"""The command line: `jixiao`. Thin: each command asks a module, prints what it says, and ends with the right status.

0 done and nothing blocks; 1 `check` returned the file, or part of it, `read` could not read it, or `rules test` found
a rule that would return an accepted file; 2 misuse or our own fault. Heavy libraries are imported by the command that
needs them, so that `--help` answers at once.
"""

from __future__ import annotations

import io
import os
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from contracts.errors import JixiaoError
from flows.commands.usage import Misuse, Unreadable, misuse, no_such_command

PROGRAM = "jixiao"


class _EnoughRead(Exception):
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
            raise _EnoughRead from error


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


@app.command(epilog="示例: jixiao run examples/jiangxi-2020 --home var/jiangxi")
def run(pack: PackArg, home: HomeOption = None, format: FormatOption = Format.TEXT) -> None:
    """处理数据包中的全部报送，直至发布。 / Everything filed in a pack, through the flow, to the published files."""
    from flows.commands.run import run_pack

    run_pack(pack, home, as_json=format is Format.JSON)


@app.command(epilog="示例: jixiao check CM_2020-11.xlsx --kind network_build --pack examples/jiangxi-2020")
def check(
    file: Annotated[Path, typer.Argument(help="要检查的文件 / the file", metavar="FILE")],
    kind: Annotated[str, typer.Option("--kind", help="报表代码 / code of the kind", metavar="KIND")],
    pack: Annotated[
        Path | None,
        typer.Option("--pack", help="按此数据包的名录和指标体系判定 / judge against its lists", metavar="PACK"),
    ] = None,
    period: Annotated[
        str | None, typer.Option("--period", help="报告期，如 2020-11；默认取自文件名 / default: from the file's name")
    ] = None,
    filer: Annotated[
        str | None,
        typer.Option("--filer", help="填报单位代码；默认取自文件名 / default: from the file's name", metavar="CODE"),
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home", help="与此数据目录中的上期和同期报送比较 / compare with what is stored here", metavar="DIR"
        ),
    ] = None,
    format: Annotated[Report, typer.Option("--format", help="输出格式 / output")] = Report.TEXT,
) -> None:
    """判定一个文件，不保存任何内容。退出码 0 通过，1 退回或部分接受。 / Judge one file; nothing is stored. The same
    findings as text, JSON, JUnit XML (a suite a file, a case a rule) or SARIF 2.1.0."""
    from flows.commands.check import check_file

    raise typer.Exit(check_file(file, kind, pack, period, filer, home, shape=format.value))


@app.command(epilog="示例: jixiao read 月报.xlsx\n\njixiao read 登记表.csv --rows | head")
def read(
    file: Annotated[Path, typer.Argument(help="要读取的文件 / the file", metavar="FILE")],
    rows: Annotated[
        bool, typer.Option("--rows", help="逐行输出数据行，每行一个 JSON / every row of data, one JSON a line")
    ] = False,
    format: FormatOption = Format.TEXT,
) -> None:
    """看一个文件读出了什么：工作表、表格、表头、类型、编码、单元格核对。不判定，不保存。退出码 1 表示无法读取。
    / What is understood of a file, before any contract: nothing is judged or stored. Exit 1: unreadable."""
    from flows.commands.read import read_file

    raise typer.Exit(read_file(file, as_json=format is Format.JSON, rows=rows))


@app.command(epilog="示例: jixiao figures 总结.txt --year 2020\n\necho 累计开通5G基站30729个 | jixiao figures -")
def figures(
    file: Annotated[str, typer.Argument(help="文本文件，- 为标准输入 / a text, - is standard input", metavar="FILE")],
    cells: Annotated[
        bool, typer.Option("--cells", help="每行作为一个单元格整体识别 / each line is one cell, read as a whole")
    ] = False,
    year: Annotated[
        int | None, typer.Option("--year", help="未写年份的日期所属的年份 / year of dates that name none")
    ] = None,
) -> None:
    """识别文字中的数量和日期，每个一行 JSON。 / Every quantity and date that a text states, one line of JSON each."""
    from flows.commands.figures import print_figures

    print_figures(file, cells=cells, year=year)


@app.command(
    epilog="示例: jixiao explain examples/jiangxi-2020\n\n"
    'jixiao explain 我局2026 --finding "NB-09@JIA.network_build.2026-11:g5_shared:东市" '
    "--text 共享方11月下旬割接，未计入当月建成数 --by 甲公司网络部"
)
def explain(
    pack: PackArg,
    finding: Annotated[
        str | None, typer.Option("--finding", help="要说明的问题，省略则列出全部 / key of the finding", metavar="KEY")
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", help="数值为何如此 / why the value is what it is", metavar="TEXT")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="说明人 / who explains it", metavar="NAME")] = None,
    band: Annotated[
        str | None,
        typer.Option(
            "--band", help="数值变动不超过此百分比时继续适用，默认 10 / how far it may move, in %", metavar="PCT"
        ),
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", help="说明日期，默认今天 / day of it, default today", formats=["%Y-%m-%d"]),
    ] = None,
    home: HomeOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """列出待说明的核实问题，或写入一项说明；说明随下次运行收到。退出码 0 完成，2 未采纳或有误。
    / The findings that await an explanation, or one explanation added to explanations.csv for the next run."""
    from flows.commands.explain import Said, explain_pack
    from flows.commands.terminal import day_or_today

    explain_pack(pack, home, Said(finding, text, by, day_or_today(on), band), as_json=format is Format.JSON)


@app.command(
    epilog="示例: jixiao waive 我局2026\n\njixiao waive 我局2026 --rule BJ-07 --filer JIA --period 2026-11 "
    "--approver 张局长 --reason 系统割接 --until 2027-03-31 --evidence 某通局函〔2026〕12号\n\n"
    "随附的报表没有准强制规则；BJ-07 代表本局自定报表的规则。 / No form that ships has a rule to waive; "
    "BJ-07 stands for one of yours."
)
def waive(
    pack: PackArg,
    rule: Annotated[
        str | None, typer.Option("--rule", help="准强制规则 / rule to be waived", metavar="RULE-ID")
    ] = None,
    filer: Annotated[str | None, typer.Option("--filer", help="填报单位代码 / for whom", metavar="CODE")] = None,
    period: Annotated[str | None, typer.Option("--period", help="报告期，如 2020-11 / for which period")] = None,
    approver: Annotated[str | None, typer.Option("--approver", help="批准人 / who grants it", metavar="NAME")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="理由 / why", metavar="TEXT")] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", help="有效期的最后一天，最长12个月 / last day, at most 12 months", formats=["%Y-%m-%d"]
        ),
    ] = None,
    evidence: Annotated[
        str | None, typer.Option("--evidence", help="文号或依据文件 / document number or file", metavar="TEXT")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", help="批准日期，默认今天 / day it is granted, default today", formats=["%Y-%m-%d"]),
    ] = None,
    home: HomeOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """列出可以豁免的问题和现有豁免，或写入一条豁免；豁免随下次运行收到。退出码 0 完成，2 有误。
    / What a waiver would let in and which there are, or one waiver added to waivers.csv for the next run."""
    from flows.commands.terminal import day_or_today
    from flows.commands.waive import Granted, waive_pack

    granted = Granted(
        rule, filer, period, approver, reason, until.date() if until else None, day_or_today(on), evidence
    )
    waive_pack(pack, home, granted, as_json=format is Format.JSON)


@app.command(epilog="示例: jixiao trace g5_opened@JXCA.2020-11")
def trace(
    figure: Annotated[str, typer.Argument(help="指标值编号（figures.csv 第一列） / figure_id", metavar="FIGURE")],
    home: HomeOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """追溯一个公布的数字：构成、来源单元格、文件哈希。 / One published figure down to its cells and file hashes."""
    from flows.commands.trace import trace_figure

    trace_figure(figure, home, as_json=format is Format.JSON)


@app.command(epilog="示例: jixiao kinds --format json")
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
app.add_typer(rules, name="rules", epilog="示例: jixiao rules --kind network_build\n\njixiao rules NB-04")


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


@app.command(
    epilog="示例: jixiao due examples/jiangxi-2020 --on 2020-12-15\n\n"
    "jixiao due examples/jiangxi-2020 --on 2020-12-15 --filer CM --explain\n\n"
    "jixiao due examples/jiangxi-2020 --format ics > 期限.ics"
)
def due(
    pack: PackArg,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            help="截至哪一天（日终）或哪一时刻，默认现在 / as of the end of a day, or a moment; default now",
            metavar="WHEN",
        ),
    ] = None,
    filer: Annotated[
        str | None, typer.Option("--filer", help="只看这个填报单位 / one filer only", metavar="CODE")
    ] = None,
    state: Annotated[
        str | None, typer.Option("--state", help="只看这种状态，如 missing / one state only", metavar="STATE")
    ] = None,
    explain_all: Annotated[
        bool, typer.Option("--explain", help="按时和未到期的也逐条说明 / a sentence for every line")
    ] = False,
    home: TriedHome = None,
    format: Annotated[Due, typer.Option("--format", help="输出格式，ics 供日历软件订阅 / output")] = Due.TEXT,
) -> None:
    """谁应在何时报什么、是否按时、为什么。 / Who owes what, until when, whether it was on time, and why."""
    from flows.commands.due import show_due

    show_due(pack, on, filer, state, home, shape=format.value, all_=explain_all)


@app.command(
    epilog="示例: jixiao calendar --from 2019-01-01\n\n"
    "jixiao calendar --from 2018-01-01 --to 2026-12-31 --format csv\n\n"
    "jixiao calendar --from 2026-01-01 --format ics --out 节假日.ics\n\n"
    "jixiao calendar --from 2019-04-01 --to 2019-05-31 --as-known-on 2019-03-01"
)
def calendar(
    first: Annotated[
        datetime | None,
        typer.Option("--from", help="第一天，默认今年1月1日 / first day, default 1 January", formats=["%Y-%m-%d"]),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", help="最后一天，默认同年12月31日 / last day, default 31 December", formats=["%Y-%m-%d"]),
    ] = None,
    format: Annotated[
        Days, typer.Option("--format", help="输出格式，ics 供日历软件订阅 / output; ics is to subscribe to")
    ] = Days.TEXT,
    code: Annotated[str, typer.Option("--calendar", help="日历代码 / code of the calendar", metavar="CODE")] = "cn",
    known_on: Annotated[
        datetime | None,
        typer.Option(
            "--as-known-on", help="只用这一天已公布的通知 / with the notices of that day", formats=["%Y-%m-%d"]
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="写入新文件，默认输出到屏幕 / write a new file", metavar="FILE")
    ] = None,
) -> None:
    """哪些天上班、为什么、依据哪份通知。csv 的列为 date,is_workday,reason,notice，is_workday 为 true 或 false。
    / Which days are worked, why, and by which notice. In csv, is_workday is true or false."""
    from flows.commands.calendar import Asked, show_calendar
    from flows.commands.terminal import day_or_today

    start = first.date() if first else day_or_today(last).replace(month=1, day=1)
    end = last.date() if last else start.replace(month=12, day=31)
    show_calendar(Asked(code, start, end, known_on.date() if known_on else None), format.value, out)


@app.command(epilog="示例: jixiao template network_build --out 网络建设情况表.xlsx")
def template(
    kind: KindArg,
    out: Annotated[Path, typer.Option("--out", help="要写出的 xlsx 文件 / file to write", metavar="FILE.xlsx")],
) -> None:
    """生成一份空白报表。 / A blank workbook with the contract's headings, drop-downs and notes."""
    from flows.commands.catalogue import write_template

    write_template(kind, out)


@app.command(epilog="示例: jixiao init 我局2026 && jixiao run 我局2026")
def init(folder: Annotated[Path, typer.Argument(help="要新建的文件夹 / folder to make", metavar="DIR")]) -> None:
    """新建一个可以直接运行的数据包。 / A new pack that runs at once."""
    from flows.commands.catalogue import start_pack

    start_pack(folder)


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
    except _EnoughRead:
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
