"""`jixiao roles`: who may see and do what on the PostgreSQL that is set; who that is, is PostgreSQL's own to say."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table as Grid
from rich.text import Text

from contracts.errors import UsageError
from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.settings import Settings
from warehouse.database import connect, reach, whereabouts
from warehouse.roles import ROLES, assign, list_accounts, list_members, set_up


def set_up_roles(accounts: Sequence[str], *, as_json: bool) -> None:
    """Create or update the roles, give `accounts` (LOGIN=FILER, or LOGIN= to take it away), and print what there is."""
    given = dict(_read(told) for told in accounts)
    url = Settings.of_environment().database()
    if url is None:
        raise UsageError(
            "未设置 JIXIAO_DATABASE_URL；SQLite 没有角色", "JIXIAO_DATABASE_URL is not set; SQLite knows no roles"
        )
    engine = connect(url, writable=True)
    try:
        reach(engine)
        set_up(engine)
        assign(engine, given)
        _print(whereabouts(url), list_members(engine), list_accounts(engine), as_json=as_json)
    finally:
        engine.dispose()


def _read(told: str) -> tuple[str, str]:
    login, parted, filer = told.partition("=")
    if not parted or not login:
        raise UsageError(
            f"--account 应写作 登录名=单位代码，而不是 {told!r}", f"--account reads LOGIN=FILER, not {told!r}"
        )
    return login, filer


def _print(where: str, members: dict[str, list[str]], accounts: list[tuple[str, str]], *, as_json: bool) -> None:
    if as_json:
        roles = [{"role": r.name, "zh": r.zh, "en": r.en, "members": members[r.name]} for r in ROLES]
        told = [{"login": login, "filer": filer} for login, filer in accounts]
        print_json({"database": where, "roles": roles, "accounts": told})
        return
    grid = Grid(title=inert(f"{where} 的角色 roles"), title_justify="left")
    for heading in ("角色 role", "可以 may", "成员 members"):
        grid.add_column(heading)
    filers = dict(accounts)
    for role in ROLES:
        names = [f"{name}（{filers[name]}）" if name in filers else name for name in members[role.name]]
        grid.add_row(role.name, f"{role.zh}\n{role.en}", Text(inert("\n".join(names))))
    Console().print(grid)
