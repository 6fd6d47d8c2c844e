"""Waivers: a 准强制 rule set aside for one filer and period, by whom and why. Values, and what they do to a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contracts.finding import Finding, Severity


@dataclass(frozen=True)
class Waiver:
    """A 准强制 rule set aside for one filer and period, by whom and why."""

    rule: str
    filer: str
    period: str
    approver: str
    reason: str


def waive(finding: Finding, waivers: Sequence[Waiver]) -> Finding:
    """The finding, with who waived it where a waiver covers it. Only 准强制 can be waived."""
    if finding.severity is not Severity.WAIVABLE:
        return finding
    granted = next((w for w in waivers if w.rule == finding.rule), None)
    return replace(finding, waived_by=f"{granted.approver}：{granted.reason}") if granted else finding
