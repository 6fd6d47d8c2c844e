"""Relations between stated numbers: do they fit, as precisely as they are stated?

A relation answers holds, broken or cannot tell. It is broken only where no reading of the digits (rounded or cut off,
of what is stated and of what it is made of) lets it hold; that is how an honest filer is never refused for rounding,
and "超50亿" is never taken for 50亿. Columns are answered with floats rounded outward, and what lies so near a
boundary that they cannot tell is decided with exact fractions. Constructors of the kinds a form needs stand below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, product
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from contracts.comparisons import AT_MOST, EQUAL, NO, UNSURE, WHOLE, WITHIN, YES, Comparison
from contracts.errors import ContractError
from contracts.interval import Exact, Interval
from contracts.readings import Reading
from contracts.terms import Constant, Operand, Over, Sum, Term, Times

_READINGS: Final[tuple[Reading, ...]] = ("rounded", "truncated")


@dataclass(frozen=True)
class Answer:
    """What a relation says of one row.

    left, right: the intervals compared, in the first reading that holds, else the rounded one. gap: how far they are
    apart at least, in any reading; 0 where they meet. digits: how many significant digits the numbers on the right
    would need for a comparison with the left to have power; 0 where it has. turns_at: the last digit of the left
    number, as a power of ten, from which on the answer would be the other one; None where no precision would change it.
    """

    holds: bool | None
    left: Interval | None = None
    right: Interval | None = None
    gap: Fraction = Fraction(0)
    digits: int = 0
    turns_at: Fraction | None = None


Row = Mapping[str, Mapping[str, Any]]  # by operand key, what `Operand.columns` gives


@dataclass(frozen=True, eq=False, repr=False)
class Relation:
    """`left` compared with `right`."""

    left: Term
    comparison: Comparison
    right: Term

    @property
    def operands(self) -> tuple[Operand, ...]:
        """Each once, the left side's first."""
        return tuple({o.key: o for o in (*self.left.operands, *self.right.operands)}.values())

    def __repr__(self) -> str:
        return f"{self.left!r} {self.comparison!r} {self.right!r}"

    @property
    def holds(self) -> pl.Expr:
        """The answer for every row: true, false, or null for "cannot tell"."""
        return self._struct.map_batches(self._decide, return_dtype=pl.Boolean, is_elementwise=True)

    def told(self, say: Callable[[Answer], str], *, where: bool = False) -> pl.Expr:
        """What `say` makes of the answer in every row whose answer is `where`; null elsewhere."""

        def tell(rows: pl.Series) -> pl.Series:
            wanted = self._decide(rows).eq(where).fill_null(value=False)
            return self._by_row(rows, wanted, lambda row: say(self.answer(row)), pl.Series(dtype=pl.String))

        return self._struct.map_batches(tell, return_dtype=pl.String)

    def answer(self, row: Row) -> Answer:
        """Exactly, for one row."""
        if not all(row[o.key]["known"] for o in self.operands):
            return Answer(None)
        found: list[tuple[bool | None, Interval, Interval]] = []
        for of_left, of_right in self._readings():
            left = self.left.exact({o.key: o.stated(row[o.key], of_left) for o in self.left.operands})
            right = self.right.exact({o.key: o.stated(row[o.key], of_right) for o in self.right.operands})
            if left is None or right is None:
                return Answer(None, left, right)
            found.append((self.comparison.exact(left, right), left, right))
        rounded = found[0]
        holds, left, right = next((one for one in found if one[0] is not False), rounded)
        holds = True if any(one[0] for one in found) else holds
        return Answer(
            holds,
            left,
            right,
            gap=min(a.gap(b) for _, a, b in found) if holds is False else Fraction(0),
            digits=self._digits(row, *rounded[1:]) if self.comparison is EQUAL else 0,
            turns_at=_turns_at(rounded[1], rounded[2], holds=bool(holds)) if self.comparison is EQUAL else None,
        )

    def _digits(self, row: Row, left: Interval, right: Interval) -> int:
        """Ten times the width of what is stated is as much as a test with any power may allow."""
        if not left.width or not right.width or right.width <= 10 * left.width:
            return 0
        inexact = (row[o.key] for o in self.right.operands if row[o.key]["step"])
        written = min((_significant(one["value"], one["step"]) for one in inexact), default=1)
        return written + _ten_or_more(right.width / left.width)

    def _readings(self) -> Iterable[tuple[Reading, ...]]:
        """Of the left and of the right side; one only where the digits can be read in one way."""
        sides = (self.left.operands, self.right.operands)
        return product(*(_READINGS if any(o.reading == "either" for o in side) else _READINGS[:1] for side in sides))

    @property
    def _struct(self) -> pl.Expr:
        # The row's number makes an aggregate answer one value a row. The formula makes another relation another
        # expression, where all else of it is Python that nobody can see.
        return pl.struct(
            pl.col("_row").alias("_at"), pl.lit(repr(self)).alias("_asked"), *(o.columns for o in self.operands)
        )

    def _decide(self, rows: pl.Series) -> pl.Series:
        columns = {o.key: rows.struct.field(o.key) for o in self.operands}
        known = np.logical_and.reduce([_flags(one.struct.field("known")) for one in columns.values()])
        quick = np.full(len(rows), NO)
        for of_left, of_right in self._readings():
            left = self.left.bounds({o.key: o.stated_bounds(columns[o.key], of_left) for o in self.left.operands})
            right = self.right.bounds({o.key: o.stated_bounds(columns[o.key], of_right) for o in self.right.operands})
            one = self.comparison.quick(left, right)
            quick = np.where((quick == YES) | (one == YES), YES, np.where((quick == NO) & (one == NO), NO, UNSURE))
        answers = pl.Series(quick == YES).set(pl.Series(~known | (quick == UNSURE)), None)
        return self._by_row(rows, pl.Series(known & (quick == UNSURE)), lambda row: self.answer(row).holds, answers)

    def _by_row(self, rows: pl.Series, wanted: pl.Series, ask: Callable[[Row], Any], otherwise: pl.Series) -> pl.Series:
        """`ask` for each distinct row that is wanted, `otherwise` elsewhere."""
        places = wanted.arg_true()
        keys = [o.key for o in self.operands]
        known: dict[tuple[Any, ...], Any] = {}
        answers = []
        for row in rows.gather(places).to_list():
            numbers = tuple(tuple(row[key].values()) for key in keys)
            if numbers not in known:
                known[numbers] = ask(row)
            answers.append(known[numbers])
        if otherwise.is_empty():
            otherwise = pl.Series([None], dtype=otherwise.dtype).new_from_index(0, len(rows))
        return otherwise.scatter(places, pl.Series(answers, dtype=otherwise.dtype)) if answers else otherwise


