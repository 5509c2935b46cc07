"""The order of one peer's messages, whoever takes them: the protocol's call or the socket's reader.

Everything here is the server's own but for the transport, from which bytes come when the test says
so, and the room's inbox, which now and then says that it is full.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from uvicorn.server import ServerState
from websockets.frames import Close, Frame, Opcode

from collab.api.app import build_app
from collab.api.socket_protocol import SocketProtocol
from collab.auth.local import LocalAuthenticator
from collab.host.host import Host
from collab.host.inbox import Inbox
from collab.ids import ClientId
from collab.limits import SOCKET_WAITING_MAX
from collab.main import server_config
from collab.messages import AwarenessEntry, Command, Leave, SetAwareness
from collab.model.registry import builtin
from collab.protocol.sync import awareness_frame
from collab.protocol.yjs import YjsAdapter
from collab.stores.memory import MemoryStore
from collab.system import SystemClock

# Names in lower case, as they are handed over by the HTTP parser.
_REQUEST = (
    b"GET /yjs/free/order HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\n"
    b"connection: Upgrade\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"sec-websocket-version: 13\r\n\r\n"
)
_CLOSING = Frame(Opcode.CLOSE, Close(1000, "").serialize()).serialize(mask=True)


class _Transport(asyncio.Transport):
    """Takes whatever is written, on this machine."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.written = b""
        self.is_reading_now = True
        self._is_closing = False

    def write(self, data: Any) -> None:
        self.written += data

    def writelines(self, parts: Any) -> None:
        self.written += b"".join(parts)

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self._is_closing = True

    abort = close

    def pause_reading(self) -> None:
        self.is_reading_now = False

    def resume_reading(self) -> None:
        self.is_reading_now = True

    @property
    def told(self) -> tuple[int, str] | None:
        """The close code and the reason that were written last of all, if any."""
        _, is_closed, content = self.written.rpartition(b"\x88")
        return (int.from_bytes(content[1:3]), content[3:].decode()) if is_closed else None


