"""Trimming: the oldest revisions of a room are forgotten, the document of none that is kept.

What is forgotten is first marked, by one number, and then removed piece by piece, so that no edit
waits behind a long removal; what a crash leaves behind it cannot be read any more. SPEC: [ST45] and
[ST46]. Called by ``sqlite``.
"""

from __future__ import annotations

import sqlite3

from collab.ids import RevisionNo, RoomId
from collab.limits import PURGE_REVISIONS
from collab.stores.rules import no_such_room
from collab.stores.tables import ROOM_KEY

__all__ = ["mark_trimmed", "remove_trimmed"]


def mark_trimmed(connection: sqlite3.Connection, room: RoomId, before: RevisionNo) -> RevisionNo:
    """Let the history begin behind the newest snapshot not above *before*; return its number."""
    rows = connection.execute(
        "UPDATE rooms SET history_start = max(history_start, coalesce("
        "(SELECT max(revision) FROM snapshots"
        " WHERE snapshots.room_key = rooms.room_key AND revision <= ?), 0))"
        " WHERE tenant = ? AND name = ? AND deleted_ms IS NULL RETURNING history_start",
        (before, room.tenant, room.name),
    ).fetchall()
    if not rows:
        raise no_such_room(room)
    start: RevisionNo = rows[0][0]
    return start


def remove_trimmed(connection: sqlite3.Connection, room: RoomId, start: RevisionNo) -> bool:
    """Remove a piece of what lies before *start*; return whether there may be more."""
    removed = connection.execute(
        f"DELETE FROM revisions WHERE room_key = {ROOM_KEY} AND revision IN"
        f" (SELECT revision FROM revisions WHERE room_key = {ROOM_KEY} AND revision <= ?"
        " ORDER BY revision LIMIT ?)",
        (room.tenant, room.name, room.tenant, room.name, start, PURGE_REVISIONS),
    ).rowcount
    connection.execute(
        f"DELETE FROM snapshots WHERE room_key = {ROOM_KEY} AND revision < ?",
        (room.tenant, room.name, start),
    )
    return removed == PURGE_REVISIONS
