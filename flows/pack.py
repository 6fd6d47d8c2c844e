"""A pack: one bureau's year as a folder of data, once it was read and found right (`flows.pack_reading`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.adjustments import Adjustment
from contracts.calendar import Calendar
from contracts.context import Reference
from contracts.errors import PackError
from contracts.exact import canonical
from contracts.explanations import BAND_PCT, Explanation
from contracts.kind import Kind
from contracts.obligations import DEFAULT_CLOSE, Duties
from contracts.period import Period
from contracts.submission import Arrival
from contracts.waivers import Waiver, still_valid
from flows.filing import Filed, read_filed


class PackSettings(BaseModel):
    """pack.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    bureau: str
    jurisdiction: str
    year: int = Field(ge=1949, le=2200)
    issued_at: AwareDatetime
    publish_at: AwareDatetime
    notice: str = ""
    form: Literal["indicator_paragraphs", "plain"] = "plain"
    calendar: str = "cn"
    close_of_business: time = DEFAULT_CLOSE
    due_soon_workdays: int = Field(default=3, ge=0, le=60)


@dataclass(frozen=True)
class Pack:
    """A pack that was read and found right.

    lists: file name → the list as filed; arrivals: what came, in order of arrival, the pack's own lists first and the
    list of arrivals last; calendar: the one it names, with the notices of its own folder `calendar/`.
    """

    folder: Path
    settings: PackSettings
    kinds: Mapping[str, Kind]
    lists: Mapping[str, Filed]
    arrivals: tuple[Arrival, ...]
    calendar: Calendar

    @cached_property
    def duties(self) -> Duties:
        """Who owes what for which period, and by when."""
        return Duties(
            self.rows("obligations.csv"),
            self.rows("filers.csv"),
            self.calendar,
            self.settings.close_of_business,
            self.rows("events.csv"),
        )

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    @property
    def period(self) -> Period:
        return Period.parse(str(self.settings.year))

    def rows(self, file: str) -> pl.DataFrame:
        """The typed rows of one of the pack's lists ("filers.csv"); no rows where the pack has no such list."""
        if file in self.lists:
            return self.lists[file].frame
        kind = next(k for k in self.kinds.values() if k.pack_file == file)
        return read_filed(b"", file, kind, None).frame

    def reference(self, file: str) -> Reference | None:
        """The list as rules compare with it."""
        filed = self.lists.get(file)
        if filed is None:
            return None
        return filed.reference()

    def filer_names(self) -> dict[str, str]:
        rows = self.rows("filers.csv")
        return dict(zip(rows["code"].to_list(), rows["name"].to_list(), strict=True))

    def filer_class(self, code: str) -> str | None:
        """The class of a filer; None where the list does not know it."""
        rows = self.rows("filers.csv")
        return dict(zip(rows["code"].to_list(), rows["class"].to_list(), strict=True)).get(code)

    def is_list(self, kind: str) -> bool:
        """Whether a kind is one of the pack's own lists, and not a form that filers file."""
        return self.kinds[kind].pack_file is not None

    def all_waivers(self) -> tuple[Waiver, ...]:
        """Every waiver of the list, in its order."""
        return tuple(
            Waiver(
                **{
                    name: row[name] for name in ("rule", "filer", "period", "approver", "reason", "until", "granted_on")
                },
                evidence=row["evidence"] or "",
            )
            for row in self.rows("waivers.csv").iter_rows(named=True)
        )

    def waivers(self, filer: str, period: Period, received_on: date | None = None) -> tuple[Waiver, ...]:
        """The waivers granted to a filer for a period that still apply to what arrives on a day, or all of them."""
        granted = tuple(w for w in self.all_waivers() if w.filer == filer and w.period == period.label)
        return granted if received_on is None else still_valid(granted, received_on)

    def explanations(self) -> tuple[Explanation, ...]:
        """Every explanation of the list that was not refused, in its order."""
        return read_explanations(self.rows("explanations.csv"))

    def adjustments(self) -> tuple[Adjustment, ...]:
        """Every adjustment of the list, in its order, each with the cells of its line."""
        filed = self.lists.get("adjustments.csv")
        return () if filed is None else read_adjustments(filed)

    def unlisted(self) -> list[str]:
        """Files under submissions/ that arrivals.csv does not name; nothing is taken that did not verifiably arrive."""
        listed = {arrival.file for arrival in self.arrivals}
        there = (p for p in (self.folder / "submissions").rglob("*") if p.is_file() and not p.name.startswith("."))
        return sorted({p.relative_to(self.folder).as_posix() for p in there} - listed)

    def own_files(self) -> dict[str, bytes]:
        """pack.toml and the notices of the pack's own calendar: what is neither a list nor filed."""
        notices = sorted(p.name for p in (self.folder / "calendar").glob("*.toml"))
        return {name: read_bytes(self.folder, name) for name in ("pack.toml", *(f"calendar/{n}" for n in notices))}

    def read(self, arrival: Arrival) -> bytes:
        """The bytes that arrived. Raises PackError where the file has gone since the pack was read."""
        return read_bytes(self.folder, arrival.file)


def read_explanations(rows: pl.DataFrame) -> tuple[Explanation, ...]:
    """Typed rows of a list of explanations as values."""
    same = ("rule", "filer", "kind", "value", "text", "by", "given_on")
    return tuple(
        Explanation(
            **{name: row[name] for name in same},
            period=Period.parse(row["period"]),
            field=row["field"] or "",
            about=row["about"] or "",
            band_pct=BAND_PCT if row["band_pct"] is None else row["band_pct"],
        )
        for row in rows.iter_rows(named=True)
    )


def read_adjustments(filed: Filed) -> tuple[Adjustment, ...]:
    """A list of adjustments that was read, as values; the cells of a line reach from its first column to its last."""
    same = ("figure_id", "unit", "approver", "reason", "evidence", "decided_on")
    letters = sorted((filed.table.columns if filed.table else {}).values(), key=lambda letter: (len(letter), letter))
    return tuple(
        Adjustment(
            **{name: row[name] for name in same},
            filed=" ".join(row["from"].split()),
            value=canonical(row["to"]),
            cells=f"{letters[0]}{row['_row']}:{letters[-1]}{row['_row']}",
        )
        for row in filed.frame.iter_rows(named=True)
    )


def read_bytes(folder: Path, file: str) -> bytes:
    try:
        return (folder / file).read_bytes()
    except OSError as error:
        raise PackError(
            f"数据包中的 {file} 无法读取：{error.strerror}", f"cannot read {file} of the pack: {error.strerror}"
        ) from error
