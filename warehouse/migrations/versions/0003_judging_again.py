"""Judging again: every judgment of a submission is kept, and findings and counts say which of them they are of.

What was judged before was judged once: its verdict, findings and counts become those of the first pass, at the moment
and with the entry that the ledger has of it. What it was compared with was not kept then.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FINDINGS = (
    "ordinal, rule, severity, message_zh, message_en, expected, basis, field, filed, sheet, cell, places, operands,"
    " rows, waived_by"
)
COUNTS = "ordinal, rule, passed, failed, not_evaluable, not_applicable, reason_zh, reason_en"


def upgrade() -> None:
    with op.batch_alter_table("submissions") as table:
        table.add_column(sa.Column("pass_number", sa.Integer(), nullable=True))
        table.add_column(sa.Column("again", sa.Text(), nullable=True))
    op.execute("UPDATE submissions SET pass_number = 1 WHERE outcome IS NOT NULL")
    op.create_table(
        "judgments",
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("pass_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("contract_version", sa.String(), nullable=False),
        sa.Column("register", sa.String(), nullable=True),
        sa.Column("causes", sa.Text(), nullable=False),
        sa.Column("compared", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name=op.f("fk_judgments_submission")),
        sa.ForeignKeyConstraint(["entry"], ["ledger.sequence"], name=op.f("fk_judgments_entry")),
        sa.PrimaryKeyConstraint("submission", "pass_number", name=op.f("pk_judgments")),
    )
    op.execute(
        "INSERT INTO judgments SELECT s.id, 1, l.sequence, l.at, s.outcome, s.received, s.accepted, s.quarantined,"
        " s.contract_version, s.register, '[]', '[]' FROM submissions s"
        " JOIN ledger l ON l.event = 'judged' AND l.subject = s.id WHERE s.outcome IS NOT NULL"
    )
    for name, columns, make, more, values in (
        ("findings", FINDINGS, _findings, ", about, suggestions", ", '', '[]'"),
        ("rule_counts", COUNTS, _rule_counts, "", ""),
    ):
        # A copy without constraints: a renamed table would keep the names of its own, which the new one needs.
        op.execute(f"CREATE TABLE {name}_before AS SELECT * FROM {name}")
        op.drop_table(name)
        make(name)
        op.execute(
            f"INSERT INTO {name} (submission, pass_number, {columns}{more})"
            f" SELECT submission, 1, {columns}{values} FROM {name}_before"
        )
        op.drop_table(f"{name}_before")


def _findings(name: str) -> None:
    op.create_table(
        name,
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("pass_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("filed", sa.Text(), nullable=True),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("cell", sa.String(), nullable=True),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("operands", sa.Text(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("waived_by", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("explained_by", sa.Text(), nullable=True),
        sa.Column("suggestions", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name=op.f("fk_findings_submission")),
        sa.PrimaryKeyConstraint("submission", "pass_number", "ordinal", name=op.f("pk_findings")),
    )


def _rule_counts(name: str) -> None:
    op.create_table(
        name,
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("pass_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("not_evaluable", sa.Integer(), nullable=False),
        sa.Column("not_applicable", sa.Integer(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name=op.f("fk_rule_counts_submission")),
        sa.PrimaryKeyConstraint("submission", "pass_number", "ordinal", name=op.f("pk_rule_counts")),
    )


def downgrade() -> None:
    """Keeps what the current pass found; the passes before it are lost, for there is no place for them."""
    for name, drop in (("findings", ("about", "explained_by", "suggestions")), ("rule_counts", ())):
        op.execute(
            f"DELETE FROM {name} WHERE pass_number <> (SELECT pass_number FROM submissions WHERE id = submission)"
        )
        with op.batch_alter_table(name) as table:
            table.drop_constraint(op.f(f"pk_{name}"), type_="primary")
            table.create_primary_key(op.f(f"pk_{name}"), ["submission", "ordinal"])
            for column in ("pass_number", *drop):
                table.drop_column(column)
    op.drop_table("judgments")
    # Not in a batch: that would rebuild a table which others refer to.
    op.drop_column("submissions", "again")
    op.drop_column("submissions", "pass_number")
