"""The way to the preview process: HTTP/1.1 over its Unix socket, with httptools doing the parsing.

A general client costs most of a millisecond a request; a preview makes many small ones, and behind
this socket there is one peer, ours, which speaks plain HTTP/1.1. Connections are kept for less time
than the peer keeps them, so that a request does not meet a closing one. Bodies stream in both
directions and either side can make the other wait. SPEC: section PX. Called by ``proxy``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

import httptools

__all__ = ["Answer", "Headers", "Upstream", "UpstreamAway"]

Headers = Sequence[tuple[bytes, bytes]]

# The process is on this machine: a connection takes a millisecond or does not come.
_CONNECT_TIMEOUT_S: Final = 2.0
# uvicorn closes an idle connection after five seconds.
_IDLE_S: Final = 2.0
_IDLE_MAX: Final = 32
# What may wait here for a slow browser before the process is made to wait.
_BUFFER_BYTES: Final = 256 << 10


class UpstreamAway(Exception):
    """The process cannot be reached, or went away before its answer was complete.

    ``is_untouched``: it has seen nothing of the request.
    """

    def __init__(self, reason: str, *, is_untouched: bool = False) -> None:
        super().__init__(reason)
        self.is_untouched = is_untouched


class Upstream:
    """The process behind *path*. ``close`` at the end."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._idle: deque[tuple[float, _Connection]] = deque()

    async def send(
        self, method: bytes, target: bytes, headers: Headers, body: AsyncIterator[bytes] | None
    ) -> Answer:
        """Send a request and return the head of its answer; ``Answer.close`` it in the end.

        *body* is sent as it comes: as long as ``content-length`` says, or in chunks if *headers*
        have none. Raises ``UpstreamAway``, and what *body* raises.
        """
        connection = await self._connection()
        answer = Answer(self, connection)
        try:
            await connection.send(method, target, headers, body)
            await connection.read_head()
        except BaseException:
            answer.close()
            raise
        return answer

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.popleft()[1].abort()

    def keep(self, connection: _Connection) -> None:
        """Take back a connection whose answer was read to its end."""
        now = asyncio.get_running_loop().time()
        while self._idle and (len(self._idle) >= _IDLE_MAX or now - self._idle[0][0] > _IDLE_S):
            self._idle.popleft()[1].abort()
        self._idle.append((now, connection))

    async def _connection(self) -> _Connection:
        loop = asyncio.get_running_loop()
        while self._idle:
            since, connection = self._idle.pop()
            if connection.is_open and loop.time() - since <= _IDLE_S:
                return connection
            connection.abort()
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                _, connection = await loop.create_unix_connection(_Connection, self._path)
        except (OSError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise UpstreamAway(reason, is_untouched=True) from error
        return connection


class Answer:
    """One answer: ``status`` and ``headers`` (names in lower case), then ``chunks``."""

    def __init__(self, upstream: Upstream, connection: _Connection) -> None:
        self._upstream = upstream
        self._connection = connection
        self._is_closed = False

    @property
    def status(self) -> int:
        return self._connection.status

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return self._connection.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes; ``UpstreamAway`` if it is cut off."""
        while chunk := await self._connection.read_chunk():
            yield chunk

    def close(self) -> None:
        """Give the connection back if its answer was read to the end, and cut it off if not."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._connection.may_be_kept:
            self._upstream.keep(self._connection)
        else:
            self._connection.abort()


class _Connection(asyncio.Protocol):
    """One connection, one request at a time. The methods ``on_…`` are the parser's."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_open = False
        self._transport = cast("asyncio.Transport", None)
        self._parser: Any = None
        self._chunks: deque[bytes] = deque()
        self._buffered = 0
        self._has_head = False
        self._is_complete = False
        self._is_bodiless = False
        self._is_cut = False
        self._is_lasting = False
        self._is_paused = False
        self._failure = ""
        self._changed = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()

    # --- asyncio ------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, AttributeError) as error:
            # Nothing was asked, or what came is no HTTP: this connection is of no use any more.
            self._failure = f"the preview process answered nonsense: {error}"
            self.abort()
        self._changed.set()

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        self._failure = self._failure or "the preview process closed the connection"
        self._may_write.set()
        self._changed.set()

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    # --- httptools ----------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            # RFC 9110, section 15.2: an interim answer, and the real one is still to come.
            self.headers = []
            return
        self.status = status
        self._has_head = True
        # Only here: at the end of the message the parser has forgotten it.
        self._is_lasting = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        self._chunks.append(body)
        self._buffered += len(body)
        if self._buffered > _BUFFER_BYTES and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        self._is_complete = self._has_head

    # --- one exchange -------------------------------------------------------------------------

    @property
    def may_be_kept(self) -> bool:
        # What was not read of this answer must never be taken for a part of the next one.
        is_read = self._is_complete and not self._chunks
        return is_read and self.is_open and self._is_lasting and not self._is_cut

    async def send(
        self, method: bytes, target: bytes, headers: Headers, body: AsyncIterator[bytes] | None
    ) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.status, self.headers = 0, []
        self._has_head = self._is_complete = self._is_cut = False
        # The parser cannot know that an answer to HEAD has no body, whatever its length says.
        self._is_bodiless = method == b"HEAD"
        lines = [b"%b %b HTTP/1.1\r\n" % (method, target)]
        lines += [b"%b: %b\r\n" % header for header in headers]
        is_chunked = body is not None and not any(name == b"content-length" for name, _ in headers)
        lines.append(b"transfer-encoding: chunked\r\n\r\n" if is_chunked else b"\r\n")
        self._write(b"".join(lines))
        if body is not None and await self._send_body(body, is_chunked=is_chunked) and is_chunked:
            self._write(b"0\r\n\r\n")

    async def _send_body(self, body: AsyncIterator[bytes], *, is_chunked: bool) -> bool:
        """Send the body; False if it is answered already and will not be read further."""
        async for chunk in body:
            self._write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if is_chunked else chunk)
            await self._may_write.wait()
            if self._has_head or not self.is_open:
                self._is_cut = True
                return False
        return True

    async def read_head(self) -> None:
        while not self._has_head:
            if not self.is_open:
                raise UpstreamAway(self._failure)
            self._changed.clear()
            await self._changed.wait()

    async def read_chunk(self) -> bytes:
        """Return the next part of the body, empty at its end."""
        while not self._chunks:
            if self._is_complete or self._is_bodiless:
                return b""
            if not self.is_open:
                raise UpstreamAway(self._failure)
            self._changed.clear()
            await self._changed.wait()
        chunk = b"".join(self._chunks)
        self._chunks.clear()
        self._buffered = 0
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()
        return chunk

    def abort(self) -> None:
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    def _write(self, data: bytes) -> None:
        if self.is_open:
            self._transport.write(data)
