"""How a file was read: its type and encoding, its sheets and rows, and the cells that findings speak of.

Of what was read before, the cells that were found are the rest; sheets and rows were not kept then and stay unknown.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("submissions") as table:
        table.add_column(sa.Column("cells_found", sa.Integer(), nullable=True))
        table.add_column(sa.Column("account", sa.Text(), nullable=True))
    op.execute("UPDATE submissions SET cells_found = cells_nonempty - cells_used - cells_ignored")


def downgrade() -> None:
    # Not in a batch: that would rebuild a table which others refer to.
    op.drop_column("submissions", "account")
    op.drop_column("submissions", "cells_found")
