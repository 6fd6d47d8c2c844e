"""What follows from a judgment for the tables that analysts ask: dimensions, what rules were asked, pairs of figures.

Called in the transaction of the judgment, once it is settled what stands. Also fills them in a home that was judged
before there were such tables. Never decides anything itself.
"""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, Engine, select

from contracts.kind import Kind
from contracts.submission import Submission
from warehouse import tables
from warehouse.database import reading, writing
from warehouse.dimension_tables import figure_pairs
from warehouse.dimensions import DIMENSIONS, Filed, catch_up, is_behind, keep_dimensions, without_personal
from warehouse.figure_pairs import relate_figures
from warehouse.registers import Registers
from warehouse.resealing import seal_filled
from warehouse.rule_versions import keep_rules


def keep_what_follows(
    connection: Connection,
    submission: Submission,
    kind: Kind,
    rows: pl.DataFrame | pl.LazyFrame | None,
    moment: str,
    last_key: int,
) -> bool:
    """rows: what was accepted. moment: when it was known. last_key: of the last figure before this judgment.

    Whether what the contract asks was noted as well (`keep_rules`), as the judgment's entry then has to seal it.
    """
    arrival = submission.arrival
    period = arrival.period
    kept = (
        None if rows is None else without_personal(rows.lazy(), [field.name for field in kind.fields if field.personal])
    )
    filed = Filed(submission.id, kind.code, arrival.filer, period.label, period.year, kept, moment)
    keep_dimensions(connection, filed)
    noted = keep_rules(connection, kind, moment)
    relate_figures(connection, last_key)
    return noted


def fill_what_follows(engine: Engine, registers: Registers) -> None:
    """Bring a home that an earlier version of the program left to what it would have been; nothing in any other."""
    with reading(engine) as connection:
        if not (is_behind(connection) or _unpaired(connection)):
            return
    filled = [*(one.table for one in DIMENSIONS), figure_pairs]
    with writing(engine) as connection:
        filled = [table for table in filled if connection.execute(select(table).limit(1)).first() is None]
        catch_up(connection, registers)
        if _unpaired(connection):
            relate_figures(connection, 0)
        seal_filled(connection, filled)


def _unpaired(connection: Connection) -> bool:
    """Whether a figure has parts and no two versions were ever related: of added up figures there are always pairs."""
    if connection.scalar(select(figure_pairs.c.figure).limit(1)) is not None:
        return False
    return connection.scalar(select(tables.figure_parts.c.figure).limit(1)) is not None
