"""What judging says: findings, counts of answers, and the verdict on one submission.

Plain values, nothing else: no frame, no database, no text of a report is made here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

# A number, a day or an end of a range, and no sentence about them.
_VALUE: Final = re.compile(r"(?:约|[=≥≤<>∈])?\s*[-−+]?\d")


class Severity(StrEnum):
    """The domestic words for how much a broken rule weighs."""

    MUST = "强制"  # blocks
    WAIVABLE = "准强制"  # blocks unless a waiver covers it
    EXPLAIN = "核实"  # accepted, but needs an explanation
    NOTE = "提示"  # accepted, noted

    @property
    def blocks(self) -> bool:
        return self in (Severity.MUST, Severity.WAIVABLE)

    @property
    def en(self) -> str:
        return {"强制": "must", "准强制": "must unless waived", "核实": "explain", "提示": "note"}[self.value]


class Outcome(StrEnum):
    """What becomes of a submission."""

    ACCEPTED = "accepted"
    PARTIAL = "partial"  # some rows stand alone and were quarantined, the others were taken
    RETURNED = "returned"

    @property
    def zh(self) -> str:
        return {"accepted": "接受", "partial": "部分接受", "returned": "退回"}[self.value]


@dataclass(frozen=True)
class Cell:
    """One cell a finding speaks of. `sheet` is "" for CSV; `file` is None for the file being judged itself."""

    sheet: str
    address: str
    field: str | None = None
    text: str | None = None
    file: str | None = None

    @property
    def where(self) -> str:
        """Sheet!B5, or B5 in a file without sheets; another file's name in front where it is another file's."""
        local = f"{self.sheet}!{self.address}" if self.sheet else self.address
        return f"{self.file}:{local}" if self.file else local


@dataclass(frozen=True)
class Suggestion:
    """One edit of one cell that would make every rule that fails there hold. Offered to the filer, never applied.

    filed, proposed: the cell's text as it is and as it would be. zh, en: what kind of slip it would have been.
    """

    cell: Cell
    filed: str
    proposed: str
    zh: str
    en: str


@dataclass(frozen=True)
class Finding:
    """One broken rule at one place.

    `cells` holds every operand's cell, the one to look at first in front; `rows` are positions in the judged frame
    (empty when the finding is about the file as a whole). `expected` says what would have been right. `about` is what
    the row, or the group of rows, is called in the form, so that the finding is known again in a later file.
    """

    rule: str
    severity: Severity
    message_zh: str
    message_en: str
    expected: str
    basis: str
    cells: tuple[Cell, ...] = ()
    field: str | None = None
    filed: str | None = None
    rows: tuple[int, ...] = ()
    waived_by: str | None = None
    suggestions: tuple[Suggestion, ...] = ()
    about: str = ""
    explained_by: str | None = None

    @property
    def sheet(self) -> str | None:
        return self.cells[0].sheet if self.cells else None

    @property
    def cell(self) -> str | None:
        return self.cells[0].address if self.cells else None

    @property
    def expected_in(self) -> Cell | None:
        """The cell in which `expected` should stand, where several are named and it is a value for one of them.

        Words ("不为空") are about all that is named, and what is calculated says itself of what it is.
        """
        first = self.cells[0] if len(self.cells) > 1 else None
        single = first is not None and ":" not in first.address
        return first if single and _VALUE.match(self.expected) else None

    @property
    def expected_if_rest_is_right(self) -> bool:
        """Whether `expected` takes the other cells for right, while every suggestion takes one of those for wrong."""
        cell = self.expected_in
        return cell is not None and bool(self.suggestions) and all(s.cell.where != cell.where for s in self.suggestions)

    @property
    def blocks(self) -> bool:
        return self.severity.blocks and self.waived_by is None

    @property
    def awaits(self) -> bool:
        """Whether it still needs an explanation by the filer."""
        return self.severity is Severity.EXPLAIN and self.explained_by is None

    @property
    def state(self) -> str:
        """ "open", "explained" or "waived"; a note asks for nothing and is "noted"."""
        if self.waived_by is not None:
            return "waived"
        if self.explained_by is not None:
            return "explained"
        return "noted" if self.severity is Severity.NOTE else "open"

    def record(self, file: str) -> dict[str, Any]:
        """The finding for a machine to read, the same from every door; `file` is the name of the judged file."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "sheet": self.sheet,
            "cell": self.cell,
            "field": self.field,
            "filed": self.filed,
            "expected": self.expected,
            "expected_in": self.expected_in.where if self.expected_in else None,
            "message_zh": self.message_zh,
            "message_en": self.message_en,
            "basis": self.basis,
            "state": self.state,
            "waived_by": self.waived_by,
            "explained_by": self.explained_by,
            "about": self.about,
            "suggestions": [
                {"sheet": s.cell.sheet, "cell": s.cell.address, "filed": s.filed, "proposed": s.proposed}
                | {"zh": s.zh, "en": s.en}
                for s in self.suggestions
            ],
            "cells": [
                {"file": c.file or file, "sheet": c.sheet, "cell": c.address, "field": c.field, "text": c.text}
                for c in self.cells
            ],
        }


@dataclass(frozen=True)
class RuleCount:
    """How often one rule answered what over one submission. `reason` explains `not_evaluable`, in both languages."""

    rule: str
    passed: int
    failed: int
    not_evaluable: int
    not_applicable: int = 0
    reason_zh: str = ""
    reason_en: str = ""


@dataclass(frozen=True)
class Verdict:
    """The judgment on one submission; received = accepted + quarantined always."""

    outcome: Outcome
    findings: tuple[Finding, ...]
    counts: tuple[RuleCount, ...]
    received: int
    accepted: int
    quarantined: int

    def __post_init__(self) -> None:
        if self.received != self.accepted + self.quarantined:
            raise ValueError(f"{self.received} received ≠ {self.accepted} accepted + {self.quarantined} quarantined")

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.blocks)

    @property
    def not_evaluable(self) -> tuple[RuleCount, ...]:
        return tuple(c for c in self.counts if c.not_evaluable)

    def by_severity(self) -> dict[Severity, int]:
        """How many findings of each severity, every severity present, gravest first."""
        return count_by_severity(self.findings)


def count_by_severity(findings: Iterable[Finding]) -> dict[Severity, int]:
    counts = dict.fromkeys(Severity, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return counts
