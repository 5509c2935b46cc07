"""uvicorn's WebSocket protocol, and what of it is mended here.

ASGI hides the transport: ``send`` returns while a large frame still waits in the transport's
buffer, and a close is only ever a polite one, which a peer that reads nothing never answers. So
the application is handed the transport, to count what has not left and to cut a connection off;
and a peer that answers no ping is cut off too, or its presence would stay for as long as TCP goes
on trying, which takes a quarter of an hour.

It also takes every message through a queue, a dict, a future and a switch of tasks, which cost
several times what most messages do. So the application may name a *taker*, which is handed what
came whole in the very call in which it came, as long as nothing before it waits in the queue.
SPEC: section CN, docs/adr/0013-receiving.md. Called by ``main``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias, cast

from starlette.websockets import WebSocket
from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from collab.api.frame_cutter import TEXT, FrameCutter, Piece
from collab.limits import SOCKET_WAITING_MAX

__all__ = ["Left", "SocketProtocol", "Taker", "message_of", "protocol_of"]

_PROTOCOL: Final = "design_rooms.protocol"
_END_OF_HANDSHAKE: Final = b"\r\n\r\n"
_SHUTDOWN_S: Final = 1.0
# Larger messages are taken one at a time.
_SMALL_BYTES: Final = 16 << 10


# What a taker leaves to whoever reads the queue: the message as ASGI has it, or what became of it.
Left: TypeAlias = dict[str, Any]
# Takes a message, given whether it is a text, and returns None, or what is left to do.
Taker: TypeAlias = Callable[[bytes, bool], Left | None]


class SocketProtocol(WebSocketsSansIOProtocol):
    """A connection whose application can reach its transport, and may set ``taker``."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.taker: Taker | None = None
        self._unsent_at_ping = 0
        self._cutter: FrameCutter | None = None

    async def run_asgi(self) -> None:
        """Run the application with this protocol among the scope's extensions."""
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[_PROTOCOL] = self
        await super().run_asgi()

    def data_received(self, data: bytes) -> None:
        if self._cutter is None:
            super().data_received(data)
            if self.handshake_initiated and data.endswith(_END_OF_HANDSHAKE):
                # What comes from here on begins with a frame.
                self._cutter = FrameCutter()
            return
        for piece in self._cutter.cut(data):
            if not (piece.head_bytes and self._is_between_messages and self._take(piece)):
                super().data_received(piece.raw)
                if self.transport.is_closing():
                    return

    @property
    def _is_between_messages(self) -> bool:
        """True if a whole message may come now, and the library has no say in what it means."""
        conn = self.conn
        return conn.state is State.OPEN and conn.current_size is None and not conn.extensions

    def _take(self, piece: Piece) -> bool:
        """Hand on a whole message; False if the library has to refuse it."""
        payload, is_text = piece.payload, piece.raw[0] == TEXT
        if len(payload) > self.config.ws_max_size or (is_text and not _is_utf8(payload)):
            return False
        if self.close_sent:
            # The application is past its close; only the peer's close is waited for.
            return True
        if self.taker is not None and self.queue.empty():
            left = self.taker(payload, is_text)
        else:
            left = message_of(payload, is_text=is_text)
        if left is not None:
            self._queue(left, len(payload))
        return True

    def _queue(self, event: Left, size: int) -> None:
        """Let the application's reader find *event*; stop reading if it has much to do already."""
        self.queue.put_nowait(cast("ASGIReceiveEvent", event))
        if not self.read_paused and self._has_enough(size):
            self.read_paused = True
            self.transport.pause_reading()

    def _has_enough(self, size: int) -> bool:
        return size > _SMALL_BYTES or self.queue.qsize() > SOCKET_WAITING_MAX

    def send_receive_event_to_app(self) -> None:
        """Hand a message on, and stop reading once many wait, not after each of them.

        Stopping and going on costs two system calls, which is more than most messages do.
        """
        is_paused = self.read_paused
        # What is paused already is not paused again.
        self.read_paused = True
        size = sum(map(len, self.frames))
        super().send_receive_event_to_app()
        self.read_paused = is_paused
        if not is_paused and self._has_enough(size):
            self.read_paused = True
            self.transport.pause_reading()

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


def protocol_of(websocket: WebSocket) -> SocketProtocol:
    """Return the protocol below *websocket*."""
    protocol: SocketProtocol = websocket.scope["extensions"][_PROTOCOL]
    return protocol


def message_of(payload: bytes, *, is_text: bool) -> Left:
    """Return a message as ASGI has it."""
    if is_text:
        return {"type": "websocket.receive", "text": payload.decode()}
    return {"type": "websocket.receive", "bytes": payload}


def _is_utf8(payload: bytes) -> bool:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True
