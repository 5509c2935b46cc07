"""The bus and the leases of nodes within one process: for tests and the simulation.

SPEC: section BU. Called by tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from collab.ids import NodeId, RoomId
from collab.ports import Clock

__all__ = ["MemoryBus", "MemoryHub", "MemoryLeases"]


class MemoryHub:
    """What connects the buses of one cluster."""

    def __init__(self) -> None:
        self._takers: dict[NodeId, Callable[[bytes], None]] = {}

    def join(self, node: NodeId, on_frame: Callable[[bytes], None]) -> None:
        """Let *node* be reached."""
        self._takers[node] = on_frame

    def leave(self, node: NodeId) -> None:
        """Let *node* be reached no more."""
        self._takers.pop(node, None)

    def deliver(self, node: NodeId, frame: bytes) -> None:
        """Hand *frame* over, if *node* is there."""
        taker = self._takers.get(node)
        if taker is not None:
            taker(frame)


class MemoryBus:
    """One node's way into the hub."""

    def __init__(self, hub: MemoryHub) -> None:
        self._hub = hub
        self._node: NodeId | None = None

    async def open(self, node: NodeId, on_frame: Callable[[bytes], None]) -> None:
        """Take what is sent to *node* from here on."""
        self._node = node
        self._hub.join(node, on_frame)

    async def close(self) -> None:
        """Take and send nothing any more."""
        if self._node is not None:
            self._hub.leave(self._node)
            self._node = None

    def send(self, node: NodeId, frame: bytes) -> None:
        """Send *frame* in the loop's next turn, as a network would: never within the call."""
        if self._node is not None:
            asyncio.get_running_loop().call_soon(self._hub.deliver, node, frame)


class MemoryLeases:
    """The leases of one cluster, by *clock*."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._holders: dict[RoomId, tuple[NodeId, int]] = {}
        self._nodes: dict[NodeId, int] = {}

    async def open(self) -> None:
        """Make ready: there is nothing to do."""

    async def close(self) -> None:
        """Let go of connections: there are none."""

    async def acquire(self, room: RoomId, node: NodeId, ttl_ms: int) -> NodeId:
        """Let *node* have *room* if nobody has it; return who has it now."""
        holder = self._holder(room)
        if holder not in (None, node):
            assert holder is not None
            return holder
        self._holders[room] = (node, self._clock.now_ms() + ttl_ms)
        return node

    async def renew(self, rooms: Sequence[RoomId], node: NodeId, ttl_ms: int) -> set[RoomId]:
        """Renew *node*'s leases of *rooms*; return those that somebody else has by now."""
        return {room for room in rooms if await self.acquire(room, node, ttl_ms) != node}

    async def release(self, room: RoomId, node: NodeId) -> None:
        """Give *room* up, if *node* has it."""
        if self._holder(room) == node:
            del self._holders[room]

    async def announce(self, node: NodeId, ttl_ms: int) -> list[NodeId]:
        """Say that *node* is there; return all nodes that are, sorted."""
        now_ms = self._clock.now_ms()
        self._nodes[node] = now_ms + ttl_ms
        return sorted(name for name, until_ms in self._nodes.items() if until_ms > now_ms)

    async def withdraw(self, node: NodeId) -> None:
        """Say that *node* is there no more."""
        self._nodes.pop(node, None)

    def _holder(self, room: RoomId) -> NodeId | None:
        node, until_ms = self._holders.get(room, (None, 0))
        return node if until_ms > self._clock.now_ms() else None
