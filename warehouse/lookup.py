"""Reading a home back: submissions with their verdicts, findings and rows. Never writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, Table, func, select
from sqlalchemy.sql.elements import ColumnElement

from contracts.comparing import Comparison
from contracts.context import AT, Reference
from contracts.errors import StorageError
from contracts.finding import Cell, Finding, Outcome, RuleCount, Severity, Suggestion
from contracts.masking import without_persons
from contracts.period import Period
from contracts.submission import Arrival
from contracts.table import Ignored, SheetAccount
from warehouse import tables
from warehouse.registers import Registers
from warehouse.stored import StoredAccount, StoredCause, StoredField, StoredJudgment, StoredSubmission

s = tables.submissions.c
FROM = ("_submission", "_filer", "_file", "_sheet", "_sha256", "_period")
_PIECE = 100_000  # rows
STANDING = (s.outcome.in_((Outcome.ACCEPTED, Outcome.PARTIAL)), s.superseded_by.is_(None))


def list_submissions(connection: Connection, query: Select[Any] | None = None) -> list[StoredSubmission]:
    """Those of `query` (over the submissions table), or all, in the order of arrival."""
    query = select(tables.submissions).order_by(s.sequence) if query is None else query
    return [_submission(row) for row in connection.execute(query).mappings()]


def _submission(row: Any) -> StoredSubmission:
    period = Period(date.fromisoformat(row["period_start"]), date.fromisoformat(row["period_end"]))
    received_at = datetime.fromisoformat(row["received_at"])
    arrival = Arrival(row["file"], row["filer"], row["kind"], period, received_at, row["channel"])
    same = ("id", "sequence", "sha256", "size", "version", "received", "accepted", "quarantined", "contract_version")
    more: tuple[str, ...] = (
        "register",
        "sheet",
        "cells_nonempty",
        "cells_used",
        "cells_ignored",
        "cells_found",
        "superseded_by",
    )
    more = (*more, "pass_number", "again")
    return StoredSubmission(
        arrival=arrival,
        due_at=None if row["due_at"] is None else datetime.fromisoformat(row["due_at"]),
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        fields=None if row["fields"] is None else tuple(StoredField(**f) for f in json.loads(row["fields"])),
        columns=None if row["columns"] is None else json.loads(row["columns"]),
        account=None if row["account"] is None else _account(json.loads(row["account"])),
        **{name: row[name] for name in same + more},
    )


def _account(told: dict[str, Any]) -> StoredAccount:
    return StoredAccount(**told | {"sheets": tuple(SheetAccount(**sheet) for sheet in told["sheets"])})


def list_findings(connection: Connection, submission_id: str, pass_number: int | None = None) -> list[Finding]:
    """Those of a pass, or of the current one."""
    f = tables.findings
    query = select(f).where(f.c.submission == submission_id, _of_pass(f, pass_number)).order_by(f.c.ordinal)
    return [_finding(row) for row in connection.execute(query).mappings()]


def findings_of_severity(connection: Connection, severities: Iterable[Severity]) -> dict[str, list[Finding]]:
    """submission → the findings of its current pass that are of these severities, in their order."""
    f = tables.findings
    query = select(f).where(f.c.severity.in_([x.value for x in severities]), _of_pass(f, None))
    found: dict[str, list[Finding]] = {}
    for row in connection.execute(query.order_by(f.c.submission, f.c.ordinal)).mappings():
        found.setdefault(row["submission"], []).append(_finding(row))
    return found


def _of_pass(table: Table, pass_number: int | None) -> ColumnElement[bool]:
    if pass_number is not None:
        return table.c.pass_number == pass_number
    current = select(s.pass_number).where(s.id == table.c.submission).scalar_subquery()
    return table.c.pass_number == current


def _finding(row: Any) -> Finding:
    return Finding(
        rule=row["rule"],
        severity=Severity(row["severity"]),
        message_zh=row["message_zh"],
        message_en=row["message_en"],
        expected=row["expected"],
        basis=row["basis"],
        cells=tuple(Cell(**cell) for cell in json.loads(row["operands"])),
        field=row["field"],
        filed=row["filed"],
        rows=tuple(json.loads(row["rows"])),
        waived_by=row["waived_by"],
        suggestions=tuple(_suggestion(told) for told in json.loads(row["suggestions"])),
        about=row["about"],
        explained_by=row["explained_by"],
    )


def _suggestion(told: dict[str, Any]) -> Suggestion:
    return Suggestion(**told | {"cell": Cell(**told["cell"])})


def list_counts(connection: Connection, submission_id: str, pass_number: int | None = None) -> list[RuleCount]:
    """Those of a pass, or of the current one."""
    c = tables.rule_counts
    query = select(c).where(c.c.submission == submission_id, _of_pass(c, pass_number)).order_by(c.c.ordinal)
    return [RuleCount(**_without_place(row)) for row in connection.execute(query).mappings()]


def list_judgments(connection: Connection, submission_id: str | None = None) -> list[StoredJudgment]:
    """The passes of a submission, or of all, in the order of the ledger."""
    j = tables.judgments
    query = select(j).order_by(j.c.entry)
    if submission_id is not None:
        query = query.where(j.c.submission == submission_id)
    return [
        StoredJudgment(
            submission=row["submission"],
            number=row["pass_number"],
            entry=row["entry"],
            at=datetime.fromisoformat(row["at"]),
            outcome=Outcome(row["outcome"]),
            contract_version=row["contract_version"],
            causes=tuple(StoredCause(**cause) for cause in json.loads(row["causes"])),
            compared=tuple(Comparison.of_record(one) for one in json.loads(row["compared"])),
        )
        for row in connection.execute(query).mappings()
    ]


def last_judged_at(connection: Connection) -> datetime:
    """When what the last judgment says was known. Raises StorageError while nothing was judged."""
    j = tables.judgments.c
    text = connection.scalar(select(j.at).order_by(j.entry.desc()).limit(1))
    if text is None:
        raise StorageError("数据仓库中还没有判定", "nothing was judged in this warehouse yet")
    return datetime.fromisoformat(text)


def last_first_judgment(connection: Connection, but: str) -> int:
    """The entry of the last judgment that was a submission's first, not of kind `but`; 0 where there is none."""
    j = tables.judgments.c
    query = select(func.max(j.entry)).join(tables.submissions, s.id == j.submission)
    return connection.scalar(query.where(j.pass_number == 1, s.kind != but)) or 0


