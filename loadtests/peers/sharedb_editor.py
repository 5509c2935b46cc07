"""A ShareDB client for the load: JSON ops on one document. Called by ``contestants``."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, Final

from loadtests.peers.editors import Address, Editor, key_of
from loadtests.peers.marks import mark, now_us
from loadtests.wire import TEXT

__all__ = ["ShareDbEditor"]

_FOUND_SECONDS_MAX: Final = 120.0
_VERSION: Final = re.compile(rb'"v":(\d+)[,}]')
_VERSION_BYTES_MAX: Final = 24


class ShareDbEditor(Editor):
    """A ShareDB client with one op in flight; an edit made meanwhile goes when it is answered."""

    opcode = TEXT
    is_echoed = False
    # Not the value that an op replaces, which is in it as well.
    before_mark = b'"oi":"'

    def __init__(self, address: Address, number: int, *, is_probe: bool) -> None:
        super().__init__(address, number, is_probe=is_probe)
        self._names = {"c": address.collection, "d": address.document}
        self._version = 0
        self._first_version = 0
        self._acknowledged = 0
        self._has_moved = asyncio.Event()
        self._rest_of_version = b""
        self._seq = 0
        self._source = ""
        self._committed = ""
        self._is_in_flight = False
        self._next: str | None = None
        self._answer: asyncio.Future[dict[str, Any]] | None = None

    def edit(self) -> None:
        value = mark(self.number, self.sent + 1) + self.padding
        if self._is_in_flight:
            # The real client composes: only the newest value of the entry is left.
            self._next = value
        else:
            self._submit_value(value)

    async def found(self, entries: dict[str, str]) -> None:
        self._submit({"create": {"type": "json0", "data": {"items": entries}}})
        # An op that does not know of the document would be refused.
        await asyncio.wait_for(self._has_moved.wait(), _FOUND_SECONDS_MAX)

    def add(self, entries: dict[str, str]) -> None:
        """Put more *entries* into ``items``, in one op that is not counted."""
        self._submit({"op": [{"p": ["items", key], "oi": text} for key, text in entries.items()]})

    def _ask(self) -> None:
        self._write({"a": "hs", "id": None, "protocol": 1, "protocolMinor": 2})

    def _send(self, value: str) -> None:
        component: dict[str, Any] = {"p": ["items", key_of(self.number)], "oi": value}
        if self._committed:
            component["od"] = self._committed
        self._submit({"op": [component]})

    def _submit_value(self, value: str) -> None:
        self.sent += 1
        self.value = value
        self._is_in_flight = True
        self._unanswered.append(now_us())
        self._send(value)

    def _submit(self, fields: dict[str, Any]) -> None:
        self._seq += 1
        self._write(
            {"a": "op", **self._names, "v": self._version, "seq": self._seq, "x": {}} | fields
        )

    def _write(self, message: dict[str, Any]) -> None:
        self.socket.send(json.dumps(message, separators=(",", ":")).encode())

    def _on_message(self, payload: bytes) -> None:
        if self.is_light and len(payload) > 1000:
            self.document_bytes = self.socket.message_bytes
            self.joined.set_result(None)
            return
        message = json.loads(payload)
        if "error" in message:
            self.joined.set_exception(ConnectionError(str(message["error"])))
        elif message["a"] == "hs":
            self._source = message["id"]
            self.ack_pattern = b'"src":"' + self._source.encode() + b'"'
            self._write({"a": "s", **self._names, "v": None})
        elif message["a"] == "s":
            self._version = self._first_version = message["data"]["v"]
            self.items = (message["data"].get("data") or {}).get("items", {})
            self._committed = self.items.get(key_of(self.number), "")
            self.joined.set_result(None)

    def _on_bytes(self, data: bytes) -> None:
        self._read_versions(data)
        if b'"error":' in data:
            start = data.index(b'"error":')
            self.socket.lost = data[start : start + 300].decode(errors="replace")
        super()._on_bytes(data)
        if not self.counter.is_probe:
            # ShareDB sends an author what was missed once more, which the client ignores.
            self.counter.marks = self._version - self._first_version - self._acknowledged

    def _read_versions(self, data: bytes) -> None:
        whole = self._rest_of_version + data
        for text in _VERSION.findall(whole):
            version = int(text)
            if version == self._version:
                self._version += 1
                self._has_moved.set()
            elif version > self._version:
                self.socket.lost = f"version {version} came after {self._version - 1}"
        last = whole.rfind(b'"v":', -_VERSION_BYTES_MAX)
        is_cut = last >= 0 and _VERSION.match(whole, last) is None
        self._rest_of_version = whole[last:] if is_cut else whole[-3:]

    def _on_ack(self) -> None:
        self._is_in_flight = False
        self._acknowledged += 1
        self._committed = self.value
        value, self._next = self._next, None
        if value is not None:
            self._submit_value(value)
