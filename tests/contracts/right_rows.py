"""The right rows of every kind, in a setting in which each of its rules has something to say.

The rows stand in tests/kinds/<code>/rows.py, none of them here; whoever needs a table, a typed frame or a judgment of
them gets it here, by the real parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import polars as pl

from contracts.context import Reference, References, place
from contracts.judge import Judgment, judge
from contracts.kind import Kind, discover_kinds
from contracts.period import Period
from contracts.table import Table
from contracts.waivers import Waiver
from tests.contracts.samples import Right, Row, discover_samples
from transforms.parsing import parse_table

SHEET = "表"
FIRST = 5  # the sheet row of the first data row

RIGHT = {code: samples.right for code, samples in discover_samples().items()}


@cache
def kinds() -> dict[str, Kind]:
    return discover_kinds()


def texts_frame(kind: Kind, rows: Sequence[Row], first: int = FIRST) -> pl.DataFrame:
    """Rows as reading gives them: `_row`, and a text or null for every field."""
    columns = {f.name: [row.get(f.name) or None for row in rows] for f in kind.fields}
    schema = {"_row": pl.Int64, **{f.name: pl.String for f in kind.fields}}
    return pl.DataFrame({"_row": list(range(first, first + len(rows))), **columns}, schema=schema)


def make_table(kind: Kind, rows: Sequence[Row], total: Row | None = None) -> Table:
    """The table that a sheet with every column of the kind, in its order from A on, is read as."""
    letters = {f.name: chr(ord("A") + i) for i, f in enumerate(kind.fields)}
    totals = texts_frame(kind, [total] if total else [], FIRST + len(rows))
    headings = {name: f"{letter}{FIRST - 1}" for name, letter in letters.items()}
    return Table(SHEET, texts_frame(kind, rows), letters, headings, totals)


def typed(kind: Kind, rows: Sequence[Row], year: int | None = 2020) -> pl.DataFrame:
    return parse_table(make_table(kind, rows), kind.fields, year=year)


def reference(code: str, rows: Sequence[Row], file: str, **extra: str) -> Reference:
    kind = kinds()[code]
    frame = typed(kind, rows).with_columns(pl.lit(text).alias(name) for name, text in extra.items())
    return Reference(frame, make_table(kind, rows).columns, SHEET, file)


def references(code: str, right: Right) -> References:
    """What the right rows of a kind are compared with, for each of its contexts."""
    found: dict[str, Reference | list[Reference]] = {}
    for context in kinds()[code].contexts:
        if context.source == "previous":
            found["previous"] = reference(code, right.previous, "before.xlsx")
        elif context.source == "peer":
            found["peer"] = [reference(code, right.peer, "peer.xlsx", _filer_name=right.peer_name)]
        elif context.source == "figures":
            found["figures"] = computed_figures(right)
        else:
            found[context.source] = reference(context.source, RIGHT[context.source].rows, f"{context.source}.csv")
    return found


def computed_figures(right: Right) -> Reference:
    exact = pl.Decimal(38, 6)
    schema = {"indicator": pl.String, "low": pl.String, "value": pl.String, "high": pl.String}
    frame = pl.DataFrame(right.computed, schema=schema, orient="row").with_columns(
        pl.col("low", "value", "high").cast(exact),
        _row=pl.lit(0, dtype=pl.Int64),
        value__at=pl.lit(place("a.xlsx", "表", "B2")),
    )
    return Reference(frame, {}, "", "")


def judge_right(
    code: str, right: Right, given: References | None = None, waivers: Sequence[Waiver] = (), kind: Kind | None = None
) -> Judgment:
    """The judgment on these rows in their setting; `given` replaces what they are compared with."""
    period = Period.parse(right.period)
    kind = kind or kinds()[code].in_force(period)
    table = make_table(kind, right.rows, right.total)
    frame = parse_table(table, kind.fields, year=period.year)
    totals = replace(table, frame=table.totals)
    return judge(
        kind,
        table,
        frame,
        period=period,
        filer=right.filer,
        totals=parse_table(totals, kind.fields, year=period.year),
        references=references(code, right) if given is None else given,
        waivers=waivers,
    )
