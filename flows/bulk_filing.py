"""A register filed as Parquet that is already typed as its contract wants: judged where it lies, and kept as it is.

What a file is is decided by its content. Whatever would have to be parsed from text, or is not plainly rows of data
under the form's headings, and every file of fewer rows than `LEAST`, goes cell by cell as any other (`flows.filing`);
of what goes this way the answers are the same, but that of each rule only the first findings are told in words. Nothing
here holds the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path

import polars as pl

from contracts.context import References, attach_context
from contracts.explanations import Explanation
from contracts.expression_tree import is_row_by_row
from contracts.finding import Finding, Outcome, Verdict
from contracts.fixes import LIMITS, is_open, suggest_fixes
from contracts.judge import Judgment
from contracts.kind import Kind
from contracts.masking import screen_of
from contracts.period import Period
from contracts.register import judge_register
from contracts.register_columns import FIRST_ROW, ROW, Source, made_of_others, plan_columns, typed
from contracts.register_source import Register
from contracts.rule import Rule, Scope
from contracts.schema import passes
from contracts.table import Account, Table
from contracts.waivers import Waiver
from flows.filing import Filed, tabulate, with_explanations, wrong_class
from flows.reader import Reader
from transforms.book import column_index
from transforms.register_survey import Survey

LEAST = 100_000  # rows; of fewer, every finding is told and every fix looked for
_GATED = 50_000  # accepted rows that Pandera itself looks at once more
_PIECE = 100_000  # rows among which some are looked up
_MAGIC = b"PAR1"


@dataclass(frozen=True)
class BulkFile:
    """A register in Parquet at `path`, read under a kind. filed: as of any file, but without the rows.

    height: rows, the first of which is row `FIRST_ROW`. plan: how the file's columns become the typed ones.
    """

    filed: Filed
    path: Path
    height: int
    plan: tuple[Source, ...]

    @property
    def table(self) -> Table:
        assert self.filed.table is not None  # one without a table is read cell by cell
        return self.filed.table

    @cached_property
    def rows(self) -> pl.LazyFrame:
        """The typed rows, to be read as they are needed."""
        scanned = pl.scan_parquet(
            self.path, glob=False, use_statistics=False, row_index_name=ROW, row_index_offset=FIRST_ROW
        )
        return typed(scanned, self.plan)


@dataclass(frozen=True)
class BulkJudgment:
    """wide: all rows with their context columns. left_out: `_row` (Int64, ascending) of those in quarantine."""

    verdict: Verdict
    wide: pl.LazyFrame
    left_out: pl.Series

    @property
    def accepted(self) -> pl.LazyFrame:
        """The accepted rows with their context columns."""
        return self.wide.filter(~pl.col(ROW).is_in(self.left_out.implode())) if len(self.left_out) else self.wide


def open_bulk(
    reader: Reader, path: Path, name: str, kind: Kind, year: int | None, least: int = LEAST
) -> BulkFile | None:
    """The register at `path`, filed as `name`; None where it is to be read cell by cell."""
    alone = kind.rows_stand_alone and kind.total_in is None and kind.pack_file is None
    if not alone or not _is_parquet(path):
        return None
    looked = reader.survey(path, name, least)
    if looked is None:
        return None
    survey, reading = looked
    filed = tabulate(reading, name, kind, year)
    if filed.table is None or filed.account is None or not _is_plain(filed, filed.table, survey):
        return None
    names = list(survey.filled)
    found = {field: names[column_index(letter)] for field, letter in filed.table.columns.items()}
    plan = plan_columns(kind.fields, found, pl.scan_parquet(path, glob=False).collect_schema(), survey.plain)
    if plan is None:
        return None
    table = replace(filed.table, frame=filed.table.frame.clear())
    account = _account(filed.account, survey)
    return BulkFile(replace(filed, table=table, frame=filed.frame.clear(), account=account), path, survey.height, plan)


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def _is_plain(filed: Filed, table: Table, survey: Survey) -> bool:
    """Whether every column is a field's, every sampled row is one of data, and there is nothing to say of the shape."""
    spoken = any(f.rule != "FILE-06" for f in filed.findings)  # that the suffix is another one changes nothing
    return not spoken and len(table.columns) == len(survey.filled) and table.frame.height == 4


