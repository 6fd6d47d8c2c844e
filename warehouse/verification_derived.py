"""Rows that follow from the entries alone, made again and compared: submissions, publications. Only reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Table, select

from contracts.errors import JixiaoError
from contracts.period import Period
from warehouse import tables
from warehouse.commitments import Entry
from warehouse.discrepancies import Discrepancy, Verification, differing, key_text
from warehouse.standing import REINSTATED, TAKEN

Row = dict[str, Any]
_RECEIVED = ("file", "filer", "kind", "period", "received_at", "channel", "sha256", "size", "version", "due_at")
_OF_A_PASS = tuple(c.name for c in tables.submissions.columns if c.name in tables.judgments.c)


def check_submissions(connection: Connection, entries: Iterable[Entry], found: Verification) -> None:
    """Arrivals as they were received, with what their current pass says and which of them stands."""
    wanted = replay(entries)
    bureau = connection.scalar(select(tables.home.c.bureau))
    current = _current_passes(connection)
    rows = all_rows(connection, tables.submissions)
    for row in rows:
        found.checked["submissions"] += 1
        told = wanted.pop(row["id"], None)
        if told is None:
            found.discrepancies.append(_unknown(tables.submissions, row["id"]))
            continue
        told |= current.get((row["id"], told["pass_number"]), {})
        told["id"] = f"{bureau}-{told.get('year')}-{told['sequence']:04d}"
        if wrong := tuple(differing(row, told)):
            found.discrepancies.append(_differs("submissions", f"id={row['id']}", wrong))
    found.discrepancies += [_gone("submissions", f"id={i}") for i in wanted]


def _current_passes(connection: Connection) -> dict[tuple[str, int], Row]:
    j = tables.judgments.c
    query = select(j.submission, j.pass_number, *[j[name] for name in _OF_A_PASS if name != "pass_number"])
    return {(r["submission"], r["pass_number"]): _without(r) for r in connection.execute(query).mappings()}


def _without(row: Mapping[Any, Any]) -> Row:
    return {name: value for name, value in row.items() if name not in ("submission", "pass_number")}


def replay(entries: Iterable[Entry]) -> dict[str, Row]:
    """id → what the entries make of a submission, in the columns of the table that they speak of."""
    known: dict[str, Row] = {}
    for entry in entries:
        if entry.event == "received":
            known[entry.subject] = _arrival(entry, len(known) + 1)
        elif entry.event in ("judged", "judged again") and entry.subject in known:
            _judge(known, known[entry.subject], entry)
    return known


def _arrival(entry: Entry, sequence: int) -> Row:
    row = {name: entry.content.get(name) for name in _RECEIVED} | {"sequence": sequence}
    try:
        period = Period.parse(str(row["period"]))
    except (JixiaoError, ValueError):
        return row | _unjudged()  # the entry's hash no longer fits either
    days = {"period_start": period.start.isoformat(), "period_end": period.end.isoformat(), "year": period.year}
    return row | days | _unjudged()


def _unjudged() -> Row:
    # What a pass brings comes from its own row; while there is none it is empty.
    return dict.fromkeys((*_OF_A_PASS, "superseded_by", "again", "pass_number"))


def _judge(known: dict[str, Row], row: Row, entry: Entry) -> None:
    """As `standing` and `load` do it: the last accepted one stands; what is withdrawn gives way to the one before."""
    taken, name = entry.content.get("outcome") in TAKEN, entry.subject
    standing = next((i for i, other in known.items() if _stands(other) and _beside(other, row)), None)
    stood, later = standing == name, None
    if taken and standing is not None and not stood:
        if known[standing]["version"] < row["version"]:
            known[standing] |= {"superseded_by": name, "again": None}
        else:
            later = standing
    told = {n: entry.content.get(n) for n in ("outcome", "received", "accepted", "quarantined", "register")}
    told["contract_version"] = entry.content.get("contract_version")
    row |= told | {"pass_number": entry.content.get("pass"), "superseded_by": later, "again": None}
    if stood and not taken:
        _reinstate(known, name)


def _reinstate(known: dict[str, Row], withdrawn: str) -> None:
    of_it = sorted((i for i in known if known[i]["superseded_by"] == withdrawn), key=lambda i: -known[i]["version"])
    for place, name in enumerate(of_it):
        known[name] |= {"superseded_by": of_it[0]} if place else {"superseded_by": None, "again": REINSTATED}


def _stands(row: Row) -> bool:
    return row["outcome"] in TAKEN and row["superseded_by"] is None


def _beside(one: Row, other: Row) -> bool:
    return all(one[name] == other[name] for name in ("filer", "kind", "period"))


def check_publications(connection: Connection, entries: Iterable[Entry], found: Verification) -> dict[str, str]:
    """What is published, against the entries that say so; path → the hash that was noted last."""
    wanted, last = {}, {}
    for entry in entries:
        if entry.event == "published":
            for path, sha256 in dict(entry.content.get("files", {})).items():
                wanted[entry.sequence, path] = {"year": _number(entry.subject), "sha256": sha256}
                last[path] = str(sha256)
    for row in all_rows(connection, tables.publications):
        found.checked["publications"] += 1
        key = {"entry": row["entry"], "path": row["path"]}
        told = wanted.pop((row["entry"], row["path"]), None)
        if told is None:
            found.discrepancies.append(_unknown(tables.publications, key_text(key), ""))
        elif wrong := tuple(differing(row, told)):
            found.discrepancies.append(_differs("publications", key_text(key), wrong))
    for entry_, path in wanted:
        found.discrepancies.append(_gone("publications", key_text({"entry": entry_, "path": path})))
    return last


def _number(text: str) -> Any:
    return int(text) if text.isascii() and text.isdigit() else text


def _differs(area: str, which: str, columns: tuple[str, ...]) -> Discrepancy:
    zh, en = f"{'、'.join(columns)} 与台账不一致", f"{', '.join(columns)} not as the ledger says"
    return Discrepancy(area, which, zh, en, columns)


def _unknown(table: Table, key: str, name: str = "id=") -> Discrepancy:
    return Discrepancy(table.name, f"{name}{key}", "台账中没有这一行", "the ledger knows of no such row")


def _gone(area: str, which: str) -> Discrepancy:
    return Discrepancy(area, which, "台账所记的行已不存在", "the ledger names this row, which is missing")


def all_rows(connection: Connection, table: Table) -> Iterator[Mapping[str, Any]]:
    """Of a table without a seal, in the order of its key."""
    return (dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings())
