"""Figures of a register of any height: its sums and counts are computed where its rows lie, in memory that stays flat.

The figures are those of `transforms.figures`. A measure that states what stands in each row has as many figures as
there are rows: of these only the columns it looks at are collected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from contracts.figure import Figure
from contracts.kind import Kind
from contracts.measure import Measure, Method
from contracts.period import Period
from contracts.table import Table
from transforms.figures import MOST_SPANS, cells_of, counted_figure, labels_of, named_by, ratios, unfold

Told = dict[str, Any]


def unfold_register(kind: Kind, rows: pl.LazyFrame, table: Table, *, filer: str, period: Period) -> list[Figure]:
    """The figures that accepted `rows` of one submission yield, as `unfold` gives them for a frame."""
    counted = [m for m in kind.measures if m.method not in (Method.RATIO, Method.STATED)]
    told = dict(zip(counted, _tell(counted, rows), strict=True))
    spans = dict(zip(counted, _spans(counted, rows), strict=True))
    figures: list[Figure] = []
    for measure in kind.measures:
        if measure.method is Method.RATIO:
            figures += ratios(measure, figures, filer)
            continue
        if measure.method is Method.STATED:
            narrow = rows.select(_looked_at(kind, measure, rows)).collect(engine="streaming")
            figures += unfold(replace(kind, measures=(measure,)), narrow, table, filer=filer, period=period)
            continue
        for row in told[measure]:
            if row["value"] is not None:
                first = {name: row[f"first:{name}"] for name in named_by(measure)}
                labels = labels_of(measure, first, row["as_of"], filer, period)
                group = spans[measure][row["key"]].spans
                figures.append(counted_figure(measure, labels, row["value"], cells_of(table, measure.cells, group)))
    return figures


def _tell(measures: Sequence[Measure], rows: pl.LazyFrame) -> Iterator[list[Told]]:
    """Of each measure, for every group in the order of their first rows: value, day, what the figure is named by."""
    answers = pl.collect_all([_asked_of(_used(m, rows), m) for m in measures], engine="streaming")
    for measure, answer in zip(measures, answers, strict=True):
        found = list(answer.sort("begins").iter_rows(named=True))
        if measure.each is None and found[0]["begins"] is None:
            # Named by what was looked at, and its value is that of no row.
            named = _asked_of(rows, measure).collect(engine="streaming").row(0, named=True)
            found = [{**named, "value": found[0]["value"]}]
        yield [_single(row) for row in found]


def _used(measure: Measure, rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows if measure.where is None else rows.filter(measure.where)


def _asked_of(used: pl.LazyFrame, measure: Measure) -> pl.LazyFrame:
    assert measure.value is not None
    as_of = pl.lit(None, dtype=pl.String) if measure.as_of is None else measure.as_of
    first = [pl.col(name).first().alias(f"first:{name}") for name in dict.fromkeys(named_by(measure))]
    begins = pl.col("_row").min().alias("begins")
    if measure.each is None:
        asked = [measure.value.first().alias("value"), as_of.first().alias("as_of")]
        return used.select(begins, *asked, *first, pl.lit(None, dtype=pl.String).alias("key"))
    groups = used.group_by(pl.col(measure.each).alias("key"))
    return groups.agg(begins, measure.value.alias("value"), as_of.alias("as_of"), *first)


def _single(row: Told) -> Told:
    """What is no aggregate gives a list for a group; the first row's counts."""
    return {name: value[0] if isinstance(value, list) else value for name, value in row.items()}


def _looked_at(kind: Kind, measure: Measure, rows: pl.LazyFrame) -> list[str]:
    expressions = [e for e in (measure.where, measure.as_of) if e is not None]
    field = kind.field(measure.cells[0])
    names = {"_row", *named_by(measure), field.name, field.text_column}
    names |= {name for e in expressions for name in e.meta.root_names()}
    return [name for name in rows.collect_schema() if name in names]


def _spans(measures: Sequence[Measure], rows: pl.LazyFrame) -> list[dict[Any, _Spans]]:
    """Of each measure, by group, the spans of the rows it is made of; all rows where it is made of none."""
    found: list[dict[Any, _Spans]] = [{} for _ in measures]
    every = _Spans()
    where = [m.where.alias(f"_where{n}") for n, m in enumerate(measures) if m.where is not None]
    each = [pl.col(m.each).alias(f"_each{n}") for n, m in enumerate(measures) if m.each is not None]
    for batch in rows.select("_row", *where, *each).collect_batches(maintain_order=True) if measures else ():
        every.add(batch["_row"].to_numpy())
        for n, (measure, spans) in enumerate(zip(measures, found, strict=True)):
            for key, used in _groups(batch, measure, n):
                spans.setdefault(key, _Spans()).add(used.to_numpy())
    for measure, spans in zip(measures, found, strict=True):
        if measure.each is None and not spans.get(None, _Spans()).spans:
            spans[None] = every
    return found


def _groups(batch: pl.DataFrame, measure: Measure, number: int) -> Iterator[tuple[Any, pl.Series]]:
    if measure.where is not None:
        batch = batch.filter(f"_where{number}")
    if measure.each is None:
        yield None, batch["_row"]
    else:
        rows = batch.group_by(f"_each{number}").agg("_row")
        yield from zip(rows[f"_each{number}"].to_list(), rows["_row"], strict=True)


class _Spans:
    """Ascending row numbers as spans without a gap. Beyond `MOST_SPANS` what is between is not kept."""

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []

    def add(self, rows: Any) -> None:
        """The next rows, in their order; a NumPy array of integers."""
        if not len(rows):
            return
        if len(self.spans) > MOST_SPANS:
            self.spans[-1] = (self.spans[-1][0], int(rows[-1]))
            return
        breaks = np.flatnonzero(np.diff(rows) != 1)
        begins, ends = rows[[0, *(breaks + 1)]].tolist(), rows[[*breaks, len(rows) - 1]].tolist()
        if self.spans and begins[0] == self.spans[-1][1] + 1:
            begins[0] = self.spans.pop()[0]
        new = list(zip(begins, ends, strict=True))
        room = MOST_SPANS + 1 - len(self.spans)
        self.spans += new if len(new) <= room else [*new[: room - 1], (new[room - 1][0], new[-1][1])]
