"""What is known, now and on any day, and where it comes from. Thin: each command asks a module of `flows.commands`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from contracts.errors import UsageError
from flows.command_line import Answers, Format, FormatOption, HomeOption, app

PANEL = "查询 what is known"
command = partial(app.command, rich_help_panel=PANEL)


@command(
    epilog="示例: jixiao report annual examples/jiangxi-2020 --as-of 2020-12-11\n\n"
    "jixiao report all var/jiangxi-2020 --year 2020 --as-of 2020-11-30T18:00 --out 十一月底"
)
def report(
    what: Annotated[str, typer.Argument(help="annual、validation、deadlines 或 all", metavar="REPORT")],
    target: Annotated[
        Path, typer.Argument(help="数据包或数据目录 / folder of a pack, or a home", metavar="PACK_OR_HOME")
    ],
    year: Annotated[
        int | None, typer.Option("--year", help="年度，默认最后一个 / the year, default the last one")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="按这一日（终了）或时刻所知，默认现在 / as known at the end of that day, or at that moment",
            metavar="DAY|MOMENT",
        ),
    ] = None,
    formats: Annotated[
        str | None, typer.Option("--format", help="html、md、csv、json，以逗号分隔，默认全部 / parted by commas")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="写入的文件夹，默认数据目录下的 reports/ / folder to write", metavar="DIR"),
    ] = None,
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 列出写出的文件 / what was written, as JSON")] = False,
) -> None:
    """重新印出报告，可按过去某日所知；同一版本程序印出的与当日逐字节相同。 / Print a report again, also as of a day:
    under the same version of the program byte for byte what was printed on that day."""
    from flows.commands.report import print_report

    print_report(what, target, home, year, as_of, formats, out, as_json=as_json)


@command(
    epilog="示例: jixiao sql \"SELECT as_of, value FROM mart.figures WHERE indicator = 'g5_opened' AND filer = 'JXCA' "
    'ORDER BY as_of"\n\n'
    'jixiao sql "FROM mart.target_attainment" examples/jiangxi-2020 --as-of 2020-12-31 --out 目标.xlsx\n\n'
    'jixiao sql "SELECT carrier, count(*) AS complaints FROM register.user_complaints GROUP BY carrier" --format csv'
)
def sql(
    query: Annotated[
        str | None,
        typer.Argument(
            help="一条查询，- 为标准输入；省略则列出可查询的表 / a query, - is standard input; none: what there is",
            metavar="QUERY",
        ),
    ] = None,
    place: Annotated[
        Path | None,
        typer.Argument(
            help="数据包、数据目录或 analyst.duckdb；默认 var 下唯一的数据目录 / a pack, a home or the file",
            metavar="PACK|HOME|FILE",
        ),
    ] = None,
    home: HomeOption = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="mart 各表按这一天（日终）或这一时刻所知 / every mart as known at the end of a day, or a moment",
            metavar="WHEN",
        ),
    ] = None,
    format: Annotated[
        Answers | None,
        typer.Option(
            "--format", help="输出格式，默认按 --out 的扩展名，否则为表格 / default: by the name of --out, or a table"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="写入新文件，默认输出到屏幕 / write a new file", metavar="FILE")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="屏幕表格显示的行数，0 为全部 / rows of the table shown, 0 for all")
    ] = 100,
    tables: Annotated[
        bool, typer.Option("--tables", help="列出全部表，含底层表和明细 / list every table there is")
    ] = False,
) -> None:
    """查询分析副本 analyst.duckdb：只读，不联网，不读其他文件。省略 QUERY 列出各数据集市和各列。
    / One query over the analyst's copy: nothing is written, no other file read. Without QUERY: what there is."""
    from flows.commands.sql import Wanted, ask

    ask(Wanted(query, place, home, as_of, format and format.value, out, limit, tables))


@command(epilog="示例: jixiao trace g5_opened@JXCA.2020-11\n\njixiao trace --cell JXCA-2020-0009!C5")
def trace(
    figure: Annotated[
        str | None, typer.Argument(help="指标值编号（figures.csv 第一列） / figure_id", metavar="FIGURE")
    ] = None,
    cell: Annotated[
        str | None,
        typer.Option(
            "--cell",
            help="反向：这个单元格用于哪些数字 / the other way: what a cell feeds",
            metavar="SUBMISSION[!SHEET]!B5",
        ),
    ] = None,
    home: HomeOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """追溯一个公布的数字：构成、来源单元格和行、文件哈希；或由单元格追到它所构成的全部数字。
    / One published figure down to its cells, rows and file hashes, or one cell up to every figure it feeds."""
    if (figure is None) == (cell is None):
        raise UsageError("请给出 FIGURE 或 --cell 之一", "give either FIGURE or --cell")
    if cell is not None:
        from flows.commands.trace_cell import trace_cell

        trace_cell(cell, home, as_json=format is Format.JSON)
    elif figure is not None:
        from flows.commands.trace import trace_figure

        trace_figure(figure, home, as_json=format is Format.JSON)


@command(epilog="示例: jixiao diff JXCA-2020-0011 JXCA-2020-0012")
def diff(
    before: Annotated[str, typer.Argument(help="报送编号 / id of a submission", metavar="SUBMISSION")],
    after: Annotated[str, typer.Argument(help="与之比较的报送编号 / id of the other one", metavar="SUBMISSION")],
    home: HomeOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """比较同一报表的两次报送：逐个单元格，以及哪些公布的数字变动多少。
    / Two submissions of one form, cell by cell, and which published figures move by how much."""
    from flows.commands.diff import diff_submissions

    diff_submissions(before, after, home, as_json=format is Format.JSON)


@command(epilog="示例: jixiao why g5_opened@JXCA.2020-11 --between 2020-12-31 2021-01-31")
def why(
    figure: Annotated[str, typer.Argument(help="指标值编号 / figure_id", metavar="FIGURE")],
    between: Annotated[
        tuple[str, str],
        typer.Option(
            "--between", help="哪两天（日终）或哪两个时刻 / the ends of two days, or two moments", metavar="D1 D2"
        ),
    ],
    home: HomeOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """一个数字为何变动：按数据、规则、日历、人工调整、程序的次序分解，合计正好等于变动。
    / Why a figure changed: data, rule version, calendar, manual adjustment, code, in this order, adding up exactly."""
    from flows.commands.why import explain_figure

    explain_figure(figure, between, home, as_json=format is Format.JSON)
