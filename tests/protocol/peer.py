"""A real npm client driven over pipes, and a minimal server that puts an adapter before it.

The server stands in for host and room: it keeps one pycrdt ``Doc`` for each name, applies what it
is told to apply, and holds its decisions back while it is told to. It has no log, no checks and
no order but that of arrival.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pycrdt import Doc, Map
from websockets.asyncio.server import Server, ServerConnection, serve

from collab.errors import NotAllowed
from collab.ids import ClientId, Epoch, RevisionNo, SessionId, UserId
from collab.messages import (
    Ack,
    AwarenessChanged,
    AwarenessEntry,
    Dialect,
    Event,
    QueryAwareness,
    QueryStateVector,
    ServerStateVector,
    SetAwareness,
    StateVector,
    SyncDiff,
    Update,
    UpdateKind,
)
from collab.protocol.adapter import Adapter, CloseRoom, OpenRoom, Output
from collab.revision import ChangeKind, Revision
from tests.protocol.wire import principal

__all__ = ["Peer", "PeerServer"]

_SCRIPT = Path(__file__).parent.parent / "peers" / "client.mjs"
_GIVE_UP_S = 15.0

# What the stand-in room answers to an update, or None to apply and acknowledge it.
Decision = Callable[[Update], Event | None]


@dataclass
class _Link:
    """One socket with its adapter; ``rooms`` are the open channels."""

    socket: ServerConnection
    adapter: Adapter
    sessions: dict[str, SessionId] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)
    subscribed: set[str] = field(default_factory=set)


class PeerServer:
    """Serves one dialect on a free port of the loopback interface."""

    def __init__(self, make_adapter: Callable[[], Adapter]) -> None:
        self.docs: dict[str, Doc[Any]] = {}
        self.decide: Decision = lambda update: None
        self.is_holding = False
        self.updates: asyncio.Queue[Update] = asyncio.Queue()
        self._held: list[tuple[_Link, str, Event]] = []
        self._make_adapter = make_adapter
        self._links: list[_Link] = []
        self._awareness: dict[ClientId, AwarenessEntry] = {}
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await serve(self._serve, "127.0.0.1", 0, compression=None)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}"

    def values(self, room: str) -> dict[str, Any]:
        """Return what the server's document holds."""
        doc = self.docs.setdefault(room, Doc())
        values: dict[str, Any] = doc.get("m", type=Map).to_py() or {}
        return values

    async def write(self, room: str, key: str, value: str) -> None:
        """Change the document as another client would."""
        doc = self.docs.setdefault(room, Doc())
        before = doc.get_state()
        doc.get("m", type=Map)[key] = value
        await self._push(room, doc.get_update(before))

    async def tell(self, room: str, frame_of: Callable[[str], bytes]) -> None:
        """Send a frame of its own making to every session of *room*."""
        for link in self._links:
            for channel, name in link.rooms.items():
                if name == room:
                    await link.socket.send(frame_of(channel))

    async def release(self) -> None:
        """Let out what was held back."""
        self.is_holding = False
        held, self._held = self._held, []
        for link, channel, event in held:
            await self._perform(link, link.adapter.event(channel, event))

    async def release_all_but_last(self) -> None:
        """Let out what was held back, and go on holding the newest decision."""
        *held, last = self._held
        self._held = [last]
        for link, channel, event in held:
            await self._perform(link, link.adapter.event(channel, event))

    async def close_all(self, code: int, reason: str) -> None:
        """Close every door, as a room does that is reopened."""
        for link in list(self._links):
            for channel in list(link.rooms):
                await self._perform(link, link.adapter.closed_by_room(channel, code, reason))

    async def _serve(self, socket: ServerConnection) -> None:
        link = _Link(socket, self._make_adapter())
        self._links.append(link)
        if link.adapter.dialect is Dialect.YJS:
            assert socket.request is not None
            await self._open(link, "", socket.request.path.strip("/"))
        try:
            async for frame in socket:
                assert isinstance(frame, bytes)
                await self._perform(link, link.adapter.receive(frame))
        finally:
            self._links.remove(link)

    async def _open(self, link: _Link, channel: str, name: str) -> None:
        session = SessionId(f"s{id(link)}{channel}")
        link.sessions[channel], link.rooms[channel] = session, name
        await self._perform(link, link.adapter.opened(channel, session, principal()))

    async def _perform(self, link: _Link, output: Output) -> None:
        for frame in output.frames:
            await link.socket.send(frame)
        for request in output.requests:
            match request:
                case OpenRoom(token="wrong"):
                    error = NotAllowed("falsches Token 😀")
                    await self._perform(link, link.adapter.denied(request.channel, error))
                case OpenRoom():
                    await self._open(link, request.channel, request.name)
                case CloseRoom():
                    link.rooms.pop(request.channel)
                    link.subscribed.discard(request.channel)
                case _:
                    await self._command(link, request)
        if output.close is not None:
            await link.socket.close(output.close.code, output.close.reason)

    async def _command(self, link: _Link, command: Any) -> None:
        channel = next(name for name, s in link.sessions.items() if s == command.session)
        doc = self.docs.setdefault(link.rooms[channel], Doc())
        event: Event
        match command:
            case StateVector():
                link.subscribed.add(channel)
                diff = doc.get_update(command.state_vector)
                event = SyncDiff(RevisionNo(0), diff, doc.get_state())
            case QueryStateVector():
                event = ServerStateVector(RevisionNo(0), doc.get_state())
            case QueryAwareness():
                event = AwarenessChanged(tuple(self._awareness.values()))
            case SetAwareness():
                await self._spread(command)
                return
            case Update():
                await self._update(link, channel, doc, command)
                return
            case _:
                raise AssertionError(command)
        await self._perform(link, link.adapter.event(channel, event))

    async def _update(self, link: _Link, channel: str, doc: Doc[Any], update: Update) -> None:
        event = self.decide(update)
        if event is None:
            doc.apply_update(update.update)
            await self._push(link.rooms[channel], update.update)
            is_step2 = update.kind is UpdateKind.STEP2
            event = Ack(update.seq, RevisionNo(0), is_step2=is_step2)
        self.updates.put_nowait(update)
        if self.is_holding:
            self._held.append((link, channel, event))
        else:
            await self._perform(link, link.adapter.event(channel, event))

    async def _push(self, room: str, update: bytes) -> None:
        revision = Revision(
            RevisionNo(0), Epoch(1), ChangeKind.NONE, None, update, UserId("zoë"), 0
        )
        for link in self._links:
            for channel in link.subscribed:
                frame = link.adapter.encode_revision(channel, revision)
                if frame is not None and link.rooms[channel] == room:
                    await link.socket.send(frame)

    async def _spread(self, command: SetAwareness) -> None:
        self._awareness.update({entry.client: entry for entry in command.entries})
        for link in self._links:
            for channel in link.rooms:
                event = AwarenessChanged(command.entries)
                await link.socket.send(link.adapter.encode_awareness(channel, event))


class Peer:
    """One node process with a real client in it."""

    def __init__(self, kind: str, url: str) -> None:
        self._kind, self._url = kind, url
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            "node", str(_SCRIPT), self._kind, self._url, stdin=pipe, stdout=pipe
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def do(self, command: str, room: str, **arguments: Any) -> None:
        """Give one command to the client."""
        assert self._process is not None
        assert self._process.stdin is not None
        line = json.dumps({"do": command, "room": room, **arguments})
        self._process.stdin.write(line.encode() + b"\n")
        await self._process.stdin.drain()

    async def until(self, event: str, **wanted: Any) -> dict[str, Any]:
        """Return the next event of this kind with these fields; others are passed over."""
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(_GIVE_UP_S):
            while line := await self._process.stdout.readline():
                told: dict[str, Any] = json.loads(line)
                if told["event"] == event and wanted.items() <= told.items():
                    return told
        raise AssertionError(f"the client ended before {event} {wanted}")

    async def ask(self, room: str) -> dict[str, Any]:
        """Return the client's values and its count of unsynced changes."""
        await self.do("ask", room)
        return await self.until("answer", room=room)
