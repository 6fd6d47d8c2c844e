"""One number as people write it in a cell → the same number in plain digits, every written decimal kept.

Grouping, width, a sign of any shape and the field's own unit are told apart from digits; nothing is rounded, scaled or
guessed: 0.15 in a column of percentages is 0.15, and 15% in any other column is no number.
"""

from __future__ import annotations

import re

from contracts.conversion import in_unit
from contracts.field import Field, Meaning, Type, fold_word
from contracts.quantity import LONGEST_CELL, Quantity, parse_quantity
from contracts.readings import principal_reading
from transforms.widths import narrow, narrow_number

_WHOLE = r"[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+"
_NUMBER = re.compile(rf"([-+负]?) *({_WHOLE})(?:\.([0-9]+))?")
_LOOKS = re.compile(r"\s*[+-]?[\d,，]*\.?\d+(?:[eE][+-]?\d+)?\s*[%％‰]?\s*")
_IN_BRACKETS = re.compile(r"\( *([^-+负 ].*?) *\)")


def number_text(text: str, field: Field) -> str | None:
    """The number in `text` as plain digits, such as "-1234.50", or None where it is no number of this field.

    Behind it may stand the field's own unit. Brackets mean a negative number where the field may be negative.
    """
    plain = _without_unit(narrow_number(text), field.unit)
    if len(plain) > LONGEST_CELL:
        return None
    bracketed = _IN_BRACKETS.fullmatch(plain) if field.signed else None
    found = _NUMBER.fullmatch(_without_unit(bracketed[1], field.unit) if bracketed else plain)
    if not found:
        return None
    sign, whole, fraction = found.groups()
    minus = "-" if bracketed or sign in ("-", "负") else ""
    return f"{minus}{whole.replace(',', '').replace(' ', '')}" + (f".{fraction}" if fraction else "")


def is_number(text: str) -> bool:
    """Whether a cell looks like a number in any writing, whatever its field: signed, grouped, scientific, in % or ‰."""
    return _LOOKS.fullmatch(text) is not None


def stated_text(text: str | None, field: Field) -> str | None:
    """What a cell says in the words that `contracts.quantity` reads: a number in plain digits, 0 for a word for zero.

    `text` is as filed, None for a blank cell. What is no plain number (99%以上) is handed back as it is.
    """
    if not text or not text.strip():
        return "0" if field.blank is Meaning.ZERO else None
    if field.meanings.get(fold_word(text)) is Meaning.ZERO:
        return "0"
    if field.type is Type.QUANTITY and parse_quantity(text, unit=field.unit, role=field.role) is not None:
        return text
    return (number_text(text, field) if field.type in (Type.COUNT, Type.DECIMAL, Type.QUANTITY) else None) or text


def stated_quantity(text: str, field: Field) -> Quantity | None:
    """The quantity that a cell states, in the field's unit and under its reading; None where it states none.

    `text`: as filed, with 0 in place of a word for zero. A unit that the field does not take stays as it was written.
    """
    found = parse_quantity(text, unit=field.unit, role=field.role)
    if found is None:
        plain = number_text(text, field)
        found = parse_quantity(plain, unit=field.unit, role=field.role) if plain and plain != text else None
    if found is None:
        return None
    if field.unit and found.unit != field.unit and (found.kind == "zero" or field.takes_unit(found.unit)):
        found = in_unit(found, field.unit) or found
    return principal_reading(found, field.reading)


def _without_unit(number: str, unit: str) -> str:
    return number.removesuffix(narrow(unit)).rstrip() if unit else number
