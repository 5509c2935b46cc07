"""A small native client, blocking and without mercy: it may send anything, and may stop reading."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import msgpack
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

__all__ = ["Native", "closing", "open_socket", "refused", "wait_for_frame"]

_PATIENCE_S = 20.0
Message = dict[str, Any]


def open_socket(url: str, **options: Any) -> AbstractContextManager[ClientConnection]:
    """Open a raw socket: no proxy, no compression, no pings of its own, any size."""
    connection: AbstractContextManager[ClientConnection] = connect(
        url,
        proxy=None,
        compression=None,
        ping_interval=None,
        max_size=None,
        close_timeout=0.5,
        **options,
    )
    return connection


def wait_for_frame(socket: ClientConnection, start: bytes) -> bytes:
    """Return the next frame that begins with *start*."""
    while True:
        frame = socket.recv(timeout=_PATIENCE_S)
        if isinstance(frame, bytes) and frame.startswith(start):
            return frame


def closing(socket: ClientConnection, patience_s: float = _PATIENCE_S) -> tuple[int, str]:
    """Read *socket* to its end and return the close code and reason."""
    try:
        while True:
            socket.recv(timeout=patience_s)
    except ConnectionClosed as error:
        assert error.rcvd is not None, "the connection was cut off without a close frame"
        return error.rcvd.code, error.rcvd.reason


def refused(server: Any, room: str) -> tuple[str, int]:
    """Return the code of the error that keeps a native client out of *room*, and the close code."""
    with open_socket(_url(server, room)) as socket:
        socket.send(msgpack.packb({"type": "hello", "version": 1}))
        error = msgpack.unpackb(socket.recv(timeout=_PATIENCE_S))
        assert error["type"] == "error", error
        return str(error["code"]), closing(socket)[0]


def _url(server: Any, room: str) -> str:
    kind = "free" if "/" in room else "rooms"
    return f"{server.socket_url}/{kind}/{room}/socket"


class Native:
    """One connection to one room; ``welcome`` is there once it is made."""

    def __init__(
        self,
        server: Any,
        room: str,
        *,
        token: str = "tester",
        source: str | None = None,
        headers: dict[str, str] | None = None,
        **hello: Any,
    ) -> None:
        self._stack = ExitStack()
        self.socket = self._stack.enter_context(
            open_socket(_url(server, room), additional_headers=headers or {})
        )
        self.seen: list[Message] = []
        self._seq = 0
        fields = {"type": "hello", "version": 1, "token": token, **hello}
        if source is not None:
            fields["source"] = source
        self.send(**fields)
        self.welcome = self.wait("welcome")

    @property
    def document(self) -> Any:
        """The document of the welcome."""
        return json.loads(self.welcome["snapshot"])

    def send(self, **fields: Any) -> None:
        self.socket.send(msgpack.packb(fields))

    def receive(self, patience_s: float = _PATIENCE_S) -> Message:
        message: Message = msgpack.unpackb(self.socket.recv(timeout=patience_s))
        self.seen.append(message)
        return message

    def wait_for(self, look: Callable[[Message], Any], what: str) -> Message:
        """Return the next message that *look* finds; all others are kept in ``seen``."""
        deadline = time.monotonic() + _PATIENCE_S
        while (left := deadline - time.monotonic()) > 0:
            try:
                message = self.receive(left)
            except TimeoutError:
                break
            if look(message):
                return message
        raise AssertionError(f"waited in vain for {what}; saw {self.seen[-3:]}")

    def wait(self, kind: str) -> Message:
        return self.wait_for(lambda message: message["type"] == kind, kind)

    def submit(self, change: Any, base: int, **fields: Any) -> int:
        """Send a submit (an op, unless *fields* say ``create`` or ``del``) and return its seq."""
        self._seq = fields.pop("seq", self._seq + 1)
        name = fields.pop("kind", "op")
        self.send(type="submit", seq=self._seq, base=base, **{name: change})
        return self._seq

    def answer(self, seq: int) -> Message:
        """Return the answer to *seq*."""
        kinds = {"ack", "refuse", "resync"}
        return self.wait_for(
            lambda item: item["type"] in kinds and item["seq"] == seq, f"the answer to {seq}"
        )

    def fetch(self) -> tuple[int, Any]:
        """Return the revision and the document at the head."""
        self.send(type="fetch", id=7)
        message = self.wait("snapshot")
        return message["revision"], json.loads(message["snapshot"])

    def edit(self, key: str, value: Any) -> Message:
        """Set a key of a free room's document at the head and return the answer."""
        revision, _ = self.fetch()
        return self.answer(self.submit([{"p": [key], "oi": value}], revision))

    def __enter__(self) -> Native:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
