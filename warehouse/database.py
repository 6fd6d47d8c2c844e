"""The database of a home: connecting, migrating, and transactions that write one at a time.

SQLite in WAL mode unless another database is named. Never holds data of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.exc import DBAPIError

from contracts.errors import StorageError
from warehouse import tables

HEAD = "0005"  # the revision this code is written for: that of the last file in migrations/versions


def connect(url: str | URL, *, writable: bool) -> Engine:
    """An engine whose SQLite connections check foreign keys, wait for a lock and really begin when told to."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, writable=writable)
    return engine


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
    """One transaction that writes, alone: numbers read in it stay the last ones until it commits."""
    with reported(), engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name != "sqlite":
            connection.execute(select(tables.home).with_for_update())
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that reads: everything in it is of the same moment."""
    with reported(), engine.connect() as connection:
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
    with reported(), engine.execution_options(writes=True).begin() as connection:
        # A table under a view cannot be rebuilt; whoever migrates makes the views again.
        for view in inspect(connection).get_view_names():
            connection.execute(text(f'DROP VIEW "{view}"'))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StorageError(
                f"数据库版本 {current_revision(connection)} 不是本程序（{HEAD}）所能升级的：{error}",
                f"the database is at version {current_revision(connection)}, from which {HEAD} is not reached: {error}",
            ) from error
