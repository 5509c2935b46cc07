"""The rules that every store keeps: what a new room is, and which write is refused with what.

Worded once, so that the stores cannot drift apart. SPEC: [ST1] to [ST11]. Called by every store.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from collab.errors import (
    AlreadyExists,
    AppendRefused,
    Fenced,
    LimitExceeded,
    NotFound,
    RevisionConflict,
)
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, UserId
from collab.ports import RoomRecord
from collab.revision import Revision

__all__ = [
    "already_exists",
    "append_refused",
    "check_consecutive",
    "new_room",
    "no_such_room",
    "snapshot_refused",
    "too_many_rooms",
]


# An epoch begins with every history of a room; this is the one that a new room begins with.
_FIRST_EPOCH: Final = Epoch(1)


def new_room(room: RoomId, title: str, created_by: UserId, time_ms: int) -> RoomRecord:
    """Return the record of an empty room: revision 0 of its first epoch."""
    return RoomRecord(
        room=room,
        title=title,
        created_by=created_by,
        created_ms=time_ms,
        updated_ms=time_ms,
        revision=RevisionNo(0),
        epoch=_FIRST_EPOCH,
    )


def no_such_room(room: RoomId) -> NotFound:
    """Return the error for a room that the store does not have."""
    return NotFound(f"there is no room {room}")


def already_exists(room: RoomId) -> AlreadyExists:
    """Return the error for creating a room twice."""
    return AlreadyExists(f"there is a room {room} already")


def too_many_rooms(room: RoomId, rooms_max: int) -> LimitExceeded:
    """Return the error for one room more than a tenant may have."""
    return LimitExceeded(
        f"the tenant {room.tenant} has {rooms_max} rooms, the most it may have", code="limit_rooms"
    )


def check_consecutive(room: RoomId, revisions: Sequence[Revision]) -> None:
    """Raise ``RevisionConflict`` unless numbers rise by one and epochs never fall."""
    for earlier, later in pairwise(revisions):
        if later.number != earlier.number + 1 or later.epoch < earlier.epoch:
            raise RevisionConflict(
                f"revision {later.number} of {room} (epoch {later.epoch}) cannot follow "
                f"revision {earlier.number} (epoch {earlier.epoch})"
            )


def append_refused(
    room: RoomId,
    *,
    token: FencingToken,
    first: Revision,
    held: FencingToken,
    last: int,
    epoch: Epoch,
) -> AppendRefused | None:
    """Return why *first* cannot be appended under *token*, or None if it can.

    *held*, *last* and *epoch* are the room's. The token is looked at first: a stale owner has to
    learn that it is stale, whatever else is wrong with what it sends.
    """
    if token != held:
        return Fenced(f"the token {token} for {room} is stale: {held} was claimed")
    if first.number != last + 1:
        return RevisionConflict(f"{room} is at revision {last}: {first.number} cannot follow")
    if first.epoch < epoch:
        return RevisionConflict(f"{room} is in epoch {epoch}: {first.epoch} is an older one")
    return None


def snapshot_refused(
    room: RoomId, *, token: FencingToken, revision: int, held: FencingToken, last: int
) -> AppendRefused | None:
    """Return why a snapshot at *revision* cannot be saved under *token*, or None if it can."""
    if token != held:
        return Fenced(f"the token {token} for {room} is stale: {held} was claimed")
    if revision > last:
        return RevisionConflict(f"{room} is at revision {last}: there is no {revision} yet")
    return None
