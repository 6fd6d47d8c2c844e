"""Records of a text file one by one, with RFC 4180 quoting: the careful way, which reads whatever can be read.

A row's number is its record's number, as spreadsheet programs show it: a line break inside quotes does not start a new
row, a blank line does. What `regular` reads, this reads to the same grid.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from contracts.finding import Finding
from transforms.book import Limits, text_grid
from transforms.readers.shelf import Shelf
from transforms.readers.text import findings as text_findings
from transforms.readers.text.admission import Admission, is_full, shape_of
from transforms.readers.text.dialects import Dialect, csv_style, shows_enough, usual_width
from transforms.readers.text.findings import Several

Texts = Callable[[], Iterator[str]]
_BATCH = 20_000
_LONG_LINE = 64 * 1024 * 1024
_WHOLE_QUOTED = re.compile(r'"(?:[^"]|"")*"')


class UnreadableError(Exception):
    """The records end here. `quoting`: because of double quotes, which may yet be texts."""

    def __init__(self, finding: Finding, *, quoting: bool = False) -> None:
        super().__init__(finding.message_en)
        self.finding = finding
        self.quoting = quoting


def read_carefully(
    texts: Texts, dialect: Dialect, name: str, limits: Limits, shelf: Shelf
) -> tuple[Dialect, tuple[Finding, ...]]:
    """Put the records that `texts` gives on the shelf; findings, if any, say why they are not to be used.

    Double quotes that do not work as quotes are read as texts where that makes every record fit, no field is a quoted
    one, and none opens with a quote that has no other; the dialect returned says which it was.
    """
    first = _Pass(name, dialect, limits)
    findings: tuple[Finding, ...]
    try:
        findings = first.run(texts, shelf)
    except UnreadableError as error:
        findings = (error.finding,)
        if not error.quoting:
            return dialect, findings
    else:
        if not first.doubtful:
            return dialect, findings
    literal = _literal_dialect(texts, dialect, name, limits)
    if literal is None:
        return dialect, findings
    shelf.clear()
    return literal, _Pass(name, literal, limits).run(texts, shelf)


def split_lines(texts: Iterator[str]) -> Iterator[str]:
    """Physical lines, each with its line break (\\n, \\r\\n or \\r), the last one perhaps without.

    A line of more than 64 Mi characters is given in parts as it comes; who reads them notices their length.
    """
    rest = ""
    for text in texts:
        lines = list(io.StringIO(rest + text, newline=""))
        # a line is whole once something follows it: "\r" may yet become "\r\n"
        rest = lines.pop() if lines and len(lines[-1]) <= _LONG_LINE else ""
        yield from lines
    if rest:
        yield rest


class _Pass:
    """One pass over all records under one dialect."""

    def __init__(self, name: str, dialect: Dialect, limits: Limits) -> None:
        self._name, self._dialect, self._limits = name, dialect, limits
        self._admission = Admission()
        self._ragged, self._notes, self._lost = (Several(limits.findings) for _ in range(3))
        self._spans = self._lone = self._heading_passed = False
        self._lone_quote = lone_quote(dialect.delimiter)

    @property
    def doubtful(self) -> bool:
        """Whether quotes were read as quotes although they may be ditto marks: one alone in a field, and a record of
        several lines."""
        return self._dialect.quoting and self._spans and self._lone

    def run(self, texts: Texts, shelf: Shelf) -> tuple[Finding, ...]:
        """Raises `UnreadableError`."""
        batch: list[list[str]] = []
        width, number, row = self._dialect.width, 0, self._dialect.offset
        for line, fields in self.records(texts):
            row += 1
            if row * width > self._limits.laid_cells:
                raise UnreadableError(text_findings.too_many_cells(self._name, self._limits))
            self._look(row, line, fields)
            batch.append(fields[:width])
            if len(batch) == _BATCH:
                shelf.put(number, text_grid(batch, width))
                number, batch = number + 1, []
        if batch:
            shelf.put(number, text_grid(batch, width))
        return self._ragged.all() + self._lost.all()

    def records(self, texts: Texts) -> Iterator[tuple[int, list[str]]]:
        """Physical line of the file at which each record begins, and its fields. Raises `UnreadableError`."""
        offset = self._dialect.offset
        style = csv_style(self._dialect.quoting)
        reader = csv.reader(self._watched(texts), delimiter=self._dialect.delimiter, strict=True, quoting=style)
        before = csv.field_size_limit(self._limits.characters)
        start = 1
        try:
            for fields in reader:
                self._spans |= reader.line_num > start
                yield start + offset, fields
                start = reader.line_num + 1
        except csv.Error as error:
            # an open quote swallows lines until the field is too long
            if "field limit" in str(error) and reader.line_num <= start:
                finding = text_findings.too_long(self._name, start + offset, start + offset, self._limits)
                raise UnreadableError(finding) from error
            finding = text_findings.quoting(self._name, start + offset, max(start, reader.line_num) + offset)
            raise UnreadableError(finding, quoting=True) from error
        finally:
            csv.field_size_limit(before)

    def _watched(self, texts: Texts) -> Iterator[str]:
        for line, text in enumerate(split_lines(texts()), 1 + self._dialect.offset):
            if len(text) > self._limits.characters and (
                len(text) > _LONG_LINE or text.count(self._dialect.delimiter) > self._limits.characters
            ):
                raise UnreadableError(text_findings.too_many_columns(self._name, line, line, self._limits))
            self._lone |= '"' in text and self._lone_quote.search(text) is not None
            yield text

    def _look(self, row: int, line: int, fields: list[str]) -> None:
        width = self._dialect.width
        if "\ufffd" in "".join(fields):
            for column, text in enumerate(fields):
                if "\ufffd" in text:
                    self._lost.add(text_findings.lost_character(self._name, row, line, column, text))
        shape = shape_of(fields, width)
        if shape == "fits":
            if is_full(fields, width) and self._admission.full():
                self._ragged.extend(self._notes)
                self._notes = Several(self._limits.findings)
        elif shape != "blank":
            said = "mistake" if shape == "ragged" else self._admission.single(fields[0])
            if said != "title":
                finding = text_findings.ragged(self._name, row, line, fields, width, self._dialect.delimiter)
                (self._ragged if said == "mistake" else self._notes).add(finding)

    def fits_literally(self, texts: Texts) -> bool:
        """Whether all records fit when double quotes are texts, and nothing speaks for their being quotes."""
        above = False
        for line, fields in self.records(texts):
            self._look(line, line, fields)
            if self._ragged or any(map(_meant_as_quotes, fields)):
                return False
            # a ditto mark repeats what stands above it: there is none in the first row
            above = above or len(fields) > 1
            if '"' in fields and not self._heading_passed:
                return False
            self._heading_passed = above
        return above


def lone_quote(delimiter: str) -> re.Pattern[str]:
    """Finds a field that is one double quote, were quotes nothing but texts."""
    mark = re.escape(delimiter)
    return re.compile(rf'(?:^|[\r\n]|{mark})"(?=[\r\n]|{mark}|$)')


def _meant_as_quotes(text: str) -> bool:
    if not text.startswith('"') or text == '"':
        return False
    return '"' not in text[1:] or _WHOLE_QUOTED.fullmatch(text) is not None


def _literal_dialect(texts: Texts, dialect: Dialect, name: str, limits: Limits) -> Dialect | None:
    head = ""
    for text in texts():
        head += text
        if shows_enough(head):
            break
    literal = replace(dialect, width=usual_width(head, dialect.delimiter, quoting=False), quoting=False)
    if literal.width == 1:
        return None
    try:
        return literal if _Pass(name, literal, limits).fits_literally(texts) else None
    except UnreadableError:
        return None
