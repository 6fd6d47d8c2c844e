"""Rules that many forms need in the same words: a key stands once, a day lies in the period.

Each gives an ordinary `Rule` with the id and the basis of the form that asks for it. What one form needs stays there.
"""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.measure import Context
from contracts.rule import Rule, Scope
from contracts.together import Once

# Who files, as the pack's list has it; a kind with `names_the_filer` has this context.
FILER = Context(
    "filer_list", ((pl.col("_filer"), "code"),), ("name", "class"), "own_", "填报单位名录", "list of filers"
)


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
        together=Once((name,)),
        fields=(name,),
        expected="只出现一次 / once",
        message_zh=f"“{field.heading}”为“{{{name}}}”的有第 {{rows}} 行，应只有一行；请合并或更正。",
        message_en=f"{field.title_en} {{{name}}} stands in rows {{rows}}; expected one row.",
        basis=basis,
    )


def lies_in_period(rule_id: str, field: Field, *, basis: str, severity: Severity = Severity.MUST) -> Rule:
    """The whole of a day, month or span in `field` lies in the period that is filed for."""
    name = field.name
    first, last = (f"{name}__first", f"{name}__last") if field.type is Type.DATE else (name, name)
    start, end = pl.col("_period_start"), pl.col("_period_end")
    asked = "请核对日期和报告期。" if severity.blocks else "请核实，确属报告期以外的请说明。"
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
        message_zh=f"“{field.heading}”填写为“{{{name}}}”，不在报告期 {{from}} 至 {{to}} 内；{asked}",
        message_en=f"{field.title_en} {{{name}}} is not within {{from}} to {{to}}.",
        values={"from": start, "to": end},
        basis=basis,
    )


def is_recent(rule_id: str, field: Field, *, basis: str, most: int = 31) -> Rule:
    """What a form reports reaches to within `most` days of the period's end; days beyond it are another rule's."""
    name, end = field.name, pl.col("_period_end")
    left = (end - pl.col(name)).dt.total_days()
    return Rule(
        id=rule_id,
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh=f"“{field.heading}”距期末不超过{most}日",
        title_en=f"{field.title_en}: at most {most} days before the period ends",
        when=pl.col(name).is_between(pl.col("_period_start"), end),
        holds=left <= most,
        fields=(name,),
        expected=pl.lit("≥ ") + end.dt.offset_by(f"-{most}d").cast(pl.String),
        message_zh=f"“{field.heading}”填写为“{{{name}}}”，距期末 {{to}} 尚有 {{left}} 日；请核实是否为本期数，"
        "不能取得期末数的，请说明。",
        message_en=f"{field.title_en} {{{name}}} is {{left}} days before {{to}}, the end of the period; is it this "
        "period's figure?",
        values={"left": left, "to": end},
        basis=basis,
    )


def names_the_filer(rule_id: str, field: Field, *, basis: str, when: pl.Expr | None = None) -> Rule:
    """The short name in `field` is that of the filer itself: nobody files for another. Needs the context `FILER`."""
    name = field.name
    return Rule(
        id=rule_id,
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh=f"“{field.heading}”为填报单位本身",
        title_en=f"{field.title_en}: the filer itself",
        when=when,
        holds=pl.col(name) == pl.col("own_name"),
        fields=(name, "own_name"),
        expected=pl.col("own_name"),
        message_zh=f"“{field.heading}”填写为“{{{name}}}”，而本表由“{{own_name}}”报送；请填写本企业在名录中的简称，不代其他企业填报。",
        message_en=f"{field.title_en} is “{{{name}}}”, but the form is filed by “{{own_name}}”.",
        basis=basis,
    )
