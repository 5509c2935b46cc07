"""The cluster: which node owns which room, and what nodes tell each other of rooms.

A room is opened here as its owner if this node gets the lease, and as a replica otherwise. The
owner tells the nodes that watch a room every revision, once for each node and not for each session,
and answers what their sessions do. A replica without an owner asks until there is one; if that is
this node itself, the room is opened anew. SPEC: section ND. Called by ``host``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from itertools import count
from typing import Any, Final, Protocol, assert_never

import structlog

from collab.bus.link import Frame, Link
from collab.errors import DesignRoomsError, LeaseLost, OperatingError, ProtocolError
from collab.host.owned import Owned
from collab.host.room_host import Peers, RoomHost
from collab.host.watching import Watching
from collab.ids import NodeId, RoomId
from collab.limits import LEASE_TTL_MS, LINK_TICK_MS, OWNER_SEEK_MS
from collab.ports import Bus, Clock, Leases
from collab.protocol.peer import (
    Aware,
    Closed,
    Enter,
    Expel,
    NotOwner,
    PeerMessage,
    Perform,
    Published,
    Told,
    Unwatch,
    Watch,
    Watched,
    decode_message,
    encode_message,
)

__all__ = ["Cluster", "Rooms"]

_log = structlog.get_logger()
_NEW_OWNER: Final = "the room has a new owner: connect again"


class Rooms(Protocol):
    """The rooms that are open on this node."""

    def open_room(self, room_id: RoomId) -> RoomHost | None:
        """Return the room if it is open here."""
        ...

    async def room(self, room_id: RoomId) -> RoomHost:
        """Open the room."""
        ...

    async def shut(self, room_id: RoomId, code: int, reason: str) -> None:
        """Close the room's sockets and throw it away."""
        ...


