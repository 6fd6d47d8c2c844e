"""The marts on PostgreSQL: views in a schema of their own, with comments, and each of them as of any day as a function.

Made anew as a whole, in one transaction, whenever the program or somebody's hand has made them different: the schema is
ours alone, and what others put into it goes. A view sees what whoever asks may see (`warehouse.roles`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Select, literal_column, text
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg

from warehouse.database import altering, reading
from warehouse.marts.mart import Mart
from warehouse.roles import grant
from warehouse.states import Known, known_at
from warehouse.typed import typed

SCHEMA = "mart"
# A day means its end, a text with a time means that moment: as `--as-of` has it, for texts in the canonical form.
MOMENT = """\
CREATE FUNCTION mart.moment(day text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN length(day) = 10 THEN day || 'T23:59:59+08:00' ELSE day END"""
# What there is: the views as the server understood them, how they are made, the functions, and what is said of each.
THERE = """\
SELECT c.relname, pg_get_viewdef(c.oid), c.reloptions::text, obj_description(c.oid, 'pg_class'),
    (SELECT string_agg(a.attname || ': ' || col_description(c.oid, a.attnum), chr(10) ORDER BY a.attnum)
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0)
FROM pg_class c WHERE c.relnamespace = to_regnamespace('mart')
UNION ALL
SELECT p.proname, p.prosrc, pg_get_function_arguments(p.oid), pg_get_functiondef(p.oid),
    obj_description(p.oid, 'pg_proc')
FROM pg_proc p WHERE p.pronamespace = to_regnamespace('mart')"""


class _Compiler(PGCompiler_psycopg):
    """Writes a query out in full: SQLAlchemy's own forgets the separator of joined texts."""

    def visit_aggregate_strings_func(self, fn: Any, **kw: Any) -> str:
        return f"string_agg{self.function_argspec(fn, **kw)}"


class _Written(PGDialect_psycopg):
    """PostgreSQL as one writes it by hand: no parameters, and a % is one %."""

    statement_compiler = _Compiler
    supports_statement_cache = True


def written(query: Select[Any], schema: str | None = None) -> str:
    """The query in PostgreSQL's words, with every value in its place. schema: where the tables are, if it is told."""
    where: dict[str, Any] = (
        {} if schema is None else {"schema_translate_map": {None: schema}, "render_schema_translate": True}
    )
    dialect = _Written(paramstyle="named")  # type: ignore[no-untyped-call]
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}, **where))


def create_schema(engine: Engine, marts: Sequence[Mart]) -> None:
    """Bring the schema to what the marts' modules say. Nothing happens where it is so."""
    wanted = list(_statements(marts))
    made = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    with reading(engine) as connection:
        if _noted(connection) == _note(made, connection):
            return
    with altering(engine) as connection:
        if _noted(connection) == _note(made, connection):  # another process was first
            return
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS mart CASCADE")
        for statement in wanted:
            connection.exec_driver_sql(statement.replace("%", "%%"))  # the driver takes one for a parameter
        connection.exec_driver_sql(f"COMMENT ON SCHEMA mart IS {_quoted(_note(made, connection))}")
        grant(connection)


def _noted(connection: Connection) -> str | None:
    found: str | None = connection.scalar(text("SELECT obj_description(to_regnamespace('mart'), 'pg_namespace')"))
    return found


def _note(made: str, connection: Connection) -> str:
    """What the schema's comment says: of what it was made, and what the server then had."""
    there = sorted(repr(tuple(row)) for row in connection.execute(text(THERE)))
    is_ = hashlib.sha256("\n".join(there).encode()).hexdigest()
    return f"绩效数据集市；由 jixiao 建立，请勿改动 / the marts; made by jixiao, do not change [{made} {is_}]"


def _statements(marts: Sequence[Mart]) -> Iterator[str]:
    yield "CREATE SCHEMA mart"
    yield MOMENT
    for mart in marts:
        name = f"mart.{mart.name}"
        yield view_statement(mart)
        yield f"COMMENT ON VIEW {name} IS {_quoted(f'{mart.title_zh} / {mart.title_en}')}"
        for column, (zh, en) in mart.columns.items():
            yield f'COMMENT ON COLUMN {name}."{column}" IS {_quoted(f"{zh} / {en}")}'
        yield _function(mart)
        said = f"{mart.title_zh}，某日（YYYY-MM-DD）当时所知 / {mart.title_en}, as known on a day"
        yield f"COMMENT ON FUNCTION {name}_as_of(text) IS {_quoted(said)}"


def view_statement(mart: Mart) -> str:
    # Whose rights count is whoever asks, not whoever made the view: a carrier sees its own rows only, by any view.
    return f"CREATE VIEW mart.{mart.name} WITH (security_invoker = true) AS {written(typed(mart, Known(lateral=True)))}"


def _function(mart: Mart) -> str:
    query = written(typed(mart, known_at(literal_column("mart.moment($1)"), lateral=True)))
    # It is written into the query that calls it, which may then be worked on by several at once.
    how = "LANGUAGE sql STABLE PARALLEL SAFE"
    head = f"CREATE FUNCTION mart.{mart.name}_as_of(day text) RETURNS SETOF mart.{mart.name} {how}"
    # Read when it is made and not when it is asked: whoever asks may not name the tables (`warehouse.roles`).
    return f"{head} BEGIN ATOMIC {query}; END"


def _quoted(said: str) -> str:
    return "'" + said.replace("'", "''") + "'"
