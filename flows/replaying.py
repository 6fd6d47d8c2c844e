"""Kept bytes once more through today's program, by what was known at a moment: what a figure would be, if filed now.

Nothing is recorded. Each moment is opened once, for as long as whoever asks holds it open.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime

from contracts.errors import JixiaoError, StorageError
from contracts.figure import Figure
from contracts.kind import Kind
from flows.pack import Pack
from flows.past import known
from flows.reader import Reader
from flows.stages import replay
from warehouse.home import Home
from warehouse.stored import ADJUSTMENTS


class Past:
    """The home and its pack as known at moments, each opened once; figures replayed with today's program."""

    def __init__(
        self, home: Home, year: int | None, kinds: Mapping[str, Kind], reader: Reader, opened: ExitStack
    ) -> None:
        self._home, self._year, self._kinds, self._reader, self._opened = home, year, kinds, reader, opened
        self._known: dict[datetime, tuple[Home, Pack] | None] = {}
        self._replayed: dict[tuple[str, datetime, datetime], dict[str, Figure] | None] = {}
        self.complete = True

    def at(self, moment: datetime) -> tuple[Home, Pack] | None:
        """None where the home keeps no pack to judge by."""
        if moment not in self._known:
            try:
                made = None if self._year is None else known(self._home, self._year, self._kinds, moment)
                self._known[moment] = None if made is None else self._opened.enter_context(made)
            except JixiaoError:
                self._known[moment] = None  # told as not replayed
        return self._known[moment]

    def replay(self, submission: str, moment: datetime, calendar_of: datetime) -> dict[str, Figure] | None:
        """figure_id → what a submission yields as filed by what was known at a moment, on the calendar of another."""
        key = (submission, moment, calendar_of)
        if key not in self._replayed:
            self._replayed[key] = self._figures(submission, moment, calendar_of)
            self.complete = self.complete and self._replayed[key] is not None
        return self._replayed[key]

    def _figures(self, submission: str, moment: datetime, calendar_of: datetime) -> dict[str, Figure] | None:
        then, other = self.at(moment), self.at(calendar_of)
        if then is None or other is None:
            return None
        home, pack = then
        stored = next((s for s in home.submissions() if s.id == submission), None)
        if stored is None or self._home.landing.erased(stored.sha256) is not None:
            return None
        lists = {name: filed for name, filed in pack.lists.items() if name != ADJUSTMENTS}
        pack = replace(pack, lists=lists, calendar=other[1].calendar)
        return {f.figure_id: f for f in replay(home, pack, stored, self._reader)}


def kept_year(home: Home, year: int) -> int | None:
    """The year of the pack that the home keeps for a figure's year, or of any pack that it keeps."""
    for one in (year, *sorted(set(home.years()) - {year}, reverse=True)):
        try:
            home.kept_pack(one)
        except StorageError:
            continue
        return one
    return None
