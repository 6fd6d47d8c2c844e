"""Rules that a text of a list can be read by a reader of ours: a due term, an hour, a period.

The reader decides and says what was wrong and what was expected; a rule asks it once for each distinct text. Nothing
here knows how any of them is written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from contracts.due_terms import Unreadable
from contracts.field import Field
from contracts.finding import Severity
from contracts.period import Period
from contracts.rule import Rule, Scope

PERIODS = "2020, 2020-11, 2020Q4, 2020H1, 2019-W24, 2020-12-20"


def can_be_read(rule_id: str, field: Field, read: Callable[[str], object], *, basis: str) -> Rule:
    """Whatever stands in `field` can be read by `read`, which raises Unreadable where it cannot; blanks pass."""
    name, zh = field.name, field.aliases[0]
    return Rule(
        id=rule_id,
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh=f"{zh}写法可识别",
        title_en=f"the {field.title_en} can be read",
        when=pl.col(name).is_not_null(),
        holds=_fault(name, read, lambda error: error.zh).is_null(),
        fields=(name,),
        expected=_fault(name, read, lambda error: error.expected),
        message_zh=f"{zh}“{{{name}}}”{{fault}}；应为 {{forms}}。",
        message_en=f"the {field.title_en} “{{{name}}}” {{fault_en}}; expected {{forms}}.",
        values={
            "fault": _fault(name, read, lambda error: error.zh),
            "fault_en": _fault(name, read, lambda error: error.en),
            "forms": _fault(name, read, lambda error: error.expected),
        },
        basis=basis,
    )


def read_label(text: str) -> Period:
    """The period of a text that is its label, which is what rows are matched by. Raises Unreadable."""
    name = ("报告期", "period")
    try:
        period = Period.parse(text)
    except ValueError:
        raise Unreadable(name, text, "无法识别", "cannot be read", PERIODS) from None
    if period.label != text:
        raise Unreadable(name, text, "不是该期间的统一写法", "is not how that period is written", period.label)
    return period


def period_bound(name: str, bound: Callable[[Period], date]) -> pl.Expr:
    """A day (Date) of the period in a column, such as its first; null where nothing can be read there."""

    def told(text: str) -> date | None:
        try:
            return bound(read_label(text))
        except Unreadable:
            return None

    return _of_distinct(name, told, pl.Date)


def _fault(name: str, read: Callable[[str], object], tell: Callable[[Unreadable], str]) -> pl.Expr:
    """What `tell` says of the error that reading the text gives; null where it can be read, or is blank."""

    def told(text: str) -> str | None:
        try:
            read(text)
        except Unreadable as error:
            return tell(error)
        return None

    return _of_distinct(name, told, pl.String)


def _of_distinct(name: str, tell: Callable[[str], object], dtype: type[pl.DataType]) -> pl.Expr:
    def look_up(texts: pl.Series) -> pl.Series:
        told = {text: tell(text) for text in texts.unique().drop_nulls().to_list()}
        return pl.Series(texts.name, [told.get(text) for text in texts.to_list()], dtype=dtype)

    return pl.col(name).map_batches(look_up, return_dtype=dtype, is_elementwise=True)
