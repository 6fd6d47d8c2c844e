"""Reads files that are to hurt it, one after the other, and says what came of each: the process that may crash.

Usage: python -m tests.transforms.fuzzing.child, then a JSON line {"do": "read" | "compare", "path", "name"} for each
file; the answer is a JSON line. "read" reads as the program does and holds the result against what is promised of any
file; "compare" asks a reader that is not ours for filled cells that ours did not give.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import sys
import tempfile
import time
import traceback
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.transforms.fuzzing.others import missing_cells
from transforms.reading import Reading, read_book
from transforms.understanding import understand

_SECONDS, _MIB = 5.0, 1000.0
_LOOK_SECONDS = 5
_STRIPPED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_QUIET = {"FILE-06", "FILE-12", "FILE-13", "FILE-14", "FILE-15"}


def read(path: Path, name: str) -> dict[str, Any]:
    """What is said of the file, and `faults`: promises that were not kept."""
    _forget_peak()
    started = time.process_time()
    try:
        reading, faults = _read(path, name), []
        if reading.book is not None:
            understood = understand(reading.book)
            faults += [] if understood.account.holds else ["the account does not hold"]
            faults += _messages(understood.findings)
        with path.open("rb") as file:
            faults += _promises(reading, file.read(2) == b"PK")
    except BaseException:
        return {"faults": [traceback.format_exc()], "seconds": time.process_time() - started}
    seconds, peak = time.process_time() - started, _peak()
    faults += [f"{seconds:.1f} s of processor time"] if seconds > _SECONDS else []
    faults += [f"{peak:.0f} MiB"] if peak > _MIB else []
    rules = [finding.rule for finding in reading.findings]
    clean = reading.book is not None and set(rules) <= _QUIET
    return {"faults": faults, "rules": rules, "book": reading.book is not None, "clean": clean, "seconds": seconds}


def compare(path: Path, name: str) -> dict[str, Any]:
    reading = _read(path, name)
    assert reading.book is not None
    signal.alarm(_LOOK_SECONDS)  # the other reader has no limits of its own
    try:
        return {"missing": missing_cells(path.read_bytes(), reading.book)}
    finally:
        signal.alarm(0)


def _read(path: Path, name: str) -> Reading:
    with path.open("rb") as file, tempfile.TemporaryDirectory() as scratch:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
        return read_book(data, name, scratch=Path(scratch))


def _promises(reading: Reading, zipped: bool) -> list[str]:
    blocking = [finding.rule for finding in reading.findings if finding.blocks]
    faults = _messages(reading.findings)
    if reading.book is None and not blocking:
        faults.append("no book, and no finding that says why")
    if reading.book is None and len(blocking) > 1 and set(blocking) != {"FILE-07"} and not zipped:
        faults.append(f"several findings of one file: {blocking}")
    return faults


def _messages(findings: Any) -> list[str]:
    return [
        f"{finding.rule} says {text!r}"
        for finding in findings
        for text in (finding.message_zh, finding.message_en)
        if not text or any(unicodedata.category(c) in _STRIPPED for c in text) or len(text) > 3000
    ]


def _forget_peak() -> None:
    with suppress(OSError):  # the peak of all files so far is measured then, which is only stricter
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    """MiB that were resident at most, of memory of its own and of mapped files alike."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What a library prints is no answer.
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        done = {"read": read, "compare": compare}[order["do"]](Path(order["path"]), order["name"])
        print(json.dumps(done), file=answers, flush=True)


if __name__ == "__main__":
    main()
