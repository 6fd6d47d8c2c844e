"""Which rules which rows of a register break, in a few bytes a row: one bit for each rule, failing and "cannot tell".

Only rows that do not pass everything are in it. Where most of ten million rows fail, that is 40 to 200 MB, and nothing
of the rows themselves is held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

WORD = 64
_WIDTHS = (8, 16, 32, 64)


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
        frame = frame.sort("_at")
        places = frame["_at"].to_numpy()
        begins = np.flatnonzero(np.diff(places, prepend=places[:1] - 1))
        # Grouped by Polars, `bitwise_or` takes twenty times as long.
        bits = {name: np.bitwise_or.reduceat(frame[name].to_numpy(), begins) for name in frame.columns[1:]}
        return Marks(tuple(rules), pl.DataFrame({"_at": places[begins], **bits}, schema=empty.schema))

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
    columns = [answers["_at"].cast(pl.UInt32)]
    marked = np.zeros(answers.height, dtype=np.bool_)
    for number, word in enumerate(_words(rules)):
        width = next(bits for bits in _WIDTHS if len(word) <= bits)
        failed, unknown = (np.zeros(answers.height, dtype=f"uint{width}") for _ in range(2))
        for k, answer in ((k, answers[rule]) for k, rule in enumerate(word) if rule in answers.columns):
            if answer.null_count():
                unknown |= answer.is_null().to_numpy() * unknown.dtype.type(1 << k)
                answer = answer.fill_null(value=True)
            if not answer.all():
                failed |= ~answer.to_numpy() * failed.dtype.type(1 << k)
        columns += [pl.Series(f"failed{number}", failed), pl.Series(f"unknown{number}", unknown)]
        marked |= (failed | unknown) != 0
    frame = pl.DataFrame(columns)
    return frame if marked.all() else frame.filter(pl.Series(marked))


def _words(rules: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, max(len(rules), 1), WORD):
        yield rules[first : first + WORD]
