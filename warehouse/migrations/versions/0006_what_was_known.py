"""What was known on a day: judgments keep all that they found out, deadlines what was said before; runs and editions.

Earlier passes of what was judged again get what the current one found out about the file: the bytes were the same, and
more was not kept.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEPT = ("sheet", "columns", "fields", "cells_nonempty", "cells_used", "cells_ignored", "cells_found", "account")
NUMBERS = ("cells_nonempty", "cells_used", "cells_ignored", "cells_found")


def upgrade() -> None:
    for name in KEPT:
        type_ = sa.Integer() if name in NUMBERS else sa.String() if name == "sheet" else sa.Text()
        op.add_column("judgments", sa.Column(name, type_, nullable=True))
        # In a statement of its own each: SQLite before 3.33 has no UPDATE … FROM, and a row value is not portable.
        op.execute(
            f'UPDATE judgments SET "{name}" = (SELECT s."{name}" FROM submissions s WHERE s.id = judgments.submission)'
        )
    op.add_column("deadlines", sa.Column("recorded_from", sa.String(), nullable=True))
    op.execute("UPDATE deadlines SET recorded_from = judged_on")
    with op.batch_alter_table("deadlines") as table:
        table.alter_column("recorded_from", existing_type=sa.String(), nullable=False)
    _past_deadlines()
    _runs_and_editions()


def _past_deadlines() -> None:
    op.create_table(
        "past_deadlines",
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
        sa.Column("recorded_from", sa.String(), nullable=False),
        sa.Column("recorded_to", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name=op.f("fk_past_deadlines_submission")),
        sa.PrimaryKeyConstraint("year", "ordinal", "recorded_from", name=op.f("pk_past_deadlines")),
    )


def _runs_and_editions() -> None:
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("started_at", sa.String(), nullable=False),
        sa.Column("ended_at", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("ledger_head", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_runs")),
    )
    op.create_table(
        "editions",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("erratum", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["ledger.sequence"], name=op.f("fk_editions_entry")),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_editions")),
    )


def downgrade() -> None:
    """What was said before of deadlines, and who ran and signed, is lost: there is no place for it."""
    op.drop_table("editions")
    op.drop_table("runs")
    op.drop_table("past_deadlines")
    op.drop_column("deadlines", "recorded_from")
    for name in reversed(KEPT):
        op.drop_column("judgments", name)
