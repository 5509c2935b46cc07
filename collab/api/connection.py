"""A connection: what is to be told to one peer, counted, and written once a turn of the loop.

Fan-out hands the same bytes to many connections. Each message is framed once for all of them, and
whatever one turn of the event loop had to say to a peer leaves in a single write: a system call for
each message and peer is what broadcasting costs. Both what waits here and what the transport has
not got rid of counts, and the outlets act on the count. SPEC: section CN. Called by ``sockets``.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from collab.api.socket_protocol import transport_of
from collab.limits import WRITE_PAUSE_MS_MAX

__all__ = ["Turn", "WebSocketConnection", "cut_reason"]

_TEXT: Final = 0x81
_BINARY: Final = 0x82
_SHORT_MAX: Final = 125
_MEDIUM_MAX: Final = 0xFFFF


class Turn:
    """What the connections of one server have to write at the end of this turn of the loop.

    Writing to many takes time in which more gathers. So the next writing begins as long after the
    last one as that took: on an idle server at once, on a busy one with more in each write.
    """

    def __init__(self) -> None:
        self._due: list[WebSocketConnection] = []
        self._not_before_s = 0.0
        # By identity: the messages are kept here, so that no other can have their ids meanwhile.
        self._framed: dict[int, tuple[bytes, bytes]] = {}

    def frame(self, message: bytes, opcode: int) -> bytes:
        """Return *message* as a WebSocket frame, made once for everybody who is sent it."""
        known = self._framed.get(id(message))
        if known is not None:
            return known[1]
        framed = _header(len(message), opcode) + message
        self._framed[id(message)] = (message, framed)
        return framed

    def add(self, connection: WebSocketConnection) -> None:
        """Let *connection* write when what is being done now is done."""
        if not self._due:
            loop = asyncio.get_running_loop()
            if loop.time() >= self._not_before_s:
                loop.call_soon(self._write)
            else:
                loop.call_at(self._not_before_s, self._write)
        self._due.append(connection)

    def _write(self) -> None:
        begin_s = time.perf_counter()
        due, self._due = self._due, []
        self._framed.clear()
        for connection in due:
            connection.flush()
        took_s = min(time.perf_counter() - begin_s, WRITE_PAUSE_MS_MAX / 1000)
        self._not_before_s = asyncio.get_running_loop().time() + took_s


class WebSocketConnection:
    """The ``Connection`` port on a WebSocket below which there is a ``SocketProtocol``.

    Messages go out as text (UTF-8) if *is_text*, otherwise as binary. A peer that has not taken its
    close frame *close_timeout_ms* after ``close`` is cut off.
    """

    def __init__(
        self, websocket: WebSocket, turn: Turn, close_timeout_ms: int, *, is_text: bool
    ) -> None:
        self._websocket = websocket
        self._turn = turn
        self._transport = transport_of(websocket)
        self._opcode = _TEXT if is_text else _BINARY
        self._close_timeout_s = close_timeout_ms / 1000
        self._frames: list[bytes] = []
        self._bytes = 0
        self._close: tuple[int, str] | None = None
        self._has_ended = False
        self._closing = asyncio.Event()

    @property
    def buffered_bytes(self) -> int:
        if self._has_ended or self._transport.is_closing():
            # What could not be sent to a peer that is gone is nobody's any more.
            return 0
        return self._bytes + self._transport.get_write_buffer_size()

    @property
    def is_closed(self) -> bool:
        # Not the transport's word: what a peer sent before it went is still to be read.
        return self._has_ended or self._close is not None

    def send(self, frame: bytes) -> None:
        if self._close is not None or self._has_ended:
            return
        framed = self._turn.frame(frame, self._opcode)
        if not self._frames:
            self._turn.add(self)
        self._frames.append(framed)
        self._bytes += len(framed)

    def flush(self) -> None:
        """Hand the transport what has gathered."""
        frames, self._frames, self._bytes = self._frames, [], 0
        if frames and not self._transport.is_closing():
            self._transport.write(frames[0] if len(frames) == 1 else b"".join(frames))

    def close(self, code: int, reason: str) -> None:
        if self._close is None:
            self._close = (code, cut_reason(reason))
            self._closing.set()
            # Whoever reads nothing would keep the socket, and all that waits, for ever.
            loop = asyncio.get_running_loop()
            loop.call_later(self._close_timeout_s, self._transport.abort)

    async def end(self) -> None:
        """Wait for ``close``, then close the socket behind what was sent."""
        try:
            await self._closing.wait()
            self.flush()
            assert self._close is not None
            await self._websocket.close(*self._close)
        except (WebSocketDisconnect, RuntimeError, OSError):
            return  # The peer is gone; the reader sees that too and ends the session.
        finally:
            self._has_ended = True
            self._frames.clear()


def cut_reason(reason: str) -> str:
    """Return *reason* as far as a close frame holds it: 123 bytes of UTF-8."""
    return reason.encode()[:123].decode(errors="ignore")


def _header(length: int, opcode: int) -> bytes:
    """Return the head of a whole, unmasked frame, as a server sends it (RFC 6455, 5.2)."""
    if length <= _SHORT_MAX:
        return bytes((opcode, length))
    if length <= _MEDIUM_MAX:
        return bytes((opcode, 126)) + length.to_bytes(2, "big")
    return bytes((opcode, 127)) + length.to_bytes(8, "big")
