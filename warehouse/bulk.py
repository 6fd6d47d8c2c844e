"""Many rows into one table, inside the transaction that is open: COPY on PostgreSQL, the driver's own on SQLite.

As quick as the database itself takes them. Never commits, and checks nothing that the table itself does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import polars as pl
from sqlalchemy import Boolean, Connection, Integer, Table, insert
from sqlalchemy.exc import DBAPIError

FEW = 200  # up to here an INSERT is as quick
PIECE = 10_000  # rows that are written out at once, while a thread sends those before


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, each with the same columns: texts, whole numbers, flags, or None."""
    if len(rows) <= FEW:
        if rows:
            connection.execute(insert(table), [dict(row) for row in rows])
    elif connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        _execute_many(connection, table, rows)


def _columns(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> tuple[list[str], str, str]:
    quote = connection.dialect.identifier_preparer.quote
    names = list(rows[0])
    return names, connection.dialect.identifier_preparer.format_table(table), ", ".join(map(quote, names))


def _execute_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    names, into, listed = _columns(connection, table, rows)
    take = itemgetter(*names, names[0])  # of one name alone it would give no tuple
    told = [take(row)[:-1] for row in rows]
    connection.exec_driver_sql(f"INSERT INTO {into} ({listed}) VALUES ({', '.join('?' * len(names))})", told)


def _copy(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    names, into, listed = _columns(connection, table, rows)
    shape = {name: _dtype(table.c[name].type) for name in names}
    from psycopg import Error
    from psycopg.copy import QueuedLibpqWriter

    raw = connection.connection.driver_connection
    assert raw is not None
    order = f"COPY {into} ({listed}) FROM STDIN"
    try:
        with raw.cursor() as cursor, cursor.copy(order, writer=QueuedLibpqWriter(cursor)) as copy:
            for start in range(0, len(rows), PIECE):
                copy.write(_written(shape, rows[start : start + PIECE]))
    except Error as error:  # as SQLAlchemy tells what any other statement of its own ran into
        raise DBAPIError(order, None, error) from error


def _written(shape: Mapping[str, pl.DataType], rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows in COPY's own form. Not as CSV: there PostgreSQL before 17 takes a line \\. for the end, even in quotes."""
    frame = pl.DataFrame([pl.Series(n, [row[n] for row in rows], t, strict=True) for n, t in shape.items()])
    told = _marked(frame, [name for name, type_ in shape.items() if type_ == pl.String])
    return told.write_csv(include_header=False, separator="\t", null_value="\\N", quote_style="never")


def _marked(frame: pl.DataFrame, texts: Sequence[str]) -> pl.DataFrame:
    """Texts as COPY reads them: what would end one, and the mark itself, are marked. Few texts have any of it."""
    if not texts:
        return frame
    found = frame.select(pl.col(name).str.contains(r"[\\\t\n\r]").any() for name in texts).row(0)
    return frame.with_columns(_escaped(name) for name, some in zip(texts, found, strict=True) if some)


def _escaped(name: str) -> pl.Expr:
    text = pl.col(name)
    for character, told in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.str.replace_all(character, told, literal=True)
    return text


def _dtype(type_: object) -> pl.DataType:
    if isinstance(type_, Boolean):
        return pl.Boolean()
    return pl.Int64() if isinstance(type_, Integer) else pl.String()
