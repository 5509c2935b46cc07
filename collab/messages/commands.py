"""Commands: what goes into a room. SPEC: sections RM and SE."""

from __future__ import annotations

from typing import TypeAlias

from collab.ids import Epoch, RevisionNo, SessionId, SourceId
from collab.messages.principal import Principal
from collab.messages.terms import AwarenessEntry, Dialect, UpdateKind
from collab.records import dataclass
from collab.revision import DEFAULT_TYPE, ChangeKind, Revision
from collab.values import Json

__all__ = [
    "AppendDue",
    "AppendFailed",
    "Appended",
    "Command",
    "Fetch",
    "HistoryLoaded",
    "Join",
    "Leave",
    "Proceed",
    "QueryAwareness",
    "QueryStateVector",
    "Revert",
    "SessionCommand",
    "SetAwareness",
    "StateVector",
    "Submit",
    "Subscribe",
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


# What a session may ask for, and so what an adapter makes of its frames.
SessionCommand: TypeAlias = (
    Submit
    | Revert
    | Undo
    | Update
    | StateVector
    | QueryStateVector
    | SetAwareness
    | QueryAwareness
    | Fetch
    | Subscribe
    | Unsubscribe
)

Command: TypeAlias = (
    Join | Leave | SessionCommand | Appended | AppendDue | AppendFailed | HistoryLoaded | Proceed
)
