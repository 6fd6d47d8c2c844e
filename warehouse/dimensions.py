"""The lists of a bureau as tables: from the accepted rows of a submission to what was known, from when until when.

One declaration a table (`DIMENSIONS`), one loader. A list that is filed again closes what the one before it said and
says it anew, as figures do; what did not stand is closed with the submission. Nothing is ever deleted or rewritten, and
a field that a contract marks personal is not kept here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import polars as pl
from sqlalchemy import Column, Connection, Table, case, func, insert, select, update

from contracts.exact import TURNED, decimal_text
from warehouse import dimension_tables as d
from warehouse import tables
from warehouse.complaint_tallies import tally_complaints
from warehouse.registers import Registers
from warehouse.standing import TAKEN

Row = Mapping[str, Any]
Rows = TypeVar("Rows", pl.DataFrame, pl.LazyFrame)
OWN = ("key", "year", "submission", "recorded_from", "recorded_to")  # what the loader says of a row

s, j = tables.submissions.c, tables.judgments.c


@dataclass(frozen=True)
class Filed:
    """A submission as the loader needs it: which, whose, and what was accepted of it; no `rows` where nothing was."""

    submission: str
    kind: str
    filer: str
    period: str
    year: int
    rows: pl.LazyFrame | None
    moment: str


@dataclass(frozen=True)
class Dimension:
    """A table and the kind whose accepted rows it holds.

    shape: what a row of the list says in the table's columns, None where it does not speak of it. tally: instead of
    single rows, what they come to together.
    """

    table: Table
    kind: str
    shape: Callable[[Row], Row | None] = lambda row: row
    tally: Callable[[pl.LazyFrame, Filed], Iterable[Row]] | None = None

    def rows(self, filed: Filed) -> list[dict[str, Any]]:
        """The rows that a submission brings, without what the loader says of them."""
        if filed.rows is None:
            return []
        if self.tally is not None:
            return [dict(row) for row in self.tally(filed.rows, filed)]
        listed = map(self.shape, filed.rows.collect().iter_rows(named=True))
        return [self._row(row) for row in listed if row is not None]

    def _row(self, row: Row) -> dict[str, Any]:
        return {c.name: _text(row.get(_field(c))) for c in self.table.columns if c.name not in OWN}


def _field(column: Column[Any]) -> str:
    """The field of a list that a column holds."""
    return "_row" if column.name == "sheet_row" else str(column.info.get("field", column.name))


def _text(value: object) -> object:
    if isinstance(value, Decimal):
        return decimal_text(value)
    return value.isoformat() if isinstance(value, date) else value


def _indicator(row: Row) -> Row | None:
    return None if row["level"] == "node" else row


def _node(row: Row) -> Row | None:
    return {**row, "indicator": row["parent"]} if row["level"] == "node" else None


def _target(row: Row) -> Row | None:
    """A target with the sign of its direction, as its figure has it (`transforms.figures`)."""
    if row["target__text"] is None:
        return None
    ends = {name: row[f"target__{name}"] for name in ("low", "high", "low_closed", "high_closed", "comparator")}
    value = row["target"]
    if row["target__direction"] == -1:
        ends = {
            "low": _negative(ends["high"]),
            "high": _negative(ends["low"]),
            "low_closed": ends["high_closed"],
            "high_closed": ends["low_closed"],
            "comparator": TURNED[ends["comparator"]],
        }
        value = _negative(value)
    about = {"node": row["code"], "name": row["target_name"], "indicator": row["target_indicator"]}
    return {**row, **ends, **about, "value": value, "as_written": row["target__text"]}


def _negative(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value


DIMENSIONS = (
    Dimension(d.organisations, "filer_list"),
    Dimension(d.indicators, "indicator_tree", _indicator),
    Dimension(d.work_nodes, "indicator_tree", _node),
    Dimension(d.targets, "indicator_tree", _target),
    Dimension(d.obligations, "obligation_list"),
    Dimension(d.waivers, "waiver_list"),
    Dimension(d.explanations, "explanation_list"),
    Dimension(d.complaint_tallies, "user_complaints", tally=tally_complaints),
)
KINDS = frozenset(one.kind for one in DIMENSIONS)


def keep_dimensions(connection: Connection, filed: Filed) -> None:
    """Bring the tables to what the standing submission of a filer, form and period says; call it once that is settled.

    What `filed` says is opened where it is the one that stands; whatever another one of them said is closed.
    """
    if filed.kind not in KINDS:
        return
    same = (s.filer == filed.filer, s.kind == filed.kind, s.period == filed.period)
    stands = connection.scalar(select(s.id).where(*same, s.outcome.in_(TAKEN), s.superseded_by.is_(None)))
    mine = stands == filed.submission
    over = [i for i in connection.scalars(select(s.id).where(*same)) if mine or i != stands]
    for one in DIMENSIONS:
        if one.kind == filed.kind:
            _bring(connection, one, filed, over, mine)


def _bring(connection: Connection, one: Dimension, filed: Filed, over: Iterable[str], stands: bool) -> None:
    """Close what the submissions `over` said, and open what this one says where it stands."""
    table, c = one.table, one.table.c
    wanted = one.rows(filed) if stands else []
    is_open = (c.submission == filed.submission, c.recorded_to.is_(None))
    if stands and wanted and _content(connection, table, *is_open) == wanted:
        return
    ended = case((c.recorded_from > filed.moment, c.recorded_from), else_=filed.moment)
    which = c.submission.in_(list(over))
    connection.execute(update(table).where(which, c.recorded_to.is_(None)).values(recorded_to=ended))
    if not wanted:
        return
    # Never from before what it follows ended, however late an early arrival is worked on.
    closed = connection.scalar(select(func.max(c.recorded_to)).where(which)) or ""
    first = 1 + (connection.scalar(select(func.max(c.key))) or 0)
    about = {"year": filed.year, "submission": filed.submission}
    since = {"recorded_from": max(filed.moment, closed), "recorded_to": None}
    connection.execute(insert(table), [{"key": n} | row | about | since for n, row in enumerate(wanted, first)])


def _content(connection: Connection, table: Table, *which: Any) -> list[dict[str, Any]]:
    columns = [column for column in table.columns if column.name not in OWN]
    found = connection.execute(select(*columns).where(*which).order_by(table.c.key))
    return [dict(row) for row in found.mappings()]


def without_personal(rows: Rows, personal: Collection[str]) -> Rows:
    """The rows without these fields and whatever was read off them."""
    return rows.drop(name for name in rows.collect_schema() if name.partition("__")[0] in personal)


def is_behind(connection: Connection) -> bool:
    """Whether a list of a kind that is kept here stands, and nothing was kept of any."""
    if any(connection.scalar(select(one.table.c.key).limit(1)) is not None for one in DIMENSIONS):
        return False
    stands = select(s.id).where(s.kind.in_(KINDS), s.outcome.in_(TAKEN), s.superseded_by.is_(None), s.accepted > 0)
    return connection.scalar(stands.limit(1)) is not None


def catch_up(connection: Connection, registers: Registers) -> None:
    """Fill the tables of a home that was judged before there were any, from the registers of every pass there was."""
    for kind in sorted(KINDS):
        declared = [one for one in DIMENSIONS if one.kind == kind]
        if any(connection.scalar(select(one.table.c.key).limit(1)) is not None for one in declared):
            continue
        for filed, over, stands in _passes(connection, registers, kind):
            for one in declared:
                _bring(connection, one, filed, over, stands)


def _passes(connection: Connection, registers: Registers, kind: str) -> Iterator[tuple[Filed, list[str], bool]]:
    """Every pass of a kind in the order of the ledger: what it accepted, and whether that stood then."""
    query = select(s.id, s.filer, s.period, s.year, s.version, j.outcome, j.register, j.fields, j.at)
    query = query.join(tables.judgments, j.submission == s.id).where(s.kind == kind).order_by(j.entry)
    standing: dict[tuple[str, str], tuple[int, str]] = {}
    seen: dict[tuple[str, str], list[str]] = {}
    for row in connection.execute(query).all():
        place = (row.filer, row.period)
        seen.setdefault(place, []).append(row.id)
        version, holder = standing.get(place, (0, ""))
        taken = row.outcome in TAKEN
        if not taken and holder == row.id:
            del standing[place]
        elif not taken or version > row.version:
            continue
        else:
            standing[place] = (row.version, row.id)
        personal = [field["name"] for field in json.loads(row.fields or "[]") if field["personal"]]
        rows = without_personal(registers.scan(kind, row.register), personal) if taken else None
        yield Filed(row.id, kind, row.filer, row.period, row.year, rows, row.at), seen[place], taken
