"""Received bytes by their SHA-256, stored before anything reads them. Never interprets, changes or deletes them.

Only `warehouse.erasure` removes any, by order, and leaves a tombstone; what was erased is not kept a second time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import ErasedError, StorageError
from warehouse.files import hold, write_once
from warehouse.tombstones import Tombstone, find_tombstone


@dataclass(frozen=True)
class Landing:
    """The landing folder of a home: one file a content, named by its hash."""

    folder: Path

    def keep(self, data: bytes) -> str:
        """Store `data`; its SHA-256 in hex. Storing the same bytes again does nothing, nor does storing erased ones."""
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            with hold(self.folder):
                if self.erased(sha256) is None:
                    write_once(self.folder / sha256, data)
        except OSError as error:
            raise StorageError(
                f"无法保存收到的文件（{self.folder}）：{error}",
                f"cannot store received bytes in {self.folder}: {error}",
            ) from error
        return sha256

    def path(self, sha256: str) -> Path:
        """Where the bytes of that hash lie, once it was seen that they still have it.

        Raises ErasedError where they were erased, StorageError where they are missing or have changed.
        """
        path = self.folder / sha256
        if (stone := self.erased(sha256)) is not None:
            raise ErasedError(
                f"报送 {stone.submission} 的原件已于 {stone.at[:10]} 清除（台账第 {stone.entry} 条，{stone.basis}）",
                f"the original of {stone.submission} was erased on {stone.at[:10]} (ledger entry {stone.entry})",
            )
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise StorageError(f"存档文件无法读取：{path}", f"cannot read landed file {path}: {error}") from error
        if found != sha256:
            raise StorageError(
                f"存档文件 {path} 的内容已改变：应为 {sha256}，实为 {found}",
                f"landed file {path} has changed: expected {sha256}, found {found}",
            )
        return path

    def read(self, sha256: str) -> bytes:
        """The bytes of that hash. Raises like `path`."""
        return self.path(sha256).read_bytes()

    def erased(self, sha256: str) -> Tombstone | None:
        """Who erased the bytes of that hash, when and why; None where nobody did."""
        return find_tombstone(self.folder / sha256)
