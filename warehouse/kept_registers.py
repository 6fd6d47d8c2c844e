"""A register that was filed as Parquet and is kept as it is: the landed file, and a list of rows that are not taken.

The list is a Parquet file of its own, in the place of the register: column `_row` (Int64, ascending), and in the file's
own metadata which landed file it speaks of, how many rows that has, and how its columns become the typed ones. So the
hash of the list, which the judgment names, holds all of it; and who erases the original has erased the rows.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass

import polars as pl

from contracts.register_columns import FIRST_ROW, ROW, How, Source, typed

_KEY = "jixiao"
_SQL_TYPES = {"text": "VARCHAR", "whole": "BIGINT", "decimal": "DECIMAL(38, 6)", "day": "DATE"}
# What Polars strips: characters that Unicode calls white space.
BLANKS = "\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


@dataclass(frozen=True)
class KeptRegister:
    """original: SHA-256 of the landed file. height: its rows. plan: how they become typed. left_out: `_row` (Int64,
    ascending) of those that are in quarantine."""

    original: str
    height: int
    plan: tuple[Source, ...]
    left_out: pl.Series

    @property
    def accepted(self) -> int:
        return self.height - len(self.left_out)

    def rows(self, path: str) -> pl.LazyFrame:
        """The accepted rows, typed, out of the landed file at `path`; in their order."""
        scanned = pl.scan_parquet(
            path, glob=False, use_statistics=False, row_index_name=ROW, row_index_offset=FIRST_ROW
        )
        rows = typed(scanned, self.plan)
        return rows.filter(~pl.col(ROW).is_in(self.left_out.implode())) if len(self.left_out) else rows

    def relation(self, file: str) -> str:
        """The accepted rows as DuckDB reads them from the home's folder. file: where the list lies there."""
        columns = ", ".join(f"{_sql(source)} AS {_name(source.name)}" for source in self.plan)
        landed = f"read_parquet('landing/{self.original}', file_row_number = true)"
        number = f"CAST(file_row_number + {FIRST_ROW} AS BIGINT)"
        left_out = f"SELECT {ROW} FROM read_parquet('{file}')"
        return f"(SELECT {number} AS {ROW}, {columns} FROM {landed} WHERE {number} NOT IN ({left_out}))"

    def as_bytes(self) -> bytes:
        """The list's file. The same content gives the same bytes."""
        told = {"original": self.original, "height": self.height, "plan": [asdict(source) for source in self.plan]}
        buffer = io.BytesIO()
        metadata = {_KEY: json.dumps(told, ensure_ascii=False, sort_keys=True)}
        self.left_out.alias(ROW).to_frame().write_parquet(buffer, compression="zstd", metadata=metadata)
        return buffer.getvalue()


def kept_register(data: bytes) -> KeptRegister | None:
    """What a file of the registers folder says is kept elsewhere; None where it holds the rows themselves."""
    told = pl.read_parquet_metadata(io.BytesIO(data)).get(_KEY)
    if told is None:
        return None
    said = json.loads(told)
    plan = tuple(Source(s["name"], s["column"], How(s["how"]), s["dtype"]) for s in said["plan"])
    return KeptRegister(said["original"], said["height"], plan, pl.read_parquet(io.BytesIO(data))[ROW])


def _sql(source: Source) -> str:
    """A typed column in the words of DuckDB (`contracts.register_columns`)."""
    if source.column is None:
        return f"CAST(NULL AS {_SQL_TYPES[source.dtype]})"
    column = _name(source.column)
    written = f"CAST({column} AS VARCHAR)"
    match source.how:
        case How.AS_IT_IS:
            return column
        case How.STRIPPED:
            return f"nullif(trim({column}, '{BLANKS}'), '')"
        case How.WHOLE:
            return f"CAST({column} AS BIGINT)"
        case How.COUNT:
            return f"CASE WHEN {column} >= 0 THEN CAST({column} AS BIGINT) END"
        case How.DECIMAL:
            return f"CAST({column} AS DECIMAL(38, 6))"
        case How.WRITTEN:
            return written
        case How.DECIMAL_WRITTEN:
            return f"CASE WHEN contains({written}, '.') THEN rtrim(rtrim({written}, '0'), '.') ELSE {written} END"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
