"""The attendance of a room: who is in it, what they ask, and how they are told.

What is told leaves when the revision that it speaks of is durable. SPEC: sections RM and SE. Called
by ``room``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from dataclasses import replace
from itertools import islice
from typing import Final

from collab.errors import LimitExceeded, PeerError
from collab.ids import ClientId, FencingToken, RevisionNo
from collab.limits import (
    HELD_COMMANDS_MAX,
    SESSIONS_PER_ROOM_MAX,
)
from collab.messages import (
    Ack,
    AwarenessChanged,
    AwarenessEntry,
    CloseSession,
    Command,
    Dialect,
    Effect,
    Event,
    Fetch,
    HistoryLoaded,
    Join,
    Leave,
    LoadHistory,
    LocksChanged,
    LocksSpread,
    NotRead,
    Problems,
    ProblemsChanged,
    ReadOnly,
    Refusal,
    SaveSnapshot,
    Send,
    SetAwareness,
    SpreadAwareness,
    StateVector,
    Subscribe,
    SyncDiff,
    Unsubscribed,
)
from collab.room import reading
from collab.room.head import Head
from collab.room.outbox import Outbox
from collab.room.presence import Presence
from collab.room.session import Session, Sessions

__all__ = ["FIRST_NATIVE_CLIENT", "Attendance"]

# Awareness ids of native sessions: above every id a Yjs client draws, which are 32-bit.
FIRST_NATIVE_CLIENT: Final = 2**40 + 1


class Attendance(ABC):
    """The sessions of a room, before what they change. *durable* is the last revision stored.

    The room gives native sessions the awareness ids from *first_client* on.
    """

    def __init__(
        self,
        committer: Head,
        token: FencingToken,
        read_only: ReadOnly | None,
        first_client: int = FIRST_NATIVE_CLIENT,
    ) -> None:
        self.committer = committer
        self.sessions = Sessions()
        self.presence = Presence()
        self._read_only = read_only
        self._outbox = Outbox(token, committer.ledger.head)
        self._effects: list[Effect] = []
        self._next_client = first_client
        # True while the log is read for somebody, who needs it to meet what is in memory.
        self._is_history_awaited = False

    @property
    def head(self) -> RevisionNo:
        """The last revision that was ordered."""
        return self.committer.ledger.head

    @property
    def durable(self) -> RevisionNo:
        """The last revision that the store has acknowledged."""
        return self._outbox.durable

    @property
    def pending_bytes(self) -> int:
        """What the updates come to that were ordered and that the store has not acknowledged."""
        return self._outbox.pending_bytes

    @property
    @abstractmethod
    def state_bytes(self) -> int:
        """What the Doc's whole state comes to, about."""

    @abstractmethod
    def receive(self, command: Command, now_ms: int) -> list[Effect]:
        """Return what is to be done about *command*; *now_ms* is Unix time in milliseconds."""

    @abstractmethod
    def last_snapshot(self) -> SaveSnapshot | None:
        """Return what to store when the room closes, or None if there is nothing."""

    # --- sessions -----------------------------------------------------------------------------

    def _on_join(self, command: Join) -> None:
        session = self._enter(command)
        if session is not None:
            self._welcome(session, command)

    def _enter(self, command: Join) -> Session | None:
        """Let a session in, or close its door."""
        if len(self.sessions) >= SESSIONS_PER_ROOM_MAX:
            reason = f"this room is full: it holds {SESSIONS_PER_ROOM_MAX} sessions"
            self._effects.append(CloseSession(command.session, 1013, reason, "limit_sessions"))
            return None
        client = ClientId(self._next_client)
        self._next_client += 1
        session = Session(
            command.session, command.principal, command.dialect, client, command.looks_back
        )
        self.sessions.add(session)
        return session

    def _welcome(self, session: Session, command: Join) -> None:
        if command.dialect is Dialect.NATIVE:
            self._join_native(session, command)
        elif self._read_only is not None and command.dialect is not Dialect.PEER:
            self._tell(session, self._read_only)

    def _join_native(self, session: Session, command: Join) -> None:
        self.sessions.subscribe(session)
        read_only = self._read_only.reason if self._read_only else ""
        self._tell(session, reading.joined(self.committer, session, command, read_only))
        self._tell_problems(session)
        entries = self.presence.entries()
        if entries:
            # Not before the session has been told that it is in.
            self._tell(session, AwarenessChanged(entries))

    def _on_leave(self, command: Leave) -> None:
        if self.sessions.remove(command.session) is not None:
            self._spread(self.presence.leave(command.session))

    def _on_awareness(self, session: Session, command: SetAwareness) -> None:
        try:
            changed = self.presence.take(session.id, command.entries)
        except LimitExceeded as error:
            self._close(session, 1008, error.message, error.code)
        else:
            self._spread(changed)

    def _tell_awareness(self, session: Session) -> None:
        self._effects.append(Send(session.id, AwarenessChanged(self.presence.entries())))

    def _spread(self, entries: tuple[AwarenessEntry, ...]) -> None:
        if entries:
            self._effects.append(SpreadAwareness(AwarenessChanged(entries), self.sessions.aware()))

    # --- reading ------------------------------------------------------------------------------

    def _on_state_vector(self, session: Session, command: StateVector) -> None:
        try:
            update = self.committer.diff(command.state_vector)
        except PeerError as error:
            self._close(session, 1002, error.message, error.code)
            return
        is_first = not session.is_subscribed
        self.sessions.subscribe(session)
        self._tell(session, SyncDiff(self.head, update, self.committer.state_vector()))
        if is_first:
            self._tell_problems(session)
            if session.dialect is Dialect.HOCUSPOCUS and self.committer.problems is not None:
                # Empty too: whoever comes back may know of locks that are none any more.
                self._tell(session, self._locks())
            entries = self.presence.entries()
            if entries:
                self._effects.append(Send(session.id, AwarenessChanged(entries)))

    def _on_question(self, session: Session, command: Fetch | Subscribe) -> None:
        after = reading.needs_history(self.committer, session, command)
        if after is not None:
            self._load_history(session, command, after)
            return
        event = reading.answer(self.committer, session, command)
        if isinstance(command, Subscribe) and not isinstance(event, NotRead):
            self.sessions.subscribe(session)
        self._tell(session, event)

    def _on_unsubscribe(self, session: Session) -> None:
        self.sessions.subscribe(session, is_subscribed=False)
        self._tell(session, Unsubscribed())

    def _led_to(
        self, session: Session, event: Event, base: RevisionNo | None, *, is_pushed: bool = False
    ) -> Event:
        """Return *event*; an ack of an op of *base* with what its session was not told in between.

        A ShareDB client takes an ack only at the version that it is at; where it is not told
        enough it fetches.
        """
        if not isinstance(event, Ack):
            return event
        if session.dialect is Dialect.PEER:
            return replace(event, is_pushed=is_pushed)
        if session.dialect is not Dialect.SHAREDB or base is None:
            return event
        if session.is_subscribed:
            return replace(event, is_pushed=is_pushed)
        ledger = self.committer.ledger
        count = event.revision - 1 - base
        if count <= 0 or not session.looks_back or not ledger.has_since(base):
            return event
        return replace(event, missing=tuple(islice(ledger.since(base), count)))

    # --- waiting for history ---------------------------------------------------------------

    def _history_loaded(self, command: HistoryLoaded) -> list[Command]:
        """Take older revisions from the log; return what has waited for them, in order."""
        ledger = self.committer.ledger
        ledger.prepend(command.revisions)
        self._is_history_awaited = False
        if command.start is not None:
            ledger.history_start = max(ledger.history_start, command.start)
        waited: list[Command] = []
        for session in self.sessions:
            if session.is_waiting:
                session.is_waiting = False
                waited += session.held
                session.held = deque()
        return waited

    def _trim(self) -> None:
        """Forget old revisions, unless some that are being read are to join those in memory."""
        if not self._is_history_awaited:
            self.committer.ledger.trim(self.durable)

    def _hold(self, session: Session, command: Command) -> None:
        if len(session.held) >= HELD_COMMANDS_MAX:
            self._close(session, 1013, "too many commands wait for old revisions", "limit_held")
        else:
            session.held.append(command)

    def _load_history(self, session: Session, command: Command, after: RevisionNo) -> None:
        session.is_waiting = True
        session.held.append(command)
        self._is_history_awaited = True
        self._effects.append(LoadHistory(after, self.committer.ledger.tail_start))

    # --- telling ------------------------------------------------------------------------------

    def _tell(self, session: Session, event: Event) -> None:
        self._outbox.emit(Send(session.id, event), self.head)

    def _refuse(self, session: Session, seq: int, code: str, reason: str) -> None:
        self._tell(session, Refusal(seq, code, reason))

    def _close(self, session: Session, code: int, reason: str, error: str) -> None:
        self._effects.append(CloseSession(session.id, code, reason, error))

    def _tell_everybody_problems(self) -> None:
        event = ProblemsChanged(self._problems(), self.sessions.subscribed())
        self._outbox.emit(event, self.head)

    def _tell_everybody_locks(self) -> None:
        self._outbox.emit(LocksSpread(self._locks(), self.sessions.subscribed()), self.head)

    def _locks(self) -> LocksChanged:
        return LocksChanged(self.head, self.committer.locks.state)

    def _problems(self) -> Problems:
        index = self.committer.problems
        return Problems(self.head, tuple(index.to_json()) if index is not None else ())

    def _tell_problems(self, session: Session) -> None:
        # Whoever comes before all problems are known is told as soon as they are.
        if self.committer.is_examined and self.committer.problems is not None:
            self._tell(session, self._problems())
