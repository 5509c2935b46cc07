"""Sessions: who is in a room, and who is pushed to. SPEC: section SE. Called by ``room``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from collab.ids import ClientId, SessionId
from collab.messages import Command, Dialect, Principal

__all__ = ["Session", "Sessions"]


@dataclass(slots=True)
class Session:
    """One client's stay. ``client`` is the awareness id that the room gave a native session.

    ``looks_back`` says whether it may be told revisions from before it came. A session is
    *subscribed* once it has been told a whole state (a snapshot or a sync step 2):
    from then on it gets every later revision, and before that none. While history is being read
    for one of its ops its commands wait in ``held``, so that they stay in order.
    """

    id: SessionId
    principal: Principal
    dialect: Dialect
    client: ClientId
    looks_back: bool = True
    is_subscribed: bool = False
    is_waiting: bool = False
    held: deque[Command] = field(default_factory=deque)


class Sessions:
    """The sessions of one room, in the order in which they came."""

    def __init__(self) -> None:
        self._sessions: dict[SessionId, Session] = {}
        # Asked for at every commit, changed when somebody comes or goes.
        self._subscribed: tuple[SessionId, ...] | None = ()
        self._aware: tuple[SessionId, ...] | None = ()

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        return iter(self._sessions.values())

    def get(self, session: SessionId) -> Session | None:
        """Return the session, or None if it has left (its last commands may come later)."""
        return self._sessions.get(session)

    def add(self, session: Session) -> None:
        """Let a session in; ids are never reused."""
        assert session.id not in self._sessions
        self._sessions[session.id] = session
        self._subscribed = self._aware = None

    def remove(self, session: SessionId) -> Session | None:
        """Return the session that left, or None if it was not there."""
        self._subscribed = self._aware = None
        return self._sessions.pop(session, None)

    def subscribe(self, session: Session, *, is_subscribed: bool = True) -> None:
        """Let *session* be pushed every revision from the next one on, or no more."""
        session.is_subscribed = is_subscribed
        self._subscribed = None

    def subscribed(self) -> tuple[SessionId, ...]:
        """Return the sessions that are to be pushed the next revision."""
        if self._subscribed is None:
            self._subscribed = tuple(
                item.id for item in self._sessions.values() if item.is_subscribed
            )
        return self._subscribed

    def aware(self) -> tuple[SessionId, ...]:
        """Return the sessions that are told of awareness, subscribed or not."""
        if self._aware is None:
            # ShareDB's presence goes by channels and never through a room, and what another node's
            # sessions are told goes to that node once.
            self._aware = tuple(
                item.id
                for item in self._sessions.values()
                if item.dialect not in (Dialect.SHAREDB, Dialect.PEER)
            )
        return self._aware
