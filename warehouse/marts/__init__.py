"""Documented tables for analysts: each module one select and its dictionary. Read-only views over the warehouse.

A mart is found, not listed: every module of this package that has a `MART` is one.
"""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import Dialect

from warehouse.database import reading, reported
from warehouse.marts.mart import Mart

__all__ = ["Mart", "create_views", "discover_marts", "view_name"]


def discover_marts() -> list[Mart]:
    """Every mart, by the order of its module's name."""
    modules = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name != "mart")
    return [importlib.import_module(f"{__name__}.{name}").MART for name in modules]


def create_views(engine: Engine) -> None:
    """Bring the views `mart_<name>` to what their modules say; views that are so already are left alone."""
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
    return f"mart_{mart.name}"


def view_sql(mart: Mart, dialect: Dialect) -> str:
    query = mart.select.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return f"CREATE VIEW {view_name(mart)} AS {query}"
