"""A table of texts → typed columns, beside the texts as filed.

Never fails, never rounds, never cuts, never guesses a year: a text that is not what its field wants is null in the
typed column while `name__text` is not, and a rule of the contract says so. Whether a value is right is not asked here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from contracts.field import Field, Type
from contracts.partial_date import parse_date
from contracts.quantity import parse_quantity
from contracts.table import Table

DECIMAL = pl.Decimal(38, 6)

_SCALE = 6
_INTEGER_DIGITS = 32
_NUMBER = re.compile(r"([+-]?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?")
_DAY = re.compile(
    r"(?:(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日|(\d{4})(\d{2})(\d{2}))"
    r"(?:[ T]0?0:00(?::00(?:\.0+)?)?)?"
)
_PARTED = re.compile(r"[、，,;；\n]")

Answer = tuple[object, ...] | None
Schema = dict[str, pl.DataType | type[pl.DataType]]


def parse_table(table: Table, fields: Sequence[Field], *, year: int | None) -> pl.DataFrame:
    """The typed frame of `table`: `_row`, and for each field the columns that `contracts.field.Type` documents.

    `year` is the reference year, for dates written without one; None leaves those null. Same rows, same order.
    """
    columns = [table.frame.to_series(table.frame.get_column_index("_row")).cast(pl.Int64)]
    for field in fields:
        columns += parse_column(table.frame[field.name], field, year=year)
    return pl.DataFrame(columns)


def parse_column(texts: pl.Series, field: Field, *, year: int | None) -> list[pl.Series]:
    """The typed columns of one field: `name` in front, then its text and its twins.

    Text and choice lose the blanks around them; `name__text` keeps every character. Only blanks, or one of the field's
    `blank_texts`, is null in both.
    """
    trimmed = pl.col("text").str.strip_chars()
    blank = (trimmed == "") | trimmed.is_in(list(field.blank_texts))
    filed = texts.alias("text").to_frame().select(pl.when(~blank).then(pl.col("text")))
    if not field.has_text_twin:
        return [filed.select(trimmed).to_series().alias(field.name)]
    schema, parse = _parser(field, year)
    name, *twins = _parse_distinct(filed.to_series(), schema, parse)
    return [name, filed.to_series().alias(field.text_column), *twins]


def _parse_distinct(texts: pl.Series, schema: Schema, parse: Callable[[str], Answer]) -> list[pl.Series]:
    """Each distinct text parsed once, the answers put back in the order of `texts`."""
    distinct = texts.drop_nulls().unique(maintain_order=True)
    nothing: tuple[object, ...] = (None,) * len(schema)
    answers = [parse(text) or nothing for text in distinct.to_list()]
    known = pl.DataFrame([distinct.alias("text")]).hstack(
        [pl.Series(name, [a[i] for a in answers], dtype=dtype) for i, (name, dtype) in enumerate(schema.items())]
    )
    joined = texts.alias("text").to_frame().join(known, on="text", how="left", maintain_order="left")
    return joined.select(list(schema)).get_columns()


def _parser(field: Field, year: int | None) -> tuple[Schema, Callable[[str], Answer]]:
    """The columns a field's type gives, and what makes them of one text."""
    name = field.name
    match field.type:
        case Type.COUNT:
            return {name: pl.Int64}, lambda text: _count(text, field)
        case Type.DECIMAL:
            return {name: DECIMAL}, lambda text: _decimal(text, field)
        case Type.DAY:
            return {name: pl.Date}, _day
        case Type.ITEMS:
            return {name: pl.String, f"{name}__count": pl.Int64}, _items
        case Type.DATE:
            twins: Schema = {f"{name}__first": pl.Date, f"{name}__last": pl.Date, f"{name}__granularity": pl.String}
            return {name: pl.String, **twins}, lambda text: _partial_date(text, year)
        case Type.QUANTITY:
            return _quantity_schema(name), lambda text: _quantity(text, field)
        case Type.TEXT | Type.CHOICE:
            raise AssertionError(f"{field.type} has no text twin")


def _quantity_schema(name: str) -> Schema:
    numbers = dict.fromkeys((name, f"{name}__low", f"{name}__high"), DECIMAL)
    ends = dict.fromkeys((f"{name}__low_closed", f"{name}__high_closed"), pl.Boolean)
    words = dict.fromkeys((f"{name}__comparator", f"{name}__unit"), pl.String)
    return {**numbers, **ends, **words, f"{name}__direction": pl.Int8}


def _number(text: str, unit: str) -> Decimal | None:
    """A number written with digits alone, thousands parted by commas or not, its own unit behind it or not."""
    folded = _fold(text)
    if unit and folded.endswith(_fold(unit)):
        folded = folded.removesuffix(_fold(unit)).rstrip()
    found = _NUMBER.fullmatch(folded)
    if not found:
        return None
    sign, whole, fraction = found.groups()
    return Decimal(f"{sign}{whole.replace(',', '')}.{fraction or '0'}")


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()


def _exact(number: Decimal | None) -> Decimal | None:
    """The number with no idle zeros if Decimal(38, 6) holds it exactly, else None."""
    if number is None:
        return None
    whole, _, fraction = format(number.copy_abs(), "f").partition(".")
    return number if len(whole.lstrip("0")) <= _INTEGER_DIGITS and len(fraction.rstrip("0")) <= _SCALE else None


def _count(text: str, field: Field) -> Answer:
    number = _number(text, field.unit)
    if number is None or number != number.to_integral_value() or (number < 0 and not field.signed):
        return None
    return (int(number),) if -(2**63) <= number < 2**63 else None


def _decimal(text: str, field: Field) -> Answer:
    number = _exact(_number(text, field.unit))
    return None if number is None else (_scaled(number),)


def _scaled(number: Decimal) -> Decimal:
    """`number` (exact within six decimals) with idle zeros beyond them taken off."""
    text = format(number, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _day(text: str) -> Answer:
    found = _DAY.fullmatch(_fold(text))
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None and part.isdigit())
    try:
        return (date(year, month, day),)
    except ValueError:
        return None


def _partial_date(text: str, year: int | None) -> Answer:
    found = parse_date(text, year)
    return None if found is None else (found.iso, found.first, found.last, found.granularity)


def _items(text: str) -> Answer:
    names = dict.fromkeys(part.strip() for part in _PARTED.split(text) if part.strip())
    return ("、".join(names), len(names)) if names else None


def _quantity(text: str, field: Field) -> Answer:
    found = parse_quantity(text, unit=field.unit, role=field.role)
    if found is None:
        return None
    numbers = (found.value, found.low, found.high)
    if any(number is not None and _exact(number) is None for number in numbers):
        return None
    scaled = tuple(None if number is None else _scaled(number) for number in numbers)
    return (*scaled, found.low_closed, found.high_closed, found.comparator, found.unit, found.direction)
