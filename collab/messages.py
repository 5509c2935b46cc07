"""What goes into a room (commands), what comes out (effects), and what sessions are told (events).

A room is a function from a command to effects; these are its whole vocabulary. All are frozen, so
that one object may be shared by every session it is sent to. SPEC: sections RM and SE.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Final, TypeAlias

from collab.ids import (
    ClientId,
    Epoch,
    FencingToken,
    RevisionNo,
    SessionId,
    SourceId,
    TenantId,
    UserId,
)
from collab.revision import ChangeKind, Revision, Snapshot
from collab.values import Json

__all__ = [
    "Ack",
    "Append",
    "AppendFailed",
    "Appended",
    "AwaitTurn",
    "AwarenessChanged",
    "AwarenessEntry",
    "Broadcast",
    "CloseAll",
    "CloseSession",
    "Command",
    "Dialect",
    "Effect",
    "Event",
    "Fetch",
    "HistoryLoaded",
    "Join",
    "Joined",
    "Leave",
    "LoadHistory",
    "Lost",
    "Principal",
    "Problems",
    "ProblemsChanged",
    "Proceed",
    "QueryAwareness",
    "QueryStateVector",
    "ReadOnly",
    "Refusal",
    "Resync",
    "Role",
    "RoomGrant",
    "SaveSnapshot",
    "Send",
    "ServerStateVector",
    "SessionCommand",
    "SetAwareness",
    "SnapshotSent",
    "SpreadAwareness",
    "StateVector",
    "Submit",
    "SyncDiff",
    "Update",
    "UpdateKind",
]


class Role(StrEnum):
    """What a principal may do in a room, from most to least."""

    OWNER = "owner"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    VIEWER = "viewer"

    @property
    def may_edit(self) -> bool:
        return self in _EDITING_ROLES


_EDITING_ROLES: Final = frozenset({Role.OWNER, Role.EDITOR})


@dataclass(frozen=True, slots=True)
class RoomGrant:
    """What a token gives that is good for one room, by *name*, and for nothing else of the tenant.

    ``share`` is the id of the share link that it came from, empty for the preview's process, which
    reads the history too (``reads_history``) although its role would not let it.
    """

    room: str
    role: Role
    share: str = ""
    reads_history: bool = False


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is at the other end: set from the session only, before anything reaches a room.

    ``role`` is the role in the room at hand, and before there is one the highest of ``roles``, the
    roles in the tenant. ``token_id`` names the token to revoke, ``expires_ms`` (Unix time) is when
    it ends; local mode has neither. ``grant`` is there for a token that is good for one room only.
    """

    user: UserId
    name: str
    color: str
    tenant: TenantId
    role: Role
    roles: frozenset[Role] = frozenset()
    token_id: str = ""
    expires_ms: int | None = None
    grant: RoomGrant | None = None


class Dialect(Enum):
    """How a session speaks; frames are encoded once for each dialect."""

    YJS = "yjs"
    HOCUSPOCUS = "hocuspocus"
    NATIVE = "native"


class UpdateKind(Enum):
    """Whether a Yjs update is one live action or the answer to our step 1."""

    LIVE = "live"
    STEP2 = "step2"


@dataclass(frozen=True, slots=True)
class AwarenessEntry:
    """One client's awareness: ``state`` is a JSON object, or None once it is gone."""

    client: ClientId
    clock: int
    state: Json


# --- commands -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Join:
    """A session enters. Native sessions say from which revision they go on (None: a snapshot)."""

    session: SessionId
    principal: Principal
    dialect: Dialect
    since: RevisionNo | None = None
    epoch: Epoch | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """A session is gone; its awareness goes with it."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class Submit:
    """An OT client's change made at revision ``base``; ``source`` and ``seq`` name it for ever."""

    session: SessionId
    source: SourceId
    seq: int
    base: RevisionNo
    kind: ChangeKind
    change: Json


@dataclass(frozen=True, slots=True)
class Update:
    """A Yjs client's change. ``seq`` comes back with the answer."""

    session: SessionId
    seq: int
    update: bytes
    kind: UpdateKind


