"""Clients of one document in each dialect, as light as a client can be that speaks the real wire.

An editor joins as the real client does, then sets its own entry of the map ``items`` to a new mark
with each edit. What it is sent is counted and not applied: the document that everybody should have
arrived at is read by a fresh client afterwards.
"""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections import deque
from typing import Any, Final

from pycrdt import Doc, Map

from loadtests.peers.marks import Counter, mark, now_us
from loadtests.wire import BINARY, LoadSocket, body_start, var_uint

__all__ = [
    "Address",
    "BareEditor",
    "Editor",
    "HocuspocusEditor",
    "YjsEditor",
    "key_of",
]

_JOIN_SECONDS_MAX: Final = 120.0
# Of a document that is not read: enough to tell what message it is.
_LIGHT_BYTES: Final = 4_096
_EMPTY_STEP_1: Final = b"\0\0\1\0"
_EMPTY_STEP_2: Final = b"\0\1\2\0\0"


class Address:
    """Where a document is: *port* and *path* of the socket, and the names that its dialect uses."""

    def __init__(self, port: int, path: str, collection: str, document: str) -> None:
        self.port = port
        self.path = path
        self.collection = collection
        self.document = document


def key_of(number: int) -> str:
    """Return the entry of ``items`` that editor *number* writes."""
    return f"n{number:04d}"


class Editor(ABC):
    """Editor *number* of the document at *address*.

    ``sent`` counts its edits, ``value`` is the last one, and ``ack_delays_us`` how long each took
    until the server had confirmed it (for a probe). ``padding`` is appended to each value,
    ``document_bytes`` how large the message with the document was.
    """

    opcode = BINARY
    #: What stands before a mark that counts.
    before_mark = b""
    #: True where an editor's own edits count among what it is sent.
    is_echoed = True

    def __init__(self, address: Address, number: int, *, is_probe: bool) -> None:
        self.address = address
        self.number = number
        own = -1 if self.is_echoed else number
        self.counter = Counter(is_probe=is_probe, before=self.before_mark, own=own)
        self.sent = 0
        self.value = ""
        self.padding = ""
        self.items: dict[str, str] = {}
        self.ack_delays_us: list[int] = []
        self.ack_pattern = b""
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._unanswered: deque[int] = deque()
        self._rest = b""
        self.document_bytes = 0
        self.has_found = False
        self._sought = b""
        self._rest_of_sought = b""
        self.socket = LoadSocket(self.opcode, self._on_message)

    @property
    def is_light(self) -> bool:
        """True if the document is counted and not read."""
        return self.socket.kept_bytes is not None

    def be_light(self) -> None:
        """Take the document without reading it."""
        self.socket.kept_bytes = _LIGHT_BYTES

    async def join(self) -> None:
        """Connect and take the document; raises ``ConnectionError``."""
        await self.socket.connect(self.address.port, self.address.path)
        self._ask()
        try:
            await asyncio.wait_for(asyncio.shield(self.joined), _JOIN_SECONDS_MAX)
        except TimeoutError:
            raise ConnectionError(self.socket.lost or "the document did not come") from None
        self.socket.stream = self._on_bytes

    def edit(self) -> None:
        """Make one edit now."""
        self.sent += 1
        self.value = mark(self.number, self.sent) + self.padding
        self._unanswered.append(now_us())
        self._send(self.value)

    def close(self) -> None:
        self.socket.close()

    def seek(self, text: bytes) -> None:
        """Set ``has_found`` once *text* has come."""
        self._sought, self.has_found = text, False

    @abstractmethod
    async def found(self, entries: dict[str, str]) -> None:
        """Make the document with *entries* in ``items``."""

    @abstractmethod
    def _ask(self) -> None:
        """Ask for the document."""

    @abstractmethod
    def _send(self, value: str) -> None:
        """Send an edit that makes *value* this editor's entry."""

    @abstractmethod
    def _on_message(self, payload: bytes) -> None:
        """Take a message before the document has come; ends with ``joined``."""

    def _on_bytes(self, data: bytes) -> None:
        self.counter.take(data)
        if self.ack_pattern:
            self._look_for_acks(data)
        if self._sought and not self.has_found:
            whole = self._rest_of_sought + data
            self.has_found = self._sought in whole
            self._rest_of_sought = whole[-len(self._sought) :]

    def _look_for_acks(self, data: bytes) -> None:
        pattern = self.ack_pattern
        whole = self._rest + data
        for _ in range(min(whole.count(pattern), len(self._unanswered))):
            delay = now_us() - self._unanswered.popleft()
            if self.counter.is_probe:
                self.ack_delays_us.append(delay)
            self._on_ack()
        last = whole.rfind(pattern)
        start = max(len(whole) - len(pattern) + 1, last + len(pattern) if last >= 0 else 0)
        self._rest = whole[start:]

    def _on_ack(self) -> None:
        """The oldest edit is confirmed."""


