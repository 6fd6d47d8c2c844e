"""All that a home holds, in a form that two homes can be compared in."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb

DATABASE = "warehouse.db"
ANALYST = "analyst.duckdb"

Contents = dict[str, list[str] | str]
"""Table → its rows as text, sorted; file → SHA-256 of its bytes."""


def read_contents(home: Path) -> Contents:
    """Every row of every table of the warehouse and of the analyst's copy, and every other file byte for byte.

    Only who ran when is left out: no other table has a column of the wall clock.
    """
    found: Contents = {f"{DATABASE}:{name}": rows for name, rows in read_tables(home).items()}
    if (home / ANALYST).exists():
        found |= {f"{ANALYST}:{name}": rows for name, rows in read_analyst(home).items()}
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if path.is_file() and name != ANALYST and not name.startswith(DATABASE):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def read_tables(home: Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(home / DATABASE)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        names.remove("runs")
        return {name: sorted(repr(row) for row in connection.execute(f'SELECT * FROM "{name}"')) for name in names}


def read_analyst(home: Path) -> dict[str, list[str]]:
    with duckdb.connect(str(home / ANALYST), read_only=True) as connection:
        listed = connection.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
        names = [f'"{schema}"."{table}"' for schema, table in listed]
        return {name: sorted(map(repr, connection.execute(f"SELECT * FROM {name}").fetchall())) for name in names}


def differences(one: Contents, other: Contents) -> list[str]:
    """Names of what is not the same in both; empty when nothing is."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
