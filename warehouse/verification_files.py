"""Files of a home against what the ledger says of them: received bytes, registers, what was published. Only reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from contracts.errors import StorageError
from warehouse.canonical import json_text
from warehouse.discrepancies import Discrepancy, Verification
from warehouse.registers import SUFFIX
from warehouse.tombstones import SUFFIX as GRAVE
from warehouse.tombstones import Tombstone

Erased = Mapping[str, tuple[str, Tombstone]]
"""SHA-256 → the kind of what was erased, and what has to stand in its place."""


def check_landing(folder: Path, named: Mapping[str, int | None], erased: Erased, found: Verification) -> None:
    """Every received file that is named (SHA-256 → size, None where nothing says it), and every file that is there."""
    gone = {sha256: stone for sha256, (_, stone) in erased.items() if stone.becomes is None}
    for sha256, size in sorted(named.items()):
        if sha256 not in gone:
            _check(f"landing/{sha256}", folder / sha256, sha256, found, size)
    for sha256, stone in gone.items():
        _check_grave("landing", folder, sha256, stone, found)
    for name in sorted(_files(folder) - set(named) - {g + GRAVE for g in gone}):
        # Bytes are kept before their arrival is noted: who dies between the two leaves a file.
        _check_unnamed(f"landing/{name}", folder / name, Path(name).name, found)


def check_registers(folder: Path, named: Iterable[tuple[str, str]], erased: Erased, found: Verification) -> None:
    """Every register that a judgment names (kind, SHA-256) or that follows an erased one, and every file there is."""
    gone = {f"{kind}/{s}{SUFFIX}": stone for s, (kind, stone) in erased.items() if stone.becomes is not None}
    paths = {f"{kind}/{sha256}{SUFFIX}": sha256 for kind, sha256 in named}
    for kind, stone in erased.values():
        if stone.becomes is not None:
            paths[f"{kind}/{stone.becomes}{SUFFIX}"] = stone.becomes
    for path, sha256 in sorted(paths.items()):
        if path not in gone:
            _check(f"registers/{path}", folder / path, sha256, found)
    for path, stone in gone.items():
        _check_grave("registers", folder, path, stone, found)
    for name in sorted(_files(folder) - set(paths) - {path + GRAVE for path in gone}):
        _check_unnamed(f"registers/{name}", folder / name, Path(name).name.removesuffix(SUFFIX), found)


def _check_grave(area: str, folder: Path, name: str, stone: Tombstone, found: Verification) -> None:
    """Where something was erased nothing is left but a note that says so."""
    found.checked[area] += 1
    note = folder / (name + GRAVE)
    if (folder / name).exists():
        zh, en = "已记载清除，文件仍在", "the ledger says that it was erased; the file is still there"
        found.discrepancies.append(Discrepancy(area, f"{area}/{name}", zh, en))
    if not note.is_file() or note.read_bytes() != (json_text(asdict(stone)) + "\n").encode():
        zh, en = f"不是台账第 {stone.entry} 条所记的清除记录", f"not the note of ledger entry {stone.entry}"
        found.discrepancies.append(Discrepancy(area, f"{area}/{name}{GRAVE}", zh, en))


def check_published(folder: Path, named: Mapping[str, str], found: Verification) -> None:
    """Every published file (path → the hash noted last); one that was never noted was put there by somebody else."""
    for path, sha256 in sorted(named.items()):
        _check(f"published/{path}", folder / path, sha256, found)
    for name in sorted(_files(folder) - set(named)):
        if Path(name).name.startswith("."):
            found.left.append(f"published/{name}")
            continue
        zh, en = "台账未记载此文件", "no entry of the ledger names this file"
        found.discrepancies.append(Discrepancy("published", f"published/{name}", zh, en))


def _check(name: str, path: Path, sha256: str, found: Verification, size: int | None = None) -> None:
    area = name.partition("/")[0]
    found.checked[area] += 1
    if not path.is_file():
        found.discrepancies.append(Discrepancy(area, name, "文件缺失", "the file is missing"))
    elif (is_now := _hash(path)) != sha256:
        zh, en = f"内容已改变：应为 {sha256}，实为 {is_now}", f"changed: should be {sha256}, is {is_now}"
        found.discrepancies.append(Discrepancy(area, name, zh, en))
    elif size is not None and path.stat().st_size != size:
        zh, en = f"大小应为 {size} 字节", f"should have {size} bytes"
        found.discrepancies.append(Discrepancy(area, name, zh, en))


def _check_unnamed(name: str, path: Path, sha256: str, found: Verification) -> None:
    """A file of a store that nothing names: harmless while it is what its name says, or unfinished."""
    if path.name.startswith(".") or _hash(path) == sha256:
        found.left.append(name)
    else:
        zh, en = "台账未记载此文件，内容与文件名不符", "no entry names this file, and it is not what its name says"
        found.discrepancies.append(Discrepancy(name.partition("/")[0], name, zh, en))


def _files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() or p.is_symlink()}


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StorageError(f"无法读取 {path}：{error.strerror}", f"cannot read {path}: {error.strerror}") from error
