"""Where something stands in a text file: the record's number, as spreadsheet programs show it, and the physical line.

The two differ as soon as a quoted field holds a line break.
"""

from __future__ import annotations

from collections.abc import Iterator


def where(row: int, line: int) -> tuple[str, str]:
    """The place in Chinese and in English, for a message."""
    if row == line:
        return f"第 {row} 行", f"line {row}"
    return f"第 {row} 行（文件第 {line} 个物理行）", f"row {row} (physical line {line})"


def count_lines(texts: Iterator[str]) -> tuple[int, int]:
    """Record and physical line, from 1, at which what follows `texts` stands."""
    row, line, quoted, last = 1, 1, False, ""
    for text in texts:
        if not text:
            continue
        if last == "\r" and text[0] == "\n":
            text, last = text[1:], "\n"
        line += _newlines(text)
        between = text.split('"')
        row += sum(_newlines(part) for part in between[quoted::2])
        quoted ^= len(between) % 2 == 0
        last = text[-1:] or last
    return row, line


def _newlines(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")
