"""An outlet: one session's way out, with a byte budget and a cursor.

Live, it is handed frames that were encoded once for everybody of its dialect. When its reader is
too slow for its budget, awareness is dropped first, then pushes stop: the outlet *lags*, and is
caught up from its cursor, the last revision it was sent, as soon as it drains. What is meant for
this session alone waits meanwhile, because an ack follows every earlier revision. Nothing is
skipped and nothing piles up. SPEC: section FO. Called by ``room_host``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from collab.ids import RevisionNo, SessionId
from collab.limits import CONNECTION_BYTES_MAX, HELD_EVENTS_MAX
from collab.messages import AwarenessChanged, Dialect, Event, Joined, SyncDiff
from collab.ports import Connection
from collab.protocol.adapter import Adapter, Output
from collab.revision import Revision

__all__ = ["Outlet", "Perform"]

Perform = Callable[[Output], None]


class Outlet:
    """Where one session's events go.

    *perform* carries out what the adapter answers: frames, requests, a close.
    """

    def __init__(
        self,
        session: SessionId,
        connection: Connection,
        adapter: Adapter,
        channel: str,
        perform: Perform,
    ) -> None:
        self.session = session
        self.connection = connection
        self.adapter = adapter
        self.channel = channel
        self.cursor = RevisionNo(0)
        self.is_lagging = False
        self._perform = perform
        self._held: deque[Event] = deque()

    @property
    def dialect(self) -> Dialect:
        return self.adapter.dialect

    @property
    def is_over_budget(self) -> bool:
        return self.connection.buffered_bytes > CONNECTION_BYTES_MAX

    @property
    def is_overflowing(self) -> bool:
        """True if more events wait than a reader that is only slow can have caused."""
        return len(self._held) > HELD_EVENTS_MAX

    def push(self, revision: Revision, frame: bytes | None) -> bool:
        """Send a revision's frame; False if the outlet lags and has to be caught up."""
        if self.is_lagging:
            return False
        if self.is_over_budget:
            self.is_lagging = True
            return False
        self.cursor = revision.number
        if frame is not None:
            self.connection.send(frame)
        return True

    def push_awareness(self, frame: bytes) -> None:
        """Send awareness, or drop it: a slow reader is told everybody's when it has caught up."""
        if not self.is_lagging and not self.is_over_budget:
            self.connection.send(frame)

    def tell(self, event: Event) -> None:
        """Send what is meant for this session alone, after every revision before it."""
        if self.is_lagging and not isinstance(event, AwarenessChanged):
            self._held.append(event)
            return
        if isinstance(event, SyncDiff | Joined):
            self.cursor = event.revision
        self._perform(self.adapter.event(self.channel, event))

    def resume(self) -> None:
        """The outlet has caught up: send what waited, and take pushes again."""
        self.is_lagging = False
        while self._held and not self.is_lagging:
            self.tell(self._held.popleft())

    def close(self, code: int, reason: str) -> None:
        """The room has closed this session's door."""
        self._perform(self.adapter.closed_by_room(self.channel, code, reason))
