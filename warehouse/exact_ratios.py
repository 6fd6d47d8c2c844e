"""Ratios of whole numbers in SQL, rounded alike by SQLite, PostgreSQL and DuckDB: from sums, as exact decimal text.

SQLite divides as floats unless both are whole numbers, and DuckDB always; so a ratio is made of whole quotients only.
Never of other ratios: who asks for one gives what it is the ratio of.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, case, cast, func, literal, null
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

HUNDRED = 100


class whole_quotient(FunctionElement[int]):  # noqa: N801  # named as the functions of SQL are
    """How many times the second goes into the first; both whole, not negative, below 2^53, the second not zero."""

    type = BigInteger()
    inherit_cache = True


@compiles(whole_quotient, "sqlite")
def _in_sqlite(element: whole_quotient, compiler: Any, **kw: Any) -> str:
    one, other = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(CAST({one} AS INTEGER) / CAST({other} AS INTEGER))"


@compiles(whole_quotient)
def _elsewhere(element: whole_quotient, compiler: Any, **kw: Any) -> str:
    one, other = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(trunc(CAST({one} AS NUMERIC(38, 0)) / ({other})) AS BIGINT)"


def ratio(numerator: Any, denominator: Any, *, times: int = 1) -> ColumnElement[str]:
    """`times` the quotient of two sums at two decimals, a half rounded up, as text; null where nothing is divided by.

    Both are whole and not negative.
    """
    # In hundredths, and half of one added: of twice everything, so that it stays whole.
    hundredths = whole_quotient(
        numerator * literal(2 * HUNDRED * times, BigInteger()) + denominator, denominator * literal(2)
    )
    whole = whole_quotient(hundredths, literal(HUNDRED))
    rest = cast(hundredths - whole * HUNDRED + HUNDRED, String)
    text = cast(whole, String) + literal(".") + func.substr(rest, 2, 2)
    return case((denominator > 0, text), else_=null())


def percent(part: Any, whole: Any) -> ColumnElement[str]:
    """How many per cent one sum is of another, as `ratio` has it."""
    return ratio(part, whole, times=HUNDRED)
