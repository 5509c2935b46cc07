"""All records of a room, at once. SPEC: section DA. Called by ``room``."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from runtime.data.catalog import CHANGES, FILES, KEYS, SEALS, Catalog
from runtime.data.confirmation import drop_pending, every_id
from runtime.data.ddl import Steps
from runtime.data.migration import table_of

__all__ = ["clear"]


def clear(connection: Connection, room: int) -> None:
    """Delete the records of *room*, those of removed models too, and what waited to be dropped.

    The tables stay. *connection* is in a transaction that writes.
    """
    catalog = Catalog(connection, room)
    for row in catalog.models:
        connection.execute(delete(table_of(catalog, row)))
    for table in (KEYS, FILES, CHANGES, SEALS):
        connection.execute(delete(table).where(table.c.room == room))
    drop_pending(Steps(connection), catalog, every_id(catalog))
