"""What the environment may set, each with a default that works with nothing else installed. Read once, at the door.

Telemetry of every dependency is off before it is imported: call `quiet_dependencies` first of all.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.errors import StorageError

# Each of these libraries reports home, looks for news or phones a server unless told not to.
QUIET = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_WIKI_ENABLED": "false",
    "RAY_USAGE_STATS_ENABLED": "0",
}
# A fresh home makes Prefect's database first, which takes longer than the 20 s it allows by itself.
PATIENT = {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120", "PREFECT_LOGGING_LEVEL": "WARNING"}


class Settings(BaseSettings):
    """Settings, each `JIXIAO_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="JIXIAO_", env_ignore_empty=True)

    var: Path = Path("var")
    """Folder under which the homes of packs are made when no --home is given."""

    kinds: str = ""
    """Further folders with kind modules, parted by the system's path separator."""

    def kind_folders(self) -> tuple[Path, ...]:
        return tuple(Path(part) for part in self.kinds.split(os.pathsep) if part)


def quiet_dependencies() -> None:
    """Turn off what dependencies would send or look up; what the user has set stays."""
    for name, value in {**QUIET, **PATIENT}.items():
        os.environ.setdefault(name, value)


def place_prefect(folder: Path) -> None:
    """Keep an ephemeral Prefect's own files in `folder`, unless the user runs a Prefect of their own.

    Raises StorageError where the folder cannot be made: Prefect itself would only warn, again and again.
    """
    if "PREFECT_API_URL" in os.environ or "PREFECT_HOME" in os.environ:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"无法建立目录 {folder}：{error.strerror}", f"cannot make {folder}: {error.strerror}"
        ) from error
    os.environ["PREFECT_HOME"] = str(folder.absolute())
