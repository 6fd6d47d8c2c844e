"""How Alembic runs our migrations: on the connection `warehouse.database.migrate` hands in. Only Alembic loads this."""

from __future__ import annotations

from alembic import context

from warehouse.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
