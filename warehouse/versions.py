"""Versions of figures: closing what no longer holds and opening what is now known. Never deletes or rewrites one.

A figure_id has at most one open version. What is recorded last is what is known: where two submissions give the same
figure_id, the later one closes the version of the earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeVar

from sqlalchemy import Connection, case, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from contracts.adjustments import AdjustedFigure
from contracts.errors import ContractError
from contracts.exact import decimal_text
from contracts.figure import Figure
from warehouse.bulk import insert_many
from warehouse.canonical import optional_decimal_text
from warehouse.tables import figure_cells, figure_parts, figures

T = TypeVar("T")
CHUNK = 500  # identifiers named in one query
# What makes two versions of a figure the same, apart from parts and cells.
CONTENT = (
    "figure_id", "kind", "indicator", "name", "filer", "unit", "comparator", "value", "low", "high", "low_closed",
    "high_closed", "as_written", "period_start", "period_end", "as_of", "method",
)  # fmt: skip


@dataclass(frozen=True)
class Recording:
    """What a submission brings: whose figures, of which kind and year, known from when (`moment`, canonical text).

    closed: the keys of the versions that ended with it, by when; filled while it is recorded.
    """

    submission: str
    kind: str
    year: int
    sheet: str
    moment: str
    closed: dict[str, list[int]] = field(default_factory=dict)


def replace_figures(
    connection: Connection,
    recording: Recording,
    superseded: str | None,
    own: Sequence[Figure],
    derived: Sequence[Figure],
) -> None:
    """Close the versions of `superseded`, open `own`, and bring the derived ones of kind and year to `derived`.

    Raises ContractError when a measure gives a figure twice, or names a part that is not known.
    """
    _refuse_twice([*own, *derived])
    if superseded is not None:
        _close(connection, figures.c.submission == superseded, recording)
    keys = _open_own(connection, recording, own)
    _renew_derived(connection, recording, derived, keys)


def renew_figures(
    connection: Connection,
    recording: Recording,
    own: Sequence[Figure],
    derived: Sequence[Figure],
    *,
    reopened: bool,
) -> bool:
    """After a submission that stands was judged again: its own figures are left alone where they are what they were.

    reopened: they were closed, because it did not stand for a while. Whether its own figures stayed as they are.
    """
    _refuse_twice([*own, *derived])
    held = {} if reopened else _held(connection, recording.submission)
    same = {f.figure_id for f in own if held.get(f.figure_id) == (_content(recording, f), f.cells, list(f.parts))}
    kept = not reopened and same == held.keys() == {f.figure_id for f in own}
    own_versions = figures.c.submission == recording.submission
    for some in _chunks(sorted(held.keys() - same)):
        _close(connection, figures.c.figure_id.in_(some) & own_versions, recording)
    if reopened:
        _close(connection, own_versions, recording)
    keys = _open_keys(connection, same)
    keys |= _open_own(connection, recording, [f for f in own if f.figure_id not in same])
    _renew_derived(connection, recording, derived, keys)
    return kept


def withdraw_figures(connection: Connection, recording: Recording, derived: Sequence[Figure]) -> None:
    """Close the figures of a submission that no longer stands, and bring the derived ones to what they are without."""
    _refuse_twice(derived)
    _close(connection, figures.c.submission == recording.submission, recording)
    _renew_derived(connection, recording, derived, {})


def _held(connection: Connection, submission: str) -> dict[str, tuple[dict[str, Any], str, list[str]]]:
    """figure_id → content, cells and parts of the last version that the submission brought.

    Without those that are known no longer: what it brought once and did not bring again.
    """
    cells = figure_cells.c
    query = select(figures, cells.cell.label("cells")).outerjoin(figure_cells, cells.figure == figures.c.key)
    query = query.where(figures.c.submission == submission).order_by(figures.c.version)
    rows = {row["figure_id"]: row for row in connection.execute(query).mappings()}
    known = _open_keys(connection, rows)
    rows = {name: row for name, row in rows.items() if name in known}
    parts = _parts_of(connection, [row["key"] for row in rows.values()])
    names = _names(connection, {part for some in parts.values() for part in some})
    return {
        name: (
            {column: row[column] for column in CONTENT},
            row["cells"] or "",
            [names[part] for part in parts.get(row["key"], [])],
        )
        for name, row in rows.items()
    }


def _names(connection: Connection, keys: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in _chunks(sorted(keys)):
        query = select(figures.c.key, figures.c.figure_id).where(figures.c.key.in_(some))
        found.update(connection.execute(query).tuples().all())
    return found


def _open_own(connection: Connection, recording: Recording, own: Sequence[Figure]) -> dict[str, int]:
    ids = [figure.figure_id for figure in own]
    for some in _chunks(ids):
        _close(connection, figures.c.figure_id.in_(some), recording)
    filed = _file_first(connection, recording, [f.filed for f in own if isinstance(f, AdjustedFigure)])
    keys = _insert_versions(connection, recording, own, recording.submission)
    _insert_cells(connection, recording, own, keys)
    known = keys | _open_keys(connection, {part for f in own for part in f.parts} - set(keys))
    # An adjusted figure is made of the one that was filed under its name, and not of itself.
    parts = {keys[f.figure_id]: [filed[f.figure_id]] for f in own if isinstance(f, AdjustedFigure)}
    parts |= {keys[f.figure_id]: _part_keys(f, known) for f in own if f.parts and not isinstance(f, AdjustedFigure)}
    _insert_parts(connection, parts)
    return keys


def _insert_cells(connection: Connection, recording: Recording, own: Sequence[Figure], keys: dict[str, int]) -> None:
    rows = [
        {
            "figure": keys[f.figure_id],
            "submission": f.entry if isinstance(f, AdjustedFigure) else recording.submission,
            "sheet": "" if isinstance(f, AdjustedFigure) else recording.sheet,
            "cell": f.cells,
        }
        for f in own
        if f.cells
    ]
    if rows:
        insert_many(connection, figure_cells, rows)


def _file_first(connection: Connection, recording: Recording, filed: Sequence[Figure]) -> dict[str, int]:
    """figure_id → the key of the figure as filed: the version of it on record, or one that ends as it begins."""
    wanted, known = {f.figure_id: f for f in filed}, {}
    for some in _chunks(sorted(wanted)):
        query = select(figures).where(figures.c.submission == recording.submission, figures.c.figure_id.in_(some))
        for row in connection.execute(query.order_by(figures.c.version)).mappings():
            content = _content(recording, wanted[row["figure_id"]])
            if all(row[name] == value for name, value in content.items()):
                known[row["figure_id"]] = row["key"]
    new = [f for name, f in wanted.items() if name not in known]
    keys = _insert_versions(connection, recording, new, recording.submission)
    _insert_cells(connection, recording, new, keys)
    for chunk in _chunks(sorted(keys.values())):
        _close(connection, figures.c.key.in_(chunk), recording)
    return known | keys


def _renew_derived(
    connection: Connection, recording: Recording, derived: Sequence[Figure], own: dict[str, int]
) -> None:
    """A derived figure stays as it is while its content and the versions of its parts are the same."""
    ids = {figure.figure_id for figure in derived}
    here = (figures.c.submission.is_(None), figures.c.kind == recording.kind, figures.c.year == recording.year)
    standing = _open_rows(connection, ids)
    parts = _parts_of(connection, [row["key"] for row in standing.values()])
    known = own | _open_keys(connection, {part for f in derived for part in f.parts} - ids - set(own))
    for some in _in_order_of_parts(derived):
        changed = []
        for figure in some:
            row, wanted = standing.get(figure.figure_id), _part_keys(figure, known)
            if row is not None and _same(row, recording, figure) and parts.get(row["key"], []) == wanted:
                known[figure.figure_id] = row["key"]
            else:
                changed.append(figure)
        for chunk in _chunks([f.figure_id for f in changed]):
            _close(connection, figures.c.figure_id.in_(chunk), recording)
        keys = _insert_versions(connection, recording, changed, None)
        _insert_parts(connection, {keys[f.figure_id]: _part_keys(f, known) for f in changed})
        known |= keys
    gone = connection.execute(select(figures.c.figure_id).where(*here, figures.c.recorded_to.is_(None))).scalars()
    for chunk in _chunks(sorted(set(gone) - ids)):
        _close(connection, figures.c.figure_id.in_(chunk), recording)


def _in_order_of_parts(derived: Sequence[Figure]) -> Iterable[list[Figure]]:
    """Figures in groups, each made only of figures of earlier groups or of ones that are no derived figures."""
    by_id = {figure.figure_id: figure for figure in derived}
    sorter = TopologicalSorter({f.figure_id: [p for p in f.parts if p in by_id] for f in derived})
    try:
        sorter.prepare()
    except CycleError as error:
        raise ContractError(
            f"指标互为组成部分：{error.args[1]}", f"figures are parts of each other: {error.args[1]}"
        ) from error
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        sorter.done(*ready)
        yield [by_id[name] for name in ready]


def _insert_versions(
    connection: Connection, recording: Recording, new: Sequence[Figure], submission: str | None
) -> dict[str, int]:
    """Open a version of every figure; figure_id → key."""
    if not new:
        return {}
    first = 1 + (connection.scalar(select(func.max(figures.c.key))) or 0)
    last = _last_versions(connection, [f.figure_id for f in new])
    rows = []
    for key, figure in enumerate(new, first):
        version, closed = last.get(figure.figure_id, (0, ""))
        rows.append(
            _content(recording, figure)
            | {
                "key": key,
                "version": version + 1,
                "submission": submission,
                "period": figure.period.label,
                "year": figure.period.year,
                # Never from before the version it follows ended, however late an early arrival is worked on.
                "recorded_from": max(recording.moment, closed),
                "recorded_to": None,
            }
        )
    insert_many(connection, figures, rows)
    return {row["figure_id"]: row["key"] for row in rows}


def _content(recording: Recording, figure: Figure) -> dict[str, Any]:
    """The columns `CONTENT` of a figure."""
    return {
        "figure_id": figure.figure_id,
        "kind": recording.kind,
        "indicator": figure.indicator,
        "name": figure.name,
        "filer": figure.filer,
        "unit": figure.unit,
        "comparator": figure.comparator,
        "value": decimal_text(figure.value),
        "low": optional_decimal_text(figure.low),
        "high": optional_decimal_text(figure.high),
        "low_closed": figure.low_closed,
        "high_closed": figure.high_closed,
        "as_written": figure.as_written,
        "period_start": figure.period.start.isoformat(),
        "period_end": figure.period.end.isoformat(),
        "as_of": figure.as_of,
        "method": figure.method.value,
    }


def _same(row: Any, recording: Recording, figure: Figure) -> bool:
    return row["submission"] is None and all(row[n] == v for n, v in _content(recording, figure).items())


def _close(connection: Connection, which: ColumnElement[bool], recording: Recording) -> None:
    moment = recording.moment
    ended = case((figures.c.recorded_from > moment, figures.c.recorded_from), else_=moment)
    change = update(figures).where(which, figures.c.recorded_to.is_(None)).values(recorded_to=ended)
    for key, when in connection.execute(change.returning(figures.c.key, figures.c.recorded_to)):
        recording.closed.setdefault(when, []).append(key)


def _last_versions(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    """figure_id → (its last version, when that was closed)."""
    f, found = figures.c, {}
    for some in _chunks(ids):
        query = select(f.figure_id, func.max(f.version), func.max(f.recorded_to)).where(f.figure_id.in_(some))
        found.update(
            {i: (version, closed or "") for i, version, closed in connection.execute(query.group_by(f.figure_id))}
        )
    return found


def _open_rows(connection: Connection, ids: Iterable[str]) -> dict[str, Any]:
    found = {}
    for some in _chunks(sorted(ids)):
        query = select(figures).where(figures.c.figure_id.in_(some), figures.c.recorded_to.is_(None))
        found.update({row["figure_id"]: row for row in connection.execute(query).mappings()})
    return found


def _open_keys(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    return {name: row["key"] for name, row in _open_rows(connection, ids).items()}


def _parts_of(connection: Connection, keys: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for some in _chunks(keys):
        query = select(figure_parts).where(figure_parts.c.figure.in_(some))
        for row in connection.execute(query.order_by(figure_parts.c.figure, figure_parts.c.ordinal)):
            found.setdefault(row.figure, []).append(row.part)
    return found


def _insert_parts(connection: Connection, parts: dict[int, list[int]]) -> None:
    rows = [{"figure": k, "ordinal": n, "part": p} for k, keys in parts.items() for n, p in enumerate(keys, 1)]
    if rows:
        insert_many(connection, figure_parts, rows)


def _part_keys(figure: Figure, known: dict[str, int]) -> list[int]:
    missing = [part for part in figure.parts if part not in known]
    if missing:
        raise ContractError(
            f"指标值 {figure.figure_id} 的组成部分不存在：{'、'.join(missing)}",
            f"figure {figure.figure_id} is made of figures nobody knows: {', '.join(missing)}",
        )
    return [known[part] for part in figure.parts]


def _refuse_twice(given: Sequence[Figure]) -> None:
    ids = [figure.figure_id for figure in given]
    if len(set(ids)) != len(ids):
        twice = sorted({i for i in ids if ids.count(i) > 1})
        raise ContractError(f"同一指标值产生两次：{twice}", f"a figure was made twice: {twice}")


def _chunks(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
