"""What a register of user complaints comes to: cases and days counted for every carrier and class of complaint.

Only sums and counts, so that a mean of any group is made from them and never from other means. Names nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import polars as pl

from contracts.kinds.user_complaints import MOST_DAYS

GROUP = ("carrier", "category")


class Filing(Protocol):
    """Whose register it is, and of which period."""

    @property
    def filer(self) -> str: ...
    @property
    def period(self) -> str: ...


def tally_complaints(rows: pl.LazyFrame, filed: Filing) -> Iterable[Mapping[str, Any]]:
    """One row a carrier and class, in the columns of the table, in the order of both."""
    outcome = pl.col("outcome")
    late = (pl.col("closed_on") - pl.col("accepted_on")).dt.total_days() > MOST_DAYS
    told = (
        rows.group_by(GROUP)
        .agg(
            pl.len().alias("case_count"),
            (outcome == "办结").sum().alias("closed_count"),
            (outcome == "不予受理").sum().alias("refused_count"),
            (outcome == "处理中").sum().alias("open_count"),
            *_days("accept", "accepted_on"),
            *_days("answer", "answered_on"),
            *_days("close", "closed_on"),
            _since_receipt("closed_on").max().alias("close_days_most"),
            late.sum().alias("late_count"),
        )
        .sort(GROUP)
        .collect(engine="streaming")
    )
    about = {"filer": filed.filer, "period": filed.period, "sheet_row": None}
    return [row | about for row in told.iter_rows(named=True)]


def _since_receipt(until: str) -> pl.Expr:
    return (pl.col(until) - pl.col("received_on")).dt.total_days()


def _days(step: str, until: str) -> list[pl.Expr]:
    days = _since_receipt(until)
    return [days.count().alias(f"{step}_case_count"), days.sum().alias(f"{step}_days")]