def _account(sample: Account, survey: Survey) -> Account:
    """The account of the file, from that of its first and last rows: headings and data, and all of it used."""
    cells = sum(survey.filled.values()) + len(survey.filled)
    sheets = tuple(replace(sheet, rows=survey.height + 1, cells=cells) for sheet in sample.sheets)
    return replace(sample, sheets=sheets, rows=sample.rows | {"data": survey.height}, used=cells)


def judge_bulk(
    file: BulkFile,
    *,
    period: Period | None,
    filer: str | None,
    filer_class: str | None = None,
    references: References | None = None,
    waivers: Sequence[Waiver] = (),
    explanations: Sequence[Explanation] = (),
) -> BulkJudgment:
    """The judgment on a register, as `judge_filed` gives it of any file."""
    kind, table, given = file.filed.kind, file.table, references or {}
    screen = screen_of(kind, references)
    found = tuple(screen.found(finding) for finding in file.filed.findings)
    if filer_class is not None and filer_class not in kind.filers:
        found = (*found, wrong_class(kind, filer, filer_class))
    judged = judge_register(
        kind, table, Register(file.rows, seekable=True, made=made_of_others(file.plan)), period=period, filer=filer,
        references=given, waivers=waivers, found=found,
    )  # fmt: skip
    wide = attach_context(kind, table, file.rows, None, given, period=period, filer=filer)
    verdict, near = judged.verdict, _rows_near(wide, judged.verdict.findings, kind)
    judgment = Judgment(_moved(verdict, near.places), near.frame, ())
    verdict = with_explanations(kind, judgment, explanations, filer, period, screen).verdict
    texts = Table(table.sheet, _texts(near.frame, kind), table.columns, table.headings, table.totals)
    fixes = replace(LIMITS, rows=0)  # as of a large frame: a row is tried among its neighbours
    told = suggest_fixes(kind, texts, near.frame, verdict.findings, file.filed.retype, fixes)
    told = tuple(replace(f, rows=was.rows) for f, was in zip(told, judged.verdict.findings, strict=True))
    left_out = judged.faulty.cast(pl.Int64) + FIRST_ROW
    if verdict.outcome is not Outcome.PARTIAL:
        left_out = left_out.clear()
    return BulkJudgment(replace(verdict, findings=told), wide, left_out.alias(ROW))


@dataclass(frozen=True)
class _Near:
    """Some rows of a register, ascending; places: position in the register → position here."""

    frame: pl.DataFrame
    places: dict[int, int]


def _rows_near(wide: pl.LazyFrame, findings: Sequence[Finding], kind: Kind) -> _Near:
    """The first row of each finding, and the neighbours of those that a fix may be looked for."""
    rules = {rule.id for rule in kind.rules}
    firsts = [f.rows[0] for f in findings if f.rows]
    asked = [f.rows[0] for f in findings if f.rows and f.rule in rules and is_open(f)][: LIMITS.findings]
    wanted = sorted({*firsts, *(row + step for row in asked for step in (-1, 0, 1, 2) if row + step >= 0)})
    parts = [wide.head(0)]
    for piece, rows in groupby(wanted, key=lambda row: row // _PIECE):
        numbers = pl.Series([row + FIRST_ROW for row in rows], dtype=pl.Int64)
        parts.append(wide.slice(piece * _PIECE, _PIECE).filter(pl.col(ROW).is_in(numbers.implode())))
    frame = pl.concat(pl.collect_all(parts))
    return _Near(frame, {row - FIRST_ROW: here for here, row in enumerate(frame[ROW].to_list())})


def _moved(verdict: Verdict, places: dict[int, int]) -> Verdict:
    """The verdict, each finding's first row where it stands among a few."""
    return replace(
        verdict, findings=tuple(replace(f, rows=tuple(places[r] for r in f.rows[:1])) for f in verdict.findings)
    )


def _texts(frame: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    return frame.select(ROW, *(pl.col(field.text_column).alias(field.name) for field in kind.fields))


def gate(kind: Kind, judged: BulkJudgment) -> None:
    """Let Pandera itself look at the first accepted rows. Raises ContractError where it refuses one of them.

    Only rules over single rows: the others say nothing of a part of the rows.
    """
    waived = {finding.rule for finding in judged.verdict.findings if finding.waived_by}
    waived |= {rule.id for rule in kind.rules if not _is_of_a_row(rule)}
    passes(kind.schema, judged.accepted.head(_GATED).collect(), waived)


def _is_of_a_row(rule: Rule) -> bool:
    return rule.scope is Scope.ROW and is_row_by_row(rule.answer)
