"""What the environment may set, each with a default that works with nothing else installed. Read once, at the door.

Telemetry of every dependency is off before it is imported: call `quiet_dependencies` first of all.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.errors import StorageError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import URL

    from flows.reader import Reader
    from transforms.book import Limits

# Each of these libraries reports home, looks for news or phones a server unless told not to.
QUIET = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_WIKI_ENABLED": "false",
    "RAY_USAGE_STATS_ENABLED": "0",
}
# However the driver is named, it is psycopg 3.
POSTGRESQL = ("postgresql+psycopg", "postgresql", "postgres")
# A fresh home makes Prefect's database first, which takes longer than the 20 s it allows by itself.
PATIENT = {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120", "PREFECT_LOGGING_LEVEL": "WARNING"}


class Settings(BaseSettings):
    """Settings, each `JIXIAO_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="JIXIAO_", env_ignore_empty=True)

    var: Path = Path("var")
    """Folder under which the homes of packs are made when no --home is given."""

    kinds: str = ""
    """Further folders with kind modules, parted by the system's path separator."""

    database_url: SecretStr = SecretStr("")
    """PostgreSQL that keeps the database, as postgresql://user@host/database; by default it is a file in the home."""

    read_seconds: Annotated[float, Field(gt=0)] = 4.0
    """Seconds of processor time that reading one file may take, and one more for each MiB of it."""

    read_memory_mib: Annotated[int, Field(ge=128)] = 960
    """Memory that reading one file may take, in MiB."""

    read_expanded_mib: Annotated[int, Field(gt=0)] = 512
    """What a file may unpack to, in MiB; also the size of the largest file that is read."""

    read_ratio: Annotated[int, Field(gt=1)] = 200
    """How many times its packed size a member of an archive may have, once it is past 64 MiB."""

    read_cells: Annotated[int, Field(gt=0)] = 20_000_000
    """Cells of a workbook, a document or an archive."""

    read_laid_cells: Annotated[int, Field(gt=0)] = 100_000_000
    """Cells of a text or Parquet file, which is laid on disk while it is read."""

    read_sheets: Annotated[int, Field(gt=0)] = 256
    """Sheets of a workbook, tables of a document, files and sheets of an archive."""

    read_characters: Annotated[int, Field(gt=0)] = 1_000_000
    """Characters of one cell."""

    read_nesting: Annotated[int, Field(ge=0)] = 2
    """How deep archives may lie in archives."""

    @classmethod
    def of_environment(cls) -> Settings:
        """What the environment sets. Raises UsageError naming every variable that cannot be understood."""
        try:
            return cls()
        except ValidationError as error:
            wrong = [(f"JIXIAO_{str(e['loc'][0]).upper()}", e.get("input"), e["msg"]) for e in error.errors()]
            zh = "；".join(f"{name}={value!r}" for name, value, _ in wrong)
            en = "; ".join(f"{name}={value!r}: {why}" for name, value, why in wrong)
            raise UsageError(f"环境变量的取值不可用：{zh}（见 docs/settings.md）", f"settings: {en}") from error

    def limits(self) -> Limits:
        """How large a received file may become."""
        from transforms.book import Limits

        return Limits(
            expanded_bytes=self.read_expanded_mib * 1024 * 1024,
            ratio=self.read_ratio,
            cells=self.read_cells,
            laid_cells=self.read_laid_cells,
            sheets=self.read_sheets,
            characters=self.read_characters,
            nesting=self.read_nesting,
        )

    def reader(self) -> Reader:
        """A reader within the limits set."""
        from flows.reader import Patience, Reader

        return Reader(self.limits(), Patience(seconds=self.read_seconds, memory=self.read_memory_mib * 1024 * 1024))

    def database(self) -> URL | None:
        """The PostgreSQL that is set; None without. Raises UsageError where the setting names no PostgreSQL."""
        if not (told := self.database_url.get_secret_value()):
            return None
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            url = make_url(told)
        except ArgumentError:  # its message repeats the URL, and with it the password
            url = None
        if url is None or url.drivername not in POSTGRESQL or not url.database:
            raise UsageError(
                "JIXIAO_DATABASE_URL 应为 postgresql://用户@主机/数据库（见 docs/postgresql.md）",
                "JIXIAO_DATABASE_URL should read postgresql://user@host/database (docs/postgresql.md)",
            )
        return url.set(drivername=POSTGRESQL[0])

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
