"""What the warehouse hands out: submissions and figures as kept. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.comparing import Comparison
from contracts.figure import Figure, Source
from contracts.finding import Outcome
from contracts.period import Period
from contracts.submission import Submission
from contracts.table import SheetAccount

ADJUSTMENTS = "adjustments.csv"  # the list of adjustments, by the name under which it is filed


@dataclass(frozen=True)
class StoredField:
    """A column of the form as the contract then in force declared it."""

    name: str
    zh: str
    en: str
    personal: bool


@dataclass(frozen=True)
class StoredAccount:
    """How a file was read: see `contracts.table.Account`."""

    type: str
    encoding: str | None
    sheets: tuple[SheetAccount, ...]
    rows: dict[str, int]


@dataclass(frozen=True)
class StoredCause:
    """Why a submission was judged again."""

    zh: str
    en: str


@dataclass(frozen=True)
class StoredJudgment:
    """One pass: a judgment of a submission as it was reached. `entry` is the ledger's; `at` when it was known."""

    submission: str
    number: int
    entry: int
    at: datetime
    outcome: Outcome
    contract_version: str
    causes: tuple[StoredCause, ...]
    compared: tuple[Comparison, ...]


@dataclass(frozen=True, kw_only=True)
class StoredSubmission(Submission):
    """A submission with the verdict of its current pass. Until it is judged, `outcome` and all after it are None.

    register: SHA-256 of the Parquet file with its accepted rows. superseded_by: id of the later accepted submission.
    columns: field → column letter. pass_number: how often it was judged. again: why it has to be judged again whatever
    it is compared with; None where it has not.
    """

    outcome: Outcome | None
    received: int | None
    accepted: int | None
    quarantined: int | None
    contract_version: str | None
    register: str | None
    sheet: str | None
    columns: dict[str, str] | None
    fields: tuple[StoredField, ...] | None
    cells_nonempty: int | None
    cells_used: int | None
    cells_ignored: int | None
    cells_found: int | None
    account: StoredAccount | None
    superseded_by: str | None
    pass_number: int | None
    again: str | None

    @property
    def explained(self) -> bool | None:
        """Whether every filled cell was used, named as ignored or found; None when the file was not read."""
        parts = (self.cells_used, self.cells_ignored, self.cells_found)
        if self.cells_nonempty is None or None in parts:
            return None
        return self.cells_nonempty == sum(part or 0 for part in parts)

    @property
    def stands(self) -> bool:
        """Whether its rows and figures are the current ones of its filer, kind and period."""
        return self.outcome in (Outcome.ACCEPTED, Outcome.PARTIAL) and self.superseded_by is None

    @property
    def file(self) -> str:
        return self.arrival.file

    @property
    def filer(self) -> str:
        return self.arrival.filer

    @property
    def kind(self) -> str:
        return self.arrival.kind

    @property
    def period(self) -> Period:
        return self.arrival.period

    @property
    def received_at(self) -> datetime:
        return self.arrival.received_at

    @property
    def channel(self) -> str:
        return self.arrival.channel


@dataclass(frozen=True, kw_only=True)
class StoredFigure(Figure):
    """One version of a figure. `version` counts from 1 among those of the same figure_id; `key` names it in the tables.

    submission: None for a figure derived from other figures. recorded_to: None while it is the current version.
    sources: the cells it comes from; for a figure made of parts those of its parts, recursively, in order, each once.
    """

    key: int
    version: int
    kind: str
    submission: str | None
    recorded_from: datetime
    recorded_to: datetime | None
    sources: tuple[Source, ...]

    @property
    def adjusted(self) -> bool:
        """Whether an adjustment by hand is in it, or in a figure that it is made of."""
        return any(source.file == ADJUSTMENTS for source in self.sources)