def _flags(known: pl.Series) -> npt.NDArray[np.bool_]:
    return known.fill_null(value=False).to_numpy()


def _significant(value: Decimal, step: Decimal) -> int:
    """How many digits were written from the first that is not zero to the last."""
    return max(1, len(str(int(abs(value) / step))))


def _turns_at(left: Interval, right: Interval, *, holds: bool) -> Fraction | None:
    if left.low is None or left.high is None:
        return None
    middle = Interval.point((left.low + left.high) / 2)
    apart = middle.gap(right) * 2
    if apart == 0:
        return None
    power = _ten_or_more(apart)
    return Fraction(10) ** (power - 1 if holds else power)


def _ten_or_more(number: Fraction) -> int:
    """The smallest n with 10^n ≥ number."""
    power = 0
    while Fraction(10) ** power < number:
        power += 1
    while Fraction(10) ** (power - 1) >= number:
        power -= 1
    return power


# --- the relations that forms need


def sums_to(whole: Term, parts: Sequence[Term], *, complete: bool = True) -> Relation:
    """全部 = the parts; with `complete` false (等, 其中 alone) the parts named are at most the whole."""
    return Relation(whole, EQUAL, Sum(tuple(parts))) if complete else part_of(Sum(tuple(parts)), whole)


def part_of(part: Term, whole: Term) -> Relation:
    return Relation(part, AT_MOST, whole)


def shared_between(built: Term, opened: Sequence[Term], shared: Term) -> Relation:
    """What several opened and some share was built once: built = Σ opened − shared."""
    return Relation(built, EQUAL, Sum(tuple(opened), (shared,)))


def rate_of(
    rate: Term, numerator: Term | None = None, denominator: Term | None = None, *, per: Exact = 100
) -> Relation:
    """rate = per × numerator / denominator. With only one of the two, the other must exist as a whole number.

    Raises ContractError where neither is given.
    """
    if numerator is not None and denominator is not None:
        made = Times(Over(numerator, denominator), per)
        return Relation(rate, EQUAL, made)
    if numerator is not None:
        return Relation(Times(Over(numerator, rate), per), WHOLE, numerator)
    if denominator is not None:
        none = Constant(Interval.point(0))
        product_ = Over(rate, Over(Constant(Interval.point(per)), denominator))
        return Relation(product_, WHOLE, none)
    raise ContractError("比率既没有分子也没有分母", "a rate with neither numerator nor denominator")


def share_of(share: Term, part: Term, whole: Term, *, per: Exact = 100) -> Relation:
    """share = per × part / whole; 占比."""
    return Relation(share, EQUAL, Times(Over(part, whole), per))


def percent_change(change: Term, before: Term, after: Term, *, fall: bool = False) -> Relation:
    """change = 100 × (after / before − 1); with `fall`, the change is stated as the size of a fall (降幅22.1%).

    A base of zero or less has no percent change: cannot tell.
    """
    ratio, one = Over(after, before), Constant(Interval.point(1))
    made = Sum((one,), (ratio,)) if fall else Sum((ratio,), (one,))
    return Relation(change, EQUAL, Times(made, 100))


def stock_flow(closing: Term, opening: Term, added: Term, removed: Term | None = None) -> Relation:
    """closing = opening + added − removed."""
    less = () if removed is None else (removed,)
    return Relation(closing, EQUAL, Sum((opening, added), less))


def never_falls(now: Term, before: Term) -> Relation:
    """A cumulative count is at least what it was."""
    return Relation(before, AT_MOST, now)


def not_after(first: Term, second: Term) -> Relation:
    """Of two days, months or spans the first may lie before the second or on it."""
    return Relation(first, AT_MOST, second)


def comes_before(first: Term, second: Term) -> Relation:
    """Of two days, months or spans the first lies before the second: a day earlier at least."""
    return Relation(Sum((first, Constant(Interval.point(1)))), AT_MOST, second)


def within(
    number: Term, low: Exact | None, high: Exact | None, *, open_low: bool = False, open_high: bool = False
) -> Relation:
    """The number may lie from `low` to `high`, an open end not included."""
    limits = Interval.of(low, high, low_closed=not open_low, high_closed=not open_high)
    return Relation(number, WITHIN, Constant(limits))


def ordered(*terms: Term) -> tuple[Relation, ...]:
    """Each at most the next: 省级 ≤ 全国, 下架 ≤ 通报 ≤ 检测."""
    return tuple(Relation(a, AT_MOST, b) for a, b in pairwise(terms))


def same_as(one: Term, other: Term) -> Relation:
    """One fact reported twice."""
    return Relation(one, EQUAL, other)
