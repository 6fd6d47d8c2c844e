"""Files that are written once, whole or not at all, and survive a power cut once written. Never overwrites."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """The folder for ourselves among cooperating processes; given back by the kernel when a process dies."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_once(path: Path, data: bytes) -> None:
    """Write `data` to `path` unless something stands there. The caller holds the folder.

    The unfinished file has a fixed name, so that what a killed process left is overwritten by the next try.
    """
    if path.exists():
        return
    unfinished = unfinished_name(path)
    unfinished.unlink(missing_ok=True)
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())
    os.replace(unfinished, path)
    sync_folder(path.parent)


def unfinished_name(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
