"""Who is measured: each reads the file, judges it by the twelve rules, and holds every failing row's reasons.

Every contender gives a frame with a line for each failing row: `_row` (0-based), the row's columns where it has them,
and `rules`, the sorted ids of the rules it breaks. The bare read gives none.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.judge import twelve_rules as twelve
from benchmarks.judge.registers import scan_register
from benchmarks.judge.twelve_rules import HOLDS, SCHEMA
from contracts.register import failing_rows, judge_register
from contracts.register_source import Register

Contender = Callable[[Path], pl.DataFrame]
NOTHING = pl.DataFrame(schema={"_row": pl.UInt32, "rules": pl.List(pl.String)})
_IN_MEMORY = 1_000_000  # failing rows; more are written to a file, batch by batch


def bare_read(path: Path) -> pl.DataFrame:
    scan_register(path).collect()
    return NOTHING


def jixiao(path: Path) -> pl.DataFrame:
    """The verdict and every row's reasons, by the row's number."""
    return _judged(path)[1]


def jixiao_with_rows(path: Path) -> pl.DataFrame:
    """The same, and the failing rows themselves."""
    register, reasons, found = _judged(path, hold=_IN_MEMORY)
    if reasons.height <= _IN_MEMORY:
        held = list(failing_rows(register, reasons["_row"], found))
        return pl.concat([rows.drop("_row") for rows in held], how="vertical").hstack(reasons) if held else reasons
    with tempfile.TemporaryDirectory() as folder:
        for number, rows in enumerate(failing_rows(register, reasons["_row"])):
            rows.write_parquet(Path(folder) / f"{number}.parquet", compression="lz4")
    return reasons


def _judged(path: Path, hold: int = 0) -> tuple[Register, pl.DataFrame, pl.DataFrame | None]:
    rows = scan_register(path).with_row_index("_row").with_columns(pl.col("_row").cast(pl.Int64))
    register = Register(rows, seekable=path.suffix == ".parquet")
    judged = judge_register(twelve.contract(), twelve.table(), register, told=10, hold=hold)
    reasons = judged.marks.reasons().filter(pl.col("failed").list.len() > 0)
    return register, reasons.select(pl.col("_at").alias("_row"), pl.col("failed").alias("rules")), judged.held


def fused_polars(path: Path) -> pl.DataFrame:
    """What one writes by hand: all rules as columns of one lazy plan, failing rows filtered, reasons as a list."""
    flags = [twelve.fails(rule).alias(rule) for rule in HOLDS]
    failing = scan_register(path).with_row_index("_row").with_columns(flags).filter(pl.any_horizontal(list(HOLDS)))
    return failing.with_columns(_listed()).drop(list(HOLDS)).collect()


def _listed() -> pl.Expr:
    named = [pl.when(rule).then(pl.lit(rule)) for rule in HOLDS]
    return pl.concat_list(named).list.drop_nulls().alias("rules")


def pandera(path: Path) -> pl.DataFrame:
    """The same contract under Pandera's own eager validation."""
    from pandera.errors import SchemaErrors

    frame = scan_register(path).collect()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            twelve.contract().schema.validate(frame, lazy=True)
    except SchemaErrors as refusal:
        cases = refusal.failure_cases.select(pl.col("index").cast(pl.UInt32).alias("_row"), "check")
        return _with_rows(frame, cases.group_by("_row").agg(pl.col("check").sort().alias("rules")).sort("_row"))
    return NOTHING


def dataframely(path: Path) -> pl.DataFrame:
    dfy: Any = import_module("dataframely")
    body: dict[str, object] = {name: _dataframely_column(dfy, dtype) for name, dtype in SCHEMA.items()}
    body["_row"] = dfy.UInt32()
    for rule in HOLDS:
        body[rule] = dfy.rule()(_as_method(~twelve.fails(rule)))
    schema: Any = type("Twelve", (dfy.Schema,), body)
    frame = scan_register(path).collect()
    _, failure = schema.filter(frame.with_row_index("_row"))
    flags = failure.details() if len(failure) else None
    if flags is None:
        return NOTHING
    invalid = [pl.col(rule) == "invalid" for rule in HOLDS]
    told = flags.with_columns(broken.alias(rule) for rule, broken in zip(HOLDS, invalid, strict=True))
    told = told.with_columns(_listed())
    return pl.DataFrame(told.drop(list(HOLDS)))


