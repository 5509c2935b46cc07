"""The feed of the lock cache: what durable revisions say of locks, written to it one after another.

Nobody waits for it. What cannot be kept up with is left out: an entry ends by itself, and a renewal
writes it again. SPEC: section LK. Called by ``host`` and whoever puts a server together.
"""

from __future__ import annotations

import asyncio
from collections import deque

from collab.host.host import Host
from collab.ids import RoomId
from collab.limits import LOCK_FEED_MAX
from collab.lock_records import LockDeed, LockRecord
from collab.ports import CachedLock, LockCache
from collab.revision import Revision

__all__ = ["LockFeed"]


class LockFeed:
    """Fills *cache* from the rooms that *host* owns; an async context manager."""

    def __init__(self, host: Host, cache: LockCache) -> None:
        self._host = host
        self._cache = cache
        self._waiting: deque[tuple[RoomId, Revision, LockRecord]] = deque(maxlen=LOCK_FEED_MAX)
        self._news = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> LockFeed:
        self._host.listeners.append(self._on_revision)
        self._writer = asyncio.create_task(self._write(), name="lock feed")
        return self

    async def __aexit__(self, *error: object) -> None:
        self._host.listeners.remove(self._on_revision)
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        await self._cache.close()

    def _on_revision(self, room: RoomId, revision: Revision | None) -> None:
        if revision is not None and revision.locks:
            self._waiting.extend((room, revision, record) for record in revision.locks)
            self._news.set()

    async def _write(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                await self._apply(*self._waiting.popleft())

    async def _apply(self, room: RoomId, revision: Revision, record: LockRecord) -> None:
        component = record.component
        ttl_ms = record.until_ms - self._host.clock.now_ms()
        match record.deed:
            case LockDeed.TAKE | LockDeed.GRANT:
                lock = CachedLock(revision.number, record.user, record.name)
                await self._cache.put(room, component, lock, ttl_ms)
            case LockDeed.RENEW:
                known = self._durable(room, revision, record)
                if known is not None:
                    await self._cache.put(room, component, known, ttl_ms)
            case LockDeed.RELEASE | LockDeed.BREAK | LockDeed.EXPIRE:
                await self._cache.drop(room, component, revision.number)
            case LockDeed.WAIT | LockDeed.LEAVE:
                return

    def _durable(self, room: RoomId, revision: Revision, record: LockRecord) -> CachedLock | None:
        """Return the lock that *record* renews, whose token it does not tell.

        The room is ahead of the log: what it holds counts if it was taken before that revision.
        """
        host = self._host.open_room(room)
        lock = None if host is None else host.room.committer.locks.held.get(record.component)
        if lock is None or lock.user != record.user or lock.token > revision.number:
            return None
        return CachedLock(lock.token, lock.user, lock.name)
