"""A line of a box of the summary, with where it leads. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """`anchor`: the indicator's paragraph; `submission`: whose validation report to see, or ""."""

    text: str
    anchor: str = ""
    submission: str = ""
