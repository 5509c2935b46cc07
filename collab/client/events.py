"""Events: what a room tells its listeners, in the order in which it happened.

A listener is called from the event loop, at once, with the room already in its new state; it must
not block. SPEC: section CL. Made by ``exchange``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from collab.ids import ClientId, RevisionNo
from collab.revision import Revision
from collab.values import Json

__all__ = [
    "Advanced",
    "ConnectionChanged",
    "Edited",
    "Listener",
    "LocksChanged",
    "PresenceChanged",
    "ProblemsChanged",
    "Replaced",
    "RoomEvent",
    "TextsLost",
]


@dataclass(frozen=True, slots=True)
class Advanced:
    """The room is at this revision now; it may be this client's own."""

    revision: Revision


@dataclass(frozen=True, slots=True)
class Replaced:
    """The document was taken whole, at ``revision``: at the start, or because of a gap."""

    revision: RevisionNo


@dataclass(frozen=True, slots=True)
class Edited:
    """The document changed without a revision: an edit of this client, or a refusal of one."""


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """The states of these clients are new; None for those who have left."""

    states: Mapping[ClientId, Json]


@dataclass(frozen=True, slots=True)
class ProblemsChanged:
    """``room.problems`` is another list, of ``revision``."""

    revision: RevisionNo


@dataclass(frozen=True, slots=True)
class LocksChanged:
    """``room.locks`` is another: somebody took, gave back or waits for something."""


@dataclass(frozen=True, slots=True)
class TextsLost:
    """Parts of this client's update went into something that somebody else had deleted."""

    revision: RevisionNo
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The connection was made or lost; ``reason`` says why it was lost."""

    is_connected: bool
    reason: str = ""


RoomEvent: TypeAlias = (
    Advanced
    | Replaced
    | Edited
    | PresenceChanged
    | ProblemsChanged
    | LocksChanged
    | TextsLost
    | ConnectionChanged
)
Listener: TypeAlias = Callable[[RoomEvent], None]
