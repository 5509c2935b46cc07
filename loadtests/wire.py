"""WebSocket clients for load: real frames on real sockets, at the least cost to themselves.

The load generator has one core, and a WebSocket library of Python costs as much for a message as a
server does. So the few lines of RFC 6455 that a well-behaved peer on the loopback needs stand here:
no fragments, no extensions, and a mask of zeros, which is valid and changes nothing.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable
from typing import ClassVar, Final, cast

__all__ = ["BINARY", "TEXT", "LoadSocket", "body_start", "frame_head", "var_uint"]

TEXT: Final = 0x81
BINARY: Final = 0x82
_CLOSE: Final = 0x88
_PING: Final = 0x89
_PONG: Final = 0x8A
# What the servers put into their pings: npm's nothing, uvicorn four bytes.
_PING_SIZES: Final = frozenset({0, 4})
_UPGRADE_SECONDS_MAX: Final = 60.0

OnMessage = Callable[[bytes], None]


def frame_head(opcode: int, size: int) -> bytes:
    """Return the head of a client's frame with a mask of zeros."""
    if size < 126:
        return bytes((opcode, 0x80 | size)) + b"\0\0\0\0"
    if size < 1 << 16:
        return bytes((opcode, 0x80 | 126)) + size.to_bytes(2, "big") + b"\0\0\0\0"
    return bytes((opcode, 0x80 | 127)) + size.to_bytes(8, "big") + b"\0\0\0\0"


def var_uint(number: int) -> bytes:
    """Return *number* as lib0 writes it."""
    parts = bytearray()
    while number > 0x7F:
        parts.append(0x80 | (number & 0x7F))
        number >>= 7
    parts.append(number)
    return bytes(parts)


def body_start(message: bytes, at: int) -> int:
    """Return where the byte string begins whose length stands at *at*."""
    while message[at] & 0x80:
        at += 1
    return at + 1


class LoadSocket(asyncio.BufferedProtocol):
    """One WebSocket. *on_message* is called with each message, until ``stream`` is set.

    While ``stream`` is a function it is handed the bytes as they arrive, frames and all; whoever
    listens for longer than a server waits for a pong sets ``answers_pings``. Of a
    message larger than ``kept_bytes`` only so much is kept and handed over, the rest is counted;
    ``message_bytes`` is how large the last one was.
    """

    # What arrives is read here and used at once, so that one does for all sockets of the process.
    _buffer: ClassVar[memoryview] = memoryview(bytearray(1 << 20))

    def __init__(self, opcode: int, on_message: OnMessage) -> None:
        self.stream: OnMessage | None = None
        self.lost: str | None = None
        self.answers_pings = False
        self.kept_bytes: int | None = None
        self.message_bytes = 0
        self._uncounted = 0
        self._kept = (0, b"")
        self._opcode = opcode
        self._on_message = on_message
        self._received = bytearray()
        self._is_upgraded = False
        self._transport: asyncio.Transport
        self._upgraded: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def connect(self, port: int, path: str) -> None:
        """Open the socket and shake hands; raises ``ConnectionError``."""
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, "127.0.0.1", port)
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await asyncio.wait_for(self._upgraded, _UPGRADE_SECONDS_MAX)

    def send(self, payload: bytes) -> None:
        self._transport.write(frame_head(self._opcode, len(payload)) + payload)

    def pause(self) -> None:
        """Read nothing until ``resume``."""
        self._transport.pause_reading()

    def resume(self) -> None:
        self._transport.resume_reading()

    def close(self) -> None:
        self.lost = self.lost or "closed here"
        self._transport.abort()

    # --- asyncio ------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's by behaviour only, not by class.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = self.lost or f"the connection was lost: {exc}"
        if not self._upgraded.done():
            self._upgraded.set_exception(ConnectionError(self.lost))

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        data = self._buffer[:nbytes]
        if self._uncounted:
            count = min(nbytes, self._uncounted)
            self._uncounted -= count
            data = data[count:]
            if not self._uncounted:
                self._take(*self._kept)
        if not data:
            return
        if self.stream is not None:
            received = bytes(data)
            if self.answers_pings:
                self._answer_pings(received)
            self.stream(received)
            return
        self._received += data
        if self._is_upgraded or self._takes_answer():
            self._read_frames()

    def _answer_pings(self, data: bytes) -> None:
        """Answer whatever looks like a ping: a pong that nobody asked for does no harm."""
        at = data.find(_PING)
        while at >= 0:
            size = data[at + 1] if at + 1 < len(data) else -1
            payload = data[at + 2 : at + 2 + size]
            if size in _PING_SIZES and len(payload) == size:
                self._transport.write(frame_head(_PONG, size) + payload)
            at = data.find(_PING, at + 1)

    def _takes_answer(self) -> bool:
        """Read the answer to the handshake; True once it has come whole and says yes."""
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._received.startswith(b"HTTP/1.1 101"):
            self.lost = self._received[:end].decode(errors="replace")
            self._upgraded.set_exception(ConnectionError(self.lost))
            return False
        del self._received[: end + 4]
        self._is_upgraded = True
        self._upgraded.set_result(None)
        return True

    def _read_frames(self) -> None:
        received, start = self._received, 0
        while self.stream is None and len(received) - start >= 2:
            size, body = received[start + 1] & 0x7F, start + 2
            if size >= 126:
                width = 2 if size == 126 else 8
                size = int.from_bytes(received[body : body + width], "big")
                body += width
            self.message_bytes = size
            if len(received) < body + size:
                if self._keeps_some(start, body, size):
                    return
                break
            with memoryview(received) as view:
                opcode, payload = received[start], bytes(view[body : body + size])
            start = body + size
            self._take(opcode, payload)
        # Only here: of a large message that is on its way this is called for every part.
        del received[:start]
        if self.stream is not None and received:
            rest = bytes(received)
            received.clear()
            self.stream(rest)

    def _keeps_some(self, start: int, body: int, size: int) -> bool:
        """Keep the beginning of a large message that is on its way, and count the rest of it."""
        received, kept_bytes = self._received, self.kept_bytes
        if kept_bytes is None or len(received) - body < kept_bytes:
            return False
        self._kept = received[start], bytes(received[body : body + kept_bytes])
        self._uncounted = body + size - len(received)
        received.clear()
        return True

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _PING:
            self._transport.write(frame_head(_PONG, len(payload)) + payload)
        elif opcode == _CLOSE:
            code = int.from_bytes(payload[:2], "big")
            reason = payload[2:].decode(errors="replace")
            self.lost = f"closed by the server: {code} {reason}"
        elif opcode in {TEXT, BINARY}:
            self._on_message(payload)
