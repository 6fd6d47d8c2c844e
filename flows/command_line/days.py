"""What is owed by when, and on which days people work. Thin: each command asks a module of `flows.commands`."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from flows.command_line import Days, Due, PackArg, TriedHome, app

PANEL = "期限 what is owed by when"
command = partial(app.command, rich_help_panel=PANEL)


@command(
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


@command(
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
