"""The parts of docs/marts.md: what marts there are and what each reads, the entity diagram, and the tables behind them.

Everything is read off the marts and the tables themselves; only what the database does not enforce is said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Boolean, Column, Integer, Table
from sqlalchemy.sql import visitors

from warehouse.analyst import tables_of_marts
from warehouse.marts import Mart, discover_marts
from warehouse.meanings import meaning_of

# Codes by which rows of different submissions name the same thing: no foreign keys, because a list may come later.
BY_CODE = (
    ("submissions.filer", "organisations.code"),
    ("figures.filer", "organisations.code"),
    ("deadlines.filer", "organisations.code"),
    ("obligations.filer", "organisations.code"),
    ("work_nodes.department", "organisations.code"),
    ("organisations.succeeds", "organisations.code"),
    ("indicators.parent", "indicators.code"),
    ("work_nodes.indicator", "indicators.code"),
    ("targets.node", "indicators.code"),
    ("rule_counts.rule", "rule_versions.rule"),
    ("findings.rule", "rule_versions.rule"),
)


def overview() -> Iterator[tuple[str, str, str, str]]:
    """Of every mart its name, titles and the tables it reads."""
    for mart in discover_marts():
        yield mart.name, mart.title_zh, mart.title_en, ", ".join(tables_read(mart))


def tables_read(mart: Mart) -> list[str]:
    """The tables that a mart reads as things are now."""
    return sorted({found.name for found in visitors.iterate(mart.select) if isinstance(found, Table)})


def diagram() -> str:
    """A mermaid erDiagram of the tables that marts read: their keys, and how they refer to each other."""
    tables = tables_of_marts()
    lines = ["erDiagram"]
    for table in tables:
        lines += [f"    {table.name} {{", *(f"        {line}" for line in _keys(table)), "    }"]
    lines += sorted({*_foreign(tables), *_by_code(tables)})
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def _keys(table: Table) -> Iterator[str]:
    """The columns by which rows are found and refer to others; the others are in the dictionary."""
    coded = {end for link in BY_CODE for end in link}
    for column in table.columns:
        marks = [mark for mark, has in (("PK", column.primary_key), ("FK", bool(column.foreign_keys))) if has]
        if marks or f"{table.name}.{column.name}" in coded:
            yield " ".join([_type(column), column.name, ", ".join(marks)]).rstrip()


def _type(column: Column[object]) -> str:
    return "int" if isinstance(column.type, Integer) else "bool" if isinstance(column.type, Boolean) else "text"


def _foreign(tables: Iterable[Table]) -> Iterator[str]:
    there = {table.name for table in tables}
    for table in tables:
        for key in table.foreign_keys:
            other = key.column.table.name
            if other in there:
                one = "|o" if key.parent.nullable else "||"
                yield f"    {other} {one}--o{{ {table.name} : {key.parent.name}"


def _by_code(tables: Iterable[Table]) -> Iterator[str]:
    columns = {f"{table.name}.{column.name}" for table in tables for column in table.columns}
    for one, other in BY_CODE:
        assert {one, other} <= columns, f"{one} or {other} is no column of a table that marts read"
        table, _, column = one.partition(".")
        yield f"    {other.partition('.')[0]} |o..o{{ {table} : {column}"


def tables_behind() -> Iterator[tuple[str, str, str, str]]:
    """Of every table that marts read its name, what it holds, and its columns."""
    for table in tables_of_marts():
        zh, en = meaning_of(table)
        yield table.name, zh, en, ", ".join(column.name for column in table.columns)
