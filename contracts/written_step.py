"""How finely a column of numbers was written: one unit of the last digit of each, exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import polars as pl

from contracts.field import Field

_PLACES: Final = 6  # as many decimals as a typed column holds
_STEPS: Final = {places: Decimal(1).scaleb(-places) for places in range(_PLACES + 1)}


def written_step(field: Field) -> pl.Expr:
    """One unit of the last digit written in `field`, Decimal(38, 6): 12.50 → 0.01, 1,234 → 1, 15.2% → 0.1.

    For counts and decimals, whose text states no scale (2.3万 is no number there); a quantity has `name__precision`.
    Null for a blank cell. Zeros behind the sixth decimal are idle there and do not count.
    """
    text = pl.col(field.text_column).str.normalize("NFKC")
    places = text.str.extract(r"\.(\d+)", 1).str.len_chars().fill_null(0)
    step = places.replace_strict(_STEPS, default=_STEPS[_PLACES], return_dtype=pl.Decimal(38, _PLACES))
    return pl.when(text.is_not_null()).then(step)
