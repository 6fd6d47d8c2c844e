"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "home",
        sa.Column("bureau", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("bureau", name=op.f("pk_home")),
    )
    op.create_table(
        "ledger",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_ledger")),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("filer", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("period_start", sa.String(), nullable=False),
        sa.Column("period_end", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("received", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.Integer(), nullable=True),
        sa.Column("quarantined", sa.Integer(), nullable=True),
        sa.Column("contract_version", sa.String(), nullable=True),
        sa.Column("register", sa.String(), nullable=True),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("columns", sa.Text(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=True),
        sa.Column("cells_nonempty", sa.Integer(), nullable=True),
        sa.Column("cells_used", sa.Integer(), nullable=True),
        sa.Column("cells_ignored", sa.Integer(), nullable=True),
        sa.Column("superseded_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["superseded_by"], ["submissions.id"], name=op.f("fk_submissions_superseded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint(
            "file",
            "filer",
            "kind",
            "period",
            "received_at",
            "sha256",
            name=op.f("uq_submissions_file_filer_kind_period_received_at_sha256"),
        ),
        sa.UniqueConstraint(
            "filer", "kind", "period", "version", name=op.f("uq_submissions_filer_kind_period_version")
        ),
        sa.UniqueConstraint("sequence", name=op.f("uq_submissions_sequence")),
    )
    op.create_index(op.f("ix_submissions_kind_year"), "submissions", ["kind", "year"], unique=False)
    op.create_table(
        "figures",
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("figure_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("submission", sa.String(), nullable=True),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("filer", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("comparator", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("low", sa.String(), nullable=True),
        sa.Column("high", sa.String(), nullable=True),
        sa.Column("low_closed", sa.Boolean(), nullable=False),
        sa.Column("high_closed", sa.Boolean(), nullable=False),
        sa.Column("as_written", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("period_start", sa.String(), nullable=False),
        sa.Column("period_end", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("recorded_from", sa.String(), nullable=False),
        sa.Column("recorded_to", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name=op.f("fk_figures_submission")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_figures")),
        sa.UniqueConstraint("figure_id", "version", name=op.f("uq_figures_figure_id_version")),
    )
    op.create_index(op.f("ix_figures_submission"), "figures", ["submission"], unique=False)
    op.create_index(op.f("ix_figures_year_kind"), "figures", ["year", "kind"], unique=False)
    op.create_table(
        "findings",
        sa.Column("submission", sa.String(), nullable=False),
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
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name=op.f("fk_findings_submission")),
        sa.PrimaryKeyConstraint("submission", "ordinal", name=op.f("pk_findings")),
    )
    op.create_table(
        "ignored_cells",
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name=op.f("fk_ignored_cells_submission")),
        sa.PrimaryKeyConstraint("submission", "ordinal", name=op.f("pk_ignored_cells")),
    )
    op.create_table(
        "publications",
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["ledger.sequence"], name=op.f("fk_publications_entry")),
        sa.PrimaryKeyConstraint("entry", "path", name=op.f("pk_publications")),
    )
    op.create_table(
        "rule_counts",
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("not_evaluable", sa.Integer(), nullable=False),
        sa.Column("not_applicable", sa.Integer(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name=op.f("fk_rule_counts_submission")),
        sa.PrimaryKeyConstraint("submission", "ordinal", name=op.f("pk_rule_counts")),
    )
    op.create_table(
        "figure_cells",
        sa.Column("figure", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("cell", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["figure"], ["figures.key"], name=op.f("fk_figure_cells_figure")),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name=op.f("fk_figure_cells_submission")),
        sa.PrimaryKeyConstraint("figure", name=op.f("pk_figure_cells")),
    )
    op.create_table(
        "figure_parts",
        sa.Column("figure", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["figure"], ["figures.key"], name=op.f("fk_figure_parts_figure")),
        sa.ForeignKeyConstraint(["part"], ["figures.key"], name=op.f("fk_figure_parts_part")),
        sa.PrimaryKeyConstraint("figure", "ordinal", name=op.f("pk_figure_parts")),
    )


def downgrade() -> None:
    op.drop_table("figure_parts")
    op.drop_table("figure_cells")
    op.drop_table("rule_counts")
    op.drop_table("publications")
    op.drop_table("ignored_cells")
    op.drop_table("findings")
    op.drop_index(op.f("ix_figures_year_kind"), table_name="figures")
    op.drop_index(op.f("ix_figures_submission"), table_name="figures")
    op.drop_table("figures")
    op.drop_index(op.f("ix_submissions_kind_year"), table_name="submissions")
    op.drop_table("submissions")
    op.drop_table("ledger")
    op.drop_table("home")
