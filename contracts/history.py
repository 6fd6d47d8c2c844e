"""Rules that hold a form against its own history: which rows moved unlike the others since the earlier submission, and
which are gone.

The band is that of Hidiroglou and Berthelot (Statistical editing and imputation for periodic business surveys, Survey
Methodology 12, 1986): ratios to the earlier figure, made symmetric round their median, weighed by size, and held
against the quartiles. It says that somebody should look; it never says that a figure is wrong, and never blocks.
"""

from __future__ import annotations

import polars as pl

from contracts.field import Field
from contracts.finding import Severity
from contracts.rule import Rule, Scope

FEWEST = 8  # rows with a ratio; of fewer no quartile means anything
_SIZE = 0.5  # U: how much a large row's change counts for more than a small one's
_LEAST = 0.05  # A: a change by less than this, against the rest, is never odd
_WIDTH = 4.0  # C: quartile distances from the median


def rows_of_last_time(rule_id: str, field: Field, prefix: str, missed: str, *, basis: str) -> Rule:
    """Every row that was filed last time, by the names in `field`, is filed again. Needs a context that says which are
    not (`Context.missed`): its prefix, and the name of that column."""
    gone = pl.col(prefix + missed)
    return Rule(
        id=rule_id,
        severity=Severity.EXPLAIN,
        scope=Scope.FRAME,
        title_zh=f"上期报送的“{field.heading}”本期仍报送",
        title_en=f"{field.title_en}: what was filed last time is filed again",
        when=pl.col(f"{prefix}given"),
        holds=gone == "",
        fields=(field.name,),
        expected=gone,
        message_zh="上期报送过的“{gone}”，本期没有；请核对是否漏报或改了名称，确已取消的，请说明原因。",
        message_en="filed last time, but not now: {gone}; check whether a row was left out or renamed, or explain.",
        values={"gone": gone},
        basis=basis,
    )


def moves_with_the_others(
    rule_id: str,
    field: Field,
    before: str,
    *,
    named: str,
    basis: str,
    severity: Severity = Severity.EXPLAIN,
    when: pl.Expr | None = None,
) -> Rule:
    """The row's figure in `field` moved since `before`, a column of the context, about as those of the other rows did.

    named: the column that names the row. Rows without two figures above zero are not asked, nor a form of too few such.
    """
    now, then = pl.col(field.name).cast(pl.Float64), pl.col(before).cast(pl.Float64)
    asked = pl.when((now > 0) & (then > 0))
    ratio = asked.then(now / then)
    middle = ratio.median()
    # Halved and doubled are as far from the middle.
    effect = pl.when(ratio < middle).then(1 - middle / ratio).otherwise(ratio / middle - 1)
    weighed = effect * pl.max_horizontal(now, then).pow(_SIZE)
    low, centre, high = (asked.then(weighed).quantile(q, "linear") for q in (0.25, 0.5, 0.75))
    near = (ratio / middle).is_between(1 - _LEAST, 1 + _LEAST)
    inside = weighed.is_between(centre - _WIDTH * (centre - low), centre + _WIDTH * (high - centre))
    enough = ratio.is_not_null() & (ratio.count() >= FEWEST)
    return Rule(
        id=rule_id,
        severity=severity,
        scope=Scope.ROW,
        title_zh=f"“{field.heading}”的变动与其他各行相近",
        title_en=f"{field.title_en} moved about as in the other rows",
        # Where it is open whether there is a history at all, too few rows are no answer.
        when=enough if when is None else when & (enough | when.is_null()),
        holds=near | inside,
        fields=(field.name, before),
        expected=pl.lit("约 ") + (then * middle).round(0).cast(pl.Int64).cast(pl.String),
        message_zh=f"{{row}}“{field.heading}”本期 {{{field.name}}}，上期 {{{before}}}，为上期的 {{ratio}} 倍，"
        "而各行一般为 {middle} 倍；请核对，数据无误的，请说明原因。",
        message_en=f"{{row}}: {field.title_en} went from {{{before}}} to {{{field.name}}}, {{ratio}} times, while the "
        "others went by {middle}; check it, and explain if it is right.",
        values={"row": pl.col(named), "ratio": ratio.round(2), "middle": middle.round(2)},
        basis=basis,
    )
