"""The plan and who is who as tables, what rules each contract had, and what versions of figures say of each other.

They are filled from the registers when a home is opened (`warehouse.dimensions.catch_up`): a migration reads no files.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _lists()
    _plan()
    _derived()


def _recorded(name: str, *columns: sa.Column[Any]) -> None:
    """A table of what lists of a year said."""
    op.create_table(
        name,
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *columns,
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("sheet_row", sa.Integer(), nullable=True),
        sa.Column("recorded_from", sa.String(), nullable=False),
        sa.Column("recorded_to", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name=op.f(f"fk_{name}_submission")),
        sa.PrimaryKeyConstraint("key", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_submission"), name, ["submission"])


def _lists() -> None:
    _recorded(
        "organisations",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=True),
        sa.Column("class", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("succeeds", sa.String(), nullable=True),
        sa.Column("former_name", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.String(), nullable=True),
        sa.Column("valid_to", sa.String(), nullable=True),
    )
    _recorded(
        "obligations",
        sa.Column("filer", sa.String(), nullable=False),
        sa.Column("filer_class", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cadence", sa.String(), nullable=False),
        sa.Column("due", sa.String(), nullable=False),
        sa.Column("roll", sa.String(), nullable=True),
        sa.Column("due_by", sa.String(), nullable=True),
        sa.Column("cutoff", sa.String(), nullable=True),
        sa.Column("first_period", sa.String(), nullable=True),
        sa.Column("last_period", sa.String(), nullable=True),
        sa.Column("issued", sa.String(), nullable=True),
        sa.Column("nil", sa.String(), nullable=True),
        sa.Column("awaits", sa.String(), nullable=True),
        sa.Column("assumed", sa.Text(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=True),
    )
    _recorded(
        "waivers",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("filer", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("granted_on", sa.String(), nullable=True),
        sa.Column("valid_to", sa.String(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
    )
    _recorded(
        "explanations",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("filer", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("band_pct", sa.String(), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("explained_by", sa.Text(), nullable=True),
        sa.Column("given_on", sa.String(), nullable=True),
    )


def _plan() -> None:
    _recorded(
        "indicators",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("nature", sa.String(), nullable=True),
        sa.Column("illustrative", sa.String(), nullable=True),
    )
    _recorded(
        "work_nodes",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("illustrative", sa.String(), nullable=True),
    )
    _recorded(
        "targets",
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("comparator", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("low", sa.String(), nullable=True),
        sa.Column("high", sa.String(), nullable=True),
        sa.Column("low_closed", sa.Boolean(), nullable=True),
        sa.Column("high_closed", sa.Boolean(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("nature", sa.String(), nullable=True),
        sa.Column("as_written", sa.Text(), nullable=False),
        sa.Column("published_on", sa.String(), nullable=True),
    )
    _recorded(
        "complaint_tallies",
        sa.Column("filer", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("case_count", sa.Integer(), nullable=False),
        sa.Column("closed_count", sa.Integer(), nullable=False),
        sa.Column("refused_count", sa.Integer(), nullable=False),
        sa.Column("open_count", sa.Integer(), nullable=False),
        sa.Column("accept_case_count", sa.Integer(), nullable=False),
        sa.Column("accept_days", sa.Integer(), nullable=False),
        sa.Column("answer_case_count", sa.Integer(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("close_case_count", sa.Integer(), nullable=False),
        sa.Column("close_days", sa.Integer(), nullable=False),
        sa.Column("close_days_most", sa.Integer(), nullable=True),
        sa.Column("late_count", sa.Integer(), nullable=False),
    )


def _derived() -> None:
    op.create_table(
        "rule_versions",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("contract_version", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.String(), nullable=True),
        sa.Column("valid_to", sa.String(), nullable=True),
        sa.Column("known_from", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "contract_version", "ordinal", name=op.f("pk_rule_versions")),
    )
    op.create_table(
        "figure_pairs",
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("figure", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("known_from", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("otherwise", sa.String(), nullable=True),
        sa.Column("reason_zh", sa.Text(), nullable=True),
        sa.Column("reason_en", sa.Text(), nullable=True),
        sa.Column("check_unit", sa.Boolean(), nullable=True),
        sa.Column("difference", sa.String(), nullable=True),
        sa.Column("difference_low", sa.String(), nullable=True),
        sa.Column("difference_high", sa.String(), nullable=True),
        sa.Column("pct", sa.String(), nullable=True),
        sa.Column("pct_low", sa.String(), nullable=True),
        sa.Column("pct_high", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["figure"], ["figures.key"], name=op.f("fk_figure_pairs_figure")),
        sa.ForeignKeyConstraint(["other"], ["figures.key"], name=op.f("fk_figure_pairs_other")),
        sa.PrimaryKeyConstraint("relation", "figure", "other", name=op.f("pk_figure_pairs")),
    )
    op.create_index(op.f("ix_figure_pairs_figure"), "figure_pairs", ["figure"])
    op.create_index(op.f("ix_figure_pairs_other"), "figure_pairs", ["other"])


def downgrade() -> None:
    """All of it can be made again from the registers, but the rules of contracts that are no longer in use."""
    op.drop_table("figure_pairs")
    op.drop_table("rule_versions")
    op.drop_table("complaint_tallies")
    op.drop_table("explanations")
    op.drop_table("waivers")
    op.drop_table("obligations")
    op.drop_table("targets")
    op.drop_table("work_nodes")
    op.drop_table("indicators")
    op.drop_table("organisations")
