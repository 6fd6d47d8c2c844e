"""Reading in a process of its own, within limits of time and memory.

A reader of damaged files is the part most likely to crash: it may, and only the file it had is returned (FILE-09). A
process that died is started once more for the same file, for what killed it may have been the machine and not the file.
"""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from contracts.errors import ReaderError, StorageError
from contracts.finding import Finding
from contracts.structure import structure_finding
from transforms.book import Limits, Reading
from transforms.carrying import take_up
from transforms.register_survey import SAMPLE, Survey

log = logging.getLogger("jixiao.reader")

_START_SECONDS = 120.0
_WALL = 15.0  # so many times the processor's time may pass on the clock: a busy machine is no fault of the file
_LOOK_SECONDS = 0.01


@dataclass(frozen=True)
class Patience:
    """What one file may cost: seconds of processor time, and as many again for each MiB of it; bytes of memory."""

    seconds: float = 4.0
    seconds_per_mib: float = 1.0
    memory: int = 960 * 1024 * 1024


class _Stopped(Exception):
    """The process was stopped or died; `zh` and `en` say over what, `again` whether a second try makes sense."""

    def __init__(self, zh: str, en: str, *, again: bool = False) -> None:
        super().__init__(en)
        self.zh, self.en, self.again = zh, en, again


class Reader:
    """Reads files one after the other, from any thread. Use it as a context manager, or `close` it."""

    def __init__(self, limits: Limits | None = None, patience: Patience | None = None) -> None:
        self._limits = limits or Limits()
        self._patience = patience or Patience()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def read(self, path: Path, name: str) -> Reading:
        """The file at `path`, which was called `name`. Raises ReaderError where no reading process can be started.

        StorageError where it found no room to lay down what it read.
        """
        with self._lock:
            try:
                return self._read(path, name)
            except _Stopped as stopped:
                if not stopped.again:
                    return Reading(None, (_not_read(name, stopped),))
            try:
                return self._read(path, name)
            except _Stopped as stopped:
                return Reading(None, (_not_read(name, stopped),))

    def survey(self, path: Path, name: str, least: int) -> tuple[Survey, Reading] | None:
        """The register in Parquet at `path` looked through, with its first and last rows read as cells of file `name`.

        None where it is to be read as other files are, which also says what is wrong with a damaged one.
        """
        with self._lock, tempfile.TemporaryDirectory(prefix="jixiao-survey-", ignore_cleanup_errors=True) as scratch:
            try:
                answer = self._order(path, name, scratch, {"least": least}).get("survey")
                if answer is None:
                    return None
                found = Survey(answer["height"], answer["filled"], tuple(answer["plain"]))
                return found, self._read(Path(scratch) / SAMPLE, name)
            except _Stopped:
                return None

    def start(self) -> None:
        """Start the process, so that it is ready once there is something to read."""
        with self._lock:
            self._running()

    def close(self) -> None:
        with self._lock:
            self._stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, path: Path, name: str) -> Reading:
        with tempfile.TemporaryDirectory(prefix="jixiao-reading-", ignore_cleanup_errors=True) as scratch:
            answer = self._order(path, name, scratch, {})
            if "storage" in answer:
                raise StorageError(*answer["storage"])
            if "fault" in answer:
                log.error("reading %r failed; details are in %s", name, _leave_report(answer["fault"]))
                what = answer["fault"].strip().splitlines()[-1].partition(":")[0]
                raise _Stopped(f"读取程序出错（{what}）", f"the reader failed ({what})")
            return take_up(Path(scratch))

    def _order(self, path: Path, name: str, scratch: str, more: dict[str, object]) -> dict[str, Any]:
        """What the process answers to an order for one file. Raises _Stopped like `_ask`."""
        process = self._running()
        order: dict[str, object] = {
            "path": str(path.absolute()),
            "name": name,
            "scratch": scratch,
            "limits": asdict(self._limits),
        }
        self._await_ready(process)
        size = path.stat().st_size / 1024 / 1024
        return self._ask(process, order | more, self._patience.seconds + size * self._patience.seconds_per_mib)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            environment = os.environ | {"PYTHONPATH": os.pathsep.join(part or os.getcwd() for part in sys.path)}
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "flows.reading_process"],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
                )  # fmt: skip
            except OSError as error:
                raise ReaderError(
                    f"无法启动读取进程：{error.strerror}", f"cannot start the reading process: {error.strerror}"
                ) from error
            self._ready = False
        return self._process

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        if self._ready:
            return
        line = _line(process, time.monotonic() + _START_SECONDS)
        if not line:
            self._stop()
            raise ReaderError("读取进程没有启动", "the reading process did not start")
        self._ready = True

    def _ask(self, process: subprocess.Popen[bytes], order: dict[str, object], seconds: float) -> dict[str, Any]:
        """The answer to an order. Raises _Stopped when the process dies or is stopped over a limit."""
        assert process.stdin is not None
        usage = _Usage(process.pid)
        spent = usage.seconds()
        until = time.monotonic() + seconds * _WALL
        try:
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
            while (line := _line(process, time.monotonic() + _LOOK_SECONDS)) is None:
                if usage.seconds() - spent > seconds or time.monotonic() > until:
                    said = f"{seconds:.3g}"
                    raise _Stopped(f"超过时间上限 {said} 秒", f"it took longer than {said} seconds")
                if usage.memory() > self._patience.memory:
                    size = f"{self._patience.memory / 1024 / 1024:.0f} MiB"
                    raise _Stopped(f"超过内存上限 {size}", f"it needed more than {size} of memory")
            if not line:
                raise OSError
        except OSError:
            status = process.wait()
            self._stop()
            raise _Stopped(
                f"读取程序崩溃（状态 {status}）", f"the reader crashed (status {status})", again=True
            ) from None
        except _Stopped:
            self._stop()
            raise
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            _close(stream)
        self._process = None


def _close(stream: IO[bytes] | None) -> None:
    try:
        if stream is not None:
            stream.close()
    except BrokenPipeError:
        pass  # what was still to be written had no reader any more


def _line(process: subprocess.Popen[bytes], until: float) -> bytes | None:
    """The next line the process says; None when it has said nothing until then; empty when it will say nothing more."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
    return process.stdout.readline() if ready else None


def _leave_report(fault: str) -> str:
    """The traceback in a file of its own: whoever looks into it needs it, and a filer's report has no place for it."""
    with tempfile.NamedTemporaryFile("w", prefix="jixiao-", suffix=".log", delete=False, encoding="utf-8") as report:
        report.write(fault)
    return report.name


class _Usage:
    """What a process has used so far, as the system tells it; nothing where it does not (no /proc)."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")

    def seconds(self) -> float:
        """Of processor time, its own and the system's on its behalf."""
        try:
            fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Bytes of memory of its own: pages of files that are mapped can be dropped and do not count."""
        try:
            lines = (self._folder / "status").read_text().splitlines()
        except OSError:
            return 0
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon")), 0)


def _not_read(name: str, stopped: _Stopped) -> Finding:
    return structure_finding(
        "FILE-09",
        f"文件“{name}”未能读完：{stopped.zh}。请检查文件；确有需要时请管理员提高上限（docs/settings.md）。",
        f"File “{name}” could not be read to its end: {stopped.en}. Check the file; limits: docs/settings.md.",
        filed=None,
    )
