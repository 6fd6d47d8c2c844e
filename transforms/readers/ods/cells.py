"""One cell of an OpenDocument spreadsheet → its text and what it is.

The value stands in the attributes, what the filer saw in the paragraphs: a number, a share or a day is taken from the
value, a text from the paragraphs, where its line breaks are.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from contracts.exact import decimal_text
from transforms.readers.serials import clock_text, day_text
from transforms.readers.values import number_text

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:[.,](\d+))?)?Z?$")
_CLOCK = re.compile(r"PT(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:[.,](\d{1,12}))?S)?$")
_ERROR = re.compile(r"#[A-Z][A-Z0-9/_]*[!?]?$|Err:\d{3}$")
_REFERENCE = re.compile(r"\[([^\[\]]*)\]")
_SPACES = re.compile(r"[ \t\r\n]+")
_CANONICAL = re.compile(r"(?:0|-?[1-9]\d*|-?(?:0|[1-9]\d*)\.\d*[1-9])$")
_CANONICAL_LENGTH, _FLOAT_DIGITS = 15, 17


def cell_text(attributes: dict[str, str], shown: str, month: bool) -> tuple[str, str]:
    """Text and type of a cell with these attributes, whose paragraphs say `shown`; `month`: its style shows a month."""
    formula = attributes.get("formula", "")
    kind = attributes.get("value-type", "")
    if formula and not kind and not shown:
        return formula_text(formula), "formula"
    if attributes.get("calcext") == "error" or (formula and _ERROR.match(shown)):
        return shown or "#ERROR", "error"
    match kind:
        case "float" | "currency":
            number = _number(attributes.get("value", ""))
            return (shown, "text") if number is None else (number, "number")
        case "percentage":
            return _percent(attributes.get("value", ""), shown)
        case "date":
            return _day(attributes.get("date-value", ""), shown, month)
        case "time":
            return _clock(attributes.get("time-value", ""), shown)
        case "boolean":
            return ("TRUE" if attributes.get("boolean-value") == "true" else "FALSE"), "boolean"
    return shown or attributes.get("string-value", ""), "text"


def formula_text(formula: str) -> str:
    """ "of:=[.A1]+[.B1]" → "=A1+B1": as a filer would write it."""
    _, _, body = formula.partition("=")
    return "=" + _REFERENCE.sub(lambda found: found[1].replace("$", "").replace(":.", ":").lstrip("."), body)


def collapse(text: str, at_start: bool) -> str:
    """White space as OpenDocument reads it: any run of it is one space, none at the start of a paragraph."""
    text = _SPACES.sub(" ", text)
    return text[1:] if at_start and text.startswith(" ") else text


def _number(value: str) -> str | None:
    """Canonical text of a number; all its digits where they are more than a float has, 15 otherwise."""
    if len(value) <= _CANONICAL_LENGTH and _CANONICAL.match(value):
        return value
    try:
        exact = Decimal(value)
    except InvalidOperation:
        return None
    if not exact.is_finite() or abs(exact.adjusted()) > 330:
        return None
    many = len(exact.normalize().as_tuple().digits) > _FLOAT_DIGITS
    return decimal_text(exact) if many else number_text(float(value))


def _percent(value: str, shown: str) -> tuple[str, str]:
    number = _number(value)
    return (shown, "text") if number is None else (decimal_text(Decimal(number) * 100) + "%", "percent")


def _day(value: str, shown: str, month: bool) -> tuple[str, str]:
    found = _DAY.match(value)
    if not found:
        return shown or value, "text"
    day, clock, fraction = found.groups()
    if clock is None or (clock == "00:00:00" and not (fraction or "").strip("0")):
        return day_text(day, month)
    thousandths = f".{fraction[:3]}".rstrip("0").rstrip(".") if fraction else ""
    return f"{day} {clock}{thousandths}", "datetime"


def _clock(value: str, shown: str) -> tuple[str, str]:
    found = _CLOCK.match(value)
    if not found or value == "PT":
        return shown or value, "text"
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[:3])
    thousandths = int(((found[4] or "") + "000")[:3])
    total = ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
    return clock_text(total), "time"
