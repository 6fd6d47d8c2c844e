"""What is calculated from the stated numbers of a row: terms of sums, differences and quotients of intervals.

Every term is told twice: exactly for one row (`exact`), and for whole columns as floats rounded outward (`bounds`), so
that a column costs little and only what lies near a boundary need be decided exactly. A number that occurs twice in a
term is taken to vary twice: write 1 − b/a for (a − b)/a.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from typing import Any, Final, Protocol

import numpy as np
import polars as pl

from contracts.bounds import Bounds, added, as_floats, bounded, divided, multiplied, negated
from contracts.errors import ContractError
from contracts.field import Field, Type
from contracts.interval import Exact, Interval, total
from contracts.readings import Reading, truncated_ends
from contracts.written_step import written_step

# Half of the last of six decimals, and the days of a date, both fit.
ENDS: Final = pl.Decimal(38, 8)
_SHARES: Final = ("%", "‰", "百分点")


class Term(Protocol):
    """A number stated or calculated. `operands` are the stated ones in it, in the order they are written."""

    @property
    def operands(self) -> tuple[Operand, ...]: ...

    def exact(self, stated: Mapping[str, Interval]) -> Interval | None:
        """For one row, from its stated intervals by operand key; None where it cannot be calculated."""

    def bounds(self, stated: Mapping[str, Bounds]) -> Bounds:
        """For whole columns, from those of its operands."""


@dataclass(frozen=True, eq=False, repr=False)
class Operand:
    """A number that stands in the form: expressions for its ends and flags as `contracts.quantity` has them.

    known: whether something was stated and understood; an end that is null where it is known is unbounded.
    value, step: the written number and one unit of its last digit where that can be cut off or rounded; `step` is null
    for exact numbers. reading, unit: as the field declares. key: tells it from other operands; a sum over rows has the
    name of its column, but not its key.
    """

    key: str
    name: str
    heading: str
    title_en: str
    known: pl.Expr
    low: pl.Expr
    high: pl.Expr
    low_closed: pl.Expr
    high_closed: pl.Expr
    value: pl.Expr
    step: pl.Expr
    reading: Reading = "either"
    unit: str = ""

    def __repr__(self) -> str:
        return self.key

    @property
    def operands(self) -> tuple[Operand, ...]:
        return (self,)

    def exact(self, stated: Mapping[str, Interval]) -> Interval | None:
        return stated[self.key]

    def bounds(self, stated: Mapping[str, Bounds]) -> Bounds:
        return stated[self.key]

    def reads_as(self, wanted: Reading) -> Reading:
        """The reading wanted, unless the field declares one."""
        return wanted if self.reading == "either" else self.reading

    @property
    def is_total(self) -> bool:
        return self.key != self.name

    @property
    def columns(self) -> pl.Expr:
        """All that `stated` needs of a row, as one struct named by the operand's key."""
        return pl.struct(
            known=self.known, low=self.low, high=self.high, low_closed=self.low_closed, high_closed=self.high_closed,
            value=self.value, step=self.step,
        ).alias(self.key)  # fmt: skip

    def stated_bounds(self, rows: pl.Series, reading: Reading) -> Bounds:
        """The intervals of all rows of `columns` under a reading."""
        low, high, value, step = (as_floats(rows.struct.field(name)) for name in ("low", "high", "value", "step"))
        if self.reads_as(reading) == "truncated":
            cut = ~np.isnan(step)
            low = np.where(cut, np.where(value > 0, value, value - step), low)
            high = np.where(cut, np.where(value < 0, value, value + step), high)
        return bounded(low, high)

    def stated(self, row: Mapping[str, Any], reading: Reading) -> Interval:
        """The interval of a row of `columns` under a reading."""
        if row["step"] is not None and self.reads_as(reading) == "truncated":
            low, high = truncated_ends(row["value"], row["step"])
            return Interval.of(low, high, low_closed=low == row["value"], high_closed=high == row["value"])
        flags = {"low_closed": bool(row["low_closed"]), "high_closed": bool(row["high_closed"])}
        return Interval.of(row["low"], row["high"], **flags)


def stated(field: Field, prefix: str = "", whose_zh: str = "", whose_en: str = "") -> Operand:
    """The operand that a field of the form is; with `prefix`, the column of that name from a context, and whose it is.

    Counts and days are exact, decimals are as precise as they are written, quantities carry their own interval, a
    month is the days in it, and of names that are listed it is how many there are. Raises ContractError for a field
    that is no number, no date and no list.
    """
    make = {
        Type.COUNT: _exact, Type.DAY: _day, Type.DATE: _date, Type.DECIMAL: _decimal, Type.QUANTITY: _quantity,
        Type.ITEMS: _items,
    }.get(field.type)  # fmt: skip
    if make is None:
        raise ContractError(f"字段 {field.name} 不是数值", f"the field {field.name} is no number")
    return make(
        replace(field, name=prefix + field.name, heading=whose_zh + field.heading, title_en=whose_en + field.title_en)
    )


def added_up(operand: Operand, over: str | tuple[str, ...] | None = None) -> Operand:
    """The sum of an operand over all rows, or over the rows that share a value; unknown where one of them is."""

    def folded(expr: pl.Expr) -> pl.Expr:
        return expr if over is None else expr.over(over)

    def ends(end: pl.Expr) -> pl.Expr:
        return folded(pl.when(end.is_not_null().all()).then(end.sum()))

    return replace(
        operand,
        key=f"{operand.key} in all",
        known=folded(operand.known.all()),
        low=ends(operand.low),
        high=ends(operand.high),
        low_closed=folded(operand.low_closed.all()),
        high_closed=folded(operand.high_closed.all()),
        # Of one sign, numbers cut off one by one are cut off in their sum by as many steps.
        value=folded(operand.value.sum()),
        step=folded(pl.when((operand.value >= 0).all() | (operand.value <= 0).all()).then(operand.step.sum())),
    )


