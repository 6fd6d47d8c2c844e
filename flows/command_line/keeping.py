"""What keeps a home trustworthy: signing, checking, proving, saving, erasing, and who may see what.

Thin: each command asks a module of `flows.commands`.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from flows.command_line import Format, FormatOption, HomeOption, PackArg, app

PANEL = "留存 what is kept, and proved"
command = partial(app.command, rich_help_panel=PANEL)


@command(
    epilog="示例: jixiao sign examples/jiangxi-2020 --by 张局长\n\n"
    "jixiao sign 我局2026 --by 张局长 --reason 11月数据更正"
)
def sign(
    pack: PackArg,
    by: Annotated[str, typer.Option("--by", help="签发人 / who signs", metavar="NAME")],
    reason: Annotated[str, typer.Option("--reason", help="更正的原因 / why a correction", metavar="TEXT")] = "",
    evidence: Annotated[str, typer.Option("--evidence", help="文号或依据文件 / 文号 or a file", metavar="TEXT")] = "",
    on: Annotated[
        datetime | None,
        typer.Option("--on", help="签发日期，默认现在 / day of it, default now", formats=["%Y-%m-%d"]),
    ] = None,
    home: HomeOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """签发已发布的年度总结：首次为定稿，此后数字有变动再签为更正，附勘误；已签发的文件永久保存。
    / Sign what is published for the year: final the first time, a correction with its erratum after figures moved."""
    from flows.commands.sign import Signature, sign_pack

    signature = Signature(by, reason, evidence, on.date() if on else None)
    sign_pack(pack, home, signature, as_json=format is Format.JSON)


@command(epilog="示例: jixiao verify var/jiangxi-2020\n\njixiao verify examples/jiangxi-2020 --head 70:3be76ac3626c")
def verify(
    target: Annotated[
        Path | None, typer.Argument(help="数据目录或数据包 / a home, or the folder of its pack", metavar="HOME_OR_PACK")
    ] = None,
    home: HomeOption = None,
    head: Annotated[
        str,
        typer.Option("--head", help="某份报告上印出的台账值 / head that a report has printed", metavar="[NUMBER:]HASH"),
    ] = "",
    format: FormatOption = Format.TEXT,
) -> None:
    """核对台账、收到的文件、数据登记文件、数据库每一个值和公布的文件，指出不符之处；有则退出状态为 1。
    / Whether chain, files, registers, every stored value and what is published hold; 1 where something does not."""
    from flows.commands.verify import verify_home

    if not verify_home(home or target, head, as_json=format is Format.JSON):
        raise typer.Exit(1)


@command(epilog="示例: jixiao audit var/jiangxi-2020\n\njixiao audit examples/jiangxi-2020 --format json")
def audit(
    target: Annotated[
        Path, typer.Argument(help="数据目录或数据包 / a home, or the folder of its pack", metavar="PACK_OR_HOME")
    ],
    publish: Annotated[
        bool,
        typer.Option(
            "--publish", help="同时更新检查页并记入运行记录 / also rewrite the page of the checks, and note the audit"
        ),
    ] = False,
    format: FormatOption = Format.TEXT,
) -> None:
    """对数据仓库执行全部检查，并与台账逐项核对；有不成立的则退出状态为 1。
    / Every check over a home, and all that it keeps against its ledger; 1 where something does not hold."""
    from flows.commands.audit import audit_pack_or_home

    if not audit_pack_or_home(target, publishes=publish, as_json=format is Format.JSON):
        raise typer.Exit(1)


@command(epilog="示例: jixiao proof 2020 --home var/jiangxi-2020 --out 2020年度证明.zip")
def proof(
    year: Annotated[int, typer.Argument(help="年度 / the year", metavar="YEAR")],
    out: Annotated[Path, typer.Option("--out", help="要写出的新文件 / new file to write", metavar="FILE.zip")],
    home: HomeOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """把一个年度公布的数字连同原始文件、台账和只需 Python 的核对程序写入一个文件；有不符则退出状态为 1。
    / One file that proves a year's published figures again with plain Python; 1 where something does not match."""
    from flows.commands.proof import make_proof

    if not make_proof(year, home, out, as_json=format is Format.JSON):
        raise typer.Exit(1)


