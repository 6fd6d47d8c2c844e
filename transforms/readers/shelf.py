"""Where the batches of a large grid are put while the rest is read: in memory, or in files that are mapped afterwards.

A grid that is mapped costs no memory of ours: the system reads its pages when they are looked at and drops them again.
Polars copies an IPC file when it reads it; Arrow maps it, and Polars takes over what Arrow mapped.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

import polars as pl
import pyarrow as pa

from contracts.errors import StorageError
from transforms.book import column_letter


class Shelf:
    """Batches of String columns "A", "B", … in their order. `scratch`: a folder for files, or None for memory."""

    def __init__(self, scratch: Path | None) -> None:
        self._folder = None if scratch is None else _new_folder(scratch)
        self._frames: dict[int, pl.DataFrame] = {}
        self._files: dict[int, Path] = {}

    def put(self, place: int, batch: pl.DataFrame) -> None:
        """Keep `batch` as number `place`; from several threads at once, each with a place of its own."""
        if self._folder is None:
            self._frames[place] = batch
            return
        file = self._folder / f"{place:06d}.arrow"
        write_frame(batch, file)
        self._files[place] = file

    def clear(self) -> None:
        """Throw away what was put."""
        for file in self._files.values():
            file.unlink()
        self._files.clear()
        self._frames.clear()

    def grid(self, width: int) -> pl.DataFrame:
        """All batches as one frame of `width` columns."""
        batches = [self._frames[place] for place in sorted(self._frames)]
        batches += [map_frame(self._files[place]) for place in sorted(self._files)]
        if not batches:
            return pl.DataFrame(schema={column_letter(i): pl.String for i in range(width)})
        return pl.concat(batches, rechunk=False)


def _new_folder(scratch: Path) -> Path:
    for number in count(1):
        folder = scratch / f"text-{number}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise AssertionError("there is always a next number")


def write_frame(frame: pl.DataFrame, file: Path) -> None:
    """The frame in an uncompressed Arrow file. A full disk is no fault of the file that is read: StorageError."""
    try:
        frame.write_ipc(file)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StorageError(f"读取时无法写入临时文件：{error}", f"cannot write while reading: {error}") from error


def map_frame(file: Path) -> pl.DataFrame:
    """The frame in such a file, its values left on disk until they are looked at."""
    with pa.memory_map(str(file)) as source:
        frame = pl.from_arrow(pa.ipc.open_file(source).read_all(), rechunk=False)
    assert isinstance(frame, pl.DataFrame)
    return frame
