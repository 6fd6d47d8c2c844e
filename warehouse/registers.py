"""Accepted rows as immutable Parquet files named by the hash of their content.

A file is written before the transaction that names it commits; a file that no submission names is a leftover of a
process that died, and is swept. Never changes a file; one whose personal data were erased has a tombstone that leads to
the file that took its place. A register that was filed as Parquet is the landed file, beside a list of the rows that
were not taken (`warehouse.kept_registers`); whoever reads it sees the accepted rows and nothing of that.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import polars as pl

from contracts.errors import StorageError
from warehouse.files import hold, sync_folder, unfinished_name, write_once
from warehouse.kept_registers import KeptRegister, kept_register
from warehouse.landing import Landing
from warehouse.tombstones import SUFFIX as ERASED
from warehouse.tombstones import find_tombstone

SUFFIX = ".parquet"
_GROUP = 250_000  # rows of a group: how a file is cut must not depend on how it was computed
_MARK = "jixiao_again"  # among the metadata of a file: how many with the same rows were erased before it
_LARGE = 1_000_000  # rows of a register that is not put together in memory a second time


@dataclass(frozen=True)
class Registers:
    """The registers folder of a home: `<kind>/<sha256>.parquet`."""

    folder: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """From before a file is written until the commit that names it, so that nobody sweeps it in between."""
        with hold(self.folder):
            yield

    def write(self, kind: str, rows: pl.DataFrame) -> str:
        """Store `rows`; SHA-256 of the file. The same rows give the same bytes, unless a register of these was erased:
        then they are told apart from that one. The caller holds the registers."""
        if rows.height > _LARGE:
            return self.sink(kind, rows.lazy())
        for mark in _marks():
            buffer = io.BytesIO()
            rows.write_parquet(buffer, compression="zstd", statistics=True, metadata=mark)
            sha256 = hashlib.sha256(buffer.getvalue()).hexdigest()
            if find_tombstone(self.own_path(kind, sha256)) is None:
                break
        return self._keep(kind, buffer.getvalue())

    def keep(self, kind: str, kept: KeptRegister) -> str:
        """Keep a landed file as the register; SHA-256 of the list beside it. The caller holds the registers."""
        return self._keep(kind, kept.as_bytes())

    def sink(self, kind: str, rows: pl.LazyFrame) -> str:
        """Store rows as they are computed, in memory that does not grow with them; SHA-256 of the file.

        The same rows in the same order give the same bytes, as of `write`. The caller holds the registers.
        """
        unfinished = unfinished_name(self.folder / kind / f"sink{SUFFIX}")
        try:
            unfinished.parent.mkdir(exist_ok=True)
            for mark in _marks():
                unfinished.unlink(missing_ok=True)
                rows.sink_parquet(unfinished, compression="zstd", statistics=True, row_group_size=_GROUP, metadata=mark)
                with unfinished.open("rb") as file:
                    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                    os.fchmod(file.fileno(), 0o444)
                    os.fsync(file.fileno())
                path = self.own_path(kind, sha256)
                if find_tombstone(path) is None:
                    break
            if path.exists():
                unfinished.unlink()
            else:
                os.replace(unfinished, path)
                sync_folder(path.parent)
        except OSError as error:
            raise StorageError(f"无法写入数据登记文件：{error}", f"cannot write a register: {error}") from error
        return sha256

    def _keep(self, kind: str, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            (self.folder / kind).mkdir(exist_ok=True)
            # An erased file is never written again: what leads away from it stands.
            if find_tombstone(self.own_path(kind, sha256)) is None:
                write_once(self.own_path(kind, sha256), data)
        except OSError as error:
            raise StorageError(f"无法写入数据登记文件：{error}", f"cannot write a register: {error}") from error
        return sha256

    def read(self, kind: str, sha256: str) -> pl.DataFrame:
        """The rows of a register. Raises StorageError when the file is missing or was changed."""
        return self.scan(kind, sha256).collect()

    def scan(self, kind: str, sha256: str) -> pl.LazyFrame:
        """The rows of a register, to be read as they are needed. Raises StorageError like `read`."""
        data = self._bytes(kind, sha256)
        kept = kept_register(data)
        # What was read is what was hashed, except of a landed file, which may be larger than memory.
        return pl.scan_parquet(io.BytesIO(data)) if kept is None else self._scan_kept(kept)

    def _scan_kept(self, kept: KeptRegister) -> pl.LazyFrame:
        return kept.rows(str(Landing(self.folder.parent / "landing").path(kept.original)))

    def height(self, kind: str, sha256: str) -> int:
        """How many rows a register has, without decoding them. Raises StorageError like `read`."""
        data = self._bytes(kind, sha256)
        if (kept := kept_register(data)) is not None:
            found: int = (
                self._scan_kept(replace(kept, left_out=kept.left_out.clear())).select(pl.len()).collect().item()
            )
            return found - len(kept.left_out)
        count: int = pl.scan_parquet(io.BytesIO(data)).select(pl.len()).collect().item()
        return count

    def kept(self, kind: str, sha256: str) -> KeptRegister | None:
        """What is kept of a register that is a landed file; None of one that has its rows in its own file."""
        return kept_register(self._bytes(kind, sha256))

    def was_kept(self, kind: str, sha256: str) -> bool:
        """Whether a register is a landed file, or took the place of one that was erased."""
        return self.path(kind, sha256) != self.own_path(kind, sha256) or self.kept(kind, sha256) is not None

    def _bytes(self, kind: str, sha256: str) -> bytes:
        path = self.path(kind, sha256)
        sha256 = path.name.removesuffix(SUFFIX)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise StorageError(f"数据登记文件无法读取：{path}", f"cannot read register {path}: {error}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StorageError(f"数据登记文件已被改动：{path}", f"register {path} has changed")
        return data

    def path(self, kind: str, sha256: str) -> Path:
        """Where the rows of that register lie: its own file, or the one that took its place (`warehouse.erasure`)."""
        stone = find_tombstone(self.own_path(kind, sha256))
        # Erased once more, after its contract called more of it personal.
        return self.own_path(kind, sha256) if stone is None or stone.becomes is None else self.path(kind, stone.becomes)

    def own_path(self, kind: str, sha256: str) -> Path:
        """Where the file of that hash lies, or lay before it was erased."""
        return self.folder / kind / f"{sha256}{SUFFIX}"

    def sweep(self, named: Collection[tuple[str, str]]) -> list[Path]:
        """Delete every file not among `named` (kind, sha256), unfinished ones too; the files deleted, in order."""
        kept = {self.path(*name) for name in named}
        there = (p for p in self.folder.glob("*/*") if p.is_file() and not p.name.endswith(ERASED))
        leftover = sorted(p for p in there if p not in kept)
        for path in leftover:
            path.unlink()
        return leftover


def _marks() -> Iterator[dict[str, str] | None]:
    """What is written into a register that nothing else tells from an erased one: nothing at first, then a number."""
    yield None
    yield from ({_MARK: str(number)} for number in count(1))
