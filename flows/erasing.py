"""What a pack still holds of what its home has erased. Looks only: a pack is its owner's, nothing is removed there."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flows.pack import Pack
from warehouse.database import reading
from warehouse.erased import erased_files
from warehouse.home import Home


def still_in_pack(home: Home, pack: Pack) -> list[str]:
    """Files under submissions/ whose bytes were erased from the home, listed in arrivals.csv or not."""
    with reading(home.engine) as connection:
        gone = erased_files(connection)
    if not gone:
        return []
    return [p.relative_to(pack.folder).as_posix() for p in _filed(pack.folder) if _sha256(p) in gone]


def _filed(folder: Path) -> list[Path]:
    return sorted(p for p in (folder / "submissions").rglob("*") if p.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
