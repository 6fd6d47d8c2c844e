"""What a rule over several rows says of itself so that a register can be judged batch by batch, in memory that is flat.

It only tells where to look: which groups of rows may be wrong. What is wrong there is answered by the rule's own
expression, over all rows of those groups together. So a wrong declaration can miss a fault but never invent one, and a
test holds each declared rule against its own expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Once:
    """No two rows have the same values in `keys`; nulls are values. Only rows whose keys stand twice can be wrong."""

    keys: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Totals:
    """The rows that share `keys` (none: all rows) add up to what they state.

    parts: name → row-by-row expression over the typed frame, added up over the group. Exact numbers only: floats added
        up in another order may differ, and the rule is then evaluated over the whole.
    stated: columns that say the same in every row of a group; a group where they do not is looked at.
    clean: over the names of `keys`, `parts` and `stated`: true only where the rule holds for every row of the group.
    """

    keys: tuple[str, ...]
    parts: Mapping[str, pl.Expr]
    clean: pl.Expr
    stated: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        """The same text for the same declaration: a contract's version is made of it."""
        parts = {name: part.meta.serialize().hex() for name, part in self.parts.items()}
        return f"Totals({self.keys}, {parts}, {self.clean.meta.serialize().hex()}, {self.stated})"
