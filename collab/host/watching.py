"""A room that another node owns, as this node watches it.

SPEC: section ND. Called by ``cluster`` and ``room_host``.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import assert_never

from collab.ids import NodeId, RoomId, SessionId
from collab.limits import OWNER_PATIENCE_MS
from collab.messages import (
    Answered,
    AwarenessChanged,
    Bound,
    CloseSession,
    Event,
    Expelled,
    Followed,
    Forward,
    Leave,
    Mirrored,
    ReplicaCommand,
    Unbound,
)
from collab.protocol.peer import (
    Aware,
    Enter,
    Expel,
    NotOwner,
    PeerMessage,
    Perform,
    Published,
    Told,
    Watch,
    Watched,
)
from collab.revision import Revision

__all__ = ["Watching"]


class _State(Enum):
    SEEKING = auto()
    ASKED = auto()
    BOUND = auto()


class Watching:
    """One room that is watched. *send* sends to a node; ``owner`` is whom it was sent to last."""

    def __init__(self, room_id: RoomId, send: Callable[[NodeId, PeerMessage], None]) -> None:
        self.room_id = room_id
        self.owner: NodeId | None = None
        self._send = send
        self._state = _State.SEEKING
        self._due_ms = 0
        self._entered: set[SessionId] = set()

    # --- of the room --------------------------------------------------------------------------

    @property
    def is_needed(self) -> bool:
        """False: whoever is here is a session of this node."""
        return False

    def tell(self, session: SessionId, event: Event) -> bool:
        """Return False: a replica has no guests."""
        return False

    def shut_out(self, effect: CloseSession) -> bool:
        """Return False: a replica has no guests."""
        return False

    def publish(self, revision: Revision) -> None:
        """Nobody watches a replica."""

    def spread(self, event: AwarenessChanged) -> None:
        """Nobody watches a replica."""

    def forward(self, effect: Forward) -> None:
        """Hand a session's change to the owner; its first goes behind who it is."""
        assert self.owner is not None
        command = effect.command
        if command.session not in self._entered:
            if isinstance(command, Leave):
                return
            self._entered.add(command.session)
            self._send(self.owner, Enter(self.room_id, command.session, effect.principal))
        self._send(self.owner, Perform(self.room_id, command))
        if isinstance(command, Leave):
            self._entered.discard(command.session)

    # --- of the cluster -----------------------------------------------------------------------

    def is_due(self, now_ms: int) -> bool:
        """Return whether it is time to ask who the owner is."""
        return self._state is not _State.BOUND and now_ms >= self._due_ms

    def seek_again_at(self, time_ms: int) -> None:
        """Ask no sooner than *time_ms*."""
        self._due_ms = time_ms

    def ask(self, owner: NodeId, now_ms: int) -> None:
        """Ask *owner* to be told of the room."""
        self.owner = owner
        self._state = _State.ASKED
        self._due_ms = now_ms + OWNER_PATIENCE_MS
        self._send(owner, Watch(self.room_id))

    def unbind(self) -> ReplicaCommand | None:
        """The owner is gone; return what the room is told, None if it knows no owner."""
        was_bound = self._state is _State.BOUND
        self._state = _State.SEEKING
        self._due_ms = 0
        self.owner = None
        self._entered.clear()
        return Unbound() if was_bound else None

    def take(
        self, message: Watched | NotOwner | Published | Told | Expel | Aware
    ) -> list[ReplicaCommand]:
        """Return what the room is told for what the owner says."""
        match message:
            case Watched():
                commands: list[ReplicaCommand] = [Unbound()] if self._state is _State.BOUND else []
                self._state = _State.BOUND
                self._entered.clear()
                return [*commands, Mirrored(message.entries, is_all=True), Bound(message.head)]
            case NotOwner():
                unbound = self.unbind()
                return [] if unbound is None else [unbound]
            case _ if self._state is not _State.BOUND:
                # Of a time before it was asked again.
                return []
            case Published():
                return [Followed(message.revisions, message.head)]
            case Told():
                return [Answered(message.session, message.event)]
            case Expel():
                self._entered.discard(message.session)
                return [Expelled(message.session, message.code, message.reason, message.error)]
            case Aware():
                return [Mirrored(message.entries, message.is_all)]
            case _:
                assert_never(message)
