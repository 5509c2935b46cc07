"""A seeded world: nodes with the real host, room and cluster code, clients, and what befalls them.

One random number generator decides everything, and time is virtual, so a seed is a history. After
it the world heals; then every client has what the log says, each acknowledged change is in the log
once, and the log has no gap.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from typing import Any, Final, TypeAlias

from collab.crdt.bridge import Bridge
from collab.errors import ClusterUnavailable, DesignRoomsError
from collab.host.bounds import Bounds
from collab.host.cluster import Cluster
from collab.host.host import Host
from collab.host.outlet import Outlet
from collab.host.room_host import RoomHost
from collab.host.turn import Turn
from collab.ids import NodeId, RevisionNo, RoomId, SessionId, SourceId, TenantId
from collab.messages import Command, Dialect, Join, Leave, SessionCommand
from collab.model.registry import builtin
from collab.protocol.adapter import Output
from collab.revision import Revision, decode_revision, encode_revision
from collab.room.fold import fold
from collab.stores.memory import MemoryStore
from collab.values import json_equal, plain
from tests.room.clients import Client, OtClient, YjsClient
from tests.sim.loop import NODE, VirtualLoop
from tests.sim.ports import Network, SimBus, SimClock, SimLeases, SimStore, StoreHistory

__all__ = ["SimWorld", "run_seed"]

ROOM: Final = RoomId(TenantId("t"), "sim/größe")
LEASE_MS: Final = 5_000


# Hands a client something, and remembers what the client finds wrong with it.
Note: TypeAlias = Callable[..., None]


class _Pipe:
    """A connection that hands revisions to a client at once, and never lags."""

    buffered_bytes = 0
    is_closed = False

    def __init__(self, client: Client, session: SessionId, note: Note) -> None:
        self._client = client
        self._note = note
        self._session = session

    def send(self, frame: bytes) -> None:
        self.send_packed(frame)

    def send_parts(self, parts: Sequence[bytes]) -> None:
        raise AssertionError(parts)

    def pack(self, frames: Sequence[bytes]) -> bytes:
        return b"".join(frames)

    def send_packed(self, block: bytes) -> None:
        while block:
            size, number = (int.from_bytes(block[at : at + 8], "big") for at in (0, 8))
            record, block = block[16 : 16 + size], block[16 + size :]
            if self._client.session == self._session:
                revision = decode_revision(RevisionNo(number), record)
                self._note(self._client.on_revision, revision)

    def close(self, code: int, reason: str) -> None:
        self.is_closed = True


class _Adapter:
    """An adapter that hands events to a client of the simulation."""

    is_text = False

    def __init__(
        self,
        dialect: Dialect,
        client: Client,
        session: SessionId,
        note: Note,
        on_closed: Callable[[], None],
    ) -> None:
        self._note = note
        self.dialect = dialect
        self._client = client
        self._session = session
        self._on_closed = on_closed
        self._events: deque[Any] = deque()

    def event(self, channel: str, event: Any) -> Output:
        self._events.append(event)
        return Output([b"event"])

    def perform(self, output: Output) -> None:
        """Hand the client what was told, behind what was pushed."""
        for _ in output.frames:
            event = self._events.popleft()
            # What a broken socket brings nobody reads.
            if self._client.session == self._session:
                self._note(self._client.on_event, event)

    def closed_by_room(self, channel: str, code: int, reason: str, error: str = "") -> Output:
        self._on_closed()
        return Output()

    def revision_key(self, channel: str) -> object:
        return "sim"

    def encode_revision(self, channel: str, revision: Revision) -> bytes:
        record = encode_revision(revision)
        return len(record).to_bytes(8, "big") + revision.number.to_bytes(8, "big") + record

    def encode_awareness(self, channel: str, event: Any) -> bytes:
        return b""


class SimNode:
    """One node, as a process would be: killed it is gone, paused it stands still."""

    def __init__(self, world: SimWorld, name: str) -> None:
        self.id = NodeId(name)
        self.clock = SimClock()
        self.store = SimStore(world.store, world.rng, world.stored)
        bus = SimBus(world.network, world.outside)
        self.cluster = Cluster(self.id, bus, world.leases, self.clock, lease_ttl_ms=LEASE_MS)
        bounds = Bounds(room_idle_ms=3_000)
        self.host = Host(self.store, self.clock, builtin(), bounds, cluster=self.cluster)  # type: ignore[arg-type]
        self.host.turn = Turn(timer=lambda: 0.0)
        self.is_up = True
        self.is_paused = False


class Seat:
    """A client's way to whichever node it is connected to; for the client it is the world."""

    def __init__(self, world: SimWorld) -> None:
        self.world = world
        self.rng = world.rng
        self.clients: dict[SessionId, Client] = {}
        self.node: SimNode | None = None
        self._room: RoomHost | None = None
        self._last: RoomHost | None = None
        self._outlet: Outlet | None = None

    def next_number(self) -> int:
        return self.world.next_number()

    def feed(self, command: Command) -> None:
        """What a client says goes over its socket, if there is one."""
        if isinstance(command, Join):
            self._join(command)
        elif isinstance(command, Leave):
            self._hang_up()
        elif self._room is not None:
            self._to_node(self._post, self._room, command)

    def connect(self, client: Client) -> None:
        """Find the room at some node that is up, and enter it."""
        nodes = [node for node in self.world.nodes if node.is_up and not node.is_paused]
        if not nodes or client.session is not None:
            return
        self.node = self.world.rng.choice(nodes)
        self.world.run_at(self.node, self._enter(self.node, client))

    async def _enter(self, node: SimNode, client: Client) -> None:
        try:
            room = await node.host.room(ROOM)
        except DesignRoomsError:
            return
        self.world.outside(self._on_open, node, room, client)

    def _on_open(self, node: SimNode, room: RoomHost, client: Client) -> None:
        if client.session is None and self.node is node and node.is_up:
            self._room = room
            client.connect()

    def _join(self, command: Join) -> None:
        # A client that begins anew of itself does so where it was.
        room, client = self._room or self._last, self.clients[command.session]
        session = command.session
        if room is None:
            self.world.outside(self._drop, session)
            return
        self._room, note = room, self.world.note
        adapter = _Adapter(command.dialect, client, session, note, lambda: self._closed(session))
        pipe = _Pipe(client, session, note)
        outlet = Outlet(session, pipe, adapter, "", adapter.perform)  # type: ignore[arg-type]
        self._outlet = outlet
        self._to_node(room.join, outlet, command.principal, since=command.since)

    def _closed(self, session: SessionId) -> None:
        self.world.outside(self._drop, session)

    def _drop(self, session: SessionId) -> None:
        client = self.clients.pop(session, None)
        if client is not None and client.session == session:
            self._room = self._outlet = self._last = None
            client.session = None
            client.disconnect()

    def cut(self, client: Client) -> None:
        """The socket breaks; the node notices, unless it is gone or stands still."""
        client.disconnect()

    def _hang_up(self) -> None:
        self._last = self._room
        room, outlet = self._room, self._outlet
        self._room = self._outlet = None
        if room is not None and outlet is not None:
            self._to_node(room.leave, outlet.session)

    def _post(self, room: RoomHost, command: SessionCommand) -> None:
        room.post_now(command)

    def _to_node(self, call: Callable[..., None], *args: Any, **options: Any) -> None:
        if self.node is not None and self.node.is_up:
            self.world.at(self.node, lambda: call(*args, **options))


