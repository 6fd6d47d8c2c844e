"""One rule of a contract: an expression that is true when the row is right, and all that makes it defensible.

A rule never acts: `contracts.schema` hangs it on a Pandera check and `contracts.judge` evaluates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import polars as pl

from contracts.finding import Severity
from contracts.period import Period
from contracts.together import Once, Totals


class Scope(StrEnum):
    """What one answer of the rule is about, and so which cells it names and what it can quarantine."""

    ROW = "row"  # one row of the form
    GROUP = "group"  # the rows that share the values of `group`
    FRAME = "frame"  # the submission as a whole


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule with its text, its dates and its basis.

    holds: Boolean Polars expression over the typed frame (and its context columns), one answer a row: true when right,
        false when wrong, null when it cannot be told. For GROUP and FRAME scope every row of the group says the same.
    when: the rows it applies to; elsewhere it is "not applicable". None: to all.
    fields: operand columns, the one to look at first in front; each contributes its cells to a finding.
    expected: what would have been right: an expression giving the text, or a fixed text.
    message_zh, message_en: `str.format` templates over the operands' filed texts and over `values`.
    values: further expressions for the messages (sums, differences).
    basis: 文号 and clause, or which agreed convention.
    since, until: first and last day of a reference period's start for which it is in force. Dates, never copies.
    level: its validation level (0 to 5, `contracts.level`) where its expressions do not show it; None: derived.
    of_absent: whether a rule over single rows speaks also of a row whose operand was filed as not applicable (——).
    together: for GROUP and FRAME scope, where to look for its faults in a register too tall to hold; None: everywhere.
    """

    id: str
    severity: Severity
    scope: Scope
    title_zh: str
    title_en: str
    holds: pl.Expr
    fields: tuple[str, ...]
    expected: pl.Expr | str
    message_zh: str
    message_en: str
    basis: str
    when: pl.Expr | None = None
    group: tuple[str, ...] = ()
    values: Mapping[str, pl.Expr] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    level: int | None = None
    of_absent: bool = False
    together: Once | Totals | None = None

    def in_force(self, period: Period) -> bool:
        """Whether the rule applied in `period`, decided by the period's first day."""
        return (self.since is None or self.since <= period.start) and (self.until is None or period.start <= self.until)

    @property
    def answer(self) -> pl.Expr:
        """True, false, or null for "cannot tell"; true also where the rule does not apply."""
        if self.when is None:
            return self.holds
        # A `when` that is itself null leaves open whether the rule applies: that is "cannot tell", not a pass.
        return pl.when(self.when.is_null()).then(None).when(~self.when).then(statement=True).otherwise(self.holds)

    @property
    def applies(self) -> pl.Expr:
        """False exactly where `when` says the rule does not speak of this row."""
        return pl.lit(value=True) if self.when is None else self.when.fill_null(value=True)
