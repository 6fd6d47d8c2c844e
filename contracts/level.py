"""The validation level of a rule, as the European Statistical System counts: how far beyond its own file it looks.

Derived from what the rule's expressions touch, so that nobody has to keep it true by hand; a rule whose level cannot
be seen there says it itself (`Rule.level`).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

import polars as pl

from contracts.measure import Context
from contracts.rule import Rule

if TYPE_CHECKING:
    from contracts.kind import Kind


class Level(IntEnum):
    """What a rule compares with (ESS handbook on data validation, levels 0 to 5)."""

    FORMAT = 0
    FILE = 1
    SERIES = 2
    PEERS = 3
    DOMAINS = 4
    INSTITUTIONS = 5

    @property
    def zh(self) -> str:
        return (
            "格式与结构",
            "本文件之内",
            "同一填报单位的其他期次或版本",
            "同一报表的其他填报单位",
            "本局的其他报表或名录",
            "其他机构的数据",
        )[self]

    @property
    def en(self) -> str:
        return (
            "format and structure",
            "within one file",
            "other periods or versions of the same filer",
            "other filers of the same form",
            "other forms or lists of the same bureau",
            "data of other institutions",
        )[self]


# Everything else a context can bring is of the bureau: its lists, its figures, its other forms.
OF_SOURCE = {
    "previous": Level.SERIES,
    "period_before": Level.SERIES,
    "year_before": Level.SERIES,
    "peer": Level.PEERS,
}


def level_of(kind: Kind, rule: Rule) -> Level:
    """The level of a rule of `kind`: what it says itself, else the furthest of the contexts it looks at, else FILE."""
    if rule.level is not None:
        return Level(rule.level)
    return max((OF_SOURCE.get(c.source, Level.DOMAINS) for c in contexts_of(kind, rule)), default=Level.FILE)


def contexts_of(kind: Kind, rule: Rule) -> list[Context]:
    """The contexts of `kind` whose columns the rule looks at, in its condition, its answer or its texts."""
    own = {field.name for field in kind.fields}
    touched = _columns(rule) - own
    return [context for context in kind.contexts if any(name.startswith(context.prefix) for name in touched)]


def _columns(rule: Rule) -> set[str]:
    """Every column that the rule's expressions read."""
    given: Iterable[pl.Expr | str | None] = (rule.holds, rule.when, rule.expected, *rule.values.values())
    return {*rule.fields, *(name for e in given if isinstance(e, pl.Expr) for name in e.meta.root_names())}
