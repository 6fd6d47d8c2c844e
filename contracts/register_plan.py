"""How the rules of a kind are asked of a register: which row by row, which by looking for suspects, which over all.

Walks the rules that the Pandera schema carries. Evaluates nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_

import polars as pl

from contracts.context import AT
from contracts.expression_rewrites import asked_of, quicker
from contracts.expression_tree import is_row_by_row
from contracts.rule import Rule, Scope
from contracts.together import Once, Totals

CLEAN = "_clean"
ABSENT = "_absent:"  # before a rule's id: the rows of which it does not speak


@dataclass(frozen=True)
class RegisterPlan:
    """rows: rules asked of each row alone; for those over several rows, whether they apply to it. spans: rules that say
    themselves where to look. rest: rules that are evaluated over the whole register. made: see `Register`.
    """

    rows: tuple[Rule, ...]
    spans: tuple[Rule, ...]
    rest: tuple[Rule, ...]
    made: Mapping[str, tuple[str, pl.Expr]] = field(default_factory=dict)

    def first_look(self, schema: pl.Schema) -> list[pl.Expr]:
        """What the one pass over the register selects: its answers, and what telling them needs."""
        # `_row` in any case: a plan of nothing but constants would give one row for all of them. A position made of the
        # length would do as well, but Polars reads the whole register before it knows the length.
        needed = dict.fromkeys(["_row", *self.needed(schema)])
        for rule in self.spans:
            if isinstance(rule.together, Totals):
                roots = [name for part in rule.together.parts.values() for name in part.meta.root_names()]
                needed |= dict.fromkeys([*rule.together.keys, *rule.together.stated, *roots])
        rows = [self._of_what_is_there(rule) for rule in self.rows]
        absent = [(~r.when).fill_null(value=False).alias(ABSENT + r.id) for r in rows if r.when is not None]
        return [mask_of(rows), *absent, *map(pl.col, needed)]

    def needed(self, schema: pl.Schema) -> list[str]:
        """The columns that `rows` need for being asked and told, in the frame's order; of what they are made instead of
        those that are made (`with_made`)."""
        names = {name for rule in self.rows for name in columns_of(rule, schema)}
        names = names - self.made.keys() | {self.made[name][0] for name in names & self.made.keys()}
        return [name for name in schema if name in names]

    def with_made(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with what is made of its columns."""
        there = set(frame.columns)
        return frame.with_columns(e.alias(name) for name, (base, e) in self.made.items() if base in there - {name})

    def _of_what_is_there(self, rule: Rule) -> Rule:
        """The rule, where it only asks whether there is a value, asking that of the column it is made of."""
        twins = {name: base for name, (base, _) in self.made.items()}
        when = None if rule.when is None else asked_of(rule.when, twins)
        return replace(rule, holds=asked_of(rule.holds, twins), when=when)


def make_plan(
    rules: Iterable[Rule], schema: pl.Schema, made: Mapping[str, tuple[str, pl.Expr]] | None = None
) -> RegisterPlan:
    """The plan for these rules over frames of `schema` (with context columns). made: see `Register`."""
    rows, spans, rest = [], [], []
    for rule in rules:
        if rule.scope is Scope.ROW and is_row_by_row(rule.answer):
            rows.append(rule)
        elif _can_be_looked_for(rule, schema):
            spans.append(rule)
            if rule.when is not None:
                rows.append(replace(rule, holds=pl.lit(value=True), scope=Scope.ROW))
        else:
            rest.append(rule)
    return RegisterPlan(tuple(rows), tuple(spans), tuple(rest), made or {})


def mask_of(rules: Iterable[Rule]) -> pl.Expr:
    """`CLEAN`: true exactly in the rows that pass all of these rules, which go row by row; never null."""
    clean = reduce(and_, (quicker(_is_right(rule)) for rule in rules), pl.lit(value=True))
    return clean.fill_null(value=False).alias(CLEAN)


def columns_of(rule: Rule, schema: pl.Schema) -> list[str]:
    """The columns of a frame that judging and telling the rule needs, in the frame's order."""
    expressions = [rule.holds, *rule.values.values()]
    expressions += [one for one in (rule.when, rule.expected) if isinstance(one, pl.Expr)]
    names = {name for expression in expressions for name in expression.meta.root_names()} | {"_row", *rule.group}
    names |= {name + suffix for name in rule.fields for suffix in ("", "__text", AT)}
    return [name for name in schema if name in names]


def _is_right(rule: Rule) -> pl.Expr:
    """True exactly where the rule's answer is true, and quicker than the answer itself."""
    if rule.when is None:
        return rule.holds
    return (~rule.when | rule.holds) & rule.when.is_not_null()


def _can_be_looked_for(rule: Rule, schema: pl.Schema) -> bool:
    if rule.together is None or (rule.when is not None and not is_row_by_row(rule.when)):
        return False
    if isinstance(rule.together, Once):
        return True
    parts = rule.together.parts
    dtypes = pl.LazyFrame(schema=schema).select(**parts).collect_schema().dtypes() if parts else []
    return all(map(is_row_by_row, parts.values())) and not any(dtype.is_float() for dtype in dtypes)
