"""Where a cell of a delimited text file stands in its text: line and character, as editors count.

A row of a text file is a record; a quoted cell with a line end in it makes records and lines differ. Nothing is
guessed: a place where another text stands than the one that was judged is no place.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice


@dataclass(frozen=True)
class TextFile:
    """The text of a delimited file, as decoded, and the character that parts its cells."""

    text: str
    delimiter: str

    def places(self, rows: Iterable[int]) -> dict[int, tuple[int, list[int]]]:
        """For each of `rows` (records, from 1) its first line and the character each of its cells begins at, from 1.

        Of a record over several lines only the cells of its first line are placed.
        """
        wanted = set(rows)
        found = {}
        for number, (line, text) in enumerate(islice(self._records(), max(wanted, default=0)), start=1):
            if number in wanted:
                found[number] = (line, self._starts(text))
        return found

    def _records(self) -> Iterator[tuple[int, str]]:
        """Each record's first line: its number and its text."""
        lines = self.text.splitlines()
        if '"' not in self.text:
            yield from enumerate(lines, start=1)
            return
        reader, first = csv.reader((f"{line}\n" for line in lines), delimiter=self.delimiter), 1
        for _ in reader:
            yield first, lines[first - 1]
            first = reader.line_num + 1

    def _starts(self, line: str) -> list[int]:
        starts, quoted = [1], False
        for at, character in enumerate(line, start=1):
            quoted ^= character == '"'
            if character == self.delimiter and not quoted:
                starts.append(at + 1)
        return starts
