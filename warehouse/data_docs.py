"""The pages that tell what the checks found: one page and one JSON file, made of counts and of texts of our own.

Great Expectations' own pages are not published: they fetch seventeen things from six other places and a picture that
counts who looks, show no verdict without them, write filed texts as markup, and carry the clock in their names. What
they would say (every suite, every expectation, what was looked at and found) stands here, in both languages, inert.
The same result gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from warehouse.audits import Past
from warehouse.canonical import moment_text
from warehouse.check_result import Checked, CheckResult
from warehouse.deadlines import StoredDeadline
from warehouse.discrepancies import Discrepancy
from warehouse.reports.pages import render

FOLDER = "checks"
SHOWN = 200  # lines of one list; the page says how many more there are
PLACES = {
    "files": ("文件与哈希链", "Files and hash chains"),
    "counted twice": ("两种途径的计数", "Counted twice, on two ways"),
}


@dataclass(frozen=True)
class Told:
    """All that the pages tell. mismatches: what verifying found; absent: what is due and never came; past: what earlier
    runs and audits found, the last one first.
    """

    title: str
    notice: str
    at: datetime
    head: str
    result: CheckResult
    mismatches: Sequence[Discrepancy]
    absent: Sequence[StoredDeadline]
    past: Sequence[Past]

    @property
    def holds(self) -> bool:
        return self.result.success and not self.mismatches

    @property
    def suites(self) -> Iterator[tuple[str, str, list[Checked]]]:
        """Title in Chinese, in English, and the checks of it, tables first in the order of their names."""
        place = lambda check: (check.place in PLACES, check.place)  # noqa: E731
        for (_, name), checks in groupby(sorted(self.result.checks, key=place), key=place):
            zh, en = PLACES.get(name, (f"数据表 {name}", f"Table {name}"))
            yield zh, en, list(checks)

    @property
    def broken(self) -> int:
        return sum(check.broken > 0 for check in self.result.checks)


def check_pages(told: Told) -> Iterator[tuple[str, bytes]]:
    """Every file as (path below published/, bytes)."""
    yield f"{FOLDER}/index.html", render("checks.html.j2", t=told, shown=SHOWN)
    content = {
        "at": moment_text(told.at),
        "holds": told.holds,
        **told.result.record(),
        "mismatches": [one.told() for one in told.mismatches],
        "absent": [
            {
                "filer": d.filer,
                "kind": d.kind,
                "period": d.period.label,
                "limit_at": d.limit_at and moment_text(d.limit_at),
            }
            for d in told.absent
        ],
    }
    yield f"{FOLDER}/checks.json", (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
