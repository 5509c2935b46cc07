"""The trash: statements that delete a room, restore it, and remove it for good.

Deleting is a mark, so that it can be undone. Removing may concern a million revisions, which go in
many transactions with other rooms' edits between them; so a room is first moved out of its tenant,
from where nobody can restore half of it, and then taken away piece by piece. What a crash leaves
there is found by the next purge. SPEC: [ST34] to [ST37]. Called by ``sqlite``.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from collab.ids import RoomId
from collab.limits import PURGE_REVISIONS
from collab.ports import RoomRecord
from collab.stores.rules import no_such_room
from collab.stores.tables import select_any_room

__all__ = ["delete_room", "expel_deleted", "purge_some", "restore_room"]

# The tenant of what is being purged. No session has an empty tenant.
_NOBODY: Final = ""


def delete_room(connection: sqlite3.Connection, room: RoomId, time_ms: int) -> RoomRecord:
    """Mark *room* as deleted and raise its token, which fences its owner; ``NotFound``."""
    connection.execute(
        "UPDATE rooms SET deleted_ms = ?, token = token + 1"
        " WHERE tenant = ? AND name = ? AND deleted_ms IS NULL",
        (time_ms, room.tenant, room.name),
    )
    return _there(connection, room)


def restore_room(connection: sqlite3.Connection, room: RoomId) -> RoomRecord:
    """Take the mark away; ``NotFound``."""
    connection.execute(
        "UPDATE rooms SET deleted_ms = NULL WHERE tenant = ? AND name = ?", (room.tenant, room.name)
    )
    return _there(connection, room)


def expel_deleted(connection: sqlite3.Connection, before_ms: int) -> list[RoomId]:
    """Move what was deleted before *before_ms* out of its tenant, and return what it was."""
    rows = connection.execute(
        "SELECT room_key, tenant, name FROM rooms"
        " WHERE deleted_ms < ? AND tenant <> ? ORDER BY tenant, name",
        (before_ms, _NOBODY),
    ).fetchall()
    connection.executemany(
        "UPDATE rooms SET tenant = ?, name = ? WHERE room_key = ?",
        [(_NOBODY, str(key), key) for key, _, _ in rows],
    )
    return [RoomId(tenant, name) for _, tenant, name in rows]


def purge_some(connection: sqlite3.Connection) -> bool:
    """Remove a piece of one room that was moved out; return whether there may be more."""
    row = connection.execute(
        "SELECT room_key FROM rooms WHERE tenant = ? LIMIT 1", (_NOBODY,)
    ).fetchone()
    if row is None:
        return False
    removed = connection.execute(
        "DELETE FROM revisions WHERE room_key = ?1 AND revision IN"
        " (SELECT revision FROM revisions WHERE room_key = ?1 LIMIT ?2)",
        (row[0], PURGE_REVISIONS),
    ).rowcount
    if removed == PURGE_REVISIONS:
        return True
    for table in ("snapshots", "members", "shares", "rooms"):
        connection.execute(f"DELETE FROM {table} WHERE room_key = ?", row)
    return True


def _there(connection: sqlite3.Connection, room: RoomId) -> RoomRecord:
    record = select_any_room(connection, room)
    if record is None:
        raise no_such_room(room)
    return record
