"""How Alembic runs the migrations: on the connection, and in the transaction, of ``schema``."""

from __future__ import annotations

from alembic import context

from collab.stores.postgres.connections import SCHEMA

context.configure(connection=context.config.attributes["connection"], version_table_schema=SCHEMA)
context.run_migrations()
