"""Deadlines: who owed what by when, and what became of it, as of the moment of each year's last run.

What was run before has none until its pack is run again: they are derived from the ledger and the pack.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deadlines",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("filer", sa.String(), nullable=False),
        sa.Column("filer_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("kind_zh", sa.Text(), nullable=False),
        sa.Column("kind_en", sa.Text(), nullable=False),
        sa.Column("cadence", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("period_start", sa.String(), nullable=False),
        sa.Column("period_end", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("roll", sa.String(), nullable=False),
        sa.Column("named_on", sa.String(), nullable=True),
        sa.Column("due_on", sa.String(), nullable=True),
        sa.Column("due_at", sa.String(), nullable=True),
        sa.Column("limit_at", sa.String(), nullable=True),
        sa.Column("extended_until", sa.String(), nullable=True),
        sa.Column("extended_by", sa.Text(), nullable=True),
        sa.Column("extended_because", sa.Text(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("cutoff_on", sa.String(), nullable=True),
        sa.Column("issued", sa.String(), nullable=True),
        sa.Column("first_received_at", sa.String(), nullable=True),
        sa.Column("received_at", sa.String(), nullable=True),
        sa.Column("accepted_at", sa.String(), nullable=True),
        sa.Column("submission", sa.String(), nullable=True),
        sa.Column("nil_on", sa.String(), nullable=True),
        sa.Column("awaited", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("days_late", sa.Integer(), nullable=False),
        sa.Column("workdays_late", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why_zh", sa.Text(), nullable=False),
        sa.Column("why_en", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("assumed", sa.Text(), nullable=True),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("judged_on", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name=op.f("fk_deadlines_submission")),
        sa.PrimaryKeyConstraint("year", "ordinal", name=op.f("pk_deadlines")),
    )
    op.create_index(op.f("ix_deadlines_filer_kind_period"), "deadlines", ["filer", "kind", "period"])


def downgrade() -> None:
    op.drop_table("deadlines")
