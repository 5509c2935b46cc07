"""All caches of locks keep this contract: memory and Redis; and what fills them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from collab.host.host import Host
from collab.host.lock_feed import LockFeed
from collab.host.service import lock as ask
from collab.ids import RevisionNo, RoomId, TenantId, UserId
from collab.limits import LOCK_TTL_MS
from collab.locks.cache import MemoryLockCache, cache_key
from collab.locks.redis import RedisLockCache
from collab.messages import LockAction
from collab.model.registry import builtin
from collab.ports import CachedLock, LockCache
from collab.stores.memory import MemoryStore
from collab.system import SystemClock
from tests.redis_server import RedisServer
from tests.room.clients import principal

_ROOM = RoomId(TenantId("Zürich/{1}"), "größe")
_OTHER = RoomId(TenantId("Zürich"), "größe")
_LONG_MS = 60_000


def _lock(token: int, user: str = "änne") -> CachedLock:
    return CachedLock(RevisionNo(token), UserId(user), f"{user} 😀")


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.remove()


@pytest.fixture(params=["memory", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[LockCache]:
    made: LockCache = MemoryLockCache(SystemClock())
    if request.param == "redis":
        server = request.getfixturevalue("redis")
        server.stop()
        server.start()
        made = RedisLockCache(Redis.from_url(server.url))
    yield made
    await made.close()


async def test_what_is_put_is_found(cache: LockCache) -> None:
    """[LK18] each component of each room of each tenant is an entry of its own."""
    await cache.put(_ROOM, "fórm", _lock(3), _LONG_MS)
    assert await cache.get(_ROOM, "fórm") == _lock(3)
    assert await cache.get(_ROOM, "other") is None and await cache.get(_OTHER, "fórm") is None
    assert cache_key(_OTHER, "fórm") == "design:{Z%C3%BCrich/größe}:fórm"


async def test_the_higher_token_wins(cache: LockCache) -> None:
    """[LK18] a slow writer neither overwrites nor removes its successor's entry."""
    await cache.put(_ROOM, "form", _lock(10, "ben"), _LONG_MS)
    await cache.put(_ROOM, "form", _lock(9), _LONG_MS)
    await cache.drop(_ROOM, "form", RevisionNo(10))
    assert await cache.get(_ROOM, "form") == _lock(10, "ben")
    await cache.put(_ROOM, "form", _lock(10, "cy"), _LONG_MS)
    assert await cache.get(_ROOM, "form") == _lock(10, "cy")
    await cache.drop(_ROOM, "form", RevisionNo(11))
    assert await cache.get(_ROOM, "form") is None


async def test_it_ends(cache: LockCache) -> None:
    """[LK18] an entry ends with its time, and one whose time is over is none."""
    await cache.put(_ROOM, "form", _lock(3), 30)
    await cache.put(_ROOM, "late", _lock(3), 0)
    assert await cache.get(_ROOM, "late") is None
    async with asyncio.timeout(20):
        while await cache.get(_ROOM, "form") is not None:
            await asyncio.sleep(0.01)


async def test_redis_away(redis: RedisServer) -> None:
    """[LK18] a cache that is away raises nothing and knows nothing."""
    cache = RedisLockCache(Redis.from_url(redis.url))
    redis.stop()
    try:
        await cache.put(_ROOM, "form", _lock(3), _LONG_MS)
        await cache.drop(_ROOM, "form", RevisionNo(4))
        assert await cache.get(_ROOM, "form") is None
    finally:
        redis.start()
    await cache.put(_ROOM, "form", _lock(3), _LONG_MS)
    assert await cache.get(_ROOM, "form") == _lock(3)
    await cache.close()


class _Clock:
    def __init__(self) -> None:
        self.time_ms = 1_000_000

    def now_ms(self) -> int:
        return self.time_ms


async def test_what_fills_it() -> None:
    """[LK18] durable records fill it: taken, renewed, passed on, given back."""
    clock = _Clock()
    host, cache = Host(MemoryStore(), clock, builtin()), MemoryLockCache(clock)
    await host.start()
    room_id = RoomId(TenantId("t"), "r")
    anna, ben = principal("änne"), principal("ben")
    await host.create(room_id, "", anna)
    room = await host.room(room_id)

    async def known(user: str | None) -> CachedLock | None:
        async with asyncio.timeout(20):
            while True:
                found = await cache.get(room_id, "application")
                if (None if found is None else found.user) == user:
                    return found
                await asyncio.sleep(0)

    async with LockFeed(host, cache):
        held = await ask(room, anna, "application", LockAction.ACQUIRE)
        taken = await known("änne")
        assert taken is not None and taken.token == held.token
        clock.time_ms += LOCK_TTL_MS // 2
        await ask(room, anna, "application", LockAction.RENEW)
        clock.time_ms += LOCK_TTL_MS // 2
        assert await known("änne") == taken
        await ask(room, ben, "application", LockAction.WAIT)
        await ask(room, anna, "application", LockAction.RELEASE)
        passed = await known("ben")
        assert passed is not None and passed.token > taken.token
        await ask(room, ben, "application", LockAction.RELEASE)
        assert await known(None) is None
    await host.stop()
