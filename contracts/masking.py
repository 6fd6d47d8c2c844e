"""Personal data made unrecognisable wherever it would be shown; the rules still judge what was filed.

What is personal is declared by the field. In every other text only two things are known by themselves: an identity
number of a resident (GB 11643, its check digit holds) and a mobile number. Pure, and never a decision of a rule.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import polars as pl

from contracts.errors import ContractError
from contracts.field import Field, Type
from contracts.finding import Cell, Finding
from contracts.measure import Measure, Method

if TYPE_CHECKING:
    from contracts.context import References
    from contracts.kind import Kind

MASK: Final = "***"
OWN_SOURCES: Final = ("previous", "period_before", "year_before", "peer")  # contexts that bring the kind's own fields
_COUNTED: Final = (Type.COUNT, Type.DECIMAL, Type.QUANTITY, Type.DAY, Type.DATE)
_SHORT: Final = 1000  # a number made of a personal value and below this says how many, and nobody's number

_LEAST: Final = 11  # digits of a mobile number, the shorter of the two
_DIGIT: Final = "[0-9０-９]"
_IDENTITY: Final = re.compile(f"(?<!{_DIGIT}){_DIGIT}{{17}}[0-9０-９XxＸｘ](?![0-9A-Za-z０-９])")
_MOBILE: Final = re.compile(
    rf"(?<!{_DIGIT})(?<!{_DIGIT}\.)(?:[+＋]?[8８][6６][ -]?)?"
    rf"[1１][3-9３-９]{_DIGIT}(?:[ -]?{_DIGIT}{{4}}){{2}}(?!{_DIGIT}|\.{_DIGIT})"
)
_LIKELY: Final = re.compile(f"{_DIGIT}{{3}}(?:[ -]?{_DIGIT}{{4}}){{2}}")
_MASKED: Final = re.compile(r"\w?\*\*|1[0-9]{2}\*{4}[0-9]{4}|[0-9]{4}\*{10}[0-9]{3}[0-9Xx]|\*\*\*")
_NAME: Final = re.compile(r"[㐀-鿿][㐀-鿿·]{1,3}")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# Headings that say by themselves that a column is about a person, where there is no contract to ask.
_HEADING: Final = re.compile(
    r"姓名|联系人|联系电话|联系方式|手机|电话号码|移动电话|身份证|证件号|通信地址|住址|邮箱|e-?mail|phone|mobile", re.I
)


def masked(text: str) -> str:
    """A personal value by its shape: 张**, 138****1234, 3601**********1234, else ***. A masked text stays as it is."""
    bare = _bare(text)
    if not bare or _MASKED.fullmatch(bare):
        return text
    if re.fullmatch(r"[0-9]{17}[0-9Xx]", bare):
        return f"{bare[:4]}{'*' * 10}{bare[-4:]}"
    number = re.sub(r"^\+?86(?=1[0-9]{10}$)", "", bare)
    if re.fullmatch(r"1[0-9]{10}", number):
        return f"{number[:3]}****{number[-4:]}"
    return f"{bare[0]}**" if _NAME.fullmatch(bare) else MASK


def masked_prose(text: str) -> str:
    """A text of any kind with the identity and mobile numbers in it masked; nothing else is touched."""
    return _MOBILE.sub(lambda m: masked(m[0]), _IDENTITY.sub(_identity, text))


def prose_of(finding: Finding) -> Finding:
    """The finding as it is shown where no contract says what is personal."""
    return _rewritten(finding, masked_prose, tuple(_with_text(c, masked_prose) for c in finding.cells))


def is_personal_number(text: str) -> bool:
    """Whether a text is an identity or a mobile number, and nothing beside it."""
    shown = masked_prose(text)
    return shown != text and shown.strip() == masked(text).strip()


def is_personal_heading(heading: str) -> bool:
    """Whether a heading says by itself that what stands below is about a person."""
    return bool(_HEADING.search(unicodedata.normalize("NFKC", heading)))


def _bare(text: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))


def _identity(found: re.Match[str]) -> str:
    return masked(found[0]) if is_identity_number(found[0]) else found[0]


def is_identity_number(text: str) -> bool:
    """Whether `text` is an 18-character identity number: a day of birth, and a check digit (ISO 7064, MOD 11-2)."""
    bare = _bare(text).upper()
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", bare):
        return False
    try:
        date(int(bare[6:10]), int(bare[10:12]), int(bare[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(bare[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == bare[17]


@dataclass(frozen=True)
class Screen:
    """Which columns of a judged frame are personal, and which hold numbers only; what may be said of a value.

    personal, numbers: names of fields as the frame has them (`phone`, `total_phone`, `prev_phone`), without `__text`.
    """

    personal: frozenset[str]
    numbers: frozenset[str]

    def covers(self, column: str) -> bool:
        """Whether a column is personal."""
        return column.partition("__")[0] in self.personal

    def operand(self, column: str, text: str | None) -> str | None:
        """What stood in a cell of `column`, as it may be said."""
        if text is None or self.covers(column):
            return None if text is None else masked(text)
        # A count of eleven digits is no telephone number; words in its cell may well hold one.
        number = column.partition("__")[0] in self.numbers and text.isdecimal()
        return text if number else masked_prose(text)

    def derived(self, made_by: pl.Expr, value: str | None, dtype: pl.DataType) -> str | None:
        """What an expression over the frame gave, as it may be said."""
        if value is None:
            return None
        roots = made_by.meta.root_names()
        # What an expression takes by a pattern of names ("^.*$", "*") may be anything.
        vague = bool(self.personal) and any(not name.isidentifier() for name in roots)
        if vague or any(self.covers(name) for name in roots):
            return value if dtype.is_integer() and abs(int(Decimal(value))) < _SHORT else masked(value)
        counted = bool(roots) and all(name.partition("__")[0] in self.numbers for name in roots)
        return value if counted or not isinstance(dtype, pl.String) else masked_prose(value)

    def found(self, finding: Finding) -> Finding:
        """A finding about a file's shape. Some name what stands in cells: formulas, errors, rows above the headings."""
        named = finding.rule.startswith("CELL-")
        loose = finding.rule == "HEAD-09" and bool(self.personal)

        def told(cell: Cell) -> Cell:
            hidden = loose or (named and cell.field is not None and self.covers(cell.field))
            return _with_text(cell, masked if hidden else masked_prose)

        return _rewritten(finding, masked_prose, tuple(map(told, finding.cells)))


