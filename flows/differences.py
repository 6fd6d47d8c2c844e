"""Two submissions of one form held against each other: cell by cell, row by row, and what becomes of the figures.

Both are read again from the bytes that were kept. Nothing is judged and nothing is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from contracts.errors import UsageError
from contracts.field import Type
from contracts.kind import Kind
from contracts.masking import Screen, masked, masked_prose, screen_of
from contracts.table import Table
from flows.filing import tabulate
from flows.reader import Reader
from transforms.combining import combine
from warehouse.comparison_of_submissions import Move, figures_brought, filed_by_others, moves, owing_filers
from warehouse.home import Home
from warehouse.stored import StoredSubmission

BEFORE = ("previous", "period_before", "year_before")
TOTAL = "合计"


@dataclass(frozen=True)
class CellChange:
    """A field of a row that both have. row: what the row is called; the addresses are where it stands in each file."""

    row: str
    field: str
    heading: str
    before_at: str
    after_at: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class RowChange:
    """A row that only one of them has. number: its row in that file; texts: field → what was filed, empty ones not."""

    row: str
    number: int
    texts: dict[str, str]


@dataclass(frozen=True)
class Differences:
    """key: the fields by which rows were matched; empty: by their order. moves: None where the two are not versions
    of one filing (another filer or period), so that no figure moves from the one to the other."""

    before: StoredSubmission
    after: StoredSubmission
    key: tuple[str, ...]
    cells: tuple[CellChange, ...]
    added: tuple[RowChange, ...]
    removed: tuple[RowChange, ...]
    moves: tuple[Move, ...] | None


def compare_submissions(
    home: Home, kind: Kind, before: StoredSubmission, after: StoredSubmission, reader: Reader
) -> Differences:
    """What differs between two submissions of `kind`. Raises UsageError where one of them holds no such table."""
    kind = kind.in_force(after.period)
    one, other = (_table(home, kind, s, reader) for s in (before, after))
    key, screen = key_of(kind), screen_of(kind)
    old, new = _rows(one, key), _rows(other, key)
    cells = [
        c for name, row in new.items() if name in old for c in _changed(kind, name, (one, old[name]), (other, row))
    ]
    return Differences(
        before,
        after,
        key,
        tuple(_cell_shown(screen, key, c) for c in cells),
        tuple(_row_shown(screen, key, _alone(name, row)) for name, row in new.items() if name not in old),
        tuple(_row_shown(screen, key, _alone(name, row)) for name, row in old.items() if name not in new),
        _moves(home, kind, before, after),
    )


def key_of(kind: Kind) -> tuple[str, ...]:
    """The fields by which a row is the same row in another file: what the kind itself compares with earlier files by,
    else its first required text."""
    names = {f.name for f in kind.fields}
    for context in kind.contexts:
        own = tuple(n for expression, _ in context.on for n in expression.meta.root_names())
        if context.source in BEFORE and own and names.issuperset(own):
            return tuple(dict.fromkeys(own))
    texts = [f for f in kind.fields if f.type is Type.TEXT and f.required]
    return tuple(f.name for f in sorted(texts, key=lambda f: f.personal)[:1])


def _cell_shown(screen: Screen, key: tuple[str, ...], change: CellChange) -> CellChange:
    """Rows are matched and cells compared as they were filed; what is told of them says nothing personal."""
    before, after = (screen.operand(change.field, text) for text in (change.before, change.after))
    return replace(change, row=_name_shown(screen, key, change.row), before=before, after=after)


def _row_shown(screen: Screen, key: tuple[str, ...], row: RowChange) -> RowChange:
    texts = {name: screen.operand(name, text) or "" for name, text in row.texts.items()}
    return replace(row, row=_name_shown(screen, key, row.row), texts=texts)


def _name_shown(screen: Screen, key: tuple[str, ...], name: str) -> str:
    if name.partition("#")[0] == TOTAL or not any(map(screen.covers, key)):
        return masked_prose(name)
    return "、".join(map(masked, name.split("、")))


def _table(home: Home, kind: Kind, submission: StoredSubmission, reader: Reader) -> Table:
    reading = reader.read(home.landing.path(submission.sha256), submission.file)
    filed = tabulate(reading, submission.file, kind, submission.period.year)
    if filed.table is None:
        raise UsageError(
            f"报送 {submission.id}（{submission.file}）中没有可以读出的表，无从比较",
            f"submission {submission.id} ({submission.file}) holds no table that could be read; nothing to compare",
        )
    return filed.table


def _rows(table: Table, key: tuple[str, ...]) -> dict[str, dict[str, str | int | None]]:
    """What each row is called → its texts. Rows of one name are numbered in their order; so are totals."""
    seen: Counter[str] = Counter()
    rows: dict[str, dict[str, str | int | None]] = {}
    for frame, is_total in ((table.frame, False), (table.totals, True)):
        for row in frame.iter_rows(named=True):
            name = TOTAL if is_total else _called(key, row)
            seen[name] += 1
            rows[name if seen[name] == 1 else f"{name}#{seen[name]}"] = row
    return rows


def _called(key: tuple[str, ...], row: dict[str, str | int | None]) -> str:
    return "、".join(str(row[name] or "").strip() for name in key)


def _changed(
    kind: Kind,
    name: str,
    old: tuple[Table, dict[str, str | int | None]],
    new: tuple[Table, dict[str, str | int | None]],
) -> Iterator[CellChange]:
    for field in kind.fields:
        before, after = old[1][field.name], new[1][field.name]
        if before == after:
            continue
        there, here = (table.address(field.name, int(row["_row"] or 0)) or "" for table, row in (old, new))
        yield CellChange(name, field.name, field.heading, there, here, _text(before), _text(after))


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)


def _alone(name: str, row: dict[str, str | int | None]) -> RowChange:
    texts = {n: str(v) for n, v in row.items() if n != "_row" and v is not None}
    return RowChange(name, int(row["_row"] or 0), texts)


def _moves(home: Home, kind: Kind, before: StoredSubmission, after: StoredSubmission) -> tuple[Move, ...] | None:
    """The filer's own figures with the one and with the other, and the bureau's over everybody's."""
    if (before.filer, before.period) != (after.filer, after.period):
        return None
    old, new = figures_brought(home, before.id), figures_brought(home, after.id)
    others, owing = filed_by_others(home, after), owing_filers(home, after)
    together = partial(combine, kind, bureau=home.bureau, owing=owing)
    own = moves(old, new, derived=False)
    return (*own, *moves(together([*others, *old]), together([*others, *new]), derived=True))
