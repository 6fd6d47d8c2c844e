"""What a home's database holds, on either database, in a form that two can be compared in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from warehouse.database import reading
from warehouse.home import Home
from warehouse.marts import discover_marts, view_name
from warehouse.tables import metadata

Rows = list[tuple[Any, ...]]
# Who ran when: the wall clock, which no two runs share.
CLOCK = frozenset({"runs"})


def read_tables(home: Home) -> dict[str, Rows]:
    """Every row of every table, but of those that tell the wall clock."""
    with reading(home.engine) as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in metadata.tables.items()
            if name not in CLOCK
        }


def read_marts(home: Home) -> dict[str, Rows]:
    """Every row of every mart, as the program asks for it: exact text, in the mart's own order."""
    with reading(home.engine) as connection:
        return {mart.name: [tuple(row) for row in connection.execute(mart.select)] for mart in discover_marts()}


def read_views(home: Home) -> dict[str, list[str]]:
    """The same as people ask for it, by the views in the database; in no order, and typed where it has types."""
    found = {}
    with reading(home.engine) as connection:
        for mart in discover_marts():
            view = f"mart.{mart.name}" if home.engine.dialect.name == "postgresql" else view_name(mart)
            rows = connection.execute(text(f"SELECT * FROM {view}"))
            assert list(rows.keys()) == list(mart.columns)
            found[mart.name] = sorted(" | ".join(map(_written, row)) for row in rows)
    return found


def _written(value: Any) -> str:
    """A number, day or moment as the text that it was cast from; a flag as SQLite has it."""
    match value:
        case bool():
            return str(int(value))
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat() + "+08:00"
        case date():
            return value.isoformat()
    return repr(value) if value is None else str(value)


def differences(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """Names of what is not the same in both; empty when nothing is."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
