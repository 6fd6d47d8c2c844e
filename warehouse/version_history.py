"""Versions of a figure over time: which one was known at a moment, and the pass that made it known. Never writes."""

from __future__ import annotations

from datetime import datetime

from warehouse.home import Home
from warehouse.stored import StoredFigure, StoredJudgment


def current_at(home: Home, figure_id: str, moment: datetime) -> StoredFigure | None:
    """The version that was known at a moment; None where there was none."""
    for version in home.find_figure(figure_id):
        if version.recorded_from <= moment and (version.recorded_to is None or version.recorded_to > moment):
            return version
    return None


def last_pass(home: Home, submission: str, moment: datetime) -> StoredJudgment | None:
    """The last pass of a submission that was known at a moment."""
    passes = [j for j in home.judgments(submission) if j.at <= moment]
    return passes[-1] if passes else None
