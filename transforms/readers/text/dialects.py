"""How a text file is delimited, by evidence: which character, and how many fields its records have.

Decided on the beginning of the file. What the rest holds is held against it by whoever reads the records.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

_HEAD = 1024 * 1024
_SAMPLE = 65536
_LINES = 3
_DELIMITERS = (",", ";", "\t", "|")
_FULL_WIDTH = "，"
_BREAK = re.compile(r"\r\n|\r|\n")
_SEPARATOR_LINE = re.compile(r"sep=([^\r\n])(?:\r\n|\r|\n)", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """delimiter; width: fields of a record; quoting: whether a double quote at a field's start is a quote or a text.

    preamble: Excel's first line "sep=;" with its line break, which is a row of its own and no record; "" without one.
    """

    delimiter: str
    width: int
    quoting: bool = True
    preamble: str = ""

    @property
    def offset(self) -> int:
        """Rows, and lines, before the first record."""
        return 1 if self.preamble else 0


@dataclass(frozen=True)
class _Candidate:
    """One delimiter over the sample: how many records have its usual width, where, and how many have another.

    parted: lines of its usual width, also those with one filled field.
    """

    delimiter: str
    width: int = 1
    records: int = 0
    others: int = 0
    first: int = 0
    last: int = 0
    parted: int = 0

    @property
    def score(self) -> tuple[float, int, int]:
        return self.records * self.records / max(1, self.records + self.others), self.parted, self.width

    @property
    def steady(self) -> bool:
        return self.records > 1 and self.others * 10 <= self.records


def sniff(text: str) -> Dialect:
    """The dialect of a file that begins with `text`; without any delimiter: a single column under ","."""
    told = _SEPARATOR_LINE.match(text)
    sample = _whole_lines(text[told.end() :] if told else text)
    if told:
        return Dialect(told[1], _weigh(sample, told[1]).width, preamble=told[0])
    candidates = [_weigh(sample, delimiter) for delimiter in _DELIMITERS]
    best = max((c for c in candidates if not _in_notes(c, candidates)), key=lambda c: c.score)
    if best.width == 1:
        wide = _weigh(sample, _FULL_WIDTH)
        # prose is full of it: only a table has the same number in every line, and more than one
        if wide.width > 2 and wide.records > 2 and not wide.others:
            best = wide
    return Dialect(best.delimiter, best.width)


def shows_enough(text: str) -> bool:
    """Whether `text` is as much of a file's beginning as `sniff` looks at."""
    return len(text) >= _HEAD or (len(text) > _SAMPLE and len(_BREAK.findall(text[:_SAMPLE])) >= _LINES)


def csv_style(quoting: bool) -> Literal[0, 3]:
    """What the csv module calls it."""
    return csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE


def usual_width(text: str, delimiter: str, *, quoting: bool) -> int:
    """Fields of a record in a file that begins with `text`; 1 if the delimiter is not in it."""
    return _weigh(_whole_lines(text), delimiter, quoting).width


def _whole_lines(text: str) -> str:
    """The beginning, cut behind a line break; where lines are very long: the first of them."""
    sample = text[:_SAMPLE]
    if len(text) == len(sample):
        return sample
    if len(_BREAK.findall(sample)) < _LINES:
        ends = [found.end() for found, _ in zip(_BREAK.finditer(text), range(_LINES), strict=False)]
        return text[: ends[-1]] if ends else text
    return sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1]


def _weigh(sample: str, delimiter: str, quoting: bool = True) -> _Candidate:
    before = csv.field_size_limit(len(sample))
    try:
        rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quoting=csv_style(quoting)))
    finally:
        csv.field_size_limit(before)
    several = [(i, row) for i, row in enumerate(rows) if len(row) > 1]
    if not several:
        return _Candidate(delimiter)
    # a title with its empty fields written out says nothing about the table
    filled = [(i, row) for i, row in several if sum(1 for field in row if field.strip()) > 1] or several
    widths = Counter(len(row) for _, row in filled)
    usual = max(widths, key=lambda width: widths[width])  # of equally many, the one seen first
    places = [i for i, row in filled if len(row) == usual]
    # a delimiter behind every record's last field is no field of its own, if the heading has none there
    last = max((i for place in places for i, field in enumerate(rows[place], 1) if field), default=usual)
    width = last if 1 < last < usual and last in widths else usual
    parted = sum(1 for _, row in several if len(row) == usual)
    return _Candidate(delimiter, width, len(places), len(filled) - len(places), places[0], places[-1], parted)


def _in_notes(candidate: _Candidate, candidates: list[_Candidate]) -> bool:
    """Whether a delimiter is one of the notes only: all its records stand below a table that another makes."""
    return candidate.records > 0 and any(
        other.steady and other.last < candidate.first for other in candidates if other is not candidate
    )
