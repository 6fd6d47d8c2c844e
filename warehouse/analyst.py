"""The analyst's copy: one DuckDB file with the marts and the accepted rows, made anew beside the old one and renamed.

schema mart: one table a mart. schema register: one table a kind, the rows of all submissions that stand, without fields
that the contract marks personal. Tables, not views on files, so that the file can be carried away; every column has its
comment. Never the place where anything is kept.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import Boolean, Integer

from warehouse import lookup
from warehouse.database import reading
from warehouse.files import hold, sync_folder, unfinished_name
from warehouse.home import Home
from warehouse.marts import Mart, discover_marts
from warehouse.stored import StoredSubmission

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FILE = "analyst.duckdb"
NUMBER = "DECIMAL(38, 10)"
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
COMMENTS = {
    "_submission": "报送编号 / submission",
    "_filer": "填报单位代码 / filer code",
    "_file": "文件 / file",
    "_sheet": "工作表 / sheet",
    "_sha256": "文件的 SHA-256 / SHA-256 of the file",
    "_period": "报告期 / period",
    "_row": "工作表行号 / row of the sheet",
}


def rebuild(home_folder: Path, database_url: str | None = None) -> Path:
    """Make `analyst.duckdb` in the home's folder from what the warehouse holds now; its path.

    Raises StorageError where there is no warehouse. Sessions on the old file go on reading the old one.
    """
    import duckdb

    target = home_folder / FILE
    made = unfinished_name(target)
    with Home.look(home_folder, database_url=database_url) as home, hold(home_folder):
        made.unlink(missing_ok=True)
        with duckdb.connect(str(made), config=OFFLINE) as connection:
            connection.execute("CREATE SCHEMA mart; CREATE SCHEMA register")
            for mart in discover_marts():
                _copy_mart(connection, home, mart)
            for kind, submissions in _standing(home).items():
                _copy_register(connection, home, kind, submissions)
        os.replace(made, target)
        sync_folder(home_folder)
    return target


def _standing(home: Home) -> dict[str, list[StoredSubmission]]:
    kinds: dict[str, list[StoredSubmission]] = {}
    for submission in home.submissions():
        if submission.stands:
            kinds.setdefault(submission.kind, []).append(submission)
    return dict(sorted(kinds.items()))


def _copy_mart(connection: DuckDBPyConnection, home: Home, mart: Mart) -> None:
    with reading(home.engine) as database:
        rows = [tuple(row) for row in database.execute(mart.select)]
    schema = {c.name: _dtype(c.type) for c in mart.select.selected_columns}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    table = f"mart.{_quoted(mart.name)}"
    _write(connection, table, frame, mart.numbers)
    comments = {name: f"{zh} / {en}" for name, (zh, en) in mart.columns.items()}
    _comment(connection, table, f"{mart.title_zh} / {mart.title_en}", comments)


def _copy_register(
    connection: DuckDBPyConnection, home: Home, kind: str, submissions: Sequence[StoredSubmission]
) -> None:
    rows = lookup.gather_rows(home.registers, submissions)
    fields = {field.name: field for submission in submissions for field in submission.fields or ()}
    hidden = {name for name, field in fields.items() if field.personal}
    rows = rows.select(name for name in rows.columns if name.partition("__")[0] not in hidden)
    table = f"register.{_quoted(kind)}"
    _write(connection, table, rows, ())
    comments = COMMENTS | {name: f"{field.zh} / {field.en}" for name, field in fields.items()}
    _comment(
        connection,
        table,
        f"{kind}：已接受的明细 / accepted rows",
        {n: c for n, c in comments.items() if n in rows.columns},
    )


def _write(connection: DuckDBPyConnection, table: str, frame: pl.DataFrame, numbers: Sequence[str]) -> None:
    columns = [
        f"CAST({_quoted(name)} AS {NUMBER}) AS {_quoted(name)}" if name in numbers else _quoted(name)
        for name in frame.columns
    ]
    connection.register("incoming", frame.to_arrow())
    connection.execute(f"CREATE TABLE {table} AS SELECT {', '.join(columns)} FROM incoming")
    connection.unregister("incoming")


def _comment(connection: DuckDBPyConnection, table: str, title: str, columns: Mapping[str, str]) -> None:
    connection.execute(f"COMMENT ON TABLE {table} IS {_text(title)}")
    for name, said in columns.items():
        connection.execute(f"COMMENT ON COLUMN {table}.{_quoted(name)} IS {_text(said)}")


def _dtype(type_: object) -> type[pl.DataType]:
    if isinstance(type_, Boolean):
        return pl.Boolean
    return pl.Int64 if isinstance(type_, Integer) else pl.String


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
