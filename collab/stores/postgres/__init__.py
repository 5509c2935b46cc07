"""The store in PostgreSQL, which several nodes may share. SPEC: sections ST and PG."""

from collab.stores.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
