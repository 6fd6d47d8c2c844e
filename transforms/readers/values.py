"""Python values as a library of workbooks gives them → texts as the filer saw them, and types; column by column.

A number is written with the 15 digits that spreadsheets keep, never with an exponent and never with the noise of binary
fractions. Nothing here knows a file format.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from contracts.exact import decimal_text
from transforms.readers.marks import Mark

Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta | None
Codes = npt.NDArray[np.uint8]

TYPES = (None, "text", "number", "percent", "date", "month", "datetime", "time", "boolean", "error", "formula")
_EMPTY, _TEXT, _NUMBER, _PERCENT, _DATE, _MONTH, _DATETIME, _TIME, _BOOLEAN, _ERROR, _FORMULA = range(len(TYPES))
_SPAN, _WHOLE, _NO_NUMBER = range(len(TYPES), len(TYPES) + 3)
"""An elapsed time, a whole number, a float that is none: written in a way of their own, of no type of their own."""
_PYTHON: Mapping[type, int] = {
    type(None): _EMPTY,
    str: _TEXT,
    float: _NUMBER,
    int: _WHOLE,
    bool: _BOOLEAN,
    datetime.date: _DATE,
    datetime.datetime: _DATETIME,
    datetime.time: _TIME,
    datetime.timedelta: _SPAN,
}
_TYPE_OF_CODE = pl.Series((*TYPES, "time", "number", "text"), dtype=pl.String)
_TYPE_OF_MARK = {name: code for code, name in enumerate(TYPES) if name} | {"digits": _NUMBER}
_DIGITS, _WHOLE_BELOW, _SHORT = 15, 2.0**53, 16
_NO_MARKS: Mapping[int, Mark] = {}


def read_column(
    values: Sequence[Value], marks: Mapping[int, Mark] = _NO_MARKS, first: int = 0
) -> tuple[pl.Series, pl.Series]:
    """Texts and types, both String, of one column; `first` is the row of `values[0]` as `marks` count rows.

    The empty text and None are empty cells: null in both. A mark outside of `values` is left out; one that does not fit
    its value changes nothing.
    """
    codes = _codes(values)
    _set_apart_no_numbers(values, codes)
    given = _lay_marks(values, codes, marks, first) if marks else {}
    parts = [pl.Series(list(given.values()), dtype=pl.String)]
    places = [np.array(list(given), np.int64)]
    writing = codes.copy()
    writing[places[0]] = _EMPTY
    for code in np.flatnonzero(np.bincount(writing, minlength=1)).tolist():
        if code != _EMPTY:
            chosen = writing == code
            parts.append(_WRITERS[code](values if chosen.all() else list(compress(values, chosen.tolist()))))
            places.append(np.flatnonzero(chosen))
    texts = _assemble(parts, places, len(values))
    types = _TYPE_OF_CODE.gather(pl.Series(codes, dtype=pl.UInt32))
    if texts.null_count():
        types = pl.select(pl.when(texts.is_not_null()).then(types)).to_series()
    return texts, types


def _codes(values: Sequence[Value]) -> Codes:
    kinds = set(map(type, values))
    if len(kinds) == 1:
        return np.full(len(values), _PYTHON[kinds.pop()], np.uint8)
    return np.fromiter(map(_PYTHON.__getitem__, map(type, values)), np.uint8, len(values))


def _set_apart_no_numbers(values: Sequence[Value], codes: Codes) -> None:
    """A float that is infinite or no number at all is what somebody wrote, and a text."""
    places = np.flatnonzero(codes == _NUMBER)
    if len(places):
        numbers = np.array(list(compress(values, (codes == _NUMBER).tolist())), np.float64)
        codes[places[~np.isfinite(numbers)]] = _NO_NUMBER


def _lay_marks(values: Sequence[Value], codes: Codes, marks: Mapping[int, Mark], first: int) -> dict[int, str]:
    """Changes `codes` as the marks say; gives the texts that marks bring themselves, by their places."""
    percent = _places(marks, "percent", codes, first)
    codes[percent[np.isin(codes[percent], (_NUMBER, _WHOLE))]] = _PERCENT
    for place in _places(marks, "month", codes, first).tolist():
        value = values[place]
        if codes[place] == _DATE and isinstance(value, datetime.date) and value.day == 1:
            codes[place] = _MONTH
    given: dict[int, str] = {}
    for row, mark in marks.items():
        if mark.text and 0 <= row - first < len(codes) and (mark.kind != "digits" or codes[row - first] != _TEXT):
            given[row - first] = mark.text
            codes[row - first] = _TYPE_OF_MARK[mark.kind]
    return given


def _places(marks: Mapping[int, Mark], kind: str, codes: Codes, first: int) -> npt.NDArray[np.int64]:
    places = np.array([row for row, mark in marks.items() if mark.kind == kind], np.int64) - first
    return places[(places >= 0) & (places < len(codes))]


def _assemble(parts: list[pl.Series], places: list[npt.NDArray[np.int64]], height: int) -> pl.Series:
    """The texts of `parts`, each at its place; null at all other places."""
    if len(parts) == 2 and len(parts[1]) == height:
        return parts[1]
    nothing = pl.Series([None], dtype=pl.String)
    order = np.zeros(height, np.uint32)
    at = np.concatenate(places)
    order[at] = np.arange(1, len(at) + 1)
    return pl.concat([nothing, *parts]).gather(pl.Series(order))


def _write_texts(values: Sequence[Any]) -> pl.Series:
    texts = pl.Series(values, dtype=pl.String)
    empty = texts == ""
    return pl.select(pl.when(~empty).then(texts)).to_series() if empty.any() else texts


def _write_numbers(values: Sequence[Any]) -> pl.Series:
    return float_texts(pl.Series(values, dtype=pl.Float64))


def float_texts(numbers: pl.Series) -> pl.Series:
    """Each number of a Float64 series as `number_text` writes it, null for null, and one that is none by its name.

    Whole numbers and short fractions all at once; what is long, very small or very large one by one.
    """
    whole = (numbers == numbers.round()) & (numbers.abs() < _WHOLE_BELOW)
    if whole.all():
        return numbers.cast(pl.Int64).cast(pl.String)
    wholes = pl.when(whole).then(numbers).cast(pl.Int64).cast(pl.String)
    texts = pl.select(pl.when(whole).then(wholes).otherwise(numbers.cast(pl.String))).to_series()
    long = ~whole & ((texts.str.len_bytes() > _SHORT) | texts.str.contains("e", literal=True))
    if not long.any():
        return texts
    odd = long.arg_true()
    return texts.scatter(odd, _each(number_text)(numbers.gather(odd).to_list()))


def number_text(number: float) -> str:
    """To 15 significant digits, whole numbers exactly: 46.0 → "46", 0.30000000000000004 → "0.3", -0.0 → "0"."""
    if number.is_integer() and abs(number) < _WHOLE_BELOW:
        return str(int(number))
    text = f"{number:.{_DIGITS}g}"
    if "e" in text:
        text = format(Decimal(text), "f")
    return "0" if text == "-0" else text


def percent_text(number: float) -> str:
    """A fraction as its percentage, exact in all digits that are kept: 0.995 → "99.5%", 0.07 → "7%"."""
    return decimal_text(Decimal(f"{number:.{_DIGITS}g}").scaleb(2)) + "%"


def _datetime_text(value: datetime.datetime) -> str:
    return _without_zeros(value.isoformat(sep=" "))


def _time_text(value: datetime.time) -> str:
    return _without_zeros(value.isoformat())


def _without_zeros(clock: str) -> str:
    """08:30:00.500000 → 08:30:00.5."""
    return clock.rstrip("0") if "." in clock else clock


def _span_text(value: datetime.timedelta) -> str:
    """Hours, minutes and seconds; the hours go on behind 24: 36:00:00."""
    micros = value // datetime.timedelta(microseconds=1)
    seconds, rest = divmod(abs(micros), 1_000_000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return ("-" if micros < 0 else "") + (_without_zeros(f"{clock}.{rest:06d}") if rest else clock)


def _each(write: Callable[[Any], str]) -> Callable[[Sequence[Any]], pl.Series]:
    """A writer of one value as a writer of many: a value that comes again is written once."""

    def write_all(values: Sequence[Any]) -> pl.Series:
        written = {value: write(value) for value in set(values)}
        return pl.Series(map(written.__getitem__, values), dtype=pl.String)

    return write_all


_WRITERS: Mapping[int, Callable[[Sequence[Any]], pl.Series]] = {
    _TEXT: _write_texts,
    _NUMBER: _write_numbers,
    _WHOLE: _each(str),
    _PERCENT: _each(percent_text),
    _DATE: _each(str),
    _MONTH: _each(lambda value: str(value)[:7]),
    _DATETIME: _each(_datetime_text),
    _TIME: _each(_time_text),
    _SPAN: _each(_span_text),
    _BOOLEAN: _each(lambda value: "TRUE" if value else "FALSE"),
    _NO_NUMBER: _each(str),
}
