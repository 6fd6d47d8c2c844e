"""Which rows of a register may break a rule over several rows, found piece by piece: 8 bytes a row for a key that must
stand once, a line a group for totals.

A suspect is no fault yet: the rule's own expression, over all suspects together, decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
import polars as pl

from contracts.register_source import copied_out
from contracts.rule import Rule
from contracts.together import Once, Totals

_FIRST_ROOM = 1 << 20


class Suspects(Protocol):
    """What a pass over the register gathers for one rule."""

    def asks(self) -> list[pl.Expr]:
        """What it wants selected of each piece besides the columns of the plan."""

    def take(self, piece: pl.DataFrame) -> None:
        """The next rows of the register, in their order."""

    def test(self) -> pl.Expr:
        """True in the rows that are suspects; every row of a suspect group is one."""

    @property
    def any(self) -> bool:
        """Whether there are any, once all pieces were taken."""

    @property
    def rows(self) -> int:
        """How many rows are suspects, once all pieces were taken."""


def suspects_of(rule: Rule) -> Suspects:
    """What gathers the suspects of a rule that declares where to look."""
    if isinstance(rule.together, Once):
        return Twice(rule.together, f"_hash:{rule.id}")
    assert rule.together is not None
    return _Unequal(rule.together)


class Twice:
    """Rows whose keys have a hash that another row's keys have too; sorting tells.

    hashed: the hash of a row's keys; in the pieces taken it stands in `column`.
    """

    def __init__(self, once: Once, column: str) -> None:
        self.hashed, self.column = _hash_of(once.keys), column
        self._seen: np.ndarray[Any, np.dtype[np.uint64]] = np.empty(_FIRST_ROOM, dtype=np.uint64)
        self._taken = 0
        self._twice: pl.Series | None = None
        self._shared = 0

    def asks(self) -> list[pl.Expr]:
        return [self.hashed.alias(self.column)]

    def take(self, piece: pl.DataFrame) -> None:
        hashes = piece[self.column].to_numpy()
        if self._taken + len(hashes) > len(self._seen):
            # In place: the system moves pages, and no second copy stands beside the first.
            self._seen.resize(self._taken + max(len(hashes), self._taken // 8), refcheck=False)
        self._seen[self._taken : self._taken + len(hashes)] = hashes
        self._taken += len(hashes)

    def test(self) -> pl.Expr:
        return self.hashed.is_in(self._hashes.implode())

    @property
    def any(self) -> bool:
        return not self._hashes.is_empty()

    @property
    def rows(self) -> int:
        return self._shared if self.any else 0

    @property
    def _hashes(self) -> pl.Series:
        if self._twice is None:
            self._seen.resize(self._taken, refcheck=False)
            self._seen.sort()
            again = self._seen[1:][self._seen[1:] == self._seen[:-1]]
            self._twice = pl.Series(np.unique(again))
            self._shared = len(again) + len(self._twice)
            self._seen = np.empty(0, dtype=np.uint64)
        return self._twice


class _Unequal:
    """Rows of the groups that do not come to what they state, or that state more than one thing."""

    def __init__(self, totals: Totals) -> None:
        self._totals = totals
        self._parts: list[pl.DataFrame] = []
        self._found: pl.DataFrame | None = None

    def asks(self) -> list[pl.Expr]:
        return []

    def take(self, piece: pl.DataFrame) -> None:
        parts = [part.sum().alias(name) for name, part in self._totals.parts.items()]
        stated = [
            made
            for name in self._totals.stated
            for made in (
                pl.col(name).min().alias(f"_min:{name}"),
                pl.col(name).max().alias(f"_max:{name}"),
                pl.col(name).null_count().alias(f"_null:{name}"),
            )
        ]
        self._parts.append(copied_out(self._grouped(piece.lazy(), [*parts, *stated, pl.len().alias("_len")]).collect()))
        if len(self._parts) > 8:
            self._parts = [self._added_up()]

    def test(self) -> pl.Expr:
        if not self._totals.keys:
            return pl.lit(value=True)
        # Two groups of one hash are suspects both or neither: too many, never too few.
        hashed = _hash_of(self._totals.keys)
        return hashed.is_in(self._groups.select(hashed).to_series().implode())

    @property
    def any(self) -> bool:
        return bool(self._parts or self._found is not None) and not self._groups.is_empty()

    @property
    def rows(self) -> int:
        return int(self._groups["_len"].sum()) if self.any else 0

    @property
    def _groups(self) -> pl.DataFrame:
        if self._found is None:
            totals, names = self._totals, self._totals.stated
            alike = [
                pl.col(f"_min:{n}").eq_missing(pl.col(f"_max:{n}")) & (pl.col(f"_null:{n}") % pl.col("_len") == 0)
                for n in names
            ]
            stated = [pl.col(f"_min:{name}").alias(name) for name in names]
            groups = self._added_up().with_columns(
                pl.all_horizontal(pl.lit(value=True), *alike).alias("_alike"), *stated
            )
            wrong = ~(pl.col("_alike") & totals.clean).fill_null(value=False)
            self._found = groups.lazy().filter(wrong).select("_len", *totals.keys).collect()
            self._parts = []
        return self._found

    def _grouped(self, frame: pl.LazyFrame, made: Iterable[pl.Expr]) -> pl.LazyFrame:
        return frame.group_by(self._totals.keys).agg(made) if self._totals.keys else frame.select(made)

    def _added_up(self) -> pl.DataFrame:
        names = [name for name in self._parts[0].columns if name not in self._totals.keys]
        merge = {"_min": pl.Expr.min, "_max": pl.Expr.max}
        made = [merge.get(name.partition(":")[0], pl.Expr.sum)(pl.col(name)) for name in names]
        return self._grouped(pl.concat(self._parts).lazy(), made).collect()


def _hash_of(keys: Sequence[str]) -> pl.Expr:
    columns = [pl.col(key) for key in keys]
    return (columns[0] if len(columns) == 1 else pl.struct(columns)).hash()
