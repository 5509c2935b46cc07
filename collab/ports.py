"""The ports: what the core and the host ask of the world, as protocols.

Each port has one contract suite in ``tests/contracts`` that every implementation passes.
SPEC: section ST for the store, CN for connections, AU for the authenticator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from collab.ids import Epoch, FencingToken, NodeId, RevisionNo, RoomId, SourceId, TenantId, UserId
from collab.messages import Principal, Role
from collab.revision import Revision, Snapshot

__all__ = [
    "Authenticator",
    "Bus",
    "CachedLock",
    "Claim",
    "Clock",
    "Connection",
    "Leases",
    "LockCache",
    "RevokedToken",
    "RoomRecord",
    "ShareRecord",
    "Sources",
    "Store",
]


_BEGINNING: Final = RevisionNo(0)


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """What the store knows of a room without opening it. Times are Unix milliseconds.

    ``deleted_ms`` is when the room went to the trash, None while it is in use. The revisions after
    ``history_start`` are kept; those up to it were trimmed.
    """

    room: RoomId
    title: str
    created_by: UserId
    created_ms: int
    updated_ms: int
    revision: RevisionNo
    epoch: Epoch
    deleted_ms: int | None = None
    history_start: RevisionNo = _BEGINNING


@dataclass(frozen=True, slots=True)
class ShareRecord:
    """A link that lets its bearer into one room until it expires or is revoked.

    The link itself is not kept: a token that names ``id`` is good as long as the record says so.
    """

    id: str
    room: RoomId
    role: Role
    created_by: UserId
    created_ms: int
    expires_ms: int
    revoked_ms: int | None = None


@dataclass(frozen=True, slots=True)
class RevokedToken:
    """A token that is refused although it has not expired yet; forgotten once it has."""

    tenant: TenantId
    id: str
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to append to one room until somebody else claims it."""

    token: FencingToken
    revision: RevisionNo
    epoch: Epoch


