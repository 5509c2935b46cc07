"""Clients for the load on a server: real frames on real sockets, at the least cost to themselves.

The load generator shares two cores with the server, and a WebSocket library of Python costs as much
for a message as the server itself. So the few lines of RFC 6455 that a well-behaved peer on the
loopback needs stand here: no fragments, no extensions, and a mask of zeros, which is valid and
changes nothing. A client has one change in flight, as an OT client does.
"""

from __future__ import annotations

import asyncio
import base64
import os
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from time import perf_counter
from typing import Any, cast

import msgpack
from pycrdt import Doc, Map

__all__ = ["Client", "NativeClient", "YjsClient", "do_nothing"]

_BINARY = 0x82
_CLOSE = 0x88
_JOIN_SECONDS_MAX = 30.0


class Socket(asyncio.Protocol):
    """One WebSocket; *on_message* is called with each message's payload."""

    def __init__(self, on_message: Callable[[bytes], None]) -> None:
        self._on_message = on_message
        self._received = bytearray()
        self._is_upgraded = False
        self._transport: asyncio.Transport | None = None
        self.upgraded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.close_reason = ""

    async def connect(self, port: int, path: str) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, "127.0.0.1", port)
        assert self._transport is not None
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await asyncio.wait_for(self.upgraded, _JOIN_SECONDS_MAX)

    def send(self, payload: bytes) -> None:
        assert self._transport is not None
        size = len(payload)
        if size < 126:
            head = bytes((_BINARY, 0x80 | size))
        elif size < 1 << 16:
            head = bytes((_BINARY, 0x80 | 126)) + size.to_bytes(2, "big")
        else:
            head = bytes((_BINARY, 0x80 | 127)) + size.to_bytes(8, "big")
        self._transport.write(head + b"\0\0\0\0" + payload)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's by behaviour only, not by class.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.close_reason = self.close_reason or f"the connection was lost: {exc}"
        if not self.upgraded.done():
            self.upgraded.set_exception(ConnectionError(self.close_reason))

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        if not self._is_upgraded:
            end = received.find(b"\r\n\r\n")
            if end < 0:
                return
            if not received.startswith(b"HTTP/1.1 101"):
                self.upgraded.set_exception(ConnectionError(received[:end].decode()))
                return
            self._is_upgraded = True
            del received[: end + 4]
            self.upgraded.set_result(None)
        self._read_frames()

    def _read_frames(self) -> None:
        received, start = self._received, 0
        while len(received) - start >= 2:
            size, body = received[start + 1] & 0x7F, start + 2
            if size >= 126:
                width = 2 if size == 126 else 8
                size = int.from_bytes(received[body : body + width], "big")
                body += width
            if len(received) < body + size:
                break
            payload = bytes(received[body : body + size])
            opcode, start = received[start], body + size
            if opcode == _BINARY:
                self._on_message(payload)
            elif opcode == _CLOSE:
                self.close_reason = f"closed by the server: {payload[:2].hex()} {payload[2:]!r}"
        del received[:start]


class Client(ABC):
    """One client of one room, which edits one caption (a node and a key).

    ``times`` are the answers' delays in seconds; ``on_answer`` is called with each answer.
    ``delivered`` counts the revisions that came, the client's own included.
    """

    def __init__(self, port: int, room: str, caption: tuple[str, str] = ("", "")) -> None:
        self.delivered = 0
        self.times: list[float] = []
        self.on_answer: Callable[[], None] = do_nothing
        self._port = port
        self._room = room
        self._node, self._key = caption
        self._joined = asyncio.Event()
        self._sent_at = 0.0
        self._number = 0
        self._name = f"é{random.getrandbits(40):x}"
        self.socket = Socket(self._on_message)

    @property
    def is_waiting(self) -> bool:
        """True while a change is in flight."""
        return self._sent_at > 0

    async def join(self) -> None:
        """Connect and wait for the document."""
        await self._open()
        try:
            await asyncio.wait_for(self._joined.wait(), _JOIN_SECONDS_MAX)
        except TimeoutError:
            raise ConnectionError(self.socket.close_reason or "no welcome") from None

    def edit(self) -> None:
        """Send one change."""
        self._number += 1
        frame = self._frame(f"{self._name}·{self._number}·")
        self._sent_at = perf_counter()
        self.socket.send(frame)

    def close(self) -> None:
        self.socket.close()

    @abstractmethod
    async def _open(self) -> None:
        """Connect and ask for the document."""

    @abstractmethod
    def _frame(self, label: str) -> bytes:
        """Return the frame of a change that writes *label* into the caption."""

    @abstractmethod
    def _on_message(self, payload: bytes) -> None:
        """Take in what came: the document, a revision, the answer to the change in flight."""

    def _answered(self) -> None:
        self.times.append(perf_counter() - self._sent_at)
        self._sent_at = 0.0
        self.on_answer()


class NativeClient(Client):
    """An OT client: its answer is the ``ack``."""

    revision = 0

    async def _open(self) -> None:
        await self.socket.connect(self._port, f"/rooms/{self._room}/socket")
        self.socket.send(msgpack.packb({"type": "hello", "version": 1, "source": self._name}))

    def _frame(self, label: str) -> bytes:
        path = ["nodes", self._node, "props", self._key]
        op = [{"p": path, "od": "", "oi": label}]
        submit = {"type": "submit", "seq": self._number, "base": self.revision, "op": op}
        frame: bytes = msgpack.packb(submit)
        return frame

    def _on_message(self, payload: bytes) -> None:
        message = msgpack.unpackb(payload)
        kind = message["type"]
        if kind == "revision":
            self.revision = message["revision"]
            self.delivered += 1
        elif kind == "ack":
            self._answered()
        elif kind == "welcome":
            self.revision = message["revision"]
            self._joined.set()
        elif kind in {"refuse", "error"}:
            raise AssertionError(message)


class YjsClient(Client):
    """A y-websocket client: its answer is its own update when it comes back, which is durable."""

    async def _open(self) -> None:
        self._doc: Doc[Any] = Doc(client_id=random.getrandbits(32))
        self._updates: list[bytes] = []
        self._label = b""
        await self.socket.connect(self._port, f"/yjs/{self._room}")
        # Step 1 with an empty state vector: send me everything.
        self.socket.send(b"\0\0\1\0")

    def _frame(self, label: str) -> bytes:
        self._label = label.encode()
        nodes: Map[Any] = self._doc.get("nodes", type=Map)
        nodes[self._node]["props"][self._key] = label
        update = self._updates.pop()
        assert not self._updates
        return b"\0\2" + _var_uint(len(update)) + update

    def _on_message(self, payload: bytes) -> None:
        if payload[0] != 0:
            return
        if payload[1] == 2:
            self.delivered += 1
            if self._sent_at and self._label in payload:
                self._answered()
        elif payload[1] == 1:
            self._doc.apply_update(payload[_body_start(payload) :])
            self._doc.observe(lambda event: self._updates.append(event.update))
            self._joined.set()
        else:
            # The server's step 1: there is nothing that it lacks.
            self.socket.send(b"\0\1\2\0\0")


def _var_uint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:
        parts.append(0x80 | (number & 0x7F))
        number >>= 7
    parts.append(number)
    return bytes(parts)


def _body_start(payload: bytes) -> int:
    """Return where the byte string of a sync message begins: behind its length."""
    index = 2
    while payload[index] & 0x80:
        index += 1
    return index + 1


def do_nothing() -> None:
    """What a client does with an answer unless it is told otherwise."""
