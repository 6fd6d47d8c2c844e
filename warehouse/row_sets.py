"""The set of rows that a figure was made of: a query that returns them, how many they are, and their hash.

The query runs in `analyst.duckdb` (schema register) while the submission stands, and over the register's own Parquet
file when it does not any more. The hash is over the row numbers and the columns that were used, as they were filed, so
that whoever runs the second query sees whether these are still the rows. Fields that are personal take no part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.figure import Source
from contracts.masking import without_persons
from warehouse.areas import Area, column_number, read_areas, rows_of
from warehouse.home import Home
from warehouse.stored import StoredSubmission

FIELD_END, ROW_END = "\x1f", "\n"  # no filed text holds the first; a row ends where the next number begins


@dataclass(frozen=True)
class RowSet:
    """Rows of one submission. columns: what the hash is over, beside `_row`.

    query: the rows. proof: one row, their count and hash; both as DuckDB reads them, from the home's folder.
    """

    submission: str
    kind: str
    count: int
    sha256: str
    columns: tuple[str, ...]
    query: str
    proof: str


def rows_behind(home: Home, source: Source, submissions: Sequence[StoredSubmission]) -> RowSet | None:
    """The rows of the cells of a source; None where its submission has no register, or the cells are not in rows."""
    submission = next((s for s in submissions if s.id == source.submission), None)
    if submission is None or submission.register is None or not source.cell:
        return None
    areas, register = read_areas(source.cell), home.registers.scan(submission.kind, submission.register)
    spans, columns = rows_of(areas), _columns(submission, register.collect_schema().names(), areas)
    of_them = pl.any_horizontal(pl.col("_row").is_between(a, b) for a, b in spans)
    used = register.select("_row", *columns).filter(of_them).sort("_row").collect()
    where = " OR ".join(f"_row = {a}" if a == b else f"_row BETWEEN {a} AND {b}" for a, b in spans)
    held = f"({where})" if len(spans) > 1 else where
    own = f"_submission = {_text(submission.id)} AND " if submission.stands else ""
    rows = f"FROM {_place(home, submission)} WHERE {own}{held}"
    return RowSet(
        submission.id,
        submission.kind,
        used.height,
        # The analyst's copy shows no identity or mobile number, whatever column they stand in.
        _hash(without_persons(used, ()) if submission.stands else used, columns),
        columns,
        f"SELECT * {rows} ORDER BY _row",
        f"SELECT count(*) AS row_count, sha256(coalesce(string_agg({_line(columns)}, chr(10) ORDER BY _row), ''))"
        f" AS sha256 {rows}",
    )


def _place(home: Home, submission: StoredSubmission) -> str:
    if submission.stands:
        return f"register.{_name(submission.kind)}"
    assert submission.register is not None
    file = home.registers.path(submission.kind, submission.register)
    if (kept := home.registers.kept(submission.kind, submission.register)) is not None:
        return kept.relation(f"registers/{submission.kind}/{file.name}")
    return f"read_parquet({_text(f'registers/{submission.kind}/{file.name}')})"


def _columns(submission: StoredSubmission, there: Sequence[str], areas: Sequence[Area]) -> tuple[str, ...]:
    """The texts of the fields whose columns the areas touch, in the order of the form."""
    personal = {f.name for f in submission.fields or () if f.personal}
    touched = [
        name
        for name, letter in (submission.columns or {}).items()
        if name not in personal and any(a.first_column <= column_number(letter) <= a.last_column for a in areas)
    ]
    names = (f"{n}__text" if f"{n}__text" in there else n for n in touched)
    return tuple(name for name in names if name in there)


def _line(columns: Sequence[str]) -> str:
    texts = ["CAST(_row AS VARCHAR)", *(f"coalesce(CAST({_name(c)} AS VARCHAR), '')" for c in columns)]
    return " || chr(31) || ".join(texts)


def _hash(rows: pl.DataFrame, columns: Sequence[str]) -> str:
    texts = rows.select(pl.col("_row", *columns).cast(pl.String).fill_null(""))
    return hashlib.sha256(ROW_END.join(map(FIELD_END.join, texts.iter_rows())).encode()).hexdigest()


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
