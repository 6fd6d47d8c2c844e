"""A hundred small workbooks read one by one, judged in one plan and split into accepted and quarantined rows.

Reading is told beside it, and judging file by file, in the same run. The ratio is the figure to quote.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from contracts.judge import Judgment
from contracts.judge_many import Item, judge_many
from contracts.kind import discover_kinds
from contracts.period import Period
from flows.filing import Filed, judge_filed, read_filed
from transforms.parting import part

WORKBOOK = Path(__file__).parents[1] / "examples/jiangxi-2020/submissions/network_build/CT_2020-12.xlsx"
FILES = 100
RUNS = 5


def test_a_hundred_small_workbooks() -> None:
    period = Period.parse("2020-12")
    kind = discover_kinds()["network_build"].in_force(period)
    data = WORKBOOK.read_bytes()

    def read() -> list[Filed]:
        return [read_filed(data, f"{number}.xlsx", kind, 2020) for number in range(FILES)]

    filed = read()

    def together() -> list[Judgment]:
        return judge_many(kind, [_item(one, period) for one in filed])

    def one_by_one() -> list[Judgment]:
        return [judge_filed(one, period=period, filer="CT") for one in filed]

    def split() -> None:
        for judgment in together():
            part(judgment.frame, judgment.quarantined)

    assert [j.verdict.counts for j in together()] == [j.verdict.counts for j in one_by_one()]
    works: dict[str, Callable[[], object]] = {
        "read": read,
        "judged together and split": split,
        "judged one by one": one_by_one,
    }
    print(f"\n{FILES} workbooks of {filed[0].frame.height} rows, {len(kind.rules)} rules, medians of {RUNS} runs:")
    for name, (wall, cpu) in _interleaved(works).items():
        print(f"  {name}: {wall:.3f} s, {cpu:.3f} s of processors")


def _item(filed: Filed, period: Period) -> Item:
    assert filed.table is not None
    return Item(filed.table, filed.frame, period, "CT", filed.totals, found=filed.findings)


def _interleaved(works: dict[str, Callable[[], object]]) -> dict[str, tuple[float, float]]:
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, work in works.items():
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            taken[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    return {name: (_median([w for w, _ in seen]), _median([c for _, c in seen])) for name, seen in taken.items()}


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)
