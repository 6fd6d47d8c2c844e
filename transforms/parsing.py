"""A table of texts → typed columns, beside the texts as filed.

Never fails, never rounds, never cuts, never guesses a year: a text that is not what its field wants is null in the
typed column while `name__text` is not, and a rule of the contract says so. Whether a value is right is not asked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from contracts.exact import canonical
from contracts.field import Field, Meaning, Type
from contracts.partial_date import parse_date
from contracts.table import Table
from transforms.numbers import number_text, stated_quantity
from transforms.outline import outline_column
from transforms.widths import narrow_number

DECIMAL = pl.Decimal(38, 6)

_SCALE = 6
_FINEST = Decimal(1).scaleb(-_SCALE)  # zeros written further behind are idle
_PIECE = 100_000  # texts
_LONGEST = 80  # characters; no day is longer
_INTEGER_DIGITS = 32
_CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
_DAY = re.compile(
    r"(?:([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})[日号]"
    rf"|([0-9]{{4}})([0-9]{{2}})([0-9]{{2}}))(?:[ T]?{_CLOCK})?"
)
_AROUND_WORDS = re.compile(r"\s*([年月日号])\s*")
# Days since the end of 1899 as a spreadsheet counts them. It takes 1900 for a leap year, which is over by 20000.
_SERIAL = re.compile(r"[0-9]{5}")
_SERIALS = range(20_000, 60_001)  # 1954 to 2064: any other five digits are no date that a form asks for
_SERIAL_ZERO = date(1899, 12, 30)
_LOST_ZERO = re.compile(r"[0-9]{1,2}\.[0-9]")
_PARTED = re.compile(r"[、，,;；\n]")

Answer = tuple[object, ...] | None
Schema = dict[str, pl.DataType | type[pl.DataType]]


def parse_table(table: Table, fields: Sequence[Field], *, year: int | None) -> pl.DataFrame:
    """The typed frame of `table`: `_row`, and for each field the columns that `contracts.field` documents.

    `year` is the reference year, for dates written without one; None leaves those null. Same rows, same order.
    """
    rows = table.frame.to_series(table.frame.get_column_index("_row")).cast(pl.Int64)
    columns = [rows]
    for field in fields:
        texts = table.frame[field.name]
        columns += outline_column(texts, field, rows) if field.outline else parse_column(texts, field, year=year)
    frame = pl.DataFrame(columns)
    return frame.with_columns(pl.coalesce(f.name, f.otherwise) for f in fields if f.otherwise)


def parse_column(texts: pl.Series, field: Field, *, year: int | None) -> list[pl.Series]:
    """The typed columns of one field: `name` in front, then its text and its twins.

    Text and choice lose the blanks around them; `name__text` keeps every character. Blanks, and the field's words for
    a missing value, are null in both.
    """
    meaning = pl.col("meaning")
    cells = texts.alias("filed").to_frame().with_columns(_meaning(field).alias("meaning"))
    cells = cells.select(
        "meaning",
        pl.when(pl.col("filed").str.strip_chars() != "", meaning.ne_missing(Meaning.MISSING.value)).then("filed"),
        pl.when(meaning == Meaning.ZERO.value).then(pl.lit("0")).when(meaning.is_null()).then("filed").alias("read"),
    )
    if field.type in (Type.TEXT, Type.CHOICE):
        columns = [cells["read"].str.strip_chars().alias(field.name)]
    else:
        columns = _parse_distinct(cells["read"], *_parser(field, year))
    if field.has_text_twin:
        columns.insert(1, cells["filed"].alias(field.text_column))
    if field.may_not_apply:
        columns.append(cells["meaning"].eq_missing(Meaning.NOT_APPLICABLE.value).alias(f"{field.name}__na"))
    return columns


def _meaning(field: Field) -> pl.Expr:
    """What a cell without a value says; null for a text that is to be read."""
    text = pl.col("filed")
    blank = pl.when(text.is_null() | (text.str.strip_chars() == "")).then(pl.lit(field.blank.value))
    if not field.words:
        return blank
    # as `contracts.field.fold_word` does it for one text
    word = text.str.normalize("NFKC").str.replace_all(r"\s+", "").str.to_lowercase()
    return blank.otherwise(word.replace_strict(_words(field), default=None, return_dtype=pl.String))


def _words(field: Field) -> dict[str, str]:
    return {word: meaning.value for word, meaning in field.meanings.items()}


def _parse_distinct(texts: pl.Series, schema: Schema, parse: Callable[[str], Answer]) -> list[pl.Series]:
    """Each distinct text parsed once, the answers put back in the order of `texts`."""
    distinct = texts.drop_nulls().unique(maintain_order=True).alias("text")
    # In pieces, because a column keeps a number in a tenth of the memory that an object takes.
    known = pl.concat(
        [_answers(piece, schema, parse) for piece in distinct.to_frame().iter_slices(_PIECE)]
        or [_answers(distinct.to_frame(), schema, parse)]
    )
    joined = texts.alias("text").to_frame().join(known, on="text", how="left", maintain_order="left")
    return joined.select(list(schema)).get_columns()


def _answers(distinct: pl.DataFrame, schema: Schema, parse: Callable[[str], Answer]) -> pl.DataFrame:
    """What `parse` makes of each text, beside it."""
    nothing: tuple[object, ...] = (None,) * len(schema)
    answers = [parse(text) or nothing for text in distinct["text"].to_list()]
    columns = zip(*answers, strict=True) if answers else ((),) * len(schema)
    made = [pl.Series(n, c, dtype=t) for (n, t), c in zip(schema.items(), columns, strict=True)]
    return distinct.hstack(made)


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
    return {**numbers, **ends, **words, f"{name}__direction": pl.Int8, f"{name}__precision": DECIMAL}


def _number(text: str, field: Field) -> Decimal | None:
    plain = number_text(text, field)
    return None if plain is None else Decimal(plain)


def _held(number: Decimal) -> Decimal | None:
    """The number as Decimal(38, 6) holds it, without idle zeros beyond six decimals, or None where it does not."""
    if _has_room(number):
        return number
    plain = canonical(number)
    return plain if _has_room(plain) else None


def _has_room(number: Decimal) -> bool:
    _, digits, exponent = number.as_tuple()
    return isinstance(exponent, int) and -_SCALE <= exponent <= 0 and len(digits) + exponent <= _INTEGER_DIGITS


def _count(text: str, field: Field) -> Answer:
    number = _number(text, field)
    if number is None or number != number.to_integral_value() or (number < 0 and not field.signed):
        return None
    return (int(number),) if -(2**63) <= number < 2**63 else None


def _decimal(text: str, field: Field) -> Answer:
    number = _number(text, field)
    held = None if number is None else _held(number)
    return None if held is None else (held,)


def _day(text: str) -> Answer:
    written = narrow_number(text)
    if len(written) > _LONGEST:
        return None
    plain = _AROUND_WORDS.sub(r"\1", written)
    if serial := _serial(plain):
        return (serial,)
    found = _DAY.fullmatch(plain)
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None and part.isdigit())
    try:
        return (date(year, month, day),)
    except ValueError:
        return None


def _partial_date(text: str, year: int | None) -> Answer:
    plain = narrow_number(text)
    if serial := _serial(plain):
        return serial.isoformat(), serial, serial, "day"
    if _LOST_ZERO.fullmatch(plain):
        return None  # 11.3: the third, or the thirtieth in a cell that dropped its zero
    found = parse_date(text.strip().removeprefix("'"), year)
    return None if found is None else (found.iso, found.first, found.last, found.granularity)


def _serial(plain: str) -> date | None:
    """The day that a spreadsheet's bare number stands for, in the calendar that begins with 1900."""
    days = int(plain) if _SERIAL.fullmatch(plain) else 0
    return _SERIAL_ZERO + timedelta(days=days) if days in _SERIALS else None


def _items(text: str) -> Answer:
    names = dict.fromkeys(part.strip() for part in _PARTED.split(text) if part.strip())
    return ("、".join(names), len(names)) if names else None


def _quantity(text: str, field: Field) -> Answer:
    found = stated_quantity(text, field)
    if found is None:
        return None
    if found.kind != "zero" and not field.takes_unit(found.unit):
        return (*(None,) * 5, found.comparator, found.unit, None, None)  # a number of something else
    numbers = (found.value, found.low, found.high)
    held = tuple(None if number is None else _held(number) for number in numbers)
    if held.count(None) > numbers.count(None):
        return None
    words = (found.comparator, found.unit, found.direction)
    return (*held, found.low_closed, found.high_closed, *words, _held(found.precision) or _FINEST)
