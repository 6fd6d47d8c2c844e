"""One file through the pure stages: read, parse, judge. The same for a pack's own lists, `check`, and a run.

Plain functions; nothing is stored here and Prefect is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from contracts.context import Reference, References
from contracts.explanations import Explanation, explain, named
from contracts.field import Field
from contracts.finding import Finding
from contracts.fixes import suggest_fixes
from contracts.judge import Judgment, judge
from contracts.kind import Kind
from contracts.masking import Screen, screen_of
from contracts.period import Period
from contracts.structure import structure_finding
from contracts.table import Account, Table
from contracts.waivers import Waiver
from transforms.book import Book
from transforms.heading_findings import like_another_form
from transforms.headings import find_table
from transforms.other_forms import best_fitting
from transforms.parsing import parse_column, parse_table
from transforms.reading import Reading, read_book


@dataclass(frozen=True)
class Filed:
    """A file as read under a kind: its table (None where there is none), typed rows and totals, and what was found.

    account: what became of every cell; None where nothing could be read. year: that of dates written without one.
    """

    kind: Kind
    name: str
    table: Table | None
    frame: pl.DataFrame
    totals: pl.DataFrame
    findings: tuple[Finding, ...]
    account: Account | None
    year: int | None = None

    def reference(self) -> Reference | None:
        """The rows as rules of another form compare with them; None where there is no table."""
        if self.table is None:
            return None
        personal = frozenset(field.name for field in self.kind.fields if field.personal)
        return Reference(self.frame, self.table.columns, self.table.sheet, self.name, personal)

    def retype(self, field: Field, texts: pl.Series) -> list[pl.Series]:
        """Texts that might have stood in a column of the file, as the file's own became values."""
        return parse_column(texts, field, year=self.year)


def read_filed(data: bytes, name: str, kind: Kind, year: int | None) -> Filed:
    """Bytes at hand, of a file called `name`, as typed rows of `kind`, read in this process: for a pack's own lists."""
    return tabulate(read_book(data, name), name, kind, year)


def tabulate(reading: Reading, name: str, kind: Kind, year: int | None, others: Iterable[Kind] = ()) -> Filed:
    """What was read of a file called `name` as typed rows of `kind`; `year` completes dates written without one.

    others: forms that it may be instead, named where the file has not the headings of `kind`.
    """
    empty = Table("", _no_rows(kind), {}, {}, _no_rows(kind))
    table, findings, account = None, reading.findings, None
    if reading.book is not None:
        found = find_table(reading.book, kind.fields, kind.total_in)
        told = tuple(_of_another_form(f, reading.book, kind, others) for f in found.findings)
        table, findings, account = found.table, (*findings, *told), found.account
    frame = parse_table(table or empty, kind.fields, year=year)
    totals = parse_table(_only_totals(table or empty), kind.fields, year=year)
    return Filed(kind, name, table, frame, totals, findings, account, year)


def _of_another_form(finding: Finding, book: Book, kind: Kind, others: Iterable[Kind]) -> Finding:
    """HEAD-01 with the form whose headings the book has, if there is one; any other finding as it is."""
    if finding.rule != "HEAD-01":
        return finding
    forms = {other.code: other for other in others if other.code != kind.code}
    code = best_fitting(book, {code: other.fields for code, other in forms.items()})
    return like_another_form(finding, forms[code].title_zh, forms[code].title_en, code) if code else finding


def judge_filed(
    filed: Filed,
    *,
    period: Period | None,
    filer: str | None,
    filer_class: str | None = None,
    references: References | None = None,
    waivers: Sequence[Waiver] = (),
    explanations: Sequence[Explanation] = (),
) -> Judgment:
    """The judgment on a file that was read; a file without a table is returned with the reasons.

    filer_class: the filer's class in the pack's list, where there is one to hold against the form's. waivers: those
    that apply to the submission; explanations: all there are.
    """
    screen = screen_of(filed.kind, references)
    found = tuple(screen.found(finding) for finding in filed.findings)
    if filer_class is not None and filer_class not in filed.kind.filers:
        found = (*found, wrong_class(filed.kind, filer, filer_class))
    table = filed.table or Table("", filed.frame, {}, {}, filed.totals)
    judgment = judge(
        filed.kind,
        table,
        filed.frame,
        period=period,
        filer=filer,
        totals=filed.totals,
        references=references,
        waivers=waivers,
        found=found,
    )
    judgment = with_explanations(filed.kind, judgment, explanations, filer, period, screen)
    return _with_fixes(filed, table, judgment)


def with_explanations(
    kind: Kind,
    judgment: Judgment,
    explanations: Sequence[Explanation],
    filer: str | None,
    period: Period | None,
    screen: Screen,
) -> Judgment:
    """The judgment, each finding called by a name that lasts, and with what the filer said about it."""
    verdict = judgment.verdict
    findings = named(verdict.findings, kind, judgment.frame, screen)
    if filer is not None and period is not None:
        findings = tuple(explain(f, explanations, kind=kind.code, filer=filer, period=period) for f in findings)
    return replace(judgment, verdict=replace(verdict, findings=findings))


def _with_fixes(filed: Filed, table: Table, judgment: Judgment) -> Judgment:
    """The judgment, with what would mend a broken relation offered beside it."""
    verdict = judgment.verdict
    findings = suggest_fixes(filed.kind, table, judgment.frame, verdict.findings, filed.retype)
    return replace(judgment, verdict=replace(verdict, findings=findings))


def wrong_class(kind: Kind, filer: str | None, filer_class: str) -> Finding:
    wanted = "、".join(kind.filers)
    return structure_finding(
        "FILER-01",
        f"填报单位 {filer} 的类别是 {filer_class}，本表由 {wanted} 填报；其数据不计入合计，请核实并说明。",
        f"the filer {filer} is of class {filer_class}; the form is for {wanted}. Its rows are not added up.",
        filed=filer_class,
        expected=wanted,
    )


def _no_rows(kind: Kind) -> pl.DataFrame:
    return pl.DataFrame(schema={"_row": pl.Int64, **{f.name: pl.String for f in kind.fields}})


def _only_totals(table: Table) -> Table:
    return Table(table.sheet, table.totals, table.columns, table.headings, table.totals)
