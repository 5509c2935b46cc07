"""Turns: who asks for the same thing gets it in the order of asking.

Writes about different rooms go to PostgreSQL side by side, each on a connection of its own; two
about one room would arrive there in any order, and a caller who claims twice could hold the lower
token as its newer one. Called by ``store``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from collab.errors import ServerBusy

__all__ = ["Turns"]


class Turns:
    """At most *waiting_max* may wait; one more raises ``ServerBusy``. Lives on one event loop."""

    def __init__(self, waiting_max: int) -> None:
        self._waiting_max = waiting_max
        self._waiting = 0
        self._locks: dict[Hashable, asyncio.Lock] = {}
        self._users: dict[Hashable, int] = {}

    @asynccontextmanager
    async def of(self, key: Hashable) -> AsyncIterator[None]:
        """Enter once everybody who asked for *key* before has left."""
        if self._waiting >= self._waiting_max:
            raise ServerBusy(f"{self._waiting_max} writes are waiting for the database")
        lock = self._locks.setdefault(key, asyncio.Lock())
        self._users[key] = self._users.get(key, 0) + 1
        self._waiting += 1
        try:
            async with lock:
                yield
        finally:
            self._waiting -= 1
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._locks[key]