class Store(Protocol):
    """The durable log. Every method is safe to call from the event loop concurrently.

    Reads see every append that was acknowledged before the call. Rooms are kept apart by tenant.
    """

    async def open(self) -> None:
        """Open the store and migrate its schema; ``StoreUnavailable`` if that fails."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, then close. Later calls raise ``StoreUnavailable``."""
        ...

    async def create_room(
        self, room: RoomId, *, title: str, created_by: UserId, time_ms: int
    ) -> RoomRecord:
        """Create an empty room at revision 0.

        Raises ``AlreadyExists`` (``room_in_trash`` if a deleted room has the name),
        ``LimitExceeded`` (``limit_rooms``; rooms in the trash count) or ``StorageFull``.
        """
        ...

    async def room(self, room: RoomId, *, deleted: bool = False) -> RoomRecord | None:
        """Return the record of *room*, or None if there is no such room.

        A room in the trash is found with *deleted* only, and then no other is.
        """
        ...

    async def rooms(self, tenant: TenantId, *, deleted: bool = False) -> list[RoomRecord]:
        """Return the tenant's rooms, or those in its trash, sorted by name."""
        ...

    async def rooms_in(self, tenant: TenantId, collection: str, limit: int) -> list[RoomRecord]:
        """Return at most *limit* of the tenant's free rooms of *collection*, sorted by name.

        *collection* is as the user wrote it; rooms in the trash are left out.
        """
        ...

    async def rename_room(self, room: RoomId, title: str) -> RoomRecord:
        """Give *room* another title; ``NotFound``. Its name stays: it is part of its address."""
        ...

    async def delete_room(self, room: RoomId, time_ms: int) -> RoomRecord:
        """Put *room* into the trash; its owner's next append is ``Fenced``. Raises ``NotFound``.

        Its log, members and shares stay. A room that is there already keeps its time.
        """
        ...

    async def restore_room(self, room: RoomId) -> RoomRecord:
        """Take *room* out of the trash; ``NotFound``. A room that is not in it stays as it is."""
        ...

    async def purge_deleted(self, before_ms: int) -> list[RoomId]:
        """Remove for good what went to the trash before *before_ms*; return the rooms.

        From the call on such a room cannot be restored, and its name is free. A purge that was cut
        off is finished by the next one.
        """
        ...

    async def claim(self, room: RoomId) -> Claim:
        """Take a new fencing token, higher than every earlier one of this room.

        Raises ``NotFound`` if the room does not exist.
        """
        ...

    async def append(
        self, room: RoomId, token: FencingToken, revisions: Sequence[Revision]
    ) -> None:
        """Append consecutive revisions, all or none; they are durable on return.

        The first must follow the room's last revision. Raises ``Fenced`` if a higher token was
        claimed, ``RevisionConflict`` if the last revision is another, ``StorageFull`` if nothing
        was stored for lack of space, ``AppendUnknown`` if only the log knows.
        """
        ...

    async def revisions(
        self, room: RoomId, after: RevisionNo, limit: int, bytes_max: int | None = None
    ) -> list[Revision]:
        """Return at most *limit* revisions with a number above *after*, in order.

        With *bytes_max* none follows the one with which the records come to that many bytes.
        """
        ...

    async def save_snapshot(self, room: RoomId, token: FencingToken, snapshot: Snapshot) -> None:
        """Store a snapshot of a durable revision; a stale token raises ``Fenced``."""
        ...

    async def snapshot(self, room: RoomId, at_most: RevisionNo | None = None) -> Snapshot | None:
        """Return the newest snapshot (not above *at_most*), or None if there is none."""
        ...

    async def trim_history(self, room: RoomId, before: RevisionNo) -> RevisionNo:
        """Forget the revisions up to the newest snapshot not above *before*; return its number.

        The document of that revision and every later one stay. Without such a snapshot nothing is
        forgotten. Raises ``NotFound``. A trim that was cut off is finished by the next one.
        """
        ...

    # --- who may come in ----------------------------------------------------------------------

    async def members(self, room: RoomId) -> dict[UserId, Role]:
        """Return the member list of *room*, sorted by user; also of a room in the trash."""
        ...

    async def memberships(self, tenant: TenantId, user: UserId) -> dict[RoomId, Role]:
        """Return the tenant's rooms, in use or in the trash, whose member lists name *user*."""
        ...

    async def set_member(self, room: RoomId, user: UserId, role: Role | None) -> None:
        """Put *user* on the member list with *role*, or take it off with None.

        Raises ``NotFound``, ``LimitExceeded`` (``limit_members``), or ``Refused``
        (``members_no_owner``) if the room would have no owner: none is on the list, and its
        creator, who owns it unless the list says otherwise, is there as something else.
        """
        ...

    async def shares(self, room: RoomId) -> list[ShareRecord]:
        """Return the shares of *room*, oldest first. One that is not among them is revoked."""
        ...

    async def add_share(self, share: ShareRecord) -> None:
        """Keep *share*, and forget those of its room that expired before it was created.

        Raises ``NotFound``, ``AlreadyExists``, or ``LimitExceeded`` (``limit_shares``).
        """
        ...

    async def revoke_share(self, room: RoomId, share_id: str, time_ms: int) -> ShareRecord:
        """Revoke a share of *room*; ``NotFound``. One that is revoked keeps its time."""
        ...

    async def revoke_token(self, tenant: TenantId, token_id: str, expires_ms: int) -> None:
        """Remember that a token is revoked until it expires (the later time, if told twice).

        Raises ``LimitExceeded`` (``limit_revoked_tokens``).
        """
        ...

    async def revoked_tokens(self) -> list[RevokedToken]:
        """Return all tenants' revoked tokens, sorted by tenant and id."""
        ...

    async def forget_expired(self, time_ms: int) -> None:
        """Forget the revoked tokens and the shares that expired before *time_ms*."""
        ...


class Clock(Protocol):
    """Real time, or the simulation's."""

    def now_ms(self) -> int:
        """Return Unix time in milliseconds."""
        ...


@dataclass(frozen=True, slots=True)
class CachedLock:
    """Who holds a component, as of revision ``token``."""

    token: RevisionNo
    user: UserId
    name: str


