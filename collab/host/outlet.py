"""An outlet: one session's way out, with a byte budget and a cursor.

Live, it is handed what its group has for all of its members. When its reader is too slow for its
budget the outlet *lags*: of awareness only each client's newest entry is kept, of problems and of
locks the newest list, and pushes stop. It is caught up from its cursor, the last revision that it
was sent, as soon as it drains. What is meant for this session alone waits meanwhile, because an ack
follows every earlier revision. Nothing is skipped and nothing piles up.
SPEC: section FO. Called by ``audience``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol, assert_never

from collab.ids import ClientId, RevisionNo, SessionId
from collab.limits import CONNECTION_BYTES_MAX, HELD_BYTES_MAX, HELD_EVENTS_MAX
from collab.messages import (
    Ack,
    AwarenessChanged,
    AwarenessEntry,
    Dialect,
    Event,
    Joined,
    LockAnswer,
    LocksChanged,
    Lost,
    Missed,
    NotRead,
    Problems,
    ReadOnly,
    Refusal,
    Resync,
    ServerStateVector,
    SnapshotSent,
    SyncDiff,
    Unsubscribed,
)
from collab.ports import Connection
from collab.protocol.adapter import Adapter, Output

__all__ = ["Outlet", "Perform"]

Perform = Callable[[Output], None]


class _Group(Protocol):
    """What waits for this outlet and others until the end of the turn."""

    def take(self, member: Outlet) -> None:
        """Send *member* what waits."""

    def skip(self, member: Outlet) -> None:
        """Do not send *member* what waits."""


class Outlet:
    """Where one session's events go.

    *perform* carries out what the adapter answers: frames, requests, a close. ``is_tended`` is its
    audience's note that a task is catching it up, ``group`` whom it shares its pushes with.
    """

    def __init__(
        self,
        session: SessionId,
        connection: Connection,
        adapter: Adapter,
        channel: str,
        perform: Perform,
        bytes_max: int = CONNECTION_BYTES_MAX,
    ) -> None:
        self.session = session
        self.connection = connection
        self.adapter = adapter
        self.channel = channel
        # Looked up for each delivery, and always the same for a channel.
        self.key = adapter.revision_key(channel)
        self.cursor = RevisionNo(0)
        self.is_lagging = False
        self.is_tended = False
        self.bytes_max = bytes_max
        self.group: _Group | None = None
        self._perform = perform
        self._has_state = False
        self._held: deque[Event] = deque()
        self._held_bytes = 0
        self._missed: dict[ClientId, AwarenessEntry] = {}
        self._problems: Problems | None = None
        self._locks: LocksChanged | None = None

    @property
    def dialect(self) -> Dialect:
        return self.adapter.dialect

    @property
    def is_overflowing(self) -> bool:
        """True if more waits than a reader that is only slow can have caused."""
        return len(self._held) > HELD_EVENTS_MAX or self._held_bytes > HELD_BYTES_MAX

    def is_behind(self, durable: RevisionNo) -> bool:
        """True if revisions up to *durable* are missing; one that has no state yet misses none."""
        return self._has_state and self.cursor < durable

    def push_awareness(self, event: AwarenessChanged, block: bytes) -> bool:
        """Send awareness; False if the outlet lags and the newest entries of it wait."""
        if self.lags():
            self._missed.update((entry.client, entry) for entry in event.entries)
            return False
        self.connection.send_packed(block)
        return True

    def push_notice(self, frame: bytes) -> None:
        """Send what a later notice says again, or drop it."""
        if not self.lags():
            self._own()
            self.connection.send(frame)

    def tell(self, event: Event) -> bool:
        """Send what is meant for this session alone, after every revision before it.

        False if the outlet lags and the event waits.
        """
        if not self.lags():
            self._tell(event)
            return True
        if isinstance(event, AwarenessChanged):
            self._missed.update((entry.client, entry) for entry in event.entries)
        elif isinstance(event, Problems):
            self._problems = event
        elif isinstance(event, LocksChanged):
            self._locks = event
        else:
            self._held.append(event)
            self._held_bytes += _size_of(event)
        return False

    def resume(self, durable: RevisionNo) -> None:
        """Caught up with *durable*: send what waited, and take pushes again unless it is too much.

        A state that waited may be older than *durable*; what waited behind it goes on waiting.
        """
        while self._held:
            if self._is_over_budget:
                return
            event = self._held.popleft()
            self._held_bytes -= _size_of(event)
            self._tell(event)
            if self.is_behind(durable):
                return
        missed, self._missed = tuple(self._missed.values()), {}
        problems, self._problems = self._problems, None
        locks, self._locks = self._locks, None
        self.is_lagging = False
        if self.group is not None:
            # The log brought what waits there.
            self.group.skip(self)
        if missed:
            self._tell(AwarenessChanged(missed))
        if problems is not None:
            self._tell(problems)
        if locks is not None:
            self._tell(locks)

    def close(self, code: int, reason: str, error: str = "") -> None:
        """The room has closed this session's door; *error* is the code of the limit it met."""
        self._own()
        self._perform(self.adapter.closed_by_room(self.channel, code, reason, error))

    @property
    def _is_over_budget(self) -> bool:
        return self.connection.buffered_bytes > self.bytes_max

    def lags(self) -> bool:
        """Return whether pushes have stopped; they do from here on if the budget is used up."""
        if not self.is_lagging:
            self.is_lagging = self._is_over_budget
        return self.is_lagging

    def _tell(self, event: Event) -> None:
        match event:
            case SyncDiff() | Joined():
                # A second state may be older than what was pushed since it was asked for.
                self.cursor = max(self.cursor, event.revision)
                self._has_state = True
            case SnapshotSent() | Missed() if event.subscribes:
                self.cursor = max(self.cursor, event.revision)
                self._has_state = True
            case Unsubscribed():
                self._has_state = False
        output = self.adapter.event(self.channel, event)
        if output.frames or output.large or output.close:
            self._own()
        self._perform(output)

    def _own(self) -> None:
        """Send what waits for the turn's end first: something of this session's own follows."""
        if self.group is not None and not self.is_lagging:
            self.group.take(self)


def _size_of(event: Event) -> int:
    """Return how many bytes of document an event holds on to."""
    match event:
        case SnapshotSent():
            return len(event.json)
        case Joined():
            return len(event.json) + sum(len(item.update) for item in event.revisions)
        case Missed():
            return sum(len(item.update) for item in event.revisions)
        case SyncDiff():
            return len(event.update)
        case ServerStateVector():
            return len(event.state_vector)
        case Ack():
            return sum(len(item.update) for item in event.missing)
        case Lost() | Refusal() | Resync() | ReadOnly() | AwarenessChanged() | Problems():
            return 0
        case NotRead() | Unsubscribed() | LockAnswer() | LocksChanged():
            return 0
        case _:
            assert_never(event)
