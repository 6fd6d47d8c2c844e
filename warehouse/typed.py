"""A mart as people ask it: exact text becomes numbers, moments and days. The same for PostgreSQL and for DuckDB.

Tables keep text, so that nothing is ever rounded or moved to another zone; whoever adds up, subtracts days or draws a
line over time needs types. Never used for what is kept, and never on SQLite, which has no such types.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Date, DateTime, Numeric, Select, cast, func, select
from sqlalchemy.types import TypeEngine

from warehouse.marts.mart import Mart
from warehouse.states import NOW, Known

EXACT = Numeric()
_ZONE = len("+08:00")  # what every moment ends with
_MOMENTS = frozenset({"at", "recorded_from", "recorded_to", "known_from", "judged_on"})
_DAYS = frozenset({"period_start", "period_end", "issued", "extended_until", "valid_from", "valid_to"})


def is_moment(name: str) -> bool:
    """Whether a column of this name holds moments."""
    return name.endswith("_at") or name in _MOMENTS


def is_day(name: str) -> bool:
    """Whether a column of this name holds days. `as_of` does not: it may be a month."""
    return not is_moment(name) and (name.endswith("_on") or name in _DAYS)


def typed(mart: Mart, known: Known = NOW, number: TypeEngine[Any] = EXACT, *, ordered: bool = False) -> Select[Any]:
    """The mart over what is known, its texts cast; moments are Beijing time without a zone.

    number: what its numbers become. ordered: in its own order, which is worth a sort where somebody reads all of it.
    """
    made = mart.make(known)
    plain = (made if ordered else made.order_by(None)).subquery(mart.name)
    return select(*(_cast(mart, column, number).label(column.name) for column in plain.columns))


def _cast(mart: Mart, column: Column[Any] | ColumnElement[Any], number: TypeEngine[Any]) -> ColumnElement[Any]:
    if column.key in mart.numbers:
        return cast(column, number)
    if is_moment(column.key or ""):
        return cast(func.substr(column, 1, func.length(column) - _ZONE), DateTime())
    return cast(column, Date()) if is_day(column.key or "") else column
