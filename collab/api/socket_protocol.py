"""uvicorn's WebSocket protocol, and what of it is mended here.

ASGI hides the transport: ``send`` returns while a large frame still waits in the transport's
buffer, and a close is only ever a polite one, which a peer that reads nothing never answers. So
the application is handed the transport, to count what has not left and to cut a connection off;
and a peer that answers no ping is cut off too, or its presence would stay for as long as TCP goes
on trying, which takes a quarter of an hour. SPEC: section CN. Called by ``main``.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from collab.limits import SOCKET_WAITING_MAX

__all__ = ["SocketProtocol", "transport_of"]

_TRANSPORT: Final = "design_rooms.transport"
_SHUTDOWN_S: Final = 1.0
# Larger messages are taken one at a time.
_SMALL_BYTES: Final = 16 << 10


class SocketProtocol(WebSocketsSansIOProtocol):
    """A connection whose application can reach its transport."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._unsent_at_ping = 0

    async def run_asgi(self) -> None:
        """Run the application with the transport among the scope's extensions."""
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[_TRANSPORT] = self.transport
        await super().run_asgi()

    def send_receive_event_to_app(self) -> None:
        """Hand a message on, and stop reading once many wait, not after each of them.

        Stopping and going on costs two system calls, which is more than most messages do.
        """
        is_paused = self.read_paused
        size = sum(map(len, self.frames))
        if not is_paused and size <= _SMALL_BYTES and self.queue.qsize() < SOCKET_WAITING_MAX:
            # What is paused already is not paused again.
            self.read_paused = True
            super().send_receive_event_to_app()
            self.read_paused = False
        else:
            super().send_receive_event_to_app()

    def shutdown(self) -> None:
        """Close with 1012; who does not take that soon keeps the server no longer from stopping."""
        super().shutdown()
        self.loop.call_later(_SHUTDOWN_S, self.transport.abort)

    def send_keepalive_ping(self) -> None:
        super().send_keepalive_ping()
        self._unsent_at_ping = self.transport.get_write_buffer_size()

    def keepalive_timeout(self) -> None:
        """Cut the connection off, unless the ping may still be behind what the peer is reading."""
        unsent = self.transport.get_write_buffer_size()
        if unsent < self._unsent_at_ping and self.ping_timeout is not None:
            self._unsent_at_ping = unsent
            self.pong_timer = self.loop.call_later(self.ping_timeout, self.keepalive_timeout)
            return
        super().keepalive_timeout()
        self.transport.abort()


def transport_of(websocket: WebSocket) -> asyncio.WriteTransport:
    """Return what *websocket* writes to, which is a ``SocketProtocol``'s."""
    transport: asyncio.WriteTransport = websocket.scope["extensions"][_TRANSPORT]
    return transport
