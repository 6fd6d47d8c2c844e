"""A column written to so many decimals, and the one figure in it that is written to more: a point in the wrong place.

Zeros behind the point may be left out, so that a figure with fewer decimals says nothing. Of several others none of
which has as many, it would take one chance in ten for each that it merely lost a zero.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from contracts.field import Field
from contracts.finding import Severity
from contracts.rule import Rule, Scope

OTHERS: Final = 4  # that have to be there


def written_alike(rule_id: str, field: Field, *, named: str, basis: str, unit: str | None = None) -> Rule:
    """No figure in `field` has more decimals than every other; of `unit`, a column, only those of the same unit.

    named: the column that names the row. Says nothing of fewer than `OTHERS` others.
    """

    def beside(expr: pl.Expr) -> pl.Expr:
        return expr if unit is None else expr.over(unit)

    # Zeros at the end (3.00) are idle.
    digits = pl.col(field.name).cast(pl.String).str.extract(r"\.(\d*?)0*$", 1)
    places = digits.str.len_chars().fill_null(0).cast(pl.Int64)
    filed = pl.col(field.name).is_not_null()
    most = beside(pl.when(filed).then(places).max())
    alone = beside((filed & (places == most)).sum()) == 1
    usual = beside(pl.when(filed & (places < most)).then(places).max())
    same = "同一单位的" if unit else ""
    return Rule(
        id=rule_id,
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh=f"“{field.heading}”的小数位数不多于{same}其他各行",
        title_en=f"{field.title_en}: no more decimals than in any other row" + (" of the unit" if unit else ""),
        when=filed & (beside(filed.sum()) > OTHERS),
        holds=~((places == most) & alone),
        fields=(field.name,) if unit is None else (field.name, unit),
        expected=pl.lit("≤ ") + usual.cast(pl.String) + " 位小数 / decimals",
        message_zh=f"“{{name}}”的“{field.heading}”填报 {{{field.name}}}，有 {{places}} 位小数，"
        f"而{same}其他各行最多 {{usual}} 位；请核对小数点和单位，数据无误的，请说明原因。",
        message_en=f"“{{name}}”: {field.title_en} {{{field.name}}} has {{places}} decimals, the other rows "
        "{usual} at most; check the point and the unit, and explain if it is right.",
        values={"name": pl.col(named), "places": places, "usual": usual},
        basis=basis,
    )
