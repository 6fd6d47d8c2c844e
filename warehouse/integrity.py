"""What must lead somewhere: every reference, every figure to its cells, every pass to its entry, every deadline to now.

Declarations like those of `warehouse.promises`, carried out with them by `warehouse.expectations`. SQLite checks no
foreign key where somebody wrote with keys off, so each key that `warehouse.tables` declares is a promise of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ForeignKeyConstraint, Table

from warehouse import dimension_tables as _declared  # noqa: F401  # its tables belong to the same metadata
from warehouse.promises import Promise
from warehouse.tables import metadata


def _no_rows(name: str, table: str, zh: str, en: str, query: str) -> Promise:
    """The query finds what is wrong. With a JOIN in it `{batch}` needs a name, without one it has one already."""
    return Promise(name, zh, en, table, "UnexpectedRowsExpectation", {"unexpected_rows_query": query})


def _references() -> Iterator[Promise]:
    for table in sorted(metadata.tables.values(), key=lambda one: one.name):
        keys = (key for key in table.constraints if isinstance(key, ForeignKeyConstraint))
        for key in sorted(keys, key=lambda one: list(one.column_keys)):
            yield _reference(table, key)


def _reference(table: Table, key: ForeignKeyConstraint) -> Promise:
    own, target = list(key.column_keys), key.referred_table.name
    pairs = [(column, element.column.name) for column, element in zip(own, key.elements, strict=True)]
    given = " AND ".join(f"b.{column} IS NOT NULL" for column in own)
    same = " AND ".join(f"t.{there} = b.{here}" for here, there in pairs)
    columns = f"{table.name}.{'+'.join(own)}"
    return _no_rows(
        f"{table.name}_{'_'.join(own)}_is_there",
        table.name,
        f"{columns} 所指的 {target} 存在",
        f"what {columns} names is there in {target}",
        f"SELECT b.{own[0]} FROM {{batch}} b LEFT JOIN {target} t ON {same} WHERE {given} AND t.{pairs[0][1]} IS NULL",
    )


def _of_a_pass(table: str, zh: str, en: str) -> Promise:
    return _no_rows(
        f"{table}_belong_to_a_pass",
        table,
        f"{zh}属于已记录的一次判定",
        f"{en} belong to a judgment that is recorded",
        "SELECT b.submission FROM {batch} b LEFT JOIN judgments j ON j.submission = b.submission"
        " AND j.pass_number = b.pass_number WHERE j.submission IS NULL",
    )


REFERENCES: tuple[Promise, ...] = tuple(_references())

LINEAGE: tuple[Promise, ...] = (
    _no_rows(
        "figures_lead_to_cells",
        "figures",
        "每个指标值经其组成部分可追溯到单元格，没有孤立的指标值",
        "every figure leads to a cell, by its parts where it has none of its own: no orphans",
        "WITH RECURSIVE led (figure) AS (SELECT figure FROM figure_cells WHERE cell <> ''"
        " UNION SELECT p.figure FROM figure_parts p JOIN led ON p.part = led.figure)"
        " SELECT b.key FROM {batch} b WHERE b.key NOT IN (SELECT figure FROM led)",
    ),
    _no_rows(
        "no_figure_is_made_of_itself",
        "figure_parts",
        "指标值不由自身组成",
        "no figure is made of itself, however many figures lie between",
        "WITH RECURSIVE made (whole, part) AS (SELECT b.figure, b.part FROM {batch} b"
        " UNION SELECT m.whole, p.part FROM made m JOIN figure_parts p ON p.figure = m.part)"
        " SELECT whole FROM made WHERE whole = part",
    ),
    _no_rows(
        "figures_are_those_of_their_submission",
        "figures",
        "指标值的单位、报表和报告期即其报送的",
        "the filer, form and period of a figure are those of its submission",
        "SELECT b.key FROM {batch} b JOIN submissions s ON s.id = b.submission"
        " WHERE s.filer <> b.filer OR s.kind <> b.kind OR s.period <> b.period",
    ),
    _no_rows(
        "cells_are_those_of_the_figures_submission",
        "figure_cells",
        "指标值的单元格属于其报送，人工调整的属于调整清单",
        "the cells of a figure are those of its submission, or of the list of adjustments where it was adjusted",
        "SELECT b.figure FROM {batch} b JOIN figures f ON f.key = b.figure"
        " LEFT JOIN submissions s ON s.id = b.submission WHERE f.submission IS NULL"
        " OR (f.method = 'adjusted' AND COALESCE(s.kind, '') <> 'adjustment_list')"
        " OR (f.method <> 'adjusted' AND f.submission <> b.submission)",
    ),
    _no_rows(
        "passes_have_their_entry",
        "judgments",
        "每次判定在台账中有其条目",
        "every judgment has its entry in the ledger",
        "SELECT b.submission FROM {batch} b JOIN ledger l ON l.sequence = b.entry"
        " WHERE l.subject <> b.submission OR l.event NOT IN ('judged', 'judged again')",
    ),
    _of_a_pass("findings", "问题", "findings"),
    _of_a_pass("rule_counts", "规则计数", "counts of rules"),
    _no_rows(
        "absence_is_told",
        "deadlines",
        "时限已过、从未收到也未申报零报告的，均记为缺报",
        "what is past its limit, never came and was not declared nil is told as missing",
        "SELECT ordinal FROM {batch} WHERE limit_at < judged_on AND received_at IS NULL AND nil_on IS NULL"
        " AND state NOT IN ('missing', 'not_applicable')",
    ),
)

# Another process may receive something between a run's judging of the deadlines and its checks: asked at night only.
FRESHNESS: tuple[Promise, ...] = (
    _no_rows(
        "deadlines_are_as_new_as_what_came",
        "deadlines",
        "报送时限的判定不早于该项义务最后一次收到",
        "what is said of a deadline is not older than what was received for it last",
        "SELECT b.ordinal FROM {batch} b JOIN submissions s"
        " ON s.filer = b.filer AND s.kind = b.kind AND s.period = b.period WHERE b.judged_on < s.received_at",
    ),
)

INTEGRITY: tuple[Promise, ...] = REFERENCES + LINEAGE
