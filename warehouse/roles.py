"""Who may see and do what on a PostgreSQL: three roles of the bureau, and carriers who see what is their own.

Marts ask with the rights of whoever asks, so every role may read the tables under them, row by row as policies allow;
but only loader and auditor may name those tables. A carrier's login is one that `access.accounts` gives a filer's code;
what no policy speaks of, a carrier does not see. Never makes a login and never knows a password.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Table, text

from contracts.errors import StorageError, UsageError
from warehouse.database import HEAD, altering, current_revision, reading
from warehouse.tables import metadata


@dataclass(frozen=True)
class Role:
    """A role, which a login is made a member of, and what it may do."""

    name: str
    zh: str
    en: str


LOADER = Role("jixiao_loader", "装载：运行 jixiao，拥有全部表", "loads: runs jixiao, owns every table")
ANALYST = Role("jixiao_analyst", "分析：只读，仅限数据集市（mart）", "analyses: reads the marts (schema mart) only")
AUDITOR = Role("jixiao_auditor", "审计：只读，全部表和数据集市", "audits: reads every table and the marts")
CARRIER = Role(
    "jixiao_carrier", "填报单位：只读，数据集市中仅限本单位的行", "files: reads its own rows of the marts only"
)
ROLES = (LOADER, ANALYST, AUDITOR, CARRIER)
# Tables of which a carrier may read every row: the plan, and who is who, which the bureau publishes.
OPEN = frozenset({"home", "organisations", "indicators", "work_nodes", "targets", "rule_versions"})
# What the bureau's own lists say of a filer is the filer's, though it was the bureau that filed it.
SAID_OF_FILER = frozenset({"obligations", "waivers", "explanations"})
OWN_FILER = """\
CREATE OR REPLACE FUNCTION access.own_filer() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog AS 'SELECT filer FROM access.accounts WHERE login = session_user'"""


def set_up(engine: Engine) -> None:
    """Create or update the roles, who owns what, and what each may see. Done twice it changes nothing.

    Whoever connects must own the database and may create roles. Raises StorageError where that is not so.
    """
    _refuse_others(engine)
    with altering(engine) as connection:
        for role in ROLES:
            if not _exists(connection, role.name):
                connection.exec_driver_sql(f"CREATE ROLE {role.name} NOLOGIN")
            connection.exec_driver_sql(f"COMMENT ON ROLE {role.name} IS '{role.zh} / {role.en}'")
        if not connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
            connection.exec_driver_sql(f"GRANT {LOADER.name} TO CURRENT_USER")  # who hands over must be one of them
        database = connection.scalar(text("SELECT quote_ident(current_database())"))
        connection.exec_driver_sql("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.exec_driver_sql(f"GRANT CREATE ON DATABASE {database} TO {LOADER.name}")
        connection.exec_driver_sql(f"GRANT ALL ON SCHEMA public TO {LOADER.name}")
        _keep_accounts(connection)
        _hand_over(connection)
        grant(connection)


def _refuse_others(engine: Engine) -> None:
    """Roles are PostgreSQL's, and are given on tables that are there."""
    if engine.dialect.name != "postgresql":
        raise UsageError("SQLite 没有用户和角色", "SQLite knows no users and no roles")
    with reading(engine) as connection:
        found = current_revision(connection)
    if found != HEAD:
        raise StorageError(
            f"数据库版本为 {found}，本程序需要 {HEAD}；请先执行 jixiao run",
            f"the database is at version {found}; this program needs {HEAD}. Do a jixiao run first",
        )


def _exists(connection: Connection, role: str) -> bool:
    found = connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role})
    return bool(found)


def _keep_accounts(connection: Connection) -> None:
    for statement in (
        "CREATE SCHEMA IF NOT EXISTS access",
        "COMMENT ON SCHEMA access IS '填报单位的登录名；由 jixiao 建立 / logins of filers; made by jixiao'",
        'CREATE TABLE IF NOT EXISTS access.accounts (login text PRIMARY KEY, filer text COLLATE "C" NOT NULL)',
        OWN_FILER,
        "REVOKE ALL ON FUNCTION access.own_filer() FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION access.own_filer() TO {CARRIER.name}, {LOADER.name}, {AUDITOR.name}",
        f"GRANT USAGE ON SCHEMA access TO {CARRIER.name}, {LOADER.name}, {AUDITOR.name}",
        f"GRANT SELECT ON access.accounts TO {AUDITOR.name}",
    ):
        connection.exec_driver_sql(statement)


