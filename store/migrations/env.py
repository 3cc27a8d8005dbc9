"""Run by Alembic with the connection that `store.migrations.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from store.city.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    # All steps share the caller's transaction, on SQLite too: the old schema or the new one, never half.
    transactional_ddl=True,
)
context.run_migrations()
