"""One contender over one file in a process of its own: `python -m benchmarks.judge.run_one NAME FILE SMALL`.

Prints one line of JSON: seconds of wall clock and of processors, the most memory the process ever held, how many rows
failed, and a digest of every row's reasons. A small file goes first, so that imports and first calls are not measured.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path

import polars as pl

from benchmarks.judge.contenders import CONTENDERS


def digest(answer: pl.DataFrame) -> str:
    """The same for the same reasons of the same rows."""
    told = answer.select(pl.col("_row").cast(pl.UInt32), pl.col("rules").list.sort().list.join(",")).sort("_row")
    return hashlib.sha256(told.write_csv().encode()).hexdigest()[:12]


def most_memory() -> int:
    """Megabytes that this process held at most. Not `ru_maxrss`, which begins with what the parent process held."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1024


def main(name: str, path: Path, small: Path) -> None:
    contender = CONTENDERS[name]
    contender(small)
    wall, processors = time.perf_counter(), time.process_time()
    answer = contender(path)
    seconds, cpu = time.perf_counter() - wall, time.process_time() - processors
    megabytes = most_memory()
    told = {"seconds": seconds, "cpu": cpu, "mb": megabytes, "failing": answer.height, "digest": digest(answer)}
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
