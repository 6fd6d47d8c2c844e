"""`jixiao backup`: a home at one moment in one zip, while others go on working. Never changes anything in the home.

    manifest.json   which version of the tables, the ledger's head, and of every member its SHA-256 and size
    tables/         one JSON text a row, the same from SQLite and from PostgreSQL: either restores into the other
    landing/ registers/ published/   the files that the ledger names at that moment

Written beside FILE and renamed: whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import URL, Boolean, Connection, Integer, Table, select, type_coerce

from contracts.errors import StorageError, UsageError
from warehouse import tables
from warehouse.audits import audited_pages
from warehouse.commitments import Entry, read_entries
from warehouse.database import HEAD, connect, current_revision
from warehouse.discrepancies import Verification
from warehouse.files import hold, sync_folder, unfinished_name
from warehouse.named_files import erased_files, landed_files, register_files
from warehouse.place import DATABASE, ELSEWHERE, place_of
from warehouse.registers import SUFFIX
from warehouse.sealing import plain
from warehouse.tombstones import SUFFIX as GRAVE
from warehouse.verification import one_moment
from warehouse.verification_derived import all_rows, check_publications

FORM: Final = "jixiao-backup/1"
MANIFEST: Final = "manifest.json"
_PIECE: Final = 1 << 20
_DATE: Final = (1980, 1, 1, 0, 0, 0)  # of every member, so that equal homes give equal files


@dataclass
class Manifest:
    """What a backup holds. rows: of every table; members: name → SHA-256 and size; missing: named and not there."""

    revision: str
    bureau: str
    head: str
    rows: dict[str, int] = field(default_factory=dict)
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def text(self) -> bytes:
        told = {"form": FORM} | asdict(self)
        return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def write_backup(folder: Path, file: Path, *, database_url: URL | None = None) -> Manifest:
    """Put the home in `folder` into `file`, which must not be there yet.

    Raises UsageError where it is, StorageError where the home cannot be read or the file not be written.
    """
    if database_url is None and not any((folder / name).is_file() for name in (DATABASE, ELSEWHERE)):
        raise StorageError(f"{folder} 中没有数据仓库（{DATABASE}）", f"there is no warehouse ({DATABASE}) in {folder}")
    if file.exists():
        raise UsageError(f"{file} 已存在，不予覆盖", f"{file} is there already and is not overwritten")
    engine = connect(place_of(folder, database_url), writable=False)
    unfinished = unfinished_name(file)
    try:
        with one_moment(engine) as connection, unfinished.open("wb") as out:
            manifest = _write(connection, folder, out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(unfinished, file)
        sync_folder(file.absolute().parent)
    except OSError as error:
        raise StorageError(f"无法写入 {file}：{error.strerror}", f"cannot write {file}: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
        engine.dispose()
    return manifest


def _write(connection: Connection, folder: Path, out: IO[bytes]) -> Manifest:
    published = folder / "published"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        # Nobody publishes between the moment of the database and the pages that are copied.
        with hold(published) if published.is_dir() else nullcontext():
            manifest = _begin(connection)
            entries = read_entries(all_rows(connection, tables.ledger))
            pages = check_publications(connection, entries, Verification()) | audited_pages(connection)
            for path in sorted(pages):
                _copy(archive, manifest, folder, f"published/{path}")
        for table in tables.metadata.sorted_tables:
            _write_table(connection, archive, manifest, table)
        # What lands in the stores is never changed, so it may be copied after the moment.
        for path in _kept(entries):
            _copy(archive, manifest, folder, path)
        member(archive, MANIFEST).write(manifest.text())
    return manifest


def _begin(connection: Connection) -> Manifest:
    revision = current_revision(connection)
    if revision != HEAD:
        raise StorageError(
            f"数据库版本为 {revision}，本程序需要 {HEAD}；较旧的由下一次 jixiao run 升级",
            f"the database is at version {revision}; this program needs {HEAD}. The next jixiao run brings it up",
        )
    bureau = connection.scalar(select(tables.home.c.bureau))
    head = connection.scalar(select(tables.ledger.c.hash).order_by(tables.ledger.c.sequence.desc()).limit(1))
    return Manifest(revision, bureau or "", head or "")


def _kept(entries: list[Entry]) -> list[str]:
    """Paths of what the stores hold, as entries name it; where something was erased, of the note that says so."""
    erased = erased_files(entries)
    names = {f"landing/{sha256}" for sha256 in landed_files(entries) if sha256 not in erased}
    names |= {f"registers/{kind}/{s}{SUFFIX}" for kind, s in register_files(entries) if s not in erased}
    for sha256, (kind, stone) in erased.items():
        at = f"landing/{sha256}" if stone.becomes is None else f"registers/{kind}/{sha256}{SUFFIX}"
        names |= {at + GRAVE} | ({f"registers/{kind}/{stone.becomes}{SUFFIX}"} if stone.becomes else set())
    return sorted(names)


def _write_table(connection: Connection, archive: zipfile.ZipFile, manifest: Manifest, table: Table) -> None:
    name, sha256, size = f"tables/{table.name}.jsonl", hashlib.sha256(), 0
    manifest.rows[table.name] = 0
    with member(archive, name) as out:
        for line in _lines(connection, table):
            out.write(line)
            sha256.update(line)
            size += len(line)
            manifest.rows[table.name] += 1
    manifest.members[name] = {"sha256": sha256.hexdigest(), "size": size}


def _lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Rows in the order of their key, as lists in the order of `table.columns`; a first line says these."""
    names = [c.name for c in table.columns]
    columns = [type_coerce(c, Integer).label(c.name) if isinstance(c.type, Boolean) else c for c in table.columns]
    flags = [isinstance(c.type, Boolean) for c in table.columns]
    yield _line(names)
    query = select(*columns).order_by(*table.primary_key)
    for row in connection.execution_options(yield_per=10_000).execute(query):
        told = (bool(v) if flag and v in (0, 1) else plain(v) for v, flag in zip(row, flags, strict=True))
        yield _line(list(told))


def _line(told: list[Any]) -> bytes:
    return (json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8", "surrogatepass")


def _copy(archive: zipfile.ZipFile, manifest: Manifest, folder: Path, name: str) -> None:
    sha256, size = hashlib.sha256(), 0
    try:
        source = (folder / name).open("rb")
    except FileNotFoundError:
        manifest.missing.append(name)
        return
    with source, member(archive, name) as out:
        while piece := source.read(_PIECE):
            out.write(piece)
            sha256.update(piece)
            size += len(piece)
    manifest.members[name] = {"sha256": sha256.hexdigest(), "size": size}


def member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """A new member to write to, the same whenever it is written."""
    told = zipfile.ZipInfo(name, _DATE)
    told.compress_type = zipfile.ZIP_DEFLATED
    told.external_attr = 0o644 << 16
    return archive.open(told, "w", force_zip64=True)
