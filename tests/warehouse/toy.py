"""A toy form and how a small bureau files it, for tests of the warehouse. Reads, judges and totals by hand.

`python -m tests.warehouse.toy FOLDER STAGE` files one submission and dies by SIGKILL at STAGE;
with a filer's code in the place of STAGE it files ten and lives.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import event

from contracts.field import Field, Type
from contracts.figure import Figure
from contracts.finding import Outcome, Severity, Verdict
from contracts.judge import judge
from contracts.kind import Kind, define_kind
from contracts.measure import Method
from contracts.period import Period
from contracts.rule import Rule, Scope
from contracts.submission import Arrival, Submission
from contracts.table import Account, Ignored, SheetAccount, Table
from warehouse.home import Home

CHINA = timezone(timedelta(hours=8))
NOVEMBER = Period.parse("2020-11")
DUE = datetime(2020, 12, 4, 23, 59, 59, tzinfo=CHINA)  # limits end a day


def make_kind(code: str = "toy_stations") -> Kind:
    return define_kind(
        code=code,
        prefix="TOY",
        title_zh="基站数",
        title_en="Stations",
        purpose_zh="测试",
        filers=("carrier",),
        cadence="monthly",
        fields=[
            Field("area", "地区", "area"),
            Field("built", "已建", "built", Type.COUNT),
        ],
        rules=[
            Rule(
                id="TOY-01",
                severity=Severity.EXPLAIN,
                scope=Scope.ROW,
                title_zh="不过百",
                title_en="at most a hundred",
                holds=pl.col("built") <= 100,
                fields=("built", "area"),
                expected="不超过 100",
                message_zh="{area} 为 {built}",
                message_en="{area} has {built}",
                basis="测试",
            )
        ],
    )


KIND = make_kind()
IGNORED = (Ignored("一", "A9", 1, "备注", "a note"),)


def moment(day: int, hour: int = 9, month: int = 12) -> datetime:
    return datetime(2020, month, day, hour, tzinfo=CHINA)


@dataclass(frozen=True)
class Filed:
    """What somebody files: "" is a blank cell; a text that is no number makes the judge return it."""

    filer: str
    built: Sequence[str]
    at: datetime
    period: Period = NOVEMBER
    kind: Kind = KIND

    @property
    def arrival(self) -> Arrival:
        name = f"{self.kind.code}-{self.filer}-{self.period.label}.csv"
        return Arrival(name, self.filer, self.kind.code, self.period, self.at, "pack")

    @property
    def data(self) -> bytes:
        return "\n".join(["地区,已建", *(f"区{n},{text}" for n, text in enumerate(self.built, 1))]).encode()

    def table(self) -> Table:
        rows = range(2, 2 + len(self.built))
        texts = {"area": [f"区{n - 1}" for n in rows], "built": [t or None for t in self.built]}
        frame = pl.DataFrame({"_row": list(rows), **texts}, schema=SHAPE)
        return Table("一", frame, {"area": "A", "built": "B"}, {}, frame.clear())

    @property
    def account(self) -> Account:
        cells = sum(1 for t in self.built if t) + len(self.built)
        sheet = SheetAccount("一", False, True, len(self.built), cells + 1)
        return Account("csv", "UTF-8", (sheet,), {"data": len(self.built)}, cells, IGNORED, 0)


SHAPE = {"_row": pl.Int64, "area": pl.String, "built": pl.String}


def receive(home: Home, filed: Filed) -> Submission:
    return home.receive(filed.arrival, filed.data, DUE)


def submit(home: Home, filed: Filed) -> Submission:
    """Receive, judge and record."""
    submission = receive(home, filed)
    record(home, filed, submission)
    return submission


def judge_by_hand(filed: Filed) -> tuple[Table, pl.DataFrame, Verdict]:
    """The table, its typed rows, and the real judge's verdict on them."""
    table, text = filed.table(), pl.col("built")
    frame = table.frame.with_columns(text.cast(pl.Int64, strict=False), text.alias("built__text"))
    return table, frame, judge(filed.kind, table, frame).verdict