class SimWorld:
    """Three nodes, a few clients in one room, and a list of what may befall them."""

    def __init__(self, seed: int, loop: VirtualLoop, clients: int = 4) -> None:
        self.rng = random.Random(seed)
        self.loop = loop
        self.store = MemoryStore()
        self.stored = StoreHistory()
        self.network = Network(self.rng)
        self.leases = SimLeases(SimClock())
        self.nodes: list[SimNode] = []
        self.faults: list[BaseException] = []
        self.happened: Counter[str] = Counter()
        self._context: Context = copy_context()
        self._numbers = 0
        self._starts = 0
        self.people: list[tuple[Seat, Client]] = []
        for index in range(clients):
            seat = Seat(self)
            client: Client
            if index % 2:
                client = OtClient(seat, f"ot{index}", source=SourceId(f"src{index}"))  # type: ignore[arg-type]
            else:
                client = YjsClient(seat, f"y{index}", client_id=1_000 + index)  # type: ignore[arg-type]
            self.people.append((seat, client))

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def note(self, call: Callable[[Any], None], argument: Any) -> None:
        """Hand something to a client; what it finds wrong is no fault of the node's."""
        try:
            call(argument)
        except Exception as error:
            self.faults.append(error)

    # --- where things run -------------------------------------------------------------------

    def outside(self, callback: Callable[..., None], *args: Any) -> None:
        """Run something that belongs to no node."""
        self.loop.call_soon(callback, *args, context=self._context)

    def at(self, node: SimNode, callback: Callable[[], None]) -> None:
        """Run something at a node, once it gets round to it."""
        context = self._context.copy()
        context.run(NODE.set, node.id)
        self.loop.call_soon(callback, context=context)

    def run_at(self, node: SimNode, work: Any) -> asyncio.Task[Any]:
        context = self._context.copy()
        context.run(NODE.set, node.id)
        return self.loop.create_task(work, context=context)

    def note_exception(self, context: dict[str, Any]) -> None:
        """Remember what nobody has caught."""
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.faults.append(error)

    # --- nodes ------------------------------------------------------------------------------

    async def start_node(self) -> None:
        """Start a process; its manager starts another where it ends at once for want of Redis."""
        while True:
            self._starts += 1
            node = SimNode(self, f"n{self._starts}")
            try:
                await self.run_at(node, node.host.start())
            except ClusterUnavailable:
                self.loop.kill(node.id)
                await asyncio.sleep(1.0)
            else:
                self.nodes.append(node)
                return

    def kill(self, node: SimNode) -> None:
        node.is_up = False
        self.loop.kill(node.id)
        self.network.takers.pop(node.id, None)
        self.nodes.remove(node)
        for seat, client in self.people:
            if seat.node is node:
                self._cut_off(seat, client)

    def _cut_off(self, seat: Seat, client: Client) -> None:
        seat.node = seat._last = None
        if client.session is not None:
            seat.cut(client)

    # --- history ----------------------------------------------------------------------------

    async def run(self, steps: int) -> None:
        await self.store.open()
        for _ in range(3):
            await self.start_node()
        for _ in range(steps):
            await self._step()
            await asyncio.sleep(self.rng.choice([0.001, 0.01, 0.05]))
        await self._heal()
        await self._settle()

    async def _step(self) -> None:
        rng = self.rng
        choice = rng.random()
        seat, client = rng.choice(self.people)
        if choice < 0.75:
            client.edit()
        elif choice < 0.90:
            if client.session is None:
                seat.connect(client)
            elif rng.random() < 0.2:
                seat.cut(client)
        elif choice < 0.96:
            for seat, client in self.people:
                seat.connect(client)
        else:
            await self._befall(rng.choice(_FAULTS))

    async def _befall(self, fault: str) -> None:
        rng, node = self.rng, self.rng.choice(self.nodes)
        self.happened[fault] += 1
        match fault:
            case "crash":
                self.kill(node)
                await self.start_node()
            case "pause":
                if not node.is_paused:
                    node.is_paused = True
                    self.loop.pause(node.id)
                    length_s = rng.choice([0.5, 3.0, LEASE_MS / 1000 * 1.5])
                    self.loop.call_later(length_s, self._resume, node, context=self._context)
            case "cut":
                pair = frozenset(item.id for item in rng.sample(self.nodes, 2))
                self.network.cut.add(pair)
                length_s = rng.choice([0.3, 2.5])
                self.loop.call_later(
                    length_s, self.network.cut.discard, pair, context=self._context
                )
            case "loss":
                self.network.loss = 0.0 if self.network.loss else 0.2
            case "forget":
                self.leases.forget()
            case "leases away":
                self.leases.is_away = True
                length_s = rng.choice([0.5, 6.0])
                self.loop.call_later(length_s, self._leases_back, context=self._context)
            case "store away":
                node.store.is_away = True
                self.loop.call_later(0.4, self._store_back, node, context=self._context)
            case "clock":
                node.clock.offset_ms += rng.choice([-60_000, -500, 500, 60_000])
            case "wait":
                await asyncio.sleep(rng.choice([0.5, 3.0, 6.0]))
            case "drain":
                node.is_up = False
                await self.run_at(node, node.host.stop())
                self.kill(node)
                await self.start_node()

    def _resume(self, node: SimNode) -> None:
        node.is_paused = False
        self.loop.resume(node.id)

    def _leases_back(self) -> None:
        self.leases.is_away = False

    def _store_back(self, node: SimNode) -> None:
        node.store.is_away = False

    async def _heal(self) -> None:
        self.network.cut.clear()
        self.network.loss = 0.0
        self.leases.is_away = False
        for node in self.nodes:
            node.store.is_away = False
            if node.is_paused:
                self._resume(node)
        await asyncio.sleep(2 * LEASE_MS / 1000)

    async def _settle(self) -> None:
        for _ in range(60):
            for seat, client in self.people:
                seat.connect(client)
            await asyncio.sleep(0.5)
            for _, client in self.people:
                if client.session is not None:
                    client.settle()
            await asyncio.sleep(0.5)
            if all(self._is_settled(client) for _, client in self.people):
                break
        await asyncio.sleep(1.0)

    def _is_settled(self, client: Client) -> bool:
        if client.session is None:
            return False
        if isinstance(client, OtClient):
            return client.sent is None and not client.buffer and client.document is not None
        assert isinstance(client, YjsClient)
        return client.unanswered == 0

    # --- what has to hold ---------------------------------------------------------------------

    async def check(self) -> int:
        """Assert that nothing was lost, doubled or told apart; return how long the log is."""
        assert not self.faults, self.faults[:3]
        revisions = await self.store.revisions(ROOM, RevisionNo(0), 100_000)
        assert [item.number for item in revisions] == list(range(1, len(revisions) + 1))
        for token, claimed in self.stored.accepted:
            assert token == claimed, "a stale owner wrote"
        document: Any = Bridge.empty_document(is_application=False)
        exists = False
        for revision in revisions:
            document = fold(document, revision)
            exists = exists or revision.kind == "create"
        named = [(item.source, item.seq) for item in revisions if item.source is not None]
        assert len(named) == len(set(named)), "an op was committed twice"
        for _, client in self.people:
            assert self._is_settled(client), f"{client.user} is not answered"
            if isinstance(client, OtClient):
                for seq in client.acked:
                    assert (client.source, seq) in named, f"{client.user} lost {seq}"
                shown = client.document if client.exists or not exists else None
            else:
                assert isinstance(client, YjsClient)
                shown = client.view()["model"]
            assert json_equal(shown, plain(document)), (client.user, shown, plain(document))
        return len(revisions)


_FAULTS: Final = (
    *("crash", "pause", "cut", "loss", "forget", "leases away", "store away", "clock", "wait"),
    "drain",
)


def run_seed(seed: int, steps: int = 120) -> tuple[int, Counter[str]]:
    """Run one history; return the length of its log and what befell it."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        world = SimWorld(seed, loop)
        loop.set_exception_handler(lambda _, context: world.note_exception(context))

        async def history() -> int:
            await world.run(steps)
            return await world.check()

        length = loop.run_until_complete(history())
        return length, world.happened
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        asyncio.set_event_loop(None)
        loop.close()
