"""The rows of a register as they are handed in: a lazy frame, read in pieces so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

Shape = Callable[[pl.LazyFrame], pl.LazyFrame]
_STREAMED = 100_000


def _as_it_is(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows


@dataclass(frozen=True)
class Register:
    """rows: typed rows in an order that is the same at every reading.

    made: columns that are made of one other column, row by row, and are null where that is: (that one, how). They are
    made only of the rows that somebody looks at.

    seekable: whether reading can begin at any row at little cost, as in Parquet and in memory. Such a register is read
    a piece after the other; any other one (CSV) is streamed, which holds more of it at once. piece: rows of a piece;
    None: 500,000, or 100,000 where it is streamed.
    """

    rows: pl.LazyFrame
    seekable: bool = False
    piece: int | None = None
    made: Mapping[str, tuple[str, pl.Expr]] = field(default_factory=dict)

    def pieces(self, shape: Shape = _as_it_is) -> Iterator[tuple[int, pl.DataFrame]]:
        """What `shape` makes of the rows, piece by piece in their order, each with the position of its first row.

        shape: keeps every row, in its place, and looks at nothing but its own row.
        """
        at = 0
        for piece in self._sought(shape) if self.seekable else self._streamed(shape):
            yield at, piece
            at += piece.height

    def _sought(self, shape: Shape) -> Iterator[pl.DataFrame]:
        height = self.rows.select(pl.len()).collect().item()
        step = self.piece or 500_000
        for first in range(0, height, step):
            yield shape(self.rows.slice(first, step)).collect()

    def _streamed(self, shape: Shape) -> Iterator[pl.DataFrame]:
        yield from shape(self.rows).collect_batches(chunk_size=self.piece or _STREAMED, maintain_order=True)


def picked(piece: pl.DataFrame, first: int, rows: pl.Series) -> pl.DataFrame:
    """The piece's rows at the positions `rows`, with their positions in the register, `_at` (UInt32).

    By position, because filtering moves all columns of all rows to keep one row in a hundred.
    """
    chosen = piece if len(rows) == piece.height else piece[rows]
    return chosen.with_columns((rows + first).cast(pl.UInt32).alias("_at"))


def copied_out(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows in memory of their own: what is cut out of a piece keeps the texts of the whole piece in memory."""
    texts = [pl.concat_str(name, pl.lit("")).alias(name) for name, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(texts)
