"""Descriptions: rooms, members and shares as the API shows them.

SPEC: section RG. Called by ``rooms`` and ``people``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from collab.host.room_host import RoomHost
from collab.limits import PRESENT_SHOWN_MAX, TRASH_KEPT_MS
from collab.messages import Principal, Role
from collab.ports import RoomRecord, ShareRecord

__all__ = ["describe_room", "describe_share", "is_found", "time_of"]


def describe_room(record: RoomRecord, role: Role, room: RoomHost | None) -> dict[str, Any]:
    """Return what the API says of a room to somebody with *role* in it.

    *room* is the open room, None if it is not open: then nobody is in it, and its problems are
    not known (``null``), because opening it only to count them would cost more than that is worth.
    """
    present = [] if room is None else _present(room)
    deleted_ms = record.deleted_ms
    return {
        "name": record.room.name,
        "title": record.title,
        "createdBy": record.created_by,
        "createdAt": time_of(record.created_ms),
        "updatedAt": time_of(record.updated_ms),
        "revision": record.revision,
        "role": role,
        "sessions": len(room.outlets) if room is not None else 0,
        "people": len(present),
        "present": [
            {"name": item.name, "color": item.color} for item in present[:PRESENT_SHOWN_MAX]
        ],
        "problems": None if room is None else _problems(room),
        "deletedAt": None if deleted_ms is None else time_of(deleted_ms),
        "purgedAt": None if deleted_ms is None else time_of(deleted_ms + TRASH_KEPT_MS),
    }


def describe_share(share: ShareRecord) -> dict[str, Any]:
    """Return what the API says of a share: everything but the link, which nobody can read again."""
    return {
        "id": share.id,
        "role": share.role,
        "createdBy": share.created_by,
        "createdAt": time_of(share.created_ms),
        "expiresAt": time_of(share.expires_ms),
        "revokedAt": None if share.revoked_ms is None else time_of(share.revoked_ms),
    }


def is_found(record: RoomRecord, words: Iterable[str]) -> bool:
    """Return whether the room's title and name contain all *words*, which are case-folded."""
    text = f"{record.title} {record.room.name}".casefold()
    return all(word in text for word in words)


def time_of(time_ms: int) -> str:
    """Return Unix milliseconds as RFC 3339 in UTC."""
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _present(room: RoomHost) -> list[Principal]:
    """Return the people in *room*, each once however many windows they have; tools are none."""
    here = room.room.presence.sessions()
    people = {item.principal.user: item.principal for item in room.room.sessions if item.id in here}
    return list(people.values())


def _problems(room: RoomHost) -> int | None:
    committer = room.room.committer
    index = committer.problems if committer.is_examined else None
    return None if index is None else index.total
