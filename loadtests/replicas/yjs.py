"""Yjs clients: y-websocket and Hocuspocus."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import quote

from pycrdt import Array, Doc, Map, Text

from loadtests.replicas.channel import Channel, Lost
from loadtests.replicas.replica import EMPTY, Replica, Timed
from loadtests.wire import body_start, var_uint

__all__ = ["HocuspocusReplica", "YjsReplica", "found"]

_STEP_1 = b"\0\0"
_STEP_2 = b"\0\1"
_UPDATE = b"\0\2"


class YjsReplica(Replica):
    """A y-websocket client; an edit is timed until its own update comes back.

    The protocol has no acknowledgement, and what changes nothing any more comes back to nobody: so
    such a client is settled once it is synced, and the document says whether everything arrived.
    What is done while the connection is gone stays in the document, and goes with the next sync.
    """

    dialect = "yjs"

    def __init__(self, base: str, room: str, timed: Timed) -> None:
        super().__init__(base, room, timed)
        self.doc: Doc[Any] = Doc(client_id=random.getrandbits(31))
        self._prefix = b""
        self._is_synced = False
        self._unconfirmed: list[bytes] = []
        self._is_remote = False
        self._subscription = self.doc.observe(self._on_update)

    def _connect(self) -> Channel:
        self._is_synced = False
        self._unconfirmed.clear()
        path = f"{self.base}/yjs/{quote(self.room, safe='/')}"
        return Channel(path, self._on_message, is_text=False)

    def _greet(self) -> None:
        self._send_sync(_STEP_1, self.doc.get_state())

    @property
    def is_open(self) -> bool:
        return self._is_synced

    @property
    def is_settled(self) -> bool:
        return self._is_synced

    def document(self) -> Any:
        root: Map[Any] = self.doc.get("model", type=Map)
        return root.to_py() or dict(EMPTY)

    # --- deeds --------------------------------------------------------------------------------

    def set_prop(self, key: str, value: str) -> None:
        self._part("props")[key] = value

    def insert(self, index: int, value: str) -> None:
        self._part("list").insert(index, value)

    def remove(self, index: int) -> None:
        del self._part("list")[index]

    def type(self, index: int, text: str) -> None:
        note = self._part("note")
        note.insert(_bytes_of(str(note), index), text)

    def erase(self, index: int, count: int) -> None:
        note = self._part("note")
        whole = str(note)
        del note[_bytes_of(whole, index) : _bytes_of(whole, index + count)]

    def _part(self, name: str) -> Any:
        return self.doc.get("model", type=Map)[name]

    # --- the wire -----------------------------------------------------------------------------

    def _on_update(self, event: Any) -> None:
        if self._is_remote:
            return
        if self._is_synced and self.lost is None:
            self._unconfirmed.append(event.update)
            self._asked()
            try:
                self._send_sync(_UPDATE, event.update)
            except Lost:
                # It is in the document, and goes with the next sync.
                self._unconfirmed.clear()

    def _on_message(self, message: bytes) -> None:
        if not message.startswith(self._prefix):
            return
        body = message[len(self._prefix) :]
        if body[:1] == b"\0":
            self._on_sync(body[:2], body[body_start(body, 2) :])

    def _on_sync(self, kind: bytes, content: bytes) -> None:
        if kind == _STEP_1:
            self._send_sync(_STEP_2, self.doc.get_update(content))
            return
        self._is_remote = True
        try:
            self.doc.apply_update(content)
        finally:
            self._is_remote = False
        if kind == _STEP_2:
            self._is_synced = True
        self._confirm(content)

    def _confirm(self, update: bytes) -> None:
        if update in self._unconfirmed:
            # What was sent before it and has not come back is in it or changed nothing.
            while self._unconfirmed.pop(0) != update:
                self._asked_at.pop(0)
            self._answered()

    def _send_sync(self, kind: bytes, content: bytes) -> None:
        self._send(self._prefix + kind + var_uint(len(content)) + content)


class HocuspocusReplica(YjsReplica):
    """A Hocuspocus provider; the server confirms each edit by a status message."""

    dialect = "hocuspocus"

    def __init__(self, base: str, room: str, timed: Timed) -> None:
        super().__init__(base, room, timed)
        name = room.encode()
        self._prefix = var_uint(len(name)) + name

    def _connect(self) -> Channel:
        self._is_synced = False
        self._unconfirmed.clear()
        return Channel(f"{self.base}/hocuspocus", self._on_message, is_text=False)

    def _greet(self) -> None:
        self._send(self._prefix + b"\2\0\7session\0")
        super()._greet()
        # The provider begins with one change that is not confirmed: the answer to the server's
        # step 1, which this status is for.
        self._unconfirmed.append(b"")

    def _on_message(self, message: bytes) -> None:
        super()._on_message(message)
        if message[len(self._prefix) :] == b"\x08\x01" and self._unconfirmed:
            is_edit = self._unconfirmed.pop(0) != b""
            if is_edit:
                self._answered()
        elif message[len(self._prefix) :][:2] == b"\2\1":
            self.refused.append(f"denied: {message!r}")

    @property
    def is_settled(self) -> bool:
        return self._is_synced and not self._unconfirmed

    def _confirm(self, update: bytes) -> None:
        """Only the status message says that it is stored."""


def found(replica: YjsReplica) -> None:
    """Make the document if nobody has yet: *replica* is open."""
    root: Map[Any] = replica.doc.get("model", type=Map)
    if "props" not in root:
        with replica.doc.transaction():
            root["props"] = Map()
            root["list"] = Array()
            root["note"] = Text()


def _bytes_of(text: str, index: int) -> int:
    """pycrdt counts bytes of UTF-8."""
    return len(text[:index].encode())
