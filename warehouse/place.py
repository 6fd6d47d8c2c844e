"""Where a home keeps its database: in its folder, or on a PostgreSQL that a file in the folder names. No passwords.

The files of a home belong to one database. Swept with another one beside them, they would all be taken for leftovers,
so a folder is never opened with a database that is not its own.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, Engine, func, make_url, select

from contracts.errors import StorageError, UsageError
from warehouse import tables
from warehouse.database import current_revision, reading, whereabouts
from warehouse.files import sync_folder, unfinished_name

DATABASE = "warehouse.db"
ELSEWHERE = "warehouse.postgresql"  # one line: host:port/database


def place_of(folder: Path, database_url: str | URL | None) -> URL:
    """The URL of the database of the home in `folder`. Raises UsageError where the folder's is another."""
    noted = _noted(folder)
    if database_url is None:
        if noted is not None:
            raise UsageError(
                f"数据目录 {folder} 的数据库在 {noted}；请设置 JIXIAO_DATABASE_URL",
                f"the database of {folder} is at {noted}: set JIXIAO_DATABASE_URL",
            )
        return URL.create("sqlite", database=str(folder / DATABASE))
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        _refuse_another(folder, noted, whereabouts(url))
    return url


def _refuse_another(folder: Path, noted: str | None, where: str) -> None:
    if noted is not None and noted != where:
        raise UsageError(
            f"数据目录 {folder} 的数据库在 {noted}，不是 {where}；数据库已迁移的，请改写 {folder / ELSEWHERE}",
            f"the database of {folder} is at {noted}, not {where}; if it has moved, say so in {folder / ELSEWHERE}",
        )
    if (folder / DATABASE).exists():
        raise UsageError(
            f"数据目录 {folder} 的数据库是其中的 {DATABASE}，不是 {where}；请取消 JIXIAO_DATABASE_URL 或另指定数据目录",
            f"the database of {folder} is {DATABASE} in it, not {where}: unset JIXIAO_DATABASE_URL or use another",
        )


def homes_under(folder: Path) -> list[Path]:
    """The homes that lie in `folder`, wherever their databases are, by name."""
    return sorted({p.parent for name in (DATABASE, ELSEWHERE) for p in folder.glob(f"*/{name}")})


def refuse_emptied(folder: Path, engine: Engine) -> None:
    """Raises StorageError for a folder with registers whose database has received nothing: it was lost, or is another.

    A register is only ever written of a submission that was received before. Opened, such a folder would be swept bare.
    """
    if not any((folder / "registers").glob("*/*")):
        return
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if file is None or Path(file).is_file():  # who looks into a file that is not there makes it
        with reading(engine) as connection:
            if current_revision(connection) and connection.scalar(select(tables.submissions.c.id).limit(1)):
                return
    where = file or whereabouts(engine.url)
    raise StorageError(
        f"数据目录 {folder} 中有数据登记文件，而数据库 {where} 中没有任何报送：它不是该目录的数据库，或已丢失；"
        "未作任何改动。请恢复原数据库，或用 jixiao restore 将备份恢复到新的目录",
        f"there are registers in {folder}, but nothing was received by the database {where}: it is not that of this "
        "folder, or was lost. Nothing was changed: put the database back, or restore a backup into another folder with "
        "jixiao restore",
    )


def settle(folder: Path, engine: Engine) -> None:
    """Note in `folder` which PostgreSQL is its database. The caller holds the folder.

    Raises UsageError where that has what was filed into another folder.
    """
    where = whereabouts(engine.url)
    if engine.dialect.name != "postgresql" or _noted(folder) == where:
        return
    with reading(engine) as connection:
        used = current_revision(connection) and connection.scalar(select(func.count()).select_from(tables.submissions))
    if used:
        raise UsageError(
            f"数据库 {where} 属于另一个数据目录，不是 {folder}；请用 --home 指定原来的数据目录",
            f"the database {where} is that of another home than {folder}: name that one with --home",
        )
    unfinished = unfinished_name(folder / ELSEWHERE)
    try:
        unfinished.write_text(where + "\n", encoding="utf-8")
        unfinished.replace(folder / ELSEWHERE)
        sync_folder(folder)
    except OSError as error:
        raise StorageError(f"无法写入 {folder}：{error}", f"cannot write in {folder}: {error}") from error


def _noted(folder: Path) -> str | None:
    try:
        return (folder / ELSEWHERE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"无法读取 {folder}：{error}", f"cannot read in {folder}: {error}") from error
