"""The process in which received files are read: one order a line in, one answer a line out, until the input ends.

A native reader that crashes, hangs or eats memory does so here, and `flows.reader` says it of the one file. What a file
printed through a library goes nowhere; the answer itself lies in the folder that the order names.
"""

from __future__ import annotations

import json
import mmap
import os
import resource
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from contracts.errors import StorageError
from transforms.book import Limits
from transforms.carrying import lay_down
from transforms.reading import read_book
from transforms.register_survey import SAMPLE, survey


def serve(orders: TextIO, answers: TextIO) -> None:
    """Carry out orders {"path", "name", "scratch", "limits"}; answer {} when done.

    With "least" beside them a register is only looked through (`transforms.register_survey`): {"survey": …}.
    {"storage": [zh, en]} says that the disk failed, {"fault": traceback} that we did.
    """
    print("{}", file=answers, flush=True)  # ready: everything is imported
    for line in orders:
        order = json.loads(line)
        try:
            answer: dict[str, Any] = look(order) if "least" in order else {}
            if "least" not in order:
                read(order)
        except StorageError as error:
            answer = {"storage": [error.zh, error.en]}
        except Exception:  # told to the parent, who decides; this process goes on with the next file
            answer = {"fault": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


def read(order: dict[str, Any]) -> None:
    folder = Path(order["scratch"])
    with open(order["path"], "rb") as file:
        # Not closed by hand: whoever still holds a part of it would make that an error.
        empty = os.fstat(file.fileno()).st_size == 0
        data = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        lay_down(read_book(data, order["name"], Limits(**order["limits"]), folder), folder)


def look(order: dict[str, Any]) -> dict[str, Any]:
    limits, sample = Limits(**order["limits"]), Path(order["scratch"]) / SAMPLE
    found = survey(Path(order["path"]), limits, order["least"], sample)
    return {"survey": None if found is None else asdict(found)}


def main() -> None:
    # The channel is kept to ourselves: a library that prints must not be able to answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
