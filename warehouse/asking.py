"""Asking the analyst's copy: one query, nothing but reading. What is asked can neither write nor leave the file.

The file is opened read-only, and DuckDB is told to open no other file, to load nothing and to keep to that, before it
sees a word of the query. As of a day, every mart's name means that mart as it was known then.
"""

from __future__ import annotations

import difflib
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contracts.errors import StorageError, UsageError
from warehouse.analyst import OFFLINE, quoted, text_literal

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

BATCH: Final = 10_000
SCHEMAS: Final = ("mart", "register", "warehouse")
_ATTACHED: Final = "_copy"  # what the file is called where marts as of a day stand before it
_READING: Final = frozenset({"SELECT", "EXPLAIN", "MULTI"})  # of several in one only PIVOT consists
_LINE: Final = re.compile(r"^LINE (\d+): (.*)\n( *)\^", re.M)
_COLUMN: Final = re.compile(r'[Cc]olumn (?:named )?"([^"]+)"')
_TABLE: Final = re.compile(r'Table with name "?([^"\s!]+)"? does not exist')
_GUESS: Final = re.compile(r"\n(?:Did you mean|Candidate bindings:) [^\n]*")


@dataclass(frozen=True)
class Described:
    """A table or view of the copy: where it stands, what it is, and its columns with type and meaning."""

    schema: str
    name: str
    title: str
    columns: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Answer:
    """What a query gives: read it once, by `rows` or by `batches`. types: as DuckDB names them."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    _result: DuckDBPyConnection
    _told: Callable[[Exception], UsageError]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """As Python's own values. Raises UsageError where a value cannot be computed."""
        while rows := self._fetch():
            yield from rows

    def _fetch(self) -> list[tuple[Any, ...]]:
        import duckdb

        try:
            return self._result.fetchmany(BATCH)
        except duckdb.Error as error:
            raise self._told(error) from error

    def batches(self) -> pa.RecordBatchReader:
        """As Arrow, a batch at a time."""
        with warnings.catch_warnings():  # that rows are copied once more: they are handed on batch by batch
            warnings.simplefilter("ignore", UserWarning)
            return self._result.to_arrow_reader(BATCH)


@dataclass(frozen=True)
class Copy:
    """An open copy. schemas: what can be asked; of a day, without the registers, which hold what stands now."""

    connection: DuckDBPyConnection
    file: Path
    schemas: tuple[str, ...]

    def ask(self, query: str) -> Answer:
        """The answer to one query. Raises UsageError where it is none, or not written as DuckDB understands it."""
        import duckdb

        def told(error: Exception) -> UsageError:
            return self._mistake(query, error)

        try:
            _refuse_all_but_reading([str(s.type).rpartition(".")[2] for s in self.connection.extract_statements(query)])
            result = self.connection.execute(query)
        except duckdb.Error as error:
            raise told(error) from error
        described = result.description or []
        return Answer(tuple(c[0] for c in described), tuple(str(c[1]) for c in described), result, told)

    def describe(self, *schemas: str) -> list[Described]:
        """What stands in these schemas, in the order of their names."""
        listed = ", ".join(map(text_literal, schemas))
        found = self.connection.execute(f"""
            SELECT t.schema_name, t.name, coalesce(t.comment, ''),
                list((c.column_name, c.data_type, coalesce(c.comment, '')) ORDER BY c.column_index)
            FROM (
                SELECT database_name, schema_name, table_name AS name, comment FROM duckdb_tables()
                UNION ALL SELECT database_name, schema_name, view_name, comment FROM duckdb_views()
            ) t
            JOIN duckdb_columns() c
                ON (c.database_name, c.schema_name, c.table_name) = (t.database_name, t.schema_name, t.name)
            WHERE t.schema_name IN ({listed}) AND t.database_name = {text_literal(self._catalog)}
            GROUP BY ALL ORDER BY 1, 2
        """)
        return [Described(s, n, title, tuple(map(tuple, columns))) for s, n, title, columns in found.fetchall()]

    def made_of(self) -> dict[str, Any]:
        """What the warehouse was like when this was copied: a row of `warehouse.copied`."""
        result = self.connection.execute(f"FROM {quoted(self._catalog)}.warehouse.copied")
        names = [c[0] for c in result.description or []]
        return dict(zip(names, result.fetchall()[0], strict=True))

    @property
    def _catalog(self) -> str:
        (found,) = self.connection.execute(
            "SELECT database_name FROM duckdb_databases() WHERE path IS NOT NULL"
        ).fetchall()
        return str(found[0])

    def _mistake(self, query: str, error: Exception) -> UsageError:
        import duckdb

        said = _GUESS.sub("", str(error)).strip()
        if isinstance(error, duckdb.PermissionException):
            first = said.splitlines()[0]
            return UsageError(
                f"jixiao sql 只查询 {self.file.name} 本身，不读写其他文件，不联网，不装载扩展：{first}",
                f"jixiao sql asks {self.file.name} alone; it opens no other file, no network and no extension: {first}",
            )
        zh, en = _place(said)
        near_zh, near_en = self._near(query, said)
        return UsageError(f"SQL 有误{zh}{near_zh}", f"the SQL is wrong{en}{near_en}\n{said}")

    def _near(self, query: str, said: str) -> tuple[str, str]:
        """The names most like the one that there is not: of columns, those of the tables that the query names."""
        everything = self.describe(*self.schemas)
        if found := _TABLE.search(said):
            word = found[1].rpartition(".")[2]
            known = {t.name: f"{t.schema}.{t.name}" for t in reversed(everything)}
        elif found := _COLUMN.search(said):
            word = found[1]
            named = [t for t in everything if re.search(rf"\b{re.escape(t.name)}\b", query)]
            known = {name: name for t in named for name, _, _ in t.columns}
        else:
            return "", ""
        if "register" not in self.schemas and re.search(r"\bregister\b", query):
            return (
                "：register 是现行有效的明细，--as-of 时不可用",
                ": register holds what stands now, and is not there as of a day",
            )
        near = [known[name] for name in difflib.get_close_matches(word, known, 3, 0.5)]
        if not near:
            return f"：没有“{word}”", f": there is no “{word}”"
        return f"：没有“{word}”，相近的有：{'、'.join(near)}", f": there is no “{word}”; near to it: {', '.join(near)}"


