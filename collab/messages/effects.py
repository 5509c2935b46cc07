"""Effects: what the host is to do. SPEC: section RM."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from collab.ids import FencingToken, RevisionNo, SessionId
from collab.messages.events import AwarenessChanged, Event, Problems
from collab.records import dataclass
from collab.revision import Revision, Snapshot

__all__ = [
    "Append",
    "AwaitTurn",
    "Broadcast",
    "CloseAll",
    "CloseSession",
    "Effect",
    "LoadHistory",
    "ProblemsChanged",
    "SaveSnapshot",
    "Send",
    "SpreadAwareness",
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