def record(home: Home, filed: Filed, submission: Submission, head: int | None = None) -> Verdict:
    table, frame, verdict = judge_by_hand(filed)
    if verdict.outcome is Outcome.RETURNED:
        home.record(submission, filed.kind, verdict, None, table, [], [], filed.account, head=head)
        return verdict
    own = [stations(filed, int(frame["built"].sum()), frame.height)]
    home.record(submission, filed.kind, verdict, frame, table, own, totals(home, filed, own), filed.account, head=head)
    return verdict


def stations(filed: Filed, built: int, rows: int) -> Figure:
    return figure(f"{filed.kind.code}.built", filed.filer, built, filed.period, cells=f"B2:B{1 + rows}")


def totals(home: Home, filed: Filed, own: Sequence[Figure]) -> list[Figure]:
    """Of every period of the year: all filers' stations, and how many thousand that is (a figure of a figure)."""
    known: dict[str, Figure] = {
        f.figure_id: f for f in home.figures(filed.period.year, kinds=[filed.kind.code], own_only=True)
    }
    known |= {f.figure_id: f for f in own}
    periods: dict[Period, list[Figure]] = {}
    for one in sorted(known.values(), key=lambda f: f.figure_id):
        periods.setdefault(one.period, []).append(one)
    made = []
    for period, parts in sorted(periods.items()):
        total = sum((p.value for p in parts), Decimal(0))
        whole = figure(f"{filed.kind.code}.total", "JX", total, period, parts=tuple(p.figure_id for p in parts))
        part = (whole.figure_id,)
        made += [figure(f"{filed.kind.code}.thousands", "JX", total / 1000, period, parts=part), whole]
    return made


def figure(
    indicator: str, filer: str, value: Decimal | int, period: Period, *, cells: str = "", parts: tuple[str, ...] = ()
) -> Figure:
    exact = Decimal(value)
    return Figure(
        indicator=indicator,
        name="已建基站",
        filer=filer,
        unit="个",
        comparator="=",
        value=exact,
        low=exact,
        high=exact,
        low_closed=True,
        high_closed=True,
        as_written=str(value),
        period=period,
        as_of="",
        method=Method.SUM,
        cells=cells,
        parts=parts,
    )


def open_home(folder: Path) -> Home:
    return Home.open(folder, bureau="JX", title="江西省通信管理局")


CRASHING = Filed("CT", ["3", "4"], moment(2))
STAGES = ("landing", "landed", "receiving", "received", "register", "registered", "recording", "recorded")


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def corrupt(home: Home, *statements: str) -> None:
    """Direct SQL by somebody whom no foreign key stops."""
    with closing(sqlite3.connect(home.folder / "warehouse.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def crash(folder: Path, stage: str) -> None:
    """File one submission and die at `stage`, by a signal nobody can catch."""
    home = open_home(folder)
    real = os.replace

    def replacing(before: bool, sign: str) -> Callable[..., None]:
        def replace(source: Any, target: Any) -> None:
            ours = sign in str(target)
            if ours and before:
                die()
            real(source, target)
            if ours:
                die()

        return replace

    if stage in ("landing", "landed"):
        os.replace = replacing(stage == "landing", "/landing/")
    if stage in ("register", "registered"):
        os.replace = replacing(stage == "register", "/registers/")
    if stage == "receiving":
        event.listen(home.engine, "commit", die)
    submission = receive(home, CRASHING)
    if stage == "received":
        die()
    if stage == "recording":
        event.listen(home.engine, "commit", die)  # called before the database commits
    record(home, CRASHING, submission)
    die()


def file_months(home: Home, filer: str, months: int) -> None:
    """The first months of one filer among others who file: judged anew while somebody else has written since."""
    for month in range(1, months + 1):
        filed = Filed(filer, [str(month)], moment(1, month=month + 1), Period.parse(f"2020-{month:02d}"))
        submission = receive(home, filed)
        while not home.judged(submission.id):
            record(home, filed, submission, home.last_entry())


def fill(folder: Path, filer: str) -> None:
    """Ten months of one filer; several processes may do so at once."""
    with open_home(folder) as home:
        for month in range(1, 11):
            submit(home, Filed(filer, [str(month)], moment(1, month=month + 1), Period.parse(f"2020-{month:02d}")))


if __name__ == "__main__":
    if sys.argv[2] in STAGES:
        crash(Path(sys.argv[1]), sys.argv[2])
    else:
        fill(Path(sys.argv[1]), sys.argv[2])
