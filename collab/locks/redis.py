"""The cache of component locks in Redis, under ``design:{tenant/room}:{component}``.

A key holds the token, the user and the name, and ends with the lock. Comparing tokens and writing
are one script, so that a slow writer never overwrites its successor. A Redis that is away costs the
quick look and nothing else. SPEC: section LK. Called by ``host``.
"""

from __future__ import annotations

from typing import Any, Final, cast

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from collab.ids import RevisionNo, RoomId, UserId
from collab.locks.cache import cache_key
from collab.ports import CachedLock

__all__ = ["RedisLockCache"]

_log = structlog.get_logger()

# ARGV: the token, the time to live, the value. A value begins with its token and a space.
_PUT: Final = """
local known = redis.call('GET', KEYS[1])
if known and tonumber(string.match(known, '^%d+')) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
return 1
"""
_DROP: Final = """
local known = redis.call('GET', KEYS[1])
if known and tonumber(string.match(known, '^%d+')) < tonumber(ARGV[1]) then
  return redis.call('DEL', KEYS[1])
end
return 0
"""


class RedisLockCache:
    """A cache that all nodes share; *redis* is closed with it."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._put = redis.register_script(_PUT)
        self._drop = redis.register_script(_DROP)

    async def put(self, room: RoomId, component: str, lock: CachedLock, ttl_ms: int) -> None:
        if ttl_ms <= 0:
            return
        value = b"%d %s" % (lock.token, orjson.dumps([lock.user, lock.name]))
        await self._try(self._put, cache_key(room, component), [lock.token, ttl_ms, value])

    async def drop(self, room: RoomId, component: str, before: RevisionNo) -> None:
        await self._try(self._drop, cache_key(room, component), [before])

    async def get(self, room: RoomId, component: str) -> CachedLock | None:
        try:
            value = cast("bytes | None", await self._redis.get(cache_key(room, component)))
        except RedisError as error:
            _log.warning("locks.cache_unread", reason=str(error))
            return None
        if value is None:
            return None
        token, _, rest = value.partition(b" ")
        user, name = orjson.loads(rest)
        return CachedLock(RevisionNo(int(token)), UserId(user), name)

    async def close(self) -> None:
        await self._redis.aclose()

    async def _try(self, script: Any, key: str, arguments: list[Any]) -> None:
        try:
            await script(keys=[key], args=arguments)
        except RedisError as error:
            # The entry ends by itself, and the next renewal writes it again.
            _log.warning("locks.cache_unwritten", reason=str(error))
