"""Accepted rows as immutable Parquet files named by the hash of their content.

A file is written before the transaction that names it commits; a file that no submission names is a leftover of a
process that died, and is swept. Never changes a file.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.errors import StorageError
from warehouse.files import hold, write_once

SUFFIX = ".parquet"


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
        """Store `rows`; SHA-256 of the file. The same rows give the same bytes. The caller holds the registers."""
        buffer = io.BytesIO()
        rows.write_parquet(buffer, compression="zstd", statistics=True)
        data = buffer.getvalue()
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            (self.folder / kind).mkdir(exist_ok=True)
            write_once(self.path(kind, sha256), data)
        except OSError as error:
            raise StorageError(f"无法写入数据登记文件：{error}", f"cannot write a register: {error}") from error
        return sha256

    def read(self, kind: str, sha256: str) -> pl.DataFrame:
        """The rows of a register. Raises StorageError when the file is missing or was changed."""
        return pl.read_parquet(io.BytesIO(self._bytes(kind, sha256)))

    def height(self, kind: str, sha256: str) -> int:
        """How many rows a register has, without decoding them. Raises StorageError like `read`."""
        count: int = pl.scan_parquet(io.BytesIO(self._bytes(kind, sha256))).select(pl.len()).collect().item()
        return count

    def _bytes(self, kind: str, sha256: str) -> bytes:
        path = self.path(kind, sha256)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise StorageError(f"数据登记文件无法读取：{path}", f"cannot read register {path}: {error}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StorageError(f"数据登记文件已被改动：{path}", f"register {path} has changed")
        return data

    def path(self, kind: str, sha256: str) -> Path:
        return self.folder / kind / f"{sha256}{SUFFIX}"

    def sweep(self, named: Collection[tuple[str, str]]) -> list[Path]:
        """Delete every file not among `named` (kind, sha256), unfinished ones too; the files deleted, in order."""
        kept = {self.path(*name) for name in named}
        leftover = sorted(p for p in self.folder.glob("*/*") if p.is_file() and p not in kept)
        for path in leftover:
            path.unlink()
        return leftover