class LockCache(Protocol):
    """Who holds which component, for a quick look; rooms decide by their own table alone.

    No method raises for a cache that is away: then nothing is known.
    """

    async def put(self, room: RoomId, component: str, lock: CachedLock, ttl_ms: int) -> None:
        """Remember *lock* for so long, unless one with a higher token is known."""
        ...

    async def drop(self, room: RoomId, component: str, before: RevisionNo) -> None:
        """Forget the lock of *component*, if its token is below *before*."""
        ...

    async def get(self, room: RoomId, component: str) -> CachedLock | None:
        """Return who holds *component* itself, as far as it is known."""
        ...

    async def close(self) -> None:
        """Let go of what is behind it."""
        ...


class Connection(Protocol):
    """One socket, as fan-out sees it: a byte budget in front of a slow or fast reader.

    Frames are complete messages; the same ``bytes`` object may be given to many connections.
    """

    @property
    def buffered_bytes(self) -> int:
        """What was sent here and has not left yet."""
        ...

    @property
    def is_closed(self) -> bool:
        """True once the socket is closed or closing."""
        ...

    def send(self, frame: bytes) -> None:
        """Queue one frame; never blocks. A closed connection ignores it."""
        ...

    def send_parts(self, parts: Sequence[bytes]) -> None:
        """Queue one frame that is given in *parts*, of which none is copied if it is large."""
        ...

    def pack(self, frames: Sequence[bytes]) -> bytes:
        """Return *frames* as they go over the wire, to this and every peer of its dialect."""
        ...

    def send_packed(self, block: bytes) -> None:
        """Queue what ``pack`` returned, here or on another connection of the dialect."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Close after what is queued; *reason* is cut to 123 bytes of UTF-8."""
        ...


class Bus(Protocol):
    """How nodes reach each other: frames that may be lost, doubled or late. A link mends that."""

    async def open(self, node: NodeId, on_frame: Callable[[bytes], None]) -> None:
        """Take what is sent to *node* from here on; ``ClusterUnavailable`` if that fails."""
        ...

    async def close(self) -> None:
        """Take and send nothing any more."""
        ...

    def send(self, node: NodeId, frame: bytes) -> None:
        """Send *frame* to *node*; never blocks. What cannot be sent is lost."""
        ...


class Leases(Protocol):
    """Who owns which room for the moment: what makes it quick that the store makes safe.

    A lease ends by itself after *ttl_ms* unless it is renewed. Whatever it says, only the store's
    fencing token decides who may append. Every method raises ``ClusterUnavailable`` if nobody can
    be asked.
    """

    async def open(self) -> None:
        """Make ready."""
        ...

    async def close(self) -> None:
        """Let go of connections; leases end by themselves."""
        ...

    async def acquire(self, room: RoomId, node: NodeId, ttl_ms: int) -> NodeId:
        """Let *node* have *room* if nobody has it; return who has it now."""
        ...

    async def renew(self, rooms: Sequence[RoomId], node: NodeId, ttl_ms: int) -> set[RoomId]:
        """Renew *node*'s leases of *rooms*; return those that somebody else has by now.

        One that has ended and nobody has is *node*'s again.
        """
        ...

    async def release(self, room: RoomId, node: NodeId) -> None:
        """Give *room* up, if *node* has it."""
        ...

    async def announce(self, node: NodeId, ttl_ms: int) -> list[NodeId]:
        """Say that *node* is there; return all nodes that are, sorted."""
        ...

    async def withdraw(self, node: NodeId) -> None:
        """Say that *node* is there no more."""
        ...


class Authenticator(Protocol):
    """Turns what a request carries into a principal, before it reaches a room."""

    def authenticate(
        self, *, token: str | None, cookies: Mapping[str, str], peer: str
    ) -> Principal:
        """Return the principal, or raise ``NotAllowed``. *peer* is the remote address."""
        ...


class Sources(Protocol):
    """The ids under which one principal may submit ops: they are public, so they are proved."""

    def issue(self) -> SourceId:
        """Return an id that no client has had."""
        ...

    def is_own(self, source: str) -> bool:
        """Return whether *source* was issued to this principal's user, now or earlier."""
        ...