class Cluster:
    """This node among the others. ``start`` before use, ``stop`` at the end."""

    def __init__(
        self,
        node: NodeId,
        bus: Bus,
        leases: Leases,
        clock: Clock,
        *,
        lease_ttl_ms: int = LEASE_TTL_MS,
    ) -> None:
        self.node = node
        self._bus = bus
        self._leases = leases
        self._clock = clock
        self._ttl_ms = lease_ttl_ms
        self._rooms: Rooms | None = None
        self._owned: dict[RoomId, Owned] = {}
        self._watching: dict[RoomId, Watching] = {}
        self._links: dict[NodeId, Link] = {}
        self._nodes: list[NodeId] = [node]
        self._lives = count(1)
        self._is_due = False
        self._is_alone = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, rooms: Rooms) -> None:
        """Be reached by the others from here on; ``ClusterUnavailable`` if that is not possible."""
        self._rooms = rooms
        await self._leases.open()
        await self._bus.open(self.node, self._on_frame)
        self._nodes = await self._leases.announce(self.node, self._ttl_ms)
        self._spawn(self._tick())
        self._spawn(self._keep_leases())

    async def stop(self) -> None:
        """Give up what is left; the rooms are closed by now."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._send_now()
        with suppress(OperatingError):
            await self._leases.withdraw(self.node)
        await self._bus.close()
        await self._leases.close()

    # --- rooms --------------------------------------------------------------------------------

    async def acquire(self, room_id: RoomId) -> bool:
        """Return whether this node owns the room from here on; ``ClusterUnavailable``."""
        return await self._leases.acquire(room_id, self.node, self._ttl_ms) == self.node

    def own(self, room_id: RoomId) -> Peers:
        """Return the peers of a room that is opened here as its owner."""
        owned = self._owned[room_id] = Owned(
            room_id, self._room_of, self.send, self._is_full, self._come
        )
        return owned

    def watch(self, room_id: RoomId) -> Peers:
        """Return the peers of a room that is opened here as a replica."""
        watching = self._watching[room_id] = Watching(room_id, self.send)
        return watching

    async def release(self, room_id: RoomId) -> None:
        """The room was closed here: let another node have it, or let the owner forget this one."""
        watching = self._watching.pop(room_id, None)
        if watching is not None and watching.owner is not None:
            self.send(watching.owner, Unwatch(room_id))
        if self._forget_owned(room_id, 1012, "the room was closed"):
            # Without an answer the lease ends by itself.
            with suppress(OperatingError):
                await self._leases.release(room_id, self.node)

    def lost(self, room_id: RoomId) -> None:
        """The room died here: whoever watches it seeks its owner anew."""
        self._watching.pop(room_id, None)
        self._forget_owned(room_id, 1012, _NEW_OWNER)

    def deleted(self, room_id: RoomId, code: int, reason: str) -> None:
        """The room is gone for good: every node closes it."""
        for node in self._nodes:
            if node != self.node:
                self.send(node, Closed(room_id, code, reason))

    def _forget_owned(self, room_id: RoomId, code: int, reason: str) -> bool:
        owned = self._owned.pop(room_id, None)
        if owned is None:
            return False
        owned.flush()
        for node in owned.watchers:
            self.send(node, Closed(room_id, code, reason))
        return True

    def _room_of(self, room_id: RoomId) -> RoomHost | None:
        assert self._rooms is not None
        return self._rooms.open_room(room_id)

    # --- leases -------------------------------------------------------------------------------

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._ttl_ms / 3000)
            try:
                self._nodes = await self._leases.announce(self.node, self._ttl_ms)
                lost = await self._leases.renew(list(self._owned), self.node, self._ttl_ms)
            except OperatingError as error:
                # What is owned goes on: the store would refuse an append if it were not.
                if not self._is_alone:
                    _log.warning("cluster.leases_unavailable", reason=error.message)
                self._is_alone = True
                continue
            if self._is_alone:
                _log.info("cluster.leases_available")
            self._is_alone = False
            for room_id in lost:
                room = self._room_of(room_id)
                if room is not None and room_id in self._owned:
                    room.lose(LeaseLost(f"another node owns {room_id.name!r} by now"))

    async def _seek(self, watching: Watching) -> None:
        """Ask who owns a room whose owner is gone."""
        room_id = watching.room_id
        try:
            holder = await self._leases.acquire(room_id, self.node, self._ttl_ms)
        except OperatingError:
            return
        if self._watching.get(room_id) is not watching:
            return
        if holder == self.node:
            assert self._rooms is not None
            # Its sessions come back, and whoever watches finds it open.
            await self._rooms.shut(room_id, 1012, _NEW_OWNER)
            with suppress(DesignRoomsError):
                await self._rooms.room(room_id)
        else:
            watching.ask(holder, self._clock.now_ms())

    # --- links --------------------------------------------------------------------------------

    def send(self, node: NodeId, message: PeerMessage) -> None:
        """Send *message* to *node* at the end of this turn."""
        self._link(node).send(encode_message(message))
        self._come()

    def _is_full(self, node: NodeId) -> bool:
        return self._link(node).is_full

    def _link(self, node: NodeId) -> Link:
        link = self._links.get(node)
        if link is None:
            now_ms = self._clock.now_ms()
            link = self._links[node] = Link(self.node, lambda: next(self._lives), now_ms)
        return link

    def _come(self) -> None:
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._is_due = False
        for owned in list(self._owned.values()):
            owned.flush()
        self._send_now()

    def _send_now(self) -> None:
        now_ms = self._clock.now_ms()
        for node, link in self._links.items():
            for frame in link.frames(now_ms):
                self._bus.send(node, frame)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(LINK_TICK_MS / 1000)
            now_ms = self._clock.now_ms()
            for node, link in list(self._links.items()):
                if link.give_up(now_ms):
                    self._on_link_lost(node)
                    if not self._is_linked(node):
                        del self._links[node]
            self._send_now()
            for watching in list(self._watching.values()):
                if watching.is_due(now_ms):
                    watching.seek_again_at(now_ms + OWNER_SEEK_MS)
                    self._spawn(self._seek(watching))

    def _is_linked(self, node: NodeId) -> bool:
        """Return whether a room has anything to do with *node*."""
        return any(node in owned.watchers for owned in self._owned.values()) or any(
            watching.owner == node for watching in self._watching.values()
        )

    def _on_link_lost(self, node: NodeId) -> None:
        for owned in self._owned.values():
            owned.let_go(node)
        for watching in self._watching.values():
            if watching.owner == node:
                self._unbind(watching)

    def _unbind(self, watching: Watching) -> None:
        command = watching.unbind()
        room = self._room_of(watching.room_id)
        if command is not None and room is not None:
            room.take(command)

    def _on_frame(self, data: bytes) -> None:
        try:
            frame = Frame.decode(data)
        except ProtocolError:
            _log.warning("cluster.bad_frame")
            return
        link = self._link(frame.sender)
        received = link.receive(frame, self._clock.now_ms())
        if received.is_lost:
            self._on_link_lost(frame.sender)
        for message in received.messages:
            try:
                self._on_message(frame.sender, decode_message(message))
            except ProtocolError as error:
                _log.error("cluster.bad_message", node=frame.sender, reason=error.message)
                link.restart(self._clock.now_ms())
                self._on_link_lost(frame.sender)
                break
        self._come()

    # --- messages -----------------------------------------------------------------------------

    def _on_message(self, node: NodeId, message: PeerMessage) -> None:
        match message:
            case Watch():
                self._spawn(self._on_watch(node, message.room))
            case Unwatch() | Enter() | Perform():
                owned = self._owned.get(message.room)
                if owned is not None and node in owned.watchers:
                    owned.take(node, message)
            case Closed():
                self._on_closed(node, message)
            case Watched() | NotOwner() | Published() | Told() | Expel() | Aware():
                watching = self._watching.get(message.room)
                room = self._room_of(message.room)
                if watching is not None and watching.owner == node and room is not None:
                    for command in watching.take(message):
                        room.take(command)
            case _:
                assert_never(message)

    async def _on_watch(self, node: NodeId, room_id: RoomId) -> None:
        assert self._rooms is not None
        with suppress(DesignRoomsError):
            await self._rooms.room(room_id)
        owned = self._owned.get(room_id)
        if owned is None:
            self.send(node, NotOwner(room_id))
        else:
            owned.welcome(node)

    def _on_closed(self, node: NodeId, message: Closed) -> None:
        watching = self._watching.get(message.room)
        if 4400 <= message.code < 4500:
            assert self._rooms is not None
            self._spawn(self._rooms.shut(message.room, message.code, message.reason))
        elif watching is not None and watching.owner == node:
            self._unbind(watching)

    # --- private ------------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("cluster.broken", exc_info=error)
