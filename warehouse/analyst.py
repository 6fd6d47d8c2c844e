"""The analyst's copy: one DuckDB file with the marts and the accepted rows, made anew beside the old one and renamed.

schema mart: a view a mart, with numbers, moments and days for its texts, and a macro `<mart>_as_of(day)` that gives it
as it was known then. schema warehouse: the tables that marts read, all versions, as exact text. schema register: one
table a kind, the rows of all submissions that stand, without fields that the contract marks personal. Tables, not views
on files, so that the file can be carried away; every column has its comment. Never the place where anything is kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import URL, Boolean, Connection, Integer, Numeric, Table, func, literal_column, select
from sqlalchemy.sql import visitors

from warehouse import lookup, tables
from warehouse.database import reading
from warehouse.files import hold, sync_folder, unfinished_name
from warehouse.home import Home
from warehouse.mart_schema import written
from warehouse.marts import Mart, discover_marts
from warehouse.meanings import Said, meaning_of, meanings
from warehouse.states import NOW, Known, known_at
from warehouse.stored import StoredField, StoredSubmission
from warehouse.typed import typed

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FILE = "analyst.duckdb"
NUMBER = Numeric(38, 10)
BATCH = 50_000  # rows copied at once
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
# A day means its end, a text with a time that moment, of Beijing where it names no zone: as `--as-of` has it.
MOMENT = r"""
CREATE MACRO mart.moment(day) AS CASE
    WHEN regexp_full_match(CAST(day AS VARCHAR), '\d{4}-\d\d-\d\d') AND TRY_CAST(day AS DATE) IS NOT NULL
    THEN CAST(day AS VARCHAR) || 'T23:59:59+08:00'
    WHEN regexp_full_match(CAST(day AS VARCHAR), '\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+08:00)?')
        AND TRY_CAST(left(CAST(day AS VARCHAR), 16) AS TIMESTAMP) IS NOT NULL
    THEN regexp_replace(strftime(
        CAST(regexp_replace(CAST(day AS VARCHAR), '\+08:00$', '') AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%f'
    ), '\.000000$', '') || '+08:00'
    ELSE error('应为日期或北京时间 / neither a day nor a moment of Beijing: ' || coalesce(CAST(day AS VARCHAR), 'NULL'))
END"""
MOMENT_SAID = (
    "某日（终了）或某一北京时刻，写成表中的样子 / the end of a day, or a moment of Beijing, as the tables write it"
)
COPIED: Mapping[str, Said] = {
    "bureau": ("主管局代码", "Code of the bureau"),
    "title": ("主管局名称", "Name of the bureau"),
    "ledger_entry": ("复制时台账的末条序号", "Last entry of the ledger when this was copied"),
    "ledger_hash": ("该条的哈希", "Its hash"),
    "deadlines_from": ("时限登记的最近变动时间", "When what is said of deadlines changed last"),
}
COMMENTS: Mapping[str, Said] = {
    "_submission": ("报送编号", "submission"),
    "_filer": ("填报单位代码", "filer code"),
    "_file": ("文件", "file"),
    "_sheet": ("工作表", "sheet"),
    "_sha256": ("文件的 SHA-256", "SHA-256 of the file"),
    "_period": ("报告期", "period"),
    "_row": ("工作表行号", "row of the sheet"),
}
# What stands beside a field's value.
PARTS: Mapping[str, Said] = {
    "text": ("：填报的原文", ", as filed"),
    "at": ("：所在单元格", ": its cell"),
    "low": ("：下界；空为无下界", ": lower bound; empty where open"),
    "high": ("：上界；空为无上界", ": upper bound; empty where open"),
    "low_closed": ("：是否含下界", ": whether the lower bound is included"),
    "high_closed": ("：是否含上界", ": whether the upper bound is included"),
    "comparator": ("：比较符", ": comparator"),
    "unit": ("：计量单位", ": unit"),
    "direction": ("：方向（1 增，-1 减）", ": direction (1 up, -1 down)"),
    "precision": ("：末位数字的位值", ": place value of the last digit"),
}


def rebuild(home_folder: Path, database_url: str | URL | None = None) -> Path:
    """Make `analyst.duckdb` in the home's folder from what the warehouse holds now; its path.

    Raises StorageError where there is no warehouse. Sessions on the old file go on reading the old one.
    """
    import duckdb

    target = home_folder / FILE
    made = unfinished_name(target)
    with Home.look(home_folder, database_url=database_url) as home, hold(home_folder):
        made.unlink(missing_ok=True)
        with duckdb.connect(str(made), config=OFFLINE) as connection:
            # One transaction: each one by itself would wait for the disk, a thousand comments a thousand times.
            connection.execute("BEGIN; CREATE SCHEMA warehouse; CREATE SCHEMA mart; CREATE SCHEMA register")
            _copy_tables(connection, home)
            connection.execute(MOMENT)
            connection.execute(f"COMMENT ON MACRO mart.moment IS {text_literal(MOMENT_SAID)}")
            for mart in discover_marts():
                _make_mart(connection, mart)
            for kind, submissions in _standing(home).items():
                _copy_register(connection, home, kind, submissions)
            connection.execute("COMMIT")
        os.replace(made, target)
        sync_folder(home_folder)
    return target


def state_of(connection: Connection) -> dict[str, Any]:
    """What a copy was made of, or would be made of now: the columns of `warehouse.copied`."""
    entry = select(tables.ledger.c.sequence, tables.ledger.c.hash).order_by(tables.ledger.c.sequence.desc()).limit(1)
    last = connection.execute(entry).first()
    owner = connection.execute(select(tables.home)).one()
    changed = connection.scalar(select(func.max(tables.deadlines.c.recorded_from)))
    known = (0, "") if last is None else tuple(last)
    return dict(zip(COPIED, (owner.bureau, owner.title, *known, changed), strict=True))


@cache
def tables_of_marts() -> list[Table]:
    """Every table that a mart reads, now or as of a day, in the order of its name."""
    selects = [mart.make(known) for mart in discover_marts() for known in (NOW, known_at(literal_column("day")))]
    read = {found.name: found for made in selects for found in visitors.iterate(made) if isinstance(found, Table)}
    return [read[name] for name in sorted(read)]


def _copy_tables(connection: DuckDBPyConnection, home: Home) -> None:
    """All of the same moment: in one transaction."""
    with reading(home.engine) as database:
        for table in tables_of_marts():
            name = f"warehouse.{quoted(table.name)}"
            for batch in _batches(database, table):
                _add(connection, name, batch)
                if batch.num_rows == BATCH:  # what is not committed yet waits in memory
                    connection.execute("COMMIT; BEGIN")
            _comment(connection, "TABLE", name, meaning_of(table), meanings(table))
        _add(connection, "warehouse.copied", pa.Table.from_pylist([state_of(database)]))
        _comment(connection, "TABLE", "warehouse.copied", ("本副本的由来", "What this is a copy of"), COPIED)


def _batches(database: Connection, table: Table) -> Iterator[pa.Table]:
    """Its rows in the order of its key, at least one batch: an empty table is one too."""
    schema = pa.schema([(c.name, _arrow(c.type)) for c in table.columns])
    yield schema.empty_table()
    query = select(table).order_by(*table.primary_key)
    for rows in database.execution_options(yield_per=BATCH).execute(query).partitions():
        columns = zip(*rows, strict=True)
        yield pa.Table.from_arrays([pa.array(c, t) for c, t in zip(columns, schema.types, strict=True)], schema=schema)


def _arrow(type_: object) -> pa.DataType:
    if isinstance(type_, Boolean):
        return pa.bool_()
    return pa.int64() if isinstance(type_, Integer) else pa.string()


def _make_mart(connection: DuckDBPyConnection, mart: Mart) -> None:
    name, asked = f"mart.{quoted(mart.name)}", f"mart.{quoted(f'{mart.name}_as_of')}"
    now, then = _written(mart)
    connection.execute(f"CREATE VIEW {name} AS {now}")
    connection.execute(f"CREATE MACRO {asked}(day) AS TABLE {then}")
    _comment(connection, "VIEW", name, (mart.title_zh, mart.title_en), mart.columns)
    said = f"{mart.title_zh}，某日或某时所知 / {mart.title_en}, as known on a day or at a moment"
    connection.execute(f"COMMENT ON MACRO TABLE {asked} IS {text_literal(said)}")


@cache
def _written(mart: Mart) -> tuple[str, str]:
    """The mart as things are now, and as they were at `day`."""
    then = known_at(literal_column("mart.moment(day)"))
    return _query(mart, NOW), _query(mart, then)


def _query(mart: Mart, known: Known) -> str:
    return written(typed(mart, known, NUMBER, ordered=True), schema="warehouse")


def _standing(home: Home) -> dict[str, list[StoredSubmission]]:
    kinds: dict[str, list[StoredSubmission]] = {}
    for submission in home.submissions():
        if submission.stands:
            kinds.setdefault(submission.kind, []).append(submission)
    return dict(sorted(kinds.items()))


def _copy_register(
    connection: DuckDBPyConnection, home: Home, kind: str, submissions: Sequence[StoredSubmission]
) -> None:
    fields = {field.name: field for submission in submissions for field in submission.fields or ()}
    hidden = {name for name, field in fields.items() if field.personal}
    table = f"register.{quoted(kind)}"
    for piece in lookup.gather_pieces(home.registers, submissions):
        rows = piece.select(name for name in piece.columns if name.partition("__")[0] not in hidden)
        _add(connection, table, rows.to_arrow())
    said = {name: _meaning(name, fields) for name in rows.columns}
    here = {name: meaning for name, meaning in said.items() if meaning is not None}
    _comment(connection, "TABLE", table, (f"{kind}：已接受的明细", "accepted rows"), here)


def _meaning(name: str, fields: Mapping[str, StoredField]) -> Said | None:
    """What a column of a register means: a field, or what is known of one (`contracts.field`)."""
    field, _, part = name.partition("__")
    if name in COMMENTS or field not in fields:
        return COMMENTS.get(name)
    zh, en = PARTS.get(part, ("", ""))
    return fields[field].zh + zh, fields[field].en + en


def _add(connection: DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """The rows into a table, which the first of them make."""
    connection.register("incoming", rows)
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} AS FROM incoming LIMIT 0")
    connection.execute(f"INSERT INTO {table} FROM incoming")
    connection.unregister("incoming")


def _comment(connection: DuckDBPyConnection, what: str, name: str, title: Said, columns: Mapping[str, Said]) -> None:
    connection.execute(f"COMMENT ON {what} {name} IS {text_literal(' / '.join(title))}")
    for column, said in columns.items():
        connection.execute(f"COMMENT ON COLUMN {name}.{quoted(column)} IS {text_literal(' / '.join(said))}")


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
