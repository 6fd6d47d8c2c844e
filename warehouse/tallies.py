"""Two counts of one thing, taken on two ways, that have to be the same: the ledger's, the tables', the registers', the
figures' own. Reads only, and decides nothing: what is unequal is found by `warehouse.expectations`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from sqlalchemy import Connection, func, select

from contracts.exact import decimal_text
from contracts.finding import Outcome, Severity
from contracts.kind import Kind
from contracts.measure import Method
from warehouse import tables
from warehouse.canonical import optional_decimal_text
from warehouse.database import reading
from warehouse.home import Home
from warehouse.recounting import STEP, Tally, recount
from warehouse.stored import StoredFigure

DIGITS = 60  # more than any sum of 38-digit numbers has
NONE = "—"
JUDGING = ("judged", "judged again")
Pass = tuple[str, int]
"""A submission, and the number of one of its judgments."""


@dataclass(frozen=True)
class Reconciliation:
    """One check by counting twice. nightly: not after every load, because it reads every register again."""

    name: str
    zh: str
    en: str
    count: Callable[[Home, Mapping[str, Kind]], Iterable[Tally]]
    nightly: bool = True


COUNTS = ("received", "accepted", "quarantined")


def _of_the_ledger(home: Home, _: Mapping[str, Kind]) -> Iterator[Tally]:
    """Rows and findings of every pass, in the ledger and in the tables; of the current one, and all of them summed."""
    s = tables.submissions.c
    with reading(home.engine) as connection:
        passes, told = _passes(connection), _told(connection)
        query = select(tables.submissions).where(s.outcome.is_not(None)).order_by(s.sequence)
        current = {
            (row["id"], row["pass_number"]): [row[n] for n in COUNTS] for row in connection.execute(query).mappings()
        }
        sums = [connection.scalar(select(func.coalesce(func.sum(s[n]), 0))) for n in COUNTS]
    for key in dict.fromkeys((*passes, *told)):
        yield Tally(f"{key[0]} ({key[1]})", _text(passes.get(key)), _text(told.get(key)))
    for key, rows in current.items():
        yield Tally(key[0], _text(rows), _text(told.get(key, [])[:3]))
    summed = [sum(int(told[key][n] or 0) for key in current if key in told) for n in range(3)]
    yield Tally("全部 / all", _text([int(n or 0) for n in sums]), _text(summed))


def _passes(connection: Connection) -> dict[Pass, list[Any]]:
    """What the tables say of every pass: its rows by `COUNTS`, and how many findings there are."""
    j, f = tables.judgments.c, tables.findings.c
    query = select(f.submission, f.pass_number, func.count()).group_by(f.submission, f.pass_number)
    found = {(submission, number): count for submission, number, count in connection.execute(query)}
    return {
        (key := (row["submission"], row["pass_number"])): [*(row[n] for n in COUNTS), found.get(key, 0)]
        for row in connection.execute(select(tables.judgments).order_by(j.entry)).mappings()
    }


def _told(connection: Connection) -> dict[Pass, list[Any]]:
    """What the ledger says of every pass. The first entries of all did not number theirs: there was only one."""
    entries = tables.ledger.c
    query = select(entries.subject, entries.content).where(entries.event.in_(JUDGING)).order_by(entries.sequence)
    return {
        (subject, content.get("pass", 1)): [content.get(n) for n in (*COUNTS, "findings")]
        for subject, text in connection.execute(query)
        if (content := _object(text)) is not None
    }


def _object(content: str) -> dict[str, Any] | None:
    try:
        value = json.loads(content)
    except ValueError:
        return None  # the entry's hash does not fit either, which is told as that
    return value if isinstance(value, dict) else None


def _text(counts: list[Any] | None) -> str:
    """received, accepted, quarantined and, where it is counted, findings."""
    return ", ".join(NONE if n is None else str(n) for n in counts) if counts else NONE


def _quarantined(home: Home, _: Mapping[str, Kind]) -> Iterator[Tally]:
    """Rows in quarantine: all of a returned submission, none of an accepted one, and of one taken in part those that
    a blocking finding names. Of a large register only the first findings are told; there it is what the register lacks.
    """
    j, f, s = tables.judgments.c, tables.findings.c, tables.submissions.c
    blocking = [severity.value for severity in Severity if severity.blocks]
    named: dict[tuple[str, int], dict[str, set[int]]] = {}
    with reading(home.engine) as connection:
        query = select(f.submission, f.pass_number, f.rule, f.rows)
        for submission, number, rule, rows in connection.execute(
            query.where(f.severity.in_(blocking), f.waived_by.is_(None))
        ):
            named.setdefault((submission, number), {}).setdefault(rule, set()).update(json.loads(rows))
        c = tables.rule_counts.c
        failed = connection.execute(select(c.submission, c.pass_number, c.rule, c.failed).where(c.failed > 0)).all()
        judged = connection.execute(select(tables.judgments).order_by(j.entry)).mappings().all()
        kinds = dict(connection.execute(select(s.id, s.kind)).tuples().all())
    untold = {(x[0], x[1]) for x in failed if x[3] > len(named.get((x[0], x[1]), {}).get(x[2], range(x[3])))}
    for row in judged:
        key = (row["submission"], row["pass_number"])
        kept_out = {Outcome.PARTIAL.value: len(set().union(*named.get(key, {}).values()))}
        kept_out[Outcome.RETURNED.value] = row["received"]
        register = (kinds[key[0]], row["register"])
        if key in untold and row["outcome"] == Outcome.PARTIAL.value and home.registers.was_kept(*register):
            kept_out[row["outcome"]] = row["received"] - home.registers.height(*register)
        yield Tally(f"{key[0]} ({key[1]})", str(row["quarantined"]), str(kept_out.get(row["outcome"], 0)))


def _totals(home: Home, _: Mapping[str, Kind]) -> Iterator[Tally]:
    """Every figure that is made of figures, made once more of those."""
    figures = {figure.figure_id: figure for figure in home.figures()}
    for figure in figures.values():
        parts = [figures[part] for part in figure.parts if part in figures]
        if parts and (made := _made(figure, parts)) is not None:
            yield Tally(figure.figure_id, _bounds(figure, made), made)


def _made(figure: StoredFigure, parts: list[StoredFigure]) -> str | None:
    """What the parts give, as `_bounds` writes it; None for a method by which nothing can be made again."""
    with localcontext(prec=DIGITS):
        if figure.method in (Method.SUM, Method.COUNT):
            return decimal_text(sum((part.value for part in parts), Decimal(0)))
        if figure.method is Method.RATIO and len(parts) == 2 and parts[1].value:
            return decimal_text((parts[0].value * 100 / parts[1].value).quantize(STEP, ROUND_HALF_EVEN))
        if figure.method is Method.WEAKEST:
            lows, highs = [part.low for part in parts], [part.high for part in parts]
            low = None if None in lows else min(low for low in lows if low is not None)
            high = None if None in highs else max(high for high in highs if high is not None)
            return f"{optional_decimal_text(low)}…{optional_decimal_text(high)}"
    return None


def _bounds(figure: StoredFigure, made: str) -> str:
    if "…" in made:
        return f"{optional_decimal_text(figure.low)}…{optional_decimal_text(figure.high)}"
    return decimal_text(figure.value)


def _deadlines_told(home: Home, _: Mapping[str, Kind]) -> Iterator[Tally]:
    """How many deadlines of a year say of a form that it came, and for how many something was received."""
    d, s = tables.deadlines.c, tables.submissions.c
    with reading(home.engine) as connection:
        owed = connection.execute(select(d.year, d.filer, d.kind, d.period, d.received_at)).all()
        came = Counter(connection.execute(select(s.filer, s.kind, s.period)).tuples())
    for row in owed:
        there = bool(came[(row.filer, row.kind, row.period)])
        yield Tally(f"{row.filer} {row.kind} {row.period}", str(row.received_at is not None), str(there))


TALLIES: tuple[Reconciliation, ...] = (
    Reconciliation(
        "rows_are_those_of_the_ledger",
        "每次判定的收到、接受、隔离行数和问题数与台账所记一致，合计亦同",
        "rows received, accepted and quarantined, and findings, are those that the ledger tells, and so are their sums",
        _of_the_ledger,
        nightly=False,
    ),
    Reconciliation(
        "quarantine_holds_what_was_not_accepted",
        "隔离行数等于阻断性问题所指的行数",
        "as many rows are in quarantine as blocking findings name",
        _quarantined,
        nightly=False,
    ),
    Reconciliation(
        "deadlines_say_what_came",
        "时限表所记是否收到与报送一致",
        "what deadlines say came is what was received",
        _deadlines_told,
    ),
    Reconciliation(
        "totals_are_made_of_their_parts",
        "由指标值组成的指标值可由其组成部分重算",
        "figures made of figures can be made of them again",
        _totals,
    ),
    Reconciliation(
        "registers_give_the_figures",
        "由数据登记重算的求和、计数、年限和比率与所存指标值一致",
        "sums, counts, spans and ratios made again from the registers are the figures that are kept",
        recount,
    ),
)
