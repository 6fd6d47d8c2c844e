"""Which rules which rows of a register break, in a few bytes a row: one bit for each rule, failing and "cannot tell".

Only rows that do not pass everything are in it. Where most of ten million rows fail, that is 40 to 200 MB, and nothing
of the rows themselves is held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

WORD = 64
_WIDTHS = ((8, pl.UInt8), (16, pl.UInt16), (32, pl.UInt32), (64, pl.UInt64))


@dataclass(frozen=True)
class Marks:
    """frame: `_at` (UInt32, position in the register, ascending), then for every 64 rules `failed<n>` and `unknown<n>`,
    unsigned integers whose bit k speaks of rule 64·n + k of `rules` (ids).
    """

    rules: tuple[str, ...]
    frame: pl.DataFrame

    @staticmethod
    def gather(rules: Sequence[str], parts: Sequence[pl.DataFrame]) -> Marks:
        """From frames of `mark`, in which a row may stand more than once."""
        empty = mark(rules, pl.DataFrame(schema={"_at": pl.UInt32}))
        frame = pl.concat([empty, *parts])
        if frame["_at"].is_sorted() and (frame["_at"].diff() != 0).all():
            return Marks(tuple(rules), frame)
        together = frame.group_by("_at").agg(pl.all().bitwise_or()).sort("_at")
        return Marks(tuple(rules), together.cast(empty.schema))

    def failing(self, rules: Collection[str] | None = None) -> pl.Series:
        """Positions of the rows that break any of `rules` (None: of all), ascending."""
        chosen = self.rules if rules is None else rules
        hit = [pl.lit(value=False)]
        for number, word in enumerate(_words(self.rules)):
            bits = sum(1 << k for k, rule in enumerate(word) if rule in chosen)
            column = pl.col(f"failed{number}")
            hit.append(column & pl.lit(bits, dtype=self.frame.schema[f"failed{number}"]) != 0)
        return self.frame.filter(pl.any_horizontal(hit))["_at"]

    def reasons(self, first: int = 0, rows: int | None = None) -> pl.DataFrame:
        """`_at`, `failed` and `unknown` (ids of rules, List[String]) for a span of the marked rows, told in full."""
        span = self.frame.slice(first, rows)
        patterns = [name for name in span.columns if name != "_at"]
        distinct = span.select(patterns).unique()
        told = [(self._named(row, "failed"), self._named(row, "unknown")) for row in distinct.iter_rows(named=True)]
        schema = {"failed": pl.List(pl.String), "unknown": pl.List(pl.String)}
        words = pl.DataFrame(told, schema=schema, orient="row")
        return span.join(distinct.hstack(words), on=patterns, how="left", maintain_order="left").select("_at", *schema)

    def _named(self, row: dict[str, int], what: str) -> list[str]:
        return [
            rule
            for number, word in enumerate(_words(self.rules))
            for k, rule in enumerate(word)
            if row[f"{what}{number}"] >> k & 1
        ]


def mark(rules: Sequence[str], answers: pl.DataFrame) -> pl.DataFrame:
    """A frame of `Marks` from `_at` and a Boolean column for any of the rules, by id; null is "cannot tell"."""
    columns: list[pl.Expr] = [pl.col("_at").cast(pl.UInt32)]
    for number, word in enumerate(_words(rules)):
        dtype = next(t for bits, t in _WIDTHS if len(word) <= bits)
        asked = [(pl.col(rule), pl.lit(1 << k, dtype=dtype)) for k, rule in enumerate(word) if rule in answers.columns]
        none = pl.lit(0, dtype=dtype)
        failed = [pl.when(~answer).then(bit).otherwise(none) for answer, bit in asked]
        unknown = [pl.when(answer.is_null()).then(bit).otherwise(none) for answer, bit in asked]
        columns += [
            reduce(or_, failed, none).alias(f"failed{number}"),
            reduce(or_, unknown, none).alias(f"unknown{number}"),
        ]
    return answers.lazy().select(columns).collect()


def _words(rules: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, max(len(rules), 1), WORD):
        yield rules[first : first + WORD]