@contextmanager
def open_copy(file: Path, moment: str | None = None) -> Iterator[Copy]:
    """The copy in `file`, as things were known when it was made, or at `moment` (canonical text).

    Raises StorageError where it is not there or cannot be opened.
    """
    import duckdb

    if not file.is_file():
        raise StorageError(
            f"没有 {file}；它由 jixiao run 在每次运行结束时生成",
            f"there is no {file}; every jixiao run makes it at its end",
        )
    with tempfile.TemporaryDirectory(prefix="jixiao-") as spill:
        config = OFFLINE | {"python_enable_replacements": False, "temp_directory": spill}
        try:
            connection = _connect(file, config, moment)
        except duckdb.Error as error:
            raise StorageError(f"无法打开 {file}：{error}", f"cannot open {file}: {error}") from error
        with connection:
            connection.execute("SET enable_external_access = false; SET lock_configuration = true")
            yield Copy(connection, file, SCHEMAS if moment is None else ("mart", "warehouse"))


def _connect(file: Path, config: dict[str, Any], moment: str | None) -> DuckDBPyConnection:
    import duckdb

    if moment is None:
        return duckdb.connect(str(file), read_only=True, config=config)
    connection = duckdb.connect(config=config)
    connection.execute(f"ATTACH {text_literal(str(file))} AS {_ATTACHED} (READ_ONLY)")
    _place_marts(connection, moment)
    return connection


def _place_marts(connection: DuckDBPyConnection, moment: str) -> None:
    """Views `mart.<name>` of what was known then, by the macros of the file itself, whichever version made it.

    A macro looks for its tables beside itself: they stand here as views.
    """
    connection.execute("BEGIN; CREATE SCHEMA warehouse; CREATE SCHEMA mart")
    listed = f"SELECT table_name FROM duckdb_tables() WHERE (database_name, schema_name) = ('{_ATTACHED}', 'warehouse')"
    for (name,) in connection.execute(listed).fetchall():
        connection.execute(f"CREATE VIEW warehouse.{quoted(name)} AS FROM {_ATTACHED}.warehouse.{quoted(name)}")
    listed = f"SELECT function_name, macro_definition FROM duckdb_functions() WHERE database_name = '{_ATTACHED}'"
    macros = dict(connection.execute(listed).fetchall())
    connection.execute(f"CREATE MACRO mart.moment(day) AS {macros.pop('moment')}")
    for asked, query in macros.items():
        name, macro = quoted(asked.removesuffix("_as_of")), quoted(asked)
        connection.execute(f"CREATE MACRO mart.{macro}(day) AS TABLE {query}")
        connection.execute(f"CREATE VIEW mart.{name} AS FROM mart.{macro}({text_literal(moment)})")
    connection.execute("COMMIT")


def _refuse_all_but_reading(types: Sequence[str]) -> None:
    if not types:
        raise UsageError("没有查询", "there is no query")
    if len(types) > 1:
        raise UsageError(
            f"一次只能查询一条语句，这里有 {len(types)} 条", f"one query at a time; these are {len(types)} statements"
        )
    if types[0] not in _READING:
        told = "SELECT, FROM, WITH, VALUES, PIVOT, DESCRIBE, SUMMARIZE, EXPLAIN"
        raise UsageError(
            f"jixiao sql 只查询，不执行 {types[0]}；可用 {told}",
            f"jixiao sql only reads and does no {types[0]}; {told} do",
        )


def _place(said: str) -> tuple[str, str]:
    """Where DuckDB points: line and character, both from 1; nothing where it points nowhere or cuts the line."""
    found = _LINE.search(said)
    if found is None:
        return "", ""
    line, text = int(found[1]), found[2]
    at = len(found[3]) - len(f"LINE {line}: ") + 1
    if text.startswith("..."):
        return f"（第 {line} 行）", f" (line {line})"
    return f"（第 {line} 行第 {at} 个字符起）", f" (line {line}, from character {at})"
