"""`jixiao due`: who owes what, until when, and what became of it, as of a day; as text, JSON or a calendar file.

Everything is said by `flows.duties`; this only prints it. The clock says which moment is meant where none is named.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from rich.table import Table as Grid
from rich.text import Text

from contracts.calendar import WEEKDAYS
from contracts.errors import UsageError
from contracts.obligations import ZONE
from contracts.timeliness import State
from flows.batch import load_pack
from flows.commands.console import Console
from flows.commands.formats.ics import Entry, calendar_file
from flows.commands.terminal import inert, print_json
from flows.duties import Timetable, timetable
from flows.moments import moment_of
from flows.pack import Pack
from flows.rehearsal import home_to_try
from flows.settings import Settings
from warehouse.past import as_of

STYLE = {
    State.MISSING: "bold red",
    State.RETURNED: "red",
    State.ACCEPTED_LATE: "yellow",
    State.DUE_SOON: "bold yellow",
    State.ACCEPTED: "green",
    State.ACCEPTED_UNDATED: "green",
    State.NIL: "green",
}
PLAIN = (State.ACCEPTED, State.ACCEPTED_UNDATED, State.NOT_YET_DUE)  # what needs no explanation unless it is asked for
_TOLD = (
    *("filer", "filer_name", "kind", "kind_zh", "kind_en", "cadence", "period", "named_on", "due_on", "due_at"),
    *("limit_at", "roll", "tentative", "cutoff_on", "issued", "assumed", "basis", "received_at", "accepted_at"),
    *("submission", "nil_on", "extended_until", "extended_by", "extended_because", "awaited", "overdue"),
    *("days_late", "workdays_late", "state", "state_zh", "state_en", "why_zh", "why_en"),
)


def show_due(
    folder: Path,
    on: str | None,
    filer: str | None,
    state: str | None,
    home: Path | None,
    *,
    shape: str,
    all_: bool,
) -> None:
    """Print the pack's year as of `on` ("text", "json" or "ics"); a date means the end of that day, None means now.

    Raises UsageError for an `on` that is no moment, a filer that the pack does not list, or a state that there is not.
    """
    asked = datetime.now(ZONE) if on is None else moment_of(on, "--on")
    settings = Settings.of_environment()
    pack = load_pack(folder, settings)
    _known("填报单位", "filer", filer, pack.filer_names())
    state = {s.zh: s.value for s in State}.get(state or "", state)
    _known("状态", "state", state, [s.value for s in State])
    with settings.reader() as reader, home_to_try(pack, home, reader) as opened, as_of(opened, asked) as then:
        found = timetable(pack, then, asked)
    wanted = {name: value for name, value in (("filer", filer), ("state", state)) if value is not None}
    kept = found.frame.filter(**wanted)
    if shape == "json":
        print_json(
            {
                "pack": pack.name,
                "on": found.on.isoformat(),
                "calendar": pack.calendar.code,
                "instances": [_json(row) for row in kept.iter_rows(named=True)],
            }
        )
    elif shape == "ics":
        entries = (_entry(row, pack.settings.bureau) for row in _dated(kept, found))
        sys.stdout.buffer.write(calendar_file(f"{pack.settings.title} 报送期限", entries))
    else:
        _print(found, kept, pack, all_=all_)


def _known(zh: str, en: str, name: str | None, names: Iterable[str]) -> None:
    if name is not None and name not in names:
        there = list(names)
        raise UsageError(
            f"没有{zh}“{name}”；有：{'、'.join(there)}", f"there is no {en} “{name}”; there are: {', '.join(there)}"
        )


def _json(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value := row[name], "isoformat") else value for name in _TOLD}


def _dated(kept: pl.DataFrame, found: Timetable) -> list[dict[str, Any]]:
    today = found.on.date()
    rows = kept.filter(pl.col("limit_at").is_not_null(), pl.col("state") != State.NOT_APPLICABLE)
    return [row | {"today": today} for row in rows.sort("limit_at", maintain_order=True).iter_rows(named=True)]


def _entry(row: Mapping[str, Any], bureau: str) -> Entry:
    day = row["limit_at"].date()
    return Entry(
        # With the bureau: one subscriber may take the files of several, whose filers have the same codes.
        uid=f"{bureau}-{row['kind']}-{row['cadence']}-{row['period']}-{row['filer']}@jixiao",
        day=day,
        summary=f"{row['filer_name']} {row['kind_zh']} {row['period']} {row['state_zh']}",
        description=f"{row['why_zh']}\n{row['why_en']}",
        category=row["state_zh"],
        stamp=row["today"],
        revision=(day - row["due_on"]).days,  # every extension that moves the day makes it greater
    )


def _print(found: Timetable, kept: pl.DataFrame, pack: Pack, *, all_: bool) -> None:
    console = Console(highlight=False)
    said = f"{pack.settings.title}：截至{found.on:%Y-%m-%d %H:%M}的报送情况，日历 {pack.calendar.code}"
    console.print(Text(inert(said), style="bold"), soft_wrap=True)
    console.print(f"Obligations as of {found.on:%Y-%m-%d %H:%M}, calendar {pack.calendar.code}", style="dim")
    for (name,), rows in kept.group_by("filer_name", maintain_order=True):
        grid = Grid(title=Text(inert(str(name))), title_justify="left", show_edge=False, expand=False, padding=(0, 1))
        for heading in ("期限\ndue", "报表\nform", "报告期\nperiod", "状态\nstate", "逾期\nlate"):
            grid.add_column(heading, no_wrap=heading[0] != "报")
        for row in rows.sort("limit_at", nulls_last=True, maintain_order=True).iter_rows(named=True):
            _add(grid, row)
        console.print()
        console.print(grid)
        for row in rows.iter_rows(named=True):
            if all_ or State(row["state"]) not in PLAIN:
                console.print(Text(inert(f"  {row['why_zh']}")), soft_wrap=True)
                console.print(Text(inert(f"  {row['why_en']}"), style="dim"), soft_wrap=True)
    console.print()
    counts = dict(kept["state"].value_counts(sort=True).iter_rows())
    parts = [f"{state.zh} {counts[state]}" for state in State if state in counts]
    if kept["tentative"].any():
        console.print("* 放假安排尚未公布，期限暂定 / provisional: the days off are not announced yet", style="dim")
    nothing = (
        "没有义务 / nothing is owed" if found.frame.is_empty() else "没有符合条件的报送 / nothing that fits was owed"
    )
    console.print("、".join(parts) or nothing)


def _add(grid: Grid, row: Mapping[str, Any]) -> None:
    state, limit = State(row["state"]), row["limit_at"]
    late = "" if not row["overdue"] else f"{row['days_late']}日" if row["days_late"] else "当日逾时"
    day = "—" if limit is None else f"{limit:%Y-%m-%d} 周{WEEKDAYS[limit.weekday()]}{'*' if row['tentative'] else ''}"
    grid.add_row(
        day,
        Text(inert(row["kind_zh"])),
        row["period"],
        Text(state.zh, style=STYLE.get(state, "")),
        Text(late, style="red" if late else ""),
    )
