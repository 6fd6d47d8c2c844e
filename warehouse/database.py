"""The database of a home: connecting, migrating, and transactions that write one at a time.

SQLite in WAL mode unless a PostgreSQL is named. Never holds data of its own, and never says a password.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from sqlalchemy import URL, Connection, Engine, String, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from contracts.errors import StorageError
from warehouse.resealing import seal_unsealed

LOCK_SECONDS = 60  # how long a writer of PostgreSQL waits for its turn; SQLite's waits ten
CONNECT_SECONDS = 10
# Under one number in every database of ours: who migrates, or makes views, does so alone.
ALONE = 0x6A697869616F
HEAD = "0008"  # the revision this code is written for: that of the last file in migrations/versions


def connect(url: str | URL, *, writable: bool) -> Engine:
    """An engine whose SQLite connections check foreign keys, wait for a lock and really begin when told to.

    Those to PostgreSQL wait for a lock as well, notice that the server was started anew, and write only if `writable`.
    """
    if make_url(url).get_backend_name() == "postgresql":
        return _postgresql(url, writable=writable)
    engine = create_engine(url)
    _prepare_sqlite(engine, writable=writable)
    return engine


def _postgresql(url: str | URL, *, writable: bool) -> Engine:
    settings = {
        "lock_timeout": f"{LOCK_SECONDS}s",
        "default_transaction_read_only": "off" if writable else "on",
        "idle_in_transaction_session_timeout": "0",
        "timezone": "Asia/Shanghai",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    told = {"options": options, "application_name": "jixiao", "connect_timeout": CONNECT_SECONDS}
    # A pooled connection may be one to a server that is gone; asking first costs a tenth of a millisecond.
    return create_engine(url, pool_pre_ping=True, connect_args=told)


def whereabouts(url: URL) -> str:
    """host:port/database, for messages. Neither user nor password, nor parameters: a password may stand there too."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "localhost"
    return f"{host if isinstance(host, str) else ','.join(host)}:{url.port or 5432}/{url.database or ''}"


def reach(engine: Engine) -> None:
    """Raise StorageError, naming where, if a PostgreSQL cannot be reached at all."""
    if not is_postgresql(engine):
        return
    try:
        engine.connect().close()
    except DBAPIError as error:
        # Of the driver's own words, which repeat the address, the cause; what is asked in the line after it says less.
        lines = str(error.orig).strip().splitlines()
        why = next((line.rpartition(" failed: ")[2] for line in lines if " failed: " in line), lines[-1]).strip()
        where = whereabouts(engine.url)
        raise StorageError(f"无法连接数据库 {where}：{why}", f"cannot reach the database {where}: {why}") from error


def _prepare_sqlite(engine: Engine, *, writable: bool) -> None:
    @event.listens_for(engine, "connect")
    def _set(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver's own guesses at when to begin would split our transactions
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute("PRAGMA foreign_keys=ON")
        if writable:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
        else:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer that began as a reader cannot wait for its turn: SQLite refuses it at once.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def gather_journal(engine: Engine) -> None:
    """Move what is committed from SQLite's journal into its file, as far as nobody is reading it: without waiting."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.rollback()
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes, alone: numbers read in it stay the last ones until it commits.

    On PostgreSQL everybody who writes takes the one lock first, so that no two can wait for each other or fail to be
    put in an order; whoever reads takes none and waits for nobody. It is a lock that only who may write can take.
    """
    with reported(), engine.execution_options(writes=True).begin() as connection:
        if is_postgresql(engine):
            connection.execute(text("LOCK TABLE home IN SHARE ROW EXCLUSIVE MODE"))
        yield connection


@contextmanager
def altering(engine: Engine) -> Iterator[Connection]:
    """One transaction that makes tables or views, alone, also where there is no table yet that could be locked."""
    with reported(), engine.execution_options(writes=True).begin() as connection:
        if is_postgresql(engine):
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ALONE})
        yield connection


def is_postgresql(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that reads: everything in it is of the same moment."""
    with reported(), engine.connect() as connection:
        if is_postgresql(engine):
            # Said by ourselves: SQLAlchemy, giving a connection back, would allow it to write that never may.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield connection


@contextmanager
def reported() -> Iterator[None]:
    """What the database refuses, as a StorageError."""
    try:
        yield
    except DBAPIError as error:
        raise StorageError(f"数据库操作失败：{error.orig}", f"the database refused: {error.orig}") from error


def current_revision(connection: Connection) -> str | None:
    """The revision the database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def migrate(engine: Engine) -> None:
    """Bring the tables to HEAD, in one transaction. Nothing happens when they are there."""
    with reading(engine) as connection:
        if current_revision(connection) == HEAD:
            return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(files("warehouse") / "migrations").replace("%", "%%"))
    with altering(engine) as connection:
        if current_revision(connection) == HEAD:  # another process was first
            return
        # A table under a view cannot be rebuilt; whoever migrates makes the views again.
        if is_postgresql(engine):
            connection.execute(text("DROP SCHEMA IF EXISTS mart CASCADE"))
        else:
            for view in inspect(connection).get_view_names():
                connection.execute(text(f'DROP VIEW "{view}"'))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
            seal_unsealed(connection, HEAD)
            compare_as_bytes(connection)
        except CommandError as error:
            raise StorageError(
                f"数据库版本 {current_revision(connection)} 不是本程序（{HEAD}）所能升级的：{error}",
                f"the database is at version {current_revision(connection)}, from which {HEAD} is not reached: {error}",
            ) from error


def compare_as_bytes(connection: Connection) -> None:
    """On PostgreSQL texts compare as the server's language has it unless told otherwise; SQLite compares bytes."""
    if connection.dialect.name != "postgresql":
        return
    inspector = inspect(connection)
    for table in inspector.get_table_names():
        texts = [
            c for c in inspector.get_columns(table) if isinstance(c["type"], String) and c["type"].collation != "C"
        ]
        changes = [
            f'ALTER COLUMN "{c["name"]}" TYPE {c["type"].compile(connection.dialect)} COLLATE "C"' for c in texts
        ]
        if changes and table != "alembic_version":
            connection.exec_driver_sql(f'ALTER TABLE "{table}" {", ".join(changes)}')
