"""A line of a box of the summary, with where it leads, and what was said of a finding. Values only."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.finding import Finding


@dataclass(frozen=True)
class Reason:
    """`anchor`: the indicator's paragraph; `submission`: whose validation report to see, or ""."""

    text: str
    anchor: str = ""
    submission: str = ""


def answer(finding: Finding) -> str:
    """What the filer said about a 核实 finding, or that nothing was said yet; "" where nothing is asked."""
    if finding.explained_by is not None:
        return f"填报单位说明——{finding.explained_by}"
    return "（待说明）" if finding.awaits else ""
