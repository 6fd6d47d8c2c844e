"""A home as it was on a day: every report runs on it as on any other. Never changes the home it is made from.

The rows that were known then (`warehouse.states`) are copied to a SQLite file of their own, from whichever database
keeps them; files by hash are the same for ever and are read where they lie.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, literal, text

from warehouse.canonical import moment_text
from warehouse.database import HEAD, connect, reading, writing
from warehouse.home import DATABASE, Home
from warehouse.marts import create_views
from warehouse.states import known_rows
from warehouse.tables import metadata

BATCH = 20_000  # rows copied at once


@contextmanager
def as_of(home: Home, moment: datetime) -> Iterator[Home]:
    """The home as it was known at `moment`. What is written to it is gone when it is closed."""
    with tempfile.TemporaryDirectory(prefix="jixiao-") as folder:
        engine = connect(f"sqlite:///{Path(folder) / DATABASE}", writable=True)
        try:
            with reading(home.engine) as source, writing(engine) as copy:
                _fill(source, copy, moment_text(moment))
            create_views(engine)
            yield replace(home, engine=engine, writable=False)
        finally:
            engine.dispose()


def _fill(source: Connection, copy: Connection, moment: str) -> None:
    metadata.create_all(copy)
    copy.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    copy.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
    # Rows refer to later ones of their own table (superseded_by): what they refer to is looked at in the end.
    copy.execute(text("PRAGMA defer_foreign_keys=ON"))
    for table in metadata.sorted_tables:
        rows = source.execution_options(yield_per=BATCH).execute(known_rows(table, literal(moment))).mappings()
        for some in rows.partitions(BATCH):
            copy.execute(insert(table), [dict(row) for row in some])
