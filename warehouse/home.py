"""A home: one bureau, many years, one folder. Everything that is kept goes in and comes out through here.

Thin on purpose: each method opens the transaction it needs and leaves the work to the module that knows it. Never
judges, never computes a figure, and reads no clock: moments come in with what arrived.

    landing/  warehouse.db  registers/  analyst.duckdb  published/
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl
from sqlalchemy import URL, Engine, insert, select

from contracts.comparing import Comparison
from contracts.context import Reference
from contracts.errors import ErasedError, StorageError, UsageError
from contracts.figure import Figure
from contracts.finding import Finding, RuleCount, Severity, Verdict
from contracts.kind import Kind
from contracts.period import Period
from contracts.submission import Arrival, Submission
from contracts.table import Account, Ignored, Table
from warehouse import ledger, lookup, provenance, runs, tables
from warehouse.arrivals import add_submission, find_submission
from warehouse.canonical import moment_text
from warehouse.database import (
    HEAD,
    altering,
    connect,
    current_revision,
    gather_journal,
    migrate,
    reach,
    reading,
    whereabouts,
    writing,
)
from warehouse.deadlines import Lateness, StoredDeadline, keep_deadlines, lateness_of, list_deadlines
from warehouse.erased import erased_original, rewritten_registers
from warehouse.files import hold
from warehouse.following import fill_what_follows
from warehouse.kept_registers import KeptRegister
from warehouse.landing import Landing
from warehouse.load import Cause, Judged, is_judged, record
from warehouse.marts import create_views
from warehouse.place import DATABASE as DATABASE
from warehouse.place import place_of, refuse_emptied, settle
from warehouse.provenance import known_at
from warehouse.registers import Registers
from warehouse.stored import StoredFigure, StoredJudgment, StoredSubmission
from warehouse.tombstones import Tombstone


@dataclass(frozen=True)
class Home:
    """An open home. Use it in a `with`, or close it."""

    folder: Path
    bureau: str
    title: str
    engine: Engine
    landing: Landing
    registers: Registers
    writable: bool = False

    @classmethod
    def open(cls, folder: Path, *, bureau: str, title: str, database_url: str | URL | None = None) -> Home:
        """The home in `folder`, made when there is none, with its tables up to date.

        Raises UsageError where it belongs to another bureau, or keeps its database elsewhere; StorageError where it
        cannot be made, or its database is empty and its folder is not.
        """
        url = place_of(folder, database_url)
        try:
            for name in ("landing", "registers", "published"):
                (folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"无法建立数据目录 {folder}：{error}", f"cannot make {folder}: {error}") from error
        engine = connect(url, writable=True)
        try:
            reach(engine)
            # Two processes may open a new home at the same moment; one of them makes it.
            with hold(folder):
                refuse_emptied(folder, engine)
                settle(folder, engine)
                owner, known_as = _found(engine, bureau, title)
                fill_what_follows(engine, Registers(folder / "registers"))
        except BaseException:
            engine.dispose()
            raise
        if owner != bureau:
            engine.dispose()
            where = folder if database_url is None else whereabouts(url)
            raise UsageError(f"数据目录 {where} 属于 {owner}，不是 {bureau}", f"{where} is {owner}'s, not {bureau}'s")
        return cls(folder, owner, known_as, engine, Landing(folder / "landing"), Registers(folder / "registers"), True)

    @classmethod
    def look(cls, folder: Path, *, database_url: str | URL | None = None) -> Home:
        """An existing home to read from; every write is refused. Raises StorageError where there is none."""
        url = place_of(folder, database_url)
        if database_url is None and not (folder / DATABASE).is_file():
            raise StorageError(
                f"{folder} 中没有数据仓库（{DATABASE}）", f"there is no warehouse ({DATABASE}) in {folder}"
            )
        engine = connect(url, writable=False)
        try:
            reach(engine)
            with reading(engine) as connection:
                found = current_revision(connection)
                row = connection.execute(select(tables.home)).first() if found == HEAD else None
        except BaseException:
            engine.dispose()
            raise
        if row is None:
            engine.dispose()
            raise StorageError(
                f"{folder} 的数据库版本为 {found}，本程序需要 {HEAD}；较旧的由下一次 jixiao run 升级",
                f"the database in {folder} is at version {found}; this program needs {HEAD}. "
                "The next jixiao run brings an older one up",
            )
        return cls(folder, row.bureau, row.title, engine, Landing(folder / "landing"), Registers(folder / "registers"))

    def close(self) -> None:
        """Let go of the database; what was written is then in its one file, whoever copies that."""
        if self.writable:
            gather_journal(self.engine)
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What goes in

    def receive(self, arrival: Arrival, data: bytes, due_at: datetime | None = None) -> Submission:
        """Store the bytes, then note their arrival. The same arrival again gives the submission it already is.

        Raises ErasedError for another arrival of bytes that were erased.
        """
        sha256 = self.landing.keep(data)
        with reading(self.engine) as connection:
            known = find_submission(connection, arrival, sha256)
        if known is not None:
            return known
        _refuse_erased(arrival, self.landing.erased(sha256))
        with writing(self.engine) as connection:
            # Another process may have erased it meanwhile: then its entry is there, and the bytes are about to go.
            if find_submission(connection, arrival, sha256) is None:
                _refuse_erased(arrival, erased_original(connection, sha256))
            return add_submission(connection, arrival, sha256, len(data), due_at)

    def judged(self, submission_id: str) -> bool:
        """Whether its verdict is recorded. Raises StorageError for a submission that was never received."""
        with reading(self.engine) as connection:
            return is_judged(connection, submission_id)

    def record(
        self,
        submission: Submission,
        kind: Kind,
        verdict: Verdict,
        rows: pl.DataFrame | KeptRegister | None,
        table: Table | None,
        figures: Sequence[Figure],
        derived: Sequence[Figure],
        account: Account | None,
        *,
        at: datetime | None = None,
        compared: Sequence[Comparison] = (),
        causes: Sequence[Cause] = (),
        head: int | None = None,
    ) -> bool:
        """Keep a judgment: all of it or nothing, and only once. Whether it was kept.

        rows: the accepted rows, typed, or which landed file holds them. figures: those of this submission. derived: all
        figures of the bureau for the kind and the period's year, as they are with this submission; those that stand
        open and are not among them are closed. Of a returned submission neither is kept, and the accepted one before it
        goes on standing.
        account: what became of the file's cells; None for a file that could not be read. at: when this was known, the
        arrival where nothing is said. compared: with what it was compared. causes: why it is judged again; the judgment
        is then a further pass, and one that returns what stood withdraws it. head: `last_entry` when judging began;
        nothing is kept where another process has written since.
        """
        at = at or submission.arrival.received_at
        judged = Judged(submission, kind, verdict, rows, table, figures, derived, account, at, compared, causes)
        return record(self.engine, self.registers, judged, head)

    def last_entry(self) -> int:
        """The sequence of the ledger's last entry: while it is the same, nothing has been received or judged."""
        with reading(self.engine) as connection:
            return ledger.last_entry(connection)

    def sweep_registers(self) -> list[Path]:
        """Delete register files that no judgment names: what a process that died left behind."""
        s, j = tables.submissions.c, tables.judgments.c
        query = select(s.kind, j.register).join(tables.judgments, j.submission == s.id).where(j.register.is_not(None))
        with self.registers.held(), reading(self.engine) as connection:
            named = connection.execute(query).tuples().all()
            return self.registers.sweep({*named, *rewritten_registers(connection)})

    def keep_deadlines(
        self, year: int, timetable: pl.DataFrame, judged_on: datetime, calendar: str, head: int | None = None
    ) -> bool:
        """Put a year's timetable (`flows.duties`) in the place of the one before; nothing is written where it is that.

        judged_on, calendar: as of when, and on which calendar. head: `last_entry` when it was made; False, and nothing
        is kept, where another process has written since.
        """
        with writing(self.engine) as connection:
            if head is not None and ledger.last_entry(connection) != head:
                return False
            keep_deadlines(connection, year, timetable, judged_on, calendar)
            return True

    def publish_entry(self, year: int, files: Mapping[str, str], at: datetime) -> bool:
        """Note what is published for a year: relative path → SHA-256. False when that is noted already."""
        with writing(self.engine) as connection:
            return ledger.publish(connection, year, files, moment_text(at))

    def keep_pack(
        self, year: int, name: str, files: Mapping[str, bytes], lists: Iterable[str], first_at: datetime, at: datetime
    ) -> bool:
        """Store a year's pack.toml and notices as they are, and note that they and those lists are the pack.

        first_at: since when the first ones hold; at: since when later ones do. False where nothing has changed.
        """
        kept = {file: self.landing.keep(data) for file, data in sorted(files.items())}
        told = {"name": name, "files": kept, "lists": sorted(lists)}
        with reading(self.engine) as connection:
            if ledger.noted_pack(connection, year) == told:
                return False
        with writing(self.engine) as connection:
            return ledger.note_pack(connection, year, told, moment_text(first_at), moment_text(at))

    def append_run(
        self, what: str, started_at: datetime, ended_at: datetime, year: int | None, content: Mapping[str, Any]
    ) -> int:
        """Note who worked when with what (`warehouse.runs`); its number."""
        with writing(self.engine) as connection:
            return runs.append_run(connection, what, started_at, ended_at, year, content)

    # What comes out

    def kept_pack(self, year: int) -> tuple[str, dict[str, bytes], frozenset[str]]:
        """Name of a year's pack, its pack.toml and notices as last kept, and names of lists that it has no longer.

        Raises StorageError where there are none: nothing of that year was run, or not since they are kept.
        """
        with reading(self.engine) as connection:
            noted, gone = ledger.noted_pack(connection, year), ledger.lists_gone(connection, year)
        if noted is None:
            raise StorageError(
                f"数据目录 {self.folder} 中没有 {year} 年度数据包的设置；重新运行该年度的数据包即可保存",
                f"the home {self.folder} has no settings of a pack for {year}; running that year's pack keeps them",
            )
        files = {name: self.landing.read(sha256) for name, sha256 in noted["files"].items()}
        return noted["name"], files, gone

    def years(self) -> list[int]:
        """The years that something was received for, in order."""
        query = select(tables.submissions.c.year).distinct().order_by(tables.submissions.c.year)
        with reading(self.engine) as connection:
            return list(connection.execute(query).scalars())

    def runs(self) -> list[runs.Run]:
        """Every run and audit, the first one first."""
        with reading(self.engine) as connection:
            return runs.list_runs(connection)

    def head_hash(self) -> str:
        """The hash of the ledger's last entry: while it is the same, so is everything that the ledger tells."""
        with reading(self.engine) as connection:
            return ledger.head_hash(connection)

    def list_versions(self, kind: str, year: int) -> list[StoredSubmission]:
        """Every version of one of the pack's own lists of a year, in the order of the ledger."""
        return [s for s in self.submissions(year) if s.kind == kind and s.filer == self.bureau]

    def verify_chain(self) -> list[str]:
        """What is wrong with the ledger, in sentences; empty when nothing is."""
        with reading(self.engine) as connection:
            return ledger.verify(connection)

    def submissions(self, year: int | None = None) -> list[StoredSubmission]:
        """All of them, or those whose period belongs to `year`, in the order of arrival."""
        query = select(tables.submissions).order_by(tables.submissions.c.sequence)
        query = query if year is None else query.where(tables.submissions.c.year == year)
        with reading(self.engine) as connection:
            return lookup.list_submissions(connection, query)

    def deadlines(self, year: int | None = None) -> list[StoredDeadline]:
        """What everybody owed for a year, or ever, as its last run judged it; in the order of the obligations."""
        with reading(self.engine) as connection:
            return list_deadlines(connection, year)

    def lateness(self) -> Lateness:
        """Which submissions came late, of all there are."""
        return lateness_of(self.deadlines(), self.submissions())

    def findings(self, submission_id: str, pass_number: int | None = None) -> list[Finding]:
        """What a pass found, or the current one."""
        with reading(self.engine) as connection:
            return lookup.list_findings(connection, submission_id, pass_number)

    def findings_of(self, *severities: Severity) -> dict[str, list[Finding]]:
        """submission → the findings of its current pass that are of these severities; those without are left out."""
        with reading(self.engine) as connection:
            return lookup.findings_of_severity(connection, severities)

    def counts(self, submission_id: str, pass_number: int | None = None) -> list[RuleCount]:
        with reading(self.engine) as connection:
            return lookup.list_counts(connection, submission_id, pass_number)

    def judgments(self, submission_id: str | None = None) -> list[StoredJudgment]:
        """Every pass of a submission, or of all of them, in the order of the ledger."""
        with reading(self.engine) as connection:
            return lookup.list_judgments(connection, submission_id)

    def last_judged_at(self) -> datetime:
        """When what the last judgment says was known. Raises StorageError while nothing was judged."""
        with reading(self.engine) as connection:
            return lookup.last_judged_at(connection)

    def last_first_judgment(self, *, but: str) -> int:
        """The ledger's entry of the last judgment that was a submission's first; 0 while nothing was judged.

        but: a kind whose submissions do not count.
        """
        with reading(self.engine) as connection:
            return lookup.last_first_judgment(connection, but)

    def ignored(self, submission_id: str) -> list[Ignored]:
        with reading(self.engine) as connection:
            return lookup.list_ignored(connection, submission_id)

    def previous(self, kind: str, filer: str, before: Period) -> Reference | None:
        """The filer's standing submission of the last period before `before`, as rules compare with it."""
        found = self.previous_submission(kind, filer, before)
        return None if found is None else self.refer(found)

    def previous_submission(self, kind: str, filer: str, before: Period) -> StoredSubmission | None:
        with reading(self.engine) as connection:
            return lookup.previous_submission(connection, kind, filer, before)

    def peer_submissions(self, kind: str, period: Period, except_filer: str) -> list[StoredSubmission]:
        """Other filers' standing submissions for the period."""
        with reading(self.engine) as connection:
            found = lookup.standing_submissions(connection, kind, period=period)
        return [s for s in found if s.filer != except_filer]

    def standing(self, kind: str) -> list[StoredSubmission]:
        """Every submission of a kind that stands, of all years, in the order of arrival."""
        with reading(self.engine) as connection:
            return lookup.standing_submissions(connection, kind)

    def refer(self, submission: StoredSubmission) -> Reference:
        """The accepted rows of a submission that stands, as rules compare with them."""
        return lookup.refer(self.registers, submission)

    def reference(self, kind: str, year: int) -> Reference | None:
        """The standing submission of a reference kind for the year; the last to arrive where there are several."""
        with reading(self.engine) as connection:
            found = lookup.standing_submissions(connection, kind, year=year)
        return lookup.refer(self.registers, found[-1]) if found else None

    def rows(self, kind: str, year: int) -> pl.DataFrame:
        """All standing accepted rows of a kind in a year, with where each came from (`lookup.gather_rows`)."""
        with reading(self.engine) as connection:
            found = lookup.standing_submissions(connection, kind, year=year)
        return lookup.gather_rows(self.registers, found)

    def figures(
        self,
        year: int | None = None,
        *,
        kinds: Collection[str] | None = None,
        own_only: bool = False,
        at: datetime | None = None,
    ) -> list[StoredFigure]:
        """Figures as they are known now, or were known at `at`, ordered by figure_id.

        own_only: without derived ones.
        """
        f = tables.figures.c
        conditions = [known_at(at)]
        conditions += [] if year is None else [f.year == year]
        conditions += [] if kinds is None else [f.kind.in_(sorted(kinds))]
        conditions += [f.submission.is_not(None)] if own_only else []
        with reading(self.engine) as connection:
            return provenance.list_figures(connection, *conditions)

    def find_figure(self, figure_id: str) -> list[StoredFigure]:
        """Every version of a figure, the first one first; empty when there is no such figure."""
        with reading(self.engine) as connection:
            return provenance.list_figures(connection, tables.figures.c.figure_id == figure_id)


def _refuse_erased(arrival: Arrival, stone: Tombstone | None) -> None:
    if stone is not None:
        raise ErasedError(
            f"{arrival.file} 与报送 {stone.submission} 的原件逐字节相同，该原件已于 {stone.at[:10]} 按"
            f"“{stone.basis}”清除，不再收存；请从数据包中删除此文件及其在 arrivals.csv 中的一行",
            f"{arrival.file} is byte for byte the original of {stone.submission}, which was erased on "
            f"{stone.at[:10]}, and is not kept again; remove it, and its line of arrivals.csv, from the pack",
        )


def _found(engine: Engine, bureau: str, title: str) -> tuple[str, str]:
    """Migrate, and note whose home it is unless that stands there; whose it is, and its title."""
    migrate(engine)
    with reading(engine) as connection:
        row = connection.execute(select(tables.home)).first()
    if row is None:
        with altering(engine) as connection:
            connection.execute(insert(tables.home).values(bureau=bureau, title=title))
    create_views(engine)
    return (row.bureau, row.title) if row is not None else (bureau, title)
