"""Which property of good data a rule looks after: the six families of GB/T 36344-2018 (信息技术 数据质量评价指标).

Derived from what a rule is, as its level is, so that nobody has to keep it true by hand: whether it asks for something
to be there, how it is written, when it was, what else it must agree with, or whether it is right by itself.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import polars as pl

from contracts.field import Type
from contracts.kind import Kind
from contracts.level import Level, level_of
from contracts.rule import Rule, Scope
from contracts.together import Once


class Family(StrEnum):
    """A family of GB/T 36344-2018, 5.1 to 5.6."""

    CONFORMITY = "conformity"
    COMPLETENESS = "completeness"
    ACCURACY = "accuracy"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    ACCESSIBILITY = "accessibility"

    @property
    def zh(self) -> str:
        return {
            "conformity": "规范性",
            "completeness": "完整性",
            "accuracy": "准确性",
            "consistency": "一致性",
            "timeliness": "时效性",
            "accessibility": "可访问性",
        }[self.value]


# What a field's own declaration asks beyond being filled: how its text is written (`contracts.schema`).
WRITTEN: Final = ("type", "choice", "unit", "point", "length", "characters")
DATES: Final = (Type.DAY, Type.DATE)
# What begins the ids of rules about a file's shape (`contracts.structure`): can it be got at, is it as it should look.
OF_ACCESS: Final = ("FILE-",)
OF_FORM: Final = ("FILER-", "HEAD-", "TABLE-", "CELL-")


def family_of(kind: Kind, rule: Rule) -> Family:
    """The family of a rule of `kind`.

    时效性 also takes what the standard calls 时序性: the order of days, and whether they lie in the period.
    """
    if rule.id.endswith("-required") or _asks_presence(rule):
        return Family.COMPLETENESS
    if rule.id in {f"{kind.prefix}-{f.name}-{what}" for f in kind.fields for what in WRITTEN}:
        return Family.CONFORMITY
    level = level_of(kind, rule)
    if level is Level.FORMAT:
        return Family.CONFORMITY
    if level >= Level.SERIES:
        return Family.CONSISTENCY
    if _dates_only(kind, rule):
        return Family.TIMELINESS
    alone = isinstance(rule.together, Once) or (rule.scope is Scope.ROW and len(set(rule.fields)) <= 1)
    return Family.ACCURACY if alone else Family.CONSISTENCY


def _asks_presence(rule: Rule) -> bool:
    asked = (pl.col(name + twin).is_not_null() for name in rule.fields for twin in ("", "__text"))
    return any(rule.holds.meta.eq(one) for one in asked)


def _dates_only(kind: Kind, rule: Rule) -> bool:
    types = {field.name: field.type for field in kind.fields}
    return bool(rule.fields) and all(types.get(name) in DATES for name in rule.fields)
