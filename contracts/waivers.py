"""Waivers: a 准强制 rule set aside for one filer and period, by whom, why and until when. Values, and what they do.

Never reads a clock: whether a waiver still holds is decided by the moment at which a submission arrived.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from contracts.finding import Finding, Severity
from contracts.masking import masked_prose
from contracts.period import Period

LONGEST_MONTHS = 12  # a waiver is an exception: after a year somebody has to grant it again


@dataclass(frozen=True)
class Waiver:
    """A 准强制 rule set aside for one filer and period, by whom and why.

    until: the last day on which a submission may arrive to which it applies; None: `LONGEST_MONTHS` after the period.
    granted_on: None where the list does not say. evidence: a 文号 or a file, "" for none.
    """

    rule: str
    filer: str
    period: str
    approver: str
    reason: str
    until: date | None = None
    granted_on: date | None = None
    evidence: str = ""

    @property
    def last_day(self) -> date:
        """The last day on which a submission may arrive to which it applies."""
        return self.until or months_after(Period.parse(self.period).end, LONGEST_MONTHS)

    @property
    def told(self) -> str:
        """Who waived it and why, as it is printed beside the finding."""
        evidence = f"（{self.evidence}）" if self.evidence else ""
        return masked_prose(f"{self.approver}：{self.reason}{evidence}")


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def still_valid(waivers: Sequence[Waiver], day: date) -> tuple[Waiver, ...]:
    """Those that apply to what arrives on `day`."""
    return tuple(w for w in waivers if day <= w.last_day)


def waive(finding: Finding, waivers: Sequence[Waiver]) -> Finding:
    """The finding, with who waived it where a waiver covers it. Only 准强制 can be waived."""
    if finding.severity is not Severity.WAIVABLE:
        return finding
    granted = next((w for w in waivers if w.rule == finding.rule), None)
    return replace(finding, waived_by=granted.told) if granted else finding
