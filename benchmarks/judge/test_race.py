"""Judging a register of a million rows (JIXIAO_BENCH_ROWS) by twelve rules, against other ways to do it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.judge.race import contenders, race, table

ROWS = int(os.environ.get("JIXIAO_BENCH_ROWS", "1000000"))
RUNS = int(os.environ.get("JIXIAO_BENCH_RUNS", "3"))


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_judging_a_register(tmp_path: Path, form: str) -> None:
    results = list(race(tmp_path, ROWS, csv=form == "csv", runs=RUNS, names=contenders()))
    print(f"\n{ROWS:,} rows, {form}, medians of {RUNS} runs in turns; ratios of processor seconds")
    print(table(results))
    for file in {result.file for result in results}:
        judged = [r for r in results if r.file == file and r.contender != "bare read" and not r.failure]
        assert len({digest for result in judged for digest in result.digests}) == 1, f"no agreement on {file}"
