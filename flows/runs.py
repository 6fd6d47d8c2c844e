"""What a run worked with: the versions of program, contracts, calendar and pack, so that it can be told later.

Values only, for `Home.append_run`; it reads our own source files and nothing of the pack again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from contracts.notices import Notice
from flows.commands.version import own_version
from flows.pack import Pack

OURS = ("contracts", "transforms", "warehouse", "flows")
SHOWN = 12  # hexadecimal digits of a hash that name a version


@cache
def code_version() -> str:
    """Version of the program and the hash of its sources: a figure may change with any line of them."""
    digest = hashlib.sha256()
    for package in OURS:
        for name, data in sorted(_sources(files(package), package)):
            digest.update(f"{name} {len(data)}\n".encode() + data)
    return f"{own_version()}+{digest.hexdigest()[:SHOWN]}"


def _sources(folder: Traversable, name: str) -> Iterable[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(entry, f"{name}/{entry.name}")
        elif entry.is_file() and not entry.name.endswith(".pyc"):
            yield f"{name}/{entry.name}", entry.read_bytes()


def calendar_version(notices: Iterable[Notice]) -> str:
    """Hash of all that the notices of a calendar say."""
    return hashlib.sha256("\n".join(map(repr, notices)).encode()).hexdigest()[:SHOWN]


def versions_of(pack: Pack) -> dict[str, Any]:
    """Name of the pack, and the versions of everything that a run of it works with."""
    codes = sorted({a.kind for a in pack.arrivals})
    return {
        "pack": pack.name,
        "code": code_version(),
        "calendar": {"name": pack.calendar.code, "version": calendar_version(pack.calendar.notices)},
        "contracts": {code: pack.kinds[code].in_force(pack.period).version for code in codes},
    }
