"""A Parquet file looked through once, column by column: what it holds, and whether all of it is rows of data.

Every value is decoded here, in the process in which files are read and may be lost; what it says is all that the other
one has to know before it reads the file itself. Judges nothing. A file that is not plainly a register (a blank row, a
heading in a row, a type that is none of ours) is for the reader of cells, and so is every file that is damaged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from contracts.register_columns import FIRST_ROW, ROW, WHOLE, fits
from transforms.book import Limits

SAMPLE = "sample.parquet"
_HEAD = 3  # rows
_ROW_BYTES = 4096  # of text in a row on average; more is no register, and would not be read in flat memory
_DAYS = (date(1, 1, 1), date(9999, 12, 31))


@dataclass(frozen=True)
class Survey:
    """height: rows. filled: by column, cells that are not blank. plain: columns of text without a blank text, and
    without blanks around any; columns of whole numbers without a negative one."""

    height: int
    filled: dict[str, int]
    plain: tuple[str, ...]


def survey(path: Path, limits: Limits, least: int, sample: Path) -> Survey | None:
    """What the file at `path` holds; None where it is to be read cell by cell, as one of under `least` rows is.

    Its first rows and its last one are laid at `sample`, a Parquet file like it. Raises what Polars and Arrow raise of
    a damaged file.
    """
    import pyarrow.parquet as pq  # half a second that only who looks into such a file waits for

    metadata = pq.read_metadata(path)
    if not max(least, 2 * _HEAD) <= metadata.num_rows < 2**32 - FIRST_ROW or metadata.num_columns > limits.columns:
        return None
    rows = pl.scan_parquet(path, glob=False, use_statistics=False)
    schema = rows.collect_schema()
    if ROW in schema or not all(_is_plain(dtype) for dtype in schema.values()):
        return None
    told = rows.select(pl.len().alias("rows\x1f"), *_asked(schema)).collect(engine="streaming").row(0, named=True)
    height = told["rows\x1f"]
    if not _is_register(told, schema, height, path.stat().st_size, limits):
        return None
    plain = tuple(name for name, dtype in schema.items() if _needs_nothing(told, name, dtype))
    loose = [name for name, dtype in schema.items() if dtype == pl.String and name not in plain]
    counted = rows.select(_filled(name).sum() for name in loose).collect(engine="streaming").to_dicts() if loose else []
    filled = {name: told[f"there\x1f{name}"] for name in schema} | dict(*counted)
    if height not in filled.values() and _blank_rows(rows, schema):
        return None
    pl.concat([rows.head(_HEAD), rows.slice(height - 1, 1)]).collect().write_parquet(sample)
    return Survey(height, filled, plain)


def _filled(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars() != ""


def _needs_nothing(told: Mapping[str, Any], name: str, dtype: pl.DataType) -> bool:
    least = told.get(f"min\x1f{name}")
    if dtype == pl.String:
        return bool(least != 0 and told[f"bytes\x1f{name}"] == told[f"bare\x1f{name}"])
    return type(dtype) in WHOLE and (least is None or least >= 0)


def _is_plain(dtype: pl.DataType) -> bool:
    if isinstance(dtype, pl.Decimal):
        return fits(dtype)
    return dtype in (pl.String, pl.Date) or type(dtype) in WHOLE


def _asked(schema: Mapping[str, pl.DataType]) -> list[pl.Expr]:
    asked = []
    for number, (name, dtype) in enumerate(schema.items()):
        column = pl.col(name)
        asked.append(column.count().alias(f"there\x1f{name}"))
        if dtype != pl.String:
            asked += [column.min().alias(f"min\x1f{name}"), column.max().alias(f"max\x1f{name}")]
            continue
        length = column.str.len_bytes()
        asked += [
            length.min().alias(f"min\x1f{name}"),
            length.max().alias(f"max\x1f{name}"),
            length.cast(pl.UInt64).sum().alias(f"bytes\x1f{name}"),
            column.str.strip_chars().str.len_bytes().cast(pl.UInt64).sum().alias(f"bare\x1f{name}"),
        ]
        if number == 0:
            # A head that is printed again is no row of data.
            asked.append((column == pl.lit(name)).any().alias("heads\x1f"))
    return asked


def _is_register(
    told: Mapping[str, Any], schema: Mapping[str, pl.DataType], height: int, size: int, limits: Limits
) -> bool:
    days = [told[f"{end}\x1f{n}"] for n, dtype in schema.items() if dtype == pl.Date for end in ("min", "max")]
    texts = [name for name, dtype in schema.items() if dtype == pl.String]
    weight = sum(told[f"bytes\x1f{name}"] or 0 for name in texts)
    return (
        not told.get("heads\x1f")
        and all(day is None or (isinstance(day, date) and _DAYS[0] <= day <= _DAYS[1]) for day in days)
        and all((told[f"max\x1f{name}"] or 0) <= limits.characters for name in texts)
        and weight <= max(limits.expanded_bytes, limits.ratio * size)
        and weight <= _ROW_BYTES * height
    )


def _blank_rows(rows: pl.LazyFrame, schema: Mapping[str, pl.DataType]) -> bool:
    filled = [
        _filled(n).fill_null(value=False) if d == pl.String else pl.col(n).is_not_null() for n, d in schema.items()
    ]
    found: bool = rows.select((~pl.any_horizontal(filled)).any()).collect(engine="streaming").item()
    return found
