"""All leases keep this contract: memory and Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from collab.bus.memory import MemoryLeases
from collab.bus.redis import RedisLeases
from collab.errors import ClusterUnavailable
from collab.ids import NodeId, RoomId, TenantId
from collab.ports import Leases
from collab.system import SystemClock
from tests.redis_server import RedisServer

_A, _B = NodeId("n-a"), NodeId("n-b")
_ROOM = RoomId(TenantId("Zürich/{1}"), "größe/x%7B")
_OTHER = RoomId(TenantId("Zürich"), "größe/x%7B")
_LONG_MS = 60_000


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.remove()


@pytest.fixture(params=["memory", "redis"])
async def leases(request: pytest.FixtureRequest) -> AsyncIterator[Leases]:
    made: Leases = MemoryLeases(SystemClock())
    if request.param == "redis":
        server = request.getfixturevalue("redis")
        server.stop()
        server.start()
        made = RedisLeases(server.url)
    await made.open()
    yield made
    await made.close()


async def test_one_has_it(leases: Leases) -> None:
    """[BU4] a room has one holder, who may ask again; another room is another lease."""
    assert await leases.acquire(_ROOM, _A, _LONG_MS) == _A
    assert await leases.acquire(_ROOM, _B, _LONG_MS) == _A
    assert await leases.acquire(_ROOM, _A, _LONG_MS) == _A
    assert await leases.acquire(_OTHER, _B, _LONG_MS) == _B


async def test_many_ask_at_once(leases: Leases) -> None:
    """[BU4] of many nodes that ask at once one gets it, and all are told the same."""
    nodes = [NodeId(f"n-{index}") for index in range(20)]
    told = await asyncio.gather(*(leases.acquire(_ROOM, node, _LONG_MS) for node in nodes))
    assert len(set(told)) == 1 and told[0] in nodes


async def test_it_ends(leases: Leases) -> None:
    """[BU5] a lease that is not renewed ends, one that is renewed or asked for again does not."""
    await leases.acquire(_ROOM, _A, 300)
    await leases.acquire(_OTHER, _A, 300)
    for _ in range(3):
        await asyncio.sleep(0.15)
        assert await leases.renew([_ROOM], _A, 300) == set()
    assert await leases.acquire(_ROOM, _B, _LONG_MS) == _A
    assert await leases.acquire(_OTHER, _B, _LONG_MS) == _B


async def test_renewing_what_another_has(leases: Leases) -> None:
    """[BU5] renewing tells what somebody else has by now, and takes what nobody has."""
    await leases.acquire(_ROOM, _B, _LONG_MS)
    assert await leases.renew([_ROOM, _OTHER], _A, _LONG_MS) == {_ROOM}
    assert await leases.acquire(_OTHER, _B, _LONG_MS) == _A
    assert await leases.renew([], _A, _LONG_MS) == set()


async def test_release(leases: Leases) -> None:
    """[BU5] only its holder gives a lease up."""
    await leases.acquire(_ROOM, _A, _LONG_MS)
    await leases.release(_ROOM, _B)
    assert await leases.acquire(_ROOM, _B, _LONG_MS) == _A
    await leases.release(_ROOM, _A)
    await leases.release(_ROOM, _A)
    assert await leases.acquire(_ROOM, _B, _LONG_MS) == _B


async def test_who_is_there(leases: Leases) -> None:
    """[BU6] nodes that said so lately are there, until they say otherwise or nothing for long."""
    assert await leases.announce(_B, _LONG_MS) == [_B]
    assert await leases.announce(_A, 200) == [_A, _B]
    await asyncio.sleep(0.3)
    assert await leases.announce(_B, _LONG_MS) == [_B]
    await leases.announce(_A, _LONG_MS)
    await leases.withdraw(_A)
    assert await leases.announce(_B, _LONG_MS) == [_B]


async def test_redis_is_away(redis: RedisServer) -> None:
    """[BU7] leases of which nobody can be asked say so, and answer again once Redis is back."""
    leases = RedisLeases(redis.url)
    await leases.open()
    redis.stop()
    for question in (
        leases.acquire(_ROOM, _A, _LONG_MS),
        leases.renew([_ROOM], _A, _LONG_MS),
        leases.release(_ROOM, _A),
        leases.announce(_A, _LONG_MS),
        leases.withdraw(_A),
    ):
        with pytest.raises(ClusterUnavailable):
            await question
    redis.start()
    assert await leases.acquire(_ROOM, _A, _LONG_MS) == _A
    await leases.close()
    with pytest.raises(ClusterUnavailable):
        await leases.acquire(_ROOM, _A, _LONG_MS)
