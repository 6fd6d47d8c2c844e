"""The tables as they were known at a moment: selectables with the tables' own columns. Declarations; reads nothing.

What is known is what had arrived, been judged and been recorded by then, by the times that the ledger and the tables
themselves carry. Marts are functions of a `Known`, so each is written once and can be asked as of any day; a home as it
was (`warehouse.past`) is filled from one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, and_, case, exists, func, null, or_, select, union_all

from contracts.finding import Outcome
from warehouse import dimension_tables, tables
from warehouse.ledger import ABOUT_SUBMISSIONS

TAKEN = (Outcome.ACCEPTED.value, Outcome.PARTIAL.value)


@dataclass(frozen=True, eq=False)
class Known:
    """What is asked of a warehouse, by the names of its tables.

    figures: the versions that were current; versions: all that were known. Without a moment: as things are now.
    lateral: whether what belongs to a row is asked for by that row, which PostgreSQL can, instead of for all at once.
    """

    moment: ColumnElement[str] | None = None
    lateral: bool = False
    _made: dict[str, FromClause] = field(default_factory=dict, repr=False)

    def __getattr__(self, name: str) -> FromClause:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._made:
            self._made[name] = _known(name, self.moment)
        return self._made[name]


def known_at(moment: ColumnElement[str], *, lateral: bool = False) -> Known:
    """As of `moment`: an expression of canonical moment text (`canonical.moment_text`), bound or a parameter."""
    return Known(moment, lateral)


def known_rows(table: Table, moment: ColumnElement[str]) -> Select[Any]:
    """The rows of any table that were known at a moment, as they were then. Every table of the warehouse has a rule."""
    if table is tables.submissions:
        return _submissions(moment)
    if table is tables.deadlines:
        return _deadlines(moment)
    columns: dict[str, ColumnElement[Any]] = {c.name: c for c in table.columns}
    conditions: list[ColumnElement[bool]] = []
    if "recorded_from" in columns:
        conditions.append(columns["recorded_from"] <= moment)
        ended = columns["recorded_to"]
        columns["recorded_to"] = case((ended > moment, null()), else_=ended).label("recorded_to")
        if table is tables.past_deadlines:
            conditions.append(ended <= moment)
    if when := _WHEN.get(table.name):
        conditions.append(table.c[when] <= moment)
    conditions += _refer_to_known(table, moment)
    return select(*columns.values()).where(*conditions)


# Tables whose rows carry the moment from which they were known under a name of their own.
_WHEN = {
    "judgments": "at",
    "reminders": "intended_at",
    "editions": "at",
    "runs": "ended_at",
    "figure_pairs": "known_from",
    "rule_versions": "known_from",
}


def _known(name: str, moment: ColumnElement[str] | None) -> FromClause:
    table = dimension_tables.metadata.tables["figures" if name == "versions" else name]
    if moment is None and name != "figures":
        return table
    f = tables.figures.c
    if moment is None:
        return select(tables.figures).where(f.recorded_to.is_(None)).subquery("known_figures")
    if name == "figures":
        current = or_(f.recorded_to.is_(None), f.recorded_to > moment)
        return known_rows(table, moment).where(current).subquery("known_figures")
    return known_rows(table, moment).subquery(f"known_{name}")


def _submissions(moment: ColumnElement[str]) -> Select[Any]:
    """What had arrived, each with the verdict it had then: that of its last pass, and which later one stood instead."""
    s, j = tables.submissions.c, tables.judgments.c
    last = (
        select(j.submission, func.max(j.pass_number).label("pass_number"))
        .where(j.at <= moment)
        .group_by(j.submission)
        .subquery("last_pass")
    )
    judged = tables.judgments.join(last, and_(last.c.submission == j.submission, last.c.pass_number == j.pass_number))
    taken = (
        select(
            s.id,
            func.lead(s.id).over(partition_by=[s.filer, s.kind, s.period], order_by=s.version).label("next"),
        )
        .select_from(tables.submissions.join(judged, j.submission == s.id))
        .where(j.outcome.in_(TAKEN))
        .subquery("taken")
    )
    told = {"superseded_by": taken.c.next.label("superseded_by"), "again": null().label("again")}
    columns = [told.get(c.name, j[c.name] if c.name in _OF_A_PASS else c) for c in tables.submissions.columns]
    return (
        select(*columns)
        .select_from(tables.submissions.outerjoin(judged, j.submission == s.id).outerjoin(taken, taken.c.id == s.id))
        .where(s.received_at <= moment)
    )


_OF_A_PASS = frozenset(c.name for c in tables.judgments.columns) & frozenset(c.name for c in tables.submissions.columns)


def _deadlines(moment: ColumnElement[str]) -> Select[Any]:
    """What was said of every instance: the current row where it was said by then, or the one that was then."""
    d, p = tables.deadlines.c, tables.past_deadlines.c
    names = [c.name for c in tables.deadlines.columns]
    now = select(*[_judged_by(c, moment) if c.name == "judged_on" else c for c in d]).where(d.recorded_from <= moment)
    then = select(*[p[name] for name in names]).where(p.recorded_from <= moment, p.recorded_to > moment)
    both = union_all(now, then).subquery("said")
    return select(*[both.c[name] for name in names])


def _judged_by(judged_on: ColumnElement[str], moment: ColumnElement[str]) -> ColumnElement[str]:
    """As of when a row says what it says: it goes on saying so, and is not from after the moment asked about."""
    return case((judged_on > moment, moment), else_=judged_on).label("judged_on")


def _refer_to_known(table: Table, moment: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """Rows that say more of something are known when that is."""
    c = table.c
    f, j, s = tables.figures.c, tables.judgments.c, tables.submissions.c
    match table.name:
        case "findings" | "rule_counts":
            return [exists().where(j.submission == c.submission, j.pass_number == c.pass_number, j.at <= moment)]
        case "ignored_cells":
            return [exists().where(s.id == c.submission, s.received_at <= moment)]
        case "figure_cells" | "figure_parts":
            return [exists().where(f.key == c.figure, f.recorded_from <= moment)]
        case "ledger":
            known = and_(c.sequence <= _last_entry(moment), or_(c.at <= moment, c.event == "published"))
            # A signature, and a pack that was changed, are known from their own day, whatever has arrived since.
            return [or_(known, and_(c.event.in_(("signed", "pack")), c.at <= moment))]
        case "publications":
            return [c.entry <= _last_entry(moment)]
    return []


def _last_entry(moment: ColumnElement[str]) -> Any:
    entry = tables.ledger.alias("entry").c
    about = entry.event.in_(ABOUT_SUBMISSIONS)
    last = select(func.coalesce(func.max(entry.sequence), 0)).where(entry.at <= moment, about)
    return last.scalar_subquery()


NOW = Known()
