"""What `check` knows about one file: the one model that every output format is written from.

Values only. No format is written here and nothing is judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from contracts.finding import Finding, RuleCount, Severity, Verdict
from contracts.kind import Kind
from contracts.period import Period
from contracts.table import Account
from flows.commands.formats.text_places import TextFile


@dataclass(frozen=True)
class Checked:
    """One judged file. `text` is its text where it is delimited text and a format names places in it."""

    verdict: Verdict
    account: Account | None
    kind: Kind
    file: str
    sha256: str
    period: Period | None
    filer: str | None
    text: TextFile | None = None

    @property
    def findings(self) -> list[Finding]:
        """What returned the file comes first."""
        return sorted(self.verdict.findings, key=lambda f: list(Severity).index(f.severity))

    @property
    def untold(self) -> list[list[RuleCount]]:
        """The rules that could not be told, together where the reason is the same one."""
        counts = sorted(self.verdict.not_evaluable, key=_reason)
        groups = [list(group) for _, group in groupby(counts, key=_reason)]
        order = [count.rule for count in self.verdict.not_evaluable]
        return sorted(groups, key=lambda group: order.index(group[0].rule))

    def record(self) -> dict[str, Any]:
        """The JSON of `check --format json`; findings read the same from every door."""
        verdict = self.verdict
        return {
            "verdict": verdict.outcome.value,
            "kind": self.kind.code,
            "file": self.file,
            "sha256": self.sha256,
            "rows": {"received": verdict.received, "accepted": verdict.accepted, "quarantined": verdict.quarantined},
            "reconciliation": self.account.record() if self.account else None,
            "findings": [f.record(self.file) for f in verdict.findings],
            "not_evaluable": [
                {"rule": c.rule, "rows": c.not_evaluable, "reason_zh": c.reason_zh, "reason_en": c.reason_en}
                for c in verdict.not_evaluable
            ],
        }


def _reason(count: RuleCount) -> tuple[str, str]:
    return count.reason_zh, count.reason_en
