"""The bus and the leases in Redis.

Frames go by publish and subscribe, one channel for each node: what Redis loses a link sends again.
Leases are keys that end by themselves; each question is one script, so that asking and taking are
one step. Redis only makes it quick: who may append the store decides.

A node that reaches Redis is trusted with every room, so frames carry a code under a key that the
nodes share: whoever can merely write to Redis cannot speak as a node. SPEC: section BU. Called by
``main``.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Any, Final, cast
from urllib.parse import quote

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from collab.errors import ClusterUnavailable
from collab.ids import NodeId, RoomId
from collab.limits import (
    BUS_BYTES_MAX,
    BUS_PING_MS,
    REDIS_CONNECTIONS_MAX,
    REDIS_RETRY_MS,
    REDIS_TIMEOUT_MS,
)

__all__ = ["RedisBus", "RedisLeases", "connect"]

_log = structlog.get_logger()
_CODE_BYTES: Final = 16
_NODES: Final = "design-rooms:nodes"

# Who holds the key, after the asker has taken it if nobody did, or renewed it.
_ACQUIRE: Final = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]
"""
_RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
# By Redis's own clock, which all nodes share.
_ANNOUNCE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""


def connect(url: str) -> Redis:
    """Return a client of the Redis at *url*; nothing is connected before it is used."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=REDIS_CONNECTIONS_MAX,
        timeout=REDIS_TIMEOUT_MS / 1000,
        socket_timeout=REDIS_TIMEOUT_MS / 1000,
        socket_connect_timeout=REDIS_TIMEOUT_MS / 1000,
        health_check_interval=0,
    )
    return Redis.from_pool(pool)


class RedisBus:
    """One node's way to the others; *key* is the nodes' own, of 32 bytes."""

    def __init__(self, url: str, key: bytes) -> None:
        self._url = url
        self._key = key
        self._client: Redis | None = None
        self._on_frame: Callable[[bytes], None] = _ignore
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting: deque[tuple[NodeId, bytes]] = deque()
        self._waiting_bytes = 0
        self._has_work = asyncio.Event()

    async def open(self, node: NodeId, on_frame: Callable[[bytes], None]) -> None:
        """Take what is sent to *node* from here on; ``ClusterUnavailable`` if that fails."""
        self._client = connect(self._url)
        self._on_frame = on_frame
        is_listening = asyncio.get_running_loop().create_future()
        self._tasks = [
            asyncio.create_task(self._listen(node, is_listening), name="bus in"),
            asyncio.create_task(self._speak(), name="bus out"),
        ]
        try:
            await asyncio.wait_for(is_listening, REDIS_TIMEOUT_MS / 1000)
        except TimeoutError:
            await self.close()
            raise ClusterUnavailable("Redis does not answer") from None

    async def close(self) -> None:
        """Send what waits if that is quick; take and send nothing any more."""
        if self._waiting and self._client is not None:
            with suppress(RedisError, OSError, TimeoutError):
                await self._publish()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self._client is not None:
            await self._client.aclose(close_connection_pool=True)
            self._client = None

    def send(self, node: NodeId, frame: bytes) -> None:
        """Send *frame* to *node*; what is too much for Redis to take is lost."""
        if self._waiting_bytes + len(frame) > BUS_BYTES_MAX:
            return
        self._waiting.append((node, frame))
        self._waiting_bytes += len(frame)
        self._has_work.set()

    async def _speak(self) -> None:
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            try:
                await self._publish()
            except (RedisError, OSError, TimeoutError) as error:
                _log.warning("bus.unavailable", reason=str(error))
                await asyncio.sleep(REDIS_RETRY_MS / 1000)

    async def _publish(self) -> None:
        """Publish what waits, in one go."""
        assert self._client is not None
        waiting, self._waiting, self._waiting_bytes = self._waiting, deque(), 0
        pipeline = self._client.pipeline(transaction=False)
        for node, frame in waiting:
            pipeline.publish(_channel(node), self._coded(frame))
        await pipeline.execute()

    async def _listen(self, node: NodeId, is_listening: asyncio.Future[None]) -> None:
        while True:
            assert self._client is not None
            try:
                async with self._client.pubsub() as pubsub:
                    await pubsub.subscribe(_channel(node))
                    while True:
                        message = await pubsub.get_message(timeout=BUS_PING_MS / 1000)
                        if message is None:
                            # Silence may be that of a connection that is gone.
                            await pubsub.ping()
                        elif message["type"] == "subscribe" and not is_listening.done():
                            is_listening.set_result(None)
                        elif message["type"] == "message":
                            self._take(message["data"])
            except (RedisError, OSError, TimeoutError) as error:
                _log.warning("bus.unavailable", reason=str(error))
            await asyncio.sleep(REDIS_RETRY_MS / 1000)

    def _take(self, data: Any) -> None:
        if not isinstance(data, bytes) or len(data) < _CODE_BYTES:
            return
        frame = data[_CODE_BYTES:]
        if not hmac.compare_digest(data[:_CODE_BYTES], self._code(frame)):
            _log.warning("bus.forged_frame")
            return
        self._on_frame(frame)

    def _coded(self, frame: bytes) -> bytes:
        return self._code(frame) + frame

    def _code(self, frame: bytes) -> bytes:
        return blake2b(frame, digest_size=_CODE_BYTES, key=self._key).digest()


class RedisLeases:
    """Leases that any number of nodes ask for."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Redis | None = None

    async def open(self) -> None:
        """Make ready; nothing is connected before it is used."""
        self._client = connect(self._url)

    async def close(self) -> None:
        """Let go of connections; leases end by themselves."""
        if self._client is not None:
            await self._client.aclose(close_connection_pool=True)
            self._client = None

    async def acquire(self, room: RoomId, node: NodeId, ttl_ms: int) -> NodeId:
        """Let *node* have *room* if nobody has it; return who has it now."""
        return _node(await self._ask(_ACQUIRE, _key(room), node, ttl_ms))

    async def renew(self, rooms: Sequence[RoomId], node: NodeId, ttl_ms: int) -> set[RoomId]:
        """Renew *node*'s leases of *rooms*; return those that somebody else has by now."""
        if not rooms:
            return set()
        pipeline = self._redis.pipeline(transaction=False)
        for room in rooms:
            pipeline.eval(_ACQUIRE, 1, _key(room), node, str(ttl_ms))
        holders = await _answered(pipeline.execute())
        return {room for room, found in zip(rooms, holders, strict=True) if _node(found) != node}

    async def release(self, room: RoomId, node: NodeId) -> None:
        """Give *room* up, if *node* has it."""
        await self._ask(_RELEASE, _key(room), node)

    async def announce(self, node: NodeId, ttl_ms: int) -> list[NodeId]:
        """Say that *node* is there; return all nodes that are, sorted."""
        nodes = await self._ask(_ANNOUNCE, _NODES, node, ttl_ms)
        return sorted(_node(found) for found in nodes)

    async def withdraw(self, node: NodeId) -> None:
        """Say that *node* is there no more."""
        await _answered(self._redis.zrem(_NODES, node))

    @property
    def _redis(self) -> Redis:
        if self._client is None:
            raise ClusterUnavailable("the leases are closed")
        return self._client

    async def _ask(self, script: str, key: str, *arguments: object) -> Any:
        texts = [str(argument) for argument in arguments]
        return await _answered(self._redis.eval(script, 1, key, *texts))


async def _answered(question: Any) -> Any:
    """Return what Redis answers; ``ClusterUnavailable`` if it does not."""
    try:
        return await cast("Awaitable[Any]", question)
    except (RedisError, OSError, TimeoutError) as error:
        raise ClusterUnavailable(f"Redis does not answer: {error}") from error


def _key(room: RoomId) -> str:
    # Braces are Redis's own sign of what is kept together; a name has none when it is encoded.
    return f"design:{{{quote(room.tenant, safe='')}/{room.name}}}:owner"


def _channel(node: NodeId) -> str:
    return f"design-rooms:node:{node}"


def _node(found: Any) -> NodeId:
    return NodeId(found.decode() if isinstance(found, bytes) else str(found))


def _ignore(_: bytes) -> None:
    """Take nothing: the bus is not open."""
