"""A Parquet file → one sheet: the columns' names in row 1, what they hold from row 2 on.

What the file says of itself is checked before any of it is read, and it is read batch by batch; it is never more typed
than a workbook: a column's type becomes the type of its cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contracts.finding import Finding
from contracts.structure import structure_finding
from transforms.book import Buffer, Limits, Part, Sheet, column_letter
from transforms.readers.column_texts import column_texts, dates_alone
from transforms.readers.outcomes import damaged, encrypted, too_large
from transforms.readers.shelf import Shelf

_BATCH = 65536
_ENCRYPTED = b"PARE"
_DICTIONARY = frozenset({"RLE_DICTIONARY", "PLAIN_DICTIONARY"})

# How many ticks of a column's type make a second; what a day has of seconds, and the years 1 to 9999 from 1970 on.
_TICKS = {
    pa.date32(): Fraction(1, 86_400),
    pa.date64(): 1000,
    pa.time32("s"): 1,
    pa.time32("ms"): 1000,
    pa.time64("us"): 1_000_000,
    pa.time64("ns"): 1_000_000_000,
    pa.timestamp("s"): 1,
    pa.timestamp("ms"): 1000,
    pa.timestamp("us"): 1_000_000,
    pa.timestamp("ns"): 1_000_000_000,
}
_DAY, _CALENDAR = (0, 86_400), (-62_135_596_800, 253_402_300_800)


class _RefusedError(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message_en)
        self.finding = finding


def read_parquet(data: Buffer, name: str, limits: Limits, scratch: Path | None) -> Part:
    """The Parquet file `data`, called `name`, as one sheet named ""; with `scratch`, laid in files there and mapped.

    Findings instead of a sheet: FILE-02 for a column of bytes, FILE-03 for an encrypted file, FILE-04 for a damaged
    one, FILE-08 beyond `limits`.
    """
    if data[-4:] == _ENCRYPTED or data[:4] == _ENCRYPTED:
        return Part((), (encrypted(name),))
    try:
        with pq.ParquetFile(pa.BufferReader(pa.py_buffer(data))) as file:
            _check(file, name, limits)
            _try_columns(file)
            repeated = _repeated(file.metadata)
        with pq.ParquetFile(pa.BufferReader(pa.py_buffer(data)), read_dictionary=repeated) as file:
            return Part((_sheet(file, name, limits, scratch),))
    except _RefusedError as error:
        return Part((), (error.finding,))
    except (pa.ArrowException, OSError, ValueError, OverflowError, KeyError) as error:
        if "crypt" in str(error):
            return Part((), (encrypted(name),))
        return Part((), (damaged(name, str(error)),))


def _try_columns(file: pq.ParquetFile) -> None:
    """Reads one row of every group. What a file says of its columns may be broken or encrypted: Arrow raises here, and
    where that is asked for directly (`_repeated`) it would end the process."""
    for group in range(file.metadata.num_row_groups):
        next(file.iter_batches(1, row_groups=[group], use_threads=False), None)


def _repeated(metadata: pq.FileMetaData) -> list[str]:
    """Columns of text whose values the file holds once and points at: pointed at, they stay small however many."""
    found: set[str] = set()
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(index)
            if chunk.physical_type == "BYTE_ARRAY" and _DICTIONARY & set(chunk.encodings):
                found.add(chunk.path_in_schema)
    return sorted(found)


def _check(file: pq.ParquetFile, name: str, limits: Limits) -> None:
    metadata, schema = file.metadata, file.schema_arrow
    expanded = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if expanded > limits.expanded_bytes:
        raise _RefusedError(_expanded(name, limits))
    if len(schema) > limits.columns:
        raise _RefusedError(too_large(name, f"列数超过 {limits.columns}", f"more than {limits.columns} columns"))
    if (metadata.num_rows + 1) * len(schema) > limits.laid_cells:
        raise _RefusedError(
            too_large(name, f"单元格超过 {limits.laid_cells} 个", f"more than {limits.laid_cells} cells")
        )


def _sheet(file: pq.ParquetFile, name: str, limits: Limits, scratch: Path | None) -> Sheet:
    headings = file.schema_arrow.names
    letters = [column_letter(i) for i in range(len(headings))]
    first = {
        letter: pl.Series([heading or None], dtype=pl.String) for letter, heading in zip(letters, headings, strict=True)
    }
    shelf, kinds, rows = Shelf(scratch), ["text"] * len(headings), 0
    shelf.put(0, pl.DataFrame(first))
    for place, (batch, found) in enumerate(_text_batches(file, name, letters, limits), start=1):
        shelf.put(place, batch)
        kinds, rows = found, rows + batch.height
    if rows != file.metadata.num_rows:
        raise _RefusedError(damaged(name, f"{file.metadata.num_rows} rows announced, {rows} there"))
    grid = shelf.grid(len(headings))
    for index, kind in enumerate(kinds):
        dates = dates_alone(grid[letters[index]][1:]) if kind == "datetime" else None
        if dates is not None:
            grid = grid.with_columns(pl.concat([grid[letters[index]][:1], dates]))
            kinds[index] = "date"
    types = Shelf(scratch)
    for place, start in enumerate(range(0, grid.height, _BATCH)):
        types.put(place, _types(grid.slice(start, _BATCH), kinds, start))
    return Sheet("", False, 1, grid, types.grid(len(headings)))


def _text_batches(
    file: pq.ParquetFile, name: str, letters: list[str], limits: Limits
) -> Iterator[tuple[pl.DataFrame, list[str]]]:
    row, expanded = 2, 0
    for batch in file.iter_batches(_BATCH):
        texts, kinds = [], []
        for letter, heading, values in zip(letters, batch.schema.names, batch.columns, strict=True):
            values.validate(full=True)  # Polars believes Arrow that a text is UTF-8; the file may have lied
            _refuse_bytes(values, heading, letter, name)
            _refuse_no_times(values, heading, letter, name)
            column, kind = column_texts(values)
            if (column.str.len_chars().max() or 0) > limits.characters:  # type: ignore[operator]
                zh = f"列“{heading}”（{letter}）从第 {row} 行起有单元格超过 {limits.characters} 个字符"
                en = f"column “{heading}” ({letter}), from row {row} on: over {limits.characters} characters in a cell"
                raise _RefusedError(too_large(name, zh, en))
            expanded += int(column.str.len_bytes().sum())
            texts.append(column.alias(letter))
            kinds.append(kind)
        # a text that the file holds once and points at from a million rows
        if expanded > limits.expanded_bytes:
            raise _RefusedError(_expanded(name, limits))
        row += batch.num_rows
        yield pl.DataFrame(texts), kinds


def _refuse_bytes(values: pa.Array, heading: str, letter: str, name: str) -> None:
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    types = pa.types
    if values.null_count < len(values) and (
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_binary_view(kind)
        or types.is_fixed_size_binary(kind)
    ):
        raise _RefusedError(
            structure_finding(
                "FILE-02",
                f"文件“{name}”的列“{heading}”（{letter}）是二进制内容，不是文字或数字，无法读取。请改为文本列后重新报送。",
                f"File “{name}”: column “{heading}” ({letter}) holds bytes, neither text nor numbers, and cannot be "
                "read. Make it a column of text and file it again.",
                filed=str(kind),
                expected="文本、数字、日期列 / columns of text, numbers, dates",
            )
        )


def _refuse_no_times(values: pa.Array, heading: str, letter: str, name: str) -> None:
    """A day or a time of day that there is not: Polars would make nothing, or another day, of it."""
    kind = values.type
    if not pa.types.is_temporal(kind) or (kind not in _TICKS and not pa.types.is_timestamp(kind)):
        return
    first, last = _DAY if pa.types.is_time(kind) else _CALENDAR
    ticks = _TICKS[pa.timestamp(kind.unit)] if pa.types.is_timestamp(kind) else _TICKS[kind]
    bounds = pc.min_max(values.view(pa.int32() if kind.bit_width == 32 else pa.int64())).as_py()
    if bounds["min"] is not None and not first <= bounds["min"] // ticks <= bounds["max"] // ticks < last:
        raise _RefusedError(damaged(name, f"column “{heading}” ({letter}) holds a day or a time that there is not"))


def _types(grid: pl.DataFrame, kinds: list[str], start: int) -> pl.DataFrame:
    """The types of rows from `start` on; the first row of all holds the headings."""
    first = pl.int_range(pl.len()) == (0 if start == 0 else -1)
    return grid.select(
        pl.when(pl.col(letter).is_not_null())
        .then(pl.when(first).then(pl.lit("text")).otherwise(pl.lit(kind)))
        .alias(letter)
        for letter, kind in zip(grid.columns, kinds, strict=True)
    )


def _expanded(name: str, limits: Limits) -> Finding:
    size = f"{limits.expanded_bytes / 1024 / 1024:.0f} MiB"
    return too_large(name, f"展开后超过 {size}", f"more than {size} once expanded")
