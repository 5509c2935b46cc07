"""Effects: what the host is to do. SPEC: section RM."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from collab.ids import FencingToken, RevisionNo, SessionId
from collab.messages.commands import Change, Leave, SetAwareness
from collab.messages.events import AwarenessChanged, Event, LocksChanged, Problems
from collab.messages.principal import Principal
from collab.records import dataclass
from collab.revision import Revision, Snapshot

__all__ = [
    "Append",
    "AwaitTurn",
    "Broadcast",
    "CatchUp",
    "CloseAll",
    "CloseSession",
    "Effect",
    "Forward",
    "LoadHistory",
    "LocksSpread",
    "ProblemsChanged",
    "SaveSnapshot",
    "Send",
    "SpreadAwareness",
    "Wake",
]


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
class LocksSpread:
    """Who holds or waits for a component has changed: push it to the sessions in ``to``."""

    event: LocksChanged
    to: tuple[SessionId, ...]


@dataclass(frozen=True, slots=True)
class Wake:
    """Feed ``LocksDue`` at this time (Unix milliseconds), or later."""

    at_ms: int


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


@dataclass(frozen=True, slots=True)
class Forward:
    """Of a replica: hand *command* to the owner, in order; ``principal`` is its session's."""

    principal: Principal
    command: Change | SetAwareness | Leave


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Of a replica: read all revisions after ``after``, then feed ``Followed`` to the log's end."""

    after: RevisionNo


Effect: TypeAlias = (
    Append
    | Send
    | Broadcast
    | SpreadAwareness
    | ProblemsChanged
    | LocksSpread
    | Wake
    | LoadHistory
    | SaveSnapshot
    | CloseSession
    | CloseAll
    | AwaitTurn
    | Forward
    | CatchUp
)