class YjsEditor(Editor):
    """A y-websocket client."""

    def __init__(self, address: Address, number: int, *, is_probe: bool) -> None:
        super().__init__(address, number, is_probe=is_probe)
        # 31 bits: the same length on the wire for everybody.
        self.doc: Doc[Any] = Doc(client_id=random.getrandbits(30) | 1 << 30)
        self._updates: list[bytes] = []
        self._prefix = b""
        if is_probe:
            self.ack_pattern = f"~dr:{number:04d}".encode()

    async def found(self, entries: dict[str, str]) -> None:
        model: Map[Any] = self.doc.get("model", type=Map)
        model["items"] = Map(entries)
        self._send_updates()
        await asyncio.sleep(0)

    def add(self, entries: dict[str, str]) -> None:
        """Put more *entries* into ``items``, in one edit that is not counted."""
        items: Map[Any] = self.doc.get("model", type=Map)["items"]
        with self.doc.transaction():
            for key, value in entries.items():
                items[key] = value
        self._send_updates()

    def _ask(self) -> None:
        self.socket.send(self._prefix + _EMPTY_STEP_1)

    def _send(self, value: str) -> None:
        self.doc.get("model", type=Map)["items"][key_of(self.number)] = value
        self._send_updates()

    def _send_updates(self) -> None:
        for update in self._updates:
            self.socket.send(self._prefix + b"\0\2" + var_uint(len(update)) + update)
        self._updates.clear()

    def _on_message(self, payload: bytes) -> None:
        if payload.startswith(self._prefix):
            self._on_sync(payload[len(self._prefix) :])

    def _on_sync(self, message: bytes) -> None:
        if message[:2] == b"\0\0":
            # The server's step 1: there is nothing that it lacks.
            self.socket.send(self._prefix + _EMPTY_STEP_2)
        elif message[:2] == b"\0\1" and not self.joined.done():
            self.document_bytes = self.socket.message_bytes
            if not self.is_light:
                self.take(message[body_start(message, 2) :])
            self.joined.set_result(None)

    def take(self, update: bytes) -> None:
        """Take the document as it is; from here on the editor's own edits are sent."""
        self.doc.apply_update(update)
        model: Map[Any] = self.doc.get("model", type=Map)
        self.items = dict(model["items"].to_py() or {}) if "items" in model else {}
        self.doc.observe(lambda event: self._updates.append(event.update))


class HocuspocusEditor(YjsEditor):
    """A Hocuspocus provider."""

    def __init__(self, address: Address, number: int, *, is_probe: bool) -> None:
        super().__init__(address, number, is_probe=is_probe)
        name = address.document.encode()
        self._prefix = var_uint(len(name)) + name
        if is_probe:
            self.ack_pattern = self._prefix + b"\x08\x01"

    def _ask(self) -> None:
        self.socket.send(self._prefix + b"\2\0\4none\0")
        super()._ask()

    def _on_sync(self, message: bytes) -> None:
        if message[:2] == b"\2\1":
            raise ConnectionError(f"denied: {message!r}")
        super()._on_sync(message)


class BareEditor(YjsEditor):
    """A client of a server without documents: it begins with the founder's."""

    _founded = b""

    async def join(self) -> None:
        await self.socket.connect(self.address.port, self.address.path)
        self.take(BareEditor._founded or b"\0\0")
        self.socket.stream = self._on_bytes

    async def found(self, entries: dict[str, str]) -> None:
        self.doc.get("model", type=Map)["items"] = Map(entries)
        BareEditor._founded = self.doc.get_update()
        self._updates.clear()
