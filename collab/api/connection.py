"""A connection: what waits for one peer, counted, and written by a task of its own.

Frames go out through one writer task a socket, so that nobody waits for a slow reader. Both what
waits here and what the transport has not got rid of counts, and the outlets act on the count.
SPEC: section CN. Called by ``sockets``.
"""

from __future__ import annotations

import asyncio
from collections import deque

from starlette.websockets import WebSocket, WebSocketDisconnect

from collab.api.socket_protocol import transport_of

__all__ = ["WebSocketConnection", "cut_reason"]


class WebSocketConnection:
    """The ``Connection`` port on a Starlette WebSocket.

    A peer that has not taken its close frame *close_timeout_ms* after ``close`` is cut off.
    """

    def __init__(self, websocket: WebSocket, close_timeout_ms: int) -> None:
        self._websocket = websocket
        self._transport = transport_of(websocket)
        self._close_timeout_s = close_timeout_ms / 1000
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._close: tuple[int, str] | None = None
        self._has_ended = False
        self._wakeup = asyncio.Event()

    @property
    def buffered_bytes(self) -> int:
        if self._has_ended or self._transport is None:
            return self._bytes
        return self._bytes + self._transport.get_write_buffer_size()

    @property
    def is_closed(self) -> bool:
        return self._has_ended or self._close is not None

    def send(self, frame: bytes) -> None:
        if not self.is_closed:
            self._frames.append(frame)
            self._bytes += len(frame)
            self._wakeup.set()

    def close(self, code: int, reason: str) -> None:
        if not self.is_closed:
            self._close = (code, cut_reason(reason))
            self._wakeup.set()
            if self._transport is not None:
                # Whoever reads nothing would keep the socket, and all that waits, for ever.
                loop = asyncio.get_running_loop()
                loop.call_later(self._close_timeout_s, self._transport.abort)

    async def write(self) -> None:
        """Send what is queued until the socket closes; runs beside the reader."""
        try:
            while self._frames or self._close is None:
                await self._wakeup.wait()
                self._wakeup.clear()
                while self._frames:
                    frame = self._frames.popleft()
                    await self._websocket.send_bytes(frame)
                    self._bytes -= len(frame)
            await self._websocket.close(*self._close)
        except (WebSocketDisconnect, RuntimeError, OSError):
            return  # The peer is gone; the reader sees that too and ends the session.
        finally:
            self._has_ended = True
            self._frames.clear()
            self._bytes = 0


def cut_reason(reason: str) -> str:
    """Return *reason* as far as a close frame holds it: 123 bytes of UTF-8."""
    return reason.encode()[:123].decode(errors="ignore")
