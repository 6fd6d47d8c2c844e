"""Five million made figure versions in the tables of a home: so many that asking them as of a day is worth measuring.

A million figures of 200 indicators, 40 filers and 10 years, with five versions each, one a year from 2021; each
hundredth is the sum of nine others, all others stand in a cell, and every figure of the last nine years is compared
with the year before.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

VERSIONS: Final = 5
MADE: Final = {
    "figures": """
        SELECT 1000 + i, 'made/' || (i % n), i / n + 1, 'toy_stations', CASE WHEN i % 100 = 0 THEN NULL ELSE s.id END,
            'made/' || (i % 200), '指标' || (i % 200), 'F' || (i / 200 % 40), '个', '=', CAST({value} AS VARCHAR),
            CAST({value} AS VARCHAR), CAST({value} AS VARCHAR), {true}, {true}, {value} || '个',
            {year} || '-' || {month},
            {year} || '-' || {month} || '-01', {year} || '-' || {month} || '-28', {year}, '', 'as filed',
            CAST(2021 + i / n AS VARCHAR) || '-06-01T00:00:00+08:00',
            CASE WHEN i / n < 4 THEN CAST(2022 + i / n AS VARCHAR) || '-06-01T00:00:00+08:00' END
        FROM series, (SELECT min(id) AS id FROM submissions) s""",
    "figure_cells": """
        SELECT 1000 + i, s.id, '填报表', 'B' || (i % 1000)
        FROM series, (SELECT min(id) AS id FROM submissions) s WHERE i % 100 <> 0""",
    "figure_parts": """
        SELECT 1000 + i - i % 100, i % 100, 1000 + i FROM series WHERE i % 100 BETWEEN 1 AND 9""",
    "figure_pairs": """
        SELECT 'year before', 1000 + i, 1000 + i - 8000, CAST(2021 + i / n AS VARCHAR) || '-06-01T00:00:00+08:00', NULL,
            NULL, NULL, NULL, NULL, '1', '1', '1', '0.1', '0.1', '0.1'
        FROM series WHERE i % n >= 8000 AND (i % n) / 8000 % 10 <> 0""",
}
# 200 indicators × 40 filers = 8,000 figures a period; ten years, then the months of the year.
_WORDS: Final = {
    "value": "(i % 100003 * 7919 % 100003)",
    "year": "(2010 + i / 8000 % 10)",
    "month": "(10 + i / 80000 % 3)",
}


def fill(connection: Connection, versions: int = 5_000_000) -> None:
    """Add them to a home that has a submission already. What they refer to is right, and is not looked at again."""
    postgresql = connection.dialect.name == "postgresql"
    if postgresql:
        connection.execute(text("SET session_replication_role = replica"))
        series = f"SELECT i, {versions // VERSIONS} AS n FROM generate_series(0, {versions - 1}) AS made(i)"
    else:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        series = f"""
            WITH RECURSIVE made(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM made WHERE i < {versions - 1})
            SELECT i, {versions // VERSIONS} AS n FROM made"""
    words = _WORDS | {"true": "TRUE" if postgresql else "1"}
    for table, rows in MADE.items():
        connection.execute(
            text(f"INSERT INTO {table} {rows.format(**words).replace('FROM series', f'FROM ({series}) m')}")
        )
