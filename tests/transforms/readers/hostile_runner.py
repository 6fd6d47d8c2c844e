"""Reads files by `read_book`, each in a process of its own, and says what came of it and what it took.

Usage: python -m tests.transforms.readers.hostile_runner, then a JSON line {"path", "name"} for each file; the answer
is a JSON line. A process is forked, with every reader already imported, so that what is measured is the reading.
"""

from __future__ import annotations

import importlib
import json
import mmap
import os
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

_SECONDS = 60
_READERS = ("word.document", "parquet", "text.table", "workbooks", "xls.workbook")


def answer(path: Path, name: str) -> dict[str, Any]:
    from transforms.reading import read_book

    with path.open("rb") as file, tempfile.TemporaryDirectory() as scratch:
        size = path.stat().st_size
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        reading = read_book(data, name, scratch=Path(scratch))
        return {
            "findings": [
                {"rule": f.rule, "blocks": f.blocks, "zh": f.message_zh, "en": f.message_en} for f in reading.findings
            ],
            "sheets": [
                [sheet.name, sheet.grid.height, sheet.grid.width, _sample(sheet)] for sheet in reading.book.sheets
            ]
            if reading.book
            else None,
        }


def _sample(sheet: Any) -> str:
    return "|".join(str(text) for text in sheet.grid.head(3).row(0)[:5]) if sheet.grid.height else ""


def _child(path: Path, name: str, out: int) -> None:
    signal.alarm(_SECONDS)
    try:
        said = answer(path, name)
    except BaseException:
        said = {"fault": traceback.format_exc()}
    with os.fdopen(out, "w") as file:
        json.dump(said, file)
    os._exit(0)


def main() -> None:
    for reader in _READERS:
        importlib.import_module(f"transforms.readers.{reader}")
    for library in ("docx", "lxml.etree", "python_calamine", "pyarrow.parquet", "xlrd"):
        importlib.import_module(library)
    for line in sys.stdin:
        order = json.loads(line)
        come, go = os.pipe()
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            os.close(come)
            _child(Path(order["path"]), order["name"], go)
        os.close(go)
        with os.fdopen(come) as file:
            said = file.read()
        _, status, usage = os.wait4(child, 0)
        measured = {
            "seconds": time.monotonic() - started,
            "busy": usage.ru_utime + usage.ru_stime,
            "mib": usage.ru_maxrss / 1024,
            "status": status,
        }
        print(json.dumps({**(json.loads(said) if said else {}), **measured}), flush=True)


if __name__ == "__main__":
    main()
