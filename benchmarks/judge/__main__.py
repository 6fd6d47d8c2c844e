"""`python -m benchmarks.judge 10000000 --runs 3 --formats parquet --states clean some --only jixiao "bare read"`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.judge.race import contenders, race, table
from benchmarks.judge.registers import STATES


def main() -> None:
    asked = argparse.ArgumentParser(description="Measure judging against other ways to do it.")
    asked.add_argument("rows", type=int)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--formats", nargs="+", choices=["parquet", "csv"], default=["parquet", "csv"])
    asked.add_argument("--states", nargs="+", choices=STATES, default=list(STATES))
    asked.add_argument("--only", nargs="+", default=None, help="contenders by name")
    asked.add_argument("--folder", type=Path, default=None, help="where the registers are kept for another time")
    given = asked.parse_args()
    names = [name for name in contenders() if given.only is None or name in given.only]
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for form in given.formats:
            done = race(folder, given.rows, csv=form == "csv", runs=given.runs, names=names, states=given.states)
            print(f"\n{given.rows:,} rows, {form}, medians of {given.runs} runs in turns; ratios of processor seconds")
            print(table(list(done)), flush=True)


if __name__ == "__main__":
    main()