def _dataframely_column(dfy: object, dtype: object) -> object:
    made = {pl.String: "String", pl.Date: "Date", pl.Int64: "Int64"}[dtype]  # type: ignore[index]
    return getattr(dfy, made)(nullable=True)


def _as_method(expression: pl.Expr) -> Callable[[object], pl.Expr]:
    return lambda cls: expression


def pointblank(path: Path) -> pl.DataFrame:
    pb: Any = import_module("pointblank")
    frame = scan_register(path).collect()
    plan = pb.Validate(frame)
    for rule in HOLDS:
        plan = plan.col_vals_expr(~twelve.fails(rule))
    done = plan.interrogate(extract_limit=max(frame.height, 1))
    extracts = done.get_data_extracts()
    cases = [
        extracts[step].select(pl.col("_row_num_").cast(pl.UInt32).alias("_row") - 1, pl.lit(rule).alias("rule"))
        for step, rule in enumerate(HOLDS, start=1)
        if extracts.get(step) is not None and extracts[step].height
    ]
    if not cases:
        return NOTHING
    return _with_rows(frame, pl.concat(cases).group_by("_row").agg(pl.col("rule").sort().alias("rules")).sort("_row"))


def _with_rows(frame: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    return frame[reasons["_row"]].hstack(reasons)


def duckdb(path: Path) -> pl.DataFrame:
    import duckdb as engine

    with engine.connect() as connection:
        return pl.DataFrame(connection.sql(_sql(path)).pl())


def _sql(path: Path) -> str:
    types = {pl.String: "VARCHAR", pl.Date: "DATE", pl.Int64: "BIGINT"}
    named = ", ".join(f"'{name}': '{types[dtype]}'" for name, dtype in SCHEMA.items())  # type: ignore[index]
    parquet = path.suffix == ".parquet"
    source = f"read_parquet('{path}')" if parquet else f"read_csv('{path}', header = true, columns = {{{named}}})"
    total = "count(*) FILTER (fee IS NULL) OVER a = 0 AND sum(fee) OVER a <> area_fee"
    broken = {
        "R01": "complaint_id IS NULL",
        "R02": f"NOT regexp_matches(complaint_id, '{twelve.ID_PATTERN}')",
        "R03": "complaint_id IS NOT NULL AND count(*) OVER (PARTITION BY complaint_id) > 1",
        "R04": f"carrier NOT IN {twelve.CARRIERS}",
        "R05": f"category NOT IN {twelve.CATEGORIES}",
        "R06": f"NOT regexp_matches(phone, '{twelve.PHONE_PATTERN}')",
        "R07": "NOT minutes BETWEEN 0 AND 1440",
        "R08": "NOT fee BETWEEN 0 AND 1000000",
        "R09": "accepted_on < received_on",
        "R10": "closed_on < accepted_on",
        "R11": "outcome = '办结' AND closed_on IS NULL",
        "R12": total,
    }
    reasons = ", ".join(f"CASE WHEN {test} THEN '{rule}' END" for rule, test in broken.items())
    numbered = f"SELECT (row_number() OVER ()) - 1 AS _row, * FROM {source}"
    listed = f"list_filter([{reasons}], lambda x: x IS NOT NULL) AS rules"
    judged = f"SELECT *, {listed} FROM ({numbered}) WINDOW a AS (PARTITION BY area)"
    return f"SELECT * FROM ({judged}) WHERE len(rules) > 0 ORDER BY _row"


CONTENDERS: dict[str, Contender] = {
    "bare read": bare_read,
    "jixiao": jixiao,
    "jixiao with rows": jixiao_with_rows,
    "fused Polars": fused_polars,
    "Pandera": pandera,
    "dataframely": dataframely,
    "pointblank": pointblank,
    "DuckDB": duckdb,
}
_NEEDS = {"dataframely": "dataframely", "pointblank": "pointblank"}


def installed(name: str) -> bool:
    return name not in _NEEDS or find_spec(_NEEDS[name]) is not None
