"""Which rows and columns of a worksheet part do not show: marked hidden, or without height or width."""

from __future__ import annotations

import re
from collections.abc import Iterable

from transforms.readers.xlsx.odd import attributes
from transforms.readers.xlsx.scan import Ints, NotPlainError

_HIDING = re.compile(rb"""\s(?:hidden\s*=\s*["'](?:1|t)|ht\s*=\s*["'][0.]+["'])""")
_COLUMN = re.compile(rb"<col\s[^>]*>")
_LAST_COLUMN = 16_384


def hidden_rows(xml: bytes, rows: Ints) -> Iterable[int]:
    """Numbers, from 0, of the rows that do not show; their tags begin at `rows`. Raises NotPlainError."""
    tags = [xml[start : xml.find(b">", start)].replace(b"\n", b" ") for start in rows.tolist()]
    if not all(tag.startswith(b'<row r="') or b" r=" in tag for tag in tags):
        raise NotPlainError("a row without its number")
    every = b"\n".join([*tags, b""])
    for found in _HIDING.finditer(every):
        own = attributes(every[every.rfind(b"\n", 0, found.start()) + 1 : every.find(b"\n", found.end())])
        if _hides(own, "ht") and own.get("r", "").isdecimal():
            yield int(own["r"]) - 1


def hidden_columns(head: bytes) -> tuple[int, ...]:
    """Numbers, from 0, of the columns that do not show; `head` is what stands before the rows."""
    hidden: set[int] = set()
    for tag in _COLUMN.findall(head):
        own = attributes(tag)
        first, last = own.get("min", ""), own.get("max", "")
        if _hides(own, "width") and first.isdecimal() and last.isdecimal():
            hidden.update(range(int(first) - 1, min(int(last), _LAST_COLUMN)))
    return tuple(sorted(hidden))


def _hides(own: dict[str, str], measure: str) -> bool:
    size = own.get(measure, "1")
    return own.get("hidden") in ("1", "true") or (bool(size) and not size.strip("0."))
