"""The four doors of a room, each with the few words that the tests of limits need.

``set`` makes one change, ``told`` is the form in which the door says what went wrong, with the code
that it names. A change is sent without waiting for its answer.
"""

from __future__ import annotations

import json
from typing import Any, Protocol

import msgpack
from pycrdt import Doc, Map
from websockets.exceptions import ConnectionClosed

from collab.crdt.lib0 import Decoder
from collab.ids import ClientId
from collab.messages import AwarenessEntry
from collab.protocol.sync import awareness_frame
from tests.api.frames import STEP1, address, auth, sync
from tests.api.native import Native, open_socket
from tests.api.sharedb_client import ShareDbClient

__all__ = ["DOORS", "Door"]

Path = list[str]
# What is told, and the code that it names; a close is told with its number.
Told = tuple[str, str]
_PATIENCE_S = 20.0


class Door(Protocol):
    """One connection into *room*."""

    def set(self, path: Path, value: Any) -> None:
        """Set what is at *path* of the room's JSON."""

    def step2(self, size: int) -> None:
        """Answer with a state of *size* bytes; only the Yjs doors have that."""

    def show(self, text: str) -> None:
        """Show *text* as one's presence."""

    def told(self) -> Told:
        """Return the next thing that is told of something that was not taken."""

    def close(self) -> None:
        """Go."""


class YjsDoor:
    """y-websocket: what has no message is told by a close, or undone."""

    path = "/yjs/"

    def __init__(self, server: Any, room: str, number: int) -> None:
        self._prefix = self._prefix_of(room)
        self._context = open_socket(f"{server.socket_url}{self.path}{self._suffix_of(room)}")
        self._socket = self._context.__enter__()
        self._root = "model" if "/" in room else ""
        self._doc: Doc[Any] = Doc(client_id=70_000 + number)
        for root in ("model", "application", "nodes"):
            self._doc.get(root, type=Map)
        self._enter(room)
        self._socket.send(self._prefix + STEP1)
        while not self._take(self._receive()):
            pass

    @staticmethod
    def _prefix_of(room: str) -> bytes:
        return b""

    @staticmethod
    def _suffix_of(room: str) -> str:
        return room

    def _enter(self, room: str) -> None:
        """Nothing: the address says it."""

    def _receive(self) -> bytes:
        frame = self._socket.recv(timeout=_PATIENCE_S)
        assert isinstance(frame, bytes)
        return frame.removeprefix(self._prefix)

    def _take(self, body: bytes) -> bool:
        """Apply a step 2 or an update; False for anything else."""
        if body[:2] not in (b"\x00\x01", b"\x00\x02"):
            return False
        self._doc.apply_update(Decoder(body[2:]).read_var_bytes())
        return True

    def set(self, path: Path, value: Any) -> None:
        names = [self._root, *path] if self._root else path
        before = self._doc.get_state()
        parent: Any = self._doc.get(names[0], type=Map)
        for name in names[1:-1]:
            parent = parent[name]
        parent[names[-1]] = _shared(value)
        self._socket.send(self._prefix + sync(2, self._doc.get_update(before)))
        self._last = (parent, names[-1], value)

    def step2(self, size: int) -> None:
        self._socket.send(self._prefix + sync(1, bytes(size)))

    def show(self, text: str) -> None:
        entry = AwarenessEntry(ClientId(self._doc.client_id), 1, {"text": text})
        self._socket.send(self._prefix + awareness_frame(b"", (entry,)))

    def told(self) -> Told:
        while True:
            try:
                body = self._receive()
            except ConnectionClosed as error:
                return _told_close(error)
            if told := self._read(body):
                return told

    def _read(self, body: bytes) -> Told | None:
        if self._take(body):
            parent, name, _ = self._last
            if name not in parent:
                return "undone", ""
        return None

    def close(self) -> None:
        self._context.__exit__(None, None, None)


class HocuspocusDoor(YjsDoor):
    """Hocuspocus: a refusal is a stateless message, the end of a document a denial."""

    path = "/hocuspocus"

    @staticmethod
    def _prefix_of(room: str) -> bytes:
        return address(room)

    @staticmethod
    def _suffix_of(room: str) -> str:
        return ""

    def _enter(self, room: str) -> None:
        self._socket.send(auth(room))

    def _read(self, body: bytes) -> Told | None:
        if body.startswith(b"\x05"):
            payload = json.loads(Decoder(body[1:]).read_var_string())
            if payload["type"] == "refused":
                return "refused", payload["code"]
        if body.startswith(b"\x02\x01"):
            reason = Decoder(body[2:]).read_var_string()
            return "denied", reason.partition(":")[0]
        self._take(body)
        return None


class ShareDbDoor:
    """ShareDB: whatever cannot be done is echoed with its error."""

    def __init__(self, server: Any, room: str, number: int) -> None:
        collection, _, name = room.rpartition("/")
        self._place = {"c": collection or "rooms", "d": name}
        self._client = ShareDbClient(server)
        self._version = self._client.ask({"a": "f", **self._place})["data"]["v"]
        self._seq = 0

    def set(self, path: Path, value: Any) -> None:
        self._seq += 1
        op = [{"p": path, "oi": value}]
        frame = {"a": "op", **self._place, "v": self._version, "seq": self._seq, "op": op, "x": {}}
        self._client.send(**frame)

    def step2(self, size: int) -> None:
        raise AssertionError("there is none here")

    def show(self, text: str) -> None:
        frame = {"a": "p", "ch": "größe", "id": "zoë", "p": text, "pv": 1}
        self._client.send(**frame)

    def told(self) -> Told:
        while True:
            try:
                frame = self._client.receive()
            except ConnectionClosed as error:
                return _told_close(error)
            if "error" in frame:
                return "error", frame["error"]["code"]

    def close(self) -> None:
        self._client.close()


class NativeDoor:
    """Native: a refusal names its change, an error comes before the close."""

    def __init__(self, server: Any, room: str, number: int) -> None:
        self._client = Native(server, room)
        self._revision = self._client.welcome["revision"]

    def set(self, path: Path, value: Any) -> None:
        self._client.submit([{"p": path, "oi": value}], self._revision)

    def step2(self, size: int) -> None:
        self._client.send(type="update", seq=1, update=bytes(size), answer=True)

    def show(self, text: str) -> None:
        self._client.send(type="presence", state={"text": text})

    def told(self) -> Told:
        message = self._client.wait_for(
            lambda item: item["type"] in {"refuse", "error"}, "what is wrong"
        )
        if message["type"] == "refuse":
            return "refuse", message["code"]
        while True:
            try:
                msgpack.unpackb(self._client.socket.recv(timeout=_PATIENCE_S))
            except ConnectionClosed as error:
                return f"error and {_told_close(error)[0]}", message["code"]

    def close(self) -> None:
        self._client.__exit__()


def _shared(value: Any) -> Any:
    """Return a node as Yjs clients make it."""
    if isinstance(value, dict):
        return Map({key: _shared(item) for key, item in value.items()})
    return value


def _told_close(error: ConnectionClosed) -> Told:
    assert error.rcvd is not None, "the connection was cut off without a close frame"
    return f"close {error.rcvd.code}", error.rcvd.reason.partition(":")[0]


DOORS: dict[str, Any] = {
    "yjs": YjsDoor,
    "hocuspocus": HocuspocusDoor,
    "sharedb": ShareDbDoor,
    "native": NativeDoor,
}
