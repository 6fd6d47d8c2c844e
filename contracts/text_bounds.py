"""The bounds of a text that a field declares (`Field.length`): how long it is, and that all of it can be seen.

Length counts what is read: blanks and line ends do not. Neither rule judges what the text says.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from contracts.field import Field
from contracts.finding import Severity
from contracts.rule import Rule, Scope

# Control characters other than line ends and tabs, characters for private use, and a blank that is none (U+00A0).
UNSEEN: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\u{a0}\p{Co}]"


def text_rules(prefix: str, field: Field, basis: str) -> list[Rule]:
    """The rules `-length` (核实) and `-characters` (强制) of a field that declares its length, else none."""
    return [_length(prefix, field, basis), _characters(prefix, field, basis)] if field.length else []


def _length(prefix: str, field: Field, basis: str) -> Rule:
    assert field.length is not None
    least, most = field.length
    length = pl.col(field.text_column).str.replace_all(r"\s", "").str.len_chars()
    return Rule(
        id=f"{prefix}-{field.name}-length",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh=f"“{field.heading}”的字数在范围内",
        title_en=f"{field.title_en} is neither too short nor too long",
        when=pl.col(field.text_column).is_not_null(),
        holds=length.is_between(least, most),
        fields=(field.name,),
        expected=f"{least} 至 {most} 字 / {least} to {most} characters",
        message_zh=f"“{field.heading}”有 {{length}} 字，应为 {least} 至 {most} 字；请核实是否填错栏目或内容不全。",
        message_en=f"{field.title_en} has {{length}} characters; {least} to {most} are usual.",
        values={"length": length},
        basis=basis,
        level=0,
    )


def _characters(prefix: str, field: Field, basis: str) -> Rule:
    filed = pl.col(field.text_column)
    return Rule(
        id=f"{prefix}-{field.name}-characters",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh=f"“{field.heading}”没有看不见的字符",
        title_en=f"{field.title_en} has no characters that cannot be seen",
        when=filed.is_not_null(),
        holds=~filed.str.contains(UNSEEN),
        fields=(field.name,),
        expected="没有控制字符、自造字和不间断空格 / no control, private-use or no-break characters",
        message_zh=f"“{field.heading}”在“{{before}}”之后有看不见的字符；请删去后重新填写。",
        message_en=f"{field.title_en} has a character that cannot be seen behind “{{before}}”; retype it.",
        values={"before": filed.str.extract(rf"(?s)^(.*?){UNSEEN}").str.tail(10)},
        basis=basis,
        level=0,
    )
