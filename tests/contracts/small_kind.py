"""A small form made up for the tests of judging: any rules over two numbers and a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.context import References
from contracts.field import Field, Type
from contracts.finding import Finding, Severity
from contracts.judge import Judgment, judge
from contracts.kind import Kind, define_kind
from contracts.measure import Context
from contracts.period import Period
from contracts.rule import Rule, Scope
from contracts.waivers import Waiver
from tests.contracts.right_rows import make_table
from transforms.parsing import parse_table

FIELDS = (
    Field("name", "名称", "name"),
    Field("a", "甲数", "a number", Type.COUNT, required=False),
    Field("b", "乙数", "another number", Type.COUNT, required=False, optional_column=True),
)
PERIOD = Period.parse("2020-11")


def make_rule(holds: pl.Expr, **changes: Any) -> Rule:
    """A rule that blocks, over single rows and the field `a`, unless `changes` say otherwise."""
    words: dict[str, Any] = {
        "id": "SM-01",
        "severity": Severity.MUST,
        "scope": Scope.ROW,
        "title_zh": "测试规则",
        "title_en": "a rule of the test",
        "holds": holds,
        "fields": ("a",),
        "expected": "对的",
        "message_zh": "{a} 不对",
        "message_en": "{a} is wrong",
        "basis": "测试",
    }
    return Rule(**(words | changes))


def small_kind(*rules: Rule, **changes: Any) -> Kind:
    words: dict[str, Any] = {
        "code": "small",
        "prefix": "SM",
        "title_zh": "小表",
        "title_en": "small",
        "purpose_zh": "测试",
        "filers": ("department",),
        "cadence": "monthly",
        "fields": FIELDS,
        "rules": rules,
    }
    return define_kind(**(words | changes))


@dataclass(frozen=True)
class Setting:
    """What rows are judged with besides the contract."""

    references: References | None = None
    waivers: Sequence[Waiver] = ()
    found: Sequence[Finding] = ()
    total: Mapping[str, str] | None = None


def judge_small(kind: Kind, rows: Sequence[tuple[str, str, str]], setting: Setting | None = None) -> Judgment:
    """Judge rows of (name, a, b), texts as filed, from sheet row 5 on."""
    setting = setting or Setting()
    table = make_table(kind, [{"name": n, "a": a, "b": b} for n, a, b in rows], setting.total)
    totals = make_table(kind, [setting.total] if setting.total else [])
    return judge(
        kind,
        table,
        parse_table(table, kind.fields, year=2020),
        period=PERIOD,
        filer="GLC",
        totals=parse_table(totals, kind.fields, year=2020).with_columns(pl.col("_row") + len(rows)),
        references=setting.references,
        waivers=setting.waivers,
        found=setting.found,
    )


def previous_context() -> Context:
    return Context("previous", ((pl.col("name"), "name"),), ("a",), "prev_", "上期报送", "earlier submission")