class _Link:
    """One y-websocket connection into one room; ``said`` are the numbers that reached its inbox."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.said: list[int] = []
        self.has_left = asyncio.Event()
        # Whether the inbox has space, each time that it is asked.
        self.has_space = lambda: True
        put, has_space_for = Inbox.put, Inbox.has_space_for

        def note(inbox: Inbox, command: Command, size: int = 0) -> None:
            if isinstance(command, SetAwareness):
                self.said += [entry.clock for entry in command.entries]
            elif isinstance(command, Leave):
                self.has_left.set()
            put(inbox, command, size)

        def ask(inbox: Inbox, command: Command) -> bool:
            return self.has_space() and has_space_for(inbox, command)

        async def wait(inbox: Inbox, command: Command) -> None:
            await asyncio.sleep(0)

        monkeypatch.setattr(Inbox, "put", note)
        monkeypatch.setattr(Inbox, "has_space_for", ask)
        monkeypatch.setattr(Inbox, "space_for", wait)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[SocketProtocol]:
        """Serve the application and let the peer in."""
        host = Host(MemoryStore(), SystemClock(), builtin())
        app = build_app(host, LocalAuthenticator(b"k" * 32), Path("no-designer-here"))
        config = server_config(app)
        config.ws_ping_interval = None
        config.load()
        async with app.router.lifespan_context(app):
            protocol = SocketProtocol(config, ServerState(), {})
            protocol.connection_made(_Transport())
            protocol.data_received(_REQUEST)
            while protocol.taker is None or not any(room.outlets for room in host):
                assert not protocol.transport.is_closing(), protocol.transport
                await asyncio.sleep(0)
            yield protocol
            if not protocol.disconnected:
                protocol.connection_lost(None)
            await asyncio.wait(protocol.tasks, timeout=10)

    async def hear(self, protocol: SocketProtocol, number: int) -> None:
        """Wait until *number* has reached the inbox."""
        async with asyncio.timeout(30):
            while number not in self.said:
                await asyncio.sleep(0)


def _message(number: int) -> bytes:
    """Return a message of which one sees in the room which it was: text of many bytes too."""
    state = {"user": {"name": "größe 😀" * (number % 40)}}
    entry = AwarenessEntry(ClientId(7), number, state)
    return Frame(Opcode.BINARY, awareness_frame(b"", (entry,))).serialize(mask=True)


def _cut(rng: random.Random, numbers: range) -> list[bytes]:
    """Return the messages of *numbers* as they may come: some together, some in pieces."""
    stream, parts = b"".join(map(_message, numbers)), list[bytes]()
    while stream:
        size = rng.choice([1, 20, 60, 100, 400, 2_000])
        parts.append(stream[:size])
        stream = stream[size:]
    return parts


@pytest.mark.parametrize("seed", range(20))
async def test_order_is_kept(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """[CN9] Whatever has to wait, and wherever the bytes are cut, nothing overtakes anything."""
    rng, link = random.Random(seed), _Link(monkeypatch)
    link.has_space = lambda: rng.random() < 0.6
    async with link.open() as protocol:
        loop = asyncio.get_running_loop()
        for part in _cut(rng, range(1, 60)):
            while not cast("_Transport", protocol.transport).is_reading_now:
                await asyncio.sleep(0)
            if rng.random() < 0.5:
                protocol.data_received(part)
            else:
                # Between a wakened reader and its turn.
                await asyncio.sleep(0)
                loop.call_soon(protocol.data_received, part)
                await asyncio.sleep(0)
            for _ in range(rng.choice([0, 0, 0, 1, 2, 5])):
                await asyncio.sleep(0)
        await link.hear(protocol, 59)
        # A close frame behind messages ends the session behind them.
        assert not link.has_left.is_set()
        protocol.data_received(_message(60) + _message(61) + _CLOSING)
        async with asyncio.timeout(30):
            await link.has_left.wait()
    assert link.said == list(range(1, 62)), f"seed {seed}"


async def test_what_comes_before_the_reader_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """[CN9] A message that was left to the reader is before all that come until it runs."""
    link = _Link(monkeypatch)
    async with link.open() as protocol:
        link.has_space = lambda: False
        protocol.data_received(_message(1))
        link.has_space = lambda: True
        # Its future is resolved, its reader does not run yet, and there is space again.
        protocol.data_received(_message(2))
        assert link.said == []
        await link.hear(protocol, 2)
        protocol.data_received(_message(3))
        assert link.said == [1, 2, 3], "and what comes to an idle reader is taken at once"


async def test_close_behind_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """[CN9] A close frame behind messages that wait is heard behind them, and none is dropped."""
    link = _Link(monkeypatch)
    async with link.open() as protocol:
        link.has_space = lambda: False
        protocol.data_received(b"".join(map(_message, range(1, SOCKET_WAITING_MAX))) + _CLOSING)
        for _ in range(20):
            await asyncio.sleep(0)
        assert (link.said, link.has_left.is_set()) == ([], False)
        link.has_space = lambda: True
        async with asyncio.timeout(30):
            await link.has_left.wait()
    assert link.said == list(range(1, SOCKET_WAITING_MAX))


@pytest.mark.parametrize("is_read", [False, True], ids=["taken", "read"])
async def test_message_that_raises(monkeypatch: pytest.MonkeyPatch, is_read: bool) -> None:
    """[CN10] Our own fault closes its peer's connection with 1011; what is behind is not taken."""
    link = _Link(monkeypatch)
    receive = YjsAdapter.receive

    def trip(adapter: YjsAdapter, frame: bytes) -> Any:
        if frame == b"trip":
            raise ZeroDivisionError
        return receive(adapter, frame)

    monkeypatch.setattr(YjsAdapter, "receive", trip)
    async with link.open() as protocol:
        bad = Frame(Opcode.BINARY, b"trip").serialize(mask=True)
        link.has_space = lambda: not is_read
        protocol.data_received(_message(1) + bad + _message(2))
        link.has_space = lambda: True
        async with asyncio.timeout(30):
            await link.has_left.wait()
        transport = cast("_Transport", protocol.transport)
        assert transport.told == (1011, "the server failed over a message")
    assert link.said == [1]