def _hand_over(connection: Connection) -> None:
    """Everything of ours belongs to the loader, who alone may then alter it; the owner of a table sees all of it."""
    ours = text(
        "SELECT c.oid::regclass::text, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname IN ('public', 'mart') AND c.relkind IN ('r', 'v') ORDER BY 1"
    )
    for name, kind in connection.execute(ours).tuples().all():
        what = "VIEW" if kind == "v" else "TABLE"
        connection.exec_driver_sql(f"ALTER {what} {name} OWNER TO {LOADER.name}")
    functions = text("SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = to_regnamespace('mart')")
    for name in connection.execute(functions).scalars().all():
        connection.exec_driver_sql(f"ALTER FUNCTION {name} OWNER TO {LOADER.name}")
    if connection.scalar(text("SELECT to_regnamespace('mart')")) is not None:
        connection.exec_driver_sql(f"ALTER SCHEMA mart OWNER TO {LOADER.name}")


def grant(connection: Connection) -> None:
    """Give the roles what is theirs of the tables and marts there are; nothing in a database that was never set up.

    Called wherever tables or marts were made anew.
    """
    if connection.scalar(text("SELECT to_regclass('access.accounts')")) is None:
        return
    readers = f"{ANALYST.name}, {AUDITOR.name}, {CARRIER.name}"
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {AUDITOR.name}",
        f"GRANT USAGE ON SCHEMA mart TO {readers}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA mart TO {readers}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {readers}",
    ):
        connection.exec_driver_sql(statement)
    tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
    for name in sorted(tables):
        _protect(connection, f'public."{name}"', metadata.tables.get(name))


def _protect(connection: Connection, name: str, table: Table | None) -> None:
    """Row by row: the bureau's own readers see all, a carrier what is its own."""
    for policy in ("bureau", "carrier"):
        connection.exec_driver_sql(f"DROP POLICY IF EXISTS {policy} ON {name}")
    connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    connection.exec_driver_sql(
        f"CREATE POLICY bureau ON {name} FOR SELECT TO {ANALYST.name}, {AUDITOR.name} USING (true)"
    )
    if (own := _own_rows(table)) is not None:
        connection.exec_driver_sql(f"CREATE POLICY carrier ON {name} FOR SELECT TO {CARRIER.name} USING ({own})")


def _own_rows(table: Table | None) -> str | None:
    """Which rows of a table are a carrier's own; None for none. What it says of another table is that one's own rows.

    A row is its own if neither its filer nor anything that it hangs on is another's.
    """
    if table is None:
        return None
    if table.name in OPEN:
        return "true"
    told = ["filer = (SELECT access.own_filer())"] if "filer" in table.columns else []
    if table.name in SAID_OF_FILER:
        return f"{told[0]} OR filer = '*'"
    for column in table.columns:
        # Not of the table itself: what superseded it is of the same filer, and would be asked for ever.
        for key in (k for k in column.foreign_keys if k.column.table is not table and _of_filers(k.column.table)):
            other = f'{key.column.table.name}."{key.column.name}"'
            own = f'"{column.name}" IN (SELECT {other} FROM {key.column.table.name})'
            told.append(f'("{column.name}" IS NULL OR {own})' if column.nullable else own)
    return " AND ".join(told) or None


def _of_filers(table: Table) -> bool:
    """Whether its rows are filers', by themselves or by what they hang on."""
    others = (k.column.table for k in table.foreign_keys if k.column.table is not table)
    return "filer" in table.columns or any(map(_of_filers, others))


def assign(engine: Engine, accounts: Mapping[str, str]) -> None:
    """Let logins see what is a filer's: login → filer's code. An empty code takes it away.

    Raises UsageError for a login that does not exist.
    """
    with altering(engine) as connection:
        for login, filer in accounts.items():
            if not _exists(connection, login):
                raise UsageError(
                    f"没有登录名 {login}；请先由数据库管理员建立（CREATE ROLE … LOGIN）",
                    f"there is no login {login}: the database's administrator makes it first (CREATE ROLE … LOGIN)",
                )
            quoted = '"' + login.replace('"', '""') + '"'
            connection.execute(text("DELETE FROM access.accounts WHERE login = :login"), {"login": login})
            if filer:
                told = {"login": login, "filer": filer}
                connection.execute(text("INSERT INTO access.accounts VALUES (:login, :filer)"), told)
                connection.exec_driver_sql(f"GRANT {CARRIER.name} TO {quoted}")
            else:
                connection.exec_driver_sql(f"REVOKE {CARRIER.name} FROM {quoted}")


def list_accounts(engine: Engine) -> list[tuple[str, str]]:
    """(login, filer's code), by login."""
    with reading(engine) as connection:
        return [(login, filer) for login, filer in connection.execute(text("TABLE access.accounts ORDER BY 1"))]


def list_members(engine: Engine) -> dict[str, list[str]]:
    """role → the logins that are members of it."""
    query = text(
        "SELECT r.rolname, m.rolname FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid"
        " JOIN pg_roles m ON m.oid = a.member WHERE r.rolname = ANY(:names) AND NOT m.rolsuper ORDER BY 1, 2"
    )
    found: dict[str, list[str]] = {role.name: [] for role in ROLES}
    with reading(engine) as connection:
        for role, member in connection.execute(query, {"names": list(found)}):
            found[role].append(member)
    return found
