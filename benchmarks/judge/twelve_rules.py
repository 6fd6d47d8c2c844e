"""The twelve rules of the benchmark of judging, once as a contract of ours and once as bare expressions for everybody.

A register of complaints, thirteen columns: not-null, two patterns, two lists, two ranges, a key that stands once, two
days in order, an order and a condition that apply to some rows only, and a control total for each of a thousand areas.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandera.polars as pa
import polars as pl

from contracts.finding import Severity
from contracts.kind import Kind
from contracts.rule import Rule, Scope
from contracts.schema import make_check
from contracts.table import Table
from contracts.together import Once, Totals

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "complaint_id": pl.String,
    "carrier": pl.String,
    "area": pl.String,
    "phone": pl.String,
    "category": pl.String,
    "received_on": pl.Date,
    "minutes": pl.Int64,
    "fee": pl.Int64,
    "note": pl.String,
    "accepted_on": pl.Date,
    "closed_on": pl.Date,
    "outcome": pl.String,
    "area_fee": pl.Int64,
}
CARRIERS = ("电信", "移动", "联通", "广电")
CATEGORIES = ("用户服务", "网络质量", "收费争议", "其他")
ID_PATTERN = r"^UC[0-9]{4}-[0-9]{8}$"
PHONE_PATTERN = r"^1[3-9][0-9]{9}$"

column = pl.col
AREA_FEE = column("fee").sum().over("area")
AREA_GAPS = column("fee").is_null().sum().over("area")

HOLDS: dict[str, pl.Expr] = {
    "R01": column("complaint_id").is_not_null(),
    "R02": column("complaint_id").str.contains(ID_PATTERN),
    "R03": pl.len().over("complaint_id") == 1,
    "R04": column("carrier").is_in(CARRIERS),
    "R05": column("category").is_in(CATEGORIES),
    "R06": column("phone").str.contains(PHONE_PATTERN),
    "R07": column("minutes").is_between(0, 1440),
    "R08": column("fee").is_between(0, 1_000_000),
    "R09": column("accepted_on") >= column("received_on"),
    "R10": column("closed_on") >= column("accepted_on"),
    "R11": column("closed_on").is_not_null(),
    "R12": pl.when(AREA_GAPS == 0).then(column("area_fee") == AREA_FEE),
}
WHEN: dict[str, pl.Expr] = {
    "R03": column("complaint_id").is_not_null(),
    "R10": column("closed_on").is_not_null(),
    "R11": column("outcome") == "办结",
}
OPERANDS = {
    "R01": "complaint_id",
    "R02": "complaint_id",
    "R03": "complaint_id",
    "R04": "carrier",
    "R05": "category",
    "R06": "phone",
    "R07": "minutes",
    "R08": "fee",
    "R09": "accepted_on",
    "R10": "closed_on",
    "R11": "closed_on",
    "R12": "area_fee",
}
TOGETHER: dict[str, Once | Totals] = {
    "R03": Once(("complaint_id",)),
    "R12": Totals(
        ("area",),
        {"_sum": column("fee"), "_gaps": column("fee").is_null()},
        (column("_gaps") == 0) & (column("_sum") == column("area_fee")),
        ("area_fee",),
    ),
}
GROUPS = {"R03": ("complaint_id",), "R12": ("area",)}


def fails(rule: str) -> pl.Expr:
    """True where the rule is broken, else false; for those who know no third answer."""
    broken = ~HOLDS[rule]
    return (broken & WHEN[rule] if rule in WHEN else broken).fill_null(value=False)


def contract() -> Kind:
    """The rules as a kind of ours, which is a Pandera schema."""
    schema = pa.DataFrameSchema({}, checks=[make_check(rule) for rule in _rules()])
    return Kind("bench", "R", "投诉登记册", "register", "测试", (), "yearly", schema, rows_stand_alone=True)


def table() -> Table:
    letters = {name: chr(ord("A") + number) for number, name in enumerate(SCHEMA)}
    return Table("", pl.DataFrame(), letters, {}, pl.DataFrame())


def _rules() -> Iterator[Rule]:
    for number, holds in HOLDS.items():
        operand = OPERANDS[number]
        yield Rule(
            id=number,
            severity=Severity.MUST,
            scope=Scope.GROUP if number in GROUPS else Scope.ROW,
            group=GROUPS.get(number, ()),
            title_zh=number,
            title_en=number,
            holds=holds,
            when=WHEN.get(number),
            fields=(operand,),
            expected="正确的值 / a right value",
            message_zh=f"{{{operand}}} 不对",
            message_en=f"{{{operand}}} is wrong",
            basis="测试",
            together=TOGETHER.get(number),
        )
