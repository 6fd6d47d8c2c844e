"""An existing home to read from, by its folder and by the database that the environment names.

Every command that looks into a home comes through here, so that none forgets that the database may be elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from contracts.errors import UsageError
from flows.settings import Settings
from warehouse.home import Home


def look(folder: Path) -> Home:
    """The home in `folder`, read-only. Raises StorageError where there is none, UsageError where it is elsewhere."""
    return Home.look(folder, database_url=Settings.of_environment().database())


def folder_of(target: Path, home: Path | None) -> Path:
    """Which home a command means that takes a pack or a home: `home` where it is named, else that of a pack, or itself.

    Raises UsageError for a folder that is neither.
    """
    if home is not None:
        return home
    if (target / "pack.toml").is_file():
        return Settings.of_environment().var / target.resolve().name
    if (target / "landing").is_dir():
        return target
    raise UsageError(
        f"{target} 既不是数据包（没有 pack.toml），也不是数据目录（没有 landing/）",
        f"{target} is neither a pack (no pack.toml) nor a home (no landing/)",
    )
