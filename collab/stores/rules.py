"""The rules that every store keeps: what a new room is, and which write is refused with what.

Worded once, so that the stores cannot drift apart. SPEC: [ST1] to [ST11], [ST33] to [ST44]. Called
by every store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeVar
from urllib.parse import quote

from collab.errors import (
    AlreadyExists,
    AppendRefused,
    Fenced,
    LimitExceeded,
    NotFound,
    Refused,
    RevisionConflict,
)
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.limits import (
    MEMBERS_PER_ROOM_MAX,
    REVOKED_TOKENS_PER_TENANT_MAX,
    SHARES_PER_ROOM_MAX,
)
from collab.messages import Role
from collab.ports import RoomRecord, ShareRecord
from collab.revision import Revision

__all__ = [
    "already_exists",
    "append_refused",
    "check_consecutive",
    "check_members",
    "check_revoked_tokens",
    "collection_bounds",
    "new_room",
    "no_such_room",
    "no_such_share",
    "shares_to_forget",
    "snapshot_refused",
    "too_many_rooms",
    "within_bytes",
]

_Item = TypeVar("_Item")

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


def collection_bounds(collection: str) -> tuple[str, str]:
    """Return the first name that a free room of *collection* may have, and the first beyond them.

    Names are ASCII and ordered by code points, in which ``0`` follows the slash.
    """
    prefix = quote(collection, safe="")
    return f"{prefix}/", f"{prefix}0"


def no_such_room(room: RoomId) -> NotFound:
    """Return the error for a room that the store does not have."""
    return NotFound(f"there is no room {room}")


def no_such_share(share_id: str) -> NotFound:
    """Return the error for a share that its room does not have."""
    return NotFound(f"there is no share {share_id!r}")


def already_exists(room: RoomId, *, is_deleted: bool) -> AlreadyExists:
    """Return the error for creating a room twice."""
    if is_deleted:
        return AlreadyExists(
            f"the name {room.name!r} belongs to a room in the trash: restore that one, or choose "
            "another name",
            code="room_in_trash",
        )
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


def within_bytes(
    items: Iterable[_Item], size_of: Callable[[_Item], int], bytes_max: int | None
) -> list[_Item]:
    """Return the first of *items*, to the one with which *bytes_max* (None: no bound) is met."""
    if bytes_max is None:
        return list(items)
    found: list[_Item] = []
    size = 0
    for item in items:
        found.append(item)
        size += size_of(item)
        if size >= bytes_max:
            break
    return found


def append_refused(
    room: RoomId,
    *,
    token: FencingToken,
    first: Revision,
    held: FencingToken,
    last: int,
    epoch: Epoch,
    is_deleted: bool,
) -> AppendRefused | None:
    """Return why *first* cannot be appended under *token*, or None if it can.

    *held*, *last*, *epoch* and *is_deleted* are the room's. The token is looked at first: a stale
    owner has to learn that it is stale, whatever else is wrong with what it sends.
    """
    fenced = _fenced(room, token, held, is_deleted=is_deleted)
    if fenced is not None:
        return fenced
    if first.number != last + 1:
        return RevisionConflict(f"{room} is at revision {last}: {first.number} cannot follow")
    if first.epoch < epoch:
        return RevisionConflict(f"{room} is in epoch {epoch}: {first.epoch} is an older one")
    return None


def snapshot_refused(
    room: RoomId,
    *,
    token: FencingToken,
    revision: int,
    held: FencingToken,
    last: int,
    is_deleted: bool,
) -> AppendRefused | None:
    """Return why a snapshot at *revision* cannot be saved under *token*, or None if it can."""
    fenced = _fenced(room, token, held, is_deleted=is_deleted)
    if fenced is not None:
        return fenced
    if revision > last:
        return RevisionConflict(f"{room} is at revision {last}: there is no {revision} yet")
    return None


def check_members(
    record: RoomRecord, members: Mapping[UserId, Role], user: UserId, role: Role | None
) -> None:
    """Raise ``LimitExceeded`` or ``Refused`` unless *user* may get *role* (None: off the list).

    *members* is the list as it is.
    """
    changed = {name: held for name, held in members.items() if name != user}
    if role is not None:
        changed[user] = role
    if len(changed) > max(MEMBERS_PER_ROOM_MAX, len(members)):
        raise LimitExceeded(
            f"a room has at most {MEMBERS_PER_ROOM_MAX} members", code="limit_members"
        )
    if Role.OWNER not in changed.values() and record.created_by in changed:
        raise Refused(
            "members_no_owner", "a room keeps an owner: make somebody else one before this"
        )


def shares_to_forget(shares: Sequence[ShareRecord], new: ShareRecord) -> list[str]:
    """Return the ids of those among a room's *shares* that go when *new* comes.

    Raises ``AlreadyExists``, or ``LimitExceeded`` if too many can still be used. Revoked ones are
    kept for people to see, as long as there is space for them.
    """
    if any(share.id == new.id for share in shares):
        raise AlreadyExists(f"there is a share {new.id!r} already")
    kept = [share for share in shares if share.expires_ms > new.created_ms]
    live = sum(share.revoked_ms is None for share in kept)
    if live >= SHARES_PER_ROOM_MAX:
        raise LimitExceeded(
            f"a room has at most {SHARES_PER_ROOM_MAX} links: revoke one first",
            code="limit_shares",
        )
    revoked = sorted(
        (share for share in kept if share.revoked_ms is not None),
        key=lambda share: (share.revoked_ms or 0, share.id),
        reverse=True,
    )
    surplus = revoked[SHARES_PER_ROOM_MAX - live - 1 :]
    expired = [share for share in shares if share.expires_ms <= new.created_ms]
    return [share.id for share in (*expired, *surplus)]


def check_revoked_tokens(tenant: TenantId, count: int) -> None:
    """Raise ``LimitExceeded`` if *tenant* has *count* revoked tokens, the most it may have."""
    if count >= REVOKED_TOKENS_PER_TENANT_MAX:
        raise LimitExceeded(
            f"the tenant {tenant} has {REVOKED_TOKENS_PER_TENANT_MAX} revoked tokens: "
            "change the secret that signs them",
            code="limit_revoked_tokens",
        )


def _fenced(
    room: RoomId, token: FencingToken, held: FencingToken, *, is_deleted: bool
) -> Fenced | None:
    if is_deleted:
        return Fenced(f"{room} is in the trash")
    if token != held:
        return Fenced(f"the token {token} for {room} is stale: {held} was claimed")
    return None
