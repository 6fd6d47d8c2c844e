"""The examples of the forms as tables, parsed and judged as filed ones are: what the rule book shows is what happens.

Pure. Reads no file and invents no answer: texts go through the same parsing and the same judge as a submission's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from contracts.context import Reference, References, place
from contracts.examples import Examples, Right, Row
from contracts.judge import Judgment, judge
from contracts.kind import Kind
from contracts.period import Period
from contracts.table import Table
from contracts.waivers import Waiver
from transforms.book import column_letter
from transforms.parsing import parse_table

SHEET = "表"
FIRST = 5  # the sheet row of the first data row


def texts_frame(kind: Kind, rows: Sequence[Row], first: int = FIRST) -> pl.DataFrame:
    """Rows as reading gives them: `_row`, and a text or null for every field."""
    columns = {f.name: [row.get(f.name) or None for row in rows] for f in kind.fields}
    schema = {"_row": pl.Int64, **{f.name: pl.String for f in kind.fields}}
    return pl.DataFrame({"_row": list(range(first, first + len(rows))), **columns}, schema=schema)


def make_table(kind: Kind, rows: Sequence[Row], total: Row | None = None) -> Table:
    """The table that a sheet with every column of the kind, in its order from A on, is read as."""
    letters = {f.name: column_letter(i) for i, f in enumerate(kind.fields)}
    totals = texts_frame(kind, [total] if total else [], FIRST + len(rows))
    headings = {name: f"{letter}{FIRST - 1}" for name, letter in letters.items()}
    return Table(SHEET, texts_frame(kind, rows), letters, headings, totals)


def typed(kind: Kind, rows: Sequence[Row], year: int | None = 2020) -> pl.DataFrame:
    """Rows of a form, parsed."""
    return parse_table(make_table(kind, rows), kind.fields, year=year)


@dataclass(frozen=True)
class ExampleForms:
    """The forms and their examples, to judge any of them in its setting."""

    kinds: Mapping[str, Kind]
    examples: Mapping[str, Examples]

    def judge(
        self,
        code: str,
        right: Right,
        *,
        given: References | None = None,
        waivers: Sequence[Waiver] = (),
        kind: Kind | None = None,
    ) -> Judgment:
        """The judgment on these rows in their setting; `given` replaces what they are compared with."""
        period = Period.parse(right.period)
        kind = kind or self.kinds[code].in_force(period)
        table = make_table(kind, right.rows, right.total)
        totals = replace(table, frame=table.totals)
        return judge(
            kind,
            table,
            parse_table(table, kind.fields, year=period.year),
            period=period,
            filer=right.filer,
            totals=parse_table(totals, kind.fields, year=period.year),
            references=self.references(code, right) if given is None else given,
            waivers=waivers,
        )

    def references(self, code: str, right: Right) -> References:
        """What the rows are compared with, for each context of their form; one without an example is left out."""
        found: dict[str, Reference | list[Reference]] = {}
        for context in self.kinds[code].contexts:
            source = context.source
            if source in right.beside:
                found[source] = self._reference(source if source in self.kinds else code, right.beside[source], source)
            elif source == "previous":
                if right.previous:  # no rows: nothing was filed before
                    found[source] = self._reference(code, right.previous, "before.xlsx")
            elif source == "peer":
                found[source] = [self._reference(code, right.peer, "peer.xlsx", _filer_name=right.peer_name)]
            elif source == "figures":
                found[source] = computed_figures(right)
            elif source in self.examples:
                found[source] = self._reference(source, self.examples[source].right.rows, f"{source}.csv")
        return found

    def _reference(self, code: str, rows: Sequence[Row], file: str, **extra: str) -> Reference:
        kind = self.kinds[code]
        frame = typed(kind, rows).with_columns(pl.lit(text).alias(name) for name, text in extra.items())
        return Reference(frame, make_table(kind, rows).columns, SHEET, file)


def computed_figures(right: Right) -> Reference:
    """The bureau's own figures as a context brings them."""
    exact = pl.Decimal(38, 6)
    schema = {"indicator": pl.String, "low": pl.String, "value": pl.String, "high": pl.String}
    frame = pl.DataFrame(right.computed, schema=schema, orient="row").with_columns(
        pl.col("low", "value", "high").cast(exact),
        _row=pl.lit(0, dtype=pl.Int64),
        value__at=pl.lit(place("a.xlsx", SHEET, "B2")),
    )
    return Reference(frame, {}, "", "")
