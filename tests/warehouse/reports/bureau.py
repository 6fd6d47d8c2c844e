"""A bureau small enough to know by heart, filed through the real reader, judge and warehouse. For tests of reports.

Two level-3 indicators and three nodes; departments FZC and BGS; carriers CT and CU. Rows go in as texts by field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl

from contracts.context import Reference
from contracts.finding import Outcome
from contracts.judge import judge
from contracts.kind import Kind, discover_kinds
from contracts.period import Period
from contracts.submission import Arrival, Submission
from contracts.table import Account, Ignored, SheetAccount, Table
from transforms.combining import combine
from transforms.figures import unfold
from transforms.parsing import parse_table
from warehouse.home import Home
from warehouse.reports.edition import PARAGRAPHS, Edition
from warehouse.stored import StoredFigure

CHINA = timezone(timedelta(hours=8))
KINDS = discover_kinds()
FILERS = {"JX": "江西局", "FZC": "发展处", "BGS": "办公室", "CT": "江西电信", "CU": "江西联通"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Rows = Sequence[Mapping[str, str]]

TREE: Rows = (
    {"code": "A", "level": "1", "title": "网络"},
    {"code": "B", "level": "2", "parent": "A", "title": "建设"},
    # Out of order on purpose: a summary goes by number.
    {"code": "2", "level": "3", "parent": "B", "title": "做好督查工作"},
    {"code": "2-1", "level": "node", "parent": "2", "title": "办理督查事项", "department": "BGS"},
    {"code": "1", "level": "3", "parent": "B", "title": "加快网络覆盖，资费再降低15%"},
    {
        "code": "1-1", "level": "node", "parent": "1", "title": "推进基站建设", "department": "FZC",
        "target_indicator": "price_cut", "target_name": "平均资费降幅", "target": "降低15%以上", "unit": "%",
    },
    {"code": "1-2", "level": "node", "parent": "1", "title": "开展应急演练", "department": "FZC"},
)  # fmt: skip


def node(no: str, state: str = "已完成", **more: str) -> dict[str, str]:
    """A report on a node; what it says can be overridden field by field."""
    row = {"indicator_no": no.partition("-")[0], "node_no": no, "node": f"节点{no}", "state": state}
    return row | {"narrative": f"节点{no}的各项工作均已按照要求推进。", "problem": "无"} | more


FZC_DONE: Rows = (node("1-1"), node("1-2", "提前完成", finished="2020-06-23", due="2020-06-30"))
BGS_DONE: Rows = (node("2-1"),)
BGS_OPEN: Rows = (node("2-1", "跨年推进", due="2021-03-31", problem="完成时限涉及跨年"),)


def edition(**more: Any) -> Edition:
    made = Edition(
        title="江西局2020年度绩效管理",
        bureau_code="JX",
        bureau_name="江西局",
        jurisdiction="江西省",
        year=2020,
        published_at=datetime(2020, 12, 31, 18, tzinfo=CHINA),
        notice="示例数据",
        form=PARAGRAPHS,
        kinds=KINDS,
        filers=FILERS,
    )
    return replace(made, **more)


def open_home(folder: Path) -> Home:
    return Home.open(folder, bureau="JX", title="江西局")


class Inbox:
    """Files one submission after another, an hour apart."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.at = datetime(2020, 12, 1, 9, tzinfo=CHINA)

    def file(
        self,
        code: str,
        filer: str,
        rows: Rows,
        period: str = "2020",
        *,
        name: str | None = None,
        sheet: str = "填报表",
        due: datetime | None = None,
        ignored: tuple[Ignored, ...] = (),
    ) -> tuple[Submission, Outcome]:
        """Receive, parse, judge, unfold and record; headings stand in row 1, data from row 2."""
        self.at += timedelta(hours=1)
        kind, when = KINDS[code], Period.parse(period)
        file = name or f"submissions/{code}/{filer}_{period}.xlsx"
        arrival = Arrival(file, filer, code, when, self.at, "pack")
        submission = self.home.receive(arrival, repr((file, rows, self.at)).encode(), due)
        table = make_table(kind, rows, sheet)
        account = account_of(table, ignored)
        frame = parse_table(table, kind.fields, year=when.year)
        verdict = judge(
            kind, table, frame, period=when, filer=filer, references=self._references(kind, when.year)
        ).verdict
        if verdict.outcome is Outcome.RETURNED:
            self.home.record(submission, kind, verdict, None, table, [], [], account)
            return submission, verdict.outcome
        own = unfold(kind, frame, table, filer=filer, period=when)
        standing = [f for f in self.home.figures(2020, kinds=[code], own_only=True) if f.filer != filer]
        owing = {f.filer for f in (*own, *standing)}
        derived = combine(kind, [*standing, *own], bureau="JX", owing=owing)
        self.home.record(submission, kind, verdict, frame, table, own, derived, account)
        return submission, verdict.outcome

    def _references(self, kind: Kind, year: int) -> dict[str, Reference | list[Reference]]:
        found: dict[str, Reference | list[Reference]] = {}
        tree = self.home.reference("indicator_tree", year)
        if tree is not None:
            found["indicator_tree"] = tree
        computed = [f for f in self.home.figures(year) if f.filer == "JX" and f.parts]
        if computed and any(c.source == "figures" for c in kind.contexts):
            found["figures"] = Reference(_frame(computed), {}, "", "")
        return found


def _frame(figures: Sequence[StoredFigure]) -> pl.DataFrame:
    exact = pl.Decimal(38, 6)
    return pl.DataFrame(
        {
            "_row": pl.Series([0] * len(figures), dtype=pl.Int64),
            "indicator": [f.indicator for f in figures],
            **{n: pl.Series([getattr(f, n) for f in figures], dtype=exact) for n in ("value", "low", "high")},
        }
    )


def make_table(kind: Kind, rows: Rows, sheet: str) -> Table:
    names = [f.name for f in kind.fields]
    frame = pl.DataFrame(
        {"_row": range(2, 2 + len(rows)), **{n: [r.get(n) for r in rows] for n in names}},
        schema={"_row": pl.Int64, **dict.fromkeys(names, pl.String)},
    )
    letters = dict(zip(names, LETTERS, strict=False))
    return Table(sheet, frame, letters, {n: f"{x}1" for n, x in letters.items()}, frame.clear())


def account_of(table: Table, ignored: tuple[Ignored, ...]) -> Account:
    cells = sum(1 for row in table.frame.rows() for text in row[1:] if text is not None)
    more = sum(area.cells for area in ignored)
    sheet = SheetAccount(table.sheet, False, True, table.frame.height, cells + more)
    return Account("xlsx", None, (sheet,), {"data": table.frame.height}, cells, ignored, 0)


def figure_row(item: str, indicator: str, name: str, value: str, unit: str, as_of: str = "") -> dict[str, str]:
    row = {"item_no": item, "indicator": indicator, "name": name, "value": value, "unit": unit, "as_of": as_of}
    return {field: text for field, text in row.items() if text}
