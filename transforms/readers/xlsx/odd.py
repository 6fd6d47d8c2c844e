"""One cell of a worksheet part, read by itself: for the few whose tag or content is spelt otherwise than the rest.

Nothing here is fast, and nothing here is asked for an ordinary cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from html import unescape

from contracts.exact import decimal_text
from transforms.book import column_index
from transforms.readers.marks import Mark
from transforms.readers.values import number_text

_CELL = re.compile(rb"<c((?:\s+[\w:]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(?:/>|>(.*?)</c\s*>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?(?:/>|>(.*?)</v\s*>)", re.DOTALL)
_FORMULA = re.compile(rb"<f((?:\s[^>]*?)?)(?:/>|>(.*?)</f\s*>)", re.DOTALL)
_INLINE_TEXT = re.compile(rb"<t(?:\s[^>]*)?>([^<]+)</t\s*>")
_AREA = re.compile(r"([A-Z]{1,7})([0-9]{1,10})(?::([A-Z]{1,7})([0-9]{1,10}))?")
_ISO = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})?T?(?:([0-9]{2}:[0-9]{2})(:[0-9]{2})?(\.[0-9]{1,9})?)?Z?")
_INTEGER, _FRACTION = re.compile(r"-?[0-9]{16,}"), re.compile(r"-?[0-9]+\.[0-9]+")

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column; from 0."""


@dataclass(frozen=True)
class OddCell:
    """type: as `t=` says, "n" where it says nothing. value: None without a `<v>`. inline: the text of `<is>`.

    swapped: whether the formula stands behind the value, or in it, where no formula can be.
    """

    type: str
    style: int
    formula: bool
    value: str | None
    inline: str
    swapped: bool = False


def read_odd(xml: bytes, start: int) -> OddCell | None:
    """The cell whose tag begins at `start`; None where it cannot be told even so."""
    cell = _CELL.match(xml, start)
    if cell is None:
        return None
    own = attributes(cell[1])
    inner = cell[2] or b""
    value, formula = _VALUE.search(inner), _FORMULA.search(inner)
    style = own.get("s", "0")
    return OddCell(
        type=own.get("t", "n"),
        style=int(style) if style.isdecimal() and len(style) < 10 else 0,
        formula=formula is not None,
        value=None if value is None else text_of(value[1] or b""),
        inline="".join(map(text_of, _INLINE_TEXT.findall(inner))),
        swapped=formula is not None and value is not None and formula.start() > value.start(),
    )


def attributes(tag: bytes) -> dict[str, str]:
    found = _ATTRIBUTE.findall(tag)
    return {key.decode("utf-8", "replace"): text_of(double or single) for key, double, single in found}


def text_of(raw: bytes) -> str:
    """The characters that `raw` stands for in XML."""
    return unescape(raw.decode("utf-8", "backslashreplace"))


def formula_text(xml: bytes, start: int) -> str:
    """The formula of the cell that begins at `start`, "=A1+B1"; "=" where another cell has it (a shared formula)."""
    formula = _FORMULA.search(xml, start)
    return "=" + (text_of(formula[2] or b"") if formula else "").removeprefix("=")


def formula_area(xml: bytes, start: int) -> Area | None:
    """The area that the formula at or behind `start` fills, if it fills one: an array's, or a table's of what-ifs."""
    formula = _FORMULA.search(xml, start)
    own = attributes(formula[1]) if formula else {}
    if own.get("t") not in ("array", "dataTable"):
        return None
    area = _AREA.fullmatch(own.get("ref", "").replace("$", "").upper())
    if area is None:
        return None
    first, top, last, bottom = area.groups()
    return int(top) - 1, column_index(first), int(bottom or top) - 1, column_index(last or first)


def exact_number(text: str) -> str | None:
    """The number `text` as it stands, where a float would lose digits that somebody wrote; else None.

    A whole number of more than 15 digits (of a contract, of a bank card) is written digit by digit. A fraction of 16 or
    17 digits is a float's own noise, and so is one that is a float to its last binary digit: those are for rounding.
    """
    if _INTEGER.fullmatch(text):
        return format(Decimal(text), "f")
    if _FRACTION.fullmatch(text):
        number = Decimal(text)
        if len(number.as_tuple().digits) > 17 and number != Decimal(float(text)):
            return decimal_text(number)
    return None


def negative_number(text: str) -> str | None:
    """`text` as a number if it is a plain negative one, which no calendar has a day for; else None."""
    return number_text(float(text)) if re.fullmatch(r"-[0-9]{1,15}(\.[0-9]{1,17})?", text) else None


def iso_mark(text: str, month: bool) -> Mark | None:
    """A date, a time or both as ISO 8601 writes them (cells of type "d"); None if it is none of these."""
    found = _ISO.fullmatch(text.strip())
    if found is None or not (found[1] or found[2]):
        return None
    day = found[1] or ""
    clock = f"{found[2]}{found[3] or ':00'}{(found[4] or '').rstrip('.0')}" if found[2] else ""
    if not day or day == "1899-12-31":
        return Mark("time", clock or "00:00:00")
    if clock.strip("0:"):
        return Mark("datetime", f"{day} {clock}")
    return Mark("month", day[:7]) if month and day.endswith("-01") else Mark("date", day)
