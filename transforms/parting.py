"""Accepted and quarantined rows: received = accepted + quarantined, asserted. Frame in, frames out."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from contracts.errors import ContractError


def part(frame: pl.DataFrame, quarantined: Collection[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of `frame` not at the positions in `quarantined`, and those that are, each in their order.

    Raises ContractError where the two do not add up to what was received.
    """
    bad = pl.int_range(pl.len()).is_in(list(quarantined))
    kept, held = frame.filter(~bad), frame.filter(bad)
    if kept.height + held.height != frame.height:
        raise ContractError(
            "接受行数与隔离行数之和不等于收到行数", "accepted and quarantined rows do not add up to those received"
        )
    return kept, held
