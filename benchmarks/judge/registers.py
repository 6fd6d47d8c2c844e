"""Registers made for the benchmark: any number of rows, clean, one row in a hundred bad, or one rule failing on most.

The same numbers give the same file. Bad rows break each of the twelve rules in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from benchmarks.judge.twelve_rules import CARRIERS, CATEGORIES, SCHEMA

STATES = ("clean", "some", "most")
_PIECE = 1_000_000
_TROUBLES = ("宽带安装迟延", "套餐资费与宣传不符", "信号弱无法通话", "携号转网受阻", "营业厅服务态度")

number = pl.col("number")


def write_register(folder: Path, rows: int, state: str, *, csv: bool) -> Path:
    """The register's file, made unless it is there: Parquet as Polars writes it, and CSV from the same rows."""
    path = folder / f"{state}-{rows}.parquet"
    if not path.exists():
        pieces = [_piece(first, min(first + _PIECE, rows), state) for first in range(0, rows, _PIECE)]
        _with_totals(pieces, state).sink_parquet(path)
    if not csv:
        return path
    text = path.with_suffix(".csv")
    if not text.exists():
        pl.scan_parquet(path).sink_csv(text)
    return text


def scan_register(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path, schema=SCHEMA)


def _piece(first: int, end: int, state: str) -> pl.LazyFrame:
    day, minutes = pl.date(2020, 1, 1), _drawn(8, 1441).cast(pl.Int64)
    made = pl.LazyFrame({"number": pl.int_range(first, end, eager=True)}).select(
        "number",
        complaint_id=pl.lit("UC2020-") + number.cast(pl.String).str.zfill(8),
        carrier=_one_of(1, CARRIERS),
        area=pl.lit("36") + _drawn(2, 1000).cast(pl.String).str.zfill(4),
        phone=pl.lit("1") + (_drawn(3, 7) + 3).cast(pl.String) + _drawn(4, 10**9).cast(pl.String).str.zfill(9),
        category=_one_of(5, CATEGORIES),
        received_on=day + pl.duration(days=_drawn(6, 300)),
        minutes=minutes,
        fee=_drawn(9, 100_000).cast(pl.Int64),
        note=pl.lit("用户反映")
        + _one_of(13, _TROUBLES)
        + pl.lit("，工单")
        + _drawn(10, 10**7).cast(pl.String)
        + pl.lit("，已转企业处理"),
        open=_drawn(7, 10) >= 8,
        took=_drawn(11, 10).cast(pl.Int64),
        lasted=_drawn(12, 30).cast(pl.Int64),
        # which rule the row is to break: none is 0
        breaks=pl.when(_drawn(14, 100) == 0).then(_drawn(15, 11) + 1).otherwise(0) if state == "some" else pl.lit(0),
    )
    made = made.with_columns(accepted_on=pl.col("received_on") + pl.duration(days="took"))
    closed = pl.when(~pl.col("open")).then(pl.col("accepted_on") + pl.duration(days="lasted"))
    outcome = pl.when("open").then(pl.lit("处理中")).otherwise(pl.lit("办结"))
    made = made.with_columns(closed_on=closed, outcome=outcome)
    if state == "most":
        masked = pl.col("phone").str.slice(0, 3) + "****" + pl.col("phone").str.slice(7)
        return made.with_columns(phone=pl.when(_drawn(14, 10) > 0).then(masked).otherwise("phone"))
    return made.with_columns(_broken(name, value) for name, value in _BREAKS)


def _broken(name: str, value: tuple[int, pl.Expr]) -> pl.Expr:
    which, wrong = value
    return pl.when(pl.col("breaks") == which).then(wrong).otherwise(name).alias(name)


_BREAKS: Sequence[tuple[str, tuple[int, pl.Expr]]] = (
    ("carrier", (4, pl.lit("某公司"))),
    ("category", (5, pl.lit("未分类"))),
    ("phone", (6, pl.lit("12345"))),
    ("minutes", (7, pl.col("minutes") + 2000)),
    ("fee", (8, -pl.col("fee") - 1)),
    ("accepted_on", (9, pl.col("received_on") - pl.duration(days=1))),
    ("outcome", (11, pl.when("open").then(pl.lit("办结")).otherwise("outcome"))),
)


def _with_totals(pieces: Sequence[pl.LazyFrame], state: str) -> pl.LazyFrame:
    rows = pl.concat(pieces)
    slip = (pl.col("area") == "360007").cast(pl.Int64) if state == "some" else pl.lit(0)
    totals = rows.group_by("area").agg(area_fee=pl.col("fee").sum()).with_columns(pl.col("area_fee") + slip)
    wrong_id = (
        pl.when(pl.col("breaks") == 1)
        .then(None)
        .when(pl.col("breaks") == 2)
        .then(pl.lit("X") + pl.col("complaint_id"))
        .when((pl.col("breaks") == 3) & (number >= 7))
        .then(pl.lit("UC2020-") + (number - 7).cast(pl.String).str.zfill(8))
        .otherwise("complaint_id")
    )
    early = pl.when(pl.col("breaks") == 10).then(pl.col("accepted_on") - pl.duration(days=3)).otherwise("closed_on")
    joined = rows.join(totals, on="area", how="left", maintain_order="left")
    return joined.with_columns(complaint_id=wrong_id, closed_on=early).select(list(SCHEMA))


def _drawn(seed: int, below: int) -> pl.Expr:
    return number.hash(seed) % below


def _one_of(seed: int, words: Sequence[str]) -> pl.Expr:
    return _drawn(seed, len(words)).replace_strict(list(range(len(words))), list(words), return_dtype=pl.String)
