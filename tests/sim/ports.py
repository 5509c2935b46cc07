"""The ports of a simulated cluster: a slow store, a bus that loses, leases that forget.

What a dead node had under way is over, what a paused one had goes on with it.
"""

from __future__ import annotations

import asyncio
import inspect
import random
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

from collab.bus.memory import MemoryLeases
from collab.errors import AppendUnknown, ClusterUnavailable, StoreUnavailable
from collab.ids import FencingToken, NodeId, RoomId
from collab.ports import Claim, Clock
from collab.revision import Revision
from collab.stores.memory import MemoryStore

__all__ = ["Network", "SimBus", "SimClock", "SimLeases", "SimStore", "StoreHistory"]


class SimClock:
    """A node's clock: the loop's time, and an offset that jumps."""

    def __init__(self) -> None:
        self.offset_ms = 1_700_000_000_000

    def now_ms(self) -> int:
        return self.offset_ms + round(asyncio.get_running_loop().time() * 1000)


@dataclass
class StoreHistory:
    """The token that was claimed last, and of each append its own with the one claimed last."""

    claimed: FencingToken = FencingToken(0)
    accepted: list[tuple[FencingToken, FencingToken]] = field(default_factory=list)


class SimStore:
    """One node's way to the store that all have: every call takes a moment on the way and back."""

    def __init__(self, store: MemoryStore, rng: random.Random, history: StoreHistory) -> None:
        self._store = store
        self.history = history
        self._rng = rng
        self.is_away = False

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def append(
        self, room: RoomId, token: FencingToken, revisions: Sequence[Revision]
    ) -> None:
        await self._travel()
        await self._store.append(room, token, revisions)
        self.history.accepted.append((token, self.history.claimed))
        await self._travel()
        if self.is_away or self._rng.random() < 0.002:
            raise AppendUnknown("the answer was lost")

    async def claim(self, room: RoomId) -> Claim:
        await self._travel()
        claim = await self._store.claim(room)
        self.history.claimed = claim.token
        await self._travel()
        return claim

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if not inspect.iscoroutinefunction(method):
            return method

        async def call(*args: Any, **options: Any) -> Any:
            await self._travel()
            result = await method(*args, **options)
            await self._travel()
            return result

        return call

    async def _travel(self) -> None:
        if self.is_away:
            raise StoreUnavailable("the store is away")
        await asyncio.sleep(self._rng.choice([0.0002, 0.001, 0.004]))


class Network:
    """What frames between nodes go through: slow, and as bad as the world says."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.takers: dict[NodeId, Callable[[bytes], None]] = {}
        self.cut: set[frozenset[NodeId]] = set()
        self.loss = 0.0

    def carry(self, sender: NodeId, node: NodeId, frame: bytes) -> None:
        if frozenset((sender, node)) in self.cut:
            return
        copies = 2 if self._rng.random() < self.loss / 4 else 1
        for _ in range(copies):
            if self._rng.random() >= self.loss:
                delay_s = self._rng.choice([0.0003, 0.001, 0.02 if self.loss else 0.001])
                asyncio.get_running_loop().call_later(delay_s, self._arrive, node, frame)

    def _arrive(self, node: NodeId, frame: bytes) -> None:
        taker = self.takers.get(node)
        if taker is not None:
            taker(frame)


class SimBus:
    """One node's way into the network. *in_world* runs a callback outside of any node."""

    def __init__(self, network: Network, in_world: Callable[..., None]) -> None:
        self._network = network
        self._in_world = in_world
        self._node = NodeId("")

    async def open(self, node: NodeId, on_frame: Callable[[bytes], None]) -> None:
        self._node = node
        loop = asyncio.get_running_loop()
        # In the node's own context, so that it takes nothing while it is paused.
        context = copy_context()
        self._network.takers[node] = lambda frame: loop.call_soon(on_frame, frame, context=context)

    async def close(self) -> None:
        self._network.takers.pop(self._node, None)

    def send(self, node: NodeId, frame: bytes) -> None:
        self._in_world(self._network.carry, self._node, node, frame)


class SimLeases(MemoryLeases):
    """Leases that everybody asks; ``forget`` is a Redis that was restarted empty."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.is_away = False

    def forget(self) -> None:
        self._holders.clear()
        self._nodes.clear()

    async def acquire(self, room: RoomId, node: NodeId, ttl_ms: int) -> NodeId:
        await asyncio.sleep(0.0005)
        if self.is_away:
            raise ClusterUnavailable("redis is away")
        return await super().acquire(room, node, ttl_ms)

    async def release(self, room: RoomId, node: NodeId) -> None:
        if self.is_away:
            raise ClusterUnavailable("redis is away")
        await super().release(room, node)

    async def announce(self, node: NodeId, ttl_ms: int) -> list[NodeId]:
        await asyncio.sleep(0.0005)
        if self.is_away:
            raise ClusterUnavailable("redis is away")
        return await super().announce(node, ttl_ms)
