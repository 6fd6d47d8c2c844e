"""What judging costs against Pandera's own validation of the same contract, over the same rows, in the same run.

The ratio is the figure to quote; the seconds are this machine's today.
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import polars as pl
from pandera.errors import SchemaErrors

from contracts.judge import judge
from contracts.kind import discover_kinds
from contracts.period import Period
from flows.filing import read_filed

REGISTER = Path(__file__).parents[1] / "examples/jiangxi-2020/submissions/user_complaints/SSC_2020.csv"
ROWS = 500_000
RUNS = 5


def test_judging_a_register_against_pandera_alone() -> None:
    period = Period.parse("2020")
    kind = discover_kinds()["user_complaints"].in_force(period)
    filed = read_filed(REGISTER.read_bytes(), REGISTER.name, kind, 2020)
    assert filed.table is not None
    frame, table = _grown(filed.frame), filed.table

    def ours() -> None:
        judged = judge(kind, table, frame, period=period, filer="SSC")
        assert judged.verdict.received == frame.height

    wide = judge(kind, table, frame, period=period, filer="SSC").frame

    def theirs() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                kind.schema.validate(wide, lazy=True)
            except SchemaErrors as errors:
                raise AssertionError("the register is clean") from errors

    fused = [rule.answer.alias(rule.id) for rule in kind.rules]

    def floor() -> None:
        wide.select(pl.int_range(pl.len()), *fused)

    seconds = _interleaved(
        {"one plan, with counts and reasons": ours, "Pandera": theirs, "the bare expressions": floor}
    )
    floor_seconds = seconds["the bare expressions"]
    print(f"\n{len(kind.rules)} rules over {frame.height} rows, medians of {RUNS} interleaved runs:")
    for name, value in seconds.items():
        print(f"  {name}: {value:.3f} s, {value / floor_seconds:.2f} × the bare expressions")


def _grown(frame: pl.DataFrame) -> pl.DataFrame:
    """The example's rows again and again, each with a number of its own, as a register of half a million."""
    times = ROWS // frame.height
    copies = pl.concat([frame] * times)
    unique = pl.concat_str("complaint_id", pl.lit("-"), pl.int_range(pl.len()).cast(pl.String))
    return copies.with_columns(unique.alias("complaint_id"), pl.int_range(2, pl.len() + 2).alias("_row"))


def _interleaved(works: dict[str, Callable[[], None]]) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(RUNS + 1):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - started)
    return {name: statistics.median(values[1:]) for name, values in taken.items()}
