"""Every bus keeps this contract: memory and Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest

from collab.bus.memory import MemoryBus, MemoryHub
from collab.bus.redis import RedisBus
from collab.errors import ClusterUnavailable
from collab.ids import NodeId
from collab.ports import Bus
from tests.redis_server import RedisServer

_KEY = b"k" * 32
MakeBus: TypeAlias = Callable[[], Bus]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.remove()


@pytest.fixture(params=["memory", "redis"])
def make_bus(request: pytest.FixtureRequest) -> MakeBus:
    """Return a function that makes one more node's way into the same bus."""
    if request.param == "redis":
        server = request.getfixturevalue("redis")
        return lambda: RedisBus(server.url, _KEY)
    hub = MemoryHub()
    return lambda: MemoryBus(hub)


class _Ear:
    """What one node has heard."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    async def wait_for(self, count: int) -> list[bytes]:
        async with asyncio.timeout(5):
            while len(self.heard) < count:
                await asyncio.sleep(0.005)
        return self.heard


async def test_frames_reach_the_node_they_are_for(make_bus: MakeBus) -> None:
    """[BU1] what is sent to a node arrives there and nowhere else, in order, byte for byte."""
    here, there, other = make_bus(), make_bus(), make_bus()
    ear, wrong = _Ear(), _Ear()
    await here.open(NodeId("hier"), wrong.heard.append)
    await there.open(NodeId("dört 😀"), ear.heard.append)
    await other.open(NodeId("other"), wrong.heard.append)
    frames = [bytes([index]) * (index * 7_000) for index in range(30)]
    for frame in frames:
        here.send(NodeId("dört 😀"), frame)
    assert await ear.wait_for(30) == frames
    assert wrong.heard == []
    for bus in (here, there, other):
        await bus.close()


async def test_nobody_there(make_bus: MakeBus) -> None:
    """[BU1] what is sent to a node that is not there, or was closed, is lost without a word."""
    here, there = make_bus(), make_bus()
    ear = _Ear()
    await here.open(NodeId("here"), ear.heard.append)
    await there.open(NodeId("there"), ear.heard.append)
    await there.close()
    here.send(NodeId("there"), b"lost")
    here.send(NodeId("nobody"), b"lost")
    here.send(NodeId("here"), b"own")
    assert await ear.wait_for(1) == [b"own"]
    await here.close()


async def test_a_node_never_hears_itself_within_the_call(make_bus: MakeBus) -> None:
    """[BU1] a frame arrives in a later turn of the loop, also one to the node itself."""
    bus, ear = make_bus(), _Ear()
    await bus.open(NodeId("n"), ear.heard.append)
    bus.send(NodeId("n"), b"later")
    assert ear.heard == []
    await ear.wait_for(1)
    await bus.close()


async def test_redis_comes_back(redis: RedisServer) -> None:
    """[BU2] a bus whose Redis was restarted goes on by itself; what was sent meanwhile is lost."""
    here, there, ear = RedisBus(redis.url, _KEY), RedisBus(redis.url, _KEY), _Ear()
    await here.open(NodeId("a"), ear.heard.append)
    await there.open(NodeId("b"), ear.heard.append)
    redis.stop()
    here.send(NodeId("b"), b"lost")
    await asyncio.sleep(0.3)
    redis.start()
    async with asyncio.timeout(10):
        while not ear.heard:
            here.send(NodeId("b"), b"again")
            await asyncio.sleep(0.1)
    assert set(ear.heard) == {b"again"}
    await here.close()
    await there.close()


async def test_redis_is_away(redis: RedisServer) -> None:
    """[BU2] a bus that cannot be opened says so with a stable code."""
    with pytest.raises(ClusterUnavailable, match="Redis") as raised:
        await RedisBus(f"{redis.url}.nowhere", _KEY).open(NodeId("a"), print)
    assert raised.value.code == "cluster_unavailable"


async def test_forged_frames(redis: RedisServer) -> None:
    """[BU3] what was written to Redis by whoever does not have the nodes' key is dropped."""
    bus, forger, ear = RedisBus(redis.url, _KEY), RedisBus(redis.url, b"f" * 32), _Ear()
    await bus.open(NodeId("a"), ear.heard.append)
    await forger.open(NodeId("forger"), ear.heard.append)
    forger.send(NodeId("a"), b"forged")
    honest = RedisBus(redis.url, _KEY)
    await honest.open(NodeId("honest"), ear.heard.append)
    await asyncio.sleep(0.1)
    honest.send(NodeId("a"), b"honest")
    assert await ear.wait_for(1) == [b"honest"]
    for one in (bus, forger, honest):
        await one.close()
