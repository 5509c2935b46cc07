"""OT clients: native and ShareDB, each with one op in flight.

What they show is what the server has confirmed, so an op in flight is carried over what comes
before its answer and applied when that comes. That is how every OT client arrives at the server's
document, and it keeps these small enough to run by the hundred.
"""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import quote

import gevent
import msgpack

from collab.ot import json0
from collab.ot.edit import apply
from loadtests.replicas.channel import Channel, Lost
from loadtests.replicas.replica import Replica, Timed

__all__ = ["NativeReplica", "OtReplica", "ShareDbReplica"]

Op = list[dict[str, Any]]


class OtReplica(Replica):
    """What both dialects have in common: a document at a version, and perhaps one op in flight."""

    def __init__(self, base: str, room: str, timed: Timed) -> None:
        super().__init__(base, room, timed)
        self.version = -1
        self._document: Any = {}
        self._in_flight: Op | None = None
        self._seq = 0
        self._is_open = False

    @property
    def is_open(self) -> bool:
        return self._is_open

    @property
    def is_settled(self) -> bool:
        return self._is_open and self._in_flight is None

    def document(self) -> Any:
        return self._document

    def drop(self) -> None:
        super().drop()
        self._is_open = False

    # --- deeds --------------------------------------------------------------------------------

    def set_prop(self, key: str, value: str) -> None:
        component: dict[str, Any] = {"p": ["props", key], "oi": value}
        if key in self._document["props"]:
            component["od"] = self._document["props"][key]
        self._submit([component])

    def insert(self, index: int, value: str) -> None:
        self._submit([{"p": ["list", index], "li": value}])

    def remove(self, index: int) -> None:
        self._submit([{"p": ["list", index], "ld": self._document["list"][index]}])

    def type(self, index: int, text: str) -> None:
        self._submit([{"p": ["note", index], "si": text}])

    def erase(self, index: int, count: int) -> None:
        text = self._document["note"][index : index + count]
        self._submit([{"p": ["note", index], "sd": text}])

    def _submit(self, op: Op) -> None:
        while self._in_flight is not None:
            if self.lost is not None:
                raise Lost(self.lost)
            gevent.sleep(0.002)
            # The document has moved on meanwhile; a person would do something else to it now.
            if self._in_flight is None:
                return
        self._seq += 1
        self._in_flight = op
        self._asked()
        self._send_op(op)

    def _send_op(self, op: Op) -> None:
        raise NotImplementedError

    # --- what comes ---------------------------------------------------------------------------

    def _take_snapshot(self, version: int, document: Any) -> None:
        self.version, self._document = version, document
        self._is_open = True

    def _take_op(self, version: int, op: Op | None, *, is_own: bool) -> None:
        """Apply the change that was committed as *version* + 1."""
        if version < self.version:
            return
        if version > self.version:
            raise Lost(f"version {version} came at {self.version}: something is missing")
        if is_own:
            op, self._in_flight = (self._in_flight if op is None else op), None
        elif op is not None and self._in_flight is not None:
            self._in_flight = json0.transform(self._in_flight, op, "left")
        if op:
            self._document = apply(self._document, op)
        self.version += 1
        if is_own:
            self._answered()


class NativeReplica(OtReplica):
    """A client of the native protocol."""

    dialect = "native"

    def __init__(self, base: str, room: str, timed: Timed) -> None:
        super().__init__(base, room, timed)
        self._source = f"load-{random.getrandbits(64):016x}"

    def _connect(self) -> Channel:
        path = f"{self.base}/free/{quote(self.room, safe='/')}/socket"
        return Channel(path, self._on_message, is_text=False)

    def _greet(self) -> None:
        hello: dict[str, Any] = {"type": "hello", "version": 1, "source": self._source}
        self._send(msgpack.packb(hello))

    def _send_op(self, op: Op) -> None:
        fields = {"type": "submit", "seq": self._seq, "base": self.version, "op": op}
        self._send(msgpack.packb(fields))

    def _on_message(self, message: bytes) -> None:
        fields = msgpack.unpackb(message)
        kind = fields["type"]
        if kind == "welcome":
            self._take_snapshot(fields["revision"], json.loads(fields["snapshot"]))
        elif kind == "revision":
            is_own = fields.get("source") == self._source
            self._take_op(fields["revision"] - 1, fields.get("op"), is_own=is_own)
        elif kind in {"refuse", "error"}:
            self._in_flight = None
            self.refused.append(f"{fields['code']}: {fields['reason']}")


class ShareDbReplica(OtReplica):
    """A ShareDB client."""

    dialect = "sharedb"

    def __init__(self, base: str, room: str, timed: Timed) -> None:
        super().__init__(base, room, timed)
        collection, _, document = room.partition("/")
        self._names = {"c": collection, "d": document}
        self._source = ""

    def _connect(self) -> Channel:
        return Channel(f"{self.base}/sharedb", self._on_message, is_text=True)

    def _greet(self) -> None:
        self._write({"a": "hs", "id": None, "protocol": 1, "protocolMinor": 2})

    def _send_op(self, op: Op) -> None:
        self._write(
            {"a": "op", **self._names, "v": self.version, "seq": self._seq, "x": {}, "op": op}
        )

    def _write(self, message: dict[str, Any]) -> None:
        self._send(json.dumps(message, separators=(",", ":")).encode())

    def _on_message(self, message: bytes) -> None:
        fields = json.loads(message)
        if "error" in fields:
            self._in_flight = None
            self.refused.append(str(fields["error"]))
        elif fields["a"] == "hs" and not self._source:
            self._source = fields["id"]
            self._write({"a": "s", **self._names, "v": None})
        elif fields["a"] == "s" and "data" in fields:
            self._take_snapshot(fields["data"]["v"], fields["data"]["data"])
        elif fields["a"] == "op" and self._is_open:
            is_own = fields.get("src") == self._source
            self._take_op(fields["v"], fields.get("op"), is_own=is_own)