def list_ignored(connection: Connection, submission_id: str) -> list[Ignored]:
    i = tables.ignored_cells
    query = select(i).where(i.c.submission == submission_id).order_by(i.c.ordinal)
    return [Ignored(**_without_place(row)) for row in connection.execute(query).mappings()]


def _without_place(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("submission", "pass_number", "ordinal")}


def previous_submission(connection: Connection, kind: str, filer: str, before: Period) -> StoredSubmission | None:
    """The standing one for the latest period that was over before `before` was.

    Of two periods that end on one day the longer is the later: a year's own figures close those of its December.
    """
    finer = (s.period_end == before.end.isoformat()) & (s.period_start > before.start.isoformat())
    query = (
        select(tables.submissions)
        .where(
            *STANDING,
            s.kind == kind,
            s.filer == filer,
            (s.period_end < before.end.isoformat()) | finer,
        )
        .order_by(s.period_end.desc(), s.period_start, s.version.desc(), s.sequence.desc())
        .limit(1)
    )
    return next(iter(list_submissions(connection, query)), None)


def standing_submissions(
    connection: Connection, kind: str, *, year: int | None = None, period: Period | None = None
) -> list[StoredSubmission]:
    """The accepted, not superseded submissions of a kind, in the order of arrival."""
    query = select(tables.submissions).where(*STANDING, s.kind == kind)
    if year is not None:
        query = query.where(s.year == year)
    if period is not None:
        query = query.where(s.period == period.label)
    return list_submissions(connection, query.order_by(s.sequence))


def refer(registers: Registers, submission: StoredSubmission, rows: pl.DataFrame | None = None) -> Reference:
    """A submission's accepted rows as rules compare with them, each with the columns `FROM`. rows: only these."""
    assert submission.register is not None  # only submissions that stand are asked for, and they have one
    sheet = submission.sheet or ""
    where = (submission.id, submission.filer, submission.file, sheet, submission.sha256, submission.period.label)
    rows = registers.read(submission.kind, submission.register) if rows is None else rows
    frame = rows.with_columns(pl.lit(text, dtype=pl.String).alias(name) for name, text in zip(FROM, where, strict=True))
    personal = frozenset(field.name for field in submission.fields or () if field.personal)
    return Reference(frame, submission.columns or {}, sheet, submission.file, personal)


def gather_rows(registers: Registers, submissions: Sequence[StoredSubmission]) -> pl.DataFrame:
    """Rows of submissions of one kind under each other, each saying which submission, filer, file, sheet, hash, period.

    They are for people to look at: nothing personal is in them, though its columns are (`contracts.masking`).
    `<field>__at` is the address of the field's cell in that file ("B5"). Empty, with only the columns that say where
    from, when there is no submission.
    """
    references = [refer(registers, submission) for submission in submissions]
    frames = [without_persons(_located(reference), reference.personal) for reference in references]
    if not frames:
        return pl.DataFrame(schema=dict.fromkeys(FROM, pl.String))
    return pl.concat(frames, how="diagonal_relaxed")


def gather_pieces(registers: Registers, submissions: Sequence[StoredSubmission]) -> Iterator[pl.DataFrame]:
    """The rows of `gather_rows` in pieces, each with all of its columns: large registers are never held whole."""
    large = [s for s in submissions if s.register and registers.kept(s.kind, s.register) is not None]
    others = [s for s in submissions if s not in large]
    rows = [gather_rows(registers, others)] if others or not large else []
    shapes = [_told(registers, s, registers.scan(s.kind, s.register or "").head(0).collect()) for s in large]
    columns = pl.concat([*(frame.clear() for frame in rows), *shapes], how="diagonal_relaxed")
    yield pl.concat([columns, *rows], how="diagonal_relaxed")
    for one in large:
        lazy = registers.scan(one.kind, one.register or "")
        for piece in lazy.collect_batches(chunk_size=_PIECE, maintain_order=True):
            yield pl.concat([columns, _told(registers, one, piece)], how="diagonal_relaxed")


def _told(registers: Registers, submission: StoredSubmission, rows: pl.DataFrame) -> pl.DataFrame:
    reference = refer(registers, submission, rows)
    return without_persons(_located(reference), reference.personal)


def _located(reference: Reference) -> pl.DataFrame:
    return reference.frame.with_columns(
        (pl.lit(letter) + pl.col("_row").cast(pl.String)).alias(name + AT)
        for name, letter in reference.columns.items()
        if name in reference.frame.columns
    )