def _operand(field: Field, known: pl.Expr, low: pl.Expr, high: pl.Expr, **others: pl.Expr) -> Operand:
    closed = pl.lit(value=True)
    standing: dict[str, pl.Expr] = {
        "low_closed": closed,
        "high_closed": closed,
        "value": low,
        "step": pl.lit(None, ENDS),
    }
    parts = {"low": low, "high": high, **standing, **others}
    ends = {name: parts[name].cast(ENDS) for name in ("low", "high", "value", "step")}
    flags = {name: parts[name] for name in ("low_closed", "high_closed")}
    return Operand(
        field.name,
        field.name,
        field.heading,
        field.title_en,
        known,
        **ends,
        **flags,
        reading=field.reading,
        unit=field.unit,
    )


def _exact(field: Field) -> Operand:
    number = pl.col(field.name)
    return _operand(field, number.is_not_null(), number, number)


def _items(field: Field) -> Operand:
    number = pl.col(f"{field.name}__count")
    return _operand(field, number.is_not_null(), number, number)


def _day(field: Field) -> Operand:
    day = pl.col(field.name)
    return _operand(field, day.is_not_null(), day.to_physical(), day.to_physical())


def _date(field: Field) -> Operand:
    first, last = pl.col(f"{field.name}__first"), pl.col(f"{field.name}__last")
    return _operand(field, first.is_not_null() & last.is_not_null(), first.to_physical(), last.to_physical())


def _decimal(field: Field) -> Operand:
    value = pl.col(field.name).cast(ENDS)
    step = written_step(field).cast(ENDS)
    if field.unit in _SHARES:  # all and none are not rounded
        step = pl.when(value.is_in([Decimal(0), Decimal(100)])).then(None).otherwise(step)
    half = (step.fill_null(0) / 2).cast(ENDS)
    # As `contracts.readings` reads a quantity: [v − p/2, v + p/2).
    return _operand(
        field, value.is_not_null(), value - half, value + half, high_closed=step.is_null(), value=value, step=step
    )


def _quantity(field: Field) -> Operand:
    low, high = pl.col(f"{field.name}__low"), pl.col(f"{field.name}__high")
    inexact = (pl.col(f"{field.name}__comparator") == "=") & (low != high)
    return _operand(
        field,
        pl.col(f"{field.name}__comparator").is_not_null(),
        low,
        high,
        low_closed=pl.col(f"{field.name}__low_closed").fill_null(value=False),
        high_closed=pl.col(f"{field.name}__high_closed").fill_null(value=False),
        value=pl.col(field.name),
        step=pl.when(inexact).then(pl.col(f"{field.name}__precision")),
    )


@dataclass(frozen=True, eq=False)
class Constant:
    """A number, or all numbers between two, that the rule itself names."""

    interval: Interval

    @property
    def operands(self) -> tuple[Operand, ...]:
        return ()

    def exact(self, stated: Mapping[str, Interval]) -> Interval | None:
        return self.interval

    def bounds(self, stated: Mapping[str, Bounds]) -> Bounds:
        ends = (self.interval.low, self.interval.high)
        low, high = (np.array([np.nan if end is None else float(end)]) for end in ends)
        return bounded(low, high)


@dataclass(frozen=True, eq=False)
class Sum:
    """Terms added up, the `less` ones taken away."""

    terms: tuple[Term, ...]
    less: tuple[Term, ...] = ()

    @property
    def operands(self) -> tuple[Operand, ...]:
        return tuple(_of((*self.terms, *self.less)))

    def exact(self, stated: Mapping[str, Interval]) -> Interval | None:
        plus, minus = ([t.exact(stated) for t in terms] for terms in (self.terms, self.less))
        known = [one for one in plus if one is not None] + [-one for one in minus if one is not None]
        return total(known) if len(known) == len(plus) + len(minus) else None

    def bounds(self, stated: Mapping[str, Bounds]) -> Bounds:
        every = [t.bounds(stated) for t in self.terms] + [negated(t.bounds(stated)) for t in self.less]
        return reduce(added, every)


@dataclass(frozen=True, eq=False)
class Times:
    """A term times a constant that is not zero."""

    term: Term
    factor: Exact

    @property
    def operands(self) -> tuple[Operand, ...]:
        return self.term.operands

    def exact(self, stated: Mapping[str, Interval]) -> Interval | None:
        one = self.term.exact(stated)
        return None if one is None else one.times(self.factor)

    def bounds(self, stated: Mapping[str, Bounds]) -> Bounds:
        return multiplied(self.term.bounds(stated), float(self.factor))


@dataclass(frozen=True, eq=False)
class Over:
    """A quotient; of a divisor that may be zero or negative there is none."""

    term: Term
    by: Term

    @property
    def operands(self) -> tuple[Operand, ...]:
        return tuple(_of((self.term, self.by)))

    def exact(self, stated: Mapping[str, Interval]) -> Interval | None:
        one, by = self.term.exact(stated), self.by.exact(stated)
        return None if one is None or by is None else one.over(by)

    def bounds(self, stated: Mapping[str, Bounds]) -> Bounds:
        return divided(self.term.bounds(stated), self.by.bounds(stated))


def _of(terms: tuple[Term, ...]) -> Iterator[Operand]:
    for term in terms:
        yield from term.operands
