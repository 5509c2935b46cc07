"""A ShareDB client that is as light as one can be, so that the server is what is measured.

It looks at each frame's head only, finds its own answer by its bytes, and keeps one op in flight.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, cast

__all__ = ["ShareDBClient"]

_VERSION = b'"v":'


class ShareDBClient(asyncio.Protocol):
    """One connection to ``path`` of a server on the loopback, and one document."""

    def __init__(self, collection: str, document: str, on_answer: Callable[[], None]) -> None:
        self.times: list[float] = []
        self.delivered = 0
        self.version = 0
        self.source = ""
        self.failure = ""
        self._collection = collection
        self._document = document
        self._on_answer = on_answer
        self._buffer = b""
        self._seq = 0
        self._mark = b""
        self._sent_at = 0.0
        self._is_upgraded = False
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._transport: asyncio.Transport

    @classmethod
    async def connect(
        cls, port: int, path: str, document: str, on_answer: Callable[[ShareDBClient], None]
    ) -> ShareDBClient:
        """Open a socket, shake hands and return the client, which has not subscribed yet."""
        loop = asyncio.get_running_loop()
        client: ShareDBClient
        client = cls("bench", document, lambda: on_answer(client))
        await loop.create_connection(lambda: client, "127.0.0.1", port)
        client._transport.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        while (await client._answer())["a"] != "init":
            pass
        client._send({"a": "hs", "id": None, "protocol": 1, "protocolMinor": 2})
        answer = await client._answer()
        client.source = answer["id"]
        return client

    async def create(self, data: object) -> None:
        """Create the document."""
        self._send(self._op({"create": {"type": "json0", "data": data}}))
        await self._answer()

    async def subscribe(self) -> None:
        """Subscribe; from here on frames are counted and not looked into."""
        self._send({"a": "s", "c": self._collection, "d": self._document, "v": None})
        self.version = (await self._answer())["data"]["v"]
        self._answers = asyncio.Queue(0)
        self._mark = b"\0"

    def submit(self, op: list[dict[str, Any]]) -> None:
        """Send *op*, made at the newest version; ``on_answer`` is called when it is committed."""
        frame = self._op({"op": op})
        self._mark = b'"src":"' + self.source.encode() + b'"'
        self._sent_at = time.perf_counter()
        self._send(frame)

    def close(self) -> None:
        """Close the socket."""
        self._on_answer = _nothing
        self._transport.abort()

    # --- asyncio ------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        start = 0
        if not self._is_upgraded:
            start = buffer.find(b"\r\n\r\n") + 4
            if start < 4:
                self._buffer = buffer
                return
            self._is_upgraded = True
        end = self._frames_end(buffer, start)
        self._buffer = buffer[end:]
        if self._mark and end > start:
            self._look(buffer, start, end)

    def connection_lost(self, exc: Exception | None) -> None:
        self.failure = self.failure or "the connection was lost"

    def _frames_end(self, buffer: bytes, position: int) -> int:
        """Return where the last whole frame ends; counts frames, or keeps them if awaited."""
        size = len(buffer)
        while size - position >= 2:
            length, head = buffer[position + 1], 2
            if length == 126:
                head, length = 4, int.from_bytes(buffer[position + 2 : position + 4], "big")
            elif length == 127:
                head, length = 10, int.from_bytes(buffer[position + 2 : position + 10], "big")
            if position + head + length > size:
                break
            self.delivered += 1
            if not self._mark and buffer[position] & 0x0F == 1:
                text = buffer[position + head : position + head + length]
                self._answers.put_nowait(json.loads(text))
            position += head + length
        return position

    def _look(self, buffer: bytes, start: int, end: int) -> None:
        place = buffer.rfind(_VERSION, start, end)
        if place >= 0:
            digits = buffer[place + 4 : place + 20]
            self.version = int(digits[: _digits(digits)]) + 1
        if buffer.find(b'"error":', start, end) >= 0:
            self.failure = buffer[start:end][:500].decode(errors="replace")
        elif buffer.find(self._mark, start, end) >= 0:
            self._mark = b"\0"
            self.times.append(time.perf_counter() - self._sent_at)
            self._on_answer()

    # --- private ------------------------------------------------------------------------------

    def _op(self, fields: dict[str, Any]) -> dict[str, Any]:
        self._seq += 1
        names = {"a": "op", "c": self._collection, "d": self._document}
        return {**names, "v": self.version, "seq": self._seq, "x": {}, **fields}

    def _send(self, message: dict[str, Any]) -> None:
        payload = json.dumps(message, separators=(",", ":")).encode()
        length = len(payload)
        # A mask of zeros leaves the payload as it is.
        size = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
        self._transport.write(b"\x81" + size + b"\0\0\0\0" + payload)

    async def _answer(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            answer = await self._answers.get()
        if "error" in answer:
            raise RuntimeError(f"the server answered {answer}")
        return answer


def _digits(text: bytes) -> int:
    count = 0
    while count < len(text) and 48 <= text[count] <= 57:
        count += 1
    return count


def _nothing() -> None:
    return None
