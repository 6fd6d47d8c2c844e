"""Documented tables for analysts: each module one select and its dictionary. Read-only views over the warehouse.

A mart is found, not listed: every module of this package that has a `MART` is one, or several that are alike (`MARTS`).
"""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import Dialect

from warehouse.database import is_postgresql, reading, reported
from warehouse.mart_schema import create_schema, view_statement
from warehouse.marts.mart import Mart

__all__ = ["Mart", "create_views", "discover_marts", "view_name", "view_sql"]


def discover_marts() -> list[Mart]:
    """Every mart, in the order of their names."""
    names = (m.name for m in pkgutil.iter_modules(__path__) if m.name != "mart")
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    found = [mart for module in modules for mart in getattr(module, "MARTS", None) or (module.MART,)]
    return sorted(found, key=lambda mart: mart.name)


def create_views(engine: Engine) -> None:
    """Bring the views `mart_<name>` to what their modules say; views that are so already are left alone.

    On PostgreSQL they are `mart.<name>`, with more beside them (`warehouse.mart_schema`).
    """
    if is_postgresql(engine):
        create_schema(engine, discover_marts())
        return
    wanted = {view_name(mart): view_sql(mart, engine.dialect) for mart in discover_marts()}
    with reading(engine) as connection:
        inspector = inspect(connection)
        there = {n: inspector.get_view_definition(n) for n in inspector.get_view_names() if n.startswith("mart_")}
    if there == wanted:
        return
    with reported(), engine.execution_options(writes=True).begin() as connection:
        for name in there:
            connection.execute(text(f'DROP VIEW IF EXISTS "{name}"'))
        for sql in wanted.values():
            connection.exec_driver_sql(sql)


def view_name(mart: Mart) -> str:
    """Its name in SQLite, which knows no schemas."""
    return f"mart_{mart.name}"


def view_sql(mart: Mart, dialect: Dialect) -> str:
    """The statement that makes its view."""
    if dialect.name == "postgresql":
        return view_statement(mart)
    query = mart.select.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return f"CREATE VIEW {view_name(mart)} AS {query}"
