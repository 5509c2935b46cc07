"""The ports: what the core and the host ask of the world, as protocols.

Each port has one contract suite in ``tests/contracts`` that every implementation passes.
SPEC: section ST for the store, CN for connections, AU for the authenticator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.messages import Principal
from collab.revision import Revision, Snapshot

__all__ = ["Authenticator", "Claim", "Clock", "Connection", "RoomRecord", "Store"]


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """What the store knows of a room without opening it. Times are Unix milliseconds."""

    room: RoomId
    title: str
    created_by: UserId
    created_ms: int
    updated_ms: int
    revision: RevisionNo
    epoch: Epoch


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

        Raises ``AlreadyExists``, ``LimitExceeded`` (``limit_rooms``) or ``StorageFull``.
        """
        ...

    async def room(self, room: RoomId) -> RoomRecord | None:
        """Return the record of *room*, or None if there is no such room."""
        ...

    async def rooms(self, tenant: TenantId) -> list[RoomRecord]:
        """Return the tenant's rooms, sorted by name."""
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

    async def revisions(self, room: RoomId, after: RevisionNo, limit: int) -> list[Revision]:
        """Return at most *limit* revisions with a number above *after*, in order."""
        ...

    async def save_snapshot(self, room: RoomId, token: FencingToken, snapshot: Snapshot) -> None:
        """Store a snapshot of a durable revision; a stale token raises ``Fenced``."""
        ...

    async def snapshot(self, room: RoomId, at_most: RevisionNo | None = None) -> Snapshot | None:
        """Return the newest snapshot (not above *at_most*), or None if there is none."""
        ...


class Clock(Protocol):
    """Real time, or the simulation's."""

    def now_ms(self) -> int:
        """Return Unix time in milliseconds."""
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

    def close(self, code: int, reason: str) -> None:
        """Close after what is queued; *reason* is cut to 123 bytes of UTF-8."""
        ...


class Authenticator(Protocol):
    """Turns what a request carries into a principal, before it reaches a room."""

    def authenticate(
        self, *, token: str | None, cookies: Mapping[str, str], peer: str
    ) -> Principal:
        """Return the principal, or raise ``NotAllowed``. *peer* is the remote address."""
        ...
