"""A WebSocket of one simulated person: sent from anywhere, read by a greenlet of its own."""

from __future__ import annotations

import time
from collections.abc import Callable

import gevent
from websocket import ABNF, WebSocket, WebSocketException, create_connection

__all__ = ["Channel", "Lost"]

_TIMEOUT_SECONDS = 30.0


class Lost(Exception):
    """The connection is gone, or was refused."""


class Channel:
    """A connection to *url*; *on_message* is called with each message.

    ``heard_at`` is when the last message came, of the monotonic clock; ``lost`` why it ended.
    """

    def __init__(self, url: str, on_message: Callable[[bytes], None], *, is_text: bool) -> None:
        self.heard_at = time.monotonic()
        self.lost: str | None = None
        self._on_message = on_message
        self._opcode = ABNF.OPCODE_TEXT if is_text else ABNF.OPCODE_BINARY
        try:
            self._socket: WebSocket = create_connection(url, timeout=_TIMEOUT_SECONDS)
        except (OSError, WebSocketException) as error:
            raise Lost(str(error)) from None
        self._socket.settimeout(None)
        self._reader = gevent.spawn(self._read)

    def send(self, message: bytes) -> None:
        """Send one message; raises ``Lost``."""
        if self.lost is not None:
            raise Lost(self.lost)
        try:
            self._socket.send(message, self._opcode)
        except (OSError, WebSocketException) as error:
            self.lost = self.lost or str(error)
            raise Lost(self.lost) from None

    def close(self) -> None:
        """Leave at once, as a phone does that loses its network."""
        self.lost = self.lost or "closed here"
        self._reader.kill(block=False)
        self._socket.shutdown()  # type: ignore[no-untyped-call]

    def _read(self) -> None:
        try:
            while True:
                message = self._socket.recv()
                if not message:
                    self.lost = self.lost or f"closed by the server: {self._socket.status}"
                    return
                self.heard_at = time.monotonic()
                self._on_message(message.encode() if isinstance(message, str) else message)
        except (OSError, WebSocketException) as error:
            self.lost = self.lost or str(error) or type(error).__name__