@command(epilog="示例: jixiao backup var/jiangxi-2020 jiangxi-2020.backup.zip")
def backup(
    target: Annotated[
        Path, typer.Argument(help="数据目录或数据包 / a home, or the folder of its pack", metavar="HOME_OR_PACK")
    ],
    file: Annotated[Path, typer.Argument(help="要写出的新文件 / new file to write", metavar="FILE")],
    format: FormatOption = Format.TEXT,
) -> None:
    """把数据目录某一时刻的全部内容写入一个文件，其间可照常运行；台账所记的文件有缺失则退出状态为 1。
    / All of a home at one moment in one file, while runs go on; 1 where a file that the ledger names is missing."""
    from flows.commands.backup import back_up

    if not back_up(target, file, as_json=format is Format.JSON):
        raise typer.Exit(1)


@command(epilog="示例: jixiao restore jiangxi-2020.backup.zip var/restored")
def restore(
    file: Annotated[Path, typer.Argument(help="jixiao backup 写出的文件 / what backup wrote", metavar="FILE")],
    folder: Annotated[Path, typer.Argument(help="要新建的数据目录 / home to make", metavar="HOME")],
    format: FormatOption = Format.TEXT,
) -> None:
    """由备份恢复为新的数据目录，并立即核对；不覆盖已有内容，有不符则退出状态为 1。
    / A new home from a backup, verified at once; overwrites nothing, 1 where something does not match."""
    from flows.commands.backup import restore as restore_home

    if not restore_home(file, folder, as_json=format is Format.JSON):
        raise typer.Exit(1)


@command(
    epilog="示例: jixiao erase 我局2026 --due\n\n"
    "jixiao erase 我局2026 --due --confirm --by 信息通信管理处 --basis 个人信息保护法第四十七条"
)
def erase(
    place: Annotated[
        Path, typer.Argument(help="数据包或数据目录 / folder of a pack, or a home", metavar="PACK_OR_HOME")
    ],
    before: Annotated[
        datetime | None,
        typer.Option(
            "--before", help="报告期在此日之前结束的全部 / all of periods that ended before", formats=["%Y-%m-%d"]
        ),
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="按报表的保存期限已到期的 / what is due by its form")] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="清除，不能恢复 / erase; it cannot be undone")] = False,
    by: Annotated[str | None, typer.Option("--by", help="经办人 / who does it", metavar="NAME")] = None,
    basis: Annotated[str | None, typer.Option("--basis", help="依据 / on what ground", metavar="TEXT")] = None,
    home: HomeOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """列出保存期满的个人信息，确认后清除；台账、数字和问题不变。不带 --confirm 只列出。
    / Personal data whose retention is over: listed and, with --confirm, erased; ledger, figures and findings stay."""
    from flows.commands.erase import Asked, erase_personal

    asked = Asked(before.date() if before else None, due, confirm, by, basis)
    erase_personal(place, home, asked, as_json=format is Format.JSON)


@command(epilog="示例: jixiao roles --account ct_reader=CT")
def roles(
    account: Annotated[
        list[str] | None,
        typer.Option(
            "--account",
            help="登录名=单位代码，只见本单位；代码留空则取消，可多次 / a login that sees a filer's rows; repeatable",
            metavar="LOGIN=FILER",
        ),
    ] = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """在 PostgreSQL 上建立或更新角色和行级权限。 / Create or update roles and row-level rights on the PostgreSQL."""
    from flows.commands.roles import set_up_roles

    set_up_roles(account or (), as_json=format is Format.JSON)
