"""The link: carries an exchange over WebSockets, one after the other, until it is ended.

A connection that breaks is made again after a pause that doubles and is shortened at random, so
that the clients of a restarted server do not all come back in one moment. Close codes 4400 to 4499,
and a refused handshake, are final. SPEC: section CL. Called by ``room``.
"""

from __future__ import annotations

import asyncio
import random
from typing import Final

import httpx
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as connect_socket
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    InvalidURI,
)

from collab.client.errors import HistoryGone, RoomClosed
from collab.client.exchange import Exchange
from collab.client.frames import Message, read
from collab.client.history import History
from collab.errors import ProtocolError
from collab.limits import OP_BASE_LAG_MAX
from collab.revision import Revision

__all__ = ["Link"]

_PAUSE_S_MIN: Final = 0.1
_PAUSE_S_MAX: Final = 10.0
_OPEN_TIMEOUT_S: Final = 10.0
_WELCOME_TIMEOUT_S: Final = 30.0
_CLOSE_TIMEOUT_S: Final = 2.0
_PING_INTERVAL_S: Final = 15.0
# A snapshot of the largest document, or many revisions at once.
_FRAME_BYTES_MAX: Final = 64 << 20
# What the socket reads ahead; beyond it the server is told to wait.
_QUEUE_FRAMES: Final = 16
_TOO_LARGE: Final = 1009
# Connections that are given up because the history behind them was not to be had.
_HISTORY_FAILURES_MAX: Final = 3


class Link:
    """The connections of one exchange; ``run`` it in a task of its own."""

    def __init__(self, url: str, token: str | None, exchange: Exchange, history: History) -> None:
        self._url = url
        self._headers = {"authorization": f"Bearer {token}"} if token else {}
        self._exchange = exchange
        self._history = history
        self._is_afresh = False
        self._has_diverged = False
        self._failures = 0
        self._error: tuple[str, str] | None = None
        self.last_failure = "not tried yet"

    async def run(self) -> None:
        """Connect, and connect again, until the server closes for good; ends the exchange then."""
        while self._exchange.ended is None:
            try:
                await self._connect()
            except (InvalidURI, InvalidHandshake) as error:
                self._on_handshake_error(error)
            except ConnectionClosed as error:
                self._on_closed(error)
            except ProtocolError as error:
                self._is_afresh = self._has_diverged = True
                self.last_failure = error.message
            except (OSError, TimeoutError, httpx.TransportError) as error:
                self.last_failure = str(error) or type(error).__name__
            self._exchange.disconnect(self.last_failure)
            if self._exchange.ended is None:
                await self._pause()

    async def _connect(self) -> None:
        self._error = None
        async with connect_socket(
            self._url,
            additional_headers=self._headers,
            open_timeout=_OPEN_TIMEOUT_S,
            close_timeout=_CLOSE_TIMEOUT_S,
            ping_interval=_PING_INTERVAL_S,
            max_size=_FRAME_BYTES_MAX,
            max_queue=_QUEUE_FRAMES,
            compression=None,
            proxy=None,
        ) as socket:
            await socket.send(self._exchange.hello(is_afresh=self._is_afresh))
            async with asyncio.timeout(_WELCOME_TIMEOUT_S):
                await self._await_welcome(socket)
            self._failures = 0
            self._is_afresh = self._has_diverged = False
            writer = asyncio.create_task(self._write(socket))
            try:
                while True:
                    self._receive(read(await socket.recv()))
            finally:
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)

    async def _await_welcome(self, socket: ClientConnection) -> None:
        while True:
            message = read(await socket.recv())
            if message.kind == "welcome":
                self._exchange.welcome(message, await self._missing(message))
                return
            self._receive(message)

    async def _missing(self, welcome: Message) -> list[Revision]:
        """Read what lies between this client's revision and the snapshot of *welcome*."""
        gap = self._exchange.gap(welcome)
        if gap is None or gap[1] - gap[0] > OP_BASE_LAG_MAX or self._has_diverged:
            # What led into a fault once would lead into it again.
            return []
        after, through = gap
        revisions: list[Revision] = []
        while after < through:
            try:
                page = await self._history.read(
                    after,
                    self._exchange.pending.epoch,
                    limit=through - after,
                    needs_sources=True,
                )
            except HistoryGone:
                return []
            except httpx.TransportError:
                if self._failures >= _HISTORY_FAILURES_MAX:
                    return []
                raise
            if not page:
                return []
            revisions += page
            after = page[-1].number
        return revisions

    def _receive(self, message: Message) -> None:
        if message.kind == "error":
            self._error = (message.text("code"), message.text("reason"))
        else:
            self._exchange.receive(message)

    async def _write(self, socket: ClientConnection) -> None:
        try:
            while True:
                await self._exchange.outgoing_ready.wait()
                for frame in self._exchange.outgoing():
                    await socket.send(frame)
        except ConnectionClosed:
            return  # The reader sees it too, and says so.

    def _on_closed(self, error: ConnectionClosed) -> None:
        # Our own close frame says why if we found the fault, the server's if it did.
        close = error.rcvd if error.rcvd is not None else error.sent
        code = close.code if close is not None else 1006
        reason = close.reason if close is not None else "the connection was lost"
        error_code, error_reason = self._error or ("room_closed", reason)
        self.last_failure = error_reason or f"closed with {code}"
        if error.rcvd is None and code == _TOO_LARGE:
            # More revisions than one frame may hold: begin from a snapshot instead.
            self._is_afresh = True
        if 4400 <= code < 4500:
            self._exchange.end(RoomClosed(error_code, self.last_failure, code))

    def _on_handshake_error(self, error: InvalidURI | InvalidHandshake) -> None:
        self.last_failure = str(error)
        status = error.response.status_code if isinstance(error, InvalidStatus) else 0
        if isinstance(error, InvalidURI):
            self._exchange.end(RoomClosed("client_server", str(error), 4400))
        elif 400 <= status < 500 and status not in (408, 429):
            reason = f"the server answered the handshake with {status}"
            self._exchange.end(RoomClosed("client_handshake", reason, 4000 + status))

    async def _pause(self) -> None:
        pause = min(_PAUSE_S_MAX, _PAUSE_S_MIN * 2**self._failures)
        self._failures = min(self._failures + 1, 16)
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
