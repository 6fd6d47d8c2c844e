"""Rows of a register that are found by their key in the second look, together with the suspects, so that giving the
failing rows costs no look of its own.

By key and not by position, because a Parquet file is passed over quickly only where a column's values decide. Rows of
another key with the same hash come along; whoever takes the rows asks for them by position.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from contracts.register_suspects import Suspects, Twice


class Held:
    """Which rows to bring along: those noted, while they and the suspects are no more than `most` rows."""

    def __init__(self, most: int, suspects: Iterable[Suspects]) -> None:
        self._suspects = list(suspects)
        self._twice = next((one for one in self._suspects if isinstance(one, Twice)), None)
        self._room = most if self._twice is not None else 0
        self._hashes: list[pl.Series] = []

    def note(self, piece: pl.DataFrame, rows: pl.Series) -> None:
        """The rows of the piece at these positions are to be held."""
        if self._twice is None or self._room <= 0 or rows.is_empty():
            return
        self._room -= len(rows)
        self._hashes = [*self._hashes, piece[self._twice.column][rows]] if self._room > 0 else []

    def test(self) -> pl.Expr | None:
        """True in the rows that were noted; None where there are none, or more than there is room for."""
        # A key that many rows share, such as none at all, is among the suspects.
        fits = sum(one.rows for one in self._suspects) < self._room
        if self._twice is None or not self._hashes or not fits:
            return None
        return self._twice.hashed.is_in(pl.concat(self._hashes).unique().implode())