@dataclass(frozen=True, slots=True)
class StateVector:
    """A Yjs client's sync step 1: it asks for what it lacks and is pushed to from then on."""

    session: SessionId
    state_vector: bytes


@dataclass(frozen=True, slots=True)
class QueryStateVector:
    """An adapter has to send sync step 1 again and asks for the room's own state vector."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class SetAwareness:
    """Awareness entries, as a client sent them (its own and, from Yjs clients, echoes)."""

    session: SessionId
    entries: tuple[AwarenessEntry, ...]


@dataclass(frozen=True, slots=True)
class QueryAwareness:
    """A client asks for everybody's awareness."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class Fetch:
    """A session or an API request asks for the document at the head, durable."""

    session: SessionId
    request: int


@dataclass(frozen=True, slots=True)
class Appended:
    """The store has every revision up to this one."""

    through: RevisionNo


@dataclass(frozen=True, slots=True)
class AppendFailed:
    """The store refused: the room is to be thrown away and reopened."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class HistoryLoaded:
    """The answer to ``LoadHistory``: consecutive revisions that end where memory begins."""

    revisions: tuple[Revision, ...]


@dataclass(frozen=True, slots=True)
class Proceed:
    """The answer to ``AwaitTurn``: others have had their turn."""


# What a session may ask for, and so what an adapter makes of its frames.
SessionCommand: TypeAlias = (
    Submit | Update | StateVector | QueryStateVector | SetAwareness | QueryAwareness | Fetch
)

Command: TypeAlias = (
    Join | Leave | SessionCommand | Appended | AppendFailed | HistoryLoaded | Proceed
)


# --- events: what one session is told -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Joined:
    """The session is in. ``json`` is the document at ``revision`` as JSON text, shared by all.

    With ``revisions`` the session goes on from its ``since`` and ``json`` is empty.
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


@dataclass(frozen=True, slots=True)
class SnapshotSent:
    """The answer to ``Fetch``: the document at ``revision`` as JSON text."""

    request: int
    epoch: Epoch
    revision: RevisionNo
    exists: bool
    json: bytes


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

    For an op ``revision`` is the one that committed it (the old one for a duplicate).
    """

    seq: int
    revision: RevisionNo
    is_step2: bool = False


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
    | SyncDiff
    | ServerStateVector
    | Ack
    | Lost
    | Refusal
    | Resync
    | ReadOnly
    | AwarenessChanged
    | Problems
)


# --- effects: what the host is to do ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Append:
    """Store these revisions under this token, then feed ``Appended`` or ``AppendFailed``."""

    token: FencingToken
    revisions: tuple[Revision, ...]


@dataclass(frozen=True, slots=True)
class Send:
    """Tell one session."""

    session: SessionId
    event: Event


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A revision is durable: push it to the sessions in ``to``."""

    revision: Revision
    to: tuple[SessionId, ...]


@dataclass(frozen=True, slots=True)
class SpreadAwareness:
    """Awareness changed: push it to the sessions in ``to``."""

    event: AwarenessChanged
    to: tuple[SessionId, ...]


@dataclass(frozen=True, slots=True)
class ProblemsChanged:
    """The room's problems are others than before: push them to the sessions in ``to``."""

    event: Problems
    to: tuple[SessionId, ...]


@dataclass(frozen=True, slots=True)
class LoadHistory:
    """Read the revisions after ``after`` up to and including ``through``, then feed them."""

    after: RevisionNo
    through: RevisionNo


@dataclass(frozen=True, slots=True)
class SaveSnapshot:
    """Store a snapshot of a durable revision; a failure costs time, not data."""

    token: FencingToken
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class CloseSession:
    """Close one session's door to this room with a code and a reason."""

    session: SessionId
    code: int
    reason: str
    error: str = field(default="")


@dataclass(frozen=True, slots=True)
class CloseAll:
    """Close every socket of the room; clients resend on a new connection (1012)."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class AwaitTurn:
    """More is to be done than others should wait for: give them a turn, then feed ``Proceed``."""


Effect: TypeAlias = (
    Append
    | Send
    | Broadcast
    | SpreadAwareness
    | ProblemsChanged
    | LoadHistory
    | SaveSnapshot
    | CloseSession
    | CloseAll
    | AwaitTurn
)
