"""A room that this node owns, as other nodes have to do with it.

What is told to a node that watches is told once, however many sessions it has. A node that takes
less than it is sent is told no revisions until it has caught up: it reads them from the log.
SPEC: section ND. Called by ``cluster`` and ``room_host``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from collab.host.guests import Guests
from collab.host.room_host import RoomHost
from collab.ids import ClientId, NodeId, RoomId, SessionId
from collab.messages import (
    Ack,
    AwarenessChanged,
    AwarenessEntry,
    CloseSession,
    Command,
    Event,
    Forward,
    LockAnswer,
    Lost,
    ReadOnly,
    Refusal,
    Resync,
)
from collab.protocol.peer import (
    Aware,
    Enter,
    Expel,
    PeerMessage,
    Perform,
    Published,
    Told,
    Unwatch,
    Watched,
)
from collab.revision import Revision
from collab.system import new_session_id

__all__ = ["Owned"]


@dataclass(slots=True)
class _Watcher:
    # True while it is told nothing but answers.
    is_behind: bool = False


class Owned:
    """One owned room. *send* sends to a node, *is_full* says whether too much waits for one, and
    *wake* has ``flush`` called at the end of the turn.
    """

    def __init__(
        self,
        room_id: RoomId,
        find: Callable[[RoomId], RoomHost | None],
        send: Callable[[NodeId, PeerMessage], None],
        is_full: Callable[[NodeId], bool],
        wake: Callable[[], None],
    ) -> None:
        self.watchers: dict[NodeId, _Watcher] = {}
        self._room_id = room_id
        self._find = find
        self._send = send
        self._is_full = is_full
        self._wake = wake
        self._guests = Guests(self._post, new_session_id)
        self._revisions: list[Revision] = []
        self._entries: dict[ClientId, AwarenessEntry] = {}

    def _post(self, command: Command, size: int) -> None:
        self._room.post_now(command, size)

    @property
    def _room(self) -> RoomHost:
        room = self._find(self._room_id)
        assert room is not None
        return room

    # --- of the room --------------------------------------------------------------------------

    @property
    def is_needed(self) -> bool:
        """Whether another node watches the room."""
        return bool(self.watchers)

    def tell(self, session: SessionId, event: Event) -> bool:
        """Tell a guest; False if it is none."""
        place = self._guests.find(session) if self._guests else None
        if place is None:
            return False
        assert isinstance(event, (Ack, Lost, Refusal, Resync, ReadOnly, LockAnswer))
        node, there = place
        self._publish()
        self._send(node, Told(self._room_id, there, event))
        return True

    def shut_out(self, effect: CloseSession) -> bool:
        """Close a guest's door; False if it is none."""
        place = self._guests.shut_out(effect.session) if self._guests else None
        if place is None:
            return False
        node, there = place
        self._send(node, Expel(self._room_id, there, effect.code, effect.reason, effect.error))
        return True

    def publish(self, revision: Revision) -> None:
        """Let *revision* go to every watcher at the end of the turn."""
        if self.watchers:
            self._revisions.append(revision)
            self._wake()

    def spread(self, event: AwarenessChanged) -> None:
        """Let awareness go to every watcher at the end of the turn."""
        if self.watchers:
            self._entries.update((entry.client, entry) for entry in event.entries)
            self._wake()

    def forward(self, effect: Forward) -> None:
        """Never: the owner forwards to nobody."""
        raise AssertionError(effect)

    # --- of the other nodes -------------------------------------------------------------------

    def welcome(self, node: NodeId) -> None:
        """Let *node* watch from here on, anew if it did before."""
        self.let_go(node)
        self.flush()
        self.watchers[node] = _Watcher()
        room = self._room.room
        self._send(node, Watched(self._room_id, room.durable, room.presence.entries()))

    def take(self, node: NodeId, message: Unwatch | Enter | Perform) -> None:
        """Do what a watcher says."""
        match message:
            case Unwatch():
                self.let_go(node)
            case Enter():
                self._guests.enter((node, message.session), message.principal)
            case Perform():
                self._guests.perform(node, message.command)

    def let_go(self, node: NodeId) -> None:
        """*node* does not watch any more: its sessions leave."""
        if self.watchers.pop(node, None) is not None:
            self._guests.let_go(node)

    def flush(self) -> None:
        """Send what has gathered."""
        self._publish()
        if self._entries:
            entries, self._entries = tuple(self._entries.values()), {}
            for node, watcher in self.watchers.items():
                if not watcher.is_behind:
                    self._send(node, Aware(self._room_id, entries))
        open_room = self._find(self._room_id)
        for node, watcher in self.watchers.items():
            if watcher.is_behind and open_room is not None and not self._is_full(node):
                watcher.is_behind = False
                room = open_room.room
                self._send(node, Published(self._room_id, (), room.durable))
                self._send(node, Aware(self._room_id, room.presence.entries(), is_all=True))

    def _publish(self) -> None:
        if not self._revisions:
            return
        revisions, self._revisions = tuple(self._revisions), []
        message = Published(self._room_id, revisions, revisions[-1].number)
        for node, watcher in self.watchers.items():
            watcher.is_behind = watcher.is_behind or self._is_full(node)
            if not watcher.is_behind:
                self._send(node, message)
