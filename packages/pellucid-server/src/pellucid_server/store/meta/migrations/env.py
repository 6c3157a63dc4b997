"""Run by Alembic for each upgrade, on the connection and in the transaction that `migrate.upgrade` opened."""

from alembic import context

from pellucid_server.store.meta.areas import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
