"""The cache of component locks: who holds what, for a quick look without the room.

It is filled from durable records and believed by nobody who decides anything: a change is judged by
the room's own table. An entry ends by itself; what is forgotten is written again by the holder's
next renewal. Of two writers, an old owner and its successor, the higher token wins. SPEC: section
LK. Called by ``host``.
"""

from __future__ import annotations

from urllib.parse import quote

from collab.ids import RevisionNo, RoomId
from collab.limits import CACHED_LOCKS_MAX
from collab.ports import CachedLock, Clock

__all__ = ["MemoryLockCache", "cache_key"]


class MemoryLockCache:
    """A cache in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, tuple[CachedLock, int]] = {}

    async def put(self, room: RoomId, component: str, lock: CachedLock, ttl_ms: int) -> None:
        key = cache_key(room, component)
        known = self._live(key)
        if ttl_ms <= 0 or (known is not None and known.token > lock.token):
            return
        # Put last again, so that what ends soonest is mostly first.
        self._entries.pop(key, None)
        self._entries[key] = (lock, self._clock.now_ms() + ttl_ms)
        if len(self._entries) > CACHED_LOCKS_MAX:
            del self._entries[next(iter(self._entries))]

    async def drop(self, room: RoomId, component: str, before: RevisionNo) -> None:
        key = cache_key(room, component)
        known = self._live(key)
        if known is not None and known.token < before:
            del self._entries[key]

    async def get(self, room: RoomId, component: str) -> CachedLock | None:
        return self._live(cache_key(room, component))

    async def close(self) -> None:
        self._entries.clear()

    def _live(self, key: str) -> CachedLock | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[1] <= self._clock.now_ms():
            del self._entries[key]
            return None
        return entry[0]


def cache_key(room: RoomId, component: str) -> str:
    """Return the name of an entry: ``design:{tenant/room}:component``, a room's on one shard."""
    # Percent-encoded, so that no tenant's name ends the braces and runs into another's key.
    return f"design:{{{quote(room.tenant, safe='')}/{room.name}}}:{component}"
