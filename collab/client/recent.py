"""Recent revisions: the end of the log as this client keeps it, for those who follow it.

A follower is only a cursor. What is in memory it takes from here; what is older, because it began
far back or was too slow, it reads from the server's history. So nobody needs a queue of its own.
SPEC: section CL. Called by ``exchange`` and ``room``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from collab.ids import RevisionNo
from collab.revision import Revision

__all__ = ["RecentRevisions"]

_REVISIONS_MAX: Final = 1_000
# Weighed by their Yjs updates, which are about as large as the ops beside them.
_UPDATE_BYTES_MAX: Final = 8 << 20


class RecentRevisions:
    """Consecutive revisions; the oldest are forgotten first."""

    def __init__(self) -> None:
        self.head = RevisionNo(0)
        self._revisions: deque[Revision] = deque()
        self._bytes = 0
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def start(self) -> RevisionNo:
        """The revision after which every one is in memory."""
        return RevisionNo(self.head - len(self._revisions))

    def reset(self, head: RevisionNo) -> None:
        """Begin anew at *head*: what lies before it is not in memory."""
        self._revisions.clear()
        self._bytes = 0
        self.head = head
        self.wake()

    def add(self, revision: Revision) -> None:
        """Take the next revision."""
        assert revision.number == self.head + 1, (revision.number, self.head)
        self._revisions.append(revision)
        self._bytes += len(revision.update)
        self.head = revision.number
        while len(self._revisions) > _REVISIONS_MAX or self._bytes > _UPDATE_BYTES_MAX:
            self._bytes -= len(self._revisions.popleft().update)
        self.wake()

    def get(self, number: RevisionNo) -> Revision | None:
        """Return revision *number* if it is in memory."""
        index = number - self.start - 1
        return self._revisions[index] if 0 <= index < len(self._revisions) else None

    def wake(self) -> None:
        """Let everybody who waits look again."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self) -> None:
        """Wait for the next ``wake``."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)
