"""What a check of the warehouse came to. Values only: counts, names and sentences of ours, no filed text by itself.

The sentences of failures may name a figure whose name a filer gave; whoever prints them makes them inert.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Failure = tuple[str, str, str]
"""Name of the check, what is wrong in Chinese, in English."""


@dataclass(frozen=True)
class Checked:
    """One check that was carried out. place: the table, or "files". expectation: Great Expectations' name for it, empty
    where it is ours alone. looked_at: rows or things; broken: how many of them are not as they must be.
    """

    name: str
    zh: str
    en: str
    place: str
    expectation: str
    looked_at: int
    broken: int


@dataclass(frozen=True)
class CheckResult:
    """evaluated: how many were tested; `checks` are those. untested: names of those that were not, because what they
    rest on does not hold. failures: at most `SHOWN` of each check.
    """

    success: bool
    failures: tuple[Failure, ...]
    evaluated: int
    checks: tuple[Checked, ...] = ()
    untested: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """As the runs keep it: the same for the same findings, whenever and however fast it was found."""
        return {
            "holds": self.success,
            "checks": {c.name: {"looked_at": c.looked_at, "broken": c.broken} for c in self.checks},
            "untested": list(self.untested),
            "failures": [{"check": name, "zh": zh, "en": en} for name, zh, en in self.failures],
        }
