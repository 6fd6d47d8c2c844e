"""`jixiao figures`: every quantity and date that a text states, one line of JSON each; nothing is stored or judged."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.errors import UsageError
from contracts.exact import decimal_text
from contracts.partial_date import parse_date
from contracts.quantity import Quantity, parse_quantity, scan
from flows.commands.terminal import inert

_LONGEST = 200


def print_figures(source: str, *, cells: bool, year: int | None) -> None:
    """Print what the text in file `source` ("-": standard input) states: in running text, or one cell a line."""
    text = _read(source)
    for line in _cells(text, year) if cells else _spans(text, year):
        sys.stdout.write(inert(json.dumps(line, ensure_ascii=False)) + "\n")


def _read(source: str) -> str:
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise UsageError(f"无法读取 {source}：{error.strerror}", f"cannot read {source}: {error.strerror}") from error
    from transforms.readers.text.encodings import detect_encoding
    from transforms.readers.text.transcoding import UndecodableError, transcode

    try:
        return b"".join(transcode(data, detect_encoding(data))).decode()
    except UndecodableError as error:
        raise UsageError(f"{source} 不是可以解码的文本", f"{source} is no text that can be decoded") from error


def _spans(text: str, year: int | None) -> Iterator[dict[str, Any]]:
    """Quantities and dates in running text, in order; what else is written in digits (names, ordinals) is none."""
    for span in scan(text, year=year):
        where = {"start": span.start, "end": span.end, "text": span.text}
        if span.quantity is not None:
            yield where | _quantity(span.quantity)
        elif span.kind in ("date", "year_range"):
            yield where | _date(span.date.iso if span.date else None)


def _cells(text: str, year: int | None) -> Iterator[dict[str, Any]]:
    """Each line as one cell: a quantity, a date, or none with the reason."""
    for line in text.splitlines():
        where = {"start": 0, "end": len(line), "text": line}
        cell = line.strip()
        quantity = parse_quantity(cell)
        date = None if quantity or not cell else parse_date(cell, year)
        if quantity is not None:
            yield where | _quantity(quantity)
        elif date is not None:
            yield where | _date(date.iso)
        else:
            yield where | {"kind": "none", "reason": _reason(cell)}


def _reason(cell: str) -> str:
    if not cell:
        return "空白 / blank"
    if len(cell) > _LONGEST:
        return "过长，是一段文字而不是一个单元格 / too long: prose, no cell"
    stated = [span for span in scan(cell) if span.quantity is not None]
    if len(stated) > 1:
        return f"含有 {len(stated)} 个数量 / it states {len(stated)} quantities"
    if stated:
        return f"“{stated[0].text}”之外还有别的内容 / there is more than “{stated[0].text}”"
    return "没有数量 / it states no quantity"


def _quantity(quantity: Quantity) -> dict[str, Any]:
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


def _date(iso: str | None) -> dict[str, Any]:
    nothing = dict.fromkeys(("value", "low", "high", "low_closed", "high_closed", "unit", "comparator", "direction"))
    return {"kind": "date", **nothing, "date": iso}
