"""`jixiao restore`: a backup becomes a home again, on SQLite or PostgreSQL, whichever it was made from.

Every member is compared with the manifest before the home appears: whole or not at all. Never writes into a home or a
database that holds something already.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, bindparam, column, insert, inspect, select, table, update
from sqlalchemy.exc import DBAPIError

from contracts.errors import StorageError, UsageError
from warehouse import tables
from warehouse.backup import FORM, MANIFEST, Manifest
from warehouse.database import altering, compare_as_bytes, connect, is_postgresql, reading, whereabouts
from warehouse.files import sync_folder
from warehouse.home import Home
from warehouse.place import ELSEWHERE, place_of

# No control character, which would end a line or hide one, and no part that leads elsewhere.
_FILE: Final = re.compile(r"(?:landing|registers|published)(?:/(?!\.\.?(?:/|$))[^/\\\x00-\x1f\x7f-\x9f]+)+")
_TABLE: Final = re.compile(r"tables/([a-z_]+)\.jsonl")
_PIECE: Final = 1 << 20
_ROWS: Final = 5_000


def restore_backup(file: Path, folder: Path, *, database_url: URL | None = None) -> Manifest:
    """Make the home in `folder`, which must be empty or not be there, from a backup.

    database_url: where its database goes; None: into the folder. Raises UsageError where something is there already or
    `file` is no backup, StorageError where a member is not what the manifest says.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} 不是空文件夹，不予覆盖", f"{folder} is not empty and is not overwritten")
    unfinished = folder.absolute().with_name(f".{folder.absolute().name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)  # of a process that died
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, file)
            unfinished.mkdir(parents=True)
            _unpack(archive, manifest, unfinished)
            _fill(archive, manifest, unfinished, database_url)
        if folder.exists():
            folder.rmdir()
        os.replace(unfinished, folder)
        sync_folder(folder.absolute().parent)
    except (zipfile.BadZipFile, EOFError) as error:
        raise UsageError(f"{file} 不是备份文件或已损坏", f"{file} is no backup, or is damaged") from error
    except OSError as error:
        raise StorageError(f"无法恢复到 {folder}：{error.strerror}", f"cannot restore to {folder}: {error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    try:
        told = json.loads(archive.read(MANIFEST))
        if told.pop("form") != FORM:
            raise ValueError(FORM)
        manifest = Manifest(**told)
    except (KeyError, ValueError, TypeError) as error:
        raise UsageError(f"{file} 不是本程序的备份", f"{file} is no backup of this program") from error
    there = set(archive.namelist()) - {MANIFEST}
    if there != set(manifest.members) or not all(_FILE.fullmatch(n) or _TABLE.fullmatch(n) for n in there):
        raise StorageError(f"{file} 的内容与其清单不符", f"{file} does not hold what its manifest says")
    return manifest


def _unpack(archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> None:
    for name in sorted(n for n in manifest.members if _FILE.fullmatch(n)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            for piece in _checked(archive, manifest, name):
                out.write(piece)
        if not name.startswith("published/"):
            path.chmod(0o444)


def _checked(archive: zipfile.ZipFile, manifest: Manifest, name: str) -> Iterator[bytes]:
    """A member piece by piece; raises StorageError at its end where it is not what the manifest says."""
    sha256 = hashlib.sha256()
    with archive.open(name) as member:
        while piece := member.read(_PIECE):
            sha256.update(piece)
            yield piece
    if sha256.hexdigest() != manifest.members[name]["sha256"]:
        raise StorageError(f"备份中的 {name} 已改变", f"{name} in the backup has changed")


def _fill(archive: zipfile.ZipFile, manifest: Manifest, folder: Path, database_url: URL | None) -> None:
    engine = connect(place_of(folder, database_url), writable=True)
    try:
        with altering(engine) as connection:
            _make_tables(connection, manifest.revision)
            for name in [t.name for t in tables.metadata.sorted_tables if t.name in manifest.rows]:
                _insert_rows(connection, archive, manifest, name)
        with reading(engine) as connection:
            home = connection.execute(select(tables.home)).first()
    finally:
        engine.dispose()
    if home is None:
        raise StorageError("备份中没有主管局信息", "the backup does not say whose home it is")
    if is_postgresql(engine):
        (folder / ELSEWHERE).write_text(whereabouts(engine.url) + "\n", encoding="utf-8")
    # Brings the tables of an earlier version up, and makes the views.
    Home.open(folder, bureau=home.bureau, title=home.title, database_url=database_url).close()


def _make_tables(connection: Connection, revision: str) -> None:
    """The tables as that version of the program had them, in a database that has none."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    if inspect(connection).get_table_names():
        raise UsageError("数据库不是空的，不予覆盖", "the database is not empty and is not overwritten")
    config = Config()
    config.set_main_option("script_location", str(files("warehouse") / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
        compare_as_bytes(connection)
    except CommandError as error:
        raise StorageError(
            f"备份的数据库版本为 {revision}，比本程序新", f"the backup is of version {revision}, which is newer"
        ) from error


def _insert_rows(connection: Connection, archive: zipfile.ZipFile, manifest: Manifest, name: str) -> None:
    lines = _texts(_checked(archive, manifest, f"tables/{name}.jsonl"))
    names = json.loads(next(lines))
    target = table(name, *map(column, names))
    # A row may name another one of its own table that comes after it: that is told once all are there.
    later = {c.name for c in tables.metadata.tables[name].columns for k in c.foreign_keys if k.column.table is c.table}
    kept: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    try:
        for line in lines:
            row = dict(zip(names, json.loads(line), strict=True))
            kept += [row] if any(row[n] is not None for n in later) else []
            rows.append(row | dict.fromkeys(later))
            if len(rows) == _ROWS:
                connection.execute(insert(target), rows)
                rows = []
        if rows:
            connection.execute(insert(target), rows)
    except (ValueError, DBAPIError) as error:
        raise StorageError(f"备份中的表 {name} 无法写入", f"the table {name} of the backup cannot be kept") from error
    for row in kept:
        key = tables.metadata.tables[name].primary_key.columns.keys()
        which = [target.c[k] == bindparam(f"_{k}", row[k]) for k in key]
        connection.execute(update(target).where(*which).values({n: row[n] for n in later}))


def _texts(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The lines of what comes in pieces."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
