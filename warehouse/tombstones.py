"""What is put where a file by hash was, once its personal data were erased: the hash stays, the bytes do not.

A tombstone is a short JSON text beside where the file lay, `<hash>.erased` (`<hash>.parquet.erased` of a register). It
says what the ledger's entry says, which is what counts; it is here so that whoever only has the files finds the same.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from contracts.errors import StorageError
from warehouse.canonical import json_text
from warehouse.files import sync_folder, write_once

SUFFIX = ".erased"


@dataclass(frozen=True)
class Tombstone:
    """sha256: of the bytes that are gone. becomes: of the register without them that stands in their place, else None.

    submission, entry: of the ledger's entry that says so. by, basis, at: who erased it, on what ground, when (ISO).
    """

    sha256: str
    becomes: str | None
    submission: str
    entry: int
    by: str
    basis: str
    at: str


def tombstone_path(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def find_tombstone(path: Path) -> Tombstone | None:
    """What stands in the place of the file at `path`; None where nothing was erased there."""
    try:
        told = tombstone_path(path).read_text(encoding="utf-8")
        return Tombstone(**json.loads(told))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise StorageError(
            f"清除记录无法读取：{tombstone_path(path)}", f"cannot read the note of an erasure {tombstone_path(path)}"
        ) from error


def bury(path: Path, tombstone: Tombstone) -> bool:
    """Put the tombstone and remove the bytes; whether there was anything left to do. The caller holds the folder."""
    todo = path.exists() or not tombstone_path(path).exists()
    write_once(tombstone_path(path), (json_text(asdict(tombstone)) + "\n").encode())
    # Overwriting first would promise more than it keeps: a journal or a solid-state disk has other copies.
    path.unlink(missing_ok=True)
    sync_folder(path.parent)
    return todo