def screen_of(kind: Kind, references: References | None = None) -> Screen:
    """The screen of a kind's frames, beside what it is compared with."""
    own = frozenset(field.name for field in kind.fields if field.personal)
    counted = frozenset(field.name for field in kind.fields if field.type in _COUNTED)
    personal = {*own, *(f"total_{name}" for name in own)}
    for context in kind.contexts:
        given = (references or {}).get(context.source, [])
        there = frozenset[str]().union(*(r.personal for r in (given if isinstance(given, list) else [given])))
        there |= own if context.source in OWN_SOURCES or context.source == kind.code else frozenset()
        personal |= {context.prefix + name for name in context.take if name in there}
        if context.missed and any(key in there for _, key in context.on):
            personal.add(context.prefix + context.missed)
    return Screen(frozenset(personal), frozenset({*counted, *(f"total_{name}" for name in counted)}) - personal)


def refuse_personal_measures(code: str, fields: Sequence[Field], measures: Sequence[Measure]) -> None:
    """A figure is published: none may be named after a personal value, or state one. Raises ContractError."""
    personal = {field.name for field in fields if field.personal}
    for m in measures:
        named = {m.each, m.code, m.name, m.unit_from, *(m.cells[:1] if m.method is Method.STATED else ())}
        named |= set() if m.as_of is None else {name.partition("__")[0] for name in m.as_of.meta.root_names()}
        if wrong := sorted(personal & {name for name in named if name}):
            raise ContractError(
                f"报表 {code} 的指标 {m.indicator} 会公布个人信息字段：{'、'.join(wrong)}",
                f"the measure {m.indicator} of {code} would publish personal fields: {', '.join(wrong)}",
            )


def without_persons(rows: pl.DataFrame, personal: Collection[str]) -> pl.DataFrame:
    """Rows without what identifies anybody: personal fields, with all that parsing made of them, emptied (the types
    stay), and identity and mobile numbers masked in every other text."""
    hidden = [name for name in rows.columns if name.partition("__")[0] in personal]
    counted = {name.partition("__")[0] for name, dtype in rows.schema.items() if dtype.is_numeric()}
    shown = [
        name
        for name, dtype in rows.schema.items()
        if dtype == pl.String and name not in hidden and name.partition("__")[0] not in {"", *counted}
        if not name.startswith("_") and not name.endswith("__at")
    ]
    return rows.with_columns(
        *(pl.lit(None, dtype=rows[name].dtype).alias(name) for name in hidden),
        *(masked_column(rows[name]) for name in shown),
    )


def masked_column(texts: pl.Series) -> pl.Series:
    """`masked_prose` of a column of texts; the shorter ones are not looked at."""
    at = (texts.str.len_bytes().fill_null(0) >= _LEAST).arg_true()
    told = {row: masked_prose(text) for row, text in zip(at, texts.gather(at), strict=True) if _LIKELY.search(text)}
    return texts.scatter(list(told), list(told.values())) if told else texts


def _with_text(cell: Cell, mask: Callable[[str], str]) -> Cell:
    return cell if cell.text is None else replace(cell, text=mask(cell.text))


def _rewritten(finding: Finding, prose: Callable[[str], str], cells: tuple[Cell, ...]) -> Finding:
    """The finding with these cells, and what they no longer say gone from its words as well."""
    gone = {
        old.text: new.text
        for old, new in zip(finding.cells, cells, strict=True)
        if old.text and new.text is not None and old.text != new.text
    }

    def said(text: str) -> str:
        for old in sorted(gone, key=len, reverse=True):
            text = text.replace(old, gone[old])
        return prose(text)

    return replace(
        finding,
        cells=cells,
        message_zh=said(finding.message_zh),
        message_en=said(finding.message_en),
        filed=None if finding.filed is None else said(finding.filed),
        about=said(finding.about),
    )
