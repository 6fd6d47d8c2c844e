"""Rules over figures of rows that are found by their names, in forms whose rows bureaus order and call as they like.

A name is a regular expression that has to match the whole name, without 其中. A rule speaks only where every row that
it is about is there with its figures and in comparable units. Nothing here decides which rows belong together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from contracts.field import Field
from contracts.finding import Severity
from contracts.relation_rules import gap_text, span_text
from contracts.relations import Answer, Relation
from contracts.rule import Rule, Scope
from contracts.terms import Operand, stated
from contracts.written_step import written_step

_IDLE = 1e-6  # what adding up in binary may leave over


@dataclass(frozen=True, eq=False)
class NamedRows:
    """Rows called by `names`, each in its row's `unit`. Of rows of one name the first is taken."""

    names: Field
    unit: Field
    basis: str

    def called(self, name: str) -> pl.Expr:
        """Which rows have the name."""
        return pl.col(self.names.name).str.strip_prefix("其中:").str.contains(f"^(?:{name})$")

    def at(self, field: Field, name: str) -> Operand:
        """The figure in `field` of the row of that name; unknown where there is none."""
        one, here = stated(field), self.called(name)
        parts = ("known", "low", "high", "low_closed", "high_closed", "value", "step")
        picked = {part: getattr(one, part).filter(here).first() for part in parts}
        return replace(one, key=f"{field.name} of {name}", **picked)

    def number(self, field: Field, name: str) -> pl.Expr:
        """The written number in `field` of the row of that name, as a float beside every row, or null."""
        return pl.col(field.name).cast(pl.Float64).filter(self.called(name)).first()

    def stand(self, *names: str, figures: Sequence[Field]) -> pl.Expr:
        """Whether every one of the rows is there with all of `figures`."""
        filled = pl.all_horizontal(pl.col(f.name).is_not_null() for f in figures)
        return pl.all_horizontal((self.called(name) & filled).any() for name in names)

    def listed_under(self, whole: str, *names: str) -> pl.Expr:
        """Whether 其中 lists all the rows as parts of the row called `whole`, so that `whole_and_part` asks them."""
        rows = pl.any_horizontal(self.called(name) for name in names)
        of = pl.col("_row").filter(self.called(whole)).first()
        listed = pl.col(f"{self.names.name}__marked") & (pl.col(f"{self.names.name}__whole") == of)
        return listed.fill_null(value=False).filter(rows).all()

    def in_one_unit(self, *names: str) -> pl.Expr:
        """Whether all the rows state one and the same unit."""
        rows = pl.any_horizontal(self.called(name) for name in names)
        return pl.col(self.unit.name).filter(rows).n_unique() == 1

    def identity(
        self, rule_id: str, field: Field, zh: str, en: str, whole: str, parts: Sequence[str], *, expected: str
    ) -> Rule:
        """The row called `whole` is the sum of those called `parts`, wherever they all stand and in one unit."""
        rows = pl.any_horizontal(self.called(name) for name in (whole, *parts))
        there = pl.all_horizontal(self.called(name).any() for name in (whole, *parts))
        of = {n: pl.col(field.name).filter(self.called(n)).first().cast(pl.Float64) for n in (whole, *parts)}
        gap = (of[whole] - pl.sum_horizontal([of[name] for name in parts], ignore_nulls=False)).abs()
        # Each figure is rounded by itself, so each may be off by half a step.
        return Rule(
            id=rule_id,
            severity=Severity.MUST,
            scope=Scope.FRAME,
            title_zh=zh,
            title_en=en,
            when=there & self.in_one_unit(whole, *parts),
            holds=gap.le(written_step(field).cast(pl.Float64).filter(rows).sum() / 2 + _IDLE),
            fields=(field.name,),
            values={"gap": gap.round(6)},
            expected=expected,
            message_zh=f"按编制口径，{zh}；现相差 {{gap}}，超出四舍五入的范围，请核对各项。",
            message_en=f"{en}: but they differ by {{gap}}, more than rounding explains.",
            basis=self.basis,
        )

    def rule(
        self,
        rule_id: str,
        relation: Relation,
        when: pl.Expr,
        *,
        severity: Severity = Severity.MUST,
        title: tuple[str, str],
        expected: str,
        message: tuple[str, str],
    ) -> Rule:
        """The rule that `relation` holds between figures `at` rows, in a message's own words.

        title, message: in Chinese and English. A message may use {left} and {right}, what the two sides may be, and
        {gap}, how far they are apart at least.
        """

        def side(of: str) -> pl.Expr:
            return relation.told(lambda answer: _span(answer, of))

        return Rule(
            id=rule_id,
            severity=severity,
            scope=Scope.FRAME,
            title_zh=title[0],
            title_en=title[1],
            when=when,
            holds=relation.holds,
            fields=tuple(dict.fromkeys(o.name for o in relation.operands)),
            values={"left": side("left"), "right": side("right"), "gap": relation.told(lambda a: gap_text(a.gap))},
            expected=expected,
            message_zh=message[0],
            message_en=message[1],
            basis=self.basis,
        )


def _span(answer: Answer, side: str) -> str:
    span = answer.left if side == "left" else answer.right
    return "" if span is None else span_text(span)
