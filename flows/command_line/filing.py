"""What arrives: forms, files and what is said of them. Thin: each command asks a module of `flows.commands`."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from flows.command_line import Format, FormatOption, HomeOption, KindArg, PackArg, Report, app

PANEL = "报送 what arrives"
command = partial(app.command, rich_help_panel=PANEL)


@command(epilog="示例: jixiao run examples/jiangxi-2020 --home var/jiangxi")
def run(pack: PackArg, home: HomeOption = None, format: FormatOption = Format.TEXT) -> None:
    """处理数据包中的全部报送，直至发布。 / Everything filed in a pack, through the flow, to the published files."""
    from flows.commands.run import run_pack

    run_pack(pack, home, as_json=format is Format.JSON)


@command(epilog="示例: jixiao check CM_2020-11.xlsx --kind network_build --pack examples/jiangxi-2020")
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


@command(epilog="示例: jixiao read 月报.xlsx\n\njixiao read 登记表.csv --rows | head")
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


@command(epilog="示例: jixiao figures 总结.txt --year 2020\n\necho 累计开通5G基站30729个 | jixiao figures -")
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


@command(
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


@command(
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


@command(
    epilog="示例: jixiao adjust examples/jiangxi-2020\n\n"
    "jixiao adjust 我局2026 --figure g5_built@JIA.2026-11 --to 12361 --approver 张局长 --reason 漏计东市两个站点 "
    "--evidence 小通函〔2026〕9号"
)
def adjust(
    pack: PackArg,
    figure: Annotated[
        str | None, typer.Option("--figure", help="报送的指标值编号 / figure_id as filed", metavar="FIGURE")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="调整后的数值 / the value instead", metavar="VALUE")] = None,
    approver: Annotated[str | None, typer.Option("--approver", help="批准人 / who approves", metavar="NAME")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="为何调整 / why", metavar="TEXT")] = None,
    evidence: Annotated[
        str | None, typer.Option("--evidence", help="文号或依据文件 / 文号 or a file", metavar="TEXT")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", help="决定日期，默认今天 / day of it, default today", formats=["%Y-%m-%d"]),
    ] = None,
    home: HomeOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """列出人工调整，或写入一条调整；报送的数值不改，下次运行后按调整后的数值公布并注明。
    / The figures adjusted by hand, or one adjustment added to adjustments.csv; the figure as filed is never edited."""
    from flows.commands.adjust import Decision, adjust_pack
    from flows.commands.terminal import day_or_today

    decision = Decision(figure, to, approver, reason, evidence, day_or_today(on))
    adjust_pack(pack, home, decision, as_json=format is Format.JSON)


@command(epilog="示例: jixiao template network_build --out 网络建设情况表.xlsx")
def template(
    kind: KindArg,
    out: Annotated[Path, typer.Option("--out", help="要写出的 xlsx 文件 / file to write", metavar="FILE.xlsx")],
) -> None:
    """生成一份空白报表。 / A blank workbook with the contract's headings, drop-downs and notes."""
    from flows.commands.catalogue import write_template

    write_template(kind, out)


@command(epilog="示例: jixiao init 我局2026 && jixiao run 我局2026")
def init(folder: Annotated[Path, typer.Argument(help="要新建的文件夹 / folder to make", metavar="DIR")]) -> None:
    """新建一个可以直接运行的数据包。 / A new pack that runs at once."""
    from flows.commands.catalogue import start_pack

    start_pack(folder)
