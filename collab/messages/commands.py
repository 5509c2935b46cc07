"""Commands: what goes into a room. SPEC: sections RM and SE."""

from __future__ import annotations

from typing import TypeAlias

from collab.ids import Epoch, RevisionNo, SessionId, SourceId
from collab.messages.events import Event
from collab.messages.principal import Principal
from collab.messages.terms import AwarenessEntry, Dialect, LockAction, UpdateKind
from collab.records import dataclass
from collab.revision import DEFAULT_TYPE, ChangeKind, Revision
from collab.values import Json

__all__ = [
    "Answered",
    "AppendDue",
    "AppendFailed",
    "Appended",
    "Bound",
    "Change",
    "Command",
    "Expelled",
    "Fetch",
    "Followed",
    "HistoryLoaded",
    "Join",
    "Leave",
    "Lock",
    "LocksDue",
    "Mirrored",
    "Proceed",
    "QueryAwareness",
    "QueryStateVector",
    "ReplicaCommand",
    "Revert",
    "SessionCommand",
    "SetAwareness",
    "StateVector",
    "Submit",
    "Subscribe",
    "Unbound",
    "Undo",
    "Unsubscribe",
    "Update",
]


@dataclass(frozen=True, slots=True)
class Join:
    """A session enters. Native sessions say from which revision they go on (None: a snapshot).

    Without ``looks_back`` it is told no revision from before it came.
    """

    session: SessionId
    principal: Principal
    dialect: Dialect
    since: RevisionNo | None = None
    epoch: Epoch | None = None
    looks_back: bool = True


@dataclass(frozen=True, slots=True)
class Leave:
    """A session is gone; its awareness goes with it."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class Submit:
    """An OT client's change made at revision ``base``; ``source`` and ``seq`` name it for ever.

    Without a ``base`` it was made on whatever the document is now. ``type`` names the type of
    the document that a create makes. ``restores`` and ``is_import`` are for the history to tell:
    the revision whose model the op makes again, and that it came from a file.
    """

    session: SessionId
    source: SourceId
    seq: int
    base: RevisionNo | None
    kind: ChangeKind
    change: Json
    type: str = DEFAULT_TYPE
    restores: RevisionNo | None = None
    is_import: bool = False


@dataclass(frozen=True, slots=True)
class Revert:
    """Take back *revision*, as far as it still applies; ``source`` and ``seq`` name the request."""

    session: SessionId
    source: SourceId
    seq: int
    revision: RevisionNo


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the last thing that ``of`` did, or do again what it took back last.

    ``of`` is a source of the same principal; ``source`` and ``seq`` name the request.
    """

    session: SessionId
    source: SourceId
    seq: int
    of: SourceId
    is_redo: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """A Yjs client's change. ``seq`` comes back with the answer."""

    session: SessionId
    seq: int
    update: bytes
    kind: UpdateKind


@dataclass(frozen=True, slots=True)
class Lock:
    """Ask for a component's lock, renew it, give it back or break it; one ``LockAnswer`` comes.

    With ``token`` only the lock that was taken at that revision is broken, so that the same command
    sent twice does not break the next one. ``request`` comes back with the answer.
    """

    session: SessionId
    request: int
    component: str
    action: LockAction
    token: RevisionNo | None = None


@dataclass(frozen=True, slots=True)
class LocksDue:
    """The answer to ``Wake``: it is ``at_ms`` now, and a lock may have ended."""

    at_ms: int


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
    """A session or an API request asks for the head, durable.

    With ``since`` it asks for the revisions after that one, otherwise for the document.
    """

    session: SessionId
    request: int
    since: RevisionNo | None = None


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A ShareDB session asks as by ``Fetch``, and is pushed every later revision."""

    session: SessionId
    request: int
    since: RevisionNo | None = None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """A ShareDB session wants no more pushes; it stays and may go on asking and submitting."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class Appended:
    """The store has every revision up to this one.

    If it ``gathers``, the next append waits until ``AppendDue``.
    """

    through: RevisionNo
    gathers: bool = False


@dataclass(frozen=True, slots=True)
class AppendDue:
    """What has gathered since the last append is to be appended."""


@dataclass(frozen=True, slots=True)
class AppendFailed:
    """The store refused: the room is to be thrown away and reopened."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class HistoryLoaded:
    """The answer to ``LoadHistory``: consecutive revisions that end where memory begins.

    ``start`` is given if the log does not reach back as far as was asked: it begins there.
    """

    revisions: tuple[Revision, ...]
    start: RevisionNo | None = None


@dataclass(frozen=True, slots=True)
class Proceed:
    """The answer to ``AwaitTurn``: others have had their turn."""


@dataclass(frozen=True, slots=True)
class Bound:
    """To a replica: an owner takes commands, and its log is durable up to ``head``."""

    head: RevisionNo


@dataclass(frozen=True, slots=True)
class Unbound:
    """To a replica: the owner is not heard of any more."""


@dataclass(frozen=True, slots=True)
class Followed:
    """To a replica: durable revisions in order, from the owner or the log.

    The log reaches to ``head`` at least. ``is_log_end``: they answer ``CatchUp``, and it had no
    more.
    """

    revisions: tuple[Revision, ...]
    head: RevisionNo
    is_log_end: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """To a replica: what the owner tells one of its sessions."""

    session: SessionId
    event: Event


@dataclass(frozen=True, slots=True)
class Expelled:
    """To a replica: the owner has closed one of its sessions' door."""

    session: SessionId
    code: int
    reason: str
    error: str


@dataclass(frozen=True, slots=True)
class Mirrored:
    """To a replica: awareness of sessions elsewhere; ``is_all`` if nobody else is there."""

    entries: tuple[AwarenessEntry, ...]
    is_all: bool = False


# What a session may do to the document and its locks; each gets one final answer.
Change: TypeAlias = Submit | Revert | Undo | Update | Lock

# What a replica is told by its owner and the log.
ReplicaCommand: TypeAlias = Bound | Unbound | Followed | Answered | Expelled | Mirrored

# What a session may ask for, and so what an adapter makes of its frames.
SessionCommand: TypeAlias = (
    Submit
    | Revert
    | Undo
    | Update
    | Lock
    | StateVector
    | QueryStateVector
    | SetAwareness
    | QueryAwareness
    | Fetch
    | Subscribe
    | Unsubscribe
)

Command: TypeAlias = (
    Join
    | Leave
    | SessionCommand
    | Appended
    | AppendDue
    | AppendFailed
    | HistoryLoaded
    | Proceed
    | LocksDue
    | ReplicaCommand
)
