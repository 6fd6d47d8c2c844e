"""What is proposed for a broken relation: the slip undone, and nothing where nothing sensible would mend it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.context import Reference, attach_context
from contracts.edits import number_edits
from contracts.field import Field, Type
from contracts.finding import Finding, Severity
from contracts.fixes import LIMITS, Limits, suggest_fixes
from contracts.judge import judge
from contracts.kind import Kind, define_kind
from contracts.measure import Context
from contracts.period import Period
from contracts.rule import Rule, Scope
from contracts.table import Table
from transforms.parsing import parse_column, parse_table

PERIOD = Period.parse("2020-11")
FIELDS = (
    Field("area", "设区市", "area"),
    Field("built", "建成", "built", Type.COUNT),
    Field("opened", "开通", "opened", Type.COUNT),
    Field("shared", "共享", "shared", Type.COUNT),
    Field("rate", "占比", "rate", Type.QUANTITY, unit="%", required=False),
    Field("began", "开始", "began", Type.DAY, required=False),
    Field("ended", "结束", "ended", Type.DAY, required=False),
)
WORDS: dict[str, Any] = {
    "title_zh": "规则",
    "title_en": "rule",
    "expected": "",
    "message_zh": "不对",
    "message_en": "wrong",
    "basis": "测试",
}
SHARE = pl.col("opened") * 100 / pl.col("built")


def rule(number: int, holds: pl.Expr, *fields: str, severity: Severity = Severity.MUST) -> Rule:
    return Rule(id=f"FX-{number}", severity=severity, scope=Scope.ROW, holds=holds, fields=fields, **WORDS)


BALANCE = rule(1, pl.col("built") == pl.col("opened") - pl.col("shared"), "built", "opened", "shared")
NOT_MORE = rule(2, pl.col("shared") <= pl.col("opened"), "shared", "opened")
IN_ORDER = rule(3, pl.col("began") <= pl.col("ended"), "ended", "began")
RATE = rule(
    4, (pl.col("rate__low") <= SHARE) & (pl.col("rate__high") >= SHARE), "rate", "opened", "built",
    severity=Severity.EXPLAIN,
)  # fmt: skip
SAME = rule(5, pl.col("shared") == pl.col("prev_shared"), "shared", "prev_shared", "opened")
PREVIOUS = Context("previous", ((pl.col("area"), "area"),), ("shared", "built"), "prev_", "上期", "earlier")


def kind_of(*rules: Rule, total: bool = False, contexts: tuple[Context, ...] = ()) -> Kind:
    return define_kind(
        code="fixes", prefix="FX", title_zh="表", title_en="form", purpose_zh="测试", filers=("department",),
        cadence="monthly", fields=FIELDS, rules=rules, total_in="area" if total else None, contexts=contexts,
    )  # fmt: skip


def table_of(rows: list[str], totals: str | None = None) -> Table:
    """Rows as lines of texts parted by blanks, in the order of the form; "." is a blank cell."""
    names = [f.name for f in FIELDS]

    def frame(lines: list[str], first: int) -> pl.DataFrame:
        cells = [[None if c == "." else c for c in line.split()] for line in lines]
        padded = [c + [None] * (len(names) - len(c)) for c in cells]
        schema = {"_row": pl.Int64, **dict.fromkeys(names, pl.String)}
        return pl.DataFrame([[first + i, *c] for i, c in enumerate(padded)], schema=schema, orient="row")

    letters = dict(zip(names, "ABCDEFG", strict=True))
    total = frame([totals] if totals else [], 5 + len(rows))
    return Table("表", frame(rows, 5), letters, {}, total)


def fixed(
    kind: Kind, table: Table, last: list[str] | None = None, limits: Limits = LIMITS
) -> dict[str, list[tuple[str, str]]]:
    """Rule → (cell, proposed) of its finding, in the order they are offered."""
    found = judged(kind, table, last, limits)
    return {f.rule: [(s.cell.address, s.proposed) for s in f.suggestions] for f in found}


def judged(kind: Kind, table: Table, last: list[str] | None = None, limits: Limits = LIMITS) -> tuple[Finding, ...]:
    frame, totals = (parse_table(t, FIELDS, year=2020) for t in (table, replace(table, frame=table.totals)))
    references = {}
    if last:
        before = table_of(last)
        references["previous"] = Reference(parse_table(before, FIELDS, year=2020), before.columns, "表", "before.xlsx")
    judgment = judge(kind, table, frame, period=PERIOD, filer="X", totals=totals, references=references)
    wide = attach_context(kind, table, frame, totals, references, period=PERIOD, filer="X")
    return suggest_fixes(
        kind, table, wide, judgment.verdict.findings, lambda f, texts: parse_column(texts, f, year=2020), limits
    )


TOTALLED = kind_of(BALANCE, total=True)
SUMS = "合计 4663 6473 1810"
ROWS = ["南昌 1209 2201 992", "九江 3000 3812 812", "赣州 454 460 6"]


@pytest.mark.parametrize(
    ("row", "total", "expected"),
    [
        ("南昌 1209 2201 992", "合计 4663 6437 1810", {"FX-opened-total": [("C8", "6473")]}),  # transposed
        ("南昌 1290 2201 992", SUMS, {"FX-1": [("B5", "1209")], "FX-built-total": [("B5", "1209")]}),
        (
            "南昌 12090000 2201 992",
            SUMS,
            {"FX-1": [("B5", "1209")], "FX-built-total": [("B5", "1209")]},
        ),
        ("南昌 1209 2201 99200", SUMS, {"FX-1": [("D5", "992")], "FX-shared-total": [("D5", "992")]}),
        (
            "南昌 1209 22,010 992",
            SUMS,
            {"FX-1": [("C5", "2,201")], "FX-opened-total": [("C5", "2,201")]},
        ),
        ("南昌 0.1209 2201 992", SUMS, {"FX-built-type": [("B5", "1209")]}),
        ("南昌 -1209 2201 992", SUMS, {"FX-built-type": [("B5", "1209")]}),
        ("南昌 1209 2201 992", "合计 4663 6474 1810", {"FX-opened-total": [("C8", "6473")]}),  # one too many
        ("南昌 1209 2201 992", "合计 4663 9999 1810", {"FX-opened-total": []}),  # no single slip
        ("南昌 1209 2202 992", "合计 4663 6474 1810", {"FX-1": []}),  # any of the three may be one off
    ],
)
def test_a_slip_is_undone(row: str, total: str, expected: dict[str, list[tuple[str, str]]]) -> None:
    assert fixed(TOTALLED, table_of([row, *ROWS[1:]], total)) == expected


def test_two_cells_exchanged_are_one_proposal_that_names_both() -> None:
    rows = ["南昌 2201 1209 992", *ROWS[1:]]
    (finding,) = (f for f in judged(TOTALLED, table_of(rows, SUMS)) if f.rule == "FX-1")
    (only,) = finding.suggestions
    assert (only.cell.where, only.filed, only.proposed) == ("表!B5", "2201", "1209")
    assert (only.zh, only.en) == ("与右侧 C5 的“1209”对调", "swapped with “1209” on its right")


def test_rows_exchanged_in_one_column() -> None:
    rows = ["南昌 1209 3812 992", "九江 3000 2201 812", ROWS[2]]
    # The totals hold, and both rows fail: one exchange mends both, told from either end.
    offered = [[(s.cell.address, s.proposed) for s in f.suggestions] for f in judged(TOTALLED, table_of(rows, SUMS))]
    assert offered == [[("C5", "2201")], [("C6", "3812")]]


def test_what_leaves_another_rule_broken_is_not_proposed() -> None:
    # Transposed, the total would hold; but the row's balance holds as it is and would not.
    rows = ["南昌 1209 2201 992", *ROWS[1:]]
    assert fixed(TOTALLED, table_of(rows, "合计 4663 6383 1810"))["FX-opened-total"] == []


def test_an_inequality_alone_proposes_no_size() -> None:
    kind = kind_of(NOT_MORE)
    assert fixed(kind, table_of(["南昌 5 300 4000"])) == {"FX-2": [("D5", "300")]}  # exchanged with C5; not ÷100
    assert fixed(kind, table_of(["南昌 5 . 4000"])) == {"FX-opened-required": []}


def test_last_period_tells_which_size_was_meant() -> None:
    kind = kind_of(NOT_MORE, contexts=(PREVIOUS,))
    found = fixed(kind, table_of(["南昌 5 300 2500000"]), last=["南昌 5 290 240"])
    assert ("D5", "250") in found["FX-2"]
    assert not {"25", "25000"} & {proposed for _, proposed in found["FX-2"]}


def test_last_periods_value_is_proposed_where_it_alone_fits() -> None:
    kind = kind_of(SAME, contexts=(PREVIOUS,))
    (finding,) = judged(kind, table_of(["南昌 5 300 777"]), last=["南昌 5 290 240"])
    assert [(s.proposed, s.en) for s in finding.suggestions] == [("240", "last period's value")]


def test_dates_come_near_the_dates_they_are_compared_with() -> None:
    kind = kind_of(IN_ORDER)
    rows = ["南昌 1 1 0 . 2020-12-28 2020-01-05"]
    assert fixed(kind, table_of(rows)) == {"FX-3": [("G5", "2021-01-05"), ("F5", "2019-12-28"), ("G5", "2020-12-28")]}
    assert fixed(kind, table_of(["南昌 1 1 0 . 2020-12-28 1999-01-05"])) == {"FX-3": [("G5", "2020-12-28")]}


def test_a_rate_is_proposed_where_its_interval_pins_it_and_not_where_it_is_wide() -> None:
    kind = kind_of(RATE)
    assert fixed(kind, table_of(["南昌 1000 429 0 42.9%"])) == {}
    assert fixed(kind, table_of(["南昌 1000 429 0 49.2%"])) == {"FX-4": [("E5", "42.9%"), ("C5", "492")]}
    assert fixed(kind, table_of(["南昌 7 3 0 92%"]))["FX-4"] == []


def test_notes_and_waived_findings_ask_for_nothing() -> None:
    note = kind_of(replace(BALANCE, severity=Severity.NOTE))
    assert fixed(note, table_of(["南昌 1290 2201 992"])) == {"FX-1": []}
    table = table_of(["南昌 1290 2201 992"])
    waived = [replace(f, waived_by="局长", suggestions=()) for f in judged(kind_of(BALANCE), table)]
    frame = parse_table(table, FIELDS, year=2020)
    again = suggest_fixes(kind_of(BALANCE), table, frame, waived, lambda f, t: parse_column(t, f, year=2020))
    assert again == tuple(waived)


def test_what_is_tried_is_bounded() -> None:
    table = table_of(["南昌 1290 2201 992", "九江 3900 3812 812"])
    kind = kind_of(BALANCE)
    assert [len(f.suggestions) for f in judged(kind, table)] == [1, 0]
    assert fixed(kind, table_of(["南昌 1290 2201 992"]), limits=replace(LIMITS, trials=0)) == {"FX-1": []}
    two = table_of(["南昌 1290 2201 992", "九江 3000 3182 812"])
    limited = judged(kind, two, limits=replace(LIMITS, findings=1))
    assert [len(f.suggestions) for f in limited] == [1, 0]


def test_a_large_form_is_tried_around_the_row_only() -> None:
    rows = [f"市{i} 10 12 2" for i in range(30)]
    rows[17] = "市17 1209 2210 992"
    small = replace(LIMITS, rows=10)
    assert fixed(kind_of(BALANCE), table_of(rows), limits=small) == {"FX-1": [("C22", "2201")]}
    # With a total nobody can tell from a few rows what an edit breaks.
    total = f"合计 {290 + 1209} {29 * 12 + 2201} {29 * 2 + 992}"
    assert fixed(TOTALLED, table_of(rows, total), limits=small) == {"FX-1": [], "FX-opened-total": []}


@settings(max_examples=40, deadline=None)
@given(opened=st.integers(100, 999_999), part=st.floats(0.1, 0.9), column=st.sampled_from([1, 2, 3]), data=st.data())
def test_undoing_a_corruption_is_among_what_is_proposed(
    opened: int, part: float, column: int, data: st.DataObject
) -> None:
    """For figures that are pinned twice, by their row and by a total, the true figure is offered for any one slip."""
    shared = max(1, int(opened * part))
    true = ["南昌", str(opened - shared), str(opened), str(shared)]
    rest = [[int(c) for c in row.split()[1:]] for row in ROWS[1:]]
    sums = [int(true[i + 1]) + sum(r[i] for r in rest) for i in range(3)]
    slips = [e for e in number_edits(true[column]) if e.text]
    slip = data.draw(st.sampled_from(slips))
    wrong = [*true]
    wrong[column] = slip.text or ""
    found = fixed(TOTALLED, table_of([" ".join(wrong), *ROWS[1:]], f"合计 {sums[0]} {sums[1]} {sums[2]}"))
    assert found
    assert all((f"{'ABCD'[column]}5", true[column]) in offered for offered in found.values()), (slip, found)
