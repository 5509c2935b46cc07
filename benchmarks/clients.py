"""Clients for the load on a server: real frames on real sockets, at the least cost to themselves.

The load generator shares two cores with the server, hence the sockets of ``loadtests.wire``. A
client has one change in flight, as an OT client does.
"""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from time import perf_counter
from typing import Any

import msgpack
from pycrdt import Doc, Map

from loadtests.wire import BINARY, LoadSocket, body_start, var_uint

__all__ = ["Client", "NativeClient", "YjsClient", "do_nothing"]

_JOIN_SECONDS_MAX = 30.0


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
        self.socket = LoadSocket(BINARY, self._on_message)

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
            raise ConnectionError(self.socket.lost or "no welcome") from None

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
        return b"\0\2" + var_uint(len(update)) + update

    def _on_message(self, payload: bytes) -> None:
        if payload[0] != 0:
            return
        if payload[1] == 2:
            self.delivered += 1
            if self._sent_at and self._label in payload:
                self._answered()
        elif payload[1] == 1:
            self._doc.apply_update(payload[body_start(payload, 2) :])
            self._doc.observe(lambda event: self._updates.append(event.update))
            self._joined.set()
        else:
            # The server's step 1: there is nothing that it lacks.
            self.socket.send(b"\0\1\2\0\0")


def do_nothing() -> None:
    """What a client does with an answer unless it is told otherwise."""
