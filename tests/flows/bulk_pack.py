"""A pack of one register in Parquet, of a form that is typed throughout, and the module of that form."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.flows.small_pack import FILERS, PACK, write_lines

KIND = '''
"""A register of repairs, for the tests of registers that are kept as they are filed."""

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope
from contracts.rule_forms import stands_once

NUMBER = Field("number", "编号", "number")
KIND = define_kind(
    code="repairs", prefix="RP", title_zh="报修登记", title_en="repairs", purpose_zh="测试",
    filers=("basic_carrier",), cadence="monthly", retained="P1Y", rows_stand_alone=True,
    fields=(
        NUMBER,
        Field("caller", "报修人", "caller", personal=True),
        Field("area", "地区", "area", Type.CHOICE, choices=("东市", "西市", "南市")),
        Field("fee", "金额", "fee", Type.DECIMAL),
        Field("begun_on", "报修日期", "begun", Type.DAY),
        Field("ended_on", "修复日期", "ended", Type.DAY, required=False),
    ),
    rules=(
        stands_once("RP-01", NUMBER, basis="测试"),
        Rule(
            id="RP-02", severity=Severity.MUST, scope=Scope.ROW, title_zh="先报修后修复", title_en="in order",
            when=pl.col("ended_on__text").is_not_null(), holds=pl.col("begun_on") <= pl.col("ended_on"),
            fields=("ended_on", "begun_on"), expected="不早于报修日期", message_zh="{ended_on} 早于 {begun_on}",
            message_en="{ended_on} is before {begun_on}", basis="测试",
        ),
    ),
    measures=(
        Measure("repairs", "报修", "repairs", "件", Method.COUNT, pl.len(), cells=("number",), across=True),
        Measure("repaired", "已修复", "repaired", "件", Method.COUNT, pl.len(), cells=("ended_on",), across=True,
                where=pl.col("ended_on").is_not_null()),
        Measure("repair_fees", "维修费", "fees", "元", Method.SUM, pl.col("fee").sum(), cells=("fee",), across=True),
        Measure("repair_rate", "修复率", "rate", "%", Method.RATIO, of=("repaired", "repairs"), across=True),
    ),
)
'''
OBLIGATIONS = """\
filer,kind,cadence,due,roll,from,until,basis
CT,repairs,monthly,+10d,none,2020-10,2020-10,测试约定
"""
REGISTER = "submissions/repairs/CT_2020-10.parquet"
row = pl.int_range(pl.len())


def make_repairs(rows: int, bad: int) -> pl.DataFrame:
    """A register; every `bad`-th row was repaired before it was reported, and none where that is 0."""
    begun = pl.date(2020, 10, 1) + pl.duration(days=row % 28)
    early = (row % bad == 0) if bad else pl.lit(value=False)
    ended = pl.when(early).then(begun - pl.duration(days=2)).when(row % 3 > 0).then(begun + pl.duration(days=row % 9))
    return pl.DataFrame({"编号": [f"R{n:07}" for n in range(rows)]}).with_columns(
        (pl.lit("龘靐齉") + (row % 100).cast(pl.String)).alias("报修人"),
        pl.when(row % 3 == 0).then(pl.lit("东市")).otherwise(pl.lit("西市")).alias("地区"),
        (row % 1000).cast(pl.Decimal(12, 2)).alias("金额"),
        begun.cast(pl.Date).alias("报修日期"),
        ended.cast(pl.Date).alias("修复日期"),
    )


def write_bulk_pack(folder: Path, rows: int, bad: int) -> tuple[Path, Path]:
    """The pack and the folder of its kind, both in `folder`."""
    pack, kinds = folder / "pack", folder / "kinds"
    kinds.mkdir(parents=True)
    (kinds / "repairs.py").write_text(KIND, encoding="utf-8")
    pack.mkdir()
    for name, text in (("pack.toml", PACK), ("filers.csv", FILERS), ("obligations.csv", OBLIGATIONS)):
        (pack / name).write_text(text, encoding="utf-8")
    path = pack / REGISTER
    path.parent.mkdir(parents=True)
    make_repairs(rows, bad).write_parquet(path)
    write_lines(pack / "arrivals.csv", ["file,received_at,channel", f"{REGISTER},2020-11-06T10:00:00+08:00,报送系统"])
    return pack, kinds
