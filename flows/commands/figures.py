"""`jixiao figures`: every quantity and date that a text states, one line of JSON each; nothing is stored or judged."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from contracts.errors import UsageError
from contracts.exact import decimal_text
from contracts.masking import is_personal_number, masked_prose
from contracts.numerals import fold
from contracts.partial_date import parse_date
from contracts.quantity import LONGEST_CELL, Quantity, parse_quantity, scan
from flows.commands.terminal import inert, snapshot

Line = dict[str, Any]

NOTHING: Final[Line] = {"kind": "none"} | dict.fromkeys(
    ("value", "low", "high", "low_closed", "high_closed", "unit", "comparator", "direction", "date")
)
_YEARS: Final = re.compile("[0-9]{4}[-~][0-9]{4}")
_OTHERWISE: Final = {
    "date": ("日期", "a date"),
    "year_range": ("起止年份", "a span of years"),
    "document_number": ("文号", "a document's number"),
    "name": ("名称", "a name"),
    "ordinal": ("序号", "an ordinal"),
    "other": ("编号、比例或算式", "a code, a ratio or a sum"),
}


def print_figures(source: str, *, cells: bool, year: int | None) -> None:
    """Print what the text in file `source` ("-": standard input) states: in running text, or one cell a line."""
    text = _read(source)
    for line in _cells(text, year) if cells else _spans(text, year):
        sys.stdout.write(inert(json.dumps(line, ensure_ascii=False)) + "\n")


def _read(source: str) -> str:
    if source == "-":
        data = sys.stdin.buffer.read()
    else:
        with snapshot(Path(source)) as (copy, _):
            data = copy.read_bytes()
    from transforms.readers.text.encodings import detect_encoding
    from transforms.readers.text.transcoding import UndecodableError, transcode

    try:
        return b"".join(transcode(data, detect_encoding(data))).decode()
    except UndecodableError as error:
        raise UsageError(f"{source} 不是可以解码的文本", f"{source} is no text that can be decoded") from error


def _spans(text: str, year: int | None) -> Iterator[Line]:
    """Quantities and dates in running text, in order; what else is written in digits (names, ordinals) is none.

    A phrase that names several days (每季度末月15日) has a line for each of them.
    """
    for span in scan(text, year=year):
        where = {"start": span.start, "end": span.end, "text": masked_prose(span.text)}
        if span.quantity is not None:
            yield where | _quantity(span.quantity)
        elif span.kind in ("date", "year_range"):
            sign = "<=" if span.deadline else None
            yield from (where | _date(day.iso if day else None, sign) for day in span.dates or (span.date,))


def _cells(text: str, year: int | None) -> Iterator[Line]:
    """Each line as one cell: a quantity, a date, or none with the reason."""
    for line in text.splitlines():
        where = {"start": 0, "end": len(line), "text": masked_prose(line)}
        cell = line.strip()
        quantity = None if is_personal_number(cell) else parse_quantity(cell)
        # 2020-2022 alone may be years, a code or a subtraction
        date = None if quantity or not cell or _YEARS.fullmatch(fold(cell)) else parse_date(cell, year)
        if quantity is not None:
            yield where | _quantity(quantity)
        elif date is not None:
            yield where | _date(date.iso)
        else:
            yield where | NOTHING | {"reason": _reason(cell)}


def _reason(cell: str) -> str:
    if not cell:
        return "空白 / blank"
    if is_personal_number(cell):
        return "手机号码或身份证号码 / a mobile or an identity number"
    if len(cell) > LONGEST_CELL:
        return "过长，是一段文字而不是一个单元格 / too long: prose, no cell"
    spans = scan(cell)
    stated = [span for span in spans if span.quantity is not None]
    if len(stated) > 1:
        return f"含有 {len(stated)} 个数量 / it states {len(stated)} quantities"
    if stated:
        return f"“{stated[0].text}”之外还有别的内容 / there is more than “{stated[0].text}”"
    named = next((span for span in spans if span.kind in _OTHERWISE), None)
    if named is not None:
        zh, en = _OTHERWISE[named.kind]
        return f"没有数量，“{named.text}”是{zh} / it states no quantity: “{named.text}” is {en}"
    return "没有数量 / it states no quantity"


def _quantity(quantity: Quantity) -> Line:
    value, low, high = (None if n is None else decimal_text(n) for n in (quantity.value, quantity.low, quantity.high))
    return {
        "kind": quantity.kind,
        "value": value,
        "low": low,
        "high": high,
        "low_closed": quantity.low_closed,
        "high_closed": quantity.high_closed,
        "unit": quantity.unit,
        "comparator": quantity.comparator,
        "direction": quantity.direction,
        "date": None,
    }


def _date(iso: str | None, comparator: str | None = None) -> Line:
    return NOTHING | {"kind": "date", "date": iso, "comparator": comparator}
