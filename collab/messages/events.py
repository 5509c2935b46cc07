"""Events: what one session is told. SPEC: sections RM and SE."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from collab.ids import ClientId, Epoch, RevisionNo, SessionId
from collab.lock_records import NO_LOCKS, LockState
from collab.messages.terms import AwarenessEntry
from collab.records import dataclass
from collab.revision import DEFAULT_TYPE, Revision
from collab.values import Json, Path

__all__ = [
    "Ack",
    "AwarenessChanged",
    "Event",
    "Joined",
    "LockAnswer",
    "LockStanding",
    "LocksChanged",
    "Lost",
    "Missed",
    "NotRead",
    "Problems",
    "ReadOnly",
    "Refusal",
    "Resync",
    "ServerStateVector",
    "SnapshotSent",
    "SyncDiff",
    "Unsubscribed",
]


@dataclass(frozen=True, slots=True)
class Joined:
    """The session is in. ``json`` is the document at ``revision`` as JSON text, shared by all.

    With ``revisions`` the session goes on from its ``since`` and ``json`` is empty. ``type`` names
    the document's type, ``locks`` are who holds what.
    """

    session: SessionId
    epoch: Epoch
    revision: RevisionNo
    exists: bool
    json: bytes
    client: ClientId
    revisions: tuple[Revision, ...] = ()
    is_resumed: bool = False
    read_only: str = ""
    type: str = DEFAULT_TYPE
    locks: LockState = NO_LOCKS


@dataclass(frozen=True, slots=True)
class SnapshotSent:
    """The answer to ``Fetch`` and ``Subscribe``: the document at ``revision`` as JSON text.

    ``is_reset``: the session asked for what came after a revision that it cannot be led on from,
    so what it has is to be thrown away. ``subscribes``: later revisions are pushed from here on.
    ``type`` names the document's type.
    """

    request: int
    epoch: Epoch
    revision: RevisionNo
    exists: bool
    json: bytes
    is_reset: bool = False
    subscribes: bool = False
    type: str = DEFAULT_TYPE


@dataclass(frozen=True, slots=True)
class Missed:
    """The answer to ``Fetch`` and ``Subscribe`` with ``since``: what came after that revision."""

    request: int
    revision: RevisionNo
    revisions: tuple[Revision, ...]
    subscribes: bool = False


@dataclass(frozen=True, slots=True)
class NotRead:
    """A ``Fetch`` or ``Subscribe`` asks for what cannot be; the session is as it was."""

    request: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """No more revisions are pushed to this session."""


@dataclass(frozen=True, slots=True)
class SyncDiff:
    """Sync step 2 for this session, and the server's own state vector at that revision."""

    revision: RevisionNo
    update: bytes
    state_vector: bytes


@dataclass(frozen=True, slots=True)
class ServerStateVector:
    """The answer to ``QueryStateVector``: the room's state vector at ``revision``, durable."""

    revision: RevisionNo
    state_vector: bytes


@dataclass(frozen=True, slots=True)
class Ack:
    """Durable: as ``revision``, or without one of its own if nothing changed.

    For an op ``revision`` is the one that committed it (the old one for a duplicate). ``is_pushed``
    says that a ShareDB session was pushed that very revision; one that is not subscribed has been
    told none, so ``missing`` are those between the op's base and its revision.
    ``conflicts`` are the places where a revert or undo no longer applied.
    """

    seq: int
    revision: RevisionNo
    is_step2: bool = False
    is_pushed: bool = False
    missing: tuple[Revision, ...] = ()
    conflicts: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """What this session wrote into something that somebody else had deleted meanwhile."""

    seq: int
    revision: RevisionNo
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change was refused. ``is_undone``: its Yjs form was applied and undone everywhere.

    Otherwise it never touched the document: an OT client inverts it locally, a Yjs client that
    sent it has content that the room will never have and must be closed (``is_fatal``).
    """

    seq: int
    code: str
    reason: str
    path: tuple[str | int, ...] = ()
    nodes: tuple[str, ...] = ()
    is_undone: bool = False
    is_fatal: bool = False
    is_step2: bool = False


class LockStanding(StrEnum):
    """How the asker stands to a lock; ``FREE``: neither holds nor waits for it."""

    HELD = "held"
    QUEUED = "queued"
    FREE = "free"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class LockAnswer:
    """The answer to ``Lock``, durable at ``revision``.

    Where it is held, ``token`` is the revision that took it and ``until_ms`` when it ends unless it
    is renewed; where it is queued, ``position`` counts from 1. A refusal has a ``code``, a
    ``reason`` and the ``nodes`` that somebody else holds.
    """

    request: int
    revision: RevisionNo
    component: str
    standing: LockStanding
    token: RevisionNo | None = None
    until_ms: int = 0
    position: int = 0
    code: str = ""
    reason: str = ""
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocksChanged:
    """Who holds and who waits for what at a revision."""

    revision: RevisionNo
    locks: LockState


@dataclass(frozen=True, slots=True)
class Resync:
    """An update could not be applied for want of earlier ones: send step 1 again, no ack."""

    seq: int
    is_step2: bool = False


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """The room takes no edits for now; nothing acknowledged is lost."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class AwarenessChanged:
    """Entries that changed, or everybody's for one who asked."""

    entries: tuple[AwarenessEntry, ...]


@dataclass(frozen=True, slots=True)
class Problems:
    """Everything that is accepted but not right, at a revision."""

    revision: RevisionNo
    problems: tuple[Json, ...]


Event: TypeAlias = (
    Joined
    | SnapshotSent
    | Missed
    | NotRead
    | Unsubscribed
    | SyncDiff
    | ServerStateVector
    | Ack
    | Lost
    | Refusal
    | Resync
    | ReadOnly
    | AwarenessChanged
    | Problems
    | LockAnswer
    | LocksChanged
)
