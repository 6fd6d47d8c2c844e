"""The indicator tree of a year with what was reported on each work node. Judges nothing that the judge has not.

A node is done only when it was reported and every report says so; a limit is kept only when both days are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from warehouse.home import Home

DONE: Final = ("已完成", "提前完成")
EARLY: Final = "提前完成"
CROSS_YEAR: Final = "跨年推进"
MISSING: Final = "未报送"
STATES: Final = (*DONE, CROSS_YEAR, "进行中", "未完成", MISSING)

TREE = "indicator_tree"
NODES = "work_nodes"


@dataclass(frozen=True)
class Report:
    """One accepted row on a node. `places`: field → sheet!cell in `file`."""

    submission: str
    filer: str
    file: str
    row: int
    state: str
    narrative: str
    problem: str
    finished: str
    due: str
    document: str
    kept: bool | None  # whether the limit was kept; None: cannot be told; no limit is a kept one
    places: Mapping[str, str]

    @property
    def done(self) -> bool:
        return self.state in DONE


@dataclass(frozen=True)
class Node:
    code: str
    title: str
    department: str
    row: int
    reports: tuple[Report, ...]

    @property
    def state(self) -> str:
        """The state as reported; where reports differ, the one that is not done."""
        states = [r.state for r in self.reports if not r.done] + [r.state for r in self.reports]
        return states[0] if states else MISSING

    @property
    def done(self) -> bool:
        return self.state in DONE

    @property
    def on_time(self) -> bool:
        return self.done and all(r.kept is True for r in self.reports)


@dataclass(frozen=True)
class Item:
    """A level-3 indicator. `number`: its code where all codes are numbers, else its place in the list, from 1. `row`:
    its row in the tree's table.
    """

    number: int
    code: str
    title: str
    file: str
    place: str
    row: int
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Tree:
    """`submission`: that of the tree itself; "" where no tree was accepted."""

    submission: str
    levels: Mapping[str, int]
    items: tuple[Item, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(node for item in self.items for node in item.nodes)

    @property
    def departments(self) -> tuple[str, ...]:
        """Codes of the departments responsible, in the order of the list."""
        return tuple(dict.fromkeys(node.department for node in self.nodes if node.department))

    def in_state(self, state: str) -> list[tuple[Item, Node]]:
        return [(item, node) for item in self.items for node in item.nodes if node.state == state]


def read_tree(home: Home, year: int) -> Tree:
    """The tree of the year as it stands, level-3 indicators in the order of their numbers."""
    rows = home.rows(TREE, year).to_dicts()
    reports = _reports(home, year)
    items = [
        Item(number, r["code"], r["title"], r["_file"], _place(r, "title"), r["_row"], _nodes(rows, r, reports))
        for number, r in _numbered([r for r in rows if r["level"] == "3"])
    ]
    levels = {level: sum(r["level"] == level for r in rows) for level in ("1", "2", "3", "node")}
    return Tree(rows[0]["_submission"] if rows else "", levels, tuple(items))


def _numbered(rows: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    # A list is often ordered by level 1 and 2, so that its level-3 numbers jump.
    if all(row["code"].isdecimal() for row in rows):
        return sorted(((int(row["code"]), row) for row in rows), key=lambda pair: pair[0])
    return list(enumerate(rows, 1))


def _nodes(rows: list[dict[str, Any]], item: dict[str, Any], reports: dict[str, list[Report]]) -> tuple[Node, ...]:
    own = (r for r in rows if r["level"] == "node" and r["parent"] == item["code"])
    return tuple(
        Node(row["code"], row["title"], department, row["_row"], _by_duty(reports.get(row["code"], []), department))
        for row in own
        for department in [row.get("department") or ""]
    )


def _by_duty(reports: list[Report], department: str) -> tuple[Report, ...]:
    return tuple(sorted(reports, key=lambda r: (r.filer != department, r.submission, r.row)))


def _reports(home: Home, year: int) -> dict[str, list[Report]]:
    """Accepted rows by the code of their node."""
    found: dict[str, list[Report]] = {}
    for row in home.rows(NODES, year).to_dicts():
        found.setdefault(row["node_no"] or "", []).append(_report(row))
    return found


def _report(row: dict[str, Any]) -> Report:
    fields = ("narrative", "problem", "state", "finished", "due", "document")
    return Report(
        submission=row["_submission"],
        filer=row["_filer"],
        file=row["_file"],
        row=row["_row"],
        state=row["state"] or "",
        narrative=row["narrative"] or "",
        problem=row["problem"] or "",
        finished=row.get("finished__text") or "",
        due=row.get("due__text") or "",
        document=row.get("document") or "",
        kept=_kept(row),
        places={name: _place(row, name) for name in fields},
    )


def _kept(row: dict[str, Any]) -> bool | None:
    if not row.get("due__text"):
        return True
    finished: date | None = row.get("finished__last")
    due: date | None = row.get("due__last")
    return None if finished is None or due is None else finished <= due


def _place(row: dict[str, Any], field: str) -> str:
    address = row.get(f"{field}__at") or ""
    return f"{row['_sheet']}!{address}" if row["_sheet"] and address else address
