"""One measurement of loading a register, in a process of its own, so that its memory is its own too.

`python -m benchmarks.loading_one_register WAY FILE FOLDER` prints seconds of processors and of the clock, and the
highest memory of this process and of the one that reads for it, in MB, as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from benchmarks.judge.twelve_rules import CARRIERS, CATEGORIES, ID_PATTERN, PHONE_PATTERN
from contracts.field import Field, Type
from contracts.finding import Outcome, Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.period import Period
from contracts.rule import Rule, Scope
from contracts.rule_forms import stands_once
from flows.bulk_filing import gate, judge_bulk, open_bulk
from flows.reader import Reader
from transforms.register_figures import unfold_register
from warehouse.kept_registers import KeptRegister
from warehouse.landing import Landing
from warehouse.registers import Registers

PERIOD = Period.parse("2020")
FIELDS = (
    Field("complaint_id", "complaint_id", "number"),
    Field("carrier", "carrier", "carrier", Type.CHOICE, choices=CARRIERS),
    Field("area", "area", "area"),
    Field("phone", "phone", "phone", personal=True),
    Field("category", "category", "class", Type.CHOICE, choices=CATEGORIES),
    Field("received_on", "received_on", "received", Type.DAY),
    Field("minutes", "minutes", "minutes", Type.COUNT),
    Field("fee", "fee", "fee", Type.COUNT),
    Field("note", "note", "note"),
    Field("accepted_on", "accepted_on", "accepted", Type.DAY),
    Field("closed_on", "closed_on", "closed", Type.DAY, required=False),
    Field("outcome", "outcome", "outcome", Type.CHOICE, choices=("办结", "处理中")),
)
COLUMNS = [field.name for field in FIELDS]


def _rule(number: int, holds: pl.Expr, *fields: str, when: pl.Expr | None = None) -> Rule:
    return Rule(
        id=f"LR-{number:02}", severity=Severity.MUST, scope=Scope.ROW, title_zh="测试", title_en="a rule", holds=holds,
        when=when, fields=fields, expected="正确的值", message_zh="不对", message_en="wrong", basis="测试",
    )  # fmt: skip


column = pl.col
RULES = (
    stands_once("LR-01", FIELDS[0], basis="测试"),
    _rule(2, column("complaint_id").str.contains(ID_PATTERN), "complaint_id"),
    _rule(3, column("phone").str.contains(PHONE_PATTERN), "phone"),
    _rule(4, column("minutes").is_between(0, 1440), "minutes"),
    _rule(5, column("fee").is_between(0, 1_000_000), "fee"),
    _rule(6, column("accepted_on") >= column("received_on"), "accepted_on", "received_on"),
    _rule(7, column("closed_on") >= column("accepted_on"), "closed_on", "accepted_on",
          when=column("closed_on").is_not_null()),
    _rule(8, column("closed_on").is_not_null(), "closed_on", "outcome", when=column("outcome") == "办结"),
)  # fmt: skip
KIND = define_kind(
    code="loaded", prefix="LR", title_zh="登记", title_en="register", purpose_zh="测试", filers=("basic_carrier",),
    cadence="yearly", fields=FIELDS, rules=RULES, rows_stand_alone=True,
    measures=(
        Measure("lr_all", "全部", "all", "件", Method.COUNT, pl.len(), cells=("complaint_id",)),
        Measure("lr_closed", "办结", "closed", "件", Method.COUNT, pl.len(), cells=("outcome",),
                where=column("outcome") == "办结"),
        Measure("lr_rate", "办结率", "rate", "%", Method.RATIO, of=("lr_closed", "lr_all")),
        Measure("lr_fee/{each}", "{each}的费用", "fees", "元", Method.SUM, column("fee").sum(),
                cells=("fee", "carrier"), each="carrier"),
        Measure("lr_minutes", "时长", "minutes", "分钟", Method.SUM, column("minutes").sum(), cells=("minutes",)),
    ),
)  # fmt: skip


def polars_alone(file: Path, folder: Path) -> dict[str, object]:
    """Polars' own scan and sink: what it costs to write the rows once more, unlooked at."""
    pl.scan_parquet(file).select(COLUMNS).sink_parquet(folder / "copy.parquet")
    return {}


def load(file: Path, folder: Path) -> dict[str, object]:
    """Our way from a landed file to the kept register: looked through, judged, figures, list of quarantined rows."""
    landing, registers = Landing(folder / "landing"), Registers(folder / "registers")
    with Reader() as reader:
        opened = open_bulk(reader, landing.path(file.name), "CT_2020.parquet", KIND, 2020)  # its start is counted too
    assert opened is not None
    judged = judge_bulk(opened, period=PERIOD, filer="CT", filer_class="basic_carrier")
    assert judged.verdict.outcome is not Outcome.RETURNED
    gate(KIND, judged)
    figures = unfold_register(KIND, judged.accepted, opened.table, filer="CT", period=PERIOD)
    with registers.held():
        kept = registers.keep(KIND.code, KeptRegister(file.name, opened.height, opened.plan, judged.left_out))
    assert registers.height(KIND.code, kept) == judged.verdict.accepted == figures[0].value
    return {"quarantined": judged.verdict.quarantined, "figures": len(figures)}


def sink(file: Path, folder: Path) -> dict[str, object]:
    """A register that has to be written, streamed into a file named by its hash."""
    registers = Registers(folder / "registers")
    with registers.held():
        registers.sink("sunk", pl.scan_parquet(file).select(COLUMNS))
    return {}


WAYS: dict[str, Callable[[Path, Path], dict[str, object]]] = {"polars": polars_alone, "load": load, "sink": sink}


def main(way: str, file: str, folder: str) -> None:
    before, begun = os.times(), time.perf_counter()
    said = WAYS[way](Path(file), Path(folder))
    after, wall = os.times(), time.perf_counter() - begun
    # That of the process that reads is counted once it has ended.
    seconds = sum(after[:4]) - sum(before[:4])
    peak = max(_own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    print(json.dumps({"seconds": seconds, "wall": wall, "memory": peak, **said}))


def _own_peak() -> float:
    """MB; not `ru_maxrss`, which begins with that of whoever started us."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(*sys.argv[1:])
