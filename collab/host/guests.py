"""Guests: sessions of other nodes in a room that this node owns.

Each has a session in the room like everybody else, under an id of this node's own, so that order,
fairness and rights are the same for all. It is pushed nothing: its node is told once, for all who
are there. An id is never used twice, since what an earlier guest was to be told may still come.
SPEC: section BU. Called by ``room_host`` and ``cluster``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from collab.ids import NodeId, SessionId
from collab.messages import (
    Change,
    Command,
    Dialect,
    Join,
    Leave,
    Principal,
    SetAwareness,
    Update,
)

__all__ = ["Guests", "Place"]

# A session where it lives.
Place: TypeAlias = tuple[NodeId, SessionId]


class Guests:
    """The guests of one room. *post* queues a command for it, *new_session* makes an id."""

    def __init__(
        self, post: Callable[[Command, int], None], new_session: Callable[[], SessionId]
    ) -> None:
        self._post = post
        self._new_session = new_session
        self._by_place: dict[Place, SessionId] = {}
        self._places: dict[SessionId, Place] = {}

    def __bool__(self) -> bool:
        return bool(self._places)

    def enter(self, place: Place, principal: Principal) -> None:
        """Let a session in, unless it is here."""
        if place in self._by_place:
            return
        guest = self._new_session()
        self._by_place[place] = guest
        self._places[guest] = place
        self._post(Join(guest, principal, Dialect.PEER), 0)

    def perform(self, node: NodeId, command: Change | SetAwareness | Leave) -> None:
        """Do what a session does that has entered; what one does that was shut out is dropped."""
        place = (node, command.session)
        guest = self._by_place.get(place)
        if guest is None:
            return
        size = len(command.update) if isinstance(command, Update) else 0
        self._post(replace(command, session=guest), size)
        if isinstance(command, Leave):
            self._forget(guest)

    def find(self, guest: SessionId) -> Place | None:
        """Return where a guest lives, None for a session of this node."""
        return self._places.get(guest)

    def let_go(self, node: NodeId) -> None:
        """The node is not heard of any more: its sessions leave."""
        for (other, _), guest in list(self._by_place.items()):
            if other == node:
                self._forget(guest)
                self._post(Leave(guest), 0)

    def shut_out(self, guest: SessionId) -> Place | None:
        """The room has closed a guest's door: return where it lives."""
        place = self._places.get(guest)
        if place is not None:
            self._forget(guest)
        return place

    def _forget(self, guest: SessionId) -> None:
        del self._by_place[self._places.pop(guest)]
