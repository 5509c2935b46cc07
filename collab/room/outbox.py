"""The outbox: nothing leaves a room before what it speaks of is durable.

The room orders ahead of the store: appends are pipelined, one in flight while the next batch
gathers. So each effect that was computed from the speculative head carries the head's revision
and waits here until the store has it. SPEC: section RM, [RM4] and [RM5].
"""

from __future__ import annotations

from collections import deque

from collab.ids import FencingToken, RevisionNo
from collab.limits import APPEND_BATCH_REVISIONS_MAX
from collab.messages import Append, Effect
from collab.revision import Revision

__all__ = ["Outbox"]


class Outbox:
    """Effects that wait for their revision, and revisions that wait for the store."""

    def __init__(self, token: FencingToken, durable: RevisionNo) -> None:
        self.durable = durable
        self._token = token
        # What the updates come to that are ordered but not durable.
        self.pending_bytes = 0
        self._unsent: deque[Revision] = deque()
        self._in_flight_bytes = 0
        self._in_flight: RevisionNo | None = None
        self._is_gathering = False
        self._waiting: deque[tuple[RevisionNo, Effect]] = deque()

    @property
    def pending(self) -> int:
        """How many revisions are ordered but not durable."""
        in_flight = 0 if self._in_flight is None else self._in_flight - self.durable
        return in_flight + len(self._unsent)

    def commit(self, revision: Revision) -> None:
        """Take a revision that is to be appended."""
        self._unsent.append(revision)
        self.pending_bytes += len(revision.update)

    def emit(self, effect: Effect, revision: RevisionNo) -> None:
        """Let *effect* leave once *revision* is durable, after everything emitted before it."""
        self._waiting.append((revision, effect))

    def appended(self, through: RevisionNo, *, gathers: bool = False) -> None:
        """The store has everything up to *through*, which was in flight.

        If it *gathers*, the next append waits for :meth:`end_gathering`.
        """
        assert through == self._in_flight, (through, self._in_flight)
        self.durable = through
        self._in_flight = None
        self._is_gathering = gathers
        self.pending_bytes -= self._in_flight_bytes

    def reach(self, through: RevisionNo) -> None:
        """The log has everything up to *through*, which another owner appended."""
        self.durable = through

    def end_gathering(self) -> None:
        """Let what has gathered be appended."""
        self._is_gathering = False

    def drain(self) -> list[Effect]:
        """Return what may leave now, and the next append if none is in flight."""
        effects: list[Effect] = []
        while self._waiting and self._waiting[0][0] <= self.durable:
            effects.append(self._waiting.popleft()[1])
        if self._in_flight is None and self._unsent and not self._is_gathering:
            count = min(len(self._unsent), APPEND_BATCH_REVISIONS_MAX)
            batch = tuple(self._unsent.popleft() for _ in range(count))
            self._in_flight = batch[-1].number
            self._in_flight_bytes = sum(len(revision.update) for revision in batch)
            effects.append(Append(self._token, batch))
        return effects
