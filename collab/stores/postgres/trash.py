"""The trash and the trimming of histories: statements that delete a room, restore it, remove it.

Deleting is a mark, so that it can be undone; removing goes piece by piece, with other rooms' edits
in between, from where nobody can restore half of it. What a crash leaves is found by the next
purge or trim, on whichever node. SPEC: [ST34] to [ST37], [ST45], [ST46]. Called by ``store``.
"""

from __future__ import annotations

from typing import Final

from collab.ids import RevisionNo, RoomId, TenantId
from collab.limits import PURGE_REVISIONS
from collab.ports import RoomRecord
from collab.stores.postgres.connections import Database
from collab.stores.postgres.rooms import ROOM_KEY, lock, select_any_room
from collab.stores.rules import no_such_room

__all__ = [
    "delete_room",
    "expel_deleted",
    "mark_trimmed",
    "purge_some",
    "remove_trimmed",
    "restore_room",
]

# The tenant of what is being purged. No session has an empty tenant.
_NOBODY: Final = ""


async def delete_room(connection: Database, room: RoomId, time_ms: int) -> RoomRecord:
    """Mark *room* as deleted and raise its token, which fences its owner; ``NotFound``."""
    await connection.execute(
        "UPDATE rooms SET deleted_ms = %s, token = token + 1"
        " WHERE tenant = %s AND name = %s AND deleted_ms IS NULL",
        (time_ms, room.tenant, room.name),
    )
    return await _there(connection, room)


async def restore_room(connection: Database, room: RoomId) -> RoomRecord:
    """Take the mark away; ``NotFound``."""
    await connection.execute(
        "UPDATE rooms SET deleted_ms = NULL WHERE tenant = %s AND name = %s",
        (room.tenant, room.name),
    )
    return await _there(connection, room)


async def expel_deleted(connection: Database, before_ms: int) -> list[RoomId]:
    """Move what was deleted before *before_ms* out of its tenant, and return what it was."""
    cursor = await connection.execute(
        "UPDATE rooms SET tenant = %s, name = rooms.room_key::text"
        " FROM (SELECT room_key, tenant, name FROM rooms"
        "  WHERE deleted_ms < %s AND tenant <> %s FOR UPDATE) AS old"
        " WHERE rooms.room_key = old.room_key RETURNING old.tenant, old.name",
        (_NOBODY, before_ms, _NOBODY),
    )
    rows = sorted(await cursor.fetchall())
    return [RoomId(TenantId(tenant), name) for tenant, name in rows]


async def purge_some(connection: Database) -> bool:
    """Remove a piece of one room that was moved out; return whether there may be more."""
    cursor = await connection.execute(
        "SELECT room_key FROM rooms WHERE tenant = %s LIMIT 1", (_NOBODY,)
    )
    row = await cursor.fetchone()
    if row is None:
        return False
    await connection.execute(
        "DELETE FROM revisions WHERE room_key = %s AND revision IN"
        " (SELECT revision FROM revisions WHERE room_key = %s LIMIT %s)",
        (row[0], row[0], PURGE_REVISIONS),
    )
    # Members, shares and snapshots go with it. Another node may be removing the same room.
    await connection.execute(
        "DELETE FROM rooms WHERE room_key = %s"
        " AND NOT EXISTS (SELECT FROM revisions WHERE room_key = %s)",
        (row[0], row[0]),
    )
    return True


async def mark_trimmed(connection: Database, room: RoomId, before: RevisionNo) -> RevisionNo:
    """Let the history begin behind the newest snapshot not above *before*; return its number."""
    async with connection.transaction():
        # Without it the snapshot could be thinned away meanwhile.
        await lock(connection, "snapshots", room.tenant, room.name)
        cursor = await connection.execute(
            "UPDATE rooms SET history_start = greatest(history_start, coalesce("
            "(SELECT max(revision) FROM snapshots"
            " WHERE snapshots.room_key = rooms.room_key AND revision <= %s), 0))"
            " WHERE tenant = %s AND name = %s AND deleted_ms IS NULL RETURNING history_start",
            (before, room.tenant, room.name),
        )
        row = await cursor.fetchone()
    if row is None:
        raise no_such_room(room)
    return RevisionNo(row[0])


async def remove_trimmed(connection: Database, room: RoomId, start: RevisionNo) -> bool:
    """Remove a piece of what lies before *start*; return whether there may be more."""
    key = (room.tenant, room.name)
    removed = await connection.execute(
        f"DELETE FROM revisions WHERE room_key = {ROOM_KEY} AND revision IN"
        f" (SELECT revision FROM revisions WHERE room_key = {ROOM_KEY} AND revision <= %s"
        " ORDER BY revision LIMIT %s)",
        (*key, *key, start, PURGE_REVISIONS),
    )
    await connection.execute(
        f"DELETE FROM snapshots WHERE room_key = {ROOM_KEY} AND revision < %s", (*key, start)
    )
    return removed.rowcount == PURGE_REVISIONS


async def _there(connection: Database, room: RoomId) -> RoomRecord:
    record = await select_any_room(connection, room)
    if record is None:
        raise no_such_room(room)
    return record
