"""Rules that many forms need in the same words: a key stands once, a day lies in the period.

Each gives an ordinary `Rule` with the id and the basis of the form that asks for it. What one form needs stays there.
"""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.rule import Rule, Scope


def stands_once(rule_id: str, field: Field, *, basis: str, severity: Severity = Severity.MUST) -> Rule:
    """No two rows have the same text in `field`; blanks are another rule's business."""
    name = field.name
    return Rule(
        id=rule_id,
        severity=severity,
        scope=Scope.GROUP,
        group=(name,),
        title_zh=f"“{field.heading}”不重复",
        title_en=f"{field.title_en}: no two rows alike",
        when=pl.col(field.text_column).is_not_null(),
        holds=pl.len().over(name) == 1,
        fields=(name,),
        expected="只出现一次 / once",
        message_zh=f"“{field.heading}”{{{name}}} 出现在第 {{rows}} 行，应只有一行；请合并或更正。",
        message_en=f"{field.title_en} {{{name}}} stands in rows {{rows}}; expected one row.",
        basis=basis,
    )


def lies_in_period(rule_id: str, field: Field, *, basis: str, severity: Severity = Severity.MUST) -> Rule:
    """The whole of a day, month or span in `field` lies in the period that is filed for."""
    name = field.name
    first, last = (f"{name}__first", f"{name}__last") if field.type is Type.DATE else (name, name)
    start, end = pl.col("_period_start"), pl.col("_period_end")
    return Rule(
        id=rule_id,
        severity=severity,
        scope=Scope.ROW,
        title_zh=f"“{field.heading}”在报告期内",
        title_en=f"{field.title_en}: within the period",
        when=pl.col(field.text_column).is_not_null() & start.is_not_null(),
        holds=(pl.col(first) >= start) & (pl.col(last) <= end),
        fields=(name,),
        expected=start.cast(pl.String) + " … " + end.cast(pl.String),
        message_zh=f"“{field.heading}”{{{name}}} 不在报告期 {{from}} 至 {{to}} 内。",
        message_en=f"{field.title_en} {{{name}}} is not within {{from}} to {{to}}.",
        values={"from": start, "to": end},
        basis=basis,
    )
