"""What it costs to read a million distinct cells as quantities, against the least that any reading of numbers costs.

The floor is a bare regular expression and a Decimal for each text, in the same Python: it knows no words, no scale, no
interval and no unit. The ratio is the figure to quote; the seconds are this machine's today, of one core.
"""

from __future__ import annotations

import random
import re
import resource
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

import polars as pl
import pytest

from contracts.field import Field, Type
from transforms.parsing import parse_column

CELLS = 1_000_000
SECONDS = 60  # for a million distinct cells on one core: what was asked for
UNITS = ("个", "家", "次", "条", "户", "%", "人次", "元", "元/Mbps", "GB/户·月", "小时", "工作日", "公里")
BEFORE = ("", "", "达到", "超", "不少于", "近", "约", "降低", "同比下降", "不超过")
AFTER = ("", "", "", "以上", "左右", "以内")
BARE = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")


def cells() -> Iterator[str]:
    """Counts, percentages, scaled numbers, bounds and approximations as filers write them; a tenth is no quantity."""
    chance = random.Random(20201231)
    for i in range(1, 10 * CELLS):
        unit = chance.choice(UNITS)
        match i % 10:
            case 0 | 1 | 2:
                yield f"{i}{chance.choice(('', '个', '户'))}"
            case 3:
                yield f"{i:,}"
            case 4 | 5:
                yield f"{i / 1000:.3f}%"
            case 6:
                yield f"{i / 37:.2f}{chance.choice('万亿')}{unit}"
            case 7 | 8:
                yield f"{chance.choice(BEFORE)}{i}{unit}{chance.choice(AFTER)}"
            case _:
                yield f"第{i}批已完成"


@pytest.fixture(scope="module")
def distinct() -> pl.Series:
    found: dict[str, None] = {}
    for cell in cells():
        found[cell] = None
        if len(found) == CELLS:
            break
    return pl.Series("x", list(found))


def test_a_million_distinct_cells(distinct: pl.Series) -> None:
    assert distinct.n_unique() == CELLS
    texts = distinct.to_list()

    def floor() -> None:
        for text in texts:
            found = BARE.search(text)
            if found:
                Decimal(found[0])

    floor_seconds = min(_seconds(floor) for _ in range(3))
    print(f"\n{CELLS} distinct cells; the floor, a bare regular expression and a Decimal each: {floor_seconds:.2f} s")
    for type_ in (Type.QUANTITY, Type.DECIMAL, Type.COUNT):
        field = Field("x", "值", "x", type_, unit="个" if type_ is Type.COUNT else "")
        taken = min(_seconds(partial(parse_column, distinct, field, year=2020)) for _ in range(2))
        print(f"  {type_}: {taken:.2f} s on one core, {taken / floor_seconds:.1f} times the floor")
        assert taken < SECONDS
    print(f"  most memory at any time: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def test_ten_million_cells_of_few_texts_cost_no_more_than_finding_them(distinct: pl.Series) -> None:
    """What a column really holds: many rows, few texts. Each is parsed once."""
    few = distinct.head(10_000)
    column = pl.concat([few] * 1000).rename("x")
    field = Field("x", "值", "x", Type.QUANTITY)
    taken = _seconds(lambda: parse_column(column, field, year=2020))
    print(f"\n{column.len()} cells of {few.len()} texts: {taken:.2f} s of processor time")
    assert taken < SECONDS


def _seconds(work: Callable[[], object]) -> float:
    """Processor time, of all threads: another program on the machine does not count."""
    started = time.process_time()
    work()
    return time.process_time() - started
