"""What reading a large GB18030 file costs against Polars reading the same table in UTF-8, and how much memory it takes.

The ratio is the figure to quote; the seconds are this machine's today.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from transforms.book import Limits
from transforms.readers.text.table import read_text

ROWS = 1_000_000
RUNS = 7
LIMITS = Limits(laid_cells=100_000_000)
HEADING = "编号,受理日期,企业,月份,数量,金额,投诉内容,渠道,状态,分值\n"
FILERS = ("江西省电信有限公司南昌分公司", "中国移动江西公司", "联通江西", "铁塔公司赣州市分公司")
CONTENTS = ("不明扣费，要求核实", "已进场", "", '"含,逗号"', '"他说""好"""', "信号弱")


def records(rows: int) -> Iterator[str]:
    yield HEADING
    for i in range(rows):
        yield (
            f"JX-{i:07d},2020-11-{i % 28 + 1:02d},{FILERS[i % 4]},{i % 11},{i * 7 % 100_000},{i * 3.7:.2f},"
            f"{CONTENTS[i % 6]},客服热线,已办结,{i * 13 % 99_991}\n"
        )


def write(path: Path, rows: int, codec: str) -> Path:
    with path.open("w", encoding=codec, newline="") as file:
        file.writelines(records(rows))
    return path


def test_gb18030_against_polars_on_utf8(tmp_path: Path) -> None:
    ours, theirs = write(tmp_path / "gb.csv", ROWS, "gb18030"), write(tmp_path / "utf8.csv", ROWS, "utf-8")
    data = ours.read_bytes()
    scratch = tmp_path / "scratch"

    def read() -> None:
        (sheet,) = read_text(data, "gb.csv", LIMITS, scratch).sheets
        assert sheet.grid.height == ROWS + 1

    def floor() -> None:
        assert pl.read_csv(theirs, infer_schema=False).height == ROWS

    seconds = _best({"read_text on GB18030": read, "Polars on UTF-8": floor})
    ratio = seconds["read_text on GB18030"] / seconds["Polars on UTF-8"]
    print(f"\n{ROWS} rows, {len(data) / 1e6:.0f} MB, best of {RUNS} interleaved runs:")
    for name, value in seconds.items():
        print(f"  {name}: {value:.3f} s")
    print(f"  ratio {ratio:.2f}")
    assert ratio < 3.5


def _best(works: dict[str, Callable[[], None]]) -> dict[str, float]:
    taken = dict.fromkeys(works, float("inf"))
    for _ in range(RUNS):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            taken[name] = min(taken[name], time.perf_counter() - started)
    return taken


CHILD = """
import mmap, sys, threading
from pathlib import Path
from transforms.book import Limits
from transforms.readers.text.table import read_text

def anonymous():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024

path, scratch = map(Path, sys.argv[1:])
peak, done = anonymous(), threading.Event()
before = peak
def watch():
    global peak
    while not done.wait(0.005):
        peak = max(peak, anonymous())
threading.Thread(target=watch, daemon=True).start()
with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
    (sheet,) = read_text(data, path.name, Limits(laid_cells=100_000_000), scratch).sheets
done.set()
print(sheet.grid.height, peak - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="anonymous memory is read from /proc")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks: dict[int, float] = {}
    for rows in (250_000, ROWS, 4 * ROWS):
        path = write(tmp_path / f"{rows}.csv", rows, "gb18030")
        command = [sys.executable, "-c", CHILD, str(path), str(tmp_path / f"scratch-{rows}")]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
        height, peak = answer.stdout.split()
        assert int(height) == rows + 1
        peaks[rows] = float(peak)
        path.unlink()
    print("\n" + ", ".join(f"{rows} rows: {peak:.0f} MiB" for rows, peak in peaks.items()))
    # 16 times the rows, the same memory: what differs is the noise of an allocator.
    assert max(peaks.values()) < 250
    assert peaks[4 * ROWS] < peaks[250_000] + 64
