"""Reading in a process of its own: what happens to the one file when that process dies, hangs or eats memory.

The process under test is the real one; its faults are brought about from outside, by signals, and by files that really
take too long or too much.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contracts.errors import ReaderError, StorageError
from flows.reader import Patience, Reader
from tests.transforms.made_files import by_openpyxl
from transforms.book import Limits
from transforms.reading import read_book

TABLE = by_openpyxl({"表": [["名称", "数量"], ["甲", 1]]})


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "a.xlsx"
    path.write_bytes(TABLE)
    return path


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A file that takes seconds to read and is no hostile one: a text of many rows."""
    path = tmp_path / "slow.csv"
    path.write_bytes("名称,数量\n".encode() + '甲,"1"\n'.encode("gb18030") * 6_000_000)
    return path


def pid(reader: Reader) -> int:
    assert reader._process is not None
    return reader._process.pid


def test_what_is_read_elsewhere_is_what_is_read_here(reader: Reader, table: Path) -> None:
    read = reader.read(table, "a.xlsx")
    here = read_book(TABLE, "a.xlsx")
    assert read.book is not None
    assert here.book is not None
    assert [s.grid.rows() for s in read.book.sheets] == [s.grid.rows() for s in here.book.sheets]
    assert reader.read(table, "a.csv").findings == read_book(TABLE, "a.csv").findings != ()


def test_one_process_reads_all_files(reader: Reader, table: Path, tmp_path: Path) -> None:
    reader.read(table, "a.xlsx")
    first = pid(reader)
    (tmp_path / "empty.csv").write_bytes(b"")
    assert [f.rule for f in reader.read(tmp_path / "empty.csv", "empty.csv").findings] == ["FILE-01"]
    reader.read(table, "a.xlsx")
    assert pid(reader) == first


def test_a_process_that_died_meanwhile_is_started_again(reader: Reader, table: Path) -> None:
    reader.read(table, "a.xlsx")
    os.kill(pid(reader), signal.SIGKILL)
    time.sleep(0.1)
    assert reader.read(table, "a.xlsx").book is not None


def kill_while_reading(reader: Reader, times: int) -> Callable[[], None]:
    def kill() -> None:
        killed: set[int] = set()
        until = time.monotonic() + 60
        while len(killed) < times and time.monotonic() < until:
            process = reader._process
            # Only one that has an order: it has used more of the processor than starting takes.
            if process is not None and process.pid not in killed and reader._ready and busy(process.pid):
                killed.add(process.pid)
                os.kill(process.pid, signal.SIGSEGV)
            time.sleep(0.02)

    def busy(number: int) -> bool:
        opened = Path(f"/proc/{number}/fd")
        return any("slow.csv" in os.path.realpath(opened / fd) for fd in os.listdir(opened))

    return kill


@pytest.mark.parametrize(("times", "rules"), [(1, []), (2, ["FILE-09"])])
def test_a_crash_is_tried_once_more_and_then_said(reader: Reader, slow: Path, times: int, rules: list[str]) -> None:
    reader.start()
    killer = threading.Thread(target=kill_while_reading(reader, times))
    killer.start()
    reading = reader.read(slow, "slow.csv")
    killer.join()
    assert [f.rule for f in reading.findings] == rules
    assert (reading.book is None) == bool(rules)
    if rules:
        assert "崩溃" in reading.findings[0].message_zh


def test_a_file_that_takes_too_long_is_said_and_the_next_is_read(slow: Path, table: Path) -> None:
    with Reader(patience=Patience(seconds=0.2, seconds_per_mib=0)) as reader:
        start = time.monotonic()
        (finding,) = reader.read(slow, "slow.csv").findings
        assert finding.rule == "FILE-09"
        assert "时间上限" in finding.message_zh
        assert time.monotonic() - start < 30
        assert reader.read(table, "a.xlsx").book is not None


def test_a_file_that_takes_too_much_memory_is_said(tmp_path: Path, table: Path) -> None:
    path = tmp_path / "wide.xlsx"
    path.write_bytes(by_openpyxl({"表": [["x" * 30] * 40] * 4000}))
    with Reader(patience=Patience(memory=1)) as reader:
        (finding,) = reader.read(path, "wide.xlsx").findings
        assert finding.rule == "FILE-09"
        assert "内存上限" in finding.message_zh


def test_a_process_that_cannot_start_is_our_fault_and_no_finding(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")  # starts, and ends without a word
    with Reader() as reader, pytest.raises(ReaderError):
        reader.read(table, "a.xlsx")


def test_a_full_disk_is_no_finding(reader: Reader, table: Path, tmp_path: Path) -> None:
    text = tmp_path / "a.csv"
    text.write_text("名称,数量\n甲,1\n" * 50_000, encoding="utf-8")
    reader.read(table, "a.xlsx")
    resource.prlimit(pid(reader), resource.RLIMIT_FSIZE, (100_000, 100_000))
    with pytest.raises(StorageError):
        reader.read(text, "a.csv")
    assert reader.read(table, "a.xlsx").book is not None


def test_limits_are_obeyed_over_there(table: Path) -> None:
    with Reader(Limits(sheets=0)) as reader:
        assert [f.rule for f in reader.read(table, "a.xlsx").findings] == ["FILE-08"]


def test_from_many_threads(reader: Reader, table: Path) -> None:
    found: list[bool] = []

    def read() -> None:
        found.append(reader.read(table, "a.xlsx").book is not None)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8
