"""Cell lists as figures keep them: "B5", "B5:B9", "B5;C7:C9"."""

from __future__ import annotations

import re
from typing import Final

_ADDRESS: Final = re.compile(r"[A-Z]+([0-9]+)(?::[A-Z]+([0-9]+))?")


def rows_of(cells: str, limit: int) -> frozenset[int]:
    """The sheet rows that a list of addresses and ranges touches; empty when there are more than `limit`, or none."""
    rows: set[int] = set()
    for part in cells.split(";"):
        found = _ADDRESS.fullmatch(part.strip())
        if found is None:
            continue
        first, last = int(found[1]), int(found[2] or found[1])
        if last - first >= limit:
            return frozenset()
        rows.update(range(first, last + 1))
        if len(rows) > limit:
            return frozenset()
    return frozenset(rows)
